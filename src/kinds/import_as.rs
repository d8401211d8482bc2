//! `import-as`: the alias that a name is imported by. Knows what each form of import binds.

use super::{Asks, Complaint, Judge, Kind, View};
use crate::document::fields::{Field, Reading, Spanned, field};
use crate::document::shape::{self, Shape};
use crate::document::yaml::{Key, Node, Value};
use crate::name::{is_dotted, is_identifier, normalise, top};
use crate::project::libraries::{self, Libraries};
use crate::span::Span;
use rustc_hash::FxHashMap;

/// The verb.
pub(super) static KIND: Kind = Kind {
    key: "import-as",
    about: "the alias that a name is imported by",
    example: "import-as: { numpy: np }",
    shape,
    compile,
};

const KEYS: [Field; 2] = [
    field("as", "the agreed alias, or several", || shape::list(shape::dotted())),
    field("members", "`from NAME import member` is forbidden", || {
        shape::words(&[("forbid", "what it holds is reached through its alias")])
    }),
];

fn shape() -> Shape {
    let agreed = shape::with_any(shape::map(&KEYS), &KEYS.map(|key| key.name));
    let value = serde_json::json!({ "if": { "type": "object" }, "then": agreed, "else": shape::list(shape::dotted()) });
    shape::filled(shape::entries(shape::dotted(), value))
}

/// What is agreed for one name.
struct Agreed {
    written: Spanned,
    /// Any of these; without one, only the members count.
    aliases: Vec<String>,
    /// Whether `from name import member` is forbidden.
    no_members: bool,
}

struct ImportAs {
    agreed: FxHashMap<String, Agreed>,
    /// The names in the order of the policy.
    order: Vec<String>,
}

fn compile(node: &Node, reading: &mut Reading<'_>, _: &Libraries) -> Option<Box<dyn Judge>> {
    if matches!(&node.value, Value::Map(pairs) if pairs.is_empty()) {
        reading.wrong(node.span, "`import-as` is an empty map", "write `numpy: np`");
    }
    let mut agreed = FxHashMap::default();
    let mut order = Vec::new();
    for (key, value) in reading.entries(node, "`import-as`") {
        let name = normalise(&key.text).into_owned();
        if !is_dotted(&name) {
            let help = "write the dotted name that code imports, such as `matplotlib.pyplot`";
            reading.wrong(key.span, format!("`{}` is no dotted name", key.text), help);
            continue;
        }
        if let Some(one) = read_one(key, value, reading) {
            if agreed.contains_key(&name) {
                let message = format!("`{name}` stands here a second time");
                reading.wrong(key.span, message, "remove one of the two");
                continue;
            }
            order.push(name.clone());
            agreed.insert(name, one);
        }
    }
    if agreed.is_empty() { None } else { Some(Box::new(ImportAs { agreed, order })) }
}

fn read_one(key: &Key, value: &Node, reading: &mut Reading<'_>) -> Option<Agreed> {
    let written = Spanned { text: key.text.clone(), span: key.span };
    let Value::Map(_) = &value.value else {
        let aliases = read_aliases(value, reading);
        return (!aliases.is_empty()).then_some(Agreed { written, aliases, no_members: false });
    };
    let fields = reading.map(value, "an agreed import", &KEYS);
    let aliases = fields.get("as").map(|node| read_aliases(node, reading)).unwrap_or_default();
    let members = fields.get("members").and_then(|node| reading.choice(node, "`members`", &[("forbid", true)]));
    if fields.get("as").is_none() && fields.get("members").is_none() {
        reading.wrong(value.span, "this agrees on nothing", "write `{ as: tm, members: forbid }`");
        return None;
    }
    Some(Agreed { written, aliases, no_members: members.unwrap_or(false) })
}

fn read_aliases(node: &Node, reading: &mut Reading<'_>) -> Vec<String> {
    let mut aliases = Vec::new();
    for item in reading.list(node, "an alias") {
        let Some(written) = reading.text(item, "an alias") else { continue };
        let alias = normalise(&written.text).into_owned();
        if is_identifier(&alias) {
            aliases.push(alias);
        } else {
            let help = "write the name behind `as`, such as `np`";
            reading.wrong(written.span, format!("`{}` is no alias", written.text), help);
        }
    }
    aliases
}

