//! `policy completions`: scripts for shells. Knows the library that writes them.

use super::{Command, Exit, Shell, command_line, common};
use clap::{Arg, ArgMatches, value_parser};
use clap_complete::Shell as Kind;

/// The command.
pub(super) static COMMAND: Command = Command { name: "completions", define, run };

fn define(command: clap::Command) -> clap::Command {
    command
        .about("Write a completion script for a shell")
        .arg(Arg::new("shell").value_name("SHELL").required(true).value_parser(value_parser!(Kind)).help("The shell"))
        .after_help(
            "\
Examples:
  policy completions bash > ~/.local/share/bash-completion/completions/policy
  policy completions zsh > ~/.zfunc/_policy
  policy completions fish > ~/.config/fish/completions/policy.fish",
        )
}

fn run(matches: &ArgMatches, shell: &mut Shell<'_>) -> Exit {
    let Some(kind) = matches.get_one::<Kind>("shell").copied() else { return Exit::Failed };
    let mut script = Vec::new();
    clap_complete::generate(kind, &mut command_line(), "policy", &mut script);
    let written = shell.out.write_all(&script);
    common::printed(shell, written, Exit::Clean)
}
