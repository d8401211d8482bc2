//! Which findings are new: those of the head that the base does not have. Knows findings and renames; must not know where sides come
//! from.

use crate::finding::Finding;
use crate::git::Change;
use crate::level::Level;
use crate::repo_path::RepoPath;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// What identifies a finding on both sides.
type Key = (std::sync::Arc<str>, RepoPath, Box<str>, Box<str>);

fn key(finding: &Finding, path: &RepoPath) -> Key {
    (finding.rule.clone(), path.clone(), finding.scope.clone(), finding.name.clone())
}

/// New names of files, by their old ones.
#[must_use]
pub(in crate::cli) fn renames(changes: &[Change]) -> FxHashMap<RepoPath, RepoPath> {
    let pair = |change: &Change| match (&change.old, &change.new) {
        (Some(old), Some(new)) if change.is_rename() => Some((old.path.clone(), new.path.clone())),
        _ => None,
    };
    changes.iter().filter_map(pair).collect()
}

/// Hands out the line that a finding of the head, or of the base, starts in.
pub(in crate::cli) type Lines<'l> = &'l dyn Fn(bool, &Finding) -> Option<Vec<u8>>;

/// Which findings of the head the base does not have, each counted once. What has become worse is new: a finding of the base
/// stands for one that matters no more than it. Where there are more of a kind than before, those whose lines the base has too
/// are the old ones.
#[must_use]
pub(in crate::cli) fn new_ones(
    head: &[Finding],
    base: &[Finding],
    renames: &FxHashMap<RepoPath, RepoPath>,
    line: Lines<'_>,
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
        // From the worst level down; what is left of a level stands for lower ones.
        let mut pool: Vec<&Finding> = Vec::new();
        for (_, level) in Level::ALL {
            pool.extend(known.iter().filter(|finding| finding.level == level));
            let own: Vec<usize> =
                found.iter().copied().filter(|index| head.get(*index).is_some_and(|own| own.level == level)).collect();
            for index in pair(head, own, &mut pool, line) {
                if let Some(is_new) = is_new.get_mut(index) {
                    *is_new = false;
                }
            }
        }
    }
    is_new
}

/// Pairs findings with those of a pool, equal lines first; those that found one.
fn pair(head: &[Finding], own: Vec<usize>, pool: &mut Vec<&Finding>, line: Lines<'_>) -> Vec<usize> {
    if pool.len() >= own.len() {
        pool.truncate(pool.len() - own.len());
        return own;
    }
    let mut lines: FxHashMap<Vec<u8>, usize> = FxHashMap::default();
    for text in pool.iter().filter_map(|finding| line(false, finding)) {
        *lines.entry(text).or_insert(0) += 1;
    }
    let mut left = pool.len();
    pool.clear();
    let (mut paired, mut unsure) = (Vec::new(), Vec::new());
    for index in own {
        let text = head.get(index).and_then(|finding| line(true, finding));
        match text.and_then(|text| lines.get_mut(&text)) {
            Some(count) if *count > 0 && left > 0 => {
                *count -= 1;
                left -= 1;
                paired.push(index);
            }
            _ => unsure.push(index),
        }
    }
    paired.extend(unsure.into_iter().take(left));
    paired
}
