//! A run between commits: what a change adds, or all that a commit holds, and what the change does to its own gate. Knows the order
//! in which sides, baseline and gate come together; must not know how each works.

use super::compare::{Compare, Compared};
use super::gate::Gate;
use super::head::HeadFiles;
use super::history::{self, Head, History};
use super::newly;
use crate::baseline::{self, Entry};
use crate::cli::ratchet::{self, Existing};
use crate::cli::run::{Counted, Ran, Run};
use crate::cli::side::{Outcome, Side, Unclaimed};
use crate::cli::{Exit, Shell};
use crate::disk::Selection;
use crate::engine::Engine;
use crate::finding::Finding;
use crate::git::{Change, CommitTree, Overlay};
use crate::level::Level;
use crate::pattern::glob::Glob;
use crate::policy::{Broken, Policy};
use crate::problem::{Problem, ProblemKind};
use crate::project::{Project, Tree};
use crate::repo_path::RepoPath;
use crate::report::{Ratchet, Scope, Verdict};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
use std::sync::Arc;

/// Why a run between commits came to nothing.
pub(in crate::cli) enum Stopped {
    /// It was told.
    Told(Exit),
    /// The head's own policy is missing or wrong.
    Broken(Vec<Broken>),
}

/// What a run between commits is about.
struct Between<'b> {
    run: &'b Run<'b>,
    history: &'b History,
    head: &'b HeadFiles<'b>,
    base: &'b Overlay<'b>,
    changes: &'b [Change],
    renames: FxHashMap<RepoPath, RepoPath>,
}

impl Run<'_> {
    /// Judges what a commit holds, all of it, or what changed since another one.
    ///
    /// # Errors
    /// When git gives no answer, or the head's own policy is missing or wrong.
    pub(in crate::cli) fn between(
        &self,
        history: &History,
        selection: Selection,
        shell: &mut Shell<'_>,
    ) -> Result<Ran, Stopped> {
        let about = (self.place, self.policy, self.target);
        let mut head = HeadFiles::new(about, self.working, history, selection);
        let on_disk: Vec<RepoPath> = head.on_disk().files.iter().map(|file| file.path.clone()).collect();
        let changed = history.changes(&on_disk).map_err(|error| Stopped::Told(history::tell(&error, shell)))?;
        head.note(&changed);
        let looks_at_others = history.source != Head::Index;
        let compare = Compare { policy: self.policy, head: &head, changes: &changed.changes, looks_at_others };
        let base = compare.base();
        let compared = compare.judge(&self.means, &base);
        let between = Between {
            run: self,
            history,
            head: &head,
            base: &base,
            changes: &changed.changes,
            renames: newly::renames(&changed.changes),
        };
        between.conclude(compared)
    }
}

