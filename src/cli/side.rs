//! One state of the project, judged: what is on disk, in the index or in a commit. Knows the order from selected files to what
//! there is to say about them; must not know arguments or streams.

use super::Shell;
use super::included::Include;
use super::judge::{Batch, Load};
use super::passes::judge_all;
use super::progress::Progress;
use crate::disk::Selected;
use crate::engine::{Engine, FileReport, Handed, Included, Keep, Tally, Work, about_policy};
use crate::finding::Finding;
use crate::policy::Policy;
use crate::policy::builtin::{EXCEEDED, EXCEEDED_SUPPRESSIONS};
use crate::problem::Problem;
use crate::project::{Project, Tree};
use crate::repo_path::RepoPath;
use crate::report::{Counts, Scope};
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::sync::atomic::AtomicU64;

/// What all judging of a run shares.
#[derive(Clone, Copy)]
pub(super) struct Means<'m> {
    /// The threads.
    pub(super) pool: &'m rayon::ThreadPool,
    /// The day for which dates are judged.
    pub(super) today: Date,
    /// Whether what a date brings about is only told.
    pub(super) announce: bool,
    /// What is kept of each file.
    pub(super) keep: Keep,
    /// Whether a line shows how far the run is.
    pub(super) is_visible: bool,
    /// Counts bytes.
    pub(super) bytes: &'m AtomicU64,
}

impl<'m> Means<'m> {
    /// For judging everything once, with all that is found.
    pub(super) fn plain(pool: &'m rayon::ThreadPool, bytes: &'m AtomicU64, shell: &Shell<'_>) -> Self {
        let is_visible = shell.err_columns.is_some();
        Self { pool, today: shell.today, announce: false, keep: Keep::Findings, is_visible, bytes }
    }
}

/// A state of the project.
pub(super) struct Side<'s> {
    /// The policy that judges.
    pub(super) policy: &'s Policy,
    /// What exists.
    pub(super) tree: &'s dyn Tree,
    /// The files to judge, in byte order of their paths.
    pub(super) files: &'s [Selected],
    /// How they are read.
    pub(super) load: Load<'s>,
    /// Whether these are all.
    pub(super) scope: Scope,
    /// Finds files that others pull in.
    pub(super) include: Include<'s>,
    /// Folders whose manifests may pull in what is judged, where that is not everything.
    pub(super) around: BTreeSet<RepoPath>,
    /// Changed files that nobody reads by their names: a manifest may pull them in.
    pub(super) unclaimed: &'s Unclaimed,
    /// Policy files beneath the root.
    pub(super) unread_policies: Vec<RepoPath>,
    /// Whether everything is told that is odd about the policy itself; if not, only what a change can add to.
    pub(super) is_about_policy: bool,
}

/// Changed files that nobody reads by their names.
#[derive(Default)]
pub(super) struct Unclaimed {
    /// With what stands in them.
    pub(super) files: Vec<(RepoPath, Vec<u8>)>,
    /// Folders with manifests, which may pull them in.
    pub(super) folders: BTreeSet<RepoPath>,
}

/// What judging a side gave.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) counts: Counts,
    pub(super) findings: Vec<Finding>,
    /// Findings that comments suppress.
    pub(super) suppressed: Vec<Finding>,
    pub(super) suppressed_count: usize,
    pub(super) problems: Vec<Problem>,
    pub(super) files_with_problems: usize,
    pub(super) work: Work,
    /// Files that were not selected, but pulled in.
    pub(super) included: BTreeSet<RepoPath>,
    /// First-party names that hand out what rules ask about, where only a part was judged.
    pub(super) handed_out: Vec<Handed>,
    /// Which file pulls in which.
    pub(super) includes: BTreeSet<Included>,
    /// Whether a manifest pulls in one of the files that nobody reads by their names.
    pub(super) pulls_in_unclaimed: bool,
    tally: Tally,
}

