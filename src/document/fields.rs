//! Reads maps, lists and texts out of a document, and complains about whatever does not fit. Knows shapes; the
//! caller knows the keys.

use super::mistake::{MOST, Mistake, corrected_line, nearest};
use super::shape::{self, Shape};
use super::traps;
use super::yaml::{Key, Node, Value};
use crate::span::Span;

/// A key that a map may have.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its spelling.
    pub name: &'static str,
    /// Whether this version reads it. A key that only a later version reads is refused with its own words, since
    /// ignoring it would be a silent green.
    pub read: bool,
    /// What it says, in one line for people who write a document.
    pub about: &'static str,
    /// What its value looks like, for editors.
    pub shape: fn() -> Shape,
}

/// A key that this version reads.
#[must_use]
pub const fn field(name: &'static str, about: &'static str, shape: fn() -> Shape) -> Field {
    Field { name, read: true, about, shape }
}

/// A key that belongs to the language but is not read by this version.
#[must_use]
pub const fn later(name: &'static str) -> Field {
    Field { name, read: false, about: "", shape: shape::text }
}

/// Text with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned {
    /// The text.
    pub text: String,
    /// Where it stands in the policy, quotes included.
    pub span: Span,
}

/// A document being read: its text, and the mistakes found so far.
pub struct Reading<'t> {
    /// The policy text.
    pub text: &'t str,
    /// Everything that is wrong with it.
    pub mistakes: Vec<Mistake>,
    /// How many more there are, that are only counted.
    pub untold: usize,
}

