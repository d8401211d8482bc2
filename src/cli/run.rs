//! One run of `policy check`, from the policy to the report: on disk, or between commits. Knows how sides, baseline and change come
//! together; must not know streams or formats.

use super::compare::{self, Compare, Compared};
use super::gate::Gate;
use super::history::{Head, History};
use super::included::INCLUDED;
use super::judge::{Load, from_disk};
use super::ratchet::{self, Existing, Loaded};
use super::side::{Means, Outcome, Side};
use super::target::Target;
use super::{Exit, Shell, commit_files, history};
use crate::disk::{self, DiskTree, Place, Selected, Selection, nearby};
use crate::engine::{Engine, Work};
use crate::finding::Finding;
use crate::git::{Change, CommitTree, Version};
use crate::pattern::glob::Glob;
use crate::policy::{Broken, Policy};
use crate::problem::{Problem, ProblemKind};
use crate::project::{Project, Tree};
use crate::readers::Reader;
use crate::repo_path::RepoPath;
use crate::report::{PolicyInfo, Ratchet, Report, Scope, Summary, Verdict};
use rustc_hash::FxHashSet;
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
}

/// Why a run between commits came to nothing.
pub(super) enum Stopped {
    /// It was told.
    Told(Exit),
    /// The head's own policy is missing or wrong.
    Broken(Vec<Broken>),
}

