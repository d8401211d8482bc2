//! Entries: the names and words that `forbid`, `moved`, `allow-only` and `placement` list. Knows how they are written,
//! what they cover, and which of several decides.

use super::words::{WORDS, Word};
use super::{Asks, View};
use crate::document::fields::{Reading, Spanned, field};
use crate::document::mistake::nearest;
use crate::document::yaml::{Node, Value};
use crate::fact::Fact;
use crate::name::{self, is_private};
use crate::pattern::name::{Fit, NamePattern, Rank};
use crate::project::libraries::{self, Libraries, shared_by};
use crate::project::{Project, standard_library};
use crate::versions::Version;
use rustc_hash::FxHashMap;

/// What an entry stands for.
pub(super) enum Reach {
    /// A name, and what lies beneath.
    Pattern(NamePattern),
    /// One of the words.
    Word(Word),
}

/// Which imports of it an entry means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Form {
    /// All.
    Any,
    /// `from name import *`.
    Star,
    /// Those that name something private.
    Private,
}

impl Form {
    /// Whether an import has this form.
    pub(super) fn fits(self, fact: &Fact<'_>) -> bool {
        match self {
            Form::Any => true,
            Form::Star => fact.is_star(),
            Form::Private => is_private(fact.name),
        }
    }
}

/// One entry.
pub(super) struct Entry {
    /// What it stands for.
    pub reach: Reach,
    /// Which imports of it.
    pub form: Form,
    /// How it is written.
    pub written: Spanned,
    /// The successor it names.
    pub successor: Option<Spanned>,
    /// Stands under `except`: what it covers is allowed.
    pub allows: bool,
}

/// What decides between entries: certain before possible, names before words, then the more specific, then forbidding.
pub(super) type Weight = (bool, usize, Rank, bool);

impl Entry {
    /// How well the entry fits a fact; `None` when it does not cover it.
    pub(super) fn fit(&self, view: &View<'_>) -> Option<Weight> {
        let fact = view.fact;
        if !self.form.fits(fact) {
            return None;
        }
        match &self.reach {
            Reach::Word(word) => word.covers(view).then_some((true, word.rank(), Rank::default(), !self.allows)),
            Reach::Pattern(pattern) => {
                let fit = pattern.fit(view.reached, fact.is_star())?;
                // An exception frees what it surely covers, never what a star may bring in.
                let is_certain = fit == Fit::Certain;
                let counts = is_certain || (!self.allows && self.form == Form::Any);
                (counts && can_mean(pattern, view)).then(|| (is_certain, 3, pattern.rank(), !self.allows))
            }
        }
    }

    /// Whether the entry surely covers a fact, whoever has its name.
    pub(super) fn covers(&self, view: &View<'_>) -> bool {
        match &self.reach {
            Reach::Word(word) => word.covers(view),
            Reach::Pattern(pattern) => pattern.fit(view.reached, view.fact.is_star()) == Some(Fit::Certain),
        }
    }

    /// Adds what this entry asks to be shown, when it stands for what is complained about.
    pub(super) fn add_to(&self, asks: &mut Asks) {
        match (&self.reach, self.form) {
            (Reach::Pattern(pattern), form) => match (pattern.top(), form) {
                (Some(top), _) => asks.tops.push(top.to_owned()),
                (None, Form::Any) => asks.all = true,
                (None, Form::Star) => asks.stars = true,
                (None, Form::Private) => asks.private = true,
            },
            (Reach::Word(_), Form::Star) => asks.stars = true,
            (Reach::Word(_), Form::Private) => asks.private = true,
            (Reach::Word(Word::Any), Form::Any) => asks.all = true,
            (Reach::Word(word), Form::Any) => {
                asks.some = true;
                if word.may_cover_relative() {
                    asks.relative = Some(1);
                }
            }
        }
    }

    /// Whether an import of this top-level name, absolute and of any form, may be covered.
    pub(super) fn may_cover(&self, top: &str, project: &Project<'_>) -> bool {
        match &self.reach {
            Reach::Word(word) => word.may_cover(top, project),
            Reach::Pattern(pattern) => pattern.top().is_none_or(|own| own == top),
        }
    }

    /// Whether an absolute import of this name may be covered; a star import is `module.*`.
    pub(super) fn may_concern(&self, name: &str) -> bool {
        match &self.reach {
            Reach::Word(_) => true,
            Reach::Pattern(pattern) => pattern.fit(name, name.ends_with(".*")).is_some(),
        }
    }

    /// Whether every absolute import of this top-level name is surely covered.
    pub(super) fn surely_covers(&self, top: &str, project: &Project<'_>) -> bool {
        match &self.reach {
            Reach::Word(word) => word.surely_covers(top, project),
            Reach::Pattern(pattern) => pattern.is_whole(top),
        }
    }

    /// The name that may be misspelt, if the entry is one.
    pub(super) fn name(&self) -> Option<(&str, crate::span::Span)> {
        match &self.reach {
            Reach::Pattern(pattern) => pattern.top().map(|top| (top, self.written.span)),
            Reach::Word(_) => None,
        }
    }
}