impl Reading<'_> {
    /// Adds a mistake.
    pub fn wrong(
        &mut self,
        span: Span,
        message: impl Into<std::borrow::Cow<'static, str>>,
        help: impl Into<std::borrow::Cow<'static, str>>,
    ) {
        if self.is_full() {
            self.untold += 1;
        } else {
            self.mistakes.push(Mistake::new(span, message, help));
        }
    }

    /// Adds a mistake about a text for which there may be a right spelling; `help` says what to do when there is none.
    pub fn misspelt(&mut self, span: Span, message: String, spelling: Option<&str>, help: String) {
        let help = match spelling {
            Some(spelling) => format!("write `{}`", self.corrected(span, spelling)),
            None => help,
        };
        self.wrong(span, message, help);
    }

    /// Whether further mistakes are only counted.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.mistakes.len() >= MOST
    }

    /// The line around `span` with the span replaced, to paste.
    #[must_use]
    pub fn corrected(&self, span: Span, replacement: &str) -> String {
        corrected_line(self.text, span, replacement)
    }

    /// The entries of a map of free keys.
    pub fn entries<'n>(&mut self, node: &'n Node, what: &str) -> &'n [(Key, Node)] {
        if let Value::Map(entries) = &node.value {
            return entries;
        }
        if node.value == Value::Refused {
            return &[];
        }
        self.wrong(
            node.span,
            format!("{what} must be a map (`key: value`), not {}", node.kind()),
            "put each `key: value` on a line of its own, indented by two spaces; mind the space behind the colon",
        );
        &[]
    }

    /// The entries of a map with fixed keys. Unknown keys are mistakes and left out.
    pub fn map<'n>(&mut self, node: &'n Node, what: &str, fields: &[Field]) -> Fields<'n> {
        let mut known = Vec::new();
        for (key, value) in self.entries(node, what) {
            match fields.iter().find(|field| field.name == key.text) {
                Some(field) if field.read => known.push((key, value)),
                Some(_) => self.wrong(
                    key.span,
                    format!("`{}` is part of the policy language, but this version does not read it", key.text),
                    "remove it, or use a version that reads it; ignoring it could hide a finding",
                ),
                None => self.unknown_key(key, what, fields),
            }
        }
        Fields { entries: known, span: node.span }
    }

    fn unknown_key(&mut self, key: &Key, what: &str, fields: &[Field]) {
        if self.is_full() {
            self.untold += 1;
            return;
        }
        if key.text.contains(' ') {
            let help = "in braces a comma ends an unquoted text: quote the whole, as in `why: \"this, and that\"`";
            self.wrong(key.span, format!("{what} has no key `{}`", key.text), help);
            return;
        }
        let names = fields.iter().filter(|field| field.read).map(|field| field.name);
        let help = match nearest(&key.text, names.clone()) {
            Some(near) => format!("write `{}`", self.corrected(key.span, near)),
            None => format!("{what} may have: {}", names.collect::<Vec<_>>().join(", ")),
        };
        self.wrong(key.span, format!("{what} has no key `{}`", key.text), help);
    }

    /// The items of a list; a single value counts as a list of one. An empty list is a mistake.
    pub fn list<'n>(&mut self, node: &'n Node, what: &str) -> Vec<&'n Node> {
        match &node.value {
            Value::List(items) if items.is_empty() => {
                self.wrong(node.span, format!("{what} is an empty list"), "name at least one, or remove the key");
                Vec::new()
            }
            Value::List(items) => items.iter().collect(),
            Value::Null => {
                self.empty(node, what);
                Vec::new()
            }
            Value::Refused => Vec::new(),
            _ => vec![node],
        }
    }

    /// A text. Told apart: nothing at all, a list or map, and a text that ` #` cut short.
    pub fn text(&mut self, node: &Node, what: &str) -> Option<Spanned> {
        match &node.value {
            Value::Scalar { text, plain } => {
                if *plain && let Some(rest) = traps::cut_off(self.text, node.span) {
                    let whole = format!("\"{} {}\"", quotable(text), quotable(rest));
                    let fixed = format!("{}{whole}", self.line_head(node.span));
                    self.wrong(
                        node.span,
                        format!("YAML cut off `{rest}`: a blank and `#` begin a comment"),
                        format!("quote the text: `{fixed}`"),
                    );
                }
                Some(Spanned { text: text.clone(), span: node.span })
            }
            Value::Null => {
                self.empty(node, what);
                None
            }
            Value::Refused => None,
            Value::List(_) | Value::Map(_) => {
                let help = "write one value; quote it if it starts with `[` or `{`";
                self.wrong(node.span, format!("{what} must be text, not {}", node.kind()), help);
                None
            }
        }
    }

    fn empty(&mut self, node: &Node, what: &str) {
        let rest = traps::cut_off(self.text, node.span);
        match rest {
            Some(rest) => {
                let fixed = format!("{} \"{}\"", self.line_head(node.span).trim_end(), quotable(rest));
                self.wrong(
                    node.span,
                    format!("{what} is empty: YAML reads `{rest}` as a comment"),
                    format!("quote the text: `{fixed}`"),
                );
            }
            None => {
                self.wrong(node.span, format!("{what} is empty"), "write a value behind the colon, or remove the key");
            }
        }
    }

    fn line_head(&self, span: Span) -> String {
        let before = self.text.get(..span.start as usize).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        before.get(start..).unwrap_or_default().trim_start().to_owned()
    }

    /// One of a fixed set of words.
    pub fn choice<T: Copy>(&mut self, node: &Node, what: &str, choices: &[(&'static str, T)]) -> Option<T> {
        // A word may be followed by a comment; only prose is cut off by one.
        let value = match &node.value {
            Value::Scalar { text, .. } => Spanned { text: text.clone(), span: node.span },
            _ => self.text(node, what)?,
        };
        if let Some((_, choice)) = choices.iter().find(|(name, _)| *name == value.text) {
            return Some(*choice);
        }
        let names = choices.iter().map(|(name, _)| *name);
        let spelling = match value.text.to_lowercase().as_str() {
            "off" | "no" | "false" | "ignore" | "disabled" | "allow" => names.clone().find(|name| *name == "none"),
            "warning" => names.clone().find(|name| *name == "warn"),
            "info" | "information" | "hint" => names.clone().find(|name| *name == "note"),
            "err" | "deny" | "fatal" | "on" | "yes" | "true" => names.clone().find(|name| *name == "error"),
            other => nearest(other, names.clone()),
        };
        let help = match spelling {
            Some(near) => format!("write `{}`", self.corrected(value.span, near)),
            None => format!("write one of: {}", names.collect::<Vec<_>>().join(", ")),
        };
        self.wrong(value.span, format!("{what} cannot be `{}`", value.text), help);
        None
    }
}

/// Text for inside double quotes.
fn quotable(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// The known entries of a map.
pub struct Fields<'n> {
    entries: Vec<(&'n Key, &'n Node)>,
    /// The whole map.
    pub span: Span,
}

impl<'n> Fields<'n> {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'n Node> {
        self.entry(name).map(|(_, value)| value)
    }

    /// A key and its value.
    #[must_use]
    pub fn entry(&self, name: &str) -> Option<(&'n Key, &'n Node)> {
        self.entries.iter().find(|(key, _)| key.text == name).copied()
    }
}
