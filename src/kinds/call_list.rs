//! How calls are written in a policy: names, and names with conditions. Must not know what they cover.

use super::call_conditions::Conditions;
use super::entries::Entry;
use super::entry_list::{self, Target, is_good_successor};
use crate::call::Written;
use crate::document::fields::{Field, Reading, Spanned, field};
use crate::document::shape::{self, Shape};
use crate::document::yaml::{Node, Value};
use crate::name::is_identifier;

const KEYS: [Field; 5] = [
    field("name", "what is called", entry_list::names_shape),
    field("missing", "arguments, none of which is handed over by name", || shape::list(shape::dotted())),
    field("with", "arguments with these values", || shape::filled(shape::entries(shape::dotted(), value_shape()))),
    field("args", "nothing is handed over", || shape::words(&[("none", "a call without arguments")])),
    field("instead", "what to call instead", shape::dotted),
];

/// A literal that an argument is compared with.
fn value_shape() -> Shape {
    shape::or_nothing(shape::text())
}

/// Calls: names, maps with conditions, or a map of name to successor.
pub(super) fn shape() -> Shape {
    let call = shape::required(shape::map(&KEYS), &["name"]);
    let names = KEYS.map(|key| serde_json::json!({ "required": [key.name] }));
    let item = serde_json::json!({ "if": { "type": "object" }, "then": call, "else": shape::name() });
    let mut entries = entry_list::shape();
    shape::set(&mut entries, "items", item);
    serde_json::json!({
        "if": { "type": "object", "anyOf": names },
        "then": call,
        "else": entries,
    })
}

/// A name, a list of names and of maps with conditions, or a map of name to successor.
pub(super) fn read(node: &Node, target: Target<'_>, entries: &mut Vec<Entry>, reading: &mut Reading<'_>) {
    match &node.value {
        Value::Map(pairs) if !pairs.iter().any(|(key, _)| KEYS.iter().any(|known| known.name == key.text)) => {
            entry_list::read(node, target, entries, reading);
        }
        Value::Map(_) => read_one(node, target, entries, reading),
        _ => {
            for item in reading.list(node, "`call`") {
                match item.value {
                    Value::Map(_) => read_one(item, target, entries, reading),
                    // A list within a list.
                    Value::List(_) => drop(reading.text(item, "a call")),
                    _ => entry_list::read(item, target, entries, reading),
                }
            }
        }
    }
}

/// `{ name: requests.get, missing: [timeout] }`
fn read_one(node: &Node, target: Target<'_>, entries: &mut Vec<Entry>, reading: &mut Reading<'_>) {
    let fields = reading.map(node, "a call", &KEYS);
    let Some(names) = fields.get("name") else {
        let help = "write, for example, `{ name: requests.get, missing: [timeout] }`";
        reading.wrong(node.span, "a call without a name", help);
        return;
    };
    let mut conditions = Conditions::default();
    if let Some(missing) = fields.get("missing") {
        for item in reading.list(missing, "`missing`") {
            let argument = reading.text(item, "an argument").filter(|written| is_argument(written, reading));
            conditions.missing.extend(argument.map(|written| written.text));
        }
    }
    if let Some(with) = fields.get("with") {
        if matches!(&with.value, Value::Map(pairs) if pairs.is_empty()) {
            reading.wrong(
                with.span,
                "`with` is an empty map",
                "name an argument and its value: `with: { shell: true }`",
            );
        }
        for (key, value) in reading.entries(with, "`with`") {
            let written = Spanned { text: key.text.clone(), span: key.span };
            if let (true, Some(value)) = (is_argument(&written, reading), read_value(value, reading)) {
                conditions.with.push((written.text, value));
            }
        }
    }
    if let Some(args) = fields.get("args") {
        conditions.no_arguments = reading.choice(args, "`args`", &[("none", true)]).is_some();
    }
    let clash =
        conditions.with.iter().find(|(name, _)| conditions.missing.contains(name)).map(|(name, _)| name.clone());
    if let Some(name) = clash {
        let message = format!("`{name}` stands under `missing` and under `with`");
        reading.wrong(node.span, message, "no call meets both: remove one of the two");
    } else if conditions.no_arguments && !conditions.with.is_empty() {
        reading.wrong(node.span, "`args: none` beside `with`", "no call meets both: remove one of the two");
    }
    let successor = fields.get("instead").and_then(|value| reading.text(value, "`instead`"));
    let successor = successor.filter(|text| is_good_successor(text, reading));
    let before = entries.len();
    for item in reading.list(names, "`name`") {
        if let Some(written) = reading.text(item, "a name") {
            entry_list::push(&written, successor.as_ref(), None, target, entries, reading);
        }
    }
    for entry in entries.iter_mut().skip(before) {
        entry.conditions = conditions.clone();
    }
}

fn is_argument(written: &Spanned, reading: &mut Reading<'_>) -> bool {
    let is_good = is_identifier(&written.text);
    if !is_good {
        let help = "write the name of the argument as it stands in the call: `timeout`";
        reading.wrong(written.span, format!("`{}` is no name of an argument", written.text), help);
    }
    is_good
}

/// A value as YAML spells it: `true`, `~`, `5`, or text.
fn read_value(node: &Node, reading: &mut Reading<'_>) -> Option<Written> {
    match &node.value {
        Value::Null => Some(Written::None),
        Value::Scalar { text, plain: true } => Some(match text.as_str() {
            "true" | "True" => Written::Bool(true),
            "false" | "False" => Written::Bool(false),
            "None" => Written::None,
            text if text.parse::<f64>().is_ok() => Written::Number(text.to_owned()),
            text => Written::Text(text.to_owned()),
        }),
        Value::Scalar { text, .. } => Some(Written::Text(text.clone())),
        Value::Refused => None,
        Value::List(_) | Value::Map(_) => {
            reading.wrong(node.span, "an argument is compared with one value", "write `shell: true` or `mode: \"w\"`");
            None
        }
    }
}
