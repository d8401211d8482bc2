//! What a change adds: both sides judged by one policy, and the difference. Knows which files have to be looked at for that: those
//! that changed, and all where a change may reach files that did not; must not know where a side comes from.

use super::commit_files::{claim, selected};
use super::head::HeadFiles;
use crate::cli::included::INCLUDED;
use crate::cli::side::{Means, Outcome, Side, Unclaimed};
use crate::disk::{ReadError, Selected};
use crate::engine::{Handed, Search};
use crate::git::{Answer, Change, Overlay, Version};
use crate::policy::{Policy, Rule};
use crate::problem::Problem;
use crate::project::{Project, Tree};
use crate::readers::{self, Reader};
use crate::repo_path::RepoPath;
use crate::report::Scope;
use crate::surface::Surface;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;

/// The two sides.
pub(in crate::cli) struct Compare<'c> {
    /// The policy that judges both.
    pub(in crate::cli) policy: &'c Policy,
    /// The side with the change.
    pub(in crate::cli) head: &'c HeadFiles<'c>,
    /// What changed.
    pub(in crate::cli) changes: &'c [Change],
    /// Whether files that did not change are looked at where the change may reach them.
    pub(in crate::cli) looks_at_others: bool,
}

/// Both sides, judged.
pub(in crate::cli) struct Compared {
    /// What the head has.
    pub(in crate::cli) head: Outcome,
    /// What the base has.
    pub(in crate::cli) base: Outcome,
    /// Changed files of the head that were judged.
    pub(in crate::cli) files: usize,
    /// Why all files were judged, where the change may reach any.
    pub(in crate::cli) wide: Option<&'static str>,
    /// Why files that did not change would have to be looked at, where nobody wants to wait for that.
    pub(in crate::cli) cut: Option<&'static str>,
}

