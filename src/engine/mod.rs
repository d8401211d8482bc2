//! Judgement: sources and a policy give findings. Pure; the only place where readers, project and policy meet. Knows no
//! disk, no clock and no terminal.

mod built_in;
mod examples;
mod file;
mod interest;
mod required;

pub use built_in::{Tally, about_policy};
pub use examples::{Failure, run_examples};
pub use file::{FileReport, Keep, Used, panicked};

use crate::policy::Policy;
use crate::project::Project;
use crate::versions::Version;
use interest::Interest;
use jiff::civil::Date;

/// Everything that judging a file needs, prepared once.
pub struct Engine<'a> {
    /// The policy that judges.
    pub policy: &'a Policy,
    /// The project around the files.
    pub project: &'a Project<'a>,
    /// The day for which exemptions are judged (UTC).
    pub today: Date,
    /// What is kept of each file.
    pub keep: Keep,
    /// Whether every rule speaks everywhere: scopes and exemptions do not count. For examples.
    pub anywhere: bool,
    /// Whether overrides count; they do not for examples.
    pub overridden: bool,
    /// The Python that the code is meant for; the project's target, but for examples.
    pub target: Version,
    interest: Interest,
    needs_place: bool,
}

impl<'a> Engine<'a> {
    /// Prepares to judge.
    #[must_use]
    pub fn new(policy: &'a Policy, project: &'a Project<'a>, today: Date, keep: Keep) -> Self {
        let needs_place = keep == Keep::Findings || policy.rules.iter().any(crate::policy::Rule::needs_place);
        let target = project.layout().target;
        Self {
            policy,
            project,
            today,
            keep,
            anywhere: false,
            overridden: true,
            target,
            interest: Interest::default(),
            needs_place,
        }
    }
}
