//! Suppression comments of one file: which of them hold, what they cover, and what is wrong with them. Knows rules by their
//! ids; must not know how comments are found.

use super::Engine;
use super::file::Judging;
use crate::document::mistake::nearest;
use crate::fact::Fact;
use crate::policy::builtin::{EXPIRED_SUPPRESSION, INVALID_SUPPRESSION, UNUSED_SUPPRESSION};
use crate::policy::{Rule, parse_date};
use crate::readers::comments::Comment;
use crate::repo_path::RepoPath;
use crate::suppression::{self, Written};
use crate::text::{Position, Positions};
use jiff::civil::Date;
use std::sync::Arc;

/// What is wrong with a suppression, told as a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Id of the built-in finding.
    pub id: &'static str,
    /// What it is about.
    pub name: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: &'static str,
}

impl Flaw {
    /// Whether it says that a suppression covers nothing.
    pub(super) fn is_unused(&self) -> bool {
        self.id == UNUSED_SUPPRESSION
    }
}

/// A suppression comment of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The file.
    pub path: Arc<RepoPath>,
    /// Where what it says starts.
    pub start: Position,
    /// Where that ends.
    pub end: Position,
    /// Rules that it speaks of, and how many findings of each it covers.
    pub rules: Vec<(Arc<str>, usize)>,
    /// What is wrong with it.
    pub flaws: Vec<Flaw>,
    /// The first and the last offset that it covers; the whole file when there are none.
    covers: Option<(u32, u32)>,
    /// The day on which it ended.
    ended: Option<Date>,
    /// Why, as written.
    reason: Arc<str>,
}

impl Suppression {
    /// Adds what another look at the same file made of it.
    pub(super) fn add(&mut self, other: &Suppression) {
        for ((_, used), (_, more)) in self.rules.iter_mut().zip(&other.rules) {
            *used += more;
        }
    }

    fn covers_place(&self, place: u32) -> bool {
        self.covers.is_none_or(|(first, last)| (first..=last).contains(&place))
    }
}

/// What a suppression makes of a complaint.
pub(super) enum Covered {
    /// It is not told; for a suppression, with the reason that it gives.
    Yes(Option<Arc<str>>),
    /// It would not be told if the suppression had not ended.
    Ended(Date),
    /// Nothing covers it.
    No,
}

impl Judging<'_, '_> {
    /// Takes a comment that speaks to the tool.
    pub(super) fn suppression(&mut self, comment: &Comment<'_>) {
        let Some(read) = suppression::read(comment.text) else { return };
        let path = self.shared_path.get_or_insert_with(|| Arc::new(self.path.clone())).clone();
        let mut found = Suppression {
            path,
            start: comment.start,
            end: comment.end,
            rules: Vec::new(),
            flaws: Vec::new(),
            covers: Some(comment.covers),
            ended: None,
            reason: "".into(),
        };
        let flaw = |name: &str, message: String, help: &'static str| Flaw {
            id: INVALID_SUPPRESSION,
            name: name.to_owned(),
            message,
            help,
        };
        match read {
            Err(malformed) => found.flaws.push(flaw("", malformed.message.into_owned(), malformed.help)),
            Ok(written) if written.is_file && !comment.is_first => found.flaws.push(flaw(
                &written.rules.join(","),
                "`allow-file` stands behind code".to_owned(),
                "move it into the first comments of the file, or write `policy: allow(RULE) -- reason` at the statement",
            )),
            Ok(written) => self.resolve(&written, &mut found),
        }
        // Each comes once, in the order of the file.
        let known = &mut self.report.suppressions;
        if let Err(at) = known.binary_search_by(|known| known.start.offset.cmp(&found.start.offset)) {
            known.insert(at, found);
        }
    }

    /// Whether a suppression covers a complaint of a rule; the first that does is used.
    pub(super) fn suppressed(&mut self, rule: &Rule, fact: &Fact<'_>, positions: &Positions<'_>) -> Covered {
        if self.report.suppressions.is_empty() || self.engine.anywhere {
            return Covered::No;
        }
        let places = [positions.stored(fact.statement.start), positions.stored(fact.span.start)];
        self.suppressed_at(rule, &places)
    }

    /// The same for a complaint about the whole file.
    pub(super) fn suppressed_at(&mut self, rule: &Rule, places: &[u32]) -> Covered {
        let mut covered = Covered::No;
        for suppression in &mut self.report.suppressions {
            let is_meant = if places.is_empty() {
                suppression.covers.is_none()
            } else {
                places.iter().any(|place| suppression.covers_place(*place))
            };
            let Some((_, used)) = suppression.rules.iter_mut().find(|(id, _)| *id == rule.id) else { continue };
            if !is_meant {
                continue;
            }
            if let Some(ended) = suppression.ended {
                covered = Covered::Ended(ended);
            } else {
                *used += 1;
                return Covered::Yes(Some(suppression.reason.clone()));
            }
        }
        covered
    }
}

