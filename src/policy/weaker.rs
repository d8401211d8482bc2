//! What of a policy judges less than another one did: rules that are gone or lowered, paths that are left out, exemptions that
//! grew. Knows policies only; when in doubt, a difference counts as weaker.

use super::{Exemption, Override, Policy, Renamed, Rule, Schedule};
use crate::context::{Context, Contexts};
use crate::pattern::glob::Glob;
use crate::repo_path::RepoPath;
use crate::span::Span;
use crate::surface::Surface;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// One way in which a policy judges less.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weaker {
    /// The rule, or what of the policy it is.
    pub name: String,
    /// What is less than before.
    pub message: String,
    /// Where the new policy says so, in which of its sources; `None` where it no longer says anything.
    pub place: Option<(usize, Span)>,
}

/// Verbs whose entries permit something: there, an entry more is weaker.
const PERMITTING: [&str; 1] = ["allow-only"];

/// What of `new` judges less than `old`, in the order of the old rules.
#[must_use]
pub fn weaker(old: &Policy, new: &Policy, today: Date) -> Vec<Weaker> {
    let mut found = Vec::new();
    for before in &old.rules {
        match new.rules.iter().find(|rule| rule.id == before.id) {
            None => found.push(Weaker {
                name: before.id.to_string(),
                message: format!("the rule `{}` is gone", before.id),
                place: None,
            }),
            Some(after) => {
                compare(before, after, today, &mut found);
                let (was, is) = (old.python.target, new.python.target);
                if before.holds_for(was) && !after.holds_for(is) {
                    let message = format!("`{}` does not hold for Python {}.{}", after.id, is.0, is.1);
                    found.push(Weaker { name: after.id.to_string(), message, place: Some((after.source, after.span)) });
                }
            }
        }
    }
    layout(old, new, &mut found);
    for (what, before, after) in
        [("exclude", globs(&old.exclude), &new.exclude), ("unanalysed", excuses(old), &unanalysed(new))]
    {
        for (glob, span) in after.iter().filter(|(glob, _)| !before.contains(&glob.as_str())) {
            let message = format!("`{what}` also leaves out `{}`", glob.as_str());
            found.push(Weaker { name: what.to_owned(), message, place: Some((0, *span)) });
        }
    }
    let shadowed: Vec<&str> = old.python.shadows.iter().map(|shadow| shadow.text.as_str()).collect();
    for shadow in new.python.shadows.iter().filter(|shadow| !shadowed.contains(&shadow.text.as_str())) {
        let message = format!("`{}` may now stand in for the library of that name", shadow.text);
        found.push(Weaker { name: "shadows".to_owned(), message, place: Some((0, shadow.span)) });
    }
    for builtin in &super::builtin::BUILTINS {
        let (before, after) = (old.builtin_level(builtin.id), new.builtin_level(builtin.id));
        if after < before {
            let message = format!("`{}` is lowered from {before} to {after}", builtin.id);
            found.push(Weaker { name: builtin.id.to_owned(), message, place: None });
        }
    }
    found
}

/// Roots and packages that are gone: what lies there has other names now.
fn layout(old: &Policy, new: &Policy, found: &mut Vec<Weaker>) {
    let mut tell = |message: String| found.push(Weaker { name: "python".to_owned(), message, place: None });
    let keeps =
        |root: &RepoPath| new.python.roots.as_ref().is_none_or(|roots| roots.iter().any(|(own, _)| own == root));
    for (root, _) in old.python.roots.iter().flatten().filter(|(root, _)| !keeps(root)) {
        tell(format!("`{root}` is no root of modules any more"));
    }
    for package in &old.python.packages {
        let is_same = |own: &Renamed| own.folder == package.folder && own.name == package.name;
        if !new.python.packages.iter().any(is_same) {
            tell(format!("`{}` is no longer imported as `{}`", package.folder, package.name));
        }
    }
}

fn globs(globs: &[(Glob, Span)]) -> Vec<&str> {
    globs.iter().map(|(glob, _)| glob.as_str()).collect()
}

