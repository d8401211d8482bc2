//! Where first-party names lead: modules that hand out what they import are followed from file to file. Knows modules and
//! what they hand out; must not know rules.

use super::Handed;
use crate::finding::Link;
use crate::name::top;
use crate::project::Project;
use crate::readers::handed_out::HandedOut;
use crate::readers::{self, handed_out::Origin};
use crate::repo_path::RepoPath;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock};

/// Names that are looked at to follow one name. Longer ways are circles, or nobody's code.
const MOST_STEPS: usize = 10_000;

/// Names longer than this, in bytes, are nobody's code.
const LONGEST: usize = 500;

/// What a first-party name leads to.
#[derive(Clone, Debug)]
pub(super) struct Reached {
    /// The absolute name.
    pub name: String,
    /// The steps to it, the first one first.
    pub chain: Vec<Link>,
}

type Memo<K, V> = RwLock<FxHashMap<K, V>>;

/// First-party names that are known to hand out what rules ask about.
#[derive(Clone, Debug, Default)]
pub(super) struct Carriers {
    handed: FxHashSet<Handed>,
    names: FxHashSet<String>,
    /// What lies above them: packages and modules.
    above: FxHashSet<String>,
    /// Modules that hand out whatever a library has.
    stars: FxHashSet<String>,
    /// The names by their modules, with what has to be taken of them.
    by_module: FxHashMap<String, Vec<Handed>>,
}

impl Carriers {
    /// Adds a name; whether it is new.
    fn add(&mut self, handed: &Handed) -> bool {
        if !self.handed.insert(handed.clone()) {
            return false;
        }
        let name = handed.name.as_str();
        if !self.names.insert(name.to_owned()) {
            return true;
        }
        for (dot, _) in name.match_indices('.') {
            self.above.insert(name.get(..dot).unwrap_or_default().to_owned());
        }
        if let Some(module) = name.strip_suffix(".*") {
            self.stars.insert(module.to_owned());
        }
        if let Some((module, own)) = name.rsplit_once('.') {
            self.by_module
                .entry(module.to_owned())
                .or_default()
                .push(Handed { name: own.to_owned(), members: handed.members.clone() });
        }
        true
    }

    /// Whether a name is one of them, or lies beneath one.
    fn leads(&self, name: &str) -> bool {
        let in_star = |dot: usize| !self.stars.is_empty() && self.stars.contains(name.get(..dot).unwrap_or_default());
        self.names.contains(name)
            || name.match_indices('.').any(|(dot, _)| in_star(dot))
            || name.match_indices('.').any(|(dot, _)| self.names.contains(name.get(..dot).unwrap_or_default()))
    }
}

/// Follows names, and remembers where they lead.
#[derive(Default)]
pub(super) struct Reach {
    /// In a full run, all names that lead anywhere; else every name is looked up.
    carriers: RwLock<Option<Carriers>>,
    handed_out: Memo<(RepoPath, String), Arc<HandedOut>>,
    reached: Memo<String, Arc<[Reached]>>,
}

fn remember<K: std::hash::Hash + Eq + Clone, V: Clone>(memo: &Memo<K, V>, key: &K, find: impl FnOnce() -> V) -> V {
    if let Some(known) = memo.read().unwrap_or_else(PoisonError::into_inner).get(key) {
        return known.clone();
    }
    let found = find();
    memo.write().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), found.clone());
    found
}

impl Reach {
    /// Everything that an absolute name leads to besides itself: what the last module hands out, and what lies on the way.
    pub(super) fn of(&self, name: &str, project: &Project<'_>) -> Arc<[Reached]> {
        if !project.is_first_party(top(name)) || !self.may_lead(name) {
            return Arc::default();
        }
        remember(&self.reached, &name.to_owned(), || self.follow(name, project).into())
    }

    /// Whether a name may lead anywhere, as far as that is known.
    pub(super) fn may_lead(&self, name: &str) -> bool {
        let carriers = self.carriers.read().unwrap_or_else(PoisonError::into_inner);
        carriers.as_ref().is_none_or(|carriers| carriers.leads(name))
    }

    /// Whether a name is that of a module or package in which something leads somewhere.
    pub(super) fn may_hold(&self, name: &str, project: &Project<'_>) -> bool {
        let carriers = self.carriers.read().unwrap_or_else(PoisonError::into_inner);
        match &*carriers {
            Some(carriers) => carriers.above.contains(name),
            None => project.is_module_name(name),
        }
    }

