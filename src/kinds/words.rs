//! The words that stand for many names: `stdlib`, `first-party`, `third-party`, `self`, `any`. Knows what they mean for
//! a fact in its project.

use super::View;
use crate::name;
use crate::project::standard_library;

/// A word that may stand where a name may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// The standard library of the target version.
    Stdlib,
    /// What lies beneath a root.
    FirstParty,
    /// Neither of the two.
    ThirdParty,
    /// The importer's own top-level package.
    Own,
    /// Everything.
    Any,
}

/// Every word with its spelling.
pub(super) const WORDS: [(&str, Word); 5] = [
    ("stdlib", Word::Stdlib),
    ("first-party", Word::FirstParty),
    ("third-party", Word::ThirdParty),
    ("self", Word::Own),
    ("any", Word::Any),
];

impl Word {
    /// Reads a spelling; `None` for anything else.
    #[must_use]
    pub(super) fn parse(text: &str) -> Option<Self> {
        WORDS.iter().find(|(name, _)| *name == text).map(|(_, word)| *word)
    }

    /// How specific the word is; names are more specific than any word.
    #[must_use]
    pub(super) fn rank(self) -> usize {
        match self {
            Word::Any => 0,
            Word::Stdlib | Word::FirstParty | Word::ThirdParty => 1,
            Word::Own => 2,
        }
    }

    /// Whether the word covers what a fact reaches. A relative import always reaches first-party code.
    #[must_use]
    pub(super) fn covers(self, view: &View<'_>) -> bool {
        let top = name::top(view.reached);
        let is_relative = view.fact.level > 0;
        // `__main__` and `_typeshed` come with every Python and every type checker.
        let is_stdlib = || {
            !is_relative
                && (matches!(top, "__main__" | "_typeshed")
                    || standard_library::contains(top, view.project.layout().target.1))
        };
        let is_first_party = || is_relative || view.project.is_first_party(top);
        match self {
            Word::Any => true,
            Word::Stdlib => is_stdlib() && !view.project.is_shadow(top),
            Word::FirstParty => is_first_party(),
            Word::ThirdParty => !is_stdlib() && !is_first_party(),
            Word::Own => is_relative || view.project.top_of(view.path).is_some_and(|own| own == top),
        }
    }
}
