//! A compiled rule. Plain data around a judge; knows levels, scope and overrides, not what the verb means.

use super::{Exemption, Override, PathScope, Schedule};
use crate::context::{Context, Contexts};
use crate::document::fields::Spanned;
use crate::kinds::{Judge, Kind};
use crate::level::Level;
use crate::repo_path::RepoPath;
use crate::span::Span;
use crate::surface::Surface;
use crate::versions::{Version, Versions};
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Code that a rule must or must not complain about.
#[derive(Clone, Debug)]
pub struct Example {
    /// Must be a finding of the rule.
    pub bad: Option<Spanned>,
    /// Must not be one.
    pub good: Option<Spanned>,
    /// Where the code is taken to stand; without it, the rule's scope and exemptions do not count.
    pub path: Option<Spanned>,
}

/// A rule.
pub struct Rule {
    /// Full id; `source/id` for a rule that was pulled in.
    pub id: Arc<str>,
    /// Which policy it stands in: 0 is the root's, `n` the one that was pulled in as `n - 1`.
    pub source: usize,
    /// Where the id stands in the policy.
    pub span: Span,
    /// Its verb.
    pub kind: &'static Kind,
    /// What the verb says, to be compared with what it said.
    pub written: BTreeSet<String>,
    /// The compiled verb.
    pub judge: Box<dyn Judge>,
    /// Where it speaks.
    pub scope: PathScope,
    /// Who may do it nevertheless.
    pub exemptions: Vec<Exemption>,
    /// How much it matters; of a scheduled level, what holds on the policy's day.
    pub level: Level,
    /// When its level changes.
    pub schedule: Option<Schedule>,
    /// Levels of facts in a context.
    pub contexts: Vec<(Context, Level)>,
    /// Levels of facts on a surface.
    pub surfaces: Vec<(Surface, Level)>,
    /// Groups of dependencies that it speaks of; all when empty. `*` at the end stands for the rest.
    pub groups: Vec<String>,
    /// For which versions of Python it holds, and how that is written; for all when it is not.
    pub python: Option<(Versions, String)>,
    /// What the root's policy changes of it, in order.
    pub overrides: Vec<Arc<Override>>,
    /// What to use instead.
    pub instead: Option<Spanned>,
    /// Why.
    pub why: Option<String>,
    /// Where to read on.
    pub docs: Option<String>,
    /// Who decides.
    pub owner: Option<String>,
    /// Examples.
    pub examples: Vec<Example>,
    /// Why and where to read on, as findings show it.
    pub help: Arc<str>,
    /// Whether comments may suppress its findings.
    pub suppressible: bool,
    /// How many of its findings comments may suppress, in all files together.
    pub max_suppressions: Option<(usize, Span)>,
}

impl Rule {
    /// The level of a fact: that of a context or of a surface replaces the rule's, and of several the lowest counts. By
    /// default a dynamic import, a string or code in a document is at most a warning.
    #[must_use]
    pub fn level_of(&self, at: (Contexts, Surface)) -> Level {
        self.level_from(self.level, at)
    }

    /// The same for a rule of another level.
    #[must_use]
    pub fn level_from(&self, level: Level, (contexts, surface): (Contexts, Surface)) -> Level {
        // Before its first day, a scheduled rule says nothing at all.
        if level == Level::None && self.schedule.is_some() {
            return Level::None;
        }
        let of_surface = self.surfaces.iter().find(|(own, _)| *own == surface).map(|(_, level)| *level);
        let capped_surface = (surface == Surface::Docs && of_surface.is_none()).then_some(Level::Warn.min(level));
        let of_surface = of_surface.or(capped_surface);
        if contexts.is_empty() {
            return of_surface.unwrap_or(level);
        }
        let set = self.contexts.iter().filter(|(context, _)| contexts.contains(*context)).map(|(_, level)| *level);
        let has = |context| contexts.contains(context) && !self.contexts.iter().any(|(set, _)| *set == context);
        let capped =
            [(Context::Dynamic, Level::Warn), (Context::String, Level::Warn), (Context::Transitive, Level::Note)]
                .into_iter()
                .filter(|(context, _)| has(*context))
                .map(|(_, cap)| cap.min(level));
        set.chain(capped).chain(of_surface).min().unwrap_or(level)
    }

