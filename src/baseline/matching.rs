//! Which findings the baseline permits: equal ones first, then those of files that moved, then those of scopes that were renamed.
//! Each entry permits one finding. Asks [`Around`] what exists; must not know disk or git.

use super::{Entry, Key, holds};
use crate::finding::Finding;
use crate::repo_path::RepoPath;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// So many entries of a vanished file must meet a file of another name, and at least half of them.
const FEWEST: usize = 3;

/// What exists around findings.
pub trait Around {
    /// Whether this file is still there.
    fn exists(&self, path: &RepoPath) -> bool;
    /// The new name of a file, where git knows that it was renamed.
    fn renamed(&self, path: &RepoPath) -> Option<RepoPath>;
    /// Whether the file still has a class or function of this dotted name.
    fn has_scope(&self, path: &RepoPath, scope: &str) -> bool;
}

/// What became of entries and findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matched {
    /// For each finding, whether an entry permits it.
    pub permitted: Vec<bool>,
    /// For each entry, the finding that it permits.
    pub used: Vec<Option<usize>>,
}

/// Matches entries and findings.
#[must_use]
pub fn apply(entries: &[Entry], findings: &[Finding], around: &dyn Around) -> Matched {
    let mut matching = Matching {
        entries,
        findings,
        matched: Matched { permitted: vec![false; findings.len()], used: vec![None; entries.len()] },
    };
    matching.equal();
    matching.moved_files(around);
    matching.moved_scopes(around);
    matching.matched
}

struct Matching<'m> {
    entries: &'m [Entry],
    findings: &'m [Finding],
    matched: Matched,
}

/// Open entries or findings by what identifies them, in order.
type Open<K> = BTreeMap<K, Vec<usize>>;

fn group<K: Ord>(items: impl Iterator<Item = (K, usize)>) -> Open<K> {
    let mut open = Open::new();
    for (key, index) in items {
        open.entry(key).or_default().push(index);
    }
    open
}

/// How many pairs two groups make.
fn overlap<K: Ord>(one: &Open<K>, other: &Open<K>) -> usize {
    one.iter().map(|(key, own)| other.get(key).map_or(0, |theirs| own.len().min(theirs.len()))).sum()
}

