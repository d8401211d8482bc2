//! Facts: a named thing is mentioned here. The narrow waist between reading and judging: holds no syntax,
//! no rule and no colour.

use crate::call::Call;
use crate::context::Contexts;
use crate::dependency::Dependency;
use crate::span::Span;
use crate::surface::Surface;
use crate::versions::Versions;

/// How a thing is mentioned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// An import binds it, or a dynamic import loads it.
    #[default]
    Import,
    /// A name that leads to it is read.
    Use,
    /// It is called.
    Call,
    /// A string names it, in a place where names are resolved.
    String,
    /// A manifest declares it, a lock holds it, or a command installs it.
    Dependency,
}

impl Role {
    /// Every role with its spelling in reports.
    pub const ALL: [(&'static str, Role); 5] = [
        ("import", Role::Import),
        ("use", Role::Use),
        ("call", Role::Call),
        ("string", Role::String),
        ("dependency", Role::Dependency),
    ];

    /// The spelling used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, role)| *role == self).map_or("import", |(name, _)| name)
    }
}

/// How sure it is that a name leads where a fact says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Nothing else is bound to it.
    #[default]
    Certain,
    /// Something else may be bound to it.
    Likely,
}

impl Confidence {
    /// The spelling used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Certain => "certain",
            Confidence::Likely => "likely",
        }
    }
}

/// What the first name of a use is bound by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound<'a> {
    /// The local name, NFKC.
    pub name: &'a str,
    /// Names of the classes and functions that enclose its scope, joined by dots; empty for the module.
    pub scope: &'a str,
    /// Whether an import statement binds it, rather than an assignment of something imported.
    pub by_import: bool,
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
    /// `module` or `module.name`, NFKC, without the dots of a relative import; a star import is `module.*`. What an import
    /// reached and the attributes taken of it, for a use; `.method` for a method of something unknown.
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
    /// The bound alias, the used name with its attributes, or the string, in decoded text.
    pub span: Span,
    /// The whole statement, in decoded text.
    pub statement: Span,
    /// How sure it is that a use leads here.
    pub confidence: Confidence,
    /// For a use: the import that it goes back to, in decoded text.
    pub origin: Option<Span>,
    /// For a use of something that was assigned from name to name: where, in decoded text.
    pub hops: &'a [u32],
    /// For a use: what its first name is bound by; `None` where that is no name.
    pub bound: Option<Bound<'a>>,
    /// For a call: what is handed over.
    pub call: Option<&'a Call>,
    /// Whether the name goes on in a way that only the running program knows.
    pub open: bool,
    /// For a dependency: what is said of it. Its name is that of the distribution, in the spelling in which these are
    /// compared.
    pub dependency: Option<&'a Dependency>,
}

impl Fact<'_> {
    /// Whether this is `from module import *`.
    #[must_use]
    pub fn is_star(&self) -> bool {
        self.name == "*" || self.name.ends_with(".*")
    }

    /// Whether this is an import statement.
    #[must_use]
    pub fn is_statement(&self) -> bool {
        self.role == Role::Import && !self.contexts.contains(crate::context::Context::Dynamic)
    }
}
