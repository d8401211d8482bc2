//! The keys at the top of a policy: one table, against which policies are read and from which editors learn them. Knows words and
//! shapes; must not know what a key comes to.

use super::builtin::BUILTINS;
use super::exemption::globs_shape;
use super::schedule::level_shape;
use super::{overrides, rule_table};
use crate::document::fields::{Field, field, later};
use crate::document::shape::{self, Shape};
use crate::project::standard_library::{NEWEST, OLDEST};
use serde_json::json;

/// Keys of a policy.
pub(super) const KEYS: [Field; 12] = [
    field("version", "of the policy language", || shape::like(json!({ "enum": [1, "1"] }), json!([1]))),
    field("requires", "the versions of the tool that may read it", || {
        let shape = shape::matching(r"^\s*$|[<>=!~]", "write a range of versions, such as `\">=0.1\"`");
        shape::like(shape, json!([">=0.1"]))
    }),
    field("python", "the project's Python: its version, and where modules lie", || shape::map(&PYTHON)),
    field("exclude", "not checked, even when named", globs_shape),
    field("unanalysed", "where problems are expected, and only counted", excuses_shape),
    field("rules", "the decisions of the team, by their ids", rule_table::shape),
    field("policy", "levels of the findings that the tool makes about the policy and its use", || {
        shape::map(&builtins())
    }),
    field("extends", "rules of others: packs (`pack:NAME`), and files relative to this one", extends_shape),
    field("overrides", "changes of rules that were pulled in; of several, the last that holds wins", overrides::shape),
    field("libraries", "what code imports of distributions that the tool does not know", libraries_shape),
    later("migrations"),
    field("baseline", "the file of findings that were there before and may stay, relative to this one", || {
        shape::like(shape::text(), json!(["policy.baseline"]))
    }),
];

/// Those that may stand in a pulled-in policy too.
pub(super) const EXTENDED: [&str; 4] = ["version", "extends", "rules", "libraries"];

/// Keys of `python`.
pub(super) const PYTHON: [Field; 5] = [
    field("target", "the Python that the code runs on; the newest known without it", target_shape),
    field("roots", "where first-party modules start; `.` and `src` without it", || {
        shape::like(shape::list(folder_shape()), json!([[".", "src"]]))
    }),
    field("packages", "folders whose import name differs from their path", || {
        let shape = shape::entries(folder_shape(), shape::dotted());
        shape::like(shape, json!([{ "packages/error-handling": "packages.error_handling" }]))
    }),
    field("shadows", "local modules that are meant to stand in for the library of that name", || {
        shape::like(shape::list(shape::dotted()), json!([["redis"]]))
    }),
    field(
        "environment",
        "a virtual environment beneath the root: its distributions improve the table of names",
        || shape::like(folder_shape(), json!([".venv"])),
    ),
];

/// Keys of an entry of `unanalysed`.
pub(super) const EXCUSE: [Field; 2] =
    [field("in", "where", globs_shape), field("why", "why problems are expected there", shape::text)];

/// Keys of a library.
pub(super) const LIBRARY: [Field; 2] = [
    field("import", "what code imports of it", || shape::list(shape::dotted())),
    field("same", "other public names of one object, by its usual name", || {
        let object = shape::matching(r"\.", "write the whole dotted name of an object");
        shape::entries(object.clone(), shape::list(object))
    }),
];

/// A built-in id as it stands under `policy`.
pub(super) fn short(id: &'static str) -> &'static str {
    id.strip_prefix("policy/").unwrap_or(id)
}

/// Built-in findings as keys.
pub(super) fn builtins() -> [Field; 13] {
    std::array::from_fn(|at| match BUILTINS.get(at) {
        Some(builtin) => field(short(builtin.id), builtin.about, level_shape),
        None => later(""),
    })
}

/// YAML takes `3.12` for a number, and `3.10` for the same as `3.1`.
fn target_shape() -> Shape {
    let minors: Vec<String> = (OLDEST..=NEWEST).map(|minor| minor.to_string()).collect();
    let what = format!("write a version from \"3.{OLDEST}\" to \"3.{NEWEST}\", in quotes");
    let mut shape = shape::matching(&format!(r"^3\.[+]?0*({})$", minors.join("|")), &what);
    shape::set(&mut shape, "type", json!(["string", "number"]));
    shape::set(&mut shape, "minimum", json!(3));
    shape::set(&mut shape, "exclusiveMaximum", json!(4));
    shape::like(shape, json!([format!("3.{NEWEST}")]))
}

fn folder_shape() -> Shape {
    shape::loosely(r"^[^/!?*\[{\\][^?*\[{\\]*$", "name one folder beneath the root, without `*` and a leading `/`")
}

fn excuses_shape() -> Shape {
    let excuse = shape::required(shape::map(&EXCUSE), &["in", "why"]);
    let shape = json!({ "if": { "type": "array" }, "then": shape::list_only(excuse.clone()), "else": excuse });
    shape::like(shape, json!([[{ "in": "tests/bad/", "why": "broken on purpose" }]]))
}

/// Files cannot be known, packs can: [`super::schema`] fills them in.
fn extends_shape() -> Shape {
    shape::list(shape::loosely(r"^[^/~\\][^\\]*$", "name a pack (`pack:NAME`), or a file relative to this one"))
}

fn libraries_shape() -> Shape {
    let library =
        json!({ "if": { "type": "object" }, "then": shape::map(&LIBRARY), "else": shape::list(shape::dotted()) });
    shape::like(shape::entries(shape::distribution(), library), json!([{ "acme-metrics": "acme_metrics" }]))
}
