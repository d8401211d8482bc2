//! What a change adds: both sides judged by one policy, and the difference. Knows which files have to be looked at for that: those
//! that changed, and all where a change may reach files that did not; must not know where a side comes from.

use super::commit_files::{claim, selected};
use super::included::INCLUDED;
use super::judge::Load;
use super::side::{Means, Outcome, Side};
use crate::disk::{ReadError, Selected};
use crate::finding::Finding;
use crate::git::{Answer, Blobs, Change, Overlay, Version};
use crate::pattern::glob::Glob;
use crate::policy::Policy;
use crate::problem::Problem;
use crate::project::{Project, Tree};
use crate::readers::{self, Reader};
use crate::repo_path::RepoPath;
use crate::report::Scope;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};

/// The two sides.
pub(super) struct Compare<'c> {
    /// The policy that judges both.
    pub(super) policy: &'c Policy,
    /// What exists at the head.
    pub(super) head: &'c dyn Tree,
    /// How its files are read.
    pub(super) load: Load<'c>,
    /// All its files that were asked for.
    pub(super) files: &'c dyn Fn() -> Vec<Selected>,
    /// A changed file of it, where it is to be checked.
    pub(super) file: &'c dyn Fn(&Version) -> Option<Selected>,
    /// Finds a file that another one pulls in.
    pub(super) include: &'c dyn Fn(&RepoPath, &'static dyn Reader) -> Result<Selected, Option<Problem>>,
    /// What was asked for.
    pub(super) is_asked: &'c dyn Fn(&RepoPath) -> bool,
    /// What changed.
    pub(super) changes: &'c [Change],
    /// Blobs of the base.
    pub(super) blobs: &'c Blobs,
    /// Paths that are not checked.
    pub(super) exclude: &'c [Glob],
}

/// Both sides, judged.
pub(super) struct Compared {
    /// What the head has.
    pub(super) head: Outcome,
    /// What the base has.
    pub(super) base: Outcome,
    /// Changed files of the head that were judged.
    pub(super) files: usize,
    /// Whether all files were judged, since the change may reach any.
    pub(super) is_wide: bool,
}

impl<'c> Compare<'c> {
    /// The base, as what differs from the head.
    pub(super) fn base(&self) -> Overlay<'c> {
        let mut files: FxHashMap<RepoPath, Option<Version>> = FxHashMap::default();
        for change in self.changes {
            if let Some(new) = &change.new {
                files.entry(new.path.clone()).or_insert(None);
            }
            if let Some(old) = &change.old {
                files.insert(old.path.clone(), Some(old.clone()));
            }
        }
        Overlay::new(self.head, self.blobs, files)
    }

    /// Judges what changed on both sides; all of both where that may not be enough.
    pub(super) fn judge(&self, means: &Means<'_>, base: &Overlay<'_>) -> Compared {
        let changed = self.changed();
        let before: Vec<Selected> = {
            let pairs =
                self.changes.iter().filter(|change| change.new.is_some()).filter_map(|change| change.old.as_ref());
            let mut before: Vec<Selected> = pairs.filter_map(|version| self.file_before(version)).collect();
            settle(&mut before);
            before
        };
        let files = changed.len();
        let head = self.side(&changed, Scope::Partial, None).judge(means);
        let base_side = BaseSide { compare: self, base };
        let earlier = base_side.judge(means, &before, Scope::Partial);
        if !self.may_reach_others(base, &head, &earlier) {
            return Compared { head, base: earlier, files, is_wide: false };
        }
        let all = (self.files)();
        let head = self.side(&all, Scope::Full, Some(())).judge(means);
        let base = base_side.judge(means, &base_side.all(&all), Scope::Full);
        Compared { head, base, files, is_wide: true }
    }

    /// Changed files of the head that are to be checked.
    fn changed(&self) -> Vec<Selected> {
        let new = self.changes.iter().filter_map(|change| change.new.as_ref());
        let mut changed: Vec<Selected> =
            new.filter(|version| (self.is_asked)(&version.path)).filter_map(|version| (self.file)(version)).collect();
        settle(&mut changed);
        changed
    }

    fn file_before(&self, version: &Version) -> Option<Selected> {
        if self.exclude.iter().any(|glob| glob.matches(&version.path)) {
            return None;
        }
        claim(version, self.blobs).map(|claim| selected(&version.path, claim))
    }

    fn side<'s>(&'s self, files: &'s [Selected], scope: Scope, all: Option<()>) -> Side<'s> {
        let include: super::included::Include<'s> = if all.is_some() { self.include } else { &none };
        Side {
            policy: self.policy,
            tree: self.head,
            files,
            load: self.load,
            scope,
            include,
            around: around(files),
            unread_policies: Vec::new(),
            is_about_policy: false,
        }
    }

    /// Whether files that did not change may have got other findings: what they import hands out something else, a name has
    /// become first-party or no longer is, a manifest declares something else, or pulls in other files.
    fn may_reach_others(&self, base: &Overlay<'_>, head: &Outcome, earlier: &Outcome) -> bool {
        let index = &self.policy.index;
        if index.judges_use || self.policy.rules.iter().any(|rule| rule.max_suppressions.is_some()) {
            return true;
        }
        let known: FxHashSet<_> = earlier.handed_out.iter().collect();
        if head.handed_out.iter().any(|handed| !known.contains(handed)) || head.includes != earlier.includes {
            return true;
        }
        let asks_declared = self.policy.rules.iter().any(|rule| rule.judge.asks_declared());
        let asks_canonical = self.policy.rules.iter().any(|rule| !rule.judge.files().is_empty());
        let is_python = |path: &RepoPath| readers::by_path(path).is_some_and(|(_, surface)| surface.is_module());
        let mut came_or_went: Vec<&RepoPath> = Vec::new();
        for change in self.changes {
            let paths = [&change.old, &change.new].map(|version| version.as_ref().map(|version| &version.path));
            let declares = |path: &RepoPath| {
                readers::by_path(path).is_some_and(|(reader, _)| reader.declares(path.file_name()))
                    || head.includes.iter().any(|included| included.path == *path)
            };
            if asks_declared && paths.into_iter().flatten().any(declares) {
                return true;
            }
            if paths[0] != paths[1] {
                came_or_went.extend(paths.into_iter().flatten().filter(|path| is_python(path)));
            }
        }
        if came_or_went.is_empty() {
            return false;
        }
        if asks_declared || asks_canonical {
            return true;
        }
        let after = Project::new(self.policy.layout(|path| self.head.is_folder(path)), self.head);
        let before = Project::new(self.policy.layout(|path| base.is_folder(path)), base);
        came_or_went.into_iter().any(|path| {
            let names = after.module_names(path);
            names.iter().any(|name| {
                let top = crate::name::top(name);
                // Another file may now be what a name means, or may have been it.
                after.is_first_party(top) != before.is_first_party(top)
                    || [&after, &before]
                        .iter()
                        .any(|side| side.module(name).is_some_and(|file| file != *path && is_python(&file)))
            })
        })
    }
}