impl<'c> Compare<'c> {
    /// The base, as what differs from the head.
    pub(in crate::cli) fn base(&self) -> Overlay<'c> {
        let mut files: FxHashMap<RepoPath, Option<Version>> = FxHashMap::default();
        for change in self.changes {
            if let Some(new) = &change.new {
                files.entry(new.path.clone()).or_insert(None);
            }
            if let Some(old) = &change.old {
                files.insert(old.path.clone(), Some(old.clone()));
            }
        }
        // A link that stayed as it is had what its target had.
        for (link, target) in &self.head.links {
            if let Some(before) = files.get(target).cloned()
                && !files.contains_key(&link.path)
            {
                files.insert(link.path.clone(), before.map(|before| Version { path: link.path.clone(), ..before }));
            }
        }
        Overlay::new(self.head.tree(), self.head.blobs, files)
    }

    /// Judges what changed on both sides; all of both where that may not be enough.
    pub(in crate::cli) fn judge(&self, means: &Means<'_>, base: &Overlay<'_>) -> Compared {
        let (changed, problems) = self.changed();
        let before: Vec<Selected> = {
            // Removed files too: what was permitted there may have moved.
            let pairs = self.changes.iter().filter_map(|change| change.old.as_ref());
            let linked = self.head.links.iter().filter(|(link, _)| changed.iter().any(|file| file.path == link.path));
            let linked = linked.filter_map(|(link, _)| match base.answer(&link.path) {
                Answer::Is(version) => Some(version),
                _ => None,
            });
            let mut before: Vec<Selected> =
                pairs.chain(linked).filter_map(|version| self.file_before(version)).collect();
            settle(&mut before);
            before
        };
        let files = changed.len();
        let unclaimed = self.unclaimed(&changed);
        let mut head = self.judge_head(means, &changed, Scope::Partial, &unclaimed);
        let base_side = BaseSide { compare: self, base };
        let mut earlier = base_side.judge(means, &before, Scope::Partial);
        head.problems.extend(problems.iter().cloned());
        let reaches_all = self.reaches_all(base, &head, &earlier);
        if !self.looks_at_others {
            let known: FxHashSet<&Handed> = earlier.handed_out.iter().collect();
            let hands_out = head.handed_out.iter().any(|handed| !known.contains(handed));
            let cut = reaches_all.or(hands_out.then_some("a module newly hands out what rules ask about"));
            return Compared { head, base: earlier, files, wide: None, cut };
        }
        let why = reaches_all.or_else(|| {
            let judged = changed.iter().map(|file| file.path.clone()).collect();
            self.follow(means, &base_side, judged, (&mut head, &mut earlier))
        });
        let Some(why) = why else {
            return Compared { head, base: earlier, files, wide: None, cut: None };
        };
        let all = self.head.all().files;
        let mut head = self.judge_head(means, &all, Scope::Full, &Unclaimed::default());
        head.problems.extend(problems);
        let base = base_side.judge(means, &base_side.all(&all), Scope::Full);
        Compared { head, base, files, wide: Some(why), cut: None }
    }

    /// Judges files that did not change, but may take a name that a module newly hands out, and so on; why all have to be
    /// judged, where that cannot be told.
    fn follow(
        &self,
        means: &Means<'_>,
        base: &BaseSide<'_, '_>,
        mut judged: FxHashSet<RepoPath>,
        (head, earlier): (&mut Outcome, &mut Outcome),
    ) -> Option<&'static str> {
        let mut known: FxHashSet<Handed> = earlier.handed_out.iter().cloned().collect();
        let mut new: Vec<Handed> = head.handed_out.iter().filter(|handed| !known.contains(handed)).cloned().collect();
        let mut all: Option<Vec<Selected>> = None;
        while !new.is_empty() {
            if new.iter().any(|handed| handed.name.ends_with(".*")) {
                return Some("a module newly hands out whatever another one has");
            }
            let all = all.get_or_insert_with(|| self.head.all().files);
            let search = Search::new(&new);
            let may_take = |file: &&Selected| {
                let mut bytes = Vec::new();
                let is_module = file.surface.is_module() && !judged.contains(&file.path);
                is_module
                    && self.head.load(file, &mut bytes).is_ok_and(|len| {
                        let bytes = bytes.get(..len).unwrap_or_default();
                        search.may_concern(bytes)
                    })
            };
            let more: Vec<Selected> = means.pool.install(|| all.par_iter().filter(may_take).cloned().collect());
            judged.extend(more.iter().map(|file| file.path.clone()));
            let mut head_more = self.judge_head(means, &more, Scope::Partial, &Unclaimed::default());
            let mut base_more = base.judge(means, &more, Scope::Partial);
            // What is wrong with a file that did not change is none of this change.
            (head_more.problems, head_more.files_with_problems) = (Vec::new(), 0);
            (base_more.problems, base_more.files_with_problems) = (Vec::new(), 0);
            known.extend(base_more.handed_out.iter().cloned());
            known.extend(new.drain(..));
            new = head_more.handed_out.iter().filter(|handed| !known.contains(handed)).cloned().collect();
            head.merge(head_more);
            earlier.merge(base_more);
        }
        None
    }

    /// Changed files of the head that are to be checked.
    fn changed(&self) -> (Vec<Selected>, Vec<Problem>) {
        let (mut changed, mut problems) = (Vec::new(), Vec::new());
        let new: Vec<&Version> = self.changes.iter().filter_map(|change| change.new.as_ref()).collect();
        let paths: FxHashSet<&RepoPath> = new.iter().map(|version| &version.path).collect();
        // What a link leads to may have changed without the link.
        let links =
            self.head.links.iter().filter(|(link, target)| paths.contains(target) && !paths.contains(&link.path));
        for version in new.iter().copied().chain(links.map(|(link, _)| link)) {
            if !self.head.is_asked(&version.path) {
                continue;
            }
            match self.head.one(version) {
                Ok(file) => changed.extend(file),
                Err(problem) => problems.push(problem),
            }
        }
        settle(&mut changed);
        (changed, problems)
    }

    /// Changed files that nobody reads by their names, with what stands in them.
    fn unclaimed(&self, claimed: &[Selected]) -> Unclaimed {
        if !self.policy.index.asks_for_distributions() {
            return Unclaimed::default();
        }
        let new = self.changes.iter().filter_map(|change| change.new.as_ref()).map(|version| &version.path);
        let new =
            new.filter(|path| readers::by_path(path).is_none() && !claimed.iter().any(|file| file.path == **path));
        let files: Vec<_> = new.filter_map(|path| Some((path.clone(), self.head.tree().read(path)?))).collect();
        let is_manifest =
            |file: &Selected| matches!(file.surface, Surface::Dependencies | Surface::Containers | Surface::Ci);
        let folders = if files.is_empty() {
            BTreeSet::new()
        } else {
            let all = self.head.all().files;
            all.iter().filter(|file| is_manifest(file)).map(|file| file.path.parent()).collect()
        };
        Unclaimed { files, folders }
    }

    fn file_before(&self, version: &Version) -> Option<Selected> {
        if self.head.exclude.iter().any(|glob| glob.matches(&version.path)) {
            return None;
        }
        claim(version, self.head.blobs).map(|claim| selected(&version.path, claim))
    }

    /// Judges files of the head; what they pull in counts only where all are judged.
    fn judge_head(&self, means: &Means<'_>, files: &[Selected], scope: Scope, unclaimed: &Unclaimed) -> Outcome {
        let load = |file: &Selected, buffer: &mut Vec<u8>| self.head.load(file, buffer);
        let include = |path: &RepoPath, reader: &'static dyn Reader| match scope {
            Scope::Full => self.head.include(path, reader),
            Scope::Partial => Err(None),
        };
        let side = Side {
            policy: self.policy,
            tree: self.head.tree(),
            files,
            load: &load,
            scope,
            include: &include,
            around: BTreeSet::new(),
            unclaimed,
            unread_policies: Vec::new(),
            is_about_policy: false,
        };
        side.judge(means)
    }

    /// Why any file that did not change may have got other findings: a name has become first-party or no longer is, a manifest
    /// declares something else, or pulls in other files.
    fn reaches_all(&self, base: &Overlay<'_>, head: &Outcome, earlier: &Outcome) -> Option<&'static str> {
        let rules = &self.policy.rules;
        let counts = |rule: &Rule| {
            rule.max_suppressions.is_some() || rule.exemptions.iter().any(|exemption| exemption.max.is_some())
        };
        if self.policy.index.judges_use || rules.iter().any(counts) {
            return Some("a rule counts what all files hold");
        }
        if head.includes != earlier.includes || head.pulls_in_unclaimed {
            return Some("other files are pulled in");
        }
        let asks_declared = rules.iter().any(|rule| rule.judge.asks_declared());
        let asks_canonical = rules.iter().any(|rule| !rule.judge.files().is_empty());
        let is_python = |path: &RepoPath| readers::by_path(path).is_some_and(|(_, surface)| surface.is_module());
        let declares = |path: &RepoPath| {
            readers::by_path(path).is_some_and(|(reader, _)| reader.declares(path.file_name()))
                || head.includes.iter().any(|included| included.path == *path)
        };
        let mut came_or_went: Vec<&RepoPath> = Vec::new();
        for change in self.changes {
            let paths = [&change.old, &change.new].map(|version| version.as_ref().map(|version| &version.path));
            if asks_declared && paths.into_iter().flatten().any(declares) {
                return Some("a manifest has changed");
            }
            if paths.first() != paths.last() {
                came_or_went.extend(paths.into_iter().flatten().filter(|path| is_python(path)));
            }
        }
        if came_or_went.is_empty() {
            return None;
        }
        if asks_declared || asks_canonical {
            return Some("a module came or went");
        }
        let after = Project::new(self.policy.layout(|path| self.head.tree().is_folder(path)), self.head.tree());
        let before = Project::new(self.policy.layout(|path| base.is_folder(path)), base);
        let is_other = |name: &str, path: &RepoPath| {
            let top = crate::name::top(name);
            // Another file may now be what a name means, or may have been it.
            let is_another =
                |side: &Project<'_>| side.module(name).is_some_and(|file| file != *path && is_python(&file));
            after.is_first_party(top) != before.is_first_party(top) || is_another(&after) || is_another(&before)
        };
        let changes_names =
            came_or_went.iter().any(|path| after.module_names(path).iter().any(|name| is_other(name, path)));
        changes_names.then_some("a name means another module")
    }
}

