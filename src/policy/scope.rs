//! Where a rule speaks. Knows `in` and `not-in` only.

use crate::pattern::glob::Glob;
use crate::repo_path::RepoPath;
use crate::span::Span;

/// The paths for which a rule speaks.
#[derive(Clone, Debug, Default)]
pub struct PathScope {
    /// Where it speaks; everywhere when empty.
    pub within: Vec<(Glob, Span)>,
    /// Where it is silent nevertheless.
    pub without: Vec<(Glob, Span)>,
}

impl PathScope {
    /// Whether the rule speaks for every file.
    #[must_use]
    pub fn is_everywhere(&self) -> bool {
        self.within.is_empty() && self.without.is_empty()
    }

    /// Whether the rule speaks for a file.
    #[must_use]
    pub fn covers(&self, path: &RepoPath) -> bool {
        let hits = |globs: &[(Glob, Span)]| globs.iter().any(|(glob, _)| glob.matches(path));
        (self.within.is_empty() || hits(&self.within)) && !hits(&self.without)
    }
}
