//! Imports that a file must have. Knows which were met; must not know how a file is read.

use crate::context::Context;
use crate::fact::Fact;
use crate::pattern::name::Fit;
use crate::policy::Policy;
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