impl Run<'_> {
    fn exclude(&self) -> Vec<Glob> {
        self.policy.exclude.iter().map(|(glob, _)| glob.clone()).collect()
    }

    /// Judges what was selected on disk.
    pub(super) fn on_disk(&self, mut selection: Selection) -> Ran {
        let tree = DiskTree::new(self.place.root.clone());
        let nearby = nearby(&self.place.root, self.working);
        let disk = from_disk(&nearby);
        let load = self.target.load(&disk);
        let scope = if self.target.is_whole(&self.place.root) { Scope::Full } else { Scope::Partial };
        let asked = self.target.asked(&self.place.root);
        let exclude = self.exclude();
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
            unread_policies: selection.policies.clone(),
            is_about_policy: true,
        };
        let mut outcome = side.judge(&self.means);
        let ratchet = self.ratchet(&mut outcome, &Existing { tree: &tree, changes: &[] }, scope);
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

    /// Judges what a commit holds, all of it, or what changed since another one.
    ///
    /// # Errors
    /// When git gives no answer, or the head's own policy is missing or wrong.
    pub(super) fn between(
        &self,
        history: &History,
        selection: Selection,
        shell: &mut Shell<'_>,
    ) -> Result<Ran, Stopped> {
        let git_said = |error, shell: &mut Shell<'_>| Stopped::Told(history::tell(&error, shell));
        let untracked: Vec<RepoPath> = selection.files.iter().map(|file| file.path.clone()).collect();
        let changes = history.changes(&untracked).map_err(|error| git_said(error, shell))?;
        let exclude = self.exclude();
        let asked = self.target.asked(&self.place.root);
        let is_whole = self.target.is_whole(&self.place.root);
        let is_asked = |path: &RepoPath| is_whole || asked.covers_as_any(path);
        let disk_tree = DiskTree::new(self.place.root.clone());
        let commit_tree =
            history.listing.as_ref().map(|listing| CommitTree::new(listing.from(&history.below), &history.blobs));
        let tree: &dyn Tree = commit_tree.as_ref().map_or(&disk_tree, |tree| tree);
        let nearby = nearby(&self.place.root, self.working);
        let disk = from_disk(&nearby);
        let from_commit = |file: &Selected, buffer: &mut Vec<u8>| match &commit_tree {
            Some(tree) => tree.bytes(&file.path, buffer),
            None => disk(file, buffer),
        };
        let load: Load<'_> = &from_commit;
        let selection = match &commit_tree {
            Some(tree) if !history.is_new_only => {
                let versions = tree.listing().all().iter().filter(|version| is_asked(&version.path));
                commit_files::select(tree, versions, &history.blobs, &exclude)
            }
            _ => selection,
        };
        let all = || match &commit_tree {
            Some(tree) => {
                let versions = tree.listing().all().iter().filter(|version| is_asked(&version.path));
                commit_files::select(tree, versions, &history.blobs, &exclude).files
            }
            None => selection.files.clone(),
        };
        let file = |version: &Version| match &commit_tree {
            Some(tree) => {
                let one = std::iter::once(version);
                commit_files::select(tree, one, &history.blobs, &exclude).files.into_iter().next()
            }
            None => {
                let at = selection.files.binary_search_by(|file| file.path.cmp(&version.path)).ok()?;
                selection.files.get(at).cloned()
            }
        };
        let include = |path: &RepoPath, reader: &'static dyn Reader| match &commit_tree {
            None => disk::included(&self.place.root, path, &exclude, reader, INCLUDED),
            Some(tree) if tree.is_file(path) && !exclude.iter().any(|glob| glob.matches(path)) => {
                Ok(commit_files::selected(path, (reader, INCLUDED)))
            }
            Some(_) => Err(None),
        };
        let compare = Compare {
            policy: self.policy,
            head: tree,
            load,
            files: &all,
            file: &file,
            include: &include,
            is_asked: &is_asked,
            changes: &changes,
            blobs: &history.blobs,
            exclude: &exclude,
        };
        let base = compare.base();
        let mut compared = compare.judge(&self.means, &base);
        let renames = compare::renames(&changes);
        let lines = |is_head: bool, finding: &Finding| {
            let bytes = if is_head { tree.read(&finding.path) } else { base.read(&finding.path) };
            line_of(&bytes?, finding)
        };
        let newly_suppressed: Vec<Finding> = {
            let head = &compared.head.suppressed;
            let is_new = compare::new_ones(head, &compared.base.suppressed, &renames, &lines);
            head.iter().zip(is_new).filter(|(_, is_new)| *is_new).map(|(finding, _)| finding.clone()).collect()
        };
        let ended = self.base_baseline(history, &base);
        let existing = Existing { tree, changes: &changes };
        let (mut outcome, ratchet, known) = if history.is_new_only {
            let Compared { head, base: earlier, .. } = &mut compared;
            let before = Existing { tree: &base, changes: &[] };
            // A permit that nothing used before the change is not there to be used by it.
            let entries: Vec<_> = self.baseline.map(|own| own.entries.clone()).unwrap_or_default();
            let used = crate::baseline::apply(&entries, &earlier.findings, &before).used;
            let usable: Vec<_> =
                entries.iter().zip(used).filter(|(_, used)| used.is_some()).map(|(entry, _)| entry.clone()).collect();
            let (used, _) = ratchet::apply(&usable, head, &existing);
            ratchet::apply(&ended, earlier, &before);
            let is_new = compare::new_ones(&head.findings, &earlier.findings, &renames, &lines);
            let known = is_new.iter().filter(|is_new| !**is_new).count();
            head.keep(|index, _| is_new.get(index) == Some(&true));
            let ratchet = self.baseline.map(|own| Ratchet {
                path: own.path.clone(),
                entries: own.entries.len(),
                used,
                stale: Vec::new(),
            });
            (std::mem::take(&mut compared.head), ratchet, known)
        } else {
            let scope = if is_whole { Scope::Full } else { Scope::Partial };
            let side = Side {
                policy: self.policy,
                tree,
                files: &selection.files,
                load,
                scope,
                include: &include,
                around: asked.around(),
                unread_policies: selection.policies.clone(),
                is_about_policy: true,
            };
            let mut outcome = side.judge(&self.means);
            let ratchet = self.ratchet(&mut outcome, &existing, scope);
            (outcome, ratchet, 0)
        };
        if let (Some(head), Some(_)) = (&commit_tree, &history.policy_ref)
            && history.source == Head::Commit
        {
            let found = self.gate(head, &base, &changes, &newly_suppressed).map_err(Stopped::Broken)?;
            for finding in &found {
                outcome.counts.add(finding.level);
            }
            outcome.findings.extend(found);
            outcome.findings.sort_by(Finding::order);
        }
        let verdict = Verdict {
            source: match history.source {
                Head::WorkTree => "work-tree",
                Head::Index => "index",
                Head::Commit => "commit",
            },
            head: history.head.id.clone(),
            base: history.is_new_only.then(|| history.base.id.clone()),
            policy_ref: history.policy_ref.as_ref().map(|(commit, _)| commit.id.clone()),
            introduced: history.is_introduced,
            new_only: history.is_new_only,
            known,
        };
        let counted = if history.is_new_only {
            let named =
                changes.iter().filter_map(|change| change.new.as_ref()).filter(|new| is_asked(&new.path)).count();
            Counted { scope: Scope::Partial, files: compared.files, named: Some(named) }
        } else {
            let scope = if is_whole { Scope::Full } else { Scope::Partial };
            Counted { scope, files: selection.files.len() + outcome.included.len(), named: None }
        };
        let mut selection = selection;
        if history.is_new_only {
            selection.skipped.clear();
            excuse_old(&mut outcome, &mut selection, &changes, compared.is_wide);
        }
        Ok(self.report(outcome, selection, counted, ratchet, Some(verdict)))
    }

    /// What the base's own baseline permitted there; one that is broken permits nothing, which only finds less to be new.
    fn base_baseline(&self, history: &History, base: &dyn Tree) -> Vec<crate::baseline::Entry> {
        if !history.is_new_only {
            return Vec::new();
        }
        let path = self.baseline.map_or_else(|| ratchet::named_by(self.policy).0, |own| own.path.clone());
        base.read(&path).and_then(|bytes| crate::baseline::read(&bytes).ok()).unwrap_or_default()
    }

    fn gate(
        &self,
        head: &CommitTree<'_>,
        base: &dyn Tree,
        changes: &[Change],
        suppressed: &[Finding],
    ) -> Result<Vec<Finding>, Vec<Broken>> {
        let project = Project::new(self.policy.layout(|path| head.is_folder(path)), head);
        let engine = Engine::new(self.policy, &project, self.means.today, self.means.keep);
        let entries = self.baseline.map(|own| own.entries.as_slice()).unwrap_or_default();
        Gate { engine: &engine, head, base, root: &self.place.root, changes, entries, suppressed }.look()
    }

    /// Takes away what the baseline permits.
    fn ratchet(&self, outcome: &mut Outcome, existing: &Existing<'_>, scope: Scope) -> Option<Ratchet> {
        let own = self.baseline?;
        let (used, stale) = ratchet::apply(&own.entries, outcome, existing);
        let is_judged = |entry: &&crate::baseline::Entry| self.policy.other_ids.iter().all(|id| **id != *entry.rule);
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

    fn report(
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
            complete: problems.is_empty(),
            summary,
            verdict,
            ratchet,
            suppressed: outcome.suppressed,
            findings: outcome.findings,
            problems,
            excused,
        };
        Ran { report, work: outcome.work }
    }
}

