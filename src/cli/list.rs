//! Lists on standard output: printed row by row, so that a million rows need no more memory than one.

use std::io::{BufWriter, ErrorKind, Write};

use super::{Format, Stop};

/// A row of a list.
pub trait Listed {
    /// Its cells in a table.
    fn cells(&self) -> Vec<String>;

    /// What `--quiet` prints of it.
    fn id(&self) -> &str;

    /// What `--json` prints of it, on several lines.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    fn json(&self) -> serde_json::Result<String>;
}

/// Takes one row after the other.
pub type Take<'t> = &'t mut dyn FnMut(&dyn Listed) -> Result<(), Stop>;

/// Prints the rows in the form that was asked for. `each` gives them, twice for a table: its columns are as wide as their
/// widest cell.
pub fn print(
    format: Format,
    header: &[&str],
    each: impl Fn(Take) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut out = Out(BufWriter::new(std::io::stdout().lock()));
    let printed = match format {
        Format::Quiet => each(&mut |row| out.line(row.id())),
        Format::Json => json(&mut out, each),
        Format::Words => words(&mut out, header, each),
    };
    match printed.and_then(|()| out.0.flush().map_err(failed)) {
        Err(Stop::Unread) => Ok(()),
        done => done,
    }
}

fn words(
    out: &mut Out,
    header: &[&str],
    each: impl Fn(Take) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut columns = Columns::new(header);
    each(&mut |row| {
        columns.fit(&row.cells());
        Ok(())
    })?;
    out.line(&columns.header())?;
    each(&mut |row| out.line(&columns.line(&row.cells())))
}

fn json(out: &mut Out, each: impl Fn(Take) -> Result<(), Stop>) -> Result<(), Stop> {
    let mut before = "[";
    each(&mut |row| {
        let text = row.json();
        let text = text.map_err(|error| Stop::Failed(error.to_string()))?;
        out.text(&format!("{before}\n  {}", text.replace('\n', "\n  ")))?;
        before = ",";
        Ok(())
    })?;
    out.line(if before == "[" { "[]" } else { "\n]" })
}

/// Standard output.
struct Out<'o>(BufWriter<std::io::StdoutLock<'o>>);

impl Out<'_> {
    fn text(&mut self, text: &str) -> Result<(), Stop> {
        self.0.write_all(text.as_bytes()).map_err(failed)
    }

    fn line(&mut self, text: &str) -> Result<(), Stop> {
        self.text(text)?;
        self.text("\n")
    }
}

/// Whoever reads may have read enough: `patmost user list | head`.
fn failed(error: std::io::Error) -> Stop {
    match error.kind() {
        ErrorKind::BrokenPipe => Stop::Unread,
        _ => Stop::Failed(format!("cannot write to stdout: {error}")),
    }
}

/// Columns of a table, as wide as they need to be.
pub struct Columns {
    header: Vec<String>,
    widths: Vec<usize>,
}

impl Columns {
    /// Makes columns that are as wide as their headers.
    pub fn new(header: &[&str]) -> Columns {
        let header: Vec<String> = header.iter().map(|cell| (*cell).to_owned()).collect();
        let mut columns = Columns {
            widths: vec![0; header.len()],
            header: Vec::new(),
        };
        columns.fit(&header);
        columns.header = header;
        columns
    }

    /// Makes them wide enough for the row.
    pub fn fit(&mut self, row: &[String]) {
        for (width, cell) in self.widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }

    /// The line of the headers.
    pub fn header(&self) -> String {
        self.line(&self.header)
    }

    /// The line of a row; what could move the cursor is shown as text.
    pub fn line(&self, row: &[String]) -> String {
        let cells = row.iter().zip(&self.widths);
        let cells = cells.map(|(cell, width)| format!("{:<width$}", plain(cell)));
        let line = cells.collect::<Vec<_>>().join("  ");
        line.trim_end().to_owned()
    }
}

fn plain(text: &str) -> String {
    let is_shown = |letter: char| !letter.is_control() && !turns_direction(letter);
    text.chars()
        .map(|letter| if is_shown(letter) { letter } else { '\u{fffd}' })
        .collect()
}

/// Whether a terminal that shows the letter would show others in another order.
fn turns_direction(letter: char) -> bool {
    matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
