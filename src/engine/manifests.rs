//! What manifests declare for the code in their scope, and what code imports of it. A manifest serves the folder that it lies
//! in and everything beneath; one in a folder of requirement files, the folder above. Knows scopes; must not know rules.

use super::dependencies::locate;
use super::{Engine, Included};
use crate::dependency::Standing;
use crate::fact::Fact;
use crate::kinds::Around;
use crate::project::{Project, libraries};
use crate::readers::quoted::Quoted;
use crate::readers::wanted::Everything;
use crate::readers::{self, Detail, Include, REQUIREMENTS, Reader, Sink, Unread, Wanted, python};
use crate::repo_path::RepoPath;
use crate::source::Source;
use crate::surface::Surface;
use crate::text::Positions;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};

/// A chain of requirement files is followed so far.
const MOST_FILES: usize = 1_000;
/// Chains of manifests that serve what others serve are followed so far.
const MOST_ROUNDS: usize = 16;

/// Names of distributions.
type Names = FxHashSet<String>;

/// What each folder's manifests declare; `None` where there are none. Read when it is first asked for.
#[derive(Default)]
pub(super) struct Declared(RwLock<FxHashMap<RepoPath, Option<Arc<Said>>>>);

/// What the manifests of a folder say.
#[derive(Default)]
pub(super) struct Said {
    names: Names,
    /// Whether something cannot be read, or only the running program knows.
    is_unsure: bool,
}

/// What files import, and which code manifests serve that others pull in.
#[derive(Default)]
pub struct Imported {
    /// By the folders in which files lie, with all above.
    by_folder: FxHashMap<RepoPath, FxHashSet<Box<str>>>,
    /// The folders that they serve.
    pulled_in: FxHashMap<RepoPath, RepoPath>,
}

impl Imported {
    /// Takes note of what a file imports.
    pub fn add(&mut self, path: &RepoPath, imports: &[Box<str>]) {
        let mut folder = path.parent();
        loop {
            self.by_folder.entry(folder.clone()).or_default().extend(imports.iter().cloned());
            if folder.as_bytes().is_empty() {
                return;
            }
            folder = folder.parent();
        }
    }

    /// Takes note of manifests that others pull in: each serves what those serve as well.
    pub fn pull_in(&mut self, pairs: &[(RepoPath, RepoPath)]) {
        for _ in 0..MOST_ROUNDS {
            let mut is_new = false;
            for (path, by) in pairs {
                let (own, theirs) = (self.served(path), self.served(by));
                let common = common(&own, &theirs);
                is_new |= common != own;
                self.pulled_in.insert(path.clone(), common);
            }
            if !is_new {
                return;
            }
        }
    }

    fn served(&self, manifest: &RepoPath) -> RepoPath {
        self.pulled_in.get(manifest).cloned().unwrap_or_else(|| served(manifest))
    }
}

/// The deepest folder that holds both.
fn common(one: &RepoPath, other: &RepoPath) -> RepoPath {
    let mut folder = one.clone();
    while !other.is_beneath(&folder) && !folder.as_bytes().is_empty() {
        folder = folder.parent();
    }
    folder
}

/// What a file of settings names as applications, by strings of one segment as well: Django loads them by these alone.
pub(super) fn applications(bytes: &[u8]) -> Vec<Box<str>> {
    if memchr::memmem::find(bytes, b"INSTALLED_APPS").is_none() {
        return Vec::new();
    }
    let name_at = |quote: usize| {
        let sign = bytes.get(quote)?;
        let rest = bytes.get(quote + 1..)?;
        let end = memchr::memchr(*sign, rest.get(..rest.len().min(200))?)?;
        let text = std::str::from_utf8(rest.get(..end)?).ok()?;
        crate::name::is_dotted(text).then(|| text.into())
    };
    Quoted::any().places(bytes).filter_map(name_at).collect()
}

