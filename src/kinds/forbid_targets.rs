//! The targets of `forbid`: which keys there are, what each covers, and what its value looks like. Must not know what they
//! come to.

use super::{call_list, distributions, entry_list};
use crate::document::fields::{Field, field};
use crate::document::shape::{self, Shape};
use serde_json::json;

/// What follows `forbid:` when it is a map.
pub(super) const TARGETS: [Field; 10] = [
    field(
        "library",
        "a library, by its import name or that of its distribution: code and dependencies",
        entry_list::shape,
    ),
    field("name", "imports of names, and every use, call and dotted string that reaches them", entry_list::shape),
    field("import", "imports alone, and dynamic imports with a literal", entry_list::shape),
    field("star", "`from NAME import *`", entry_list::shape),
    field("private", "imports that name something with a leading underscore", entry_list::shape),
    field("except", "allows what lies beneath something forbidden", || json!({})),
    field("call", "calls of a name, a builtin or a `.method`, also under conditions", call_list::shape),
    field("string", "dotted strings in places where names are resolved", entry_list::shape),
    field(
        "dynamic",
        "imports whose name only the running program knows: `any`, or those that begin with a name",
        entry_list::shape,
    ),
    field(
        "dependency",
        "distributions that are declared, locked or installed; `\"urllib3<2\"` means some versions",
        distributions::shape,
    ),
];

/// A list of libraries, or a map of targets.
pub(super) fn shape() -> Shape {
    let targets: Vec<&str> = TARGETS.iter().map(|target| target.name).filter(|name| *name != "except").collect();
    let mut map = shape::with_any(shape::map(&TARGETS), &targets);
    // Exceptions are names; beside `dependency` alone, they are distributions.
    let names = targets.iter().filter(|name| **name != "dependency").map(|name| json!({ "required": [name] }));
    shape::set(&mut map, "if", json!({ "anyOf": names.collect::<Vec<_>>() }));
    shape::set(&mut map, "then", json!({ "properties": { "except": entry_list::shape() } }));
    shape::set(&mut map, "else", json!({ "properties": { "except": distributions::plain_shape() } }));
    json!({ "if": { "type": "object" }, "then": map, "else": entry_list::list_shape() })
}
