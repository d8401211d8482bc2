//! The outcome of a run: everything that formats tell. Plain data; knows no format and no terminal.

use crate::finding::Finding;
use crate::level::Level;
use crate::problem::Problem;
use crate::repo_path::RepoPath;

/// How many findings there are of each level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Findings of level `error`.
    pub error: usize,
    /// Findings of level `warn`.
    pub warn: usize,
    /// Findings of level `note`.
    pub note: usize,
}

impl Counts {
    /// Counts one finding; `none` does not count.
    pub fn add(&mut self, level: Level) {
        match level {
            Level::Error => self.error += 1,
            Level::Warn => self.warn += 1,
            Level::Note => self.note += 1,
            Level::None => {}
        }
    }

    /// Adds another count.
    pub fn merge(&mut self, other: Counts) {
        self.error += other.error;
        self.warn += other.warn;
        self.note += other.note;
    }

    /// All findings.
    #[must_use]
    pub fn total(&self) -> usize {
        self.error + self.warn + self.note
    }

    /// Whether any finding is at or above `level`; never for `Level::None`.
    #[must_use]
    pub fn reaches(&self, level: Level) -> bool {
        match level {
            Level::None => false,
            Level::Note => self.total() > 0,
            Level::Warn => self.error + self.warn > 0,
            Level::Error => self.error > 0,
        }
    }
}

/// What part of the tree was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The whole root.
    Full,
    /// Named files or folders.
    Partial,
}

impl Scope {
    /// The spelling used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Full => "full",
            Scope::Partial => "partial",
        }
    }
}

/// Files and findings, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files that were asked for by name; `None` when folders were walked.
    pub named: Option<usize>,
    /// Files that were selected.
    pub files: usize,
    /// Files that were read to the end without a problem.
    pub analysed: usize,
    /// Entries that were left out while walking or by an exclusion.
    pub skipped: usize,
    /// Findings by level.
    pub findings: Counts,
    /// Findings that comments suppress.
    pub suppressed: usize,
    /// Findings that the baseline permits.
    pub baselined: usize,
}

/// Which policy judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyInfo {
    /// The policy file, relative to the root; a file outside the root keeps the spelling it was named by.
    pub path: RepoPath,
    /// xxh3-128 of its bytes, as hexadecimal digits.
    pub hash: String,
}

/// Which commits a run was about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What was judged: `work-tree`, `index` or `commit`.
    pub source: &'static str,
    /// The commit that was checked out.
    pub head: String,
    /// The commit that the head was compared with.
    pub base: Option<String>,
    /// The commit whose policy judged; `None` for the policy beside the code.
    pub policy_ref: Option<String>,
    /// Whether the head's own policy judged, since that commit has none.
    pub introduced: bool,
    /// Whether only findings are told that the base does not have.
    pub new_only: bool,
    /// How many findings the base has as well.
    pub known: usize,
    /// Why files that did not change may have got findings too, where nobody looked.
    pub cut: Option<&'static str>,
}

/// The baseline of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ratchet {
    /// Where it lies, relative to the root.
    pub path: RepoPath,
    /// How many findings it may permit.
    pub entries: usize,
    /// How many it permits.
    pub used: usize,
    /// Entries that no longer occur: rule, path and name of each; empty where only a part was judged.
    pub stale: Vec<String>,
}

/// Only a part of what the policy says was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The rules that judged; all of them when empty.
    pub rules: Vec<String>,
    /// Whose findings are told, as CODEOWNERS name them; everybody's when empty.
    pub owners: Vec<String>,
}

impl Asked {
    /// In words, for people; empty when everything was asked for.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        if !self.rules.is_empty() {
            words.push(format!("only judged by {}", self.rules.join(", ")));
        }
        if !self.owners.is_empty() {
            words.push(format!("only findings of {} were asked for", self.owners.join(", ")));
        }
        words
    }
}

/// Everything that a run has to say.
#[derive(Clone, Debug)]
pub struct Report {
    /// Which policy judged.
    pub policy: Option<PolicyInfo>,
    /// What part of the tree was asked for.
    pub scope: Scope,
    /// What alone was asked for.
    pub asked: Asked,
    /// Whether everything asked for was judged and nothing is in doubt.
    pub complete: bool,
    /// Why the run fails, whatever its findings.
    pub also_fails: Option<&'static str>,
    /// Files and findings, counted.
    pub summary: Summary,
    /// Which commits it was about.
    pub verdict: Option<Verdict>,
    /// What the baseline permits, where there is one.
    pub ratchet: Option<Ratchet>,
    /// Findings that comments suppress, in the same order.
    pub suppressed: Vec<Finding>,
    /// In the total order of [`Finding::order`].
    pub findings: Vec<Finding>,
    /// In order of path and place.
    pub problems: Vec<Problem>,
    /// Problems turned into notes by `unanalysed`.
    pub excused: Vec<Problem>,
}