fn excuses(policy: &Policy) -> Vec<&str> {
    policy.unanalysed.iter().map(|excuse| excuse.glob.as_str()).collect()
}

fn unanalysed(policy: &Policy) -> Vec<(Glob, Span)> {
    policy.unanalysed.iter().map(|excuse| (excuse.glob.clone(), excuse.span)).collect()
}

/// What of one rule judges less.
fn compare(old: &Rule, new: &Rule, today: Date, found: &mut Vec<Weaker>) {
    let mut tell = |message: String, span: Span| {
        found.push(Weaker { name: old.id.to_string(), message, place: Some((new.source, span)) });
    };
    let id = &old.id;
    if let Some(message) = lowered(old, new, today) {
        tell(message, new.span);
    }
    verb(old, new, &mut tell);
    scope(old, new, &mut tell);
    for exemption in &new.exemptions {
        if !old.exemptions.iter().any(|before| covers(before, exemption)) {
            tell(format!("`{id}` exempts more: `{}`", exemption.glob.as_str()), exemption.span);
        }
    }
    if new.suppressible && !old.suppressible {
        tell(format!("`{id}` may now be suppressed by comments"), new.span);
    }
    let budget = |rule: &Rule| rule.max_suppressions.map_or(usize::MAX, |(budget, _)| budget);
    if budget(new) > budget(old) {
        tell(format!("more findings of `{id}` may be suppressed"), new.span);
    }
    let speaks_of_all = |groups: &[String]| groups.is_empty();
    let keeps_all = old.groups.iter().all(|group| new.groups.contains(group)) && !speaks_of_all(&old.groups);
    if !speaks_of_all(&new.groups) && !keeps_all {
        tell(format!("`{id}` speaks of other groups of dependencies"), new.span);
    }
    let python = |rule: &Rule| rule.python.as_ref().map(|(_, written)| written.clone());
    if new.python.is_some() && python(old) != python(new) {
        tell(format!("`{id}` holds for other versions of Python"), new.span);
    }
    overrides(old, new, &mut tell);
}

/// Whether a level is lower than it was, today or on any day on which one of the two changes.
fn lowered(old: &Rule, new: &Rule, today: Date) -> Option<String> {
    let level = |rule: &Rule, day: Date| rule.schedule.as_ref().map_or(rule.level, |schedule| schedule.on(day));
    let steps = [old, new].into_iter().filter_map(|rule| rule.schedule.as_ref()).flat_map(Schedule::steps);
    let days = std::iter::once(today).chain(steps.map(|(day, _)| day).filter(|day| *day > today));
    for day in days.collect::<BTreeSet<Date>>() {
        let (before, after) = (level(old, day), level(new, day));
        if after < before {
            let from = if day > today { format!(", from {day} on") } else { String::new() };
            return Some(format!("`{}` is lowered from {before} to {after}{from}", old.id));
        }
    }
    // What a level is in a context or on a surface, with the defaults that hold there.
    let places = Context::ALL.iter().map(|(name, context)| {
        (format!("in the context `{name}`"), (Contexts::default().with(*context), Surface::Code))
    });
    let surfaces =
        Surface::ALL.iter().map(|surface| (format!("on `{}`", surface.as_str()), (Contexts::default(), *surface)));
    for (what, place) in places.chain(surfaces) {
        let (before, after) = (old.level_of(place), new.level_of(place));
        if after < before {
            return Some(format!("`{}` is lowered from {before} to {after} {what}", old.id));
        }
    }
    None
}

