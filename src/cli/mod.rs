//! The command line. This file knows the seam: what a command is, the table of all of them, and the exit codes. Each
//! command turns the outside into sources, and a report into the outside.

mod baseline;
mod change;
mod check;
mod check_args;
mod code_owners;
mod common;
mod completions;
mod doctor;
mod explain;
mod extensions;
mod facts;
mod included;
mod init;
mod judge;
mod man;
mod output;
mod passes;
mod policy_file;
mod policy_text;
mod prepare;
mod progress;
mod ratchet;
mod reports;
mod rules;
mod run;
mod schema;
mod side;
mod suppress;
mod target;
mod tell;
mod test;
mod whole;

use crate::formats::escape;
use clap::ArgMatches;
use jiff::civil::Date;
use std::io::{Read, Write};
use std::path::PathBuf;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Complete, and nothing at or above the fail level.
    Clean,
    /// Complete, with findings.
    Findings,
    /// Not complete, or not to be trusted.
    Failed,
}

impl Exit {
    /// The code for the system.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Exit::Clean => 0,
            Exit::Findings => 1,
            Exit::Failed => 2,
        }
    }
}

/// The outside, as commands see it.
pub struct Shell<'s> {
    /// Findings and facts go here.
    pub out: &'s mut (dyn Write + Send),
    /// Everything else goes here.
    pub err: &'s mut (dyn Write + Send),
    /// Standard input.
    pub input: &'s mut (dyn Read + Send),
    /// The working folder, absolute.
    pub working: PathBuf,
    /// What went wrong last, and what to do about it: reports tell it, too.
    pub trouble: Option<(String, String)>,
    /// Today (UTC).
    pub today: Date,
    /// The index that git says is about to be committed, where that is not the usual one (`GIT_INDEX_FILE`).
    pub git_index: Option<PathBuf>,
    /// Columns of the terminal behind `out`, if it is one.
    pub out_columns: Option<usize>,
    /// Columns of the terminal behind `err`, if it is one.
    pub err_columns: Option<usize>,
    /// Whether the environment forbids or demands colours (`NO_COLOR`, `CLICOLOR_FORCE`, `TERM=dumb`).
    pub color: Option<bool>,
}

/// One command.
pub struct Command {
    /// Its name.
    pub name: &'static str,
    /// Adds arguments and help.
    pub define: fn(clap::Command) -> clap::Command,
    /// Runs it.
    pub run: fn(&ArgMatches, &mut Shell<'_>) -> Exit,
}

/// Every command.
pub static COMMANDS: &[&Command] = &[
    &check::COMMAND,
    &baseline::COMMAND,
    &facts::COMMAND,
    &rules::COMMAND,
    &explain::COMMAND,
    &test::COMMAND,
    &init::COMMAND,
    &doctor::COMMAND,
    &schema::COMMAND,
    &completions::COMMAND,
    &man::COMMAND,
];

/// The whole command line, for parsing, help and completions.
#[must_use]
pub fn command_line() -> clap::Command {
    let about = "Keeps Python code bases on the libraries and import paths that their teams agreed on";
    let examples = "\
Examples:
  policy init                      write a first policy.yaml
  policy check                     check everything beneath the root
  policy check apps/ tests/a.py    check a part of it
  policy explain no-old-http       why a rule is there, and what to use instead

Exit codes: 0 clean, 1 findings, 2 not complete (wrong usage, wrong policy, unreadable file)";
    let examples = format!("{}\n{examples}", common::everywhere());
    let mut line = clap::Command::new("policy")
        .version(env!("CARGO_PKG_VERSION"))
        .about(about)
        .after_help(examples)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true);
    for command in COMMANDS {
        line = line.subcommand(common::arguments((command.define)(clap::Command::new(command.name))));
    }
    line
}

/// Runs one command line.
pub fn run<I, T>(arguments: I, shell: &mut Shell<'_>) -> Exit
where
    I: IntoIterator<Item = T>,
    T: Into<std::ffi::OsString> + Clone,
{
    let matches = match command_line().try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => return usage(error, shell),
    };
    let Some((name, matches)) = matches.subcommand() else { return Exit::Failed };
    if let Some(today) = common::today(matches) {
        shell.today = today;
    }
    match COMMANDS.iter().find(|command| command.name == name) {
        Some(command) => (command.run)(matches, shell),
        None => Exit::Failed,
    }
}

/// The same error about arguments in which nothing steers a terminal or a runner: it repeats what was typed, and a file may be
/// called like an option.
fn harmless(mut error: clap::Error) -> clap::Error {
    use clap::error::{ContextKind, ContextValue};
    let lines =
        |text: &str| text.split('\n').map(|line| escape::line(line).into_owned()).collect::<Vec<_>>().join("\n");
    let shown = |text: &clap::builder::StyledStr| clap::builder::StyledStr::from(lines(&text.to_string()));
    let is_plain = |text: &str| matches!(lines(text), same if same == text);
    let harmless: Vec<(ContextKind, ContextValue)> = error
        .context()
        .filter_map(|(kind, value)| {
            let value = match value {
                ContextValue::String(text) => ContextValue::String(escape::line(text).into_owned()),
                ContextValue::Strings(all) => {
                    ContextValue::Strings(all.iter().map(|text| escape::line(text).into_owned()).collect())
                }
                ContextValue::StyledStr(text) if !is_plain(&text.to_string()) => ContextValue::StyledStr(shown(text)),
                ContextValue::StyledStrs(all) if !all.iter().all(|text| is_plain(&text.to_string())) => {
                    ContextValue::StyledStrs(all.iter().map(shown).collect())
                }
                _ => return None,
            };
            Some((kind, value))
        })
        .collect();
    for (kind, value) in harmless {
        error.insert(kind, value);
    }
    error
}

/// Help and version go to `out` and are no failure; everything else is wrong usage.
fn usage(error: clap::Error, shell: &mut Shell<'_>) -> Exit {
    let is_wrong = error.use_stderr();
    let text = harmless(error).render();
    let (stream, columns): (&mut dyn Write, _) =
        if is_wrong { (&mut *shell.err, shell.err_columns) } else { (&mut *shell.out, shell.out_columns) };
    let colored = shell.color.unwrap_or(columns.is_some());
    let written = if colored { write!(stream, "{}", text.ansi()) } else { write!(stream, "{text}") };
    if is_wrong || written.and_then(|()| stream.flush()).is_err() { Exit::Failed } else { Exit::Clean }
}
