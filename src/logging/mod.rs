//! The log: lines such as `2026-01-31T09:05:07.042Z INFO text name=value`, or the same as JSON. `RUST_LOG` chooses the
//! level. What a server says when it starts is there at every level. `writer.rs` writes them.

pub mod recent;
mod writer;

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::Write;
use std::str::FromStr;

use env_logger::Logger;
use log::kv::{self, Key, Value, VisitSource};
use log::{Log, Metadata, Record};
use serde_json::{Map, json};

use crate::clock::{Clock, Millis, rfc3339};
use crate::logging::writer::{LogWriter, Sink};

/// How a line is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Text, then `name=value`.
    #[default]
    Logfmt,
    /// An object on each line.
    Json,
}

impl FromStr for Form {
    type Err = String;

    fn from_str(name: &str) -> Result<Form, String> {
        match name {
            "logfmt" => Ok(Form::Logfmt),
            "json" => Ok(Form::Json),
            _ => Err(format!("{name:?} is neither logfmt nor json")),
        }
    }
}

/// The target of lines that no level leaves out.
const ALWAYS: &str = "patmost::always";

struct Lines {
    filter: Logger,
    form: Form,
    writer: &'static LogWriter,
}

thread_local! {
    /// A line while it is put together.
    static LINE: RefCell<String> = const { RefCell::new(String::new()) };
}

impl Log for Lines {
    fn enabled(&self, metadata: &Metadata) -> bool {
        self.filter.enabled(metadata)
    }

    fn log(&self, record: &Record) {
        let always = record.target() == ALWAYS;
        if !always && !self.filter.matches(record) {
            return;
        }
        let now = Clock::System.now();
        let json = (self.form == Form::Json).then(|| as_json(record, now));
        LINE.with_borrow_mut(|line| {
            line.clear();
            logfmt(record, line);
            self.writer.push(now, record.level(), line, json);
        });
        if always {
            self.flush();
        }
    }

    fn flush(&self) {
        self.writer.flush();
    }
}

/// The text, then the values by name; one that could be taken for two is in quotes.
fn logfmt(record: &Record, line: &mut String) {
    // Into memory, where it always fits.
    let _ = line.write_fmt(*record.args());
    let _ = record.key_values().visit(&mut Pairs(line));
}

struct Pairs<'l>(&'l mut String);

impl<'k> VisitSource<'k> for Pairs<'_> {
    fn visit_pair(&mut self, name: Key<'k>, value: Value<'k>) -> Result<(), kv::Error> {
        if !self.0.is_empty() {
            self.0.push(' ');
        }
        self.0.push_str(name.as_str());
        self.0.push('=');
        let bare = |text: &str| {
            let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"=\\".contains(&byte);
            !text.is_empty() && text.bytes().all(plain)
        };
        match (value.to_borrowed_str(), value.to_f64()) {
            (Some(text), _) if bare(text) => self.0.push_str(text),
            (Some(text), _) => write!(self.0, "{text:?}")?,
            (None, Some(number)) if value.to_i64().is_none() => write!(self.0, "{number:.2}")?,
            (None, _) => write!(self.0, "{value}")?,
        }
        Ok(())
    }
}

fn as_json(record: &Record, now: Millis) -> String {
    let mut members = Members(Map::new());
    let level = record.level().as_str().to_lowercase();
    members.0.insert("ts".into(), rfc3339(now).into());
    members.0.insert("level".into(), level.into());
    let text = record.args().to_string();
    if !text.is_empty() {
        members.0.insert("msg".into(), text.into());
    }
    let _ = record.key_values().visit(&mut members);
    serde_json::Value::Object(members.0).to_string()
}

struct Members(Map<String, serde_json::Value>);

impl<'k> VisitSource<'k> for Members {
    fn visit_pair(&mut self, name: Key<'k>, value: Value<'k>) -> Result<(), kv::Error> {
        let value = match (value.to_i64(), value.to_f64()) {
            (Some(number), _) => number.into(),
            (None, Some(number)) => json!((number * 1000.0).round() / 1000.0),
            (None, None) => value.to_string().into(),
        };
        self.0.insert(name.as_str().to_owned(), value);
        Ok(())
    }
}

/// Logs a line whatever the level: where the server listens, and what to do first, is no matter of taste.
pub fn always(text: &str) {
    // The macro would ask for the level first.
    log::logger().log(
        &Record::builder()
            .level(log::Level::Info)
            .target(ALWAYS)
            .args(format_args!("{text}"))
            .build(),
    );
}

/// Starts the log on stderr, once; `level` counts where `RUST_LOG` says nothing.
pub fn init(level: &str, form: Form) {
    // Nobody is left to tell when stderr is gone.
    start(level, form, |lines| {
        drop(std::io::stderr().write_all(lines.as_bytes()));
    });
}

/// Starts the log, once, with every line given to `sink`; `log::logger().flush()` gives it those that still wait.
pub fn init_to(level: &str, sink: Sink) {
    start(level, Form::Logfmt, sink);
}

fn start(level: &str, form: Form, sink: Sink) {
    let env = env_logger::Env::default().default_filter_or(level);
    let filter = env_logger::Builder::from_env(env).build();
    let most = filter.filter();
    // A second start changes nothing: the first one holds.
    let writer = Box::leak(Box::new(LogWriter::new(sink)));
    let lines = Lines {
        filter,
        form,
        writer,
    };
    if log::set_boxed_logger(Box::new(lines)).is_ok() {
        log::set_max_level(most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_apart_in_both_forms() {
        let pairs: [(&str, Value); 5] = [
            ("id", Value::from("abc")),
            ("status", Value::from(404)),
            ("ms", Value::from(1.5)),
            ("cause", Value::from("two words\nand \"more\"")),
            ("empty", Value::from("")),
        ];
        let pairs = pairs.as_slice();
        let mut record = Record::builder();
        let record = record.args(format_args!("text")).key_values(&pairs).build();
        let mut line = String::new();
        logfmt(&record, &mut line);
        assert_eq!(
            line,
            r#"text id=abc status=404 ms=1.50 cause="two words\nand \"more\"" empty="""#
        );
        let line = as_json(&record, 0);
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&line).unwrap(),
            json!({"ts": "1970-01-01T00:00:00.000Z", "level": "info", "msg": "text", "id": "abc", "status": 404,
                "ms": 1.5, "cause": "two words\nand \"more\"", "empty": ""})
        );
        assert!(!line.contains('\n'));
    }
}
