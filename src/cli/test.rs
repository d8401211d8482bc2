//! `policy test`: runs the examples of all rules. Knows how failures are shown.

use super::common::fail;
use super::{Command, Exit, Shell, common, policy_file};
use crate::disk::DiskTree;
use crate::document::mistake::Mistake;
use crate::engine::{Engine, Keep, Mode, run_examples, try_spellings};
use crate::formats;
use crate::formats::paths::Paths;
use crate::policy::Policy;
use crate::project::Project;
use crate::project::Tree;
use clap::{Arg, ArgMatches};

/// The command.
pub(super) static COMMAND: Command = Command { name: "test", define, run };

fn define(command: clap::Command) -> clap::Command {
    command
        .about("Run the examples of the policy: `bad` code must be a finding, `good` code must not")
        .arg(
            Arg::new("spellings")
                .long("spellings")
                .value_name("RULE")
                .help("Try every spelling of reaching what this rule forbids, and of what only looks so"),
        )
        .arg(
            Arg::new("verbose")
                .long("verbose")
                .short('v')
                .action(clap::ArgAction::SetTrue)
                .help("With --spellings: tell each spelling, not only those that go wrong"),
        )
        .after_help(
            "\
Examples:
  policy test                             runs all of them
  policy test --spellings no-requests     proves that the rule sees every way to reach what it forbids

An example in the policy:
  examples:
    - bad: import requests
      good: from acme.http import get
      path: apps/api/x.py        (optional: judge it as this file, with scope and exemptions)

Exit codes: 0 all hold, 1 an example fails, 2 the policy is wrong",
        )
}

/// Every spelling of what a rule forbids.
fn spellings(rule: &str, policy: &Policy, verbose: bool, shell: &mut Shell<'_>) -> Exit {
    let known: Vec<String> = policy.rules.iter().map(|rule| rule.id.to_string()).collect();
    let Some(rule) = policy.rules.iter().find(|own| *own.id == *rule) else {
        let near = crate::document::mistake::nearest(rule, known.iter().map(String::as_str));
        let help = near.map_or("`policy rules` lists all".to_owned(), |near| format!("did you mean `{near}`?"));
        return fail(shell, &format!("the policy has no rule `{rule}`"), &help);
    };
    let tried = try_spellings(policy, rule, shell.today);
    if tried.is_empty() {
        let what = format!("the rule `{}` forbids nothing by name in every spelling", rule.id);
        return fail(shell, &what, "spellings are those of `forbid: [NAME]`, `forbid: { name: [NAME] }` and `moved`");
    }
    let mut wrong = 0;
    let mut written = Ok(());
    for one in &tried {
        wrong += usize::from(one.wrong.is_some());
        if one.wrong.is_none() && !verbose {
            continue;
        }
        let verdict = if one.must { format!("must flag, {}", one.level.as_str()) } else { "must not flag".to_owned() };
        let outcome = one.wrong.as_ref().map_or("holds".to_owned(), |wrong| format!("FAILS: {wrong}"));
        let mode = match one.mode {
            Mode::Module => "module",
            Mode::Member => "member",
        };
        let line = format!("{} `{}` as {mode}: {verdict}: {outcome} ({})", one.id, one.name, one.about);
        written = written.and_then(|()| writeln!(shell.out, "{line}"));
    }
    let must = tried.iter().filter(|one| one.must).count();
    let (held, count) = (tried.len() - wrong, tried.len());
    let written = written.and_then(|()| {
        let others = count - must;
        writeln!(shell.out, "{held} of {count} spellings hold: {must} that must be findings, {others} that must not")
    });
    common::printed(shell, written, if wrong == 0 { Exit::Clean } else { Exit::Findings })
}

fn run(matches: &ArgMatches, shell: &mut Shell<'_>) -> Exit {
    let (place, policy, style) = match policy_file::here(matches, shell.out_columns, shell) {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    if let Some(rule) = matches.get_one::<String>("spellings") {
        return spellings(rule, &policy, matches.get_flag("verbose"), shell);
    }
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