impl Judging<'_, '_> {
    /// Looks up the rules and the date of a suppression.
    fn resolve(&self, written: &Written<'_>, found: &mut Suppression) {
        let (policy, today) = (self.engine.policy, self.engine.today);
        if written.is_file {
            found.covers = None;
        }
        found.reason = written.reason.into();
        let flaw = |id: &'static str, name: &str, message: String, help: &'static str| Flaw {
            id,
            name: name.to_owned(),
            message,
            help,
        };
        if let Some(until) = written.until {
            match parse_date(until) {
                None => {
                    let message = format!("`{until}` is no date, so nothing is suppressed");
                    let help = "write the last day on which it holds, as `until=2026-12-31`";
                    found.flaws.push(flaw(INVALID_SUPPRESSION, &written.rules.join(","), message, help));
                    return;
                }
                Some(until) if today > until => {
                    let message = format!("this suppression ended on {until}");
                    let help = "mend the code, or agree on a new date";
                    found.flaws.push(flaw(EXPIRED_SUPPRESSION, &written.rules.join(","), message, help));
                    found.ended = Some(until);
                }
                Some(_) => {}
            }
        }
        for id in &written.rules {
            if let Some(rule) = policy.rule(id) {
                if rule.is_suppressible(self.path, today) {
                    found.rules.push((rule.id.clone(), 0));
                } else {
                    let message = format!("`{id}` cannot be suppressed");
                    let help = "mend the code, or ask the owners of the policy for an exemption under `allow-in`";
                    found.flaws.push(flaw(INVALID_SUPPRESSION, id, message, help));
                }
            } else if !policy.other_ids.iter().any(|other| **other == **id) {
                let known = policy.rules.iter().map(|rule| &*rule.id);
                let message = match nearest(id, known) {
                    _ if id.starts_with("policy/") => {
                        format!("`{id}` is a finding of the tool, and cannot be suppressed")
                    }
                    Some(near) => format!("there is no rule `{id}`; did you mean `{near}`?"),
                    None => format!("there is no rule `{id}`"),
                };
                found.flaws.push(flaw(INVALID_SUPPRESSION, id, message, "`policy rules` lists all rules"));
            }
        }
    }
}

impl Engine<'_> {
    /// What is wrong with a suppression once everything is known that a file holds.
    #[must_use]
    pub fn flaws(&self, suppression: &Suppression, is_whole: bool) -> Vec<Flaw> {
        let mut flaws = suppression.flaws.clone();
        if suppression.ended.is_some() {
            return flaws;
        }
        for (id, used) in &suppression.rules {
            // Which dependencies are used, only a full run knows.
            let is_known =
                self.policy.rule(id).is_some_and(|rule| (is_whole || !rule.judge.judges_use()) && !rule.is_waiting());
            if *used == 0 && is_known {
                flaws.push(Flaw {
                    id: UNUSED_SUPPRESSION,
                    name: id.to_string(),
                    message: format!("nothing here is a finding of `{id}`"),
                    help: "remove the suppression, so that nothing can come back unseen",
                });
            }
        }
        flaws
    }
}
