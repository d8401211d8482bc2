//! `policy schema`: what editors need to help while somebody writes a policy. Knows where it is written to; the schema is put together
//! elsewhere.

use super::output::to_file;
use super::{Command, Exit, Shell, common};
use crate::disk::{absolute, plain};
use crate::{packs, policy};
use clap::{Arg, ArgMatches, value_parser};
use std::path::PathBuf;

/// The command.
pub(super) static COMMAND: Command = Command { name: "schema", define, run };

fn define(command: clap::Command) -> clap::Command {
    command
        .about("Write a JSON Schema of the policy file, for editors")
        .arg(
            Arg::new("output")
                .long("output")
                .short('o')
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("Write it there; standard output by default"),
        )
        .after_help(
            "\
Examples:
  policy schema > policy.schema.json
  policy schema --output .vscode/policy.schema.json

Editors with a YAML language server take it from the first line of policy.yaml:
  # yaml-language-server: $schema=policy.schema.json",
        )
}

fn run(matches: &ArgMatches, shell: &mut Shell<'_>) -> Exit {
    let packs: Vec<(&str, &str)> = packs::PACKS.iter().map(|(name, text)| (*name, packs::about(text))).collect();
    let text = format!("{:#}\n", policy::schema(&packs));
    let Some(file) = matches.get_one::<PathBuf>("output") else {
        let written = shell.out.write_all(text.as_bytes());
        return common::printed(shell, written, Exit::Clean);
    };
    // Nothing but an older schema is replaced: `-o policy.yaml` is a slip.
    let target = absolute(&shell.working, file);
    let is_other = std::fs::read_to_string(&target).is_ok_and(|old| !old.contains("json-schema.org"));
    if is_other {
        let what = format!("`{}` is no schema, and is not overwritten", file.display());
        return common::fail(shell, &what, "name another file, or remove it first");
    }
    match to_file(&target, |out| out.write_all(text.as_bytes())) {
        Ok(()) => Exit::Clean,
        Err(error) => {
            let what = format!("the schema `{}` could not be written: {}", file.display(), plain(&error));
            common::fail(shell, &what, "make its folder writable, or name another file")
        }
    }
}
