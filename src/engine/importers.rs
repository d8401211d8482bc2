//! Who may import what: for each file of a full run, which modules it takes which names from, as small numbers. So only
//! files are looked at again that may take a forbidden name from a module that hands it out. Knows names; must not know
//! rules.

use crate::name::top;
use crate::project::Project;
use crate::readers::wanted::Notes;
use crate::repo_path::RepoPath;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
use thread_local::ThreadLocal;

/// A module's last segment and a name taken from it. Two that share a number cost time and change nothing.
pub(super) type Key = u32;

fn key(module: &str, member: &str) -> Key {
    let mut bytes = Vec::with_capacity(module.len() + member.len() + 1);
    bytes.extend_from_slice(module.as_bytes());
    bytes.push(b'.');
    bytes.extend_from_slice(member.as_bytes());
    // Half of the bits tell names apart well enough.
    Key::try_from(xxhash_rust::xxh3::xxh3_64(&bytes) >> 32).unwrap_or_default()
}

fn last(dotted: &str) -> &str {
    dotted.rsplit('.').next().unwrap_or(dotted)
}

/// Which top-level names are first-party, as each thread remembers.
#[derive(Default)]
pub(super) struct Tops(ThreadLocal<RefCell<FxHashMap<Box<str>, bool>>>);

/// Takes notes of one file.
pub(super) struct Noting<'n> {
    pub project: &'n Project<'n>,
    pub path: &'n RepoPath,
    pub tops: &'n Tops,
    pub keys: RefCell<Vec<Key>>,
}

impl Notes for Noting<'_> {
    fn is_noted(&self, top: &str) -> bool {
        let known = self.tops.0.get_or_default();
        if let Some(&answer) = known.borrow().get(top) {
            return answer;
        }
        let answer = self.project.is_first_party(top);
        let mut known = known.borrow_mut();
        if known.len() < 100_000 {
            known.insert(top.into(), answer);
        }
        answer
    }

    fn note(&self, module: &str, level: u32, member: Option<&str>) {
        let mut keys = self.keys.borrow_mut();
        let Some(member) = member else {
            // `import a.b.c` binds `a`, and loads what lies beneath.
            let mut before = "";
            for segment in module.split('.') {
                keys.push(key(before, segment));
                before = segment;
            }
            return;
        };
        if module.is_empty() && level > 0 {
            let package = self.project.importer(self.path).package;
            let up = level as usize - 1;
            let own = package.len().checked_sub(up + 1).and_then(|at| package.get(at));
            keys.push(key(own.map_or("", String::as_str), member));
        } else {
            keys.push(key(last(module), member));
        }
    }
}

/// Keys by which a name may be taken from the module that hands it out.
pub(super) fn keys_of(name: &str) -> Vec<Key> {
    let segments: Vec<&str> = name.split('.').collect();
    let mut keys = vec![key("", top(name))];
    for pair in segments.windows(2) {
        if let [module, member] = pair {
            keys.push(key(module, member));
        }
    }
    if let [.., module, _] = segments.as_slice() {
        keys.push(key(module, "*"));
    }
    keys
}

/// Files by the keys that they were noted under.
#[derive(Debug, Default)]
pub struct Importers {
    by_key: FxHashMap<Key, Vec<u32>>,
    seen: FxHashSet<u32>,
}

impl Importers {
    /// Adds a file by its number.
    pub(super) fn add(&mut self, file: u32, keys: &[Key]) {
        for key in keys {
            let files = self.by_key.entry(*key).or_default();
            if files.last() != Some(&file) {
                files.push(file);
            }
        }
    }

    /// Files that may take one of these names, and were not told before; in order.
    pub fn of<'n>(&mut self, names: impl IntoIterator<Item = &'n str>) -> Vec<u32> {
        let keys: FxHashSet<Key> = names.into_iter().flat_map(keys_of).collect();
        let mut files: Vec<u32> = keys.iter().filter_map(|key| self.by_key.get(key)).flatten().copied().collect();
        files.sort_unstable();
        files.dedup();
        files.retain(|file| self.seen.insert(*file));
        files
    }
}
