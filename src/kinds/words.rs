//! The words that stand for many names: `stdlib`, `first-party`, `third-party`, `self`, `any`. Knows what they mean for
//! a fact in its project.

use super::View;
use crate::name;
use crate::project::{Project, standard_library};
use crate::versions::Version;

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
        let is_stdlib = || !is_relative && is_stdlib(top, view.python);
        let is_first_party = || is_relative || view.project.is_first_party(top);
        match self {
            Word::Any => true,
            Word::Stdlib => is_stdlib() && !view.project.is_shadow(top),
            Word::FirstParty => is_first_party(),
            Word::ThirdParty => !is_stdlib() && !is_first_party(),
            Word::Own => is_relative || view.project.top_of(view.path).is_some_and(|own| own == top),
        }
    }

    /// Whether it may cover a relative import.
    #[must_use]
    pub(super) fn may_cover_relative(self) -> bool {
        matches!(self, Word::FirstParty | Word::Own | Word::Any)
    }

    /// Whether it may cover an absolute import of this top-level name, on any Python and in any file.
    #[must_use]
    pub(super) fn may_cover(self, top: &str, project: &Project<'_>) -> bool {
        match self {
            Word::Any | Word::Own => true,
            Word::Stdlib => standard_library::knows(top) || is_always_there(top),
            Word::FirstParty => project.is_first_party(top),
            Word::ThirdParty => !standard_library::is_everywhere(top) && !project.is_first_party(top),
        }
    }

    /// Whether it covers every absolute import of this top-level name, on any Python and in any file.
    #[must_use]
    pub(super) fn surely_covers(self, top: &str, project: &Project<'_>) -> bool {
        match self {
            Word::Any => true,
            Word::Stdlib => (standard_library::is_everywhere(top) || is_always_there(top)) && !project.is_shadow(top),
            Word::FirstParty => project.is_first_party(top),
            Word::ThirdParty => !standard_library::knows(top) && !is_always_there(top) && !project.is_first_party(top),
            Word::Own => false,
        }
    }

    /// Whether the answer depends on the version of Python.
    #[must_use]
    pub(super) fn needs_version(self) -> bool {
        matches!(self, Word::Stdlib | Word::ThirdParty)
    }
}

/// Whether a top-level name is in the standard library of a Python.
pub(super) fn is_stdlib(top: &str, python: Version) -> bool {
    is_always_there(top) || standard_library::contains(top, python)
}

/// `__main__` and `_typeshed` come with every Python and every type checker.
fn is_always_there(top: &str) -> bool {
    matches!(top, "__main__" | "_typeshed")
}