impl Outcome {
    fn add(&mut self, mut report: FileReport) {
        self.counts.merge(report.counts);
        self.suppressed_count += report.suppressed_count;
        self.files_with_problems += usize::from(!report.problems.is_empty());
        self.findings.append(&mut report.findings);
        self.suppressed.append(&mut report.suppressed);
        self.problems.append(&mut report.problems);
        self.handed_out.append(&mut report.handed_out);
        self.tally.add(&report.used);
        self.tally.add_suppressed(&report.suppressions);
        self.work.add(report.work);
    }

    /// Adds what judging further files gave.
    pub(super) fn merge(&mut self, mut more: Outcome) {
        self.counts.merge(more.counts);
        self.suppressed_count += more.suppressed_count;
        self.files_with_problems += more.files_with_problems;
        self.findings.append(&mut more.findings);
        self.findings.sort_by(Finding::order);
        self.suppressed.append(&mut more.suppressed);
        self.problems.append(&mut more.problems);
        self.work.add(more.work);
    }

    /// Keeps only some findings, and counts those.
    pub(super) fn keep(&mut self, mut is_kept: impl FnMut(usize, &Finding) -> bool) {
        let mut index = 0;
        self.findings.retain(|finding| {
            index += 1;
            is_kept(index - 1, finding)
        });
        self.count();
    }

    /// Counts findings anew.
    pub(super) fn count(&mut self) {
        self.counts = Counts::default();
        for finding in &self.findings {
            self.counts.add(finding.level);
        }
    }
}

impl Side<'_> {
    /// Judges all of it.
    pub(super) fn judge(&self, means: &Means<'_>) -> Outcome {
        let project = Project::new(self.policy.layout(|path| self.tree.is_folder(path)), self.tree);
        let mut engine = Engine::new(self.policy, &project, means.today, means.keep);
        engine.announce = means.announce;
        let mut outcome = Outcome::default();
        let progress = Progress::start(self.files.len(), means.is_visible);
        let batch =
            Batch { pool: means.pool, files: self.files, load: self.load, progress: &progress, bytes: means.bytes };
        let pulled_in = match self.scope {
            Scope::Full => Vec::new(),
            Scope::Partial => engine.pulled_in(&self.around),
        };
        let may_matter = self.unclaimed.files.iter().filter(|(_, bytes)| engine.may_name_distribution(bytes));
        let unclaimed: Vec<&RepoPath> = may_matter.map(|(path, _)| path).collect();
        if !unclaimed.is_empty() {
            let pulled_in = engine.pulled_in(&self.unclaimed.folders);
            outcome.pulls_in_unclaimed = pulled_in.iter().any(|included| unclaimed.contains(&&included.path));
        }
        let judged = judge_all(&mut engine, &batch, self.scope, pulled_in, self.include);
        drop(progress);
        outcome.problems = judged.problems;
        outcome.includes = judged.includes;
        let is_whole = self.scope == Scope::Full;
        for mut report in judged.reports {
            engine.settle(&mut report, is_whole);
            outcome.add(report);
        }
        for (file, mut report) in judged.included {
            engine.settle(&mut report, is_whole);
            outcome.included.insert(file.path);
            outcome.add(report);
        }
        if is_whole {
            outcome.tally.paths =
                self.files.iter().map(|file| file.path.clone()).chain(outcome.included.iter().cloned()).collect();
            outcome.tally.unread_policies.clone_from(&self.unread_policies);
            let mut about = about_policy(&engine, &outcome.tally, &|path| self.tree.is_folder(path));
            about.retain(|finding| self.is_about_policy || [EXCEEDED_SUPPRESSIONS, EXCEEDED].contains(&&*finding.rule));
            for finding in &about {
                outcome.counts.add(finding.level);
            }
            outcome.findings.extend(about);
        }
        outcome.findings.sort_by(Finding::order);
        outcome
    }
}
