//! Where in a program a fact stands. Knows the contexts and their spelling; must not know how they are found
//! or what level a policy gives them.

/// A circumstance of a fact that a policy can set a level for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Context {
    /// Beneath `if TYPE_CHECKING:`, where that name comes from `typing`.
    TypeChecking,
    /// Beneath `try` with an `except ImportError`, or in that handler.
    Guarded,
    /// Beneath a literal `sys.version_info` test, or in its other branch.
    VersionGuarded,
    /// Inside a function.
    Function,
    /// Directly inside a class body.
    Class,
    /// Beneath `if`, a loop, a `case`, or in a handler.
    Conditional,
    /// A `lazy import` (PEP 810).
    Lazy,
    /// A dynamic import.
    Dynamic,
    /// A dotted string.
    String,
    /// A lock file entry that no manifest declares.
    Transitive,
    /// A star import that may bring in what an entry names, rather than surely reaching it.
    Star,
}

impl Context {
    /// Every context with its spelling, in the order in which they are reported.
    pub const ALL: [(&'static str, Context); 11] = [
        ("type-checking", Context::TypeChecking),
        ("guarded", Context::Guarded),
        ("version-guarded", Context::VersionGuarded),
        ("function", Context::Function),
        ("class", Context::Class),
        ("conditional", Context::Conditional),
        ("lazy", Context::Lazy),
        ("dynamic", Context::Dynamic),
        ("string", Context::String),
        ("transitive", Context::Transitive),
        ("star", Context::Star),
    ];

    /// What is in it, in one line.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Context::TypeChecking => "beneath `if TYPE_CHECKING:`",
            Context::Guarded => "in a `try` with an `except ImportError`, or in that handler",
            Context::VersionGuarded => {
                "in a branch of a literal `sys.version_info` test that does not let the target through; \
                 a requirement whose marker does not hold for the target"
            }
            Context::Function => "inside a function",
            Context::Class => "directly inside a class body",
            Context::Conditional => "beneath `if`, `elif`, `else`, a loop, a `case`, or in a handler",
            Context::Lazy => "in a `lazy import` (PEP 810)",
            Context::Dynamic => "a dynamic import, or a use of what one gives; at most `warn` unless set here",
            Context::String => "a dotted string; at most `warn` unless set here",
            Context::Transitive => {
                "a locked package that no manifest beside the lock declares; at most `note` unless set here"
            }
            Context::Star => "a star import that may bring in what an entry names, rather than surely reaching it",
        }
    }

    /// Reads a spelling; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Context> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, c)| *c)
    }
}

/// A set of contexts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Contexts(u16);

impl Contexts {
    /// Adds one context.
    pub fn insert(&mut self, context: Context) {
        self.0 |= 1 << context as u8;
    }

    /// This set with one more context.
    #[must_use]
    pub fn with(mut self, context: Context) -> Self {
        self.insert(context);
        self
    }

    /// This set without one context.
    #[must_use]
    pub fn without(self, context: Context) -> Self {
        Self(self.0 & !(1 << context as u8))
    }

    /// Whether the set holds `context`.
    #[must_use]
    pub fn contains(self, context: Context) -> bool {
        self.0 & (1 << context as u8) != 0
    }

    /// Whether the set is empty.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those that say for whom or whether code runs at all, rather than where it stands.
    #[must_use]
    pub fn guards(self) -> Self {
        let guards = Self::default().with(Context::TypeChecking).with(Context::Guarded).with(Context::VersionGuarded);
        Self(self.0 & guards.0)
    }

    /// Both sets together.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The spellings, in the fixed order.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Context::ALL.iter().filter(move |(_, c)| self.contains(*c)).map(|(name, _)| *name)
    }
}
