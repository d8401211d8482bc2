//! `policy rules`: one rule a line. Knows columns only.

use super::{Command, Exit, Shell, common, policy_file};
use crate::formats::escape;
use clap::ArgMatches;

/// The command.
pub(super) static COMMAND: Command = Command { name: "rules", define, run };

fn define(command: clap::Command) -> clap::Command {
    command.about("List the rules of the policy, one a line: id, level, verb, successor").after_help(
        "\
Examples:
  policy rules                    the rules that hold here
  policy rules | cut -f1          their ids",
    )
}

fn run(matches: &ArgMatches, shell: &mut Shell<'_>) -> Exit {
    let (_, policy, _) = match policy_file::here(matches, shell.err_columns, shell) {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    let mut written = Ok(());
    for rule in &policy.rules {
        let names: Vec<String> = rule.judge.entries();
        let mut line =
            format!("{}\t{}\t{} {}", rule.id, rule.usual_level(shell.today), rule.kind.key, names.join(", "));
        if let Some(instead) = &rule.instead {
            line.push_str("\tinstead: ");
            line.push_str(&instead.text);
        }
        let cells: Vec<String> = line.split('\t').map(|cell| escape::line(cell).into_owned()).collect();
        written = written.and_then(|()| writeln!(shell.out, "{}", cells.join("\t")));
    }
    common::printed(shell, written, Exit::Clean)
}
