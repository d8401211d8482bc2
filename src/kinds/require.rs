//! `require`: what every file must import, and what is asked of dependencies. Knows how both are written; whether a file
//! imports what it must, the engine sees.

use super::require_dependencies::{DEMANDS, Demands};
use super::words::Word;
use super::{Asks, Complaint, Judge, Kind, Required, View, targets};
use crate::document::fields::{Field, Reading, field};
use crate::document::mistake::nearest;
use crate::document::shape::{self, Shape};
use crate::document::yaml::{Node, Value};
use crate::name::top;
use crate::pattern::name::NamePattern;
use crate::project::libraries::Libraries;

/// The verb.
pub(super) static KIND: Kind = Kind {
    key: "require",
    about: "what must hold: dependencies declared, used, pinned; an import in every file",
    example: "require: [declared, used]",
    shape,
    compile,
};

/// At most so many in one rule: each is looked for in every file.
const MOST: usize = 100;

const TARGETS: [Field; 1] = [field("import", "what every file imports at module level", || {
    let mut name = shape::matching(r"^=?[^\s/\\:;,()<>\[\]{}@#!?*=+&|%~^'-]+$", "write the whole name, without `*`");
    // An identifier may look like a boolean.
    shape::set(&mut name, "type", serde_json::json!(["string", "boolean"]));
    shape::list(name)
})];

fn shape() -> Shape {
    let abouts = DEMANDS.map(|(name, demand)| (name, demand.about()));
    let demands = shape::list(shape::words(&abouts));
    let imports = shape::filled(shape::map(&TARGETS));
    serde_json::json!({ "if": { "type": "object" }, "then": imports, "else": demands })
}

struct Require {
    required: Vec<Required>,
}

fn compile(node: &Node, reading: &mut Reading<'_>, _: &Libraries) -> Option<Box<dyn Judge>> {
    if matches!(node.value, Value::Scalar { .. } | Value::List(_)) {
        return read_demands(node, reading);
    }
    if let Value::Map(pairs) = &node.value
        && let Some((key, _)) = pairs.iter().find(|(key, _)| DEMANDS.iter().any(|(name, _)| *name == key.text))
    {
        let help = format!("write `require: {}`", key.text);
        reading.wrong(key.span, format!("`{}` takes no value", key.text), help);
        return None;
    }
    let fields = targets(node, &KIND, &TARGETS, reading)?;
    let value = fields.get("import")?;
    let mut required = Vec::new();
    for item in reading.list(value, "`import`") {
        let Some(written) = reading.text(item, "a name") else { continue };
        match NamePattern::parse(&written.text) {
            Ok(_) if Word::parse(&written.text).is_some() => {
                reading.wrong(
                    written.span,
                    format!("`{}` is no name that can be imported", written.text),
                    "write the whole name",
                );
            }
            Ok(pattern) if required.iter().any(|other: &Required| other.pattern == pattern) => {
                reading.wrong(
                    written.span,
                    format!("`{}` stands here a second time", written.text),
                    "remove one of the two",
                );
            }
            Ok(_) if required.len() == MOST => {
                reading.wrong(written.span, format!("more than {MOST} required imports"), "make further rules of them");
                break;
            }
            Ok(pattern) if pattern.literal().is_some() => required.push(Required { pattern, written }),
            Ok(_) => reading.wrong(written.span, "a required import is one name, without `*`", "write the whole name"),
            Err(malformed) => {
                reading.misspelt(written.span, malformed.message, malformed.spelling.as_deref(), malformed.help);
            }
        }
    }
    if required.is_empty() { None } else { Some(Box::new(Require { required })) }
}

/// `declared`, `used`, `pinned`, or several of them.
fn read_demands(node: &Node, reading: &mut Reading<'_>) -> Option<Box<dyn Judge>> {
    let mut demands: Vec<(_, crate::document::fields::Spanned)> = Vec::new();
    for item in reading.list(node, "`require`") {
        let Some(written) = reading.text(item, "a demand") else { continue };
        let Some((_, demand)) = DEMANDS.iter().find(|(name, _)| *name == written.text) else {
            let near = nearest(&written.text, DEMANDS.map(|(name, _)| name));
            let help = format!(
                "there are: {}; imports are required by `{{ import: NAME }}`",
                DEMANDS.map(|(name, _)| name).join(", ")
            );
            reading.misspelt(written.span, format!("`{}` is nothing that can be required", written.text), near, help);
            continue;
        };
        if demands.iter().any(|(own, _)| own == demand) {
            reading.wrong(
                written.span,
                format!("`{}` stands here a second time", written.text),
                "remove one of the two",
            );
            continue;
        }
        demands.push((*demand, written));
    }
    if demands.is_empty() { None } else { Some(Box::new(Demands(demands))) }
}

impl Judge for Require {
    fn asks(&self) -> Asks {
        let tops = self.required.iter().filter_map(|required| required.pattern.top()).map(str::to_owned).collect();
        Asks { tops, ..Asks::default() }
    }

    fn may_concern(&self, name: &str) -> bool {
        self.required.iter().any(|required| required.pattern.fit(name, name.ends_with(".*")).is_some())
    }

    fn needs_place(&self) -> bool {
        true
    }

    fn judge<'j>(&'j self, _: &View<'_>) -> Option<Complaint<'j>> {
        None
    }

    fn required(&self) -> &[Required] {
        &self.required
    }

    fn entries(&self) -> Vec<String> {
        self.required.iter().map(|required| format!("import {}", required.written.text)).collect()
    }

    fn message(&self, view: &View<'_>, _: &Complaint<'_>, _: Option<&str>) -> String {
        match view.reached.rsplit_once('.') {
            Some((module, member)) if top(module) == "__future__" => {
                format!("this file must say `from {module} import {member}`")
            }
            _ => format!("this file must import `{}` at module level", view.reached),
        }
    }
}
