//! The two forms of a line: text with `name=value`, and JSON.

use std::fmt::Write as _;
use std::str::FromStr;

use log::Record;
use log::kv::{self, Key, Value, VisitSource};
use serde_json::{Map, json};

use crate::clock::{Millis, rfc3339};

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

/// Appends the text of a record, then its values by name; a value that could be taken for two is in quotes.
pub fn logfmt(record: &Record, line: &mut String) {
    // Into memory, where it always fits.
    let _ = line.write_fmt(*record.args());
    let _ = record.key_values().visit(&mut Pairs(line));
}

/// Returns the text that identifies the cause of a record: [`logfmt`] without the request id and the like.
pub fn cause(record: &Record) -> String {
    let mut text = record.args().to_string();
    let _ = record.key_values().visit(&mut Cause(Pairs(&mut text)));
    text
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

/// [`Pairs`] without the names whose values differ between lines of one cause.
struct Cause<'l>(Pairs<'l>);

impl<'k> VisitSource<'k> for Cause<'_> {
    fn visit_pair(&mut self, name: Key<'k>, value: Value<'k>) -> Result<(), kv::Error> {
        match name.as_str() {
            "request_id" | "thread" | "backtrace" => Ok(()),
            _ => self.0.visit_pair(name, value),
        }
    }
}

/// Returns a record as one JSON object.
pub fn as_json(record: &Record, now: Millis) -> String {
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

    #[test]
    fn a_cause_does_not_depend_on_the_request_that_met_it() {
        let cause_of = |request_id: &str, reason: &str| {
            let pairs = [("request_id", request_id), ("cause", reason)];
            let pairs = pairs.as_slice();
            let mut record = Record::builder();
            cause(&record.args(format_args!("")).key_values(&pairs).build())
        };
        assert_eq!(cause_of("a", "disk is full"), r#"cause="disk is full""#);
        assert_eq!(cause_of("a", "disk is full"), cause_of("b", "disk is full"));
        assert_ne!(cause_of("a", "disk is full"), cause_of("a", "read-only"));
    }
}
