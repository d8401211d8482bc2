//! What values of a document look like, said as JSON Schema (draft-07), so that editors can help while somebody writes. Knows
//! how the reading of fields takes values: any scalar is text, and one value stands for a list of one. Must not know any key.
//!
//! A shape may let through what the reading refuses, never the other way round: a right document is never red.

use super::fields::Field;
use serde_json::{Map, Value, json};

/// A JSON Schema, draft-07 (<https://json-schema.org/draft-07>).
pub type Shape = Value;

/// The scalars of YAML. What is text here may look like a number or a boolean to an editor.
const SCALARS: [&str; 3] = ["string", "number", "boolean"];

/// Any text.
#[must_use]
pub fn text() -> Shape {
    json!({ "type": SCALARS })
}

/// Text that YAML takes neither for a number nor for a boolean, and that fits a pattern; `what` is told where it does not.
#[must_use]
pub fn matching(pattern: &str, what: &str) -> Shape {
    json!({ "type": "string", "pattern": pattern, "patternErrorMessage": what })
}

/// The same, where numbers and booleans may be right as well: a folder may be called `2026`.
#[must_use]
pub fn loosely(pattern: &str, what: &str) -> Shape {
    let mut shape = matching(pattern, what);
    set(&mut shape, "type", json!(SCALARS));
    shape
}

/// A dotted name, as code imports it. Which signs are letters, Unicode says (PEP 3131); these never are.
#[must_use]
pub fn dotted() -> Shape {
    let mut shape = matching(r"^[^\s/\\:;,()<>\[\]{}@#!?*=+&|%~^'-]+$", "write a dotted name, such as `acme.http.get`");
    // `True` and `true` are identifiers to some.
    set(&mut shape, "type", json!(["string", "boolean"]));
    shape
}

/// A name as entries write it, perhaps with wildcards, a word or a library.
#[must_use]
pub fn name() -> Shape {
    let mut shape =
        matching(r"^[^\s/\\:;,()<>\[\]{}@#!?+&|%~^']+$", "write a dotted name, such as `requests.sessions`");
    set(&mut shape, "type", json!(["string", "boolean"]));
    shape
}

/// The name of a distribution.
#[must_use]
pub fn distribution() -> Shape {
    loosely("^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$", "write the name that requirements use, without a version")
}

/// A range of versions (PEP 440).
#[must_use]
pub fn versions(example: &str) -> Shape {
    like(matching("[<>=!~]", &format!("write a range of versions, such as `\"{example}\"`")), json!([example]))
}

/// A whole number from `least` on.
#[must_use]
pub fn count(least: u32) -> Shape {
    json!({
        "type": ["integer", "string"], "minimum": least,
        "pattern": "^[+]?[0-9]+$", "patternErrorMessage": format!("write a count, from {least} on"),
    })
}

/// `true` or `false`.
#[must_use]
pub fn yes_or_no() -> Shape {
    json!({ "enum": [true, false, "true", "false"] })
}

/// One of these words, each with what it says.
#[must_use]
pub fn words(words: &[(&str, &str)]) -> Shape {
    let (names, abouts): (Vec<&str>, Vec<&str>) = words.iter().copied().unzip();
    json!({ "type": "string", "enum": names, "enumDescriptions": abouts })
}

/// One value, or a list of some.
#[must_use]
pub fn list(item: Shape) -> Shape {
    let is_plain = !["enum", "anyOf", "oneOf", "not", "const"].iter().any(|key| item.get(key).is_some());
    let types = types(&item);
    if !is_plain || types.is_empty() {
        return json!({ "anyOf": [item.clone(), list_only(item)] });
    }
    // As one shape rather than two: editors say what is wrong with the value, and not that none of two shapes fits.
    let mut shape = item.clone();
    set(&mut shape, "type", types.into_iter().chain(["array".into()]).collect());
    set(&mut shape, "items", item);
    set(&mut shape, "minItems", json!(1));
    shape
}

/// A list, where one value alone is no list.
#[must_use]
pub fn list_only(item: Shape) -> Shape {
    let mut shape = json!({ "type": "array", "minItems": 1 });
    set(&mut shape, "items", item);
    shape
}

/// A map with these keys and no others.
#[must_use]
pub fn map(fields: &[Field]) -> Shape {
    let mut properties = Map::new();
    for field in fields.iter().filter(|field| field.read) {
        properties.insert(field.name.to_owned(), described((field.shape)(), field.name, field.about));
    }
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

/// A map of free keys.
#[must_use]
pub fn entries(key: Shape, value: Shape) -> Shape {
    let mut key = key;
    // Keys are text to every editor.
    if let Some(object) = key.as_object_mut() {
        object.remove("type");
    }
    let mut shape = json!({ "type": "object" });
    set(&mut shape, "propertyNames", key);
    set(&mut shape, "additionalProperties", value);
    shape
}

/// A map that holds something.
#[must_use]
pub fn filled(mut shape: Shape) -> Shape {
    set(&mut shape, "minProperties", json!(1));
    shape
}

/// A map that has all of these keys.
#[must_use]
pub fn required(mut shape: Shape, keys: &[&str]) -> Shape {
    set(&mut shape, "required", json!(keys));
    shape
}

/// A map that has one of these keys, or more.
#[must_use]
pub fn with_any(mut shape: Shape, keys: &[&str]) -> Shape {
    set(&mut shape, "anyOf", keys.iter().map(|key| json!({ "required": [key] })).collect());
    shape
}

/// A map that has exactly one of these keys.
#[must_use]
pub fn with_one(mut shape: Shape, keys: &[&str]) -> Shape {
    set(&mut shape, "oneOf", keys.iter().map(|key| json!({ "required": [key] })).collect());
    shape
}

/// The value, or nothing (`~`).
#[must_use]
pub fn or_nothing(mut shape: Shape) -> Shape {
    let types = types(&shape).into_iter().chain(["null".into()]).collect();
    set(&mut shape, "type", types);
    shape
}

/// With examples.
#[must_use]
pub fn like(mut shape: Shape, examples: Value) -> Shape {
    set(&mut shape, "examples", examples);
    shape
}

/// With a title and words.
#[must_use]
pub fn described(mut shape: Shape, title: &str, about: &str) -> Shape {
    if shape.get("title").is_none() {
        set(&mut shape, "title", json!(title));
    }
    if !about.is_empty() {
        set(&mut shape, "description", json!(about));
    }
    shape
}

/// Sets a keyword.
pub fn set(shape: &mut Shape, keyword: &str, value: Value) {
    if let Some(object) = shape.as_object_mut() {
        object.insert(keyword.to_owned(), value);
    }
}

fn types(shape: &Shape) -> Vec<Value> {
    match shape.get("type") {
        Some(Value::Array(types)) => types.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    }
}
