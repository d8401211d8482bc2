//! What a run could not do, as SARIF notifications: whoever reads the file must not take an incomplete run for a clean one.
//! Knows problems only.

use super::results::location;
use super::shapes::{DescriptorReference, Location, Notification, NotificationKind, Text};
use super::words::message;
use crate::formats::Telling;
use crate::problem::{Problem, ProblemKind};

/// A text is at most so long.
const MOST: usize = 1_000;

/// What notifications may be about, in the order of their indexes.
const KINDS: [(&str, &str); 9] = [
    ("unreadable", "a file or folder could not be read"),
    ("undecodable", "the bytes of a file could not be decoded"),
    ("syntax", "a text is broken where something could hide"),
    ("limit", "a limit on size, depth or work was reached"),
    ("selection", "a path was asked for that nothing can be said of"),
    ("policy", "the policy is wrong"),
    ("internal", "a fault of the tool itself"),
    ("cut", "findings are left out"),
    ("asked", "only a part of the policy was asked for"),
];

/// What notifications may be about.
#[must_use]
pub(super) fn kinds() -> Vec<NotificationKind> {
    let kind = |(id, about): &(&'static str, &str)| NotificationKind {
        id,
        short_description: Text { text: (*about).to_owned() },
    };
    KINDS.iter().map(kind).collect()
}

/// A problem. Those that the policy expects are notes.
#[must_use]
pub(super) fn of_problem(problem: &Problem, is_expected: bool, telling: &Telling<'_>) -> Notification {
    let help = if problem.help.is_empty() { String::new() } else { format!(" ({})", problem.help) };
    let locations = problem.path.as_ref().map(|path| location(telling, path, problem.place, None));
    let level = if is_expected { "note" } else { "error" };
    notification(problem.kind.as_str(), level, &format!("{}{help}", problem.message), locations)
}

/// Whether a problem lies in what the tool was told, rather than in what it did.
#[must_use]
pub(super) fn is_configuration(problem: &Problem) -> bool {
    problem.kind == ProblemKind::Policy
}

/// That only a part was asked for: what is missing is not mended.
#[must_use]
pub(super) fn of_asked(words: &str) -> Notification {
    notification("asked", "warning", words, None)
}

/// That not all is told.
#[must_use]
pub(super) fn of_cut(words: &str) -> Notification {
    notification("cut", "warning", words, None)
}

fn notification(kind: &'static str, level: &'static str, words: &str, place: Option<Location>) -> Notification {
    let index = KINDS.iter().position(|(id, _)| *id == kind).unwrap_or_default();
    Notification {
        descriptor: DescriptorReference { id: kind, index },
        level,
        message: Text { text: message(words, MOST) },
        locations: place.into_iter().collect(),
    }
}
