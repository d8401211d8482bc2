//! `policy rules`: one rule a line, or one pack. Knows columns only.

use super::{Command, Exit, Shell, common, policy_file};
use crate::formats::escape;
use crate::packs;
use crate::policy::Rule;
use clap::{Arg, ArgAction, ArgMatches};
use jiff::civil::Date;

/// The command.
pub(super) static COMMAND: Command = Command { name: "rules", define, run };

fn define(command: clap::Command) -> clap::Command {
    command
        .about("List the rules of the policy, one a line: id, level, verb, successor")
        .arg(
            Arg::new("packs")
                .long("packs")
                .action(ArgAction::SetTrue)
                .help("List the packs that come with the tool instead"),
        )
        .after_help(
            "\
Examples:
  policy rules                    the rules that hold here, with those that `extends` pulls in
  policy rules | cut -f1          their ids
  policy rules --packs            what `extends: [pack:NAME]` can pull in",
        )
}

fn run(matches: &ArgMatches, shell: &mut Shell<'_>) -> Exit {
    if matches.get_flag("packs") {
        let lines = packs::PACKS.iter().map(|(name, text)| {
            let rules = policy_file::pack(name).map_or(0, |pack| pack.rules.len());
            format!("pack:{name}\t{rules} rules\t{}", packs::about(text))
        });
        return tell(lines.collect(), shell);
    }
    let (_, policy, _) = match policy_file::here(matches, shell.err_columns, shell) {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    let today = shell.today;
    tell(policy.rules.iter().map(|rule| line(rule, policy.python.target, today)).collect(), shell)
}

fn line(rule: &Rule, target: (u8, u8), today: Date) -> String {
    let entries = rule.judge.entries().join(", ");
    let mut line = format!("{}\t{}\t{} {entries}", rule.id, rule.usual_level(today), rule.kind.key);
    if let Some(instead) = &rule.instead {
        line.push_str("\tinstead: ");
        line.push_str(&instead.text);
    }
    if let Some((_, python)) = rule.python.as_ref().filter(|_| !rule.holds_for(target)) {
        line.push_str("\tsilent: python ");
        line.push_str(python);
    }
    line
}

fn tell(lines: Vec<String>, shell: &mut Shell<'_>) -> Exit {
    let mut written = Ok(());
    for line in lines {
        let cells: Vec<String> = line.split('\t').map(|cell| escape::line(cell).into_owned()).collect();
        written = written.and_then(|()| writeln!(shell.out, "{}", cells.join("\t")));
    }
    common::printed(shell, written, Exit::Clean)
}
