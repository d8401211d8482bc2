//! Entries: the names and words that `forbid`, `moved`, `allow-only` and `placement` list. Knows what they cover, and which
//! of several decides; must not know how they are written.

use super::call_conditions::Conditions;
use super::words::Word;
use super::{Asks, Stake, View};
use crate::document::fields::Spanned;
use crate::fact::{Fact, Role};
use crate::name::{self, is_private};
use crate::pattern::name::{Fit, NamePattern, Rank};
use crate::project::{Project, libraries, standard_library};
use crate::versions::Version;
use rustc_hash::FxHashMap;

/// What an entry stands for.
pub(super) enum Reach {
    /// A name, and what lies beneath.
    Pattern(NamePattern),
    /// One of the words.
    Word(Word),
    /// A method, with its dot, of whatever has it.
    Method(String),
}

/// Which imports of it an entry means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Form {
    /// All, and uses, calls and strings that reach it.
    Any,
    /// All imports, dynamic ones too.
    Import,
    /// Calls.
    Call,
    /// Strings in places where names are resolved.
    String,
    /// Dynamic imports whose name only the running program knows.
    Dynamic,
    /// `from name import *`.
    Star,
    /// Those that name something private.
    Private,
}

impl Form {
    /// Whether an import has this form.
    pub(super) fn fits(self, fact: &Fact<'_>) -> bool {
        match self {
            Form::Any => !fact.open || !fact.name.is_empty(),
            Form::Import => fact.role == Role::Import && (!fact.open || !fact.name.is_empty()),
            Form::Call => fact.role == Role::Call,
            Form::String => fact.role == Role::String,
            Form::Dynamic => fact.open && fact.role == Role::Import,
            Form::Star => fact.is_statement() && fact.is_star(),
            Form::Private => fact.is_statement() && is_private(fact.name),
        }
    }

    /// Whether uses or calls are meant.
    fn takes_uses(self) -> bool {
        matches!(self, Form::Any | Form::Call)
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
    /// The distribution that it is named by, where that is not its import name.
    pub distribution: Option<String>,
    /// The successor it names.
    pub successor: Option<Spanned>,
    /// Stands under `except`: what it covers is allowed.
    pub allows: bool,
    /// Stands for another name of what is written.
    pub tied: bool,
    /// What else must hold of a call.
    pub conditions: Conditions,
}

/// What decides between entries: certain before possible, names before words, then the more specific, then forbidding.
pub(super) type Weight = (bool, usize, Rank, bool);

impl Entry {
    /// How well the entry fits a fact; `None` when it does not cover it.
    pub(super) fn fit(&self, view: &View<'_>) -> Option<Weight> {
        let fact = view.fact;
        if !self.form.fits(fact) || !self.conditions.hold(fact.call) {
            return None;
        }
        match &self.reach {
            Reach::Method(name) => (fact.name == name).then(|| (true, 3, Rank::default(), !self.allows)),
            Reach::Word(word) => word.covers(view).then_some((true, word.rank(), Rank::default(), !self.allows)),
            Reach::Pattern(pattern) => {
                let fit = pattern.fit(view.reached, fact.is_star())?;
                // An exception frees what it surely covers, never what a star may bring in.
                let is_certain = fit == Fit::Certain;
                let counts = is_certain || (!self.allows && matches!(self.form, Form::Any | Form::Import));
                (counts && can_mean(pattern, view)).then(|| (is_certain, 3, pattern.rank(), !self.allows))
            }
        }
    }

    /// Whether the entry surely covers a fact, whoever has its name.
    pub(super) fn covers(&self, view: &View<'_>) -> bool {
        match &self.reach {
            Reach::Word(word) => word.covers(view),
            Reach::Pattern(pattern) => pattern.fit(view.reached, view.fact.is_star()) == Some(Fit::Certain),
            Reach::Method(_) => false,
        }
    }

    /// Adds what this entry asks to be shown, when it stands for what is complained about.
    pub(super) fn add_to(&self, asks: &mut Asks) {
        asks.uses |= self.form.takes_uses();
        asks.dynamic |= matches!(self.form, Form::Any | Form::Import | Form::Dynamic);
        asks.strings |= matches!(self.form, Form::Any | Form::String);
        match (&self.reach, self.form) {
            (Reach::Method(name), _) => {
                asks.tops.push(String::new());
                asks.words.push(name.clone());
            }
            (_, Form::Dynamic) => asks.open = true,
            (Reach::Pattern(pattern), form) => match (pattern.top(), form) {
                (Some(top), _) => {
                    asks.tops.push(top.to_owned());
                    let builtin = pattern.literal().and_then(|name| name.strip_prefix("builtins."));
                    asks.words.extend(builtin.filter(|_| form.takes_uses()).map(str::to_owned));
                }
                (None, Form::Star) => asks.stars = true,
                (None, Form::Private) => asks.private = true,
                (None, _) => asks.all = true,
            },
            (Reach::Word(_), Form::Star) => asks.stars = true,
            (Reach::Word(_), Form::Private) => asks.private = true,
            (Reach::Word(Word::Any), _) => asks.all = true,
            (Reach::Word(word), _) => {
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
            Reach::Method(_) => false,
        }
    }

    /// Whether an absolute import of this name may be covered; a star import is `module.*`.
    pub(super) fn may_concern(&self, name: &str) -> bool {
        match &self.reach {
            Reach::Word(_) => !matches!(self.form, Form::Call | Form::String | Form::Dynamic),
            Reach::Pattern(pattern) => pattern.fit(name, name.ends_with(".*")).is_some(),
            Reach::Method(_) => false,
        }
    }

    /// What uses of a name, or of what lies beneath, may be to this entry.
    pub(super) fn stake(&self, name: &str, project: &Project<'_>) -> Stake {
        if !self.form.takes_uses() {
            return Stake::None;
        }
        let covers = match &self.reach {
            Reach::Word(word) => word.may_cover(name::top(name), project),
            Reach::Pattern(pattern) => pattern.fit(name, false).is_some(),
            Reach::Method(_) => false,
        };
        let is_beneath = || matches!(&self.reach, Reach::Pattern(pattern) if pattern.may_lie_beneath(name));
        match (covers, self.form) {
            (true, Form::Any) => Stake::Related,
            (true, _) => Stake::Own,
            (false, _) if is_beneath() => Stake::Own,
            _ => Stake::None,
        }
    }

    /// Whether every absolute import of this top-level name is surely covered.
    pub(super) fn surely_covers(&self, top: &str, project: &Project<'_>) -> bool {
        match &self.reach {
            Reach::Word(word) => word.surely_covers(top, project),
            Reach::Pattern(pattern) => pattern.is_whole(top),
            Reach::Method(_) => false,
        }
    }

    /// The name that may be misspelt, if the entry is one.
    pub(super) fn name(&self) -> Option<(&str, crate::span::Span)> {
        match &self.reach {
            Reach::Pattern(pattern) => pattern.top().map(|top| (top, self.written.span)),
            Reach::Word(_) | Reach::Method(_) => None,
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