impl Between<'_> {
    fn conclude(&self, compared: Compared) -> Result<Ran, Stopped> {
        let (wide, cut) = (compared.wide, compared.cut);
        let files = compared.files;
        let suppressed = self.newly(&compared.head.suppressed, &compared.base.suppressed);
        let is_new_only = self.history.is_new_only;
        let (mut outcome, selection, ratchet, known) = if is_new_only {
            let (mut outcome, ratchet, known) = self.new_only(compared);
            let mut selection = self.head.on_disk().clone();
            selection.skipped.clear();
            excuse_old(self.run.policy, &mut outcome, &mut selection, self.changes, wide.is_some());
            (outcome, selection, ratchet, known)
        } else {
            let (outcome, selection, ratchet) = self.everything();
            (outcome, selection, ratchet, 0)
        };
        self.gate(&suppressed, &mut outcome).map_err(Stopped::Broken)?;
        let scope = if self.head.is_whole() && !is_new_only { Scope::Full } else { Scope::Partial };
        let counted = if is_new_only {
            let new = self.changes.iter().filter_map(|change| change.new.as_ref());
            let named = new.filter(|new| self.head.is_asked(&new.path)).count();
            Counted { scope, files, named: Some(named.max(files)) }
        } else {
            Counted { scope, files: selection.files.len() + outcome.included.len(), named: None }
        };
        let verdict = self.verdict(known, cut);
        Ok(Ran { wide, ..self.run.report(outcome, selection, counted, ratchet, Some(verdict)) })
    }

    /// Which findings of the head the base does not have, after renames.
    fn is_new(&self, head: &[Finding], base: &[Finding]) -> Vec<bool> {
        // Findings come file by file: one is remembered of each side.
        type Read = (Arc<RepoPath>, Option<Vec<u8>>);
        let last: RefCell<[Option<Read>; 2]> = RefCell::default();
        let line = |is_head: bool, finding: &Finding| {
            let side: &dyn Tree = if is_head { self.head.tree() } else { self.base };
            let mut last = last.borrow_mut();
            let known = last.get_mut(usize::from(is_head))?;
            if known.as_ref().is_none_or(|(path, _)| *path != finding.path) {
                *known = Some((finding.path.clone(), side.read(&finding.path)));
            }
            line_of(known.as_ref()?.1.as_deref()?, finding)
        };
        newly::new_ones(head, base, &self.renames, &line)
    }

    fn newly(&self, head: &[Finding], base: &[Finding]) -> Vec<Finding> {
        let is_new = self.is_new(head, base);
        head.iter().zip(is_new).filter(|(_, is_new)| *is_new).map(|(finding, _)| finding.clone()).collect()
    }

    /// What the change adds, what the baseline permits of it, and how much was there before.
    fn new_only(&self, compared: Compared) -> (Outcome, Option<Ratchet>, usize) {
        let Compared { mut head, base: mut earlier, .. } = compared;
        let before = Existing { tree: self.base, renames: FxHashMap::default() };
        let own = self.run.baseline;
        // A permit that nothing used before the change is not there to be used by it.
        let entries = own.map(|own| own.entries.as_slice()).unwrap_or_default();
        let used = baseline::apply(entries, &earlier.findings, &before).used;
        let level =
            |used: Option<usize>| used.and_then(|index| earlier.findings.get(index)).map(|finding| finding.level);
        let usable: Vec<(Entry, Level)> =
            entries.iter().zip(used).filter_map(|(entry, used)| Some((entry.clone(), level(used)?))).collect();
        // Of equal findings, those that were there before come first: they are what is permitted.
        let raw = self.is_new(&head.findings, &earlier.findings);
        let mut flagged: Vec<(bool, Finding)> = raw.into_iter().zip(std::mem::take(&mut head.findings)).collect();
        flagged.sort_by_key(|(is_new, _)| *is_new);
        head.findings = flagged.into_iter().map(|(_, finding)| finding).collect();
        let (entries, levels): (Vec<Entry>, Vec<Level>) = usable.into_iter().unzip();
        let after = Existing { tree: self.head.tree(), renames: self.renames.clone() };
        let matched = baseline::apply(&entries, &head.findings, &after);
        // Nor does a permit for something milder cover what has become worse.
        let covers = |index: usize, finding: &Finding| {
            let pairs = matched.used.iter().zip(&levels);
            pairs.filter(|(used, _)| **used == Some(index)).any(|(_, level)| finding.level <= *level)
        };
        let permitted: Vec<bool> = head
            .findings
            .iter()
            .enumerate()
            .map(|(index, finding)| matched.permitted.get(index) == Some(&true) && covers(index, finding))
            .collect();
        let used = permitted.iter().filter(|permitted| **permitted).count();
        head.keep(|index, _| permitted.get(index) != Some(&true));
        ratchet::apply(&self.base_entries(), &mut earlier, &before);
        let is_new = self.is_new(&head.findings, &earlier.findings);
        let known = is_new.iter().filter(|is_new| !**is_new).count();
        head.keep(|index, _| is_new.get(index) == Some(&true));
        head.findings.sort_by(Finding::order);
        let ratchet =
            own.map(|own| Ratchet { path: own.path.clone(), entries: own.entries.len(), used, stale: Vec::new() });
        (head, ratchet, known)
    }

    /// What the base's own baseline permitted there; one that is broken permits nothing, which finds less to be new.
    fn base_entries(&self) -> Vec<Entry> {
        let path = self.run.baseline.map_or_else(|| ratchet::named_by(self.run.policy).0, |own| own.path.clone());
        self.base.read(&path).and_then(|bytes| baseline::read(&bytes).ok()).unwrap_or_default()
    }

    /// All that the head holds.
    fn everything(&self) -> (Outcome, Selection, Option<Ratchet>) {
        let selection = self.head.all();
        let scope = if self.head.is_whole() { Scope::Full } else { Scope::Partial };
        let load = |file: &crate::disk::Selected, buffer: &mut Vec<u8>| self.head.load(file, buffer);
        let include = |path: &RepoPath, reader| self.head.include(path, reader);
        let side = Side {
            policy: self.run.policy,
            tree: self.head.tree(),
            files: &selection.files,
            load: &load,
            scope,
            include: &include,
            around: self.run.target.asked(&self.run.place.root).around(),
            unclaimed: &Unclaimed::default(),
            unread_policies: selection.policies.clone(),
            is_about_policy: true,
        };
        let mut outcome = side.judge(&self.run.means);
        let existing = Existing { tree: self.head.tree(), renames: self.renames.clone() };
        let ratchet = self.run.ratchet(&mut outcome, &existing, scope);
        (outcome, selection, ratchet)
    }

    /// What the change does to the gate, where the policy of another commit judges.
    fn gate(&self, suppressed: &[Finding], outcome: &mut Outcome) -> Result<(), Vec<Broken>> {
        let Some(head) = self.head.commit.as_ref().filter(|_| self.is_gated()) else { return Ok(()) };
        let policy = self.run.policy;
        let project = Project::new(policy.layout(|path| head.is_folder(path)), head);
        let engine = Engine::new(policy, &project, self.run.means.today, self.run.means.keep);
        let entries = self.run.baseline.map(|own| own.entries.as_slice()).unwrap_or_default();
        let (base, root) = (self.base, &self.run.place.root);
        let gate = Gate {
            engine: &engine,
            head,
            base,
            root,
            changes: self.changes,
            entries,
            suppressed,
            outer: self.history.outer.as_ref(),
        };
        for finding in gate.look()? {
            outcome.counts.add(finding.level);
            outcome.findings.push(finding);
        }
        outcome.findings.sort_by(Finding::order);
        Ok(())
    }

    fn is_gated(&self) -> bool {
        self.history.policy_ref.is_some() && self.history.source == Head::Commit
    }

    fn verdict(&self, known: usize, cut: Option<&'static str>) -> Verdict {
        let history = self.history;
        Verdict {
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
            cut,
        }
    }
}