/// Whether an entry can mean what a fact reaches. A relative import reaches first-party code, never the library that an
/// entry names; nor does an absolute one where a local module is listed as a shadow, or has the name of a module that the
/// standard library no longer has. An entry deeper in a package of our own that exists names that.
fn can_mean(pattern: &NamePattern, view: &View<'_>) -> bool {
    let top = name::top(view.reached);
    let project = view.project;
    let is_local = if view.fact.level == 0 {
        project.is_shadow(top) || (is_gone(top, view.python) && project.is_first_party(top))
    } else {
        pattern.top().is_some_and(|top| libraries::knows(top) || !project.is_first_party(top))
    };
    !is_local || pattern.literal().is_some_and(|name| name.contains('.') && project.exists(name) == Some(true))
}

/// Whether a top-level name was in the standard library once, and is not in that of a Python.
pub(super) fn is_gone(top: &str, python: Version) -> bool {
    standard_library::knows(top) && !standard_library::contains(top, python)
}

/// Entries by the top-level name that everything they cover has.
#[derive(Default)]
pub(super) struct ByTop {
    named: FxHashMap<String, Vec<usize>>,
    anywhere: Vec<usize>,
}

impl ByTop {
    /// Indexes entries by their position.
    pub(super) fn new<'e>(entries: impl Iterator<Item = &'e Entry>) -> Self {
        let mut index = Self::default();
        for (position, entry) in entries.enumerate() {
            match &entry.reach {
                Reach::Pattern(pattern) if pattern.top().is_some() => {
                    let top = pattern.top().unwrap_or_default().to_owned();
                    index.named.entry(top).or_default().push(position);
                }
                _ => index.anywhere.push(position),
            }
        }
        index
    }

    /// Positions of the entries that may cover a name.
    pub(super) fn positions(&self, reached: &str) -> impl Iterator<Item = usize> {
        let named = if self.named.is_empty() { None } else { self.named.get(name::top(reached)) };
        named.into_iter().flatten().chain(&self.anywhere).copied()
    }
}

/// How a list of entries is to be read.
#[derive(Clone, Copy)]
pub(super) struct Target<'l> {
    /// The key it stands under.
    pub key: &'static str,
    /// Whether its entries are libraries, which go by the names of their distributions too.
    pub libraries: Option<&'l Libraries>,
    /// Which imports its entries mean.
    pub form: Form,
    /// Whether its entries allow.
    pub allows: bool,
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
            push(&written, successor.as_ref(), target, entries, reading);
        }
        return;
    }
    for item in reading.list(node, &what) {
        if matches!(item.value, Value::Map(_)) {
            let fields = reading.map(item, "a library", &[field("dist"), field("import")]);
            let dist = fields.get("dist").and_then(|dist| reading.text(dist, "`dist`"));
            if let Some(dist) = dist.filter(|dist| !is_distribution(&dist.text)) {
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
                    push(&written, None, Target { libraries: None, ..target }, entries, reading);
                }
            }
        } else if let Some(written) = reading.text(item, "a name") {
            push(&written, None, target, entries, reading);
        }
    }
}

fn is_renamed_library(node: &Node) -> bool {
    matches!(&node.value, Value::Map(pairs) if pairs.iter().any(|(key, _)| key.text == "dist"))
}

/// Whether a text can be the name of a distribution (PEP 508).
fn is_distribution(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

fn push(
    written: &Spanned,
    successor: Option<&Spanned>,
    target: Target<'_>,
    entries: &mut Vec<Entry>,
    reading: &mut Reading<'_>,
) {
    let mut add = |reach: Reach| {
        let (written, successor) = (written.clone(), successor.cloned());
        entries.push(Entry { reach, form: target.form, written, successor, allows: target.allows });
    };
    if let Some(word) = Word::parse(&written.text) {
        add(Reach::Word(word));
        return;
    }
    // `first_party` and `Any` would be names that nobody has.
    let squashed = |text: &str| text.to_lowercase().replace(['-', '_'], "");
    if let Some((word, _)) = WORDS.iter().find(|(word, _)| squashed(word) == squashed(&written.text)) {
        let help = format!("write `{}`", reading.corrected(written.span, word));
        reading.wrong(written.span, format!("`{}` is no name, but nearly the word `{word}`", written.text), help);
        return;
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
            imports.iter().filter_map(|import| NamePattern::parse(import).ok()).for_each(|p| add(Reach::Pattern(p)));
            return;
        }
        if written.text.contains('-') && name::is_dotted(&written.text.replace('-', "_")) {
            let import = written.text.replace('-', "_");
            let help = format!("say what code imports: `{{ dist: {}, import: {import} }}`", written.text);
            let message = format!("nobody knows what code imports of the distribution `{}`", written.text);
            reading.wrong(written.span, message, help);
            return;
        }
    }
    match NamePattern::parse(&written.text) {
        Ok(pattern) => add(Reach::Pattern(pattern)),
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
            Reach::Word(_) => entry.written.text.as_str(),
        };
        // A library may stand for several names: they share one place.
        let same = |other: &&&Entry| other.written.span != entry.written.span;
        let forms: &[Form] = if entry.allows { &[Form::Any, Form::Star, Form::Private] } else { &[entry.form] };
        let Some(other) = forms.iter().find_map(|form| first.get(&(text, *form)).filter(same)) else {
            first.insert((text, entry.form), entry);
            continue;
        };
        if other.allows == entry.allows {
            reading.wrong(entry.written.span, format!("`{text}` stands here a second time"), "remove one of the two");
        } else {
            let help = "an exception must be more specific than what is forbidden: remove one of the two";
            reading.wrong(entry.written.span, format!("`{text}` is both forbidden and excepted"), help);
        }
    }
}
