//! A history of edits, and what the baseline promises of its end: which findings are permitted, by where the edits took what
//! was there. Searches nothing; where two things look alike, so that nobody can say which is which, it says so.

use super::edits::EDITS;
use super::model::{File, Key, Project, Tape};
use policy::baseline::Around;
use policy::repo_path::RepoPath;
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub(super) struct History {
    pub(super) before: Project,
    pub(super) after: Project,
    pub(super) steps: Vec<&'static str>,
}

/// What is promised of the end of a history.
#[derive(Debug)]
pub(super) struct Promise {
    /// How many findings of a key are permitted at most.
    pub(super) permits: BTreeMap<Key, usize>,
    /// Whether nothing looks like something else, so that exactly this holds.
    pub(super) is_clear: bool,
}

/// How often what is in one place, by rule and name.
type Held = BTreeMap<(String, String), usize>;
/// The same by path and scope.
type Places = BTreeMap<(String, String), Held>;

fn places(project: &Project) -> Places {
    let mut places = Places::new();
    for ((rule, path, scope, name), _) in project.found() {
        *places.entry((path, scope)).or_default().entry((rule, name)).or_insert(0) += 1;
    }
    places
}

fn shared(one: Option<&Held>, other: Option<&Held>) -> usize {
    let (Some(one), Some(other)) = (one, other) else { return 0 };
    one.iter().map(|(key, count)| count.min(other.get(key).unwrap_or(&0))).sum()
}

/// What is in a place beyond what else is permitted there.
fn beyond(held: Option<&Held>, permitted: Option<&Held>) -> Held {
    let of = |key: &(String, String)| permitted.and_then(|permitted| permitted.get(key)).copied().unwrap_or(0);
    let left = |(key, count): (&(String, String), &usize)| (key.clone(), count.saturating_sub(of(key)));
    held.into_iter().flatten().map(left).collect()
}

fn in_file<'p>(places: &'p Places, path: &str) -> impl Iterator<Item = (&'p str, &'p Held)> {
    places.iter().filter(move |((own, _), _)| own == path).map(|((_, scope), held)| (scope.as_str(), held))
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

impl History {
    pub(super) fn new(first: &mut Tape, tape: &mut Tape) -> Self {
        let before = Project::first(first);
        let (mut after, mut steps) = (before.clone(), Vec::new());
        for _ in 0..=tape.below(8) {
            let free = |file: &&File| after.files.iter().all(|own| own.path != file.path);
            let deleted: Vec<String> = before.files.iter().filter(free).map(|file| file.path.clone()).collect();
            let (name, edit) = EDITS[tape.below(EDITS.len())];
            edit(&mut after, tape, &deleted);
            steps.push(name);
        }
        Self { before, after, steps }
    }

    pub(super) fn promise(&self) -> Promise {
        let (old, now) = (places(&self.before), places(&self.after));
        let mut permits: Places = old.clone();
        let is_clear = self.files(&old, &now, &mut permits) & self.scopes(&old, &now, &mut permits);
        let flat = permits.into_iter().flat_map(|((path, scope), held)| {
            let key = move |((rule, name), count)| ((rule, path.clone(), scope.clone(), name), count);
            held.into_iter().map(key)
        });
        Promise { permits: flat.collect(), is_clear }
    }

    /// How sure it is that a file that vanished is now another one: git says so; the same name and anything in common; or at
    /// least three entries and half of all.
    fn likeness(&self, old: &Places, now: &Places, from: &str, to: &str) -> Option<(bool, bool, usize)> {
        if in_file(old, to).next().is_some() {
            return None;
        }
        let common: usize = in_file(old, from)
            .map(|(scope, held)| shared(Some(held), now.get(&(to.to_owned(), scope.to_owned()))))
            .sum();
        let total: usize = in_file(old, from).flat_map(|(_, held)| held.values()).sum();
        let is_told = self.renamed_to(from) == Some(to);
        let is_alike = file_name(from) == file_name(to);
        let is_enough = if is_told || is_alike { common > 0 } else { common >= 3 && 2 * common >= total };
        is_enough.then_some((is_told, is_alike, common))
    }

    fn files(&self, old: &Places, now: &Places, permits: &mut Places) -> bool {
        let mut is_clear = true;
        for gone in self.before.files.iter().filter(|file| !self.exists_now(&file.path)) {
            let target = self.after.files.iter().find(|file| file.was.as_ref() == Some(&gone.path));
            let own = target.and_then(|target| self.likeness(old, now, &gone.path, &target.path));
            for other in self.after.files.iter().filter(|file| file.was.as_ref() != Some(&gone.path)) {
                let likeness = self.likeness(old, now, &gone.path, &other.path);
                is_clear &= likeness.is_none() || likeness < own;
            }
            if let (Some(target), Some(_)) = (target, own) {
                for (scope, held) in in_file(old, &gone.path) {
                    permits.insert((target.path.clone(), scope.to_owned()), held.clone());
                }
            }
        }
        is_clear
    }

    fn scopes(&self, old: &Places, now: &Places, permits: &mut Places) -> bool {
        let mut is_clear = true;
        for file in self.after.files.iter().filter(|file| in_file(old, &file.path).next().is_some()) {
            let place = |scope: &str| (file.path.clone(), scope.to_owned());
            let mut taken = Vec::new();
            for (gone, held) in in_file(old, &file.path).filter(|(scope, _)| !file.has_scope(scope)) {
                let is_target =
                    |from: &[String]| file.was.as_ref() == Some(&file.path) && from.iter().any(|s| s == gone);
                let of = |scope: &str| beyond(now.get(&place(scope)), old.get(&place(scope)));
                let target = file.scopes.iter().find(|scope| is_target(&scope.from)).map(|scope| file.dotted(scope));
                let own = target.as_ref().map_or(0, |target| shared(Some(held), Some(&of(target))));
                for (other, _) in in_file(now, &file.path).filter(|(other, _)| target.as_deref() != Some(other)) {
                    let common = shared(Some(held), Some(&of(other)));
                    is_clear &= common == 0 || common < own;
                }
                if let Some(target) = target.filter(|_| own > 0) {
                    let into = permits.entry(place(&target)).or_default();
                    for (key, count) in held {
                        *into.entry(key.clone()).or_insert(0) += count;
                    }
                    // What comes together in one place is followed from one place only.
                    is_clear &= !taken.contains(&target);
                    taken.push(target);
                }
            }
        }
        is_clear
    }

    fn exists_now(&self, path: &str) -> bool {
        self.after.files.iter().any(|file| file.path == path)
    }

    fn renamed_to(&self, path: &str) -> Option<&str> {
        let is_told = |file: &&File| file.is_told && file.was.as_deref() == Some(path) && file.path != path;
        self.after.files.iter().find(is_told).map(|file| file.path.as_str())
    }
}

/// The end of a history, without any text.
impl Around for History {
    fn exists(&self, path: &RepoPath) -> bool {
        self.exists_now(&path.to_string())
    }

    fn renamed(&self, path: &RepoPath) -> Option<RepoPath> {
        self.renamed_to(&path.to_string()).map(|path| RepoPath::from_bytes(path.as_bytes()))
    }

    fn has_scope(&self, path: &RepoPath, scope: &str) -> bool {
        self.after.files.iter().any(|file| file.path == path.to_string() && file.has_scope(scope))
    }
}
