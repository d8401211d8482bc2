//! Judges all files, those that they pull in, and some again: those that may take a forbidden name from a first-party module,
//! and manifests, once it is known what all code imports. Knows the order of passes; must not know what is judged.

use super::included::{self, Followed, Include};
use super::judge::{Batch, each_file};
use crate::disk::Selected;
use crate::engine::{Engine, FileReport, Follow, Handed, Imported, Importer, Importers, Included};
use crate::problem::Problem;
use crate::repo_path::RepoPath;
use crate::report::Scope;
use crate::source::Source;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// What judging gave.
#[derive(Default)]
pub(super) struct Judged {
    /// Of the files that were selected, in their order.
    pub(super) reports: Vec<FileReport>,
    /// Of files that they pull in, in order of their paths.
    pub(super) included: Vec<(Selected, FileReport)>,
    /// Which file pulls in which.
    pub(super) includes: BTreeSet<Included>,
    /// Files that they pull in and that cannot be read.
    pub(super) problems: Vec<Problem>,
}

/// Judges every file, what they and others pull in, and, in a full run, manifests by what all code imports.
pub(super) fn judge_all(
    engine: &mut Engine<'_>,
    batch: &Batch<'_>,
    scope: Scope,
    pulled_in: Vec<Included>,
    include: Include<'_>,
) -> Judged {
    let mut reports = judge_selected(engine, batch, scope);
    let mut imported = Imported::default();
    if scope == Scope::Full && engine.waits_for_imports() {
        for (file, report) in batch.files.iter().zip(&mut reports) {
            imported.add(&file.path, &std::mem::take(&mut report.imports));
        }
    }
    let judge_again = |files: &[Selected]| judge(engine, &Batch { files, ..*batch }, Follow::No, &|_, _| true);
    let Followed { mut included, problems, includes, pairs } =
        included::follow(batch.files, &mut reports, pulled_in, include, &judge_again);
    if scope == Scope::Full && engine.waits_for_imports() {
        imported.pull_in(&pairs);
        engine.imported = Some(imported);
        let declares = |file: &&Selected| file.reader.declares(file.path.file_name());
        let late: Vec<Selected> = batch.files.iter().filter(declares).cloned().collect();
        let late_included: Vec<Selected> = included.iter().map(|(file, _)| file.clone()).collect();
        let again = |files: &[Selected]| judge(engine, &Batch { files, ..*batch }, Follow::No, &|_, _| true);
        let (more, more_included) = (again(&late), again(&late_included));
        let own = batch.files.iter().zip(&mut reports).filter(|(file, _)| declares(file)).map(|(_, report)| report);
        for (report, more) in own.zip(more) {
            report.add(more.unwrap_or_default());
        }
        for ((_, report), more) in included.iter_mut().zip(more_included) {
            report.add(more.unwrap_or_default());
        }
    }
    Judged { reports, included, includes, problems }
}

/// Judges every file. In a full run, files that may take a forbidden name from a first-party module are judged again, by
/// what first-party names lead to; of a part of the tree, every file is judged so at once.
fn judge_selected(engine: &mut Engine<'_>, batch: &Batch<'_>, scope: Scope) -> Vec<FileReport> {
    let follow = match scope {
        _ if !engine.follows() => Follow::No,
        Scope::Full => Follow::Note,
        Scope::Partial => Follow::Yes,
    };
    let mut reports: Vec<FileReport> =
        judge(engine, batch, follow, &|_, _| true).into_iter().map(Option::unwrap_or_default).collect();
    if follow != Follow::Note {
        return reports;
    }
    let mut importers = Importers::default();
    for report in &mut reports {
        engine.note(&mut importers, report);
    }
    let mut seconds: FxHashMap<usize, FileReport> = FxHashMap::default();
    let mut names: Vec<Handed> = reports.iter_mut().flat_map(|report| std::mem::take(&mut report.handed_out)).collect();
    loop {
        names = engine.carry(names);
        if names.is_empty() {
            break;
        }
        let again = importers.of(&names);
        let files: Vec<_> = again.iter().filter_map(|importer| batch.files.get(importer.file)).cloned().collect();
        let importers_by_path: FxHashMap<&RepoPath, &Importer<'_>> =
            again.iter().filter_map(|importer| Some((&batch.files.get(importer.file)?.path, importer))).collect();
        let may_matter = |path: &RepoPath, bytes: &[u8]| {
            importers_by_path.get(path).is_none_or(|importer| {
                // A package may hand a module on without a word of what that hands out.
                (importer.takes_module && path.file_name().starts_with(b"__init__."))
                    || importer.names.as_ref().is_none_or(|names| names.iter().any(|name| name.may_stand_in(bytes)))
            })
        };
        let more = judge(engine, &Batch { files: &files, ..*batch }, Follow::Only, &may_matter);
        let mut handed_out = Vec::new();
        for (importer, report) in again.iter().zip(more) {
            if let Some(mut report) = report {
                handed_out.append(&mut report.handed_out);
                // Of a second look at the same file, the last one tells everything.
                seconds.insert(importer.file, report);
            }
        }
        names = handed_out;
    }
    for (number, report) in seconds {
        if let Some(before) = reports.get_mut(number) {
            before.add(report);
        }
    }
    reports
}

/// Judges those files for whose bytes that may matter.
fn judge(
    engine: &Engine<'_>,
    batch: &Batch<'_>,
    follow: Follow,
    may_matter: &(dyn Fn(&RepoPath, &[u8]) -> bool + Sync),
) -> Vec<Option<FileReport>> {
    let mut reports = Vec::with_capacity(batch.files.len());
    let work = |file: &Selected, bytes: &[u8]| {
        let source = Source { path: &file.path, bytes };
        may_matter(&file.path, bytes).then(|| engine.check(&source, file.reader, file.surface, follow))
    };
    each_file(batch, work, Some, |mut part| reports.append(&mut part));
    reports
}
