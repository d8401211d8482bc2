//! Findings as SARIF results, and the places around them. Knows one result; must not know how many there are.

use super::rules::level_name;
use super::shapes::{ArtifactLocation, Fingerprints, Location, PhysicalLocation, Region, Reported, Suppressed, Text};
use super::uri::uri;
use super::words::message;
use crate::finding::Finding;
use crate::formats::Telling;
use crate::repo_path::RepoPath;
use crate::text::Position;

/// A message is at most so long, so that a hostile name cannot make a file too large to be uploaded.
const MOST: usize = 1_000;

/// A finding, whose rule is the one at an index.
///
/// Its region is the offending token alone: GitHub shows an alert in a pull request only if all its lines were changed. What
/// surrounds it is a related location.
#[must_use]
pub(super) fn reported<'a>(
    finding: &'a Finding,
    rule_index: usize,
    telling: &Telling<'_>,
    is_full: bool,
) -> Reported<'a> {
    // GitHub takes no empty message.
    let words = if finding.message.trim().is_empty() { &finding.rule } else { &*finding.message };
    Reported {
        rule_id: &finding.rule,
        rule_index,
        level: level_name(finding.level),
        message: Text { text: message(words, MOST) },
        locations: [location(telling, &finding.path, Some((finding.start, finding.end)), None)],
        related_locations: related(finding, telling, is_full),
        partial_fingerprints: Fingerprints { key: finding.fingerprint.to_string() },
        suppressions: is_full.then(Vec::new),
    }
}

/// A finding that a comment suppresses.
#[must_use]
pub(super) fn suppressed<'a>(finding: &'a Finding, rule_index: usize, telling: &Telling<'_>) -> Reported<'a> {
    let reason = finding.reason.as_deref().filter(|reason| !reason.is_empty());
    let own = Suppressed { kind: "inSource", justification: reason.map(|reason| message(reason, MOST)) };
    Reported { suppressions: Some(vec![own]), ..reported(finding, rule_index, telling, true) }
}

/// The line of the policy that decided, the way from the name to what it stands for, and, in full, the uses; each once.
fn related(finding: &Finding, telling: &Telling<'_>, is_full: bool) -> Vec<Location> {
    let mut related: Vec<Location> = Vec::new();
    let mut add = |path: &RepoPath, place: (Position, Position), words: &str| {
        let location = location(telling, path, Some(place), Some(words));
        if !related.contains(&location) {
            related.push(location);
        }
    };
    let decided = &finding.policy;
    // No file has the path of a pack.
    let is_pack = telling.policies.iter().any(|policy| policy.is_pack && policy.path == decided.path);
    let is_here = decided.path == finding.path && decided.start == finding.start;
    if !is_pack && !is_here && decided.start != decided.end {
        add(&decided.path, (decided.start, decided.end), "decided here");
    }
    for link in &finding.chain {
        add(&link.path, (link.start, link.end), &format!("`{}` is handed out here", link.name));
    }
    for used in finding.related.iter().filter(|_| is_full) {
        add(&finding.path, (used.start, used.end), &format!("`{}` is used here", used.name));
    }
    related
}

/// A place in a file, or the file.
#[must_use]
pub(super) fn location(
    telling: &Telling<'_>,
    path: &RepoPath,
    place: Option<(Position, Position)>,
    words: Option<&str>,
) -> Location {
    // Lines and columns start at 1, and the end lies behind the last character (3.30).
    let region = place.map(|(start, end)| Region {
        start_line: start.line.max(1),
        start_column: start.column.max(1),
        end_line: end.line.max(start.line).max(1),
        end_column: if end.line > start.line { end.column.max(1) } else { end.column.max(start.column).max(1) },
    });
    Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation { uri: uri(path, telling.paths) },
            region,
        },
        message: words.map(|words| Text { text: message(words, MOST) }),
    }
}
