//! The checks, by what they are about.

pub(super) mod history;
pub(super) mod life;
pub(super) mod owners;
pub(super) mod policy;
pub(super) mod runs;
pub(super) mod verdict;
pub(super) mod versions;

use super::{Answers, Seen};

/// What only the settings of the service say.
pub(super) fn elsewhere(seen: &Seen<'_>, answers: &mut Answers) {
    if seen.workflows.is_empty() {
        return;
    }
    for (what, help) in [
        (
            "whether a merge requires this check",
            "Settings > Rules > Rulesets (or Branches): require the check by the name of its job",
        ),
        (
            "whether a merge requires the review of code owners",
            "Settings > Rules > Rulesets (or Branches): `Require review from Code Owners`",
        ),
        ("who may merge against a failed check", "Settings > Rules > Rulesets: the bypass list"),
    ] {
        answers.unsure(None, what, help);
    }
}
