//! `policy test`: runs the examples of all rules. Knows how failures are shown.

use super::{Command, Exit, Shell, common, policy_file};
use crate::disk::DiskTree;
use crate::document::mistake::Mistake;
use crate::engine::{Engine, Keep, run_examples};
use crate::formats;
use crate::formats::paths::Paths;
use crate::project::Project;
use clap::ArgMatches;

/// The command.
pub(super) static COMMAND: Command = Command { name: "test", define, run };

fn define(command: clap::Command) -> clap::Command {
    command.about("Run the examples of the policy: `bad` code must be a finding, `good` code must not").after_help(
        "\
An example in the policy:
  examples:
    - bad: import requests
      good: from acme.http import get
      path: apps/api/x.py        (optional: judge it as this file, with scope and exemptions)

Exit codes: 0 all hold, 1 an example fails, 2 the policy is wrong",
    )
}

fn run(matches: &ArgMatches, shell: &mut Shell<'_>) -> Exit {
    let (place, policy, style) = match policy_file::here(matches, shell.out_columns, shell) {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    let tree = DiskTree::new(place.root.clone());
    let project = Project::new(policy.layout(|path| tree.is_folder(path)), &tree);
    let engine = Engine::new(&policy, &project, shell.today, Keep::Findings);
    let (own, count, failures) = run_examples(&engine);
    let paths = Paths::new(&place.root, &shell.working, place.work_tree.as_deref());
    let mut drawn = Ok(());
    for failure in &failures {
        let source = policy.pulled_at(failure.source).map_or(&policy.source, |pulled| &pulled.source);
        let help = format!("correct the example, or the rule `{}`", failure.rule);
        let mistake = Mistake::new(failure.code.span, failure.message.clone(), help);
        let name = formats::policy_name(source, &paths);
        drawn = drawn.and_then(|()| formats::draw_failures(source, &name, &[mistake], style, &mut shell.out));
    }
    let without = policy.rules.iter().filter(|rule| rule.examples.is_empty()).count();
    let written = drawn.and_then(|()| {
        let note = match without {
            0 => String::new(),
            1 => "; 1 rule has no example".to_owned(),
            _ => format!("; {without} rules have no example"),
        };
        let pulled =
            if own == count { String::new() } else { format!(" ({own} of this policy, {} pulled in)", count - own) };
        writeln!(shell.out, "{} of {count} examples hold{pulled}{note}", count - failures.len())
    });
    common::printed(shell, written, if failures.is_empty() { Exit::Clean } else { Exit::Findings })
}
