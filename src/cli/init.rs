//! `policy init`: a first policy to go on from. Never overwrites.

use super::{Command, Exit, Shell, common};
use crate::disk::POLICY_NAMES;
use clap::ArgMatches;
use std::io::Write as _;

/// The command.
pub(super) static COMMAND: Command = Command { name: "init", define, run };

const FIRST: &str = r"version: 1

rules:
  # One decision of the team: the id, what is forbidden, what to use instead, and why.
  old-http:
    forbid: [requests, aiohttp]
    # instead: acme.http
    why: Retries, tracing and pooling live in the standard client.
    # The wrapper itself may use the library:
    # allow-in: [acme/http/]
    examples:
      - bad: import requests
";

fn define(command: clap::Command) -> clap::Command {
    command.about("Write a first policy.yaml into the root; never overwrites").after_help(
        "\
Examples:
  policy init && policy check",
    )
}

fn run(matches: &ArgMatches, shell: &mut Shell<'_>) -> Exit {
    let place = match common::place(matches, shell.working.clone(), shell) {
        Ok(place) => place,
        Err(exit) => return exit,
    };
    if let Some(policy) = &place.policy {
        let what = format!("there already is a policy: `{}`", policy.display());
        return common::fail(shell, &what, "edit it; `policy rules` lists what it says");
    }
    let file = place.root.join(POLICY_NAMES[0]);
    let created = std::fs::OpenOptions::new().write(true).create_new(true).open(&file);
    match created.and_then(|mut file| file.write_all(FIRST.as_bytes())) {
        Ok(()) => {
            let written = writeln!(shell.out, "wrote {}\nnext: edit it, then run `policy check`", file.display());
            common::printed(shell, written, Exit::Clean)
        }
        Err(error) => common::fail(shell, &format!("`{}` could not be written: {error}", file.display()), ""),
    }
}
