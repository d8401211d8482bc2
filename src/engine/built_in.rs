//! Findings about the policy itself, made once in a full run. Knows what a whole run has seen; must not know how files
//! are judged.

use super::own_findings::About;
use super::{Engine, Suppression, Used};
use crate::distribution::normalise;
use crate::finding::{Finding, PolicyLine};
use crate::policy::builtin::{
    EXCEEDED, EXCEEDED_SUPPRESSIONS, EXPIRED, MISSING_TARGET, SHADOWED, SUSPICIOUS, UNMATCHED, UNREAD,
};
use crate::policy::{Exemption, Override, PolicySource, Rule};
use crate::project::{libraries, standard_library};
use crate::repo_path::RepoPath;
use crate::span::Span;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// What a full run has seen.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Files that were selected.
    pub paths: Vec<RepoPath>,
    /// Exemptions that were used, over all files.
    pub used: FxHashMap<(usize, usize), usize>,
    /// How many findings of each rule comments suppress.
    pub suppressed: FxHashMap<Arc<str>, usize>,
    /// Policy files beneath the root.
    pub unread_policies: Vec<RepoPath>,
}

impl Tally {
    /// Adds what one file used.
    pub fn add(&mut self, used: &[Used]) {
        for (key, count) in used {
            *self.used.entry(*key).or_insert(0) += count;
        }
    }

    /// Adds what one file suppresses.
    pub fn add_suppressed(&mut self, suppressions: &[Suppression]) {
        for (id, used) in suppressions.iter().flat_map(|suppression| &suppression.rules) {
            *self.suppressed.entry(id.clone()).or_insert(0) += used;
        }
    }
}

/// Findings about the policy, in order.
#[must_use]
pub fn about_policy(engine: &Engine<'_>, tally: &Tally, is_folder: &dyn Fn(&RepoPath) -> bool) -> Vec<Finding> {
    let mut about = AboutPolicy { engine, findings: Vec::new(), ordinals: FxHashMap::default() };
    for (index, rule) in engine.policy.rules.iter().enumerate() {
        about.scope(rule, &tally.paths);
        for (position, exemption) in rule.exemptions.iter().enumerate() {
            let used = tally.used.get(&(index, position)).copied().unwrap_or(0);
            about.exemption(rule, exemption, used, &tally.paths);
        }
        about.budget(rule, tally.suppressed.get(&rule.id).copied().unwrap_or(0));
        about.names(rule);
        about.distributions(rule);
        about.successors(rule);
        about.files(rule);
    }
    about.local_libraries();
    about.overrides(&tally.paths);
    about.layout(is_folder);
    let is_read = |path: &&RepoPath| engine.policy.sources().any(|source| *source.path == **path);
    for path in tally.unread_policies.iter().filter(|path| !is_read(path)) {
        let message = format!("`{path}` lies beneath the root and is not read");
        about.push_at(
            UNREAD,
            &Arc::new(path.clone()),
            None,
            &path.to_string(),
            message,
            "move its rules into the root's policy",
        );
    }
    about.findings.sort_by(Finding::order);
    about.findings
}

struct AboutPolicy<'e, 'a> {
    engine: &'e Engine<'a>,
    findings: Vec<Finding>,
    /// How many findings of an id there are about a name in a policy.
    ordinals: FxHashMap<(&'static str, Arc<str>, Arc<RepoPath>), usize>,
}

impl AboutPolicy<'_, '_> {
    fn scope(&mut self, rule: &Rule, paths: &[RepoPath]) {
        for (glob, span) in &rule.scope.within {
            if !paths.iter().any(|path| glob.matches(path)) {
                let message = format!("`in: {}` of `{}` matches no file", glob.as_str(), rule.id);
                self.push(UNMATCHED, (rule.source, *span), glob.as_str(), message, "correct the path, or remove it");
            }
        }
    }

