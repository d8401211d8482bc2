//! Hooks: whether pre-commit is told to run the policy, and whether git runs pre-commit in this clone. Knows the configuration of
//! pre-commit; must not know where git keeps hooks.

use super::calls::calls;
use super::shells::Shell;
use super::yaml_file;
use super::{Answers, Seen};
use crate::readers::tree::Item;

/// What git would run before a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Installed {
    /// A script with this text.
    Script(String),
    /// Nothing.
    Nothing,
    /// Nobody can tell, for this reason.
    Unknown(String),
}

/// The hook of pre-commit is installed in this clone.
pub(super) fn look(seen: &Seen<'_>, answers: &mut Answers) {
    let own = matches!(&seen.installed, Installed::Script(text) if runs(text));
    let Some(file) = &seen.pre_commit else {
        let what =
            if own { "git's own hook runs `policy check`" } else { "not used: there is no .pre-commit-config.yaml" };
        return answers.ok(what);
    };
    let (_, tree) = match yaml_file::read(&file.content) {
        Ok(read) => read,
        Err((line, why)) => return answers.problem(Some((&file.path, line)), why, "mend the file"),
    };
    let is_policy = |hook: &&Item<'static>| {
        hook.text_of("id").is_some_and(|id| id == "policy" || id.starts_with("policy-"))
            || hook.text_of("entry").is_some_and(runs)
    };
    let hooks = tree.root.at(&["repos", "hooks"]);
    if !hooks.into_iter().flat_map(Item::items).any(|hook| is_policy(&hook)) {
        return answers.ok("not used: .pre-commit-config.yaml has no hook of the policy");
    }
    let place = Some((&file.path, 0));
    match &seen.installed {
        Installed::Script(text) if text.contains("pre-commit") || own => answers.ok("installed in this clone"),
        Installed::Script(_) => answers.unsure(
            place,
            "git runs another hook before a commit: whether that one runs pre-commit",
            "`pre-commit install` keeps the other one beside it",
        ),
        Installed::Nothing => {
            answers.wanting(place, "has a hook of the policy, but git runs none in this clone", "`pre-commit install`");
        }
        Installed::Unknown(why) => answers.unsure(place, why.clone(), "`pre-commit install` in a git work tree"),
    }
}

fn runs(script: &str) -> bool {
    !calls(script, Shell::PLAIN).is_empty()
}
