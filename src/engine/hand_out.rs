//! What a file hands out of what rules ask about, and what a team agreed to hand out. Knows names; must not know levels.

use super::file::Judging;
use super::{Follow, Handed};
use crate::context::Context;
use crate::fact::{Fact, Role};
use crate::kinds::{Complaint, Stake};
use crate::name::top;
use crate::policy::Rule;

impl Judging<'_, '_> {
    /// Whether a first-party name on the way is what the rule itself names as successor.
    pub(super) fn is_agreed(&self, rule: &Rule, complaint: &Complaint<'_>) -> bool {
        if self.chain.is_empty() {
            return false;
        }
        let instead = rule.instead_in(self.path, self.engine.today);
        let mut agreed = complaint.successor.into_iter().chain(instead);
        agreed.any(|agreed| self.chain.iter().any(|link| *link.name == *agreed))
    }

    /// Takes note of a name under which this file may hand out what rules ask about.
    pub(super) fn hand_out(&mut self, fact: &Fact<'_>, reached: &str) {
        if fact.role == Role::String || fact.origin.is_some() || fact.contexts.contains(Context::Dynamic) {
            return;
        }
        let local = fact.alias.unwrap_or_else(|| {
            let own = fact.name;
            if fact.module_len < own.len() { own.rsplit('.').next().unwrap_or(own) } else { top(own) }
        });
        self.hand_out_as(local, reached);
    }

    pub(super) fn hand_out_as(&mut self, local: &str, reached: &str) {
        let engine = self.engine;
        let stake = || engine.policy.index.stake(&engine.policy.rules, reached, engine.project);
        let is_module = || self.follow.is_followed() && engine.reach.may_hold(reached, engine.project);
        if self.follow == Follow::No || (stake() == Stake::None && !is_module()) {
            return;
        }
        // A file may be found by several names, where one root lies in another.
        for module in engine.project.module_names(self.path) {
            let members = if stake() == Stake::None {
                None
            } else {
                engine.policy.index.members(&engine.policy.rules, reached, engine.project)
            };
            self.report.handed_out.push(Handed { name: crate::name::join(&module, local), members });
        }
    }
}
