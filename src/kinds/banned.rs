//! Distributions that `forbid` bans: how entries about them compete, and what to say. Knows declarations only; what code does
//! with a library is judged elsewhere.

use super::distributions::{self, ByName, Distribution, done, shown};
use super::entries::{Entry, Reach};
use super::{Asks, Complaint, View};
use crate::accepts::Verdict;
use crate::level::Level;
use crate::project::libraries::Libraries;
use crate::span::Span;

/// Distributions that must not be declared, locked or installed.
#[derive(Default)]
pub(super) struct Banned {
    entries: Vec<Distribution>,
    index: ByName,
}

impl Banned {
    /// Judges by these entries.
    pub(super) fn new(entries: Vec<Distribution>) -> Self {
        Self { index: ByName::new(&entries), entries }
    }

    /// Adds what these entries ask to be shown.
    pub(super) fn add_to(&self, asks: &mut Asks) {
        for entry in self.entries.iter().filter(|entry| !entry.allows) {
            asks.every_distribution |= entry.names.is_empty();
            asks.distributions.extend(entry.names.iter().chain(&entry.imports).cloned());
        }
    }

    /// The entry that forbids a dependency, with what it says of it; the first one that surely does comes before others.
    fn forbidden(&self, view: &View<'_>) -> Option<(&Distribution, Verdict)> {
        let dependency = distributions::dependency(view)?;
        let entries = self.index.positions(&dependency.name).filter_map(|position| self.entries.get(position));
        let covering: Vec<&Distribution> = entries.filter(|entry| entry.covers(dependency)).collect();
        let is_excepted = covering.iter().any(|entry| entry.allows);
        // An exception is more specific than `any`, and never stands beside the same name.
        let forbidding = covering.iter().filter(|entry| !entry.allows && (!is_excepted || !entry.names.is_empty()));
        let verdicts = forbidding.filter_map(|entry| Some((*entry, entry.judge(dependency)?)));
        verdicts.min_by_key(|(_, verdict)| match verdict {
            Verdict::Outside => 0,
            Verdict::Partly => 1,
            _ => 2,
        })
    }

    /// Judges one dependency.
    pub(super) fn judge<'j>(&'j self, view: &View<'_>) -> Option<Complaint<'j>> {
        if view.fact.open {
            return None;
        }
        let (entry, verdict) = self.forbidden(view)?;
        Some(Complaint {
            matched: &entry.written.text,
            span: entry.written.span,
            successor: entry.successor.as_ref().map(|successor| successor.text.as_str()),
            possible: false,
            at_most: (verdict == Verdict::Unknown).then_some(Level::Warn),
        })
    }

    /// What is wrong, for people.
    pub(super) fn message(&self, view: &View<'_>, complaint: &Complaint<'_>, instead: Option<&str>) -> String {
        let (Some((entry, verdict)), Some(dependency)) = (self.forbidden(view), distributions::dependency(view)) else {
            return String::new();
        };
        let own = shown(dependency);
        let written = &entry.written.text;
        let mut message = match (&entry.range, verdict) {
            (None, _) => format!("{own} {}, which is forbidden", done(dependency)),
            (Some(_), Verdict::Outside) => format!("{own} {}, which `{written}` forbids", done(dependency)),
            (Some(_), Verdict::Unknown) => {
                format!("which version {own} installs cannot be checked; `{written}` is forbidden")
            }
            (Some(_), _) => format!("{own} may install a version that `{written}` forbids"),
        };
        if let Some(successor) = complaint.successor.or(instead) {
            message.push_str("; use `");
            message.push_str(successor);
            message.push('`');
        }
        message
    }

    /// Names with a successor of their own; `is_told` knows places that are told already.
    pub(super) fn replacements(&self, is_told: &dyn Fn(Span) -> bool) -> Vec<(&str, &str)> {
        let entries = self.entries.iter().filter(|entry| !is_told(entry.written.span));
        let pairs = entries.filter_map(|entry| Some((entry.written.text.as_str(), entry.successor.as_ref()?)));
        pairs.map(|(name, successor)| (name, successor.text.as_str())).collect()
    }

    /// Names that are forbidden as dependencies alone, with their places; `is_told` knows places that are told already.
    pub(super) fn names(&self, is_told: &dyn Fn(Span) -> bool) -> Vec<(&str, Span)> {
        let named = self.entries.iter().filter(|entry| !entry.allows && !is_told(entry.written.span));
        named.map(|entry| (entry.written.text.as_str(), entry.written.span)).collect()
    }
}

/// What library entries say of distributions: one for each that is written.
pub(super) fn of_libraries(entries: &[Entry], known: &Libraries) -> Vec<Distribution> {
    let mut found: Vec<Distribution> = Vec::new();
    for entry in entries.iter().filter(|entry| !entry.tied && !entry.allows) {
        let Reach::Pattern(pattern) = &entry.reach else { continue };
        let Some(import) = pattern.literal() else { continue };
        let dist = entry.distribution.as_deref();
        let Some(more) = distributions::of_library(&entry.written, entry.successor.as_ref(), dist, import, known)
        else {
            continue;
        };
        // A library that goes by several import names is one entry.
        match found.last_mut().filter(|last| last.written.span == more.written.span) {
            Some(last) => {
                last.names.extend(more.names);
                last.imports.extend(more.imports);
            }
            None => found.push(more),
        }
    }
    found
}
