//! Lists of entries in a policy. Knows how names, words and libraries are written, and which two contradict each other;
//! must not know what they cover.

use super::call_conditions::Conditions;
use super::entries::{Entry, Form, Reach};
use super::words::{WORDS, Word};
use crate::builtins::is_builtin;
use crate::distribution::is_distribution;
use crate::document::fields::{Field, Reading, Spanned, field};
use crate::document::mistake::nearest;
use crate::document::shape::{self, Shape};
use crate::document::yaml::{Node, Value};
use crate::name;
use crate::pattern::name::NamePattern;
use crate::project::libraries::{Libraries, shared_by};
use rustc_hash::FxHashMap;

/// How a list of entries is to be read.
#[derive(Clone, Copy)]
pub(super) struct Target<'l> {
    /// The key it stands under.
    pub key: &'static str,
    /// Whether its entries are libraries, which go by the names of their distributions too.
    pub libraries: Option<&'l Libraries>,
    /// What a policy knows of other names of one object.
    pub ties: &'l Libraries,
    /// Which imports its entries mean.
    pub form: Form,
    /// Whether its entries allow.
    pub allows: bool,
}

/// Keys of a library whose import name several distributions share.
const RENAMED: [Field; 2] = [
    field("dist", "the name that requirements use", shape::distribution),
    field("import", "what code imports of it", names_shape),
];

/// Names without maps.
pub(super) fn names_shape() -> Shape {
    shape::list(shape::name())
}

/// A list of names and libraries.
pub(super) fn list_shape() -> Shape {
    let renamed = shape::required(shape::map(&RENAMED), &["dist", "import"]);
    let mut item = shape::name();
    shape::set(&mut item, "type", serde_json::json!(["string", "boolean", "object"]));
    for key in ["properties", "required", "additionalProperties"] {
        shape::set(&mut item, key, renamed.get(key).cloned().unwrap_or_default());
    }
    shape::list(item)
}

/// The same, or a map of name to successor.
pub(super) fn shape() -> Shape {
    let renamed = shape::required(shape::map(&RENAMED), &["dist", "import"]);
    let successors = shape::filled(shape::entries(shape::name(), shape::or_nothing(shape::dotted())));
    let mut shape = list_shape();
    for key in ["properties", "required", "additionalProperties"] {
        if let Some(object) = shape.as_object_mut() {
            object.remove(key);
        }
    }
    shape::set(&mut shape, "if", serde_json::json!({ "required": ["dist"] }));
    shape::set(&mut shape, "then", renamed_alone(&renamed));
    shape::set(&mut shape, "else", renamed_alone(&successors));
    shape
}

/// A shape of maps that says nothing of other values.
fn renamed_alone(shape: &Shape) -> Shape {
    let mut shape = shape.clone();
    if let Some(object) = shape.as_object_mut() {
        object.remove("type");
    }
    shape
}

/// A list of names, or a map of name to successor.
pub(super) fn read(node: &Node, target: Target<'_>, entries: &mut Vec<Entry>, reading: &mut Reading<'_>) {
    let what = format!("`{}`", target.key);
    if let Value::Map(pairs) = &node.value
        && !is_renamed_library(node)
    {
        if pairs.is_empty() {
            reading.wrong(node.span, format!("{what} is an empty map"), "name at least one, or remove the key");
        }
        for (key, value) in pairs {
            let written = Spanned { text: key.text.clone(), span: key.span };
            let successor = match &value.value {
                Value::Null => None,
                _ => reading.text(value, "a successor").filter(|text| is_good_successor(text, reading)),
            };
            push(&written, successor.as_ref(), None, target, entries, reading);
        }
        return;
    }
    for item in reading.list(node, &what) {
        if matches!(item.value, Value::Map(_)) {
            let fields = reading.map(item, "a library", &RENAMED);
            let dist = fields.get("dist").and_then(|dist| reading.text(dist, "`dist`"));
            if let Some(dist) = dist.as_ref().filter(|dist| !is_distribution(&dist.text)) {
                let help = "write the name that requirements use, without a version";
                reading.wrong(dist.span, format!("`{}` is no name of a distribution", dist.text), help);
            } else if fields.get("dist").is_none() {
                let help = "write `{ dist: PyJWT, import: jwt }`, or the import name alone";
                reading.wrong(item.span, "a library without the name of its distribution", help);
            }
            let Some(import) = fields.get("import") else {
                let help = "write `{ dist: PyJWT, import: jwt }`";
                reading.wrong(item.span, "a library without an import name", help);
                continue;
            };
            for import in reading.list(import, "`import`") {
                if let Some(written) = reading.text(import, "`import`") {
                    let distribution = dist.as_ref().map(|dist| dist.text.as_str());
                    push(&written, None, distribution, Target { libraries: None, ..target }, entries, reading);
                }
            }
        } else if let Some(written) = reading.text(item, "a name") {
            push(&written, None, None, target, entries, reading);
        }
    }
}

fn is_renamed_library(node: &Node) -> bool {
    matches!(&node.value, Value::Map(pairs) if pairs.iter().any(|(key, _)| key.text == "dist"))
}