/// What a fact binds; `None` for `import a.b`, which binds `a`.
fn bound<'v>(view: &View<'v>) -> Option<&'v str> {
    let fact = view.fact;
    let is_plain = fact.level == 0 && fact.module_len == fact.name.len();
    fact.alias.or_else(|| {
        let last = fact.name.rsplit('.').next();
        if is_plain && fact.name.contains('.') { None } else { last }
    })
}

/// Whether what is reached can be what was agreed on: a relative import never means a library.
fn can_mean(view: &View<'_>) -> bool {
    let own = top(view.reached);
    view.fact.level == 0
        || (!libraries::knows(own) && view.project.is_first_party(own))
        || view.project.exists(view.reached) == Some(true)
}

impl Judge for ImportAs {
    fn asks(&self) -> Asks {
        Asks { tops: self.order.iter().map(|name| top(name).to_owned()).collect(), ..Asks::default() }
    }

    fn may_concern(&self, name: &str) -> bool {
        let is_agreed = |name: &str| self.agreed.contains_key(name);
        is_agreed(name) || name.rsplit_once('.').is_some_and(|(module, _)| is_agreed(module))
    }

    fn judge<'j>(&'j self, view: &View<'_>) -> Option<Complaint<'j>> {
        let fact = view.fact;
        let complaint = |agreed: &'j Agreed| Complaint {
            matched: &agreed.written.text,
            span: agreed.written.span,
            successor: None,
            possible: false,
            at_most: None,
        };
        if let Some(agreed) = self.agreed.get(view.reached)
            && !agreed.aliases.is_empty()
        {
            let is_agreed = bound(view).is_some_and(|bound| agreed.aliases.iter().any(|alias| alias == bound));
            return (!is_agreed && can_mean(view)).then(|| complaint(agreed));
        }
        let is_member = fact.level > 0 || fact.module_len < fact.name.len();
        let (module, _) = view.reached.rsplit_once('.').filter(|_| is_member)?;
        let agreed = self.agreed.get(module).filter(|agreed| agreed.no_members)?;
        can_mean(view).then(|| complaint(agreed))
    }

    fn names(&self) -> Vec<(&str, Span)> {
        let agreed = self.order.iter().filter_map(|name| self.agreed.get(name).map(|agreed| (name, agreed)));
        agreed.map(|(name, agreed)| (top(name), agreed.written.span)).collect()
    }

    fn entries(&self) -> Vec<String> {
        let one = |name: &String| {
            let agreed = self.agreed.get(name)?;
            let aliases = agreed.aliases.join(" or ");
            let members = if agreed.no_members { " (no members)" } else { "" };
            let to = if aliases.is_empty() { String::new() } else { format!(" as {aliases}") };
            Some(format!("{name}{to}{members}"))
        };
        self.order.iter().filter_map(one).collect()
    }

    fn message(&self, view: &View<'_>, complaint: &Complaint<'_>, _: Option<&str>) -> String {
        let name = complaint.matched;
        let alias = self.agreed.get(&*normalise(name)).and_then(|agreed| agreed.aliases.first());
        let spelling = match alias {
            Some(alias) => format!("import {name} as {alias}"),
            None => format!("import {name}"),
        };
        let fact = view.fact;
        let is_from = fact.level > 0 || fact.module_len < fact.name.len();
        let spelling = match (alias, name.rsplit_once('.')) {
            (Some(alias), Some((module, last))) if alias == last => format!("from {module} import {last}"),
            // What is no module cannot be imported otherwise.
            (Some(alias), Some((module, last))) if is_from && view.reached == name => {
                format!("from {module} import {last} as {alias}")
            }
            _ if alias.is_some_and(|alias| alias == name) => format!("import {name}"),
            _ => spelling,
        };
        if *view.reached == *normalise(name) {
            format!("`{name}` is imported by its agreed name here; write `{spelling}`")
        } else {
            format!("`{}` is used through its module here; write `{spelling}`", view.reached)
        }
    }
}
