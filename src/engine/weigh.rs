//! What becomes of a complaint: a finding, a related place of another, or nothing, by levels and exemptions. Knows rules and
//! findings; must not know how facts are judged.

use super::Keep;
use super::file::{Judging, Place, Told};
use super::suppressions::Covered;
use crate::context::Context;
use crate::fact::Fact;
use crate::finding::{Finding, MOST_RELATED, Related};
use crate::fingerprint::Fingerprint;
use crate::kinds::{Complaint, View};
use crate::level::Level;
use crate::policy::{Rule, days_ahead};
use crate::text::Positions;
use jiff::civil::Date;
use std::fmt::Write;
use std::sync::Arc;

impl Judging<'_, '_> {
    /// Whether an exemption frees a fact from a rule; the first that does is used up by one. One that has ended frees nothing,
    /// which is worth a word.
    pub(super) fn is_exempt(
        &mut self,
        index: usize,
        rule: &Rule,
        fact: &Fact<'_>,
        reached: &str,
        counts: bool,
    ) -> Covered {
        if self.engine.anywhere {
            return Covered::No;
        }
        let mut covered = Covered::No;
        for (position, exemption) in rule.exemptions.iter().enumerate() {
            if !exemption.covers_path(self.path) || !exemption.covers(fact, reached) {
                continue;
            }
            if let Some(until) = exemption.until.filter(|_| exemption.is_expired(self.engine.today)) {
                covered = Covered::Ended(until);
                continue;
            }
            let used = self.used.entry((index, position)).or_insert(0);
            *used += usize::from(counts);
            // Counted within each file, so that a file is judged the same in part and in full runs.
            if !counts || exemption.max.is_none_or(|max| *used <= max) {
                return Covered::Yes(None);
            }
        }
        covered
    }

    pub(super) fn complain(
        &mut self,
        rule: &Rule,
        view: &View<'_>,
        complaint: &Complaint<'_>,
        (level, place): (Level, Place),
        ended: Option<Date>,
    ) {
        self.report.counts.add(level);
        if self.engine.keep == Keep::Findings {
            let finding = self.finding(rule, view, complaint, (level, place), ended);
            self.report.findings.push(finding);
        }
    }

    /// Takes note of a complaint that a comment suppresses, and why.
    pub(super) fn suppress(
        &mut self,
        rule: &Rule,
        view: &View<'_>,
        complaint: &Complaint<'_>,
        (level, place): (Level, Place),
        reason: Option<Arc<str>>,
    ) {
        self.report.suppressed_count += 1;
        if self.engine.keep == Keep::Findings {
            let finding = self.finding(rule, view, complaint, (level, place), None);
            self.report.suppressed.push(Finding { reason, ..finding });
        }
    }

    /// A complaint as a finding; `ended` is the last day of what covered it.
    fn finding(
        &mut self,
        rule: &Rule,
        view: &View<'_>,
        complaint: &Complaint<'_>,
        (level, place): (Level, Place),
        ended: Option<Date>,
    ) -> Finding {
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
        if let Some(ended) = ended {
            let _ = write!(message, "; what allowed it ended on {ended}");
        }
        let today = self.engine.today;
        if let Some((from, next)) = rule.schedule.as_ref().and_then(|schedule| schedule.next(today))
            && let next = rule.level_from(next, (fact.contexts, fact.surface))
            && next > level
        {
            let _ = write!(message, "; {next} {} ({from})", days_ahead(today, from));
        }
        // Editors show cells, not the lines of the file.
        if let Some(within) = place.within.filter(|within| within.kind == "cell") {
            let _ = write!(message, " (cell {}, line {})", within.index, within.line);
        }
        Finding {
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
            ordinal: 0,
            fingerprint: Fingerprint::new("", b"", "", "", 0),
            policy: self.engine.policy.source_of(rule).line(complaint.span),
            confidence: fact.confidence,
            related: Vec::new(),
            uses: 0,
            chain: self.chain.clone(),
            within: place.within,
            dependency: fact.dependency.map(Into::into),
            owners: None,
            reason: None,
        }
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
        let ended = match self.is_exempt(index, rule, fact, view.reached, counts) {
            Covered::Yes(_) => {
                self.told.entry(key).or_insert(Told::Exempt);
                return;
            }
            Covered::Ended(until) => Some(until),
            Covered::No => None,
        };
        let suppressed = self.suppressed(rule, fact, positions);
        let ended = if let Covered::Ended(until) = suppressed { Some(until) } else { ended };
        let level = self.announced(rule, level, ended);
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
        if let Covered::Yes(reason) = suppressed {
            self.told.insert(key, Told::Silent);
            self.suppress(rule, view, complaint, (level, place), reason);
            return;
        }
        self.told.insert(key, Told::Finding(self.report.findings.len()));
        self.complain(rule, view, complaint, (level, place), ended);
    }

    /// A level that a day brought about is at most a warning where dates are only announced.
    pub(super) fn announced(&self, rule: &Rule, level: Level, ended: Option<Date>) -> Level {
        let is_dated = ended.is_some() || rule.is_dated(self.path, self.engine.today);
        if self.engine.announce && is_dated { level.min(Level::Warn) } else { level }
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
