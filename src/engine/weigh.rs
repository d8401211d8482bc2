//! What becomes of a complaint: a finding, a related place of another, or nothing, by levels and exemptions. Knows rules and
//! findings; must not know how facts are judged.

use super::Keep;
use super::file::{Judging, Place, Told};
use crate::context::Context;
use crate::fact::Fact;
use crate::finding::{Finding, MOST_RELATED, Related};
use crate::fingerprint::Fingerprint;
use crate::kinds::{Complaint, View};
use crate::level::Level;
use crate::policy::Rule;
use crate::text::Positions;
use std::fmt::Write;
use std::sync::Arc;

impl Judging<'_, '_> {
    /// Whether an exemption frees a fact from a rule; the first that does is used up by one.
    pub(super) fn is_exempt(
        &mut self,
        index: usize,
        rule: &Rule,
        fact: &Fact<'_>,
        reached: &str,
        counts: bool,
    ) -> bool {
        if self.engine.anywhere {
            return false;
        }
        for (position, exemption) in rule.exemptions.iter().enumerate() {
            if exemption.is_expired(self.engine.today)
                || !exemption.covers_path(self.path)
                || !exemption.covers(fact, reached)
            {
                continue;
            }
            let used = self.used.entry((index, position)).or_insert(0);
            *used += usize::from(counts);
            // Counted within each file, so that a file is judged the same in part and in full runs.
            if !counts || exemption.max.is_none_or(|max| *used <= max) {
                return true;
            }
        }
        false
    }

    pub(super) fn complain(
        &mut self,
        rule: &Rule,
        view: &View<'_>,
        complaint: &Complaint<'_>,
        level: Level,
        place: Place,
    ) {
        self.report.counts.add(level);
        if self.engine.keep == Keep::Counts {
            return;
        }
        let path = self.shared_path.get_or_insert_with(|| Arc::new(self.path.clone()));
        let instead = rule.instead_in(self.path, self.engine.today);
        let fact = view.fact;
        let mut message = rule.judge.message(view, complaint, instead);
        let is_told = |to: &str| complaint.successor.is_some() || message.contains(&format!("`{to}"));
        if let Some(instead) = instead.filter(|instead| !is_told(instead)) {
            message.push_str("; use `");
            message.push_str(instead);
            message.push('`');
        }
        if let Some(first) = self.chain.first() {
            // Writing to memory does not fail.
            let _ = write!(message, "; `{}` hands it out ({}:{})", first.name, first.path, first.start.line);
        }
        // Editors show cells, not the lines of the file.
        if let Some(within) = place.within.filter(|within| within.kind == "cell") {
            let _ = write!(message, " (cell {}, line {})", within.index, within.line);
        }
        let finding = Finding {
            rule: rule.id.clone(),
            level,
            path: path.clone(),
            start: place.start,
            end: place.end,
            statement: place.statement,
            name: view.reached.into(),
            matched: complaint.matched.into(),
            surface: fact.surface,
            contexts: fact.contexts,
            scope: fact.scope.into(),
            message: message.into(),
            help: rule.help.clone(),
            fingerprint: Fingerprint::new("", b"", "", "", 0),
            policy: self.engine.policy.source_of(rule).line(complaint.span),
            confidence: fact.confidence,
            related: Vec::new(),
            uses: 0,
            chain: self.chain.clone(),
            within: place.within,
            dependency: fact.dependency.map(Into::into),
        };
        self.report.findings.push(finding);
    }

    /// Makes a finding of a complaint, or a related place of one that it hangs on, or nothing.
    pub(super) fn weigh(
        &mut self,
        index: usize,
        rule: &Rule,
        view: &View<'_>,
        complaint: &Complaint<'_>,
        positions: &mut Positions<'_>,
    ) {
        let fact = view.fact;
        let key = (index, fact.span.start);
        let hangs_on = self.hangs_on(index, fact);
        match hangs_on {
            Some(Told::Finding(at)) => {
                self.told.insert(key, Told::Finding(at));
                self.relate(at, view.reached, fact, positions);
                return;
            }
            Some(Told::Silent) => return,
            Some(Told::Exempt) | None => {}
        }
        let starred = Fact { contexts: fact.contexts.with(Context::Star), ..*fact };
        let view = if complaint.possible { &View { fact: &starred, ..*view } } else { view };
        let level = self.level(rule, view.fact);
        let level = complaint.at_most.map_or(level, |most| level.min(most));
        if level == Level::None {
            self.told.entry(key).or_insert(Told::Silent);
            return;
        }
        // A use of what was imported under an exemption does not use it up a second time.
        let counts = hangs_on.is_none();
        if self.is_exempt(index, rule, fact, view.reached, counts) {
            self.told.entry(key).or_insert(Told::Exempt);
            return;
        }
        // Places cost more than counting.
        let place = match self.engine.keep {
            Keep::Counts => Place::WHOLE_FILE,
            Keep::Findings => Place {
                start: positions.at(fact.span.start),
                end: positions.at(fact.span.end),
                statement: positions.stored(fact.statement.start),
                within: positions.within(fact.span.start),
            },
        };
        self.told.insert(key, Told::Finding(self.report.findings.len()));
        self.complain(rule, view, complaint, level, place);
    }

    /// What was made of the import that a use goes back to, or of the assignment that handed it on.
    pub(super) fn hangs_on(&self, rule: usize, fact: &Fact<'_>) -> Option<Told> {
        let origin = fact.origin?;
        let places = std::iter::once(origin.start).chain(fact.hops.iter().copied());
        let mut told = places.filter_map(|place| self.told.get(&(rule, place)));
        told.next().copied()
    }

    /// Adds a use to the finding that it hangs on.
    pub(super) fn relate(&mut self, at: usize, reached: &str, fact: &Fact<'_>, positions: &mut Positions<'_>) {
        let Some(finding) = self.report.findings.get_mut(at) else { return };
        finding.uses += 1;
        if finding.related.len() < MOST_RELATED {
            let (start, end) = (positions.at(fact.span.start), positions.at(fact.span.end));
            finding.related.push(Related { name: reached.into(), start, end });
        }
    }

    /// The level of a fact, before exemptions; examples are judged by the rule alone.
    pub(super) fn level(&self, rule: &Rule, fact: &Fact<'_>) -> Level {
        let at = (fact.contexts, fact.surface);
        if !self.engine.overridden {
            // Examples of a rule that is switched off hold all the same.
            return rule.level_from(rule.level.max(Level::Note), at);
        }
        if rule.overrides.is_empty() {
            return rule.level_of(at);
        }
        rule.level_in(self.path, self.engine.today, at)
    }
}
