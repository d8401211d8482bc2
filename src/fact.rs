//! Facts: a named thing is mentioned here. The narrow waist between reading and judging: holds no syntax,
//! no rule and no colour.

use crate::context::Contexts;
use crate::span::Span;
use crate::surface::Surface;
use crate::versions::Versions;

/// How a thing is mentioned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// An import binds it.
    #[default]
    Import,
}

impl Role {
    /// The spelling used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Import => "import",
        }
    }
}

/// One mention. An import statement gives one fact for each name that it binds.
///
/// Facts borrow: a reader hands them out one by one, and only what a rule complains about is kept.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fact<'a> {
    /// The surface of the source.
    pub surface: Surface,
    /// How the thing is mentioned.
    pub role: Role,
    /// `module` or `module.name`, NFKC, without the dots of a relative import; a star import is `module.*`.
    pub name: &'a str,
    /// How much of `name` is the module of a `from` import; the whole length for a plain import.
    pub module_len: usize,
    /// The name it is bound to, where an `as` says so.
    pub alias: Option<&'a str>,
    /// Dots in front of a relative import; 0 for an absolute one.
    pub level: u32,
    /// Where in the program it stands.
    pub contexts: Contexts,
    /// The versions of Python for which it is meant: literal tests of `sys.version_info` around it.
    pub versions: Versions,
    /// Names of the enclosing classes and functions, joined by dots; empty at module level.
    pub scope: &'a str,
    /// The bound alias, in decoded text.
    pub span: Span,
    /// The whole statement, in decoded text.
    pub statement: Span,
}

impl Fact<'_> {
    /// Whether this is `from module import *`.
    #[must_use]
    pub fn is_star(&self) -> bool {
        self.name == "*" || self.name.ends_with(".*")
    }
}
