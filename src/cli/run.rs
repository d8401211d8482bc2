//! One run of `policy check` over files on disk, and the report of any run. Knows how a side and the baseline come together; must not
//! know streams or formats.

use super::included::INCLUDED;
use super::judge::from_disk;
use super::ratchet::{self, Existing, Loaded};
use super::side::{Means, Outcome, Side, Unclaimed};
use super::target::Target;
use crate::disk::{self, DiskTree, Place, Selection, nearby};
use crate::engine::Work;
use crate::policy::Policy;
use crate::problem::{Problem, ProblemKind};
use crate::readers::Reader;
use crate::repo_path::RepoPath;
use crate::report::{Asked, PolicyInfo, Ratchet, Report, Scope, Summary, Verdict};
use rustc_hash::FxHashMap;
use std::path::Path;

/// What a run is given.
pub(super) struct Run<'r> {
    pub(super) place: &'r Place,
    pub(super) policy: &'r Policy,
    pub(super) target: &'r Target,
    pub(super) baseline: Option<&'r Loaded>,
    pub(super) means: Means<'r>,
    pub(super) working: &'r Path,
}

/// What a run came to.
pub(super) struct Ran {
    pub(super) report: Report,
    pub(super) work: Work,
    /// Why all files were judged, although only what is new is told.
    pub(super) wide: Option<&'static str>,
}

impl Run<'_> {
    /// Judges what was selected on disk.
    pub(super) fn on_disk(&self, mut selection: Selection) -> Ran {
        let tree = DiskTree::new(self.place.root.clone());
        let nearby = nearby(&self.place.root, self.working);
        let disk = from_disk(&nearby);
        let load = self.target.load(&disk);
        let scope = if self.target.is_whole(&self.place.root) { Scope::Full } else { Scope::Partial };
        let asked = self.target.asked(&self.place.root);
        let exclude = self.policy.excluded();
        let include = |path: &RepoPath, reader: &'static dyn Reader| {
            if scope == Scope::Partial && !asked.covers(path) {
                return Err(None);
            }
            disk::included(&self.place.root, path, &exclude, reader, INCLUDED)
        };
        let side = Side {
            policy: self.policy,
            tree: &tree,
            files: &selection.files,
            load: &load,
            scope,
            include: &include,
            around: asked.around(),
            unclaimed: &Unclaimed::default(),
            unread_policies: selection.policies.clone(),
            is_about_policy: true,
        };
        let mut outcome = side.judge(&self.means);
        let ratchet = self.ratchet(&mut outcome, &Existing { tree: &tree, renames: FxHashMap::default() }, scope);
        let included = &outcome.included;
        selection.skipped.retain(|(path, _)| !included.contains(path));
        // A file was named that nobody reads by its name, or a folder of such files.
        let is_read = |named: &RepoPath| included.iter().any(|path| path.is_beneath(named));
        selection
            .problems
            .retain(|problem| problem.kind != ProblemKind::Selection || !problem.path.as_ref().is_some_and(is_read));
        let files = selection.files.len() + included.len();
        let named = self.target.is_files().then_some(files + selection.skipped.len());
        self.report(outcome, selection, Counted { scope, files, named }, ratchet, None)
    }

    /// Takes away what the baseline permits.
    pub(super) fn ratchet(&self, outcome: &mut Outcome, existing: &Existing<'_>, scope: Scope) -> Option<Ratchet> {
        let own = self.baseline?;
        let (used, stale) = ratchet::apply(&own.entries, outcome, existing);
        // A rule that was not asked for, or that says nothing yet, cannot tell.
        let is_judged = |entry: &&crate::baseline::Entry| {
            let is_other = self.policy.other_ids.iter().any(|id| **id == *entry.rule);
            !is_other && !self.policy.rule(&entry.rule).is_some_and(crate::policy::Rule::is_waiting)
        };
        let stale: Vec<String> = match scope {
            Scope::Full => stale
                .iter()
                .filter(is_judged)
                .map(|entry| format!("{} in {}: {}", entry.rule, entry.path, entry.name))
                .collect(),
            Scope::Partial => Vec::new(),
        };
        Some(Ratchet { path: own.path.clone(), entries: own.entries.len(), used, stale })
    }

    pub(super) fn report(
        &self,
        outcome: Outcome,
        selection: Selection,
        counted: Counted,
        ratchet: Option<Ratchet>,
        verdict: Option<Verdict>,
    ) -> Ran {
        let summary = Summary {
            named: counted.named,
            files: counted.files,
            analysed: counted.files.saturating_sub(outcome.files_with_problems),
            skipped: selection.skipped.len(),
            findings: outcome.counts,
            suppressed: outcome.suppressed_count,
            baselined: ratchet.as_ref().map_or(0, |ratchet| ratchet.used),
        };
        let mut problems = selection.problems;
        problems.extend(outcome.problems);
        problems.sort();
        let (excused, problems): (Vec<Problem>, Vec<Problem>) =
            problems.into_iter().partition(|problem| is_excused(self.policy, problem));
        let report = Report {
            policy: Some(PolicyInfo { path: (*self.policy.source.path).clone(), hash: self.policy.hash() }),
            scope: counted.scope,
            asked: Asked::default(),
            also_fails: None,
            complete: problems.is_empty(),
            summary,
            verdict,
            ratchet,
            suppressed: outcome.suppressed,
            findings: outcome.findings,
            problems,
            excused,
        };
        Ran { report, work: outcome.work, wide: None }
    }
}

/// How much was looked at.
#[derive(Clone, Copy)]
pub(super) struct Counted {
    pub(super) scope: Scope,
    pub(super) files: usize,
    pub(super) named: Option<usize>,
}

/// Problems beneath an `unanalysed` path are expected. A fault of the tool itself never is.
pub(super) fn is_excused(policy: &Policy, problem: &Problem) -> bool {
    !matches!(problem.kind, ProblemKind::Internal | ProblemKind::Selection)
        && problem.path.as_ref().is_some_and(|path| policy.unanalysed.iter().any(|excuse| excuse.glob.matches(path)))
}
