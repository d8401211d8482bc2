//! Findings that the tool makes of itself: how they look, and those about suppression comments. Knows built-in ids; must not
//! know how files are judged.

use super::{Engine, FileReport};
use crate::context::Contexts;
use crate::fact::Confidence;
use crate::finding::{Finding, PolicyLine};
use crate::fingerprint::Fingerprint;
use crate::level::Level;
use crate::policy::builtin::{EXPIRED, EXPIRED_SUPPRESSION};
use crate::repo_path::RepoPath;
use crate::surface::Surface;
use crate::text::Position;
use std::sync::Arc;

/// What a built-in finding is about.
pub struct About<'a> {
    /// Id of the finding.
    pub id: &'static str,
    /// The file.
    pub path: Arc<RepoPath>,
    /// Where in it; its start for the file as such.
    pub place: Option<(Position, Position)>,
    /// What it is about.
    pub name: &'a str,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: &'static str,
}

impl Engine<'_> {
    /// A built-in finding; `None` where the policy switches it off. Who puts several together counts them.
    #[must_use]
    pub fn own_finding(&self, about: About<'_>) -> Option<Finding> {
        let About { id, path, place, name, message, help } = about;
        let level = self.policy.builtin_level(id);
        let is_dated = id == EXPIRED || id == EXPIRED_SUPPRESSION;
        let level = if self.announce && is_dated { level.min(Level::Warn) } else { level };
        if level == Level::None {
            return None;
        }
        let first = Position { line: 1, column: 1, offset: 0 };
        let (start, end) = place.unwrap_or((first, first));
        Some(Finding {
            rule: id.into(),
            level,
            start,
            end,
            statement: start.offset,
            name: name.into(),
            matched: name.into(),
            surface: Surface::Policy,
            contexts: Contexts::default(),
            scope: "".into(),
            message: message.into(),
            help: help.into(),
            ordinal: 0,
            fingerprint: Fingerprint::new(id, path.as_bytes(), "", name, 0),
            policy: PolicyLine { path: self.policy.source.path.clone(), start: first, end: first },
            confidence: Confidence::Certain,
            related: Vec::new(),
            uses: 0,
            chain: Vec::new(),
            within: None,
            dependency: None,
            owners: None,
            reason: None,
            path,
        })
    }

    /// Adds what there is to say about the suppressions of a file, once all looks at it came together. `is_whole`: whether
    /// every rule could say all it has to say.
    pub fn settle(&self, report: &mut FileReport, is_whole: bool) {
        if report.suppressions.is_empty() {
            return;
        }
        // Where something could not be read, nobody knows what a suppression covers.
        let is_read = report.problems.is_empty();
        for suppression in &report.suppressions {
            let flaws = self.flaws(suppression, is_whole);
            for flaw in flaws.into_iter().filter(|flaw| is_read || !flaw.is_unused()) {
                let finding = self.own_finding(About {
                    id: flaw.id,
                    path: suppression.path.clone(),
                    place: Some((suppression.start, suppression.end)),
                    name: &flaw.name,
                    message: flaw.message,
                    help: flaw.help,
                });
                if let Some(finding) = finding {
                    report.counts.add(finding.level);
                    report.findings.push(finding);
                }
            }
        }
        report.put_in_order();
    }
}