pub(super) fn push(
    written: &Spanned,
    successor: Option<&Spanned>,
    distribution: Option<&str>,
    target: Target<'_>,
    entries: &mut Vec<Entry>,
    reading: &mut Reading<'_>,
) {
    let mut add = |reach: Reach, distribution: Option<&str>, tied: bool| {
        entries.push(Entry {
            reach,
            form: target.form,
            written: written.clone(),
            distribution: distribution.map(str::to_owned),
            successor: successor.cloned(),
            allows: target.allows,
            tied,
            conditions: Conditions::default(),
        });
    };
    let others = |pattern: &NamePattern| {
        let names = pattern.literal().map(|name| target.ties.others(name)).unwrap_or_default();
        names.iter().filter_map(|name| NamePattern::parse(name).ok()).collect::<Vec<_>>()
    };
    if let Some(word) = Word::parse(&written.text) {
        add(Reach::Word(word), None, false);
        return;
    }
    // `first_party` and `Any` would be names that nobody has.
    let squashed = |text: &str| text.to_lowercase().replace(['-', '_'], "");
    if let Some((word, _)) = WORDS.iter().find(|(word, _)| squashed(word) == squashed(&written.text)) {
        let help = format!("write `{}`", reading.corrected(written.span, word));
        reading.wrong(written.span, format!("`{}` is no name, but nearly the word `{word}`", written.text), help);
        return;
    }
    if target.form == Form::Call {
        let is_method = written.text.strip_prefix('.').is_some_and(name::is_identifier);
        if is_method {
            add(Reach::Method(name::normalise(&written.text).into_owned()), None, false);
            return;
        }
        if is_builtin(&written.text)
            && let Ok(pattern) = NamePattern::parse(&format!("builtins.{}", written.text))
        {
            add(Reach::Pattern(pattern), None, false);
            return;
        }
    }
    if let Some(libraries) = target.libraries {
        if let Some(distributions) = shared_by(&written.text) {
            let example = if written.text == "jwt" { "PyJWT" } else { "NAME" };
            let help = format!("say which is meant: `{{ dist: {example}, import: {} }}`", written.text);
            let message = format!("`{}` is the import name of {distributions}", written.text);
            reading.wrong(written.span, message, help);
            return;
        }
        let imports = libraries.imports(&written.text);
        if !imports.is_empty() {
            let patterns = imports.iter().filter_map(|import| NamePattern::parse(import).ok());
            for pattern in patterns {
                for other in others(&pattern) {
                    add(Reach::Pattern(other), Some(&written.text), true);
                }
                add(Reach::Pattern(pattern), Some(&written.text), false);
            }
            return;
        }
        if written.text.contains('-') && name::is_dotted(&written.text.replace('-', "_")) {
            let import = written.text.replace('-', "_");
            let help = format!(
                "say what code imports: `{{ dist: {0}, import: {import} }}`; or forbid the dependency alone: `{{ dependency: [{0}] }}`",
                written.text
            );
            let message = format!("nobody knows what code imports of the distribution `{}`", written.text);
            reading.wrong(written.span, message, help);
            return;
        }
    }
    match NamePattern::parse(&written.text) {
        Ok(pattern) => {
            for other in others(&pattern) {
                add(Reach::Pattern(other), distribution, true);
            }
            add(Reach::Pattern(pattern), distribution, false);
        }
        Err(_) if reading.is_full() => reading.untold += 1,
        Err(malformed) => {
            let near = nearest(&written.text, WORDS.map(|(name, _)| name))
                .filter(|near| strsim::osa_distance(near, &written.text.to_lowercase().replace(['_', ' '], "-")) <= 2)
                .map(str::to_owned);
            let spelling = near.or(malformed.spelling);
            reading.misspelt(written.span, malformed.message, spelling.as_deref(), malformed.help);
        }
    }
}

/// Whether a successor is a dotted name; a mistake otherwise.
pub(super) fn is_good_successor(successor: &Spanned, reading: &mut Reading<'_>) -> bool {
    let good = name::is_dotted(&name::normalise(&successor.text));
    if !good {
        let help = "write the dotted name to use instead, such as `acme.http.get`, or `~` for none";
        reading.wrong(successor.span, format!("`{}` is no dotted name", successor.text), help);
    }
    good
}

/// One name both forbidden and excepted, or named twice.
pub(super) fn find_contradictions<'e>(entries: impl IntoIterator<Item = &'e Entry>, reading: &mut Reading<'_>) {
    let mut first: FxHashMap<(&str, Form), &Entry> = FxHashMap::default();
    for entry in entries {
        // A library goes by several names.
        let text = match &entry.reach {
            Reach::Pattern(pattern) => pattern.as_str(),
            Reach::Word(_) | Reach::Method(_) => entry.written.text.as_str(),
        };
        // Calls may be named several times, under different conditions; what is forbidden as a name is so as an import.
        let form = match entry.form {
            Form::Call => continue,
            Form::Import => Form::Any,
            form => form,
        };
        // A library may stand for several names: they share one place.
        let same = |other: &&&Entry| other.written.span != entry.written.span;
        let forms: &[Form] = if entry.allows { &[Form::Any, Form::Star, Form::Private] } else { &[form] };
        let Some(other) = forms.iter().find_map(|form| first.get(&(text, *form)).filter(same)) else {
            first.insert((text, form), entry);
            continue;
        };
        if other.tied || entry.tied {
            continue;
        }
        if other.allows == entry.allows {
            // Several distributions may share an import name.
            if other.distribution != entry.distribution {
                continue;
            }
            reading.wrong(entry.written.span, format!("`{text}` stands here a second time"), "remove one of the two");
        } else {
            let help = "an exception must be more specific than what is forbidden: remove one of the two";
            reading.wrong(entry.written.span, format!("`{text}` is both forbidden and excepted"), help);
        }
    }
}
