//! Whether what lets findings stay is alive: exemptions, comments, the baseline; and what dates will bring. Looks at what a full run
//! says.

use crate::doctor::{Answers, Seen};
use crate::level::Level;
use crate::policy::builtin::{
    EXCEEDED, EXCEEDED_SUPPRESSIONS, EXPIRED, EXPIRED_SUPPRESSION, INVALID_SUPPRESSION, UNMATCHED, UNUSED_SUPPRESSION,
};
use crate::policy::days_ahead;
use jiff::{ToSpan, civil::Date};

/// So many days ahead, an end is told.
const SOON: i64 = 30;

/// Tells each built-in finding of some kinds; the first few, then how many more.
fn told(seen: &Seen<'_>, ids: &[&'static str], help: &str, answers: &mut Answers) {
    const MOST: usize = 5;
    for id in ids {
        if seen.policy.builtin_level(id) == Level::None {
            answers.unsure(None, format!("`{id}` is switched off"), "remove its level under `policy:`, or set `note`");
            continue;
        }
        let findings: Vec<_> = seen.report.findings.iter().filter(|finding| *finding.rule == **id).collect();
        for finding in findings.iter().take(MOST) {
            let path = super::super::gathered(&seen.below, &finding.path);
            answers.wanting(Some((&path, finding.start.line)), finding.message.to_string(), help);
        }
        if let Some(more) = findings.len().checked_sub(MOST).filter(|more| *more > 0) {
            answers.wanting(None, format!("and {more} more of `{id}`"), "`policy check` tells them all");
        }
    }
}

/// Exemptions and overrides are alive.
pub(in crate::doctor) fn exemptions(seen: &Seen<'_>, answers: &mut Answers) {
    told(seen, &[UNMATCHED, EXPIRED, EXCEEDED], "mend or remove the entry", answers);
    let policy = seen.policy;
    let last = seen.today.saturating_add(SOON.days());
    let is_near = |until: Option<Date>| until.filter(|until| (seen.today..=last).contains(until));
    let exempt = policy.rules.iter().flat_map(|rule| {
        rule.exemptions
            .iter()
            .map(move |own| (rule.source, own.span, own.until, own.owner.as_deref(), "this exemption"))
    });
    // An override stands at every rule that it changes.
    let mut changes: Vec<_> = policy.rules.iter().flat_map(|rule| &rule.overrides).collect();
    changes.sort_by_key(|change| change.span);
    changes.dedup_by_key(|change| change.span);
    let overrides = changes.iter().map(|own| (0, own.span, own.until, own.owner.as_deref(), "this override"));
    for (source, span, until, owner, what) in exempt.chain(overrides) {
        let Some(until) = is_near(until) else { continue };
        let (file, span) = policy.place_of(source, span);
        let path = super::super::gathered(&seen.below, &file.path);
        let ends = if until == seen.today { "today".to_owned() } else { days_ahead(seen.today, until) };
        let owner = owner.map(|owner| format!(" ({owner})")).unwrap_or_default();
        answers.wanting(
            Some((&path, file.line(span).start.line)),
            format!("{what} ends {ends}, on {until}{owner}"),
            "mend what it exempts, or agree on a later day",
        );
    }
    if answers.is_silent() {
        let count: usize = policy.rules.iter().map(|rule| rule.exemptions.len()).sum();
        let plural = if count == 1 { "exemption" } else { "exemptions" };
        answers.ok(format!("{count} {plural}, all of use, none ends within {SOON} days"));
    }
}

/// Comments suppress what is there, within budgets.
pub(in crate::doctor) fn suppressions(seen: &Seen<'_>, answers: &mut Answers) {
    let ids = [UNUSED_SUPPRESSION, INVALID_SUPPRESSION, EXPIRED_SUPPRESSION, EXCEEDED_SUPPRESSIONS];
    told(seen, &ids, "mend or remove the comment", answers);
    if answers.is_silent() {
        let count = seen.report.summary.suppressed;
        let plural = if count == 1 { "finding" } else { "findings" };
        answers.ok(format!("comments suppress {count} {plural}"));
    }
}

/// The baseline holds what is still found.
pub(in crate::doctor) fn baseline(seen: &Seen<'_>, answers: &mut Answers) {
    let Some(ratchet) = &seen.report.ratchet else {
        return answers.ok("no baseline is used");
    };
    let path = super::super::gathered(&seen.below, &ratchet.path);
    match ratchet.stale.as_slice() {
        [] => answers.ok(format!("`{path}`: {} entries, all still found", ratchet.entries)),
        [first, ..] => answers.wanting(
            Some((&path, 0)),
            format!("{} of {} entries are done, such as {first}", ratchet.stale.len(), ratchet.entries),
            "`policy baseline --tighten` removes them: what is done may not come back",
        ),
    }
}

/// What dates will bring.
pub(in crate::doctor) fn schedules(seen: &Seen<'_>, answers: &mut Answers) {
    let own = seen.policy.rules.iter().filter_map(|rule| Some((&rule.id, rule.schedule.as_ref()?)));
    let changed =
        seen.policy.rules.iter().flat_map(|rule| {
            rule.overrides.iter().filter_map(move |change| Some((&rule.id, change.schedule.as_ref()?)))
        });
    let mut next: Vec<(Date, Level, &str)> = own
        .chain(changed)
        .filter_map(|(id, schedule)| schedule.next(seen.today).map(|(day, level)| (day, level, &**id)))
        .collect();
    next.sort_unstable();
    next.dedup();
    for (day, level, id) in &next {
        answers.ok(format!("`{id}` becomes `{level}` {}, on {day}", days_ahead(seen.today, *day)));
    }
    if next.is_empty() {
        answers.ok("no level changes by date");
    }
}
