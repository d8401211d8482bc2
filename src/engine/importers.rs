//! Who may import what: for each file of a full run, which modules it takes which names from, as small numbers. So only
//! files are looked at again that may take a forbidden name from a module that hands it out. Knows names; must not know
//! rules.

use super::Handed;
use crate::name::{is_identifier_byte, top};
use crate::project::Project;
use crate::readers::wanted::Notes;
use crate::repo_path::RepoPath;
use aho_corasick::AhoCorasick;
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
            let own = own.map_or("", String::as_str);
            keys.extend([key(own, member), key(own, "")]);
        } else {
            keys.extend([key(last(module), member), key(last(module), "")]);
        }
    }
}

/// The key by which the module is taken that hands a name out.
fn holder_of(name: &str) -> Option<Key> {
    let mut segments = name.rsplit('.').skip(1);
    let (own, above) = (segments.next()?, segments.next()?);
    Some(key(above, own))
}

/// Keys by which a name may be taken from the module that hands it out; and the one of a star import.
fn keys_of(name: &str) -> (Vec<Key>, Option<Key>) {
    let segments: Vec<&str> = name.split('.').collect();
    let mut keys = vec![key("", top(name))];
    for pair in segments.windows(2) {
        if let [module, member] = pair {
            keys.push(key(module, member));
        }
    }
    let star = match segments.as_slice() {
        // Whatever is taken of such a module may come from its star.
        [.., module, "*"] => Some(key(module, "")),
        [.., module, _] => Some(key(module, "*")),
        _ => None,
    };
    (keys, star)
}

/// What each file imports of first-party modules, as numbers; by the number of the file.
#[derive(Debug, Default)]
pub struct Importers(Vec<Vec<Key>>);

/// A file that may take a name.
#[derive(Debug)]
pub struct Importer<'n> {
    /// Its number.
    pub file: usize,
    /// The names of which one must stand in the file; none when that is not known.
    pub names: Option<Vec<&'n Handed>>,
    /// Whether it takes a module as a whole that hands one out: it may hand that on.
    pub takes_module: bool,
}

impl Importers {
    /// Adds the next file.
    pub(super) fn push(&mut self, keys: Vec<Key>) {
        self.0.push(keys);
    }

    /// Files that may take one of these names, in order.
    #[must_use]
    pub fn of<'n>(&self, names: &'n [Handed]) -> Vec<Importer<'n>> {
        let mut by_key: FxHashMap<Key, Vec<&Handed>> = FxHashMap::default();
        let mut stars: FxHashSet<Key> = FxHashSet::default();
        let mut holders: FxHashSet<Key> = FxHashSet::default();
        for handed in names {
            let (keys, star) = keys_of(&handed.name);
            stars.extend(star);
            holders.extend(holder_of(&handed.name));
            for key in keys {
                let known = by_key.entry(key).or_default();
                let is_known =
                    |other: &&Handed| last(&other.name) == last(&handed.name) && other.members == handed.members;
                if !known.iter().any(is_known) {
                    known.push(handed);
                }
            }
        }
        let mut files = Vec::new();
        for (file, keys) in self.0.iter().enumerate() {
            let mut names: Option<Vec<&Handed>> = None;
            let mut has_star = false;
            let mut takes_module = false;
            for key in keys {
                // What a star brings in, a file may hand on without a word of it.
                has_star |= stars.contains(key);
                takes_module |= holders.contains(key);
                if let Some(more) = by_key.get(key) {
                    names.get_or_insert_default().extend(more);
                }
            }
            if has_star || names.is_some() {
                files.push(Importer { file, names: names.filter(|_| !has_star), takes_module });
            }
        }
        files
    }
}

/// Finds files that may take one of several names.
pub struct Search<'n> {
    names: &'n [Handed],
    /// Words of which one stands in every such file; none when that cannot be told.
    words: Option<AhoCorasick>,
}

impl<'n> Search<'n> {
    /// A search for these names.
    #[must_use]
    pub fn new(names: &'n [Handed]) -> Self {
        let mut words: Vec<&str> = names.iter().map(|handed| last(&handed.name)).collect();
        words.sort_unstable();
        words.dedup();
        Self { names, words: AhoCorasick::new(words).ok() }
    }

    /// Whether a file with these bytes may take one of the names.
    #[must_use]
    pub fn may_concern(&self, bytes: &[u8]) -> bool {
        self.words.as_ref().is_none_or(|words| words.is_match(bytes))
            && self.names.iter().any(|handed| handed.may_be_taken_in(bytes))
    }
}

/// Whether a word stands in the bytes, and not as part of another one.
fn has_word(bytes: &[u8], word: &str) -> bool {
    let is_part = |at: usize| bytes.get(at).copied().is_some_and(is_identifier_byte);
    memchr::memmem::find_iter(bytes, word.as_bytes())
        .any(|at| !at.checked_sub(1).is_some_and(is_part) && !is_part(at + word.len()))
}

impl Handed {
    /// The same where nobody knows what the file imports: it says which module it means, by the last two parts of its name, or
    /// relative to where it lies.
    pub(super) fn may_be_taken_in(&self, bytes: &[u8]) -> bool {
        let holder = self.name.rsplit_once('.').map_or("", |(module, _)| module);
        let (package, own) = holder.rsplit_once('.').unwrap_or(("", holder));
        let is_relative = || memchr::memmem::find(bytes, b"from .").is_some();
        let is_named = has_word(bytes, own) && (package.is_empty() || has_word(bytes, last(package)));
        (is_named || is_relative()) && self.may_stand_in(bytes)
    }

    /// Whether a file may take the name: it and what must be taken of it stand somewhere in the bytes.
    #[must_use]
    pub fn may_stand_in(&self, bytes: &[u8]) -> bool {
        let has = |word: &str| memchr::memmem::find(bytes, word.as_bytes()).is_some();
        self.name.ends_with(".*")
            || self.members.as_ref().is_none_or(|members| members.iter().any(|member| has(member)))
                && has(last(&self.name))
    }
}
