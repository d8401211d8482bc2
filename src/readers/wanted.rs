//! What a reader has to look for. Derived from the policy by others; knows names and forms of imports only, so that
//! readers need not know rules.

use crate::name::{is_private, normalise, top};

/// Top-level names that anybody asks about.
#[derive(Clone, Copy)]
pub enum Tops<'a> {
    /// Every import.
    All,
    /// Imports of the top-level names (NFKC) for which this is true, and of what lies beneath them.
    Those(&'a dyn Fn(&str) -> bool),
}

/// What is wanted of one file. What fits any of these is read.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// Absolute names.
    pub tops: Tops<'a>,
    /// Whether a relative import of this file could be of interest: its own package lies beneath a wanted name, or
    /// somebody asks for relative imports as such.
    pub relative: bool,
    /// Star imports, of whatever module.
    pub stars: bool,
    /// Imports that name something private, of whatever module.
    pub private: bool,
}

impl Wanted<'static> {
    /// Everything.
    pub const ALL: Self = Self { tops: Tops::All, relative: true, stars: true, private: true };
}

impl Wanted<'_> {
    /// Whether every import is wanted.
    #[must_use]
    pub fn is_all(&self) -> bool {
        matches!(self.tops, Tops::All)
    }

    /// Whether some imports are wanted for their form rather than for their top-level name.
    #[must_use]
    pub fn asks_for_forms(&self) -> bool {
        self.stars || self.private
    }

    /// Whether an absolute name, NFKC or not, is wanted.
    #[must_use]
    pub fn absolute(&self, name: &str) -> bool {
        match self.tops {
            Tops::All => true,
            Tops::Those(is_wanted) => is_wanted(&normalise(top(name))),
        }
    }

    /// Whether something imported by this name, member or module, is wanted for its form.
    #[must_use]
    pub fn form(&self, name: &str) -> bool {
        (self.stars && name == "*") || (self.private && is_private(name))
    }
}
