//! What a reader has to look for. Derived from the policy by others; knows names only, so that readers need
//! not know rules.

use crate::name::{normalise, top};
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// Top-level names that anybody asks about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tops {
    /// Every import.
    All,
    /// Imports of these top-level names (NFKC) and of what lies beneath them.
    Named(Arc<FxHashSet<Box<str>>>),
}

/// What is wanted of one file.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Absolute names.
    pub tops: &'a Tops,
    /// Whether a relative import of this file could reach a wanted name: its own package lies beneath one.
    pub relative: bool,
}

impl Wanted<'_> {
    /// Whether every import is wanted.
    #[must_use]
    pub fn is_all(&self) -> bool {
        *self.tops == Tops::All
    }

    /// Whether an absolute name, NFKC or not, is wanted.
    #[must_use]
    pub fn absolute(&self, name: &str) -> bool {
        match self.tops {
            Tops::All => true,
            Tops::Named(tops) => tops.contains(&*normalise(top(name))),
        }
    }
}
