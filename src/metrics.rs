//! What a running server counts, and how it is written for Prometheus (text format 0.0.4). Counting costs an atomic
//! addition or two; everything else is done when somebody asks. No label is chosen by a client, and none is secret.

use std::fmt::{Display, Write};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Upper ends of the classes of a [`Histogram`], in microseconds.
const BOUNDS: [u64; 14] = [
    100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    5_000_000,
];

/// How long something took, in classes.
#[derive(Default)]
pub struct Histogram {
    classes: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
}

impl Histogram {
    /// Sets every count to zero.
    pub fn clear(&self) {
        let counts = self.classes.iter().chain([&self.micros]);
        counts.for_each(|count| count.store(0, Relaxed));
    }

    /// One more.
    pub fn note(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let class = BOUNDS.partition_point(|bound| *bound < micros);
        self.classes[class].fetch_add(1, Relaxed);
        self.micros.fetch_add(micros, Relaxed);
    }
}

/// The page that is read.
#[derive(Default)]
pub struct Page(String);

impl Page {
    /// The text.
    pub fn into_text(self) -> String {
        self.0
    }

    pub fn head(&mut self, name: &str, kind: &str, help: &str) {
        self.line(format_args!("# HELP patmost_{name} {help}"));
        self.line(format_args!("# TYPE patmost_{name} {kind}"));
    }

    pub fn line(&mut self, line: impl Display) {
        // Into memory, where it always fits.
        let _ = writeln!(self.0, "{line}");
    }

    /// A number that only grows.
    pub fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.head(name, "counter", help);
        self.line(format_args!("patmost_{name} {value}"));
    }

    /// A number that comes and goes.
    pub fn gauge(&mut self, name: &str, help: &str, value: usize) {
        self.head(name, "gauge", help);
        self.line(format_args!("patmost_{name} {value}"));
    }

    /// Numbers that come and go, told apart by a label.
    pub fn gauges(&mut self, name: &str, help: &str, label: &str, values: &[(&str, i64)]) {
        self.head(name, "gauge", help);
        for (of, value) in values {
            self.line(format_args!("patmost_{name}{{{label}=\"{of}\"}} {value}"));
        }
    }

    /// Things in classes that were counted elsewhere: how many are at most so large, for each bound; how many there are, and
    /// their sum.
    pub fn counted(&mut self, name: &str, help: &str, classes: &[(i64, i64)], all: (i64, i64)) {
        self.head(name, "histogram", help);
        for (bound, count) in classes {
            self.line(format_args!(
                "patmost_{name}_bucket{{le=\"{bound}\"}} {count}"
            ));
        }
        let (count, sum) = all;
        self.line(format_args!("patmost_{name}_bucket{{le=\"+Inf\"}} {count}"));
        self.line(format_args!("patmost_{name}_sum {sum}"));
        self.line(format_args!("patmost_{name}_count {count}"));
    }

    /// How long something took.
    pub fn histogram(&mut self, name: &str, help: &str, histogram: &Histogram) {
        self.head(name, "histogram", help);
        let mut count = 0;
        for (number, class) in histogram.classes.iter().enumerate() {
            count += class.load(Relaxed);
            match BOUNDS.get(number) {
                Some(bound) => self.line(format_args!(
                    "patmost_{name}_bucket{{le=\"{}\"}} {count}",
                    seconds(*bound)
                )),
                None => self.line(format_args!("patmost_{name}_bucket{{le=\"+Inf\"}} {count}")),
            }
        }
        let sum = seconds(histogram.micros.load(Relaxed));
        self.line(format_args!("patmost_{name}_sum {sum}"));
        self.line(format_args!("patmost_{name}_count {count}"));
    }
}

fn seconds(micros: u64) -> f64 {
    micros as f64 / 1_000_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_in_the_classes_that_hold_it() {
        let histogram = Histogram::default();
        for micros in [100, 101, 7_000_000] {
            histogram.note(Duration::from_micros(micros));
        }
        let mut page = Page::default();
        page.histogram("x", "X.", &histogram);
        let text = page.into_text();
        for line in [
            "# TYPE patmost_x histogram",
            "patmost_x_bucket{le=\"0.0001\"} 1",
            "patmost_x_bucket{le=\"0.00025\"} 2",
            "patmost_x_bucket{le=\"5\"} 2",
            "patmost_x_bucket{le=\"+Inf\"} 3",
            "patmost_x_sum 7.000201",
            "patmost_x_count 3",
        ] {
            assert!(text.lines().any(|one| one == line), "{line}\n{text}");
        }
    }
}
