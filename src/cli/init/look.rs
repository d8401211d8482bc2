//! Reads the tree for `policy init`. Knows how files are selected and read; what they mean is known elsewhere.

use super::super::judge::{Batch, each_file, from_disk};
use super::super::policy_file;
use super::super::progress::Progress;
use super::super::target::{self, Target};
use super::super::{Exit, Shell};
use super::trial;
use crate::disk::{self, DiskTree, Place};
use crate::finding::Finding;
use crate::level::Level;
use crate::project::standard_library::NEWEST;
use crate::project::{Layout, Project, Tree};
use crate::readers::wanted::Everything;
use crate::readers::{Detail, Wanted};
use crate::repo_path::RepoPath;
use crate::source::Source;
use crate::surface::Surface;
use crate::survey::layout::{Suggested, suggest};
use crate::survey::oldest_python::{SAYS_PYTHON, oldest_python};
use crate::survey::wrappers::{FAMILIES, Family, Taken, Usage, Uses};
use crate::survey::{Gathering, Library, Survey};
use std::collections::BTreeSet;
use std::sync::atomic::AtomicU64;

/// What the tree looks like.
pub(super) struct Looked {
    pub(super) survey: Survey,
    pub(super) suggested: Suggested,
    pub(super) has_src: bool,
    /// How many third-party libraries are imported.
    pub(super) imported: usize,
}

/// Reads all files beneath the root.
pub(super) fn look(place: &Place, pool: &rayon::ThreadPool, shell: &mut Shell<'_>) -> Result<Looked, Exit> {
    let target = Target::Paths { paths: vec![place.root.clone()], allow_empty: true };
    let selection = target::select(&target, place, &[], pool, false, shell)?;
    let tree = DiskTree::new(place.root.clone());
    let has_src = tree.is_folder(&RepoPath::from_bytes(b"src"));
    let mut survey = Survey::default();
    let progress = Progress::start(selection.files.len(), shell.err_columns.is_some());
    let nearby = disk::nearby(&place.root, &shell.working);
    let load = from_disk(&nearby);
    let beside_tree = Project::new(Layout::default(), &tree);
    let work = |file: &disk::Selected, bytes: &[u8]| {
        let mut gathering = Gathering::new(&file.path, file.surface);
        let beside = beside_tree.beside(&file.path);
        let wanted = Wanted { distributions: Some(&Everything), beside: Some(&beside), ..Wanted::IMPORTS };
        let source = Source { path: &file.path, bytes };
        file.reader.read(&source, file.surface, &wanted, Detail::Names, &mut gathering);
        Some(gathering.end())
    };
    let batch = Batch { pool, files: &selection.files, load: &load, progress: &progress, bytes: &AtomicU64::new(0) };
    each_file(&batch, work, |_| None, |parts| survey.files.extend(parts.into_iter().flatten()));
    drop(progress);
    let mut suggested = suggest(&survey, &usual_roots(has_src));
    suggested.target = SAYS_PYTHON.iter().find_map(|file| {
        let bytes = tree.read(&RepoPath::from_bytes(file.as_bytes()))?;
        Some((oldest_python(file, &String::from_utf8_lossy(&bytes))?, *file))
    });
    let mut looked = Looked { survey, suggested, has_src, imported: 0 };
    looked.imported = looked.libraries(place).len();
    Ok(looked)
}

fn usual_roots(has_src: bool) -> Vec<RepoPath> {
    let mut roots = vec![RepoPath::default()];
    roots.extend(has_src.then(|| RepoPath::from_bytes(b"src")));
    roots
}

impl Looked {
    fn layout(&self) -> Layout {
        let mut roots = usual_roots(self.has_src);
        roots.extend(self.suggested.roots.iter().map(|(root, _)| root.clone()));
        let packages = self.suggested.packages.iter().map(|(path, name, _)| (path.clone(), name.clone())).collect();
        let target = self.suggested.target.map_or((3, NEWEST), |(target, _)| target);
        Layout { roots, packages, target, ..Layout::default() }
    }

    /// The policy that finds out what a first one would find.
    pub(super) fn trial(&self) -> String {
        crate::survey::draft::trial(&self.suggested, self.has_src, trial::names())
    }

    /// Third-party libraries that are imported.
    pub(super) fn libraries(&self, place: &Place) -> Vec<Library> {
        let tree = DiskTree::new(place.root.clone());
        self.survey.libraries(&Project::new(self.layout(), &tree), &self.suggested.local)
    }

    /// How each family is used, by what its pack finds.
    pub(super) fn families(&self, findings: &[Finding], place: &Place) -> Vec<(&'static Family, Usage)> {
        let tree = DiskTree::new(place.root.clone());
        let project = Project::new(self.layout(), &tree);
        let importers = self.survey.importers(&project);
        let usage = |family: &'static Family| {
            // What a pack only warns of goes along with such a library, or tests it.
            let rules = policy_file::pack(family.pack).map(|pack| pack.rules).unwrap_or_default();
            let rules: BTreeSet<String> = rules
                .iter()
                .filter(|rule| rule.level == Level::Error)
                .map(|rule| format!("{}/{}", family.pack, rule.id))
                .collect();
            let mut uses = Uses::default();
            let own = findings.iter().filter(|finding| rules.contains(&*finding.rule));
            for finding in own.filter(|finding| finding.surface == Surface::Code) {
                let file = (*finding.path).clone();
                if finding.chain.is_empty() {
                    uses.direct.entry(finding.matched.to_string()).or_default().insert(file);
                } else {
                    let through = finding.chain.iter().map(|link| (*link.path).clone()).collect();
                    uses.taken.push(Taken { file, name: finding.name.to_string(), through });
                }
            }
            (family, Usage::of(family, &uses, &importers, &self.survey, &project))
        };
        FAMILIES.iter().map(usage).collect()
    }
}
