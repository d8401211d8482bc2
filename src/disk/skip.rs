//! What is selected, what is left out, and why. Plain data; touches no disk.

use crate::readers::Reader;
use crate::repo_path::RepoPath;
use crate::surface::Surface;

/// Folders that hold no code of the project, by name.
const SKIPPED: [&[u8]; 20] = [
    b".git",
    b".hg",
    b".svn",
    b".tox",
    b".nox",
    b".eggs",
    b"node_modules",
    b"__pycache__",
    b"site-packages",
    b".mypy_cache",
    b".ruff_cache",
    b".pytest_cache",
    b".hypothesis",
    b".ipynb_checkpoints",
    b".pytype",
    b".pyre",
    b".cache",
    b".terraform",
    b".dvc",
    b"__pypackages__",
];

/// Whether a folder of this name is skipped when walking.
#[must_use]
pub(super) fn default_skip(name: &[u8]) -> bool {
    SKIPPED.contains(&name)
}

/// A file to be checked.
#[derive(Clone)]
pub struct Selected {
    /// Relative to the root.
    pub path: RepoPath,
    /// Who reads it.
    pub reader: &'static dyn Reader,
    /// Its surface.
    pub surface: Surface,
    /// Whether a folder listing said that it is a regular file.
    pub listed: bool,
}

/// Why something was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Skip {
    /// A folder of a tool.
    ToolFolder,
    /// A folder with a `pyvenv.cfg`.
    VirtualEnvironment,
    /// By the policy's `exclude`.
    Excluded,
    /// A link to a folder.
    FolderLink,
    /// A link that leads nowhere.
    BrokenLink,
    /// A link that leads out of the root.
    OutwardLink,
    /// A pipe, a socket or a device.
    Special,
    /// No reader knows it.
    NoReader,
    /// By a `.gitignore`.
    Ignored,
}

impl Skip {
    /// Why, for people.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Skip::ToolFolder => "folder of a tool",
            Skip::VirtualEnvironment => "virtual environment",
            Skip::Excluded => "excluded by the policy",
            Skip::FolderLink => "link to a folder",
            Skip::BrokenLink => "broken link",
            Skip::OutwardLink => "link out of the root",
            Skip::Special => "no regular file",
            Skip::NoReader => "nothing in it is read",
            Skip::Ignored => "ignored by git",
        }
    }

    /// Whether it must be told as a problem when somebody asked for this very file, or git tracks it.
    #[must_use]
    pub fn hides_code(self) -> bool {
        matches!(self, Skip::BrokenLink | Skip::OutwardLink | Skip::Special)
    }
}