    /// One override may change many rules; it is told once.
    fn overrides(&mut self, paths: &[RepoPath]) {
        let rules = self.engine.policy.rules.iter();
        let mut changes: Vec<(&Override, &Rule)> =
            rules.flat_map(|rule| rule.overrides.iter().map(move |change| (&**change, rule))).collect();
        changes.sort_by_key(|(change, _)| change.span);
        changes.dedup_by_key(|(change, _)| change.span);
        for (change, rule) in changes {
            if let Some(until) = change.until.filter(|_| change.is_expired(self.engine.today)) {
                let message = format!("the override of `{}` ended on {until}", rule.id);
                self.push(EXPIRED, (0, change.span), &rule.id, message, "remove it, or agree on a new date");
            }
            if let Some(instead) =
                change.instead.as_ref().filter(|to| self.engine.project.exists(&to.text) == Some(false))
            {
                let message =
                    format!("the successor `{}` of `{}` is first-party, but does not exist", instead.text, rule.id);
                self.push(
                    MISSING_TARGET,
                    (0, instead.span),
                    &instead.text,
                    message,
                    "correct the name, or create the module",
                );
            }
            for (glob, span) in &change.within {
                if !paths.iter().any(|path| glob.matches(path)) {
                    let message = format!("`in: {}` of the override of `{}` matches no file", glob.as_str(), rule.id);
                    self.push(UNMATCHED, (0, *span), glob.as_str(), message, "correct the path, or remove it");
                }
            }
        }
    }

    /// Files that a rule gives a name to must be there, and have that name.
    fn files(&mut self, rule: &Rule) {
        let project = self.engine.project;
        for (path, name, span) in rule.judge.files() {
            let (message, help) = if !project.holds(path) {
                let message = format!("the file `{path}` of `{}` does not exist", rule.id);
                (message, "correct the path, or remove the entry")
            } else if !project.is_module(name, path) {
                let message = format!("`{name}` does not lead to `{path}`, which is called otherwise");
                (message, "correct the name, or say under `python:` where packages start (`roots`, `packages`)")
            } else {
                continue;
            };
            self.push(MISSING_TARGET, (rule.source, span), name, message, help);
        }
    }

    fn exemption(&mut self, rule: &Rule, exemption: &Exemption, used: usize, paths: &[RepoPath]) {
        let written = exemption.glob.as_str();
        if let Some(until) = exemption.until.filter(|_| exemption.is_expired(self.engine.today)) {
            let message = format!("the exemption `{written}` of `{}` ended on {until}", rule.id);
            self.push(EXPIRED, (rule.source, exemption.span), written, message, "remove it, or agree on a new date");
        } else if used == 0 {
            let why = if paths.iter().any(|path| exemption.covers_path(path)) {
                "exempts nothing: no finding is left there"
            } else {
                "matches no file"
            };
            let message = format!("the exemption `{written}` of `{}` {why}", rule.id);
            self.push(
                UNMATCHED,
                (rule.source, exemption.span),
                written,
                message,
                "remove it, so that nothing can come back unseen",
            );
        }
        if let Some(max) = exemption.max.filter(|max| used > *max) {
            let message = format!("the exemption `{written}` of `{}` is used {used} times, but allows {max}", rule.id);
            self.push(
                EXCEEDED,
                (rule.source, exemption.span),
                written,
                message,
                "mend the new uses, or agree on a higher `max`",
            );
        }
    }

    /// Comments may suppress so many findings of a rule, and no more.
    fn budget(&mut self, rule: &Rule, suppressed: usize) {
        let Some((budget, span)) = rule.max_suppressions.filter(|(budget, _)| suppressed > *budget) else { return };
        let message = format!("comments suppress `{}` {suppressed} times, but may do so {budget} times", rule.id);
        let help = "mend some of them, or agree on a higher `max-suppressions`";
        self.push(EXCEEDED_SUPPRESSIONS, (rule.source, span), &rule.id, message, help);
    }

    /// Names of a rule that look misspelt or that a local module has. What a pack is about, its own tests know; but that
    /// a local module has the name of one of its libraries, they cannot.
    fn names(&mut self, rule: &Rule) {
        let project = self.engine.project;
        let target = self.engine.target;
        let is_pack = self.engine.policy.source_of(rule).is_pack;
        let mut told = FxHashSet::default();
        for (top, span) in rule.judge.names() {
            let is_local = project.is_first_party(top);
            if !is_local
                && !is_pack
                && let Some(near) = libraries::one_letter_away(top)
            {
                let message = format!("`{top}` is one letter away from `{near}`");
                let help = "correct the name; if it is meant so, set `suspicious-name: none` under `policy:`";
                self.push(SUSPICIOUS, (rule.source, span), top, message, help);
            }
            // A module that the standard library no longer has is the local one.
            let is_gone = standard_library::knows(top) && !standard_library::contains(top, target);
            let is_library = libraries::knows(top) || (is_gone && !is_pack);
            if is_local
                && is_library
                && !(is_gone && is_pack)
                && rule.judge.forbids_name(top)
                && !project.is_shadow(top)
                && told.insert(top.to_owned())
            {
                let message =
                    format!("a local module is called `{top}`, like the library that `{}` speaks of", rule.id);
                let help = if is_gone {
                    "imports of it reach the local module, and are no findings"
                } else {
                    "absolute imports of it are findings all the same; list it under `python: shadows:` if it is meant to stand in"
                };
                self.push(SHADOWED, (rule.source, span), top, message, help);
            }
        }
    }

