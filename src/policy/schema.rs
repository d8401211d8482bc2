//! The JSON Schema of policies, put together from the tables against which they are read. Knows the whole document; what a key or a
//! verb looks like, its own table says.

use super::root_table::KEYS;
use crate::document::shape::{self, Shape};
use serde_json::{Value, json};

/// The schema (draft-07, which editors know best); `packs` are the names of packs, each with what it is for.
#[must_use]
pub fn schema(packs: &[(&str, &str)]) -> Shape {
    let mut shape = shape::required(shape::map(&KEYS), &["version"]);
    shape = shape::with_any(shape, &["rules", "extends"]);
    shape = shape::described(
        shape,
        "policy",
        "Libraries and import paths that a Python code base has agreed on. \
         `policy check` judges by it; docs/policy-file.md tells all of it.",
    );
    if let Some(extends) = shape.pointer_mut("/properties/extends") {
        let names: Vec<String> = packs.iter().map(|(name, _)| format!("pack:{name}")).collect();
        let told: Vec<String> = packs.iter().map(|(name, about)| format!("- `pack:{name}`: {about}")).collect();
        let about = extends.get("description").and_then(Value::as_str).unwrap_or_default();
        let about = format!("{about}\n\nPacks that come with the tool:\n\n{}", told.join("\n"));
        shape::set(extends, "description", json!(about));
        shape::set(extends, "examples", json!(names));
        if let Some(item) = extends.get_mut("items") {
            shape::set(item, "examples", json!(names));
        }
    }
    shape::set(&mut shape, "$schema", json!("http://json-schema.org/draft-07/schema#"));
    // The same text, whatever order maps keep.
    shape.sort_all_objects();
    shape
}
