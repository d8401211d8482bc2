//! The keys of a rule: one table, against which policies are read and from which editors learn them. Knows words and shapes; must
//! not know what a key comes to.

use super::exemption::{self, globs_shape};
use super::schedule::{self, level_shape};
use crate::context::Context;
use crate::document::fields::{Field, field, later};
use crate::document::shape::{self, Shape};
use crate::kinds::{KINDS, LATER};
use crate::surface::Surface;
use serde_json::json;

/// Keys of a rule besides its verb.
pub(super) const KEYS: [Field; 16] = [
    field("in", "where it speaks; everywhere without it", globs_shape),
    field("not-in", "where it does not", globs_shape),
    field("allow-in", "audited exemptions: who may do it nevertheless", exemption::shape),
    field("level", "how much a finding matters, `error` without it; or levels by date", schedule::shape),
    field("contexts", "levels of what stands in a context; each replaces the rule's own", || {
        shape::like(shape::filled(shape::map(&contexts())), json!([{ "type-checking": "note" }]))
    }),
    field("instead", "what to use instead: the dotted name that code imports", || {
        shape::like(shape::dotted(), json!(["acme.http"]))
    }),
    field("why", "why the rule is there; findings show it", || {
        shape::like(shape::text(), json!(["Retries, tracing and pooling live in the standard client."]))
    }),
    field("docs", "where to read on", || {
        let shape = shape::matching(r"^https?://\S+$", "write the whole address, starting with `https://`");
        shape::like(shape, json!(["https://wiki.example/http"]))
    }),
    field("owner", "who decides about the rule", || shape::like(shape::text(), json!(["@acme/platform"]))),
    field("examples", "code that it must or must not complain about; `policy test` runs them", examples_shape),
    field("python", "the versions of Python for which it speaks; all without it", || shape::versions(">=3.11")),
    field("surfaces", "levels of what stands on a surface; each replaces the rule's own", || {
        shape::like(shape::filled(shape::map(&surfaces())), json!([{ "docs": "none", "locks": "note" }]))
    }),
    field("groups", "which dependencies it speaks of; all without it", || {
        let help = "write `runtime`, `build`, `extra:NAME` or `group:NAME`; `*` is any name";
        let group = shape::matching("^(runtime|build|(extra|group):.+)$", help);
        shape::like(shape::list(group), json!([["runtime", "extra:*"]]))
    }),
    field("suppressible", "whether comments may let a finding stay", shape::yes_or_no),
    field("max-suppressions", "how many findings comments may let stay, in all files together", || {
        shape::like(shape::count(0), json!([5]))
    }),
    later("replace"),
];

/// Keys of an example.
pub(super) const EXAMPLE: [Field; 3] = [
    field("bad", "code with a finding of the rule", shape::text),
    field("good", "code without one", shape::text),
    field("path", "judge it as this file, with scope and exemptions", shape::text),
];

fn examples_shape() -> Shape {
    let example = shape::with_any(shape::map(&EXAMPLE), &["bad", "good"]);
    let shape = json!({ "if": { "type": "array" }, "then": shape::list_only(example.clone()), "else": example });
    shape::like(shape, json!([[{ "bad": "import requests", "good": "from acme.http import get" }]]))
}

/// The verbs.
pub(super) fn verbs() -> impl Iterator<Item = Field> {
    let verb = |kind: &&crate::kinds::Kind| field(kind.key, kind.about, kind.shape);
    KINDS.iter().map(verb).chain(LATER.map(later))
}

/// Contexts as keys.
pub(super) fn contexts() -> [Field; 11] {
    Context::ALL.map(|(name, context)| field(name, context.about(), level_shape))
}

/// Surfaces as keys.
pub(super) fn surfaces() -> [Field; 8] {
    Surface::ALL.map(|surface| field(surface.as_str(), surface.about(), level_shape))
}

/// One rule: exactly one verb, and any of the keys.
fn rule_shape() -> Shape {
    let fields: Vec<Field> = verbs().chain(KEYS).collect();
    let verbs: Vec<&str> = KINDS.iter().map(|kind| kind.key).collect();
    let mut shape = shape::with_one(shape::map(&fields), &verbs);
    // Of a verb, the example that help shows.
    for kind in KINDS {
        if let Some(verb) = shape.pointer_mut(&format!("/properties/{}", kind.key)) {
            let about = format!("{}\n\nExample: `{}`", kind.about, kind.example);
            shape::set(verb, "description", json!(about));
        }
    }
    // A rule that cannot be suppressed needs no budget.
    let unsuppressible =
        json!({ "required": ["suppressible"], "properties": { "suppressible": { "enum": [false, "false"] } } });
    shape::set(&mut shape, "if", unsuppressible);
    shape::set(&mut shape, "then", json!({ "properties": { "max-suppressions": false } }));
    shape
}

/// All rules, by their ids.
pub(super) fn shape() -> Shape {
    let mut id = shape::matching("^[A-Za-z0-9._-]+$", "an id consists of letters, digits, `-`, `_` and `.`");
    shape::set(&mut id, "not", json!({ "const": "policy" }));
    let rule = shape::described(rule_shape(), "rule", "one decision: exactly one verb, and what holds for it");
    let example = json!({ "http-client": { "forbid": ["requests", "aiohttp"], "instead": "acme.http" } });
    shape::like(shape::filled(shape::entries(id, rule)), json!([example]))
}