    /// Distributions of a rule that look misspelt.
    fn distributions(&mut self, rule: &Rule) {
        if self.engine.policy.source_of(rule).is_pack {
            return;
        }
        let mut told = FxHashSet::default();
        for (written, span) in rule.judge.distribution_names() {
            let end =
                written.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(written.len());
            let name = normalise(written.get(..end).unwrap_or_default());
            if let Some(near) = libraries::distribution_one_letter_away(&name)
                && told.insert(span)
            {
                let message = format!("the distribution `{name}` is one letter away from `{near}`");
                let help = "correct the name; if it is meant so, set `suspicious-name: none` under `policy:`";
                self.push(SUSPICIOUS, (rule.source, span), &name, message, help);
            }
        }
    }

    /// Where whatever lies in the project may be imported, a folder with the name of a library lets that in.
    fn local_libraries(&mut self) {
        let policy = self.engine.policy;
        let Some(rule) = policy.rules.iter().find(|rule| rule.judge.allows_first_party()) else { return };
        for top in self.engine.project.local_libraries() {
            let message = format!("a local module is called `{top}`, like a library, so `{}` allows it", rule.id);
            let help = "rename it, or list it under `python: shadows:` if it is meant to stand in";
            self.push(SHADOWED, (rule.source, rule.span), &top, message, help);
        }
    }

    fn successors(&mut self, rule: &Rule) {
        // In the repository of a successor itself, a pack cannot know what is there.
        if self.engine.policy.source_of(rule).is_pack {
            return;
        }
        let own = rule.instead.as_ref().map(|written| (written.text.as_str(), written.span));
        for (successor, span) in rule.judge.successors().into_iter().chain(own) {
            if self.engine.project.exists(successor) == Some(false) {
                let message =
                    format!("the successor `{successor}` of `{}` is first-party, but does not exist", rule.id);
                self.push(
                    MISSING_TARGET,
                    (rule.source, span),
                    successor,
                    message,
                    "correct the name, or create the module",
                );
            }
        }
    }

    fn layout(&mut self, is_folder: &dyn Fn(&RepoPath) -> bool) {
        let python = &self.engine.policy.python;
        for (path, span) in python.roots.iter().flatten() {
            if !is_folder(path) {
                let message = format!("the root `{path}` is no folder");
                self.push(UNMATCHED, (0, *span), &path.to_string(), message, "correct the path, or remove it");
            }
        }
        for renamed in &python.packages {
            if !is_folder(&renamed.folder) {
                let message = format!("the package folder `{}` does not exist", renamed.folder);
                self.push(
                    UNMATCHED,
                    (0, renamed.span),
                    &renamed.folder.to_string(),
                    message,
                    "correct the path, or remove it",
                );
            }
        }
        for shadow in &python.shadows {
            if !self.engine.project.is_first_party(&shadow.text) {
                let message = format!("no local module is called `{}`, so nothing is shadowed", shadow.text);
                self.push(UNMATCHED, (0, shadow.span), &shadow.text, message, "remove it from `shadows`");
            }
        }
    }

    /// Adds a finding about a place in the policy of a source; for a pack, where it is pulled in.
    fn push(
        &mut self,
        id: &'static str,
        (source, span): (usize, Span),
        name: &str,
        message: String,
        help: &'static str,
    ) {
        let (source, span) = self.engine.policy.place_of(source, span);
        let path = source.path.clone();
        self.push_at(id, &path, Some((source, span)), name, message, help);
    }

    fn push_at(
        &mut self,
        id: &'static str,
        path: &Arc<RepoPath>,
        place: Option<(&PolicySource, Span)>,
        name: &str,
        message: String,
        help: &'static str,
    ) {
        let decided_in = place.map_or(&self.engine.policy.source, |(source, _)| source);
        let place = place.map(|(source, span)| source.place(span));
        let made = About { id, path: path.clone(), place, name, message, help };
        let Some(mut finding) = self.engine.own_finding(made) else { return };
        let count = self.ordinals.entry((id, name.into(), path.clone())).or_insert(0);
        finding.set_ordinal(*count);
        finding.policy = PolicyLine { path: decided_in.path.clone(), start: finding.start, end: finding.end };
        *count += 1;
        self.findings.push(finding);
    }
}
