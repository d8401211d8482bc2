//! Patterns over paths and over dotted names. Knows how they are written and what they match; must not know what a
//! match means.

pub mod glob;
pub mod name;
mod wildcard;

/// A pattern that cannot be read: what is wrong, and how to spell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// What is wrong.
    pub message: String,
    /// The right spelling, when there is one.
    pub spelling: Option<String>,
    /// What to do.
    pub help: String,
}
