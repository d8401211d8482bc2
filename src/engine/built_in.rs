//! Findings about the policy itself, made once in a full run. Knows what a whole run has seen; must not know how files
//! are judged.

use super::{Engine, Used};
use crate::context::Contexts;
use crate::finding::{Finding, PolicyLine};
use crate::fingerprint::Fingerprint;
use crate::level::Level;
use crate::policy::builtin::{EXCEEDED, EXPIRED, MISSING_TARGET, SHADOWED, SUSPICIOUS, UNMATCHED, UNREAD};
use crate::policy::{Exemption, Rule};
use crate::project::libraries;
use crate::repo_path::RepoPath;
use crate::span::Span;
use crate::surface::Surface;
use crate::text::Position;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What a full run has seen.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Files that were selected.
    pub paths: Vec<RepoPath>,
    /// Exemptions that were used, over all files.
    pub used: FxHashMap<(usize, usize), usize>,
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
}

/// Findings about the policy, in order.
#[must_use]
pub fn about_policy(engine: &Engine<'_>, tally: &Tally, is_folder: &dyn Fn(&RepoPath) -> bool) -> Vec<Finding> {
    let mut about = About { engine, findings: Vec::new() };
    for (index, rule) in engine.policy.rules.iter().enumerate() {
        about.scope(rule, &tally.paths);
        for (position, exemption) in rule.exemptions.iter().enumerate() {
            let used = tally.used.get(&(index, position)).copied().unwrap_or(0);
            about.exemption(rule, exemption, used, &tally.paths);
        }
        about.names(rule);
        about.successors(rule);
    }
    about.layout(is_folder);
    for path in &tally.unread_policies {
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

struct About<'e, 'a> {
    engine: &'e Engine<'a>,
    findings: Vec<Finding>,
}

impl About<'_, '_> {
    fn scope(&mut self, rule: &Rule, paths: &[RepoPath]) {
        for (glob, span) in &rule.scope.within {
            if !paths.iter().any(|path| glob.matches(path)) {
                let message = format!("`in: {}` of `{}` matches no file", glob.as_str(), rule.id);
                self.push(UNMATCHED, *span, glob.as_str(), message, "correct the path, or remove it");
            }
        }
    }

    fn exemption(&mut self, rule: &Rule, exemption: &Exemption, used: usize, paths: &[RepoPath]) {
        let written = exemption.glob.as_str();
        if let Some(until) = exemption.until.filter(|_| exemption.is_expired(self.engine.today)) {
            let message = format!("the exemption `{written}` of `{}` ended on {until}", rule.id);
            self.push(EXPIRED, exemption.span, written, message, "remove it, or agree on a new date");
        } else if used == 0 {
            let why = if paths.iter().any(|path| exemption.covers_path(path)) {
                "exempts nothing: no finding is left there"
            } else {
                "matches no file"
            };
            let message = format!("the exemption `{written}` of `{}` {why}", rule.id);
            self.push(UNMATCHED, exemption.span, written, message, "remove it, so that nothing can come back unseen");
        }
        if let Some(max) = exemption.max.filter(|max| used > *max) {
            let message = format!("the exemption `{written}` of `{}` is used {used} times, but allows {max}", rule.id);
            self.push(EXCEEDED, exemption.span, written, message, "mend the new uses, or agree on a higher `max`");
        }
    }

    fn names(&mut self, rule: &Rule) {
        let project = self.engine.project;
        for (top, span) in rule.judge.names() {
            let is_local = project.is_first_party(top);
            if let Some(near) = libraries::one_letter_away(top).filter(|_| !is_local) {
                let message = format!("`{top}` is one letter away from `{near}`");
                let help = "correct the name; if it is meant so, set `suspicious-name: none` under `policy:`";
                self.push(SUSPICIOUS, span, top, message, help);
            }
            if is_local && libraries::knows(top) && !project.is_shadow(top) {
                let message =
                    format!("a local module is called `{top}`, like the library that `{}` speaks of", rule.id);
                let help = "absolute imports of it are findings all the same; list it under `python: shadows:` if it is meant to stand in";
                self.push(SHADOWED, span, top, message, help);
            }
        }
    }

    fn successors(&mut self, rule: &Rule) {
        let own = rule.instead.as_ref().map(|written| (written.text.as_str(), written.span));
        for (successor, span) in rule.judge.successors().into_iter().chain(own) {
            if self.engine.project.exists(successor) == Some(false) {
                let message =
                    format!("the successor `{successor}` of `{}` is first-party, but does not exist", rule.id);
                self.push(MISSING_TARGET, span, successor, message, "correct the name, or create the module");
            }
        }
    }

    fn layout(&mut self, is_folder: &dyn Fn(&RepoPath) -> bool) {
        let python = &self.engine.policy.python;
        for (path, span) in python.roots.iter().flatten() {
            if !is_folder(path) {
                let message = format!("the root `{path}` is no folder");
                self.push(UNMATCHED, *span, &path.to_string(), message, "correct the path, or remove it");
            }
        }
        for renamed in &python.packages {
            if !is_folder(&renamed.folder) {
                let message = format!("the package folder `{}` does not exist", renamed.folder);
                self.push(
                    UNMATCHED,
                    renamed.span,
                    &renamed.folder.to_string(),
                    message,
                    "correct the path, or remove it",
                );
            }
        }
        for shadow in &python.shadows {
            if !self.engine.project.is_first_party(&shadow.text) {
                let message = format!("no local module is called `{}`, so nothing is shadowed", shadow.text);
                self.push(UNMATCHED, shadow.span, &shadow.text, message, "remove it from `shadows`");
            }
        }
    }

    fn push(&mut self, id: &'static str, span: Span, name: &str, message: String, help: &'static str) {
        let path = self.engine.policy.source.path.clone();
        self.push_at(id, &path, Some(span), name, message, help);
    }

    fn push_at(
        &mut self,
        id: &'static str,
        path: &Arc<RepoPath>,
        span: Option<Span>,
        name: &str,
        message: String,
        help: &'static str,
    ) {
        let level = self.engine.policy.builtin_level(id);
        if level == Level::None {
            return;
        }
        let source = &self.engine.policy.source;
        let first = Position { line: 1, column: 1, offset: 0 };
        let (start, end) = span.map_or((first, first), |span| source.place(span));
        let ordinal = self.findings.iter().filter(|f| &*f.rule == id && &*f.name == name && f.path == *path).count();
        self.findings.push(Finding {
            rule: id.into(),
            level,
            path: path.clone(),
            start,
            end,
            statement: start.offset,
            name: name.into(),
            matched: name.into(),
            surface: Surface::Policy,
            contexts: Contexts::default(),
            scope: "".into(),
            message: message.into(),
            help: help.into(),
            fingerprint: Fingerprint::new(id, path.as_bytes(), "", name, ordinal),
            policy: PolicyLine { path: source.path.clone(), start, end },
        });
    }
}
