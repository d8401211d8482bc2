//! Whether a gate is real: what a project's files say about who runs the policy, when, and what may slip by. Pure: it looks at plain
//! data that a shell has gathered. This file knows the seam: what a check is, what it answers, and the table of all of them.

mod calls;
mod checks;
mod conditions;
mod effects;
mod fates;
mod filters;
mod gates;
mod gitlab;
mod hooks;
mod options;
mod revisions;
mod runners;
mod script;
mod seen;
mod shells;
mod workflow;
mod yaml_file;

pub use hooks::Installed;
pub use seen::{File, Seen};
pub use workflow::Workflow;

use crate::repo_path::RepoPath;
use std::collections::BTreeMap;

/// What a check came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// As it should be.
    Ok,
    /// Not as it should be; the answer says how to mend it.
    Wanting,
    /// Nothing here says; the answer says where to look.
    CannotTell,
    /// Something could not be looked at.
    Problem,
}

impl State {
    /// Every state, the best first.
    pub const ALL: [State; 4] = [State::Ok, State::Wanting, State::CannotTell, State::Problem];

    /// The spelling for people and in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            State::Ok => "ok",
            State::Wanting => "wanting",
            State::CannotTell => "cannot tell",
            State::Problem => "problem",
        }
    }
}

/// One thing that a check has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Which check says it.
    pub check: &'static str,
    /// How it is.
    pub state: State,
    /// The file that it is about, from the top of the work tree, and the line, from 1, where there is one.
    pub place: Option<(RepoPath, Option<u32>)>,
    /// What there is.
    pub what: String,
    /// What to do about it; empty where nothing is.
    pub help: String,
}

/// One check.
pub struct Check {
    /// Its name.
    pub id: &'static str,
    /// What it looks at, in one line.
    pub about: &'static str,
    /// Looks, and answers.
    look: fn(&Seen<'_>, &mut Answers),
}

/// Every check, in the order in which they are told.
pub static CHECKS: &[Check] = &[
    Check { id: "policy-decides", about: "a rule can fail, and something is checked", look: checks::policy::decides },
    Check { id: "policy-tracked", about: "git tracks the policy and the baseline", look: checks::policy::tracked },
    Check { id: "workflow-runs", about: "a job runs `policy check` on pull requests", look: checks::runs::runs },
    Check { id: "workflow-narrowed", about: "no filter keeps it from running", look: checks::runs::narrowed },
    Check { id: "workflow-skipped", about: "no condition skips it", look: checks::runs::skipped },
    Check { id: "workflow-verdict", about: "its exit code decides", look: checks::verdict::verdict },
    Check { id: "workflow-history", about: "enough history is checked out", look: checks::history::history },
    Check {
        id: "workflow-policy-ref",
        about: "a change cannot edit its own policy",
        look: checks::history::policy_ref,
    },
    Check {
        id: "workflow-target",
        about: "no untrusted code meets the rights of the base",
        look: checks::runs::target,
    },
    Check { id: "workflow-main", about: "the main branch is checked too", look: checks::runs::main },
    Check { id: "workflow-queue", about: "merge queues run it", look: checks::runs::queue },
    Check { id: "workflow-version", about: "the version of the tool is pinned", look: checks::versions::pinned },
    Check { id: "gitlab-runs", about: "a GitLab job runs `policy check` on merge requests", look: gitlab::look },
    Check { id: "owners", about: "CODEOWNERS covers what decides", look: checks::owners::covered },
    Check { id: "hooks", about: "the hook of pre-commit is installed in this clone", look: hooks::look },
    Check { id: "exemptions", about: "exemptions and overrides are alive", look: checks::life::exemptions },
    Check {
        id: "suppressions",
        about: "comments suppress what is there, within budgets",
        look: checks::life::suppressions,
    },
    Check { id: "baseline", about: "the baseline holds what is still found", look: checks::life::baseline },
    Check { id: "schedules", about: "what dates will bring", look: checks::life::schedules },
    Check { id: "requires", about: "the policy says which versions may read it", look: checks::versions::requires },
    Check { id: "branch-protection", about: "what only the settings of the service say", look: checks::elsewhere },
];

/// Looks at everything. The answers come in the order of the checks.
#[must_use]
pub fn examine(seen: &Seen<'_>) -> Vec<Answer> {
    let mut answers = Answers { check: "", all: Vec::new() };
    for check in CHECKS {
        answers.check = check.id;
        (check.look)(seen, &mut answers);
    }
    answers.shortened()
}

/// Answers as they are gathered.
struct Answers {
    check: &'static str,
    all: Vec<Answer>,
}

impl Answers {
    fn say(&mut self, state: State, place: Option<(&RepoPath, u32)>, what: impl Into<String>, help: impl Into<String>) {
        let place = place.map(|(path, line)| (path.clone(), (line > 0).then_some(line)));
        self.all.push(Answer { check: self.check, state, place, what: what.into(), help: help.into() });
    }

    /// All of them; of many that ask for the same, the first few, and how many more there are.
    fn shortened(self) -> Vec<Answer> {
        const MOST: usize = 5;
        let key = |answer: &Answer| (answer.check, answer.state, answer.help.clone());
        let mut counts: BTreeMap<_, usize> = BTreeMap::new();
        for answer in &self.all {
            *counts.entry(key(answer)).or_default() += 1;
        }
        let mut told: BTreeMap<_, usize> = BTreeMap::new();
        let mut short = Vec::new();
        for mut answer in self.all {
            let own = key(&answer);
            let all = counts.get(&own).copied().unwrap_or_default();
            let nth = told.entry(own).or_default();
            *nth += 1;
            if *nth == MOST + 1 && answer.state != State::Ok {
                (answer.place, answer.what) = (None, format!("and {} more of these", all - MOST));
                short.push(answer);
            } else if *nth <= MOST {
                short.push(answer);
            }
        }
        short
    }

    fn ok(&mut self, what: impl Into<String>) {
        self.say(State::Ok, None, what, "");
    }

    fn wanting(&mut self, place: Option<(&RepoPath, u32)>, what: impl Into<String>, help: impl Into<String>) {
        self.say(State::Wanting, place, what, help);
    }

    fn unsure(&mut self, place: Option<(&RepoPath, u32)>, what: impl Into<String>, help: impl Into<String>) {
        self.say(State::CannotTell, place, what, help);
    }

    fn problem(&mut self, place: Option<(&RepoPath, u32)>, what: impl Into<String>, help: impl Into<String>) {
        self.say(State::Problem, place, what, help);
    }

    /// Whether the check at hand has said nothing yet.
    fn is_silent(&self) -> bool {
        !self.all.iter().any(|answer| answer.check == self.check)
    }
}

/// A path from the root as one from the top of the work tree.
fn gathered(below: &RepoPath, path: &RepoPath) -> RepoPath {
    if below.as_bytes().is_empty() {
        path.clone()
    } else {
        RepoPath::from_bytes(&[below.as_bytes(), b"/", path.as_bytes()].concat())
    }
}