    /// The level of a fact in a file: the last override that sets one and holds there replaces the rule's own levels. What
    /// the rule is silent about in a context stays so.
    #[must_use]
    pub fn level_in(&self, path: &RepoPath, today: Date, at: (Contexts, Surface)) -> Level {
        let own = self.level_of(at);
        let (contexts, surface) = at;
        if self.surfaces.contains(&(surface, Level::None)) {
            return Level::None;
        }
        if self.contexts.iter().any(|(context, level)| *level == Level::None && contexts.contains(*context)) {
            return Level::None;
        }
        let mut changed = self.overrides.iter().rev().filter(|change| change.holds(path, today));
        changed.find_map(|change| change.level).unwrap_or(own)
    }

    /// What to use instead in a file: as the last override says that names a successor and holds there, or the rule itself.
    #[must_use]
    pub fn instead_in(&self, path: &RepoPath, today: Date) -> Option<&str> {
        let mut changed = self.overrides.iter().rev().filter(|change| change.holds(path, today));
        let changed = changed.find_map(|change| change.instead.as_ref());
        changed.or(self.instead.as_ref()).map(|written| written.text.as_str())
    }

    /// Whether comments in a file may suppress its findings.
    #[must_use]
    pub fn is_suppressible(&self, path: &RepoPath, today: Date) -> bool {
        let mut changed = self.overrides.iter().rev().filter(|change| change.holds(path, today));
        changed.find_map(|change| change.suppressible).unwrap_or(self.suppressible)
    }

    /// Whether its level in a file depends on the day: it is scheduled, or what changed it there has ended.
    #[must_use]
    pub fn is_dated(&self, path: &RepoPath, today: Date) -> bool {
        let ended =
            |change: &Arc<Override>| change.level.is_some() && change.is_expired(today) && change.speaks_of(path);
        self.schedule.is_some() || self.overrides.iter().any(|change| change.schedule.is_some() || ended(change))
    }

    /// Whether it says nothing yet, since its first day has not come.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.schedule.is_some() && self.level == Level::None
    }

    /// The level where nothing special holds, for people.
    #[must_use]
    pub fn usual_level(&self, today: Date) -> Level {
        let everywhere = |change: &&Arc<Override>| change.within.is_empty() && !change.is_expired(today);
        let changed = self.overrides.iter().rev().filter(everywhere).find_map(|change| change.level);
        changed.unwrap_or(self.level)
    }

    /// Whether none of its findings can be more than a note.
    #[must_use]
    pub fn is_at_most_a_note(&self) -> bool {
        let changed = self.overrides.iter().filter_map(|change| change.level);
        let contexts = self.contexts.iter().map(|(_, level)| *level);
        let surfaces = self.surfaces.iter().map(|(_, level)| *level);
        changed.chain(contexts).chain(surfaces).chain([self.level]).all(|level| level <= Level::Note)
    }

    /// Whether it holds for a version of Python.
    #[must_use]
    pub fn holds_for(&self, python: Version) -> bool {
        self.python.as_ref().is_none_or(|(versions, _)| versions.admits(python))
    }

    /// Whether judging needs scope paths, contexts or versions.
    #[must_use]
    pub fn needs_place(&self) -> bool {
        self.judge.needs_place() || self.treats_places_apart()
    }

    /// Whether what the judge complains about is treated by scope, context or version.
    #[must_use]
    pub fn treats_places_apart(&self) -> bool {
        !self.contexts.is_empty()
            || self.python.is_some()
            || self.exemptions.iter().any(|exemption| exemption.scope.is_some())
    }
}
