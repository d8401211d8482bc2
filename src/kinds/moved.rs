//! `moved`: the same object, in a new place. Knows how old and new names are written; judges as `forbid` does.

use super::call_conditions::Conditions;
use super::entries::{Entry, Form, Reach};
use super::entry_list::{find_contradictions, is_good_successor};
use super::forbid::Forbid;
use super::{Judge, Kind};
use crate::document::fields::{Reading, Spanned};
use crate::document::shape::{self, Shape};
use crate::document::yaml::{Node, Value};
use crate::pattern::name::NamePattern;
use crate::project::libraries::Libraries;

/// The verb.
pub(super) static KIND: Kind = Kind {
    key: "moved",
    about: "the same object has a new place: `old.name: new.name`",
    example: "moved: { acme.old.get: acme.http.get }",
    shape,
    compile,
};

fn shape() -> Shape {
    let old = shape::matching(r"^=?[^\s/\\:;,()<>\[\]{}@#!?*=+&|%~^'-]+$", "write the whole old name, without `*`");
    shape::filled(shape::entries(old, shape::dotted()))
}

fn compile(node: &Node, reading: &mut Reading<'_>, libraries: &Libraries) -> Option<Box<dyn Judge>> {
    let pairs = reading.entries(node, "`moved`");
    if matches!(&node.value, Value::Map(pairs) if pairs.is_empty()) {
        reading.wrong(node.span, "`moved` is an empty map", "write `old.name: new.name`");
    }
    let mut entries = Vec::new();
    for (key, value) in pairs {
        let written = Spanned { text: key.text.clone(), span: key.span };
        let successor = reading.text(value, "the new name").filter(|new| is_good_successor(new, reading));
        match NamePattern::parse(&written.text) {
            Ok(pattern) if pattern.literal().is_none() => {
                let help = "name each object; `forbid: { name: [...] }` takes patterns";
                reading.wrong(written.span, "`moved` takes whole names, without `*`", help);
            }
            Ok(pattern) if successor.as_ref().is_some_and(|new| pattern.literal() == Some(new.text.as_str())) => {
                reading.wrong(written.span, format!("`{}` is moved to itself", written.text), "remove the entry");
            }
            Ok(pattern) => {
                let others = pattern.literal().map(|name| libraries.others(name)).unwrap_or_default();
                let others =
                    others.iter().filter_map(|other| NamePattern::parse(other).ok()).map(|other| (other, true));
                for (pattern, tied) in others.chain([(pattern.clone(), false)]) {
                    entries.push(Entry {
                        reach: Reach::Pattern(pattern),
                        form: Form::Any,
                        written: written.clone(),
                        distribution: None,
                        successor: successor.clone(),
                        allows: false,
                        tied,
                        conditions: Conditions::default(),
                    });
                }
            }
            Err(malformed) => {
                reading.misspelt(written.span, malformed.message, malformed.spelling.as_deref(), malformed.help);
            }
        }
    }
    find_contradictions(&entries, reading);
    if entries.is_empty() { None } else { Some(Box::new(Forbid::new(entries, true))) }
}