/// Nothing is pulled in.
fn none(_: &RepoPath, _: &'static dyn Reader) -> Result<Selected, Option<Problem>> {
    Err(None)
}

fn settle(files: &mut Vec<Selected>) {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|a, b| a.path == b.path);
}

/// Folders whose manifests may pull in these files.
fn around(files: &[Selected]) -> BTreeSet<RepoPath> {
    let mut around = BTreeSet::new();
    for file in files {
        let mut folder = file.path.parent();
        while around.insert(folder.clone()) && !folder.as_bytes().is_empty() {
            folder = folder.parent();
        }
    }
    around
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
            Answer::Below => (self.compare.load)(file, buffer),
        };
        let include = |path: &RepoPath, reader: &'static dyn Reader| {
            let is_excluded = self.compare.exclude.iter().any(|glob| glob.matches(path));
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
            around: around(files),
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
        settle(&mut all);
        all
    }
}

/// What identifies a finding on both sides.
type Key = (std::sync::Arc<str>, RepoPath, Box<str>, Box<str>);

fn key(finding: &Finding, path: &RepoPath) -> Key {
    (finding.rule.clone(), path.clone(), finding.scope.clone(), finding.name.clone())
}

/// New names of files, by their old ones.
#[must_use]
pub(super) fn renames(changes: &[Change]) -> FxHashMap<RepoPath, RepoPath> {
    let pair = |change: &Change| match (&change.old, &change.new) {
        (Some(old), Some(new)) if change.is_rename() => Some((old.path.clone(), new.path.clone())),
        _ => None,
    };
    changes.iter().filter_map(pair).collect()
}

/// Which findings of the head the base does not have, each counted once. Where there are more of a kind than before, those
/// whose lines the base has too are the old ones.
#[must_use]
pub(super) fn new_ones(
    head: &[Finding],
    base: &[Finding],
    renames: &FxHashMap<RepoPath, RepoPath>,
    line: &dyn Fn(bool, &Finding) -> Option<Vec<u8>>,
) -> Vec<bool> {
    let mut known: BTreeMap<Key, Vec<&Finding>> = BTreeMap::new();
    for finding in base {
        let path = renames.get(&*finding.path).unwrap_or(&finding.path);
        known.entry(key(finding, path)).or_default().push(finding);
    }
    let mut groups: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for (index, finding) in head.iter().enumerate() {
        groups.entry(key(finding, &finding.path)).or_default().push(index);
    }
    let mut is_new = vec![true; head.len()];
    for (key, found) in groups {
        let Some(known) = known.get(&key) else { continue };
        let mut mark = |index: usize| {
            if let Some(is_new) = is_new.get_mut(index) {
                *is_new = false;
            }
        };
        if known.len() >= found.len() {
            found.into_iter().for_each(mark);
            continue;
        }
        let mut lines: Vec<Vec<u8>> = known.iter().filter_map(|finding| line(false, finding)).collect();
        let mut left = known.len();
        let mut unsure = Vec::new();
        for index in found {
            let own = head.get(index).and_then(|finding| line(true, finding));
            match own.and_then(|own| lines.iter().position(|line| *line == own)) {
                Some(at) if left > 0 => {
                    lines.swap_remove(at);
                    left -= 1;
                    mark(index);
                }
                _ => unsure.push(index),
            }
        }
        unsure.into_iter().take(left).for_each(mark);
    }
    is_new
}