/// How much was looked at.
struct Counted {
    scope: Scope,
    files: usize,
    named: Option<usize>,
}

/// Where all files were judged, a problem of a file that did not change is none of this change.
fn excuse_old(outcome: &mut Outcome, selection: &mut Selection, changes: &[Change], is_wide: bool) {
    let is_same = |change: &Change| match (&change.old, &change.new) {
        (Some(old), Some(new)) => old.id.is_some() && old.id == new.id,
        _ => false,
    };
    let changed: FxHashSet<&RepoPath> = changes
        .iter()
        .filter(|change| !is_same(change))
        .filter_map(|change| change.new.as_ref())
        .map(|version| &version.path)
        .collect();
    let is_old = |problem: &Problem| {
        problem.kind != ProblemKind::Internal && problem.path.as_ref().is_some_and(|path| !changed.contains(path))
    };
    if is_wide {
        outcome.problems.retain(|problem| !is_old(problem));
        outcome.files_with_problems = outcome.problems.len();
    }
    selection.problems.retain(|problem| problem.kind == ProblemKind::Selection || !is_old(problem));
}

/// The line that a finding starts in, without the space around it.
fn line_of(bytes: &[u8], finding: &Finding) -> Option<Vec<u8>> {
    let at = finding.start.offset as usize;
    let start = memchr::memrchr2(b'\n', b'\r', bytes.get(..at)?).map_or(0, |at| at + 1);
    let end = memchr::memchr2(b'\n', b'\r', bytes.get(at..)?).map_or(bytes.len(), |end| at + end);
    Some(bytes.get(start..end)?.trim_ascii().to_vec())
}

/// Problems beneath an `unanalysed` path are expected. A fault of the tool itself never is.
fn is_excused(policy: &Policy, problem: &Problem) -> bool {
    !matches!(problem.kind, ProblemKind::Internal | ProblemKind::Selection)
        && problem.path.as_ref().is_some_and(|path| policy.unanalysed.iter().any(|excuse| excuse.glob.matches(path)))
}
