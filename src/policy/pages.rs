//! Pages of what a policy holds. Knows what rules, built-in findings, packs and verbs say of themselves; must not know how
//! that is laid out.

use super::builtin::{BUILTINS, Builtin};
use super::{Example, Exemption, Override, Policy, PolicySource, Rule, Schedule, days_ahead};
use crate::context::Context;
use crate::distribution::normalise;
use crate::document::fields::Spanned;
use crate::kinds::Kind;
use crate::level::Level;
use crate::page::{Change, Exempt, Page, Place, Python, Sample, Step, Subject, Until};
use crate::pattern::glob::Glob;
use crate::pattern::name::NamePattern;
use crate::span::Span;
use jiff::civil::Date;
use std::sync::Arc;

/// What ends later than this has days enough: nobody counts them.
const FAR: i32 = 366;

impl Policy {
    /// Pages of all rules, in their order, then of all built-in findings.
    #[must_use]
    pub fn pages(&self, today: Date) -> Vec<Page> {
        let rules = self.rules.iter().map(|rule| self.page(rule, today));
        rules.chain(BUILTINS.iter().map(|builtin| of_builtin(builtin, self.builtin_level(builtin.id)))).collect()
    }

    /// The page of a rule.
    #[must_use]
    pub fn page(&self, rule: &Rule, today: Date) -> Page {
        let entries = rule.judge.entries();
        let everywhere = |own: &&Arc<Override>| own.within.is_empty() && !own.is_expired(today);
        let changes: Vec<&Arc<Override>> = rule.overrides.iter().rev().filter(everywhere).collect();
        let instead = changes.iter().find_map(|change| change.instead.as_ref()).or(rule.instead.as_ref());
        let owner = changes.iter().find_map(|change| change.owner.as_ref()).or(rule.owner.as_ref());
        let suppressible = changes.iter().find_map(|change| change.suppressible).unwrap_or(rule.suppressible);
        Page {
            subject: Subject::Rule,
            id: rule.id.to_string(),
            about: format!("{}: {}", rule.kind.key, entries.join(", ")),
            level: Some(rule.usual_level(today)),
            place: Some(place(self.source_of(rule), rule.span)),
            pulled_by: self.pulled_by(rule),
            changes: rule.overrides.iter().map(|change| self.change(change, today)).collect(),
            verb: rule.kind.key,
            entries,
            steps: steps(rule, today),
            instead: text(instead),
            replacements: owned(rule.judge.replacements()),
            why: rule.why.clone(),
            docs: rule.docs.clone(),
            owner: owner.cloned(),
            within: globs(&rule.scope.within),
            without: globs(&rule.scope.without),
            python: rule.python.as_ref().map(|(_, range)| {
                let target = self.python.target;
                Python { range: range.clone(), target, holds: rule.holds_for(target) }
            }),
            contexts: rule.contexts.iter().map(|(context, level)| (name_of(*context), *level)).collect(),
            surfaces: rule.surfaces.iter().map(|(surface, level)| (surface.as_str(), *level)).collect(),
            groups: rule.groups.clone(),
            suppressible,
            most_suppressed: rule.max_suppressions.map(|(most, _)| most),
            exemptions: rule.exemptions.iter().map(|exemption| exempt(exemption, today)).collect(),
            examples: rule.examples.iter().map(sample).collect(),
            to_write: None,
            rules: Vec::new(),
        }
    }

    /// The lines by which the root's policy came to a rule, innermost first.
    fn pulled_by(&self, rule: &Rule) -> Vec<Place> {
        let mut places = Vec::new();
        let mut at = rule.source;
        while let Some(pulled) = self.pulled_at(at) {
            let asked_by = self.pulled_at(pulled.asked_by).map_or(&self.source, |pulled| &pulled.source);
            places.push(place(asked_by, pulled.asked));
            at = pulled.asked_by;
        }
        places
    }

    fn change(&self, change: &Override, today: Date) -> Change {
        Change {
            place: place(&self.source, change.span),
            level: change.level,
            instead: text(change.instead.as_ref()),
            owner: change.owner.clone(),
            suppressible: change.suppressible,
            within: globs(&change.within),
            until: change.until.map(|date| until(date, today)),
            why: change.why.clone(),
        }
    }
}