/// The folder that a manifest serves.
pub(super) fn served(manifest: &RepoPath) -> RepoPath {
    let mut served = manifest.parent();
    let mut folder = served.clone();
    while !folder.as_bytes().is_empty() {
        if readers::is_requirements_folder(folder.file_name()) {
            served = folder.parent();
        }
        folder = folder.parent();
    }
    served
}

impl Declared {
    fn of(&self, folder: &RepoPath, project: &Project<'_>) -> Option<Arc<Said>> {
        if let Some(known) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(folder) {
            return known.clone();
        }
        let said = read_folder(folder, project).map(Arc::new);
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(folder.clone(), said.clone());
        said
    }
}

/// Whether a file is wanted, by its reader, its name and its surface.
type Wants<'w> = &'w dyn Fn(&dyn Reader, &[u8], Surface) -> bool;

/// Files of a folder, and of its folders of requirement files, that are wanted by name.
fn files_of(folder: &RepoPath, project: &Project<'_>, is_wanted: Wants<'_>) -> Vec<(RepoPath, &'static dyn Reader)> {
    let mut files: Vec<(RepoPath, &'static dyn Reader)> = Vec::new();
    let mut folders = vec![folder.clone()];
    let mut seen = 0;
    while let Some(own) = folders.pop() {
        seen += 1;
        if seen > MOST_FILES {
            break;
        }
        for (name, is_folder) in project.entries(&own) {
            if is_folder {
                if own != *folder || readers::is_requirements_folder(&name) {
                    folders.push(own.join(&name));
                }
            } else if let Some((reader, surface)) = readers::by_name(own.as_bytes(), &name)
                && is_wanted(reader, &name, surface)
            {
                files.push((own.join(&name), reader));
            }
        }
    }
    files
}

/// Reads manifests and what they pull in, each once; hands out what is pulled in.
fn read_all(
    mut files: Vec<(RepoPath, &'static dyn Reader)>,
    project: &Project<'_>,
    said: &mut Said,
    take: &mut dyn FnMut(&RepoPath, bool),
) {
    let mut seen: FxHashSet<RepoPath> = FxHashSet::default();
    while let Some((path, reader)) = files.pop() {
        if seen.len() >= MOST_FILES || !seen.insert(path.clone()) {
            continue;
        }
        let Some(bytes) = project.read(&path) else { continue };
        let mut collecting = Collecting { said, includes: Vec::new() };
        let wanted = Wanted { distributions: Some(&Everything), ..Wanted::IMPORTS };
        let source = Source { path: &path, bytes: &bytes };
        reader.read(&source, Surface::Dependencies, &wanted, Detail::Names, &mut collecting);
        for include in collecting.includes {
            if let Some(Ok(included)) = locate(project, &path, &include) {
                take(&included, include.constrains);
                if !include.constrains {
                    files.push((included, REQUIREMENTS));
                }
            }
        }
    }
}

/// What the manifests of a folder declare.
fn read_folder(folder: &RepoPath, project: &Project<'_>) -> Option<Said> {
    let files = files_of(folder, project, &|reader, name, _| reader.declares(name));
    if files.is_empty() {
        return None;
    }
    let mut said = Said::default();
    read_all(files, project, &mut said, &mut |_, _| {});
    Some(said)
}

impl Engine<'_> {
    /// Files that manifests and commands of these folders pull in, wherever they lie.
    #[must_use]
    pub fn pulled_in(&self, folders: &BTreeSet<RepoPath>) -> Vec<Included> {
        let mut found = Vec::new();
        if self.distributions.is_none() {
            return found;
        }
        let is_wanted = |reader: &dyn Reader, name: &[u8], surface: Surface| {
            reader.declares(name) || matches!(surface, Surface::Dependencies | Surface::Containers | Surface::Ci)
        };
        let workflows = folders.contains(RepoPath::root()).then(|| RepoPath::from_bytes(b".github/workflows"));
        let files =
            folders.iter().chain(&workflows).flat_map(|folder| files_of(folder, self.project, &is_wanted)).collect();
        read_all(files, self.project, &mut Said::default(), &mut |path, constrains| {
            found.push(Included { path: path.clone(), constrains, by: None });
        });
        found
    }
}

struct Collecting<'c> {
    said: &'c mut Said,
    includes: Vec<Include>,
}

