//! What a module hands out under one name. Plain data between readers and whoever follows names from file to file.

use crate::text::Position;

/// What a module has under a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HandedOut {
    /// What it is bound to at module level, as far as that is imported.
    pub origins: Vec<Origin>,
    /// Whether anything is bound to it.
    pub is_bound: bool,
    /// Modules of star imports that may bring it in where nothing binds it.
    pub stars: Vec<Origin>,
    /// Whether `__all__` lists it; `None` when nobody can tell.
    pub is_listed: Option<bool>,
}

/// What one binding leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Absolute, or behind the dots.
    pub name: String,
    /// Dots of a relative import.
    pub level: u32,
    /// Where it is bound.
    pub start: Position,
    /// The end of that, exclusive.
    pub end: Position,
}