fn settle(files: &mut Vec<Selected>) {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|a, b| a.path == b.path);
}

struct BaseSide<'b, 'c> {
    compare: &'b Compare<'c>,
    base: &'b Overlay<'b>,
}

impl BaseSide<'_, '_> {
    fn judge(&self, means: &Means<'_>, files: &[Selected], scope: Scope) -> Outcome {
        let load = |file: &Selected, buffer: &mut Vec<u8>| match self.base.answer(&file.path) {
            Answer::Is(version) => self.base.bytes(version, buffer),
            Answer::Not => Err(ReadError::Special),
            Answer::Below => self.compare.head.load(file, buffer),
        };
        let include = |path: &RepoPath, reader: &'static dyn Reader| {
            let is_excluded = self.compare.head.exclude.iter().any(|glob| glob.matches(path));
            if is_excluded || !self.base.is_file(path) || scope == Scope::Partial {
                return Err(None);
            }
            Ok(selected(path, (reader, INCLUDED)))
        };
        let side = Side {
            policy: self.compare.policy,
            tree: self.base,
            files,
            load: &load,
            scope,
            include: &include,
            around: BTreeSet::new(),
            unclaimed: &Unclaimed::default(),
            unread_policies: Vec::new(),
            is_about_policy: false,
        };
        side.judge(means)
    }

    /// All files of the base: those of the head that are the same, and what was otherwise.
    fn all(&self, head: &[Selected]) -> Vec<Selected> {
        let mut all: Vec<Selected> =
            head.iter().filter(|file| matches!(self.base.answer(&file.path), Answer::Below)).cloned().collect();
        let old = self.compare.changes.iter().filter_map(|change| change.old.as_ref());
        all.extend(old.filter_map(|version| self.compare.file_before(version)));
        let links = self.compare.head.links.iter().filter_map(|(link, _)| match self.base.answer(&link.path) {
            Answer::Is(version) => self.compare.file_before(version),
            _ => None,
        });
        all.extend(links);
        settle(&mut all);
        all
    }
}