impl Sink for Collecting<'_> {
    fn fact(&mut self, _: &mut Positions<'_>, fact: &Fact<'_>) {
        if let Some(dependency) = fact.dependency
            && matches!(dependency.standing, Standing::Declared | Standing::Override)
        {
            self.said.is_unsure |= fact.open;
            self.said.names.insert(dependency.name.clone());
        }
    }

    fn needs_place(&mut self, _: &Fact<'_>) -> bool {
        false
    }

    fn includes(&mut self, _: &mut Positions<'_>, include: Include) {
        self.includes.push(include);
    }

    fn unread(&mut self, _: &mut Positions<'_>, _: Unread) {
        self.said.is_unsure = true;
    }
}

/// What the rest of the project says, seen from one file.
pub(super) struct Nearby<'e, 'a> {
    pub(super) engine: &'e Engine<'a>,
    /// The file itself, which may declare what it needs in a script block.
    pub(super) own: Option<(&'e [u8], &'e OnceCell<Option<Names>>)>,
}

impl Nearby<'_, '_> {
    fn provides(&self, names: &Names, import: &str) -> bool {
        let known = &self.engine.policy.libraries;
        names.iter().any(|name| known.may_provide(name, import))
    }

    /// What a script block of the file declares.
    fn by_itself(&self) -> Option<&Names> {
        let (bytes, cell) = self.own?;
        cell.get_or_init(|| {
            python::has_script_block(bytes).then(|| {
                let mut said = Said::default();
                let mut collecting = Collecting { said: &mut said, includes: Vec::new() };
                python::read_script_block(
                    bytes,
                    &Wanted { distributions: Some(&Everything), ..Wanted::IMPORTS },
                    &mut collecting,
                );
                said.names
            })
        })
        .as_ref()
    }
}

impl Around for Nearby<'_, '_> {
    fn is_declared(&self, path: &RepoPath, import: &str) -> Option<bool> {
        if let Some(own) = self.by_itself() {
            return Some(self.provides(own, import));
        }
        let mut folder = path.parent();
        let mut is_served = false;
        let own = crate::name::top(import);
        // A script finds what lies beside it.
        if self.engine.project.has_module(&folder, own) {
            return Some(true);
        }
        loop {
            if let Some(said) = self.engine.declared.of(&folder, self.engine.project) {
                is_served = true;
                // The packages of a member of a workspace lie beside its manifest, or in its `src`.
                let project = self.engine.project;
                let is_own = project.has_module(&folder, own) || project.has_module(&folder.join(b"src"), own);
                if is_own || self.provides(&said.names, import) {
                    return Some(true);
                }
            }
            if folder.as_bytes().is_empty() {
                return is_served.then_some(false);
            }
            folder = folder.parent();
        }
    }

    fn is_used(&self, manifest: &RepoPath, distribution: &str) -> Option<bool> {
        let imported = self.engine.imported.as_ref()?;
        let described = libraries::described_by(distribution);
        // Stubs are used where what they describe is.
        let distribution = described.unwrap_or(distribution);
        let imports = imported.by_folder.get(&imported.served(manifest));
        let known = &self.engine.policy.libraries;
        Some(imports.is_some_and(|imports| imports.iter().any(|import| known.may_provide(distribution, import))))
    }

    fn knows_imports(&self) -> bool {
        self.engine.imported.is_some()
    }

    fn is_unsure(&self, path: &RepoPath) -> bool {
        let mut folder = path.parent();
        loop {
            if self.engine.declared.of(&folder, self.engine.project).is_some_and(|said| said.is_unsure) {
                return true;
            }
            if folder.as_bytes().is_empty() {
                return false;
            }
            folder = folder.parent();
        }
    }

    fn served(&self, manifest: &RepoPath) -> RepoPath {
        self.engine.imported.as_ref().map_or_else(|| served(manifest), |imported| imported.served(manifest))
    }
}
