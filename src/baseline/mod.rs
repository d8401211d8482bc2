//! The baseline: findings that were there when a team began, each with one permit. Knows what identifies a finding across edits;
//! must not know disk, git or levels.

mod matching;
mod text;

pub use matching::{Around, Matched, apply};
pub use text::{Mistake, read, write};

use crate::finding::Finding;
use crate::repo_path::RepoPath;

/// One finding that may stay. No line, no message and no date: it holds until the code itself changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry {
    /// Full id of the rule.
    pub rule: Box<str>,
    /// The file, relative to the root.
    pub path: RepoPath,
    /// Names of the enclosing classes and functions.
    pub scope: Box<str>,
    /// What the code reaches, as an absolute name.
    pub name: Box<str>,
    /// How many entries agree in all else and come before it.
    pub ordinal: usize,
}

impl Entry {
    /// The entry of a finding.
    #[must_use]
    pub fn of(finding: &Finding) -> Self {
        Self {
            rule: (*finding.rule).into(),
            path: (*finding.path).clone(),
            scope: finding.scope.clone(),
            name: finding.name.clone(),
            ordinal: finding.ordinal,
        }
    }

    /// What it shares with the findings that it permits, but for the file.
    fn key(&self) -> Key<'_> {
        Key { rule: &self.rule, scope: &self.scope, name: &self.name }
    }
}

/// What identifies a finding in its file, but for its ordinal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key<'a> {
    rule: &'a str,
    scope: &'a str,
    name: &'a str,
}

impl<'a> Key<'a> {
    fn of(finding: &'a Finding) -> Self {
        Self { rule: &finding.rule, scope: &finding.scope, name: &finding.name }
    }
}

/// Findings of the tool itself are never in a baseline: they are about what a team wrote for the tool.
#[must_use]
pub fn holds(finding: &Finding) -> bool {
    !finding.rule.starts_with("policy/")
}

/// Entries of these findings that may be in a baseline.
#[must_use]
pub fn entries(findings: &[Finding]) -> Vec<Entry> {
    findings.iter().filter(|finding| holds(finding)).map(Entry::of).collect()
}