/// The files of the commit whose policy judges, with paths from the root: of the index itself, where that is judged and holds
/// the policy.
#[must_use]
pub(in crate::cli) fn policy_tree<'h>(history: &'h History, policy: Option<&RepoPath>) -> Option<CommitTree<'h>> {
    let listing = match &history.policy_ref {
        Some((_, listing)) if !history.is_introduced => listing,
        None if history.source != Head::Index => return None,
        _ => history.listing.as_ref()?,
    };
    let tree = CommitTree::new(listing.from(&history.below), &history.blobs);
    let is_there = policy.is_some_and(|policy| tree.is_file(policy));
    (history.policy_ref.is_some() || is_there).then_some(tree)
}

/// Where all files were judged, a problem of a file that did not change is none of this change.
fn excuse_old(policy: &Policy, outcome: &mut Outcome, selection: &mut Selection, changes: &[Change], is_wide: bool) {
    // Where a file comes from a place that nobody judges, its problems are new.
    let is_judged = |path: &RepoPath| {
        let is_out = |glob: &Glob| glob.matches(path);
        !policy.exclude.iter().any(|(glob, _)| is_out(glob)) && !policy.unanalysed.iter().any(|own| is_out(&own.glob))
    };
    let is_same = |change: &Change| match (&change.old, &change.new) {
        (Some(old), Some(new)) => old.id.is_some() && old.id == new.id && is_judged(&old.path),
        _ => false,
    };
    let new = changes.iter().filter(|change| !is_same(change)).filter_map(|change| change.new.as_ref());
    let paths: FxHashSet<&RepoPath> = new.map(|version| &version.path).collect();
    let is_old = |problem: &Problem| {
        problem.kind != ProblemKind::Internal && problem.path.as_ref().is_some_and(|path| !paths.contains(path))
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
