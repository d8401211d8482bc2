//! Judgement: sources and a policy give findings. Pure; the only place where readers, project and policy meet. Knows no
//! disk, no clock and no terminal.

mod built_in;
mod dependencies;
mod distributions;
mod examples;
mod file;
mod file_report;
mod hand_out;
mod importers;
mod interest;
mod manifests;
mod own_findings;
mod reach;
mod required;
mod spellings;
mod suppressions;
mod weigh;

pub use built_in::{Tally, about_policy};
pub use examples::{Failure, run_examples};
pub use file::panicked;
pub use file_report::{FileReport, Follow, Handed, Included, Keep, Used, Work};
pub use importers::{Importer, Importers, Search};
pub use manifests::Imported;
pub use own_findings::About;
pub use spellings::{Mode, Tried, try_spellings};
pub use suppressions::{Flaw, Suppression};

use crate::policy::Policy;
use crate::project::Project;
use crate::readers::quoted::Quoted;
use crate::readers::wanted::Distributions;
use crate::versions::Version;
use interest::Interest;
use jiff::civil::Date;
use reach::Reach;

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
    /// Whether what a date brings about is only told: it is at most a warning.
    pub announce: bool,
    /// Whether every rule speaks everywhere: scopes and exemptions do not count. For examples.
    pub anywhere: bool,
    /// Whether overrides count; they do not for examples.
    pub overridden: bool,
    /// The Python that the code is meant for; the project's target, but for examples.
    pub target: Version,
    interest: Interest,
    /// The same where first-party names are followed.
    following: Interest,
    /// Of first-party names that lead somewhere, and of nothing else.
    only: Interest,
    reach: Reach,
    /// Where strings may name what is asked for.
    quoted: Option<Quoted>,
    tops: importers::Tops,
    needs_place: bool,
    /// Distributions that rules ask about; none when nobody asks about any.
    distributions: Option<distributions::Asked>,
    declared: manifests::Declared,
    /// What all files import, once that is known: then only those rules speak that wait for it.
    pub imported: Option<Imported>,
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
            announce: false,
            anywhere: false,
            overridden: true,
            target,
            interest: Interest::default(),
            following: Interest::following(),
            only: Interest::only(),
            reach: Reach::default(),
            quoted: if policy.index.judges_use {
                Some(Quoted::any())
            } else {
                policy.index.strings.clone().map(Quoted::of)
            },
            tops: importers::Tops::default(),
            needs_place,
            distributions: policy
                .index
                .asks_for_distributions()
                .then(|| distributions::Asked::new(&policy.index.distributions(), policy.index.every_distribution)),
            declared: manifests::Declared::default(),
            imported: None,
        }
    }

    /// Whether any rule makes it worth to follow first-party names.
    #[must_use]
    pub fn follows(&self) -> bool {
        self.policy.index.uses
    }

    /// Whether any rule speaks only when it is known what all files import.
    #[must_use]
    pub fn waits_for_imports(&self) -> bool {
        self.policy.index.judges_use
    }

    /// Whether the name of a distribution that anybody asks about may stand in these bytes.
    #[must_use]
    pub fn may_name_distribution(&self, bytes: &[u8]) -> bool {
        self.distributions.as_ref().is_some_and(|asked| asked.all() || asked.may_stand_in(bytes))
    }

    /// Takes note of names that first-party modules hand out; those that are new.
    #[must_use]
    pub fn carry(&mut self, names: Vec<Handed>) -> Vec<Handed> {
        // What was remembered does not know them.
        self.only = Interest::only();
        self.reach.carry(names)
    }

    /// Takes note of what the next file imports.
    pub fn note(&self, importers: &mut Importers, report: &mut FileReport) {
        importers.push(std::mem::take(&mut report.keys));
    }
}
