//! The surfaces on which an agreement can be broken. Knows their spelling only.

/// The kind of place in which a fact was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Surface {
    /// Python source that runs.
    #[default]
    Code,
    /// Type stubs (`.pyi`).
    Stubs,
    /// Code cells of notebooks.
    Notebooks,
    /// Code blocks in documents.
    Docs,
    /// Declared dependencies.
    Dependencies,
    /// Lock files.
    Locks,
    /// Container files.
    Containers,
    /// Scripts of continuous integration.
    Ci,
    /// The policy file itself; only built-in `policy/` findings stand there.
    Policy,
}

impl Surface {
    /// Every surface on which rules speak, in the order in which they are told.
    pub const ALL: [Surface; 8] = [
        Surface::Code,
        Surface::Stubs,
        Surface::Notebooks,
        Surface::Docs,
        Surface::Dependencies,
        Surface::Locks,
        Surface::Containers,
        Surface::Ci,
    ];

    /// Which files are on it, in one line.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Surface::Code => "Python source that runs",
            Surface::Stubs => "type stubs (`*.pyi`)",
            Surface::Notebooks => "code cells of notebooks",
            Surface::Docs => "code blocks of Markdown and reStructuredText; at most `warn` unless set here",
            Surface::Dependencies => "manifests and requirement files: what is declared",
            Surface::Locks => "lock files: what is installed",
            Surface::Containers => "container files: what their commands install",
            Surface::Ci => "pipelines, makefiles and shell scripts: what their commands install",
            Surface::Policy => "the policy itself",
        }
    }

    /// Whether files of this surface are modules, which others import.
    #[must_use]
    pub fn is_module(self) -> bool {
        matches!(self, Surface::Code | Surface::Stubs)
    }

    /// The spelling used in policies and reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Surface::Code => "code",
            Surface::Stubs => "stubs",
            Surface::Notebooks => "notebooks",
            Surface::Docs => "docs",
            Surface::Dependencies => "dependencies",
            Surface::Locks => "locks",
            Surface::Containers => "containers",
            Surface::Ci => "ci",
            Surface::Policy => "policy",
        }
    }
}
