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
            vec![format!("pack:{name}"), format!("{rules} rules"), packs::about(text).to_owned()]
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

/// The cells of a rule's line.
fn line(rule: &Rule, target: (u8, u8), today: Date) -> Vec<String> {
    let verb = format!("{} {}", rule.kind.key, rule.judge.entries().join(", "));
    let mut cells = vec![rule.id.to_string(), rule.usual_level(today).to_string(), verb];
    cells.extend(rule.instead.as_ref().map(|instead| format!("instead: {}", instead.text)));
    let silent = rule.python.as_ref().filter(|_| !rule.holds_for(target));
    cells.extend(silent.map(|(_, python)| format!("silent: python {python}")));
    cells
}

fn tell(lines: Vec<Vec<String>>, shell: &mut Shell<'_>) -> Exit {
    let mut written = Ok(());
    for cells in lines {
        let cells: Vec<String> = cells.iter().map(|cell| escape::line(cell).into_owned()).collect();
        written = written.and_then(|()| writeln!(shell.out, "{}", cells.join("\t")));
    }
    common::printed(shell, written, Exit::Clean)
}
