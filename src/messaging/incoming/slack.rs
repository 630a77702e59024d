//! Slack's forms of links and mentions, as Mattermost's webhooks understand them.

use serde_json::Value;

use crate::error::AppError;
use crate::messaging::post::markdown::links;
use crate::store::Tx;
use crate::user;

/// Slack's announcements, and what Mattermost has for each.
const ANNOUNCEMENTS: [(&str, &str); 3] = [
    ("<!channel>", "@channel"),
    ("<!here>", "@here"),
    ("<!all>", "@all"),
];

/// Accounts that are looked up for one text; further mentions stay as they are.
const MENTIONS: usize = 100;

/// Returns the text with announcements, mentions by id, and links in Mattermost's form.
pub fn text(tx: &Tx, text: &str) -> Result<String, AppError> {
    Ok(links(&mentions(tx, text)?))
}

fn mentions(tx: &Tx, text: &str) -> Result<String, AppError> {
    if !text.contains('<') {
        return Ok(text.to_owned());
    }
    let mut text = text.to_owned();
    for (slack, name) in ANNOUNCEMENTS {
        text = text.replace(slack, name);
    }
    let ids: Vec<String> = text
        .split("<@")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('>')?.0.to_owned()))
        .filter(|id| crate::id::is_valid(id))
        .take(MENTIONS)
        .collect();
    for id in ids {
        if let Some(user) = user::sql::by_id(tx, &id)? {
            text = text.replace(&format!("<@{id}>"), &format!("@{}", user.username));
        }
    }
    Ok(text)
}

/// Brings the texts of a complete attachment into Mattermost's form. The value of a field becomes a text.
pub fn attachment(tx: &Tx, attachment: &mut Value) -> Result<(), AppError> {
    for name in ["pretext", "text"] {
        let sent = attachment[name].as_str().unwrap_or_default().to_owned();
        attachment[name] = text(tx, &sent)?.into();
    }
    let title = attachment["title"].as_str().unwrap_or_default().to_owned();
    attachment["title"] = mentions(tx, &title)?.into();
    let no_fields = attachment["fields"].as_array().is_some_and(Vec::is_empty);
    if no_fields {
        attachment["fields"] = Value::Null;
    }
    let fields = attachment["fields"].as_array_mut();
    for field in fields.into_iter().flatten() {
        if !field["value"].is_null() {
            let value = words(&field["value"]);
            field["value"] = text(tx, &value)?.into();
        }
    }
    Ok(())
}

/// Returns a value as Go prints one.
fn words(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => digits(number.as_f64().unwrap_or(0.0)),
        Value::String(text) => text.clone(),
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(words).collect();
            format!("[{}]", values.join(" "))
        }
        Value::Object(members) => {
            let member = |(name, value)| format!("{name}:{}", words(value));
            let members: Vec<String> = members.iter().map(member).collect();
            format!("map[{}]", members.join(" "))
        }
    }
}

/// Returns a number with as few digits as tell it; from 1e6 on and below 1e-4 with an exponent.
fn digits(number: f64) -> String {
    let size = number.abs();
    if number == 0.0 || (1e-4..1e6).contains(&size) {
        return number.to_string();
    }
    let text = format!("{number:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    format!("{digits}e{sign}{exponent:0>2}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_printed_as_go_prints_them() {
        for (value, printed) in [
            (json!(5), "5"),
            (json!(-1.5), "-1.5"),
            (json!(0), "0"),
            (json!(123_456), "123456"),
            (json!(1_234_567), "1.234567e+06"),
            (json!(1e21), "1e+21"),
            (json!(0.00001), "1e-05"),
            (json!(true), "true"),
            (json!("text"), "text"),
            (json!([1, null]), "[1 <nil>]"),
            (json!({"b": 1, "a": []}), "map[a:[] b:1]"),
        ] {
            assert_eq!(words(&value), printed);
        }
    }
}
