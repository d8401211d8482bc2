//! What manifests declare for the code in their scope, and what code imports of it. A manifest serves the folder that it lies
//! in and everything beneath; one in a folder of requirement files, the folder above. Knows scopes; must not know rules.

use super::Engine;
use super::dependencies::resolve;
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
use std::sync::{Arc, PoisonError, RwLock};

/// A chain of requirement files is followed so far.
const MOST_FILES: usize = 1_000;

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

/// What files import, by the folders in which they lie, with all above.
#[derive(Default)]
pub struct Imported(FxHashMap<RepoPath, FxHashSet<Box<str>>>);

impl Imported {
    /// Takes note of what a file imports.
    pub fn add(&mut self, path: &RepoPath, imports: &[Box<str>]) {
        let mut folder = path.parent();
        loop {
            self.0.entry(folder.clone()).or_default().extend(imports.iter().cloned());
            if folder.as_bytes().is_empty() {
                return;
            }
            folder = folder.parent();
        }
    }
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
    let folder = manifest.parent();
    if readers::is_requirements_folder(folder.file_name()) { folder.parent() } else { folder }
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

/// What the manifests of a folder declare.
fn read_folder(folder: &RepoPath, project: &Project<'_>) -> Option<Said> {
    let mut files: Vec<(RepoPath, &dyn Reader)> = Vec::new();
    let take = |folder: &RepoPath, files: &mut Vec<(RepoPath, &dyn Reader)>| {
        let mut below = Vec::new();
        for (name, is_folder) in project.entries(folder) {
            if is_folder {
                below.push(name);
            } else if let Some((reader, _)) = readers::by_name(folder.as_bytes(), &name)
                && reader.declares(&name)
            {
                files.push((folder.join(&name), reader));
            }
        }
        below
    };
    for name in take(folder, &mut files) {
        if readers::is_requirements_folder(&name) {
            take(&folder.join(&name), &mut files);
        }
    }
    if files.is_empty() {
        return None;
    }
    let mut said = Said::default();
    let mut seen: FxHashSet<RepoPath> = FxHashSet::default();
    while let Some((path, reader)) = files.pop() {
        if seen.len() >= MOST_FILES || !seen.insert(path.clone()) {
            continue;
        }
        let Some(bytes) = project.read(&path) else { continue };
        let mut collecting = Collecting { said: &mut said, includes: Vec::new() };
        let wanted = Wanted { distributions: Some(&Everything), ..Wanted::IMPORTS };
        reader.read(
            &Source { path: &path, bytes: &bytes },
            Surface::Dependencies,
            &wanted,
            Detail::Names,
            &mut collecting,
        );
        for include in collecting.includes {
            if let Ok(included) = resolve(&path.parent(), &include.path)
                && !include.constrains
                && project.holds(&included)
            {
                files.push((included, REQUIREMENTS));
            }
        }
    }
    Some(said)
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
        let imports = imported.0.get(&served(manifest));
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
        served(manifest)
    }
}
