//! What a tree looks like to somebody who is about to write its first policy: which libraries it imports and declares, where
//! its modules start, and which of them wrap a library already. Knows facts and paths; must not know the disk, nor how a
//! policy is judged.

pub mod draft;
pub mod layout;
pub mod oldest_python;
pub mod places;
mod scalar;
mod sink;
pub mod wrappers;

use crate::project::{Project, libraries, standard_library};
use crate::repo_path::RepoPath;
use crate::surface::Surface;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

pub use sink::Gathering;

/// One import: dots in front of a relative one, the name, and how much of it is the module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Imported {
    /// Dots in front of a relative import; 0 for an absolute one.
    pub level: u32,
    /// `module` or `module.name`, without these dots.
    pub name: Box<str>,
}

/// What one file says.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The file, relative to the root.
    pub path: RepoPath,
    /// Its surface.
    pub surface: Surface,
    /// What it imports, each once.
    pub imports: BTreeSet<Imported>,
    /// Distributions that it declares, in the spelling in which names are compared.
    pub declared: BTreeSet<String>,
}

/// What all files say.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// The files, in byte order of their paths.
    pub files: Vec<Seen>,
}

/// A third-party library that is imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Library {
    /// Its top-level name.
    pub top: String,
    /// How many files import it.
    pub files: usize,
}

impl Survey {
    /// Files that hold code.
    pub fn code(&self) -> impl Iterator<Item = &Seen> {
        self.files.iter().filter(|seen| matches!(seen.surface, Surface::Code | Surface::Stubs | Surface::Notebooks))
    }

    /// Files that declare something.
    #[must_use]
    pub fn manifests(&self) -> usize {
        self.files.iter().filter(|seen| !seen.declared.is_empty() && seen.surface == Surface::Dependencies).count()
    }

    /// Every distribution that a manifest declares, each once, in order.
    #[must_use]
    pub fn declared(&self) -> BTreeSet<&str> {
        let manifests = self.files.iter().filter(|seen| seen.surface == Surface::Dependencies);
        manifests.flat_map(|seen| seen.declared.iter().map(String::as_str)).collect()
    }

    /// Third-party libraries, those that most files import first. What goes by the name of a `local` module is one of them only
    /// if it is widely known, or declared.
    #[must_use]
    pub fn libraries(&self, project: &Project<'_>, local: &BTreeSet<String>) -> Vec<Library> {
        let mut counts: FxHashMap<&str, usize> = FxHashMap::default();
        for seen in self.code() {
            let tops: BTreeSet<&str> = seen.imports.iter().filter_map(Imported::top).collect();
            for top in tops {
                *counts.entry(top).or_default() += 1;
            }
        }
        let target = project.layout().target;
        let declared = self.declared();
        counts.retain(|top, _| {
            let is_standard = standard_library::contains(top, target) || standard_library::knows(top);
            let is_declared = || declared.contains(crate::distribution::normalise(top).as_str());
            let is_local = || local.contains(*top) && !libraries::is_third_party(top) && !is_declared();
            !is_standard && *top != "__future__" && !project.is_first_party(top) && !is_local()
        });
        let mut all: Vec<Library> =
            counts.into_iter().map(|(top, files)| Library { top: top.to_owned(), files }).collect();
        all.sort_by(|a, b| b.files.cmp(&a.files).then_with(|| a.top.cmp(&b.top)));
        all
    }

    /// Which files import which file of the project, tests counted apart: for each, who imports it.
    #[must_use]
    pub fn importers(&self, project: &Project<'_>) -> BTreeMap<RepoPath, BTreeSet<&RepoPath>> {
        // The same name leads elsewhere from another root.
        let mut places: FxHashMap<(&RepoPath, String), Option<RepoPath>> = FxHashMap::default();
        let mut importers: BTreeMap<RepoPath, BTreeSet<&RepoPath>> = BTreeMap::new();
        for seen in self.code() {
            let own = project.importer(&seen.path);
            let root = project.root_of(&seen.path);
            for import in &seen.imports {
                let name = match import.level {
                    0 => import.name.to_string(),
                    level => match own.resolve(level, &import.name) {
                        Some(name) => name,
                        None => continue,
                    },
                };
                if !project.is_first_party(crate::name::top(&name)) {
                    continue;
                }
                let place =
                    places.entry((root, name)).or_insert_with_key(|(root, name)| project.reached_from(root, name));
                if let Some(place) = place.as_ref().filter(|place| **place != seen.path) {
                    importers.entry(place.clone()).or_default().insert(&seen.path);
                }
            }
        }
        importers
    }
}

impl Survey {
    /// Another file that goes by the same module name: whoever reads that name cannot tell which one is meant.
    #[must_use]
    pub fn namesake(&self, path: &RepoPath, project: &Project<'_>) -> Option<&RepoPath> {
        let module = project.module_name(path);
        let last = module.rsplit('.').next().unwrap_or_default();
        let may_be = |other: &RepoPath| {
            let stem = other.file_name();
            let stem = stem.strip_suffix(b".py").or_else(|| stem.strip_suffix(b".pyi")).unwrap_or_default();
            stem == last.as_bytes() || stem == b"__init__"
        };
        let is_stub = |other: &RepoPath| {
            let without = |path: &RepoPath| path.as_bytes().strip_suffix(b"i").unwrap_or(path.as_bytes()).to_vec();
            without(other) == without(path)
        };
        let mut others = self.code().map(|seen| &seen.path).filter(|other| !is_stub(other) && may_be(other));
        others.find(|other| project.module_names(other).contains(&module))
    }
}

impl Imported {
    /// The top-level name of an absolute import.
    #[must_use]
    pub fn top(&self) -> Option<&str> {
        (self.level == 0).then(|| crate::name::top(&self.name))
    }
}
