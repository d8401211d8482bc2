//! Facts about distributions, judged; and files that manifests pull in. Knows groups and where includes lead; must not know
//! formats.

use super::Included;
use super::file::Judging;
use super::manifests::Nearby;
use crate::fact::Fact;
use crate::kinds::View;
use crate::policy::Rule;
use crate::problem::{Problem, ProblemKind};
use crate::project::Project;
use crate::readers::Include;
use crate::repo_path::RepoPath;
use crate::text::Positions;

impl Judging<'_, '_> {
    /// Judges a dependency by every rule that asks for it.
    pub(super) fn dependency(&mut self, positions: &mut Positions<'_>, fact: &Fact<'_>) {
        let Some(dependency) = fact.dependency else { return };
        let engine = self.engine;
        let python = fact.versions.nearest(engine.target);
        let fact = &self.for_target(fact);
        let around = Nearby { engine, own: None };
        for index in engine.policy.index.about_distribution(&dependency.name) {
            let Some(rule) = engine.policy.rules.get(index) else { continue };
            if !rule.judge.hears(fact)
                || (engine.imported.is_some() && !rule.judge.judges_use())
                || !rule.holds_for(python)
                || !speaks_of_group(rule, dependency.group.as_deref(), engine.imported.is_some())
            {
                continue;
            }
            let view = View {
                fact,
                reached: &dependency.name,
                path: self.path,
                project: engine.project,
                python,
                around: Some(&around),
            };
            if let Some(complaint) = rule.judge.judge(&view)
                && self.speaks(index, rule)
            {
                self.weigh(index, rule, &view, &complaint, positions);
            }
        }
    }

    /// Takes note of a file that a manifest pulls in; one that cannot be followed is a problem.
    pub(super) fn include(&mut self, positions: &mut Positions<'_>, include: &Include) {
        let Some(found) = locate(self.engine.project, self.path, include) else { return };
        let written = include.path.as_str();
        match found {
            Ok(path) => {
                let by = (!include.by_command).then(|| self.path.clone());
                self.report.includes.push(Included { path, constrains: include.constrains, by });
            }
            Err(why) => {
                let place = (positions.at(include.span.start), positions.at(include.span.end));
                self.report.problems.push(Problem {
                    path: Some(self.path.clone()),
                    place: Some(place),
                    kind: ProblemKind::Unreadable,
                    message: format!("`{written}` {why}, so that nobody knows what it pulls in").into(),
                    help: "correct the path, or list this file under `unanalysed` with a reason".into(),
                });
            }
        }
    }
}

/// Whether a rule speaks of a group of dependencies.
fn speaks_of_group(rule: &Rule, group: Option<&str>, is_end: bool) -> bool {
    let usual = if is_end { rule.judge.usual_groups() } else { &[] };
    if rule.groups.is_empty() && usual.is_empty() {
        return true;
    }
    let Some(group) = group else { return false };
    let fits = |pattern: &str| match pattern.strip_suffix('*') {
        Some(head) => group.starts_with(head),
        None => group == pattern,
    };
    if rule.groups.is_empty() { usual.iter().any(|own| fits(own)) } else { rule.groups.iter().any(|own| fits(own)) }
}

/// The file that a manifest pulls in, or why it cannot be followed; `None` for one that a command reads wherever it is run.
pub(super) fn locate(
    project: &Project<'_>,
    manifest: &RepoPath,
    include: &Include,
) -> Option<Result<RepoPath, &'static str>> {
    let written = include.path.as_str();
    match resolve(&manifest.parent(), written) {
        Err(_) if include.by_command => None,
        Err(why) => Some(Err(why)),
        Ok(path) if project.holds(&path) => Some(Ok(path)),
        // A command may be run in the root as well.
        Ok(_) if include.by_command => {
            resolve(RepoPath::root(), written).ok().filter(|path| project.holds(path)).map(Ok)
        }
        Ok(_) => Some(Err("does not exist")),
    }
}

/// Where a path in a manifest leads, beneath the root.
fn resolve(folder: &RepoPath, written: &str) -> Result<RepoPath, &'static str> {
    let text = written.trim().trim_start_matches("file:").trim_matches(['"', '\'']);
    if text.contains("://") {
        return Err("is an address, which is never fetched");
    }
    if text.contains('$') || text.contains('{') {
        return Err("only the running program knows");
    }
    let is_drive =
        text.as_bytes().get(1) == Some(&b':') && text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    if text.starts_with(['/', '~']) || is_drive {
        return Err("leads out of the root, and is not read");
    }
    let mut path = folder.clone();
    for segment in text.split(['/', '\\']) {
        match segment {
            "" | "." => {}
            ".." if path.as_bytes().is_empty() => return Err("leads out of the root, and is not read"),
            ".." => path = path.parent(),
            _ => path = path.join(segment.as_bytes()),
        }
    }
    Ok(path)
}
