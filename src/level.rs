//! How much a finding matters. Knows the order of levels and their spelling; must not know who sets them.

use std::fmt;

/// The level of a finding. Order: `None < Note < Warn < Error`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Judged, but not reported.
    None,
    /// Worth knowing; never fails a run by default.
    Note,
    /// Should be mended; fails a run under `--strict`.
    Warn,
    /// Fails the run.
    Error,
}

impl Level {
    /// Every level with its spelling, highest first.
    pub const ALL: [(&'static str, Level); 4] =
        [("error", Level::Error), ("warn", Level::Warn), ("note", Level::Note), ("none", Level::None)];

    /// The spelling used in policies and reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Level::None => "none",
            Level::Note => "note",
            Level::Warn => "warn",
            Level::Error => "error",
        }
    }

    /// What it means, in one line.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Level::None => "judged, but not told",
            Level::Note => "worth knowing; never fails a run by default",
            Level::Warn => "to be mended; fails a run under `--strict`",
            Level::Error => "fails the run",
        }
    }

    /// Reads a spelling; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Level> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, level)| *level)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