/// The pages of all built-in findings, at the levels that no policy sets.
#[must_use]
pub fn of_builtins() -> Vec<Page> {
    BUILTINS.iter().map(|builtin| of_builtin(builtin, builtin.level)).collect()
}

/// The page of a built-in finding, at the level that it has.
#[must_use]
pub fn of_builtin(builtin: &Builtin, level: Level) -> Page {
    let short = builtin.id.trim_start_matches("policy/");
    Page {
        subject: Subject::Builtin,
        id: builtin.id.to_owned(),
        about: builtin.about.to_owned(),
        level: Some(level),
        to_write: Some(("To change its level, write into the policy", format!("policy:\n  {short}: error"))),
        ..Page::default()
    }
}

/// The page of a pack, which was compiled on its own: what it is for, and its rules.
#[must_use]
pub fn of_pack(name: &str, about: &str, pack: &Policy) -> Page {
    Page {
        subject: Subject::Pack,
        id: format!("pack:{name}"),
        about: about.to_owned(),
        to_write: Some(("To pull it in, write into the policy", format!("extends: [pack:{name}]"))),
        rules: pack.rules.iter().map(|rule| (format!("{name}/{}", rule.id), rule.level)).collect(),
        ..Page::default()
    }
}

/// The page of a verb.
#[must_use]
pub fn of_verb(kind: &Kind) -> Page {
    Page {
        subject: Subject::Verb,
        id: kind.key.to_owned(),
        about: kind.about.to_owned(),
        to_write: Some(("For example", kind.example.to_owned())),
        ..Page::default()
    }
}

fn place(source: &PolicySource, span: Span) -> Place {
    let line = source.line(span);
    Place { path: line.path.to_string(), line: line.start.line }
}

fn text(written: Option<&Spanned>) -> Option<String> {
    written.map(|written| written.text.clone())
}

fn owned(pairs: Vec<(&str, &str)>) -> Vec<(String, String)> {
    pairs.into_iter().map(|(from, to)| (from.to_owned(), to.to_owned())).collect()
}

fn globs(globs: &[(Glob, Span)]) -> Vec<String> {
    globs.iter().map(|(glob, _)| glob.as_str().to_owned()).collect()
}

fn name_of(context: Context) -> &'static str {
    Context::ALL.iter().find(|(_, own)| *own == context).map_or("", |(name, _)| name)
}

fn steps(rule: &Rule, today: Date) -> Vec<Step> {
    let steps = rule.schedule.iter().flat_map(Schedule::steps);
    steps.map(|(from, level)| Step { level, from, ahead: (from > today).then(|| days_ahead(today, from)) }).collect()
}

fn until(date: Date, today: Date) -> Until {
    let days = today.until(date).map_or(FAR, |span| span.get_days());
    let left = match days {
        0 => Some("today is the last day".to_owned()),
        1..FAR => Some(days_ahead(today, date)),
        _ => None,
    };
    Until { date, is_over: today > date, left }
}

fn exempt(exemption: &Exemption, today: Date) -> Exempt {
    let scope = exemption.scope.as_ref().map(|scope| format!("::{scope}")).unwrap_or_default();
    Exempt {
        place: format!("{}{scope}", exemption.glob.as_str()),
        names: names(exemption),
        via: exemption.via.clone(),
        most: exemption.max,
        until: exemption.until.map(|date| until(date, today)),
        owner: exemption.owner.clone(),
        why: exemption.why.clone(),
    }
}

/// What code imports, then distributions that no such name stands for.
fn names(exemption: &Exemption) -> Vec<String> {
    let mut names: Vec<String> = exemption.names.iter().map(NamePattern::as_str).map(str::to_owned).collect();
    let is_new = |own: &&String| !exemption.names.iter().any(|name| normalise(name.as_str()) == **own);
    names.extend(exemption.distributions.iter().filter(is_new).cloned());
    names
}

fn sample(example: &Example) -> Sample {
    Sample { bad: text(example.bad.as_ref()), good: text(example.good.as_ref()), path: text(example.path.as_ref()) }
}
