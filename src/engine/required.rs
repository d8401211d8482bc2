//! Imports that a file must have: which were met, and complaints of those that were not. Must not know how a file is read.

use super::file::{Judging, Place};
use super::suppressions::Covered;
use crate::context::Context;
use crate::fact::{Fact, Role};
use crate::kinds::{Complaint, View};
use crate::level::Level;
use crate::pattern::name::Fit;
use crate::policy::Policy;
use crate::problem::{Problem, ProblemKind};
use crate::readers::Reader;
use crate::source::Source;
use crate::surface::Surface;
use rustc_hash::FxHashSet;

/// What was met in one file: `(rule, required import)` by position.
#[derive(Default)]
pub(super) struct Met(FxHashSet<(usize, usize)>);

impl Met {
    /// Takes note of a fact. Only what runs at module level counts, on the Python that the code is meant for.
    pub(super) fn see(&mut self, policy: &Policy, fact: &Fact<'_>, reached: &str) {
        let elsewhere = [Context::Function, Context::Class, Context::TypeChecking, Context::VersionGuarded];
        if elsewhere.iter().any(|context| fact.contexts.contains(*context)) {
            return;
        }
        for &rule in &policy.index.requiring {
            let required = policy.rules.get(rule).map(|rule| rule.judge.required()).unwrap_or_default();
            for (position, required) in required.iter().enumerate() {
                // `import __future__.annotations` switches nothing on.
                let is_feature = required.pattern.top() == Some("__future__");
                let is_plain = fact.module_len == fact.name.len();
                if required.pattern.fit(reached, fact.is_star()) == Some(Fit::Certain) && !(is_feature && is_plain) {
                    self.0.insert((rule, position));
                }
            }
        }
    }

    /// What a file of a surface lacks.
    pub(super) fn missing(&self, policy: &Policy, surface: Surface) -> Vec<(usize, usize)> {
        let mut missing = Vec::new();
        for &rule in &policy.index.requiring {
            let required = policy.rules.get(rule).map(|rule| rule.judge.required()).unwrap_or_default();
            for (position, required) in required.iter().enumerate() {
                if required.speaks_of(surface) && !self.0.contains(&(rule, position)) {
                    missing.push((rule, position));
                }
            }
        }
        missing
    }
}

impl Judging<'_, '_> {
    /// Complains of imports that a file lacks. A file that could not be read may have them, and one without code needs
    /// none.
    pub(super) fn require(&mut self, source: &Source<'_>, reader: &dyn Reader, surface: Surface) {
        let engine = self.engine;
        // Where text is broken, that is told beside what the readable rest lacks.
        let is_unread = |problem: &Problem| problem.kind != ProblemKind::Syntax;
        if engine.policy.index.requiring.is_empty() || self.report.problems.iter().any(is_unread) {
            return;
        }
        let mut is_blank = None;
        for (index, position) in self.met.missing(engine.policy, surface) {
            let Some(rule) = engine.policy.rules.get(index) else { continue };
            let Some(required) = rule.judge.required().get(position) else { continue };
            let name = required.pattern.literal().unwrap_or_default();
            let fact = Fact { surface, role: Role::Import, name, module_len: name.len(), ..Fact::default() };
            let level = self.level(rule, &fact);
            if !rule.holds_for(engine.target)
                || !self.speaks(index, rule)
                || level == Level::None
                || *is_blank.get_or_insert_with(|| reader.is_blank(source.bytes))
            {
                continue;
            }
            let covered = (self.is_exempt(index, rule, &fact, name, true), self.suppressed_at(rule, &[]));
            let view = View {
                fact: &fact,
                reached: name,
                path: self.path,
                project: engine.project,
                python: engine.target,
                around: None,
            };
            let complaint = Complaint {
                matched: &required.written.text,
                span: required.written.span,
                successor: None,
                possible: false,
                at_most: None,
            };
            let ended = match covered {
                (Covered::Yes(_), _) => continue,
                (_, Covered::Yes(reason)) => {
                    self.suppress(rule, &view, &complaint, (level, Place::WHOLE_FILE), reason);
                    continue;
                }
                (Covered::Ended(until), _) | (_, Covered::Ended(until)) => Some(until),
                _ => None,
            };
            let level = self.announced(rule, level, ended);
            self.complain(rule, &view, &complaint, (level, Place::WHOLE_FILE), ended);
        }
    }
}
