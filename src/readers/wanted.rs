//! What a reader has to look for. Derived from the policy by others; knows names and forms of imports only, so that
//! readers need not know rules.

use super::quoted::Quoted;
use crate::name::{is_private, normalise, top};

/// Top-level names that anybody asks about.
#[derive(Clone, Copy)]
pub enum Tops<'a> {
    /// Every import; of uses those that somebody asks about, or all.
    All(Option<&'a dyn Asked>),
    /// Those that somebody asks about.
    Asked(&'a dyn Asked),
}

/// Answers what is asked about. Names are absolute, in NFKC.
pub trait Asked {
    /// Whether imports with this top-level name are.
    fn top(&self, top: &str) -> bool;
    /// Whether an import of this name is, given that its top-level name is; a star import is `module.*`.
    fn name(&self, name: &str) -> bool;
    /// Whether uses of this name, or of what lies beneath, are; `level` counts the dots of the relative import that it
    /// comes from.
    fn uses(&self, _name: &str, _level: u32) -> bool {
        false
    }
    /// Whether a use of what lies at or beneath this name may be a complaint of its own, although its import is none.
    fn depends(&self, _name: &str, _level: u32) -> bool {
        false
    }
}

/// Takes note of what a file imports, wanted or not; also of what only looks like an import.
pub trait Notes {
    /// Whether imports with this top-level name are noted.
    fn is_noted(&self, top: &str) -> bool;
    /// Takes note of `from module import member`, with dots in front of the module, or of `import module`.
    fn note(&self, module: &str, level: u32, member: Option<&str>);
}

/// Answers which distributions are asked about.
pub trait Distributions: Sync {
    /// Whether all are, and those too whose name nobody knows.
    fn all(&self) -> bool;
    /// Whether this one is; the name is in the spelling in which names are compared.
    fn wants(&self, name: &str) -> bool;
    /// Whether the name of one may stand in these bytes as it is, in any of its spellings. Escapes are not undone.
    fn may_stand_in(&self, bytes: &[u8]) -> bool;
}

/// Every distribution is asked about.
pub struct Everything;

impl Distributions for Everything {
    fn all(&self) -> bool {
        true
    }

    fn wants(&self, _: &str) -> bool {
        true
    }

    fn may_stand_in(&self, _: &[u8]) -> bool {
        true
    }
}

/// Hands out the bytes of a file in the same folder; `None` when there is none that can be read.
pub type Beside<'a> = &'a dyn Fn(&str) -> Option<Vec<u8>>;

/// What is wanted of one file. What fits any of these is read.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// Absolute names.
    pub tops: Tops<'a>,
    /// Relative imports with at least so many dots: this file's own package lies beneath a wanted name, or somebody asks
    /// for relative imports as such.
    pub relative: Option<u32>,
    /// Star imports, of whatever module.
    pub stars: bool,
    /// Imports that name something private, of whatever module.
    pub private: bool,
    /// What code does with names: uses and calls.
    pub uses: bool,
    /// Strings and dynamic imports; where they may stand.
    pub strings: Option<&'a Quoted>,
    /// Dynamic imports whose name only the running program knows.
    pub open: bool,
    /// Builtins, and methods with their dot, whose calls are asked for.
    pub words: &'a [String],
    /// Who takes note of imports.
    pub notes: Option<&'a dyn Notes>,
    /// Dependencies of these; none when nobody asks about any.
    pub distributions: Option<&'a dyn Distributions>,
    /// Whether comments that speak to the tool are wanted.
    pub comments: bool,
    /// Files beside this one.
    pub beside: Option<Beside<'a>>,
}

impl Wanted<'static> {
    /// Every import statement.
    pub const IMPORTS: Self = Self {
        tops: Tops::All(None),
        relative: Some(1),
        stars: true,
        private: true,
        uses: false,
        strings: None,
        open: false,
        words: &[],
        notes: None,
        distributions: None,
        comments: false,
        beside: None,
    };
}

impl<'a> Wanted<'a> {
    /// Nothing but what is asked for by name.
    #[must_use]
    pub fn nothing(asked: &'a dyn Asked) -> Self {
        Self { tops: Tops::Asked(asked), relative: None, stars: false, private: false, ..Wanted::IMPORTS }
    }
}

impl Wanted<'_> {
    /// Whether every import is wanted.
    #[must_use]
    pub fn is_all(&self) -> bool {
        matches!(self.tops, Tops::All(_))
    }

    /// Whether some imports are wanted for their form rather than for their top-level name.
    #[must_use]
    pub fn asks_for_forms(&self) -> bool {
        self.stars || self.private
    }

    /// Whether imports with the top-level name of this one, NFKC or not, are wanted.
    #[must_use]
    pub fn absolute(&self, name: &str) -> bool {
        match self.tops {
            Tops::All(_) => true,
            Tops::Asked(asked) => asked.top(&normalise(top(name))),
        }
    }

    /// Whether an absolute name whose top-level name is wanted is wanted itself.
    #[must_use]
    pub fn name(&self, name: &str) -> bool {
        match self.tops {
            Tops::All(_) => true,
            Tops::Asked(asked) => asked.name(name),
        }
    }

    /// Whether uses of a name, or of what lies beneath, are wanted.
    #[must_use]
    pub fn uses(&self, name: &str, level: u32) -> bool {
        self.uses
            && match self.tops {
                Tops::All(None) => true,
                Tops::All(Some(asked)) | Tops::Asked(asked) => asked.uses(name, level),
            }
    }

    /// Whether uses of a name may be complaints, although its import is none.
    #[must_use]
    pub fn depends(&self, name: &str, level: u32) -> bool {
        match self.tops {
            Tops::All(None) => true,
            Tops::All(Some(asked)) | Tops::Asked(asked) => asked.depends(name, level),
        }
    }

    /// Whether something imported by this name, member or module, is wanted for its form.
    #[must_use]
    pub fn form(&self, name: &str) -> bool {
        (self.stars && name == "*") || (self.private && is_private(name))
    }
}