    /// Names that a star import of a module brings in and that lead somewhere, as far as that is known.
    pub(super) fn in_module(&self, module: &str) -> Vec<Handed> {
        let carriers = self.carriers.read().unwrap_or_else(PoisonError::into_inner);
        carriers.as_ref().and_then(|carriers| carriers.by_module.get(module).cloned()).unwrap_or_default()
    }

    /// From now on only these names and those known before lead anywhere; those of them that are new.
    pub(super) fn carry(&self, names: Vec<Handed>) -> Vec<Handed> {
        let mut carriers = self.carriers.write().unwrap_or_else(PoisonError::into_inner);
        let carriers = carriers.get_or_insert_with(Carriers::default);
        names.into_iter().filter(|handed| carriers.add(handed)).collect()
    }

    fn follow(&self, name: &str, project: &Project<'_>) -> Vec<Reached> {
        let mut found = Vec::new();
        let mut seen: FxHashSet<String> = FxHashSet::default();
        let mut rest: VecDeque<Reached> = VecDeque::from([Reached { name: name.to_owned(), chain: Vec::new() }]);
        seen.insert(name.to_owned());
        let mut steps = 0;
        while let Some(Reached { name, chain }) = rest.pop_front() {
            steps += 1;
            if steps > MOST_STEPS {
                break;
            }
            if !chain.is_empty() {
                found.push(Reached { name: name.clone(), chain: chain.clone() });
            }
            let Some((file, head)) = self.locate(&name, project) else { continue };
            let symbol = name.get(..head.end).unwrap_or_default();
            let behind = name.get(head.end..).unwrap_or_default();
            let word = name.get(head.clone()).unwrap_or_default();
            for origin in self.origins(&file, word, project) {
                let importer = project.importer(&file);
                let absolute =
                    if origin.level == 0 { Some(origin.name) } else { importer.resolve(origin.level, &origin.name) };
                let Some(next) = absolute.map(|name| format!("{name}{behind}")) else { continue };
                // A name that only grows leads in a circle.
                if next.len() > LONGEST {
                    continue;
                }
                if seen.insert(next.clone()) {
                    let mut chain = chain.clone();
                    chain.push(Link {
                        path: Arc::new(file.clone()),
                        name: symbol.into(),
                        start: origin.start,
                        end: origin.end,
                    });
                    rest.push_back(Reached { name: next, chain });
                }
            }
        }
        found
    }

    /// Where a name is handed out. What a package binds itself comes before a module of the same name.
    fn locate(&self, name: &str, project: &Project<'_>) -> Option<(RepoPath, std::ops::Range<usize>)> {
        project.locate(name).or_else(|| {
            let (package, own) = name.rsplit_once('.')?;
            let init = project.module(package).filter(|file| file.file_name().starts_with(b"__init__."))?;
            let is_bound = !self.handed_out(&init, own, project).origins.is_empty();
            is_bound.then(|| (init, package.len() + 1..name.len()))
        })
    }

    /// What a name in a module is bound to; where nothing binds it, what star imports may bring in.
    fn origins(&self, file: &RepoPath, word: &str, project: &Project<'_>) -> Vec<Origin> {
        let handed_out = self.handed_out(file, word, project);
        let mut origins = handed_out.origins.clone();
        for star in &handed_out.stars {
            let importer = project.importer(file);
            let module =
                if star.level == 0 { Some(star.name.clone()) } else { importer.resolve(star.level, &star.name) };
            let Some(name) = module.map(|module| crate::name::join(&module, word)) else { continue };
            let listed = project.locate(&name).and_then(|(file, _)| self.handed_out(&file, word, project).is_listed);
            let is_public = listed.unwrap_or(!word.starts_with('_'));
            if is_public {
                origins.push(Origin { name, level: 0, start: star.start, end: star.end });
            }
        }
        origins
    }

    fn handed_out(&self, file: &RepoPath, word: &str, project: &Project<'_>) -> Arc<HandedOut> {
        remember(&self.handed_out, &(file.clone(), word.to_owned()), || {
            let reader = readers::by_path(file).map(|(reader, _)| reader);
            let read = reader.and_then(|reader| Some(reader.handed_out(&project.read(file)?, word)));
            Arc::new(read.unwrap_or_default())
        })
    }
}