impl<'m> Matching<'m> {
    fn open_entries(&self) -> impl Iterator<Item = (&'m Entry, usize)> + '_ {
        let open = |index: &usize| self.matched.used.get(*index).is_some_and(Option::is_none);
        self.entries.iter().zip(0..).filter(move |(_, index)| open(index))
    }

    fn open_findings(&self) -> impl Iterator<Item = (&'m Finding, usize)> + '_ {
        let open = |index: &usize| self.matched.permitted.get(*index) == Some(&false);
        self.findings.iter().zip(0..).filter(move |(finding, index)| open(index) && holds(finding))
    }

    fn pair(&mut self, entries: &[usize], findings: &[usize]) {
        for (entry, finding) in entries.iter().zip(findings) {
            if let (Some(used), Some(permitted)) =
                (self.matched.used.get_mut(*entry), self.matched.permitted.get_mut(*finding))
            {
                *used = Some(*finding);
                *permitted = true;
            }
        }
    }

    /// Pairs what agrees in all of two groups.
    fn pair_all<K: Ord>(&mut self, entries: &Open<K>, findings: &Open<K>) {
        for (key, own) in entries {
            if let Some(found) = findings.get(key) {
                self.pair(own, found);
            }
        }
    }

    fn equal(&mut self) {
        let mut by_key: FxHashMap<(&RepoPath, Key<'_>), Vec<usize>> = FxHashMap::default();
        for (finding, index) in self.open_findings() {
            by_key.entry((&*finding.path, Key::of(finding))).or_default().push(index);
        }
        let entries = group(self.open_entries().map(|(entry, index)| ((&entry.path, entry.key()), index)));
        for (key, own) in entries {
            if let Some(found) = by_key.get(&key) {
                self.pair(&own, found);
            }
        }
    }

    /// A file that is no longer there, and one without entries of its own that holds what the other held.
    fn moved_files(&mut self, around: &dyn Around) {
        let mut vanished: BTreeMap<&RepoPath, Open<Key<'_>>> = BTreeMap::new();
        for (entry, index) in self.open_entries() {
            vanished.entry(&entry.path).or_default().entry(entry.key()).or_default().push(index);
        }
        vanished.retain(|path, _| !around.exists(path));
        if vanished.is_empty() {
            return;
        }
        let known: BTreeSet<&RepoPath> = self.entries.iter().map(|entry| &entry.path).collect();
        let mut appeared: BTreeMap<&RepoPath, Open<Key<'_>>> = BTreeMap::new();
        for (finding, index) in self.open_findings().filter(|(finding, _)| !known.contains(&*finding.path)) {
            appeared.entry(&finding.path).or_default().entry(Key::of(finding)).or_default().push(index);
        }
        // Where it was renamed to, or files of the same name: few, however many files moved.
        let mut alike: BTreeMap<&[u8], Vec<&RepoPath>> = BTreeMap::new();
        for new in appeared.keys() {
            alike.entry(new.file_name()).or_default().push(new);
        }
        let mut candidates = Vec::new();
        for (old, entries) in &vanished {
            let renamed = around.renamed(old);
            let renamed = renamed.as_ref().and_then(|new| appeared.get_key_value(new)).map(|(new, _)| *new);
            let named_alike = alike.get(old.file_name()).into_iter().flatten().copied();
            for new in named_alike.chain(renamed) {
                let common = appeared.get(new).map_or(0, |findings| overlap(entries, findings));
                if common > 0 {
                    candidates.push(((renamed == Some(new), common), *old, new));
                }
            }
        }
        self.pair_files(candidates, &mut vanished, &mut appeared);
        // Files of another name have to agree in much.
        let mut candidates = Vec::new();
        for (old, entries) in &vanished {
            let total: usize = entries.values().map(Vec::len).sum();
            if total < FEWEST {
                continue;
            }
            for (new, findings) in &appeared {
                let common = overlap(entries, findings);
                if common >= FEWEST && common * 2 >= total {
                    candidates.push(((false, common), *old, *new));
                }
            }
        }
        self.pair_files(candidates, &mut vanished, &mut appeared);
    }

    /// Pairs files, the surest first; of equally sure ones the first by name.
    fn pair_files(
        &mut self,
        mut candidates: Vec<((bool, usize), &RepoPath, &RepoPath)>,
        vanished: &mut BTreeMap<&RepoPath, Open<Key<'_>>>,
        appeared: &mut BTreeMap<&RepoPath, Open<Key<'_>>>,
    ) {
        candidates.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2))));
        for (_, old, new) in candidates {
            if vanished.contains_key(old)
                && let Some(findings) = appeared.remove(new)
                && let Some(entries) = vanished.remove(old)
            {
                self.pair_all(&entries, &findings);
            }
        }
    }

    /// A class or function that its file no longer has, and another one in that file that holds what it held.
    fn moved_scopes(&mut self, around: &dyn Around) {
        type Scopes<'s> = BTreeMap<(&'s RepoPath, &'s str), Open<(&'s str, &'s str)>>;
        let mut gone: Scopes<'_> = BTreeMap::new();
        for (entry, index) in self.open_entries().filter(|(entry, _)| !entry.scope.is_empty()) {
            let open = gone.entry((&entry.path, &*entry.scope)).or_default();
            open.entry((&*entry.rule, &*entry.name)).or_default().push(index);
        }
        let mut found: Scopes<'_> = BTreeMap::new();
        for (finding, index) in self.open_findings() {
            let open = found.entry((&*finding.path, &*finding.scope)).or_default();
            open.entry((&*finding.rule, &*finding.name)).or_default().push(index);
        }
        let mut candidates = Vec::new();
        for ((path, scope), entries) in &gone {
            let in_file = found.range((*path, "")..).take_while(|((other, _), _)| other == path);
            let in_file: Vec<_> = in_file
                .map(|((_, new), findings)| (overlap(entries, findings), *new))
                .filter(|(common, _)| *common > 0)
                .collect();
            if !in_file.is_empty() && !around.has_scope(path, scope) {
                candidates.extend(in_file.into_iter().map(|(common, new)| (common, *path, *scope, new)));
            }
        }
        candidates.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| (a.1, a.2, a.3).cmp(&(b.1, b.2, b.3))));
        for (_, path, old, new) in candidates {
            if gone.contains_key(&(path, old))
                && found.contains_key(&(path, new))
                && let (Some(entries), Some(findings)) = (gone.remove(&(path, old)), found.remove(&(path, new)))
            {
                self.pair_all(&entries, &findings);
            }
        }
    }
}
