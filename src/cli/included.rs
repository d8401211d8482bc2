//! Files that manifests and commands pull in, judged as what they are asked for. Knows in which order, and that each is read
//! once; must not know what is judged.

use crate::disk::Selected;
use crate::engine::{FileReport, Included};
use crate::problem::Problem;
use crate::readers::{CONSTRAINTS, REQUIREMENTS, Reader};
use crate::repo_path::RepoPath;
use crate::surface::Surface;
use std::collections::{BTreeMap, BTreeSet};

/// Where included files are read as what they are.
pub(super) const INCLUDED: Surface = Surface::Dependencies;

/// Finds a file that another one pulls in, unless it is not to be read: for a reason that is a problem, or for a good one.
pub(super) type Include<'i> = &'i dyn Fn(&RepoPath, &'static dyn Reader) -> Result<Selected, Option<Problem>>;

/// Judges further files.
type JudgeFiles<'j> = &'j dyn Fn(&[Selected]) -> Vec<Option<FileReport>>;

/// What following gave.
#[derive(Default)]
pub(super) struct Followed {
    /// Files that were not selected, in order of their paths.
    pub(super) included: Vec<(Selected, FileReport)>,
    /// Files that cannot be read.
    pub(super) problems: Vec<Problem>,
    /// Everything that was asked for.
    pub(super) includes: BTreeSet<Included>,
    /// Which manifest pulls in which, behind it.
    pub(super) pairs: Vec<(RepoPath, RepoPath)>,
}

/// One that was judged, and whether it was asked for as a constraint only.
struct Judged {
    constrains: bool,
    file: Selected,
    report: FileReport,
}

/// Judges files of requirements that others pull in, whatever they are called; one that is both asked for and only a
/// constraint is asked for. One that was selected as something else is judged as both.
pub(super) fn follow(
    files: &[Selected],
    reports: &mut [FileReport],
    mut open: Vec<Included>,
    include: Include<'_>,
    judge: JudgeFiles<'_>,
) -> Followed {
    open.extend(reports.iter_mut().flat_map(|report| std::mem::take(&mut report.includes)));
    let selected = |path: &RepoPath| files.binary_search_by(|file| file.path.cmp(path)).ok();
    let reader_of = |path: &RepoPath| selected(path).and_then(|at| files.get(at)).map(|file| file.reader.name());
    let mut followed = Followed::default();
    let mut found: BTreeMap<RepoPath, Judged> = BTreeMap::new();
    while !open.is_empty() {
        // Whether each is asked for as a constraint only.
        let mut asked: BTreeMap<RepoPath, bool> = BTreeMap::new();
        followed.includes.extend(open.iter().cloned());
        for Included { path, constrains, by } in open.drain(..) {
            if let Some(by) = by.filter(|_| !constrains) {
                followed.pairs.push((path.clone(), by));
            }
            *asked.entry(path).or_insert(true) &= constrains;
        }
        let mut next = Vec::new();
        for (path, constrains) in asked {
            let own = reader_of(&path);
            let is_read = own == Some(REQUIREMENTS.name()) || (constrains && own == Some(CONSTRAINTS.name()));
            if is_read || found.get(&path).is_some_and(|known| !known.constrains || constrains) {
                continue;
            }
            match include(&path, if constrains { CONSTRAINTS } else { REQUIREMENTS }) {
                Ok(file) => next.push((constrains, file)),
                Err(Some(problem)) if !followed.problems.contains(&problem) => followed.problems.push(problem),
                Err(_) => {}
            }
        }
        let more: Vec<Selected> = next.iter().map(|(_, file)| file.clone()).collect();
        for ((constrains, file), report) in next.into_iter().zip(judge(&more)) {
            let mut report = report.unwrap_or_default();
            open.append(&mut report.includes);
            found.insert(file.path.clone(), Judged { constrains, file, report });
        }
    }
    for Judged { file, report, .. } in found.into_values() {
        let is_constraint = reader_of(&file.path) == Some(CONSTRAINTS.name());
        match selected(&file.path).and_then(|at| reports.get_mut(at)) {
            // What constrains at most is asked for after all.
            Some(own) if is_constraint => *own = report,
            Some(own) => own.add(report),
            None => followed.included.push((file, report)),
        }
    }
    followed
}