fn verb(old: &Rule, new: &Rule, tell: &mut dyn FnMut(String, Span)) {
    let id = &old.id;
    if old.kind.key != new.kind.key {
        tell(format!("`{id}` is now `{}` instead of `{}`", new.kind.key, old.kind.key), new.span);
        return;
    }
    let permits = |text: &&String| PERMITTING.contains(&old.kind.key) || text.contains(": except: ");
    // A whole key that is gone leaves its kind of thing unjudged, even where its entries permitted something.
    let key = |text: &str| text.rsplit_once(": ").map_or(text, |(key, _)| key).to_owned();
    let keys: BTreeSet<String> = new.written.iter().map(|text| key(text)).collect();
    let lost = |text: &&String| !text.contains(": except") && !keys.contains(&key(text));
    let gone = old.written.difference(&new.written).filter(|text| !permits(text) || lost(text));
    let more = new.written.difference(&old.written).filter(permits);
    for text in gone {
        tell(format!("`{id}` no longer says `{text}`"), new.span);
    }
    // A call that has to meet one more condition is met less often.
    let narrows = |text: &&String| [": missing: ", ": with: ", ": args: "].iter().any(|key| text.contains(key));
    for text in new.written.difference(&old.written).filter(narrows) {
        tell(format!("`{id}` now asks for `{text}` as well"), new.span);
    }
    for text in more {
        tell(format!("`{id}` now permits `{text}`"), new.span);
    }
}

fn scope(old: &Rule, new: &Rule, tell: &mut dyn FnMut(String, Span)) {
    let id = &old.id;
    let (before, after) = (globs(&old.scope.within), globs(&new.scope.within));
    let is_narrower = !after.is_empty() && (before.is_empty() || before.iter().any(|glob| !after.contains(glob)));
    if is_narrower {
        tell(format!("`{id}` speaks of fewer paths: `in: [{}]`", after.join(", ")), new.span);
    }
    let before = globs(&old.scope.without);
    for (glob, span) in new.scope.without.iter().filter(|(glob, _)| !before.contains(&glob.as_str())) {
        tell(format!("`{id}` is silent in `{}`", glob.as_str()), *span);
    }
}

/// Whether an exemption frees nothing that another one did not.
fn covers(old: &Exemption, new: &Exemption) -> bool {
    let names = |exemption: &Exemption| {
        let mut names: Vec<String> = exemption.names.iter().map(|name| name.as_str().to_owned()).collect();
        names.extend(exemption.distributions.iter().cloned());
        names
    };
    let (before, after) = (names(old), names(new));
    let is_longer = match (old.until, new.until) {
        (Some(before), Some(after)) => after > before,
        (Some(_), None) => true,
        (None, _) => false,
    };
    let max = |exemption: &Exemption| exemption.max.unwrap_or(usize::MAX);
    old.glob == new.glob
        && (old.scope.is_none() || old.scope == new.scope)
        && (before.is_empty() || (!after.is_empty() && after.iter().all(|name| before.contains(name))))
        && (old.via.is_empty() || (!new.via.is_empty() && new.via.iter().all(|name| old.via.contains(name))))
        && !is_longer
        && max(new) <= max(old)
}

fn overrides(old: &Rule, new: &Rule, tell: &mut dyn FnMut(String, Span)) {
    let is_same = |one: &Override, other: &Override| {
        globs(&one.within) == globs(&other.within)
            && one.level == other.level
            && one.schedule == other.schedule
            && one.suppressible == other.suppressible
            && one.until == other.until
    };
    let id = &old.id;
    for change in &new.overrides {
        let is_known = old.overrides.iter().any(|before| is_same(before, change));
        let lowers = change.schedule.is_some() || change.level.is_some_and(|level| level < old.level);
        let frees = change.suppressible == Some(true) && !old.suppressible;
        // Whatever stands behind it may have raised what it now hides.
        let hides = change.level.is_some() && old.overrides.iter().any(|before| before.level > change.level);
        if !is_known && (lowers || frees || hides) {
            tell(format!("an override lowers `{id}`"), new.span);
        }
    }
    for before in &old.overrides {
        let raised = before.level.is_some_and(|level| level > old.level) || before.suppressible == Some(false);
        if raised && !new.overrides.iter().any(|change| is_same(before, change)) {
            tell(format!("an override that raised `{id}` is gone"), new.span);
        }
    }
}
