//! What there is to say about one file. Plain data, and how two looks at one file come together.

use super::suppressions::Suppression;
use crate::finding::Finding;
use crate::problem::Problem;
use crate::repo_path::RepoPath;
use crate::report::Counts;
use rustc_hash::FxHashMap;

/// What is kept of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// How many findings there are.
    Counts,
    /// The findings themselves.
    Findings,
}

/// How often one exemption was used in one file: `(rule, exemption)` by position.
pub type Used = ((usize, usize), usize);

/// A name under which a file hands out what rules ask about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Handed {
    /// The absolute name.
    pub name: String,
    /// What has to be taken of it to be a complaint; none when it is one by itself.
    pub members: Option<Vec<String>>,
}

/// How deep files had to be looked into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Files that were lexed, and bytes of them.
    pub lexed: (usize, usize),
    /// Files that were parsed, and bytes of them.
    pub parsed: (usize, usize),
}

impl Work {
    /// Adds other work.
    pub fn add(&mut self, more: Work) {
        for (own, more) in [(&mut self.lexed, more.lexed), (&mut self.parsed, more.parsed)] {
            own.0 += more.0;
            own.1 += more.1;
        }
    }
}

/// What there is to say about one file.
#[derive(Clone, Debug, Default)]
pub struct FileReport {
    /// Findings by level.
    pub counts: Counts,
    /// In order; empty when only counts are kept.
    pub findings: Vec<Finding>,
    /// Findings that comments suppress; empty when only counts are kept.
    pub suppressed: Vec<Finding>,
    /// How many findings comments suppress.
    pub suppressed_count: usize,
    /// Comments that suppress, or are meant to.
    pub suppressions: Vec<Suppression>,
    /// In order.
    pub problems: Vec<Problem>,
    /// Exemptions that were used.
    pub used: Vec<Used>,
    /// How many bytes were lexed and parsed.
    pub work: Work,
    /// What the file hands out of what rules ask about.
    pub handed_out: Vec<Handed>,
    /// What it imports of first-party modules, as numbers.
    pub keys: Vec<u32>,
    /// Files that it pulls in.
    pub includes: Vec<Included>,
    /// What it imports, where anybody asks whether that is all.
    pub imports: Vec<Box<str>>,
}

/// A file that a manifest pulls in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Included {
    /// Which.
    pub path: RepoPath,
    /// Whether it only constrains.
    pub constrains: bool,
    /// The manifest that pulls it in; none for a command, which may be run anywhere.
    pub by: Option<RepoPath>,
}

/// How first-party names are treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// By what they are called.
    No,
    /// The same, taking note of who imports what and who hands out what.
    Note,
    /// By what they lead to.
    Yes,
    /// The same for a file that was judged by what they are called: what that adds.
    Only,
}

impl Follow {
    pub(super) fn is_followed(self) -> bool {
        matches!(self, Follow::Yes | Follow::Only)
    }
}

impl FileReport {
    /// Adds what a second look at the same file gave.
    pub fn add(&mut self, mut more: FileReport) {
        self.counts.merge(more.counts);
        self.findings.append(&mut more.findings);
        more.problems.retain(|problem| !self.problems.contains(problem));
        self.problems.append(&mut more.problems);
        self.used.append(&mut more.used);
        self.work.add(more.work);
        self.suppressed.append(&mut more.suppressed);
        self.suppressed_count += more.suppressed_count;
        for suppression in more.suppressions {
            match self.suppressions.iter_mut().find(|known| known.start == suppression.start) {
                Some(known) => known.add(&suppression),
                None => self.suppressions.push(suppression),
            }
        }
        self.put_in_order();
    }

    pub(super) fn put_in_order(&mut self) {
        for findings in [&mut self.findings, &mut self.suppressed] {
            findings.sort_by(Finding::order);
            number(findings);
        }
        self.problems.sort();
    }
}

/// Counts findings that agree in all else, and gives each its fingerprint.
fn number(findings: &mut [Finding]) {
    let mut ordinals = FxHashMap::default();
    for finding in findings {
        let key = (finding.rule.clone(), finding.scope.clone(), finding.name.clone());
        let ordinal = ordinals.entry(key).or_insert(0);
        finding.set_ordinal(*ordinal);
        *ordinal += 1_usize;
    }
}
