//! What was measured, as one table.

use std::fmt::Write;

/// One figure.
struct Row {
    what: String,
    measured: String,
    target: String,
    verdict: &'static str,
}

/// The figures so far.
#[derive(Default)]
pub struct Table(Vec<Row>);

impl Table {
    /// A figure that should not be lower.
    pub fn at_least(&mut self, what: impl Into<String>, value: f64, least: f64, unit: &str) {
        self.add(
            what,
            value,
            format!("at least {}", number(least)),
            unit,
            value >= least,
        );
    }

    /// A figure that should not be higher.
    pub fn at_most(&mut self, what: impl Into<String>, value: f64, most: f64, unit: &str) {
        self.add(
            what,
            value,
            format!("at most {}", number(most)),
            unit,
            value <= most,
        );
    }

    /// A figure that explains the others.
    pub fn note(&mut self, what: impl Into<String>, value: f64, unit: &str) {
        self.0.push(Row {
            what: what.into(),
            measured: format!("{}{unit}", number(value)),
            target: String::new(),
            verdict: "",
        });
    }

    fn add(&mut self, what: impl Into<String>, value: f64, target: String, unit: &str, met: bool) {
        self.0.push(Row {
            what: what.into(),
            measured: format!("{}{unit}", number(value)),
            target: format!("{target}{unit}"),
            verdict: if met { "met" } else { "MISSED" },
        });
    }

    /// The table in Markdown, and how many figures were missed.
    pub fn text(&self) -> String {
        let heads = Row {
            what: "figure".into(),
            measured: "measured".into(),
            target: "wanted".into(),
            verdict: "",
        };
        let rule = Row {
            what: "---".into(),
            measured: "---".into(),
            target: "---".into(),
            verdict: "---",
        };
        let rows: Vec<&Row> = [&heads, &rule].into_iter().chain(&self.0).collect();
        let width = |of: fn(&Row) -> &str| rows.iter().map(|row| of(row).len()).max().unwrap_or(0);
        let (what, measured) = (width(|row| &row.what), width(|row| &row.measured));
        let target = width(|row| &row.target);
        let mut text = String::new();
        for row in rows {
            // Writing into a text does not fail.
            let _ = writeln!(
                text,
                "| {:what$} | {:measured$} | {:target$} | {:6} |",
                row.what, row.measured, row.target, row.verdict
            );
        }
        let count = |verdict| self.0.iter().filter(|row| row.verdict == verdict).count();
        let _ = writeln!(text, "{} met, {} MISSED", count("met"), count("MISSED"));
        text
    }
}

/// As many digits as mean something.
fn number(value: f64) -> String {
    match value {
        _ if value == value.trunc() || value >= 100.0 => format!("{value:.0}"),
        _ if value >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}
