//! The arguments of `policy check`: what was typed. Knows spelling and conflicts; does nothing.

use super::common;
use super::output::{self, Destination};
use crate::formats::{self, FORMATS, GroupBy};
use crate::level::Level;
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, ArgAction, ArgMatches, value_parser};
use std::path::PathBuf;

/// Adds the arguments.
pub(super) fn define(command: clap::Command) -> clap::Command {
    let command = command.about("Judge files by the policy");
    let formats: Vec<&str> = FORMATS.iter().map(|format| format.name()).collect();
    let after = format!("Formats: {}\n\n{EXAMPLES}", formats.join(", "));
    what_fails(what_is_told(what_is_new(what_is_checked(command)))).after_help(after)
}

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

fn file(name: &'static str, value: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).value_parser(value_parser!(PathBuf))
}

fn what_is_checked(command: clap::Command) -> clap::Command {
    command
        .arg(common::paths().help("Files and folders; `-` is standard input; the working folder by default"))
        .next_help_heading("What is checked")
        .arg(
            Arg::new("rule")
                .long("rule")
                .value_name("ID")
                .action(ArgAction::Append)
                .help("Judge by this rule only (repeatable)"),
        )
        .arg(file("files-from0", "FILE").help("Check the files named in FILE (or `-`), separated by NUL"))
        .arg(
            Arg::new("stdin-filename")
                .long("stdin-filename")
                .value_name("NAME")
                .value_parser(value_parser!(PathBuf))
                .help("What standard input is called (with `-`)"),
        )
        .arg(flag("allow-empty", "A folder in which nothing is checked is no error"))
        .arg(
            flag("files", "Tell each file, selected or not, and why; judge nothing")
                .conflicts_with_all(["report", "output"]),
        )
}

fn what_is_new(command: clap::Command) -> clap::Command {
    command
        .next_help_heading("What is new")
        .arg(
            Arg::new("since")
                .long("since")
                .value_name("REV")
                .help("Tell only what was added since the history of REV parted from this one"),
        )
        .arg(flag("staged", "Check what is about to be committed, and tell only what it adds").conflicts_with("since"))
        .arg(
            Arg::new("policy-ref")
                .long("policy-ref")
                .value_name("REV")
                .help("Judge what is checked out by the policy and the baseline of REV"),
        )
        .arg(
            file("baseline", "FILE").help("The findings that may stay; `policy.baseline` beside the policy by default"),
        )
        .arg(
            flag("add-suppressions", "Write a comment at each finding that suppresses it")
                .requires("reason")
                .conflicts_with_all(["staged", "policy-ref", "report", "output", "files"]),
        )
        .arg(
            Arg::new("reason")
                .long("reason")
                .value_name("TEXT")
                .requires("add-suppressions")
                .help("Why, for `--add-suppressions`"),
        )
}

fn what_is_told(command: clap::Command) -> clap::Command {
    let formats = FORMATS.iter().map(|format| PossibleValue::new(format.name()));
    command
        .next_help_heading("What is told")
        .arg(
            Arg::new("format")
                .long("format")
                .short('f')
                .value_name("FORMAT")
                .value_parser(PossibleValuesParser::new(formats))
                .default_value("human")
                .hide_possible_values(true)
                .hide_default_value(true)
                .help("How to tell it, `human` by default; the formats are named below"),
        )
        .arg(file("output", "FILE").short('o').help("Write the report to FILE, whole or not at all"))
        .arg(
            Arg::new("report")
                .long("report")
                .value_name("FORMAT=FILE")
                .action(ArgAction::Append)
                .help("Write one more report (repeatable)"),
        )
        .arg(
            Arg::new("limit")
                .long("limit")
                .value_name("N|all")
                .default_value("50")
                .hide_default_value(true)
                .value_parser(read_limit)
                .help("Show at most N findings in `human` (50 by default)"),
        )
        .arg(
            Arg::new("group-by")
                .long("group-by")
                .value_name("WHAT")
                .value_parser(PossibleValuesParser::new(GroupBy::ALL.map(|(name, _)| name)))
                .hide_possible_values(true)
                .help("Put findings together in `human`: by owner, rule or directory"),
        )
        .arg(
            Arg::new("owner")
                .long("owner")
                .value_name("OWNER")
                .action(ArgAction::Append)
                .help("Tell only findings of this owner, `nobody` or `unknown` (repeatable)"),
        )
        .arg(flag("quiet", "Tell problems only; the exit code says the rest").short('q'))
        .arg(flag("stats", "Tell what the run did and how long it took"))
}

fn what_fails(command: clap::Command) -> clap::Command {
    command
        .next_help_heading("What fails")
        .arg(
            Arg::new("fail-level")
                .long("fail-level")
                .value_name("LEVEL")
                .value_parser(PossibleValuesParser::new(["error", "warn", "note", "never"]))
                .default_value("error")
                .hide_possible_values(true)
                .hide_default_value(true)
                .help("Exit 1 at or above LEVEL: error (default), warn, note or never"),
        )
        .arg(
            Arg::new("dates")
                .long("dates")
                .value_name("HOW")
                .value_parser(PossibleValuesParser::new(["enforce", "announce"]))
                .default_value("enforce")
                .hide_possible_values(true)
                .hide_default_value(true)
                .help("What a date brings about fails (enforce, default) or not (announce)"),
        )
        .arg(
            flag("strict", "Warnings fail, too, and entries of the baseline that are done")
                .conflicts_with("fail-level"),
        )
}

const EXAMPLES: &str = "\
Examples:
  policy check                                  everything beneath the root
  policy check apps/ --rule no-old-http         one folder, one rule
  policy check --report json=policy.json        findings here, and a report for machines
  policy check --since origin/main              what this branch adds
  policy check --staged                         what the next commit would add

Exit codes: 0 clean, 1 findings, 2 not complete (wrong usage, wrong policy, unreadable file)";

fn read_limit(text: &str) -> Result<usize, String> {
    match text {
        "all" => Ok(usize::MAX),
        _ => text.parse().map_err(|_| "a number, or `all`".to_owned()),
    }
}

/// From which level on the run fails.
#[must_use]
pub(super) fn fail_level(matches: &ArgMatches) -> Level {
    if matches.get_flag("strict") {
        return Level::Warn;
    }
    matches.get_one::<String>("fail-level").and_then(|text| Level::parse(text)).unwrap_or(Level::None)
}

/// What findings are put together by.
#[must_use]
pub(super) fn group_by(matches: &ArgMatches) -> Option<GroupBy> {
    let name = matches.get_one::<String>("group-by")?;
    GroupBy::ALL.iter().find(|(own, _)| own == name).map(|(_, by)| *by)
}

/// Where reports go, the main one first.
///
/// # Errors
/// In words, when a `--report` is malformed.
pub(super) fn destinations(matches: &ArgMatches) -> Result<Vec<Destination>, (String, String)> {
    let name = matches.get_one::<String>("format").map_or("human", String::as_str);
    let Some(format) = formats::by_name(name) else { return Err((format!("no format `{name}`"), String::new())) };
    let main = matches.get_one::<PathBuf>("output").filter(|file| !output::is_standard(file)).cloned();
    let mut all = vec![Destination { format, file: main }];
    for written in matches.get_many::<String>("report").into_iter().flatten() {
        let known: Vec<&str> = FORMATS.iter().map(|format| format.name()).collect();
        let help = format!("write `--report FORMAT=FILE`, where FORMAT is one of: {}", known.join(", "));
        let Some((name, file)) = written.split_once('=').filter(|(_, file)| !file.is_empty()) else {
            return Err((format!("`--report {written}` names no file"), help));
        };
        let Some(format) = formats::by_name(name) else {
            return Err((format!("`--report {written}`: there is no format `{name}`"), help));
        };
        let file = Some(PathBuf::from(file)).filter(|file| !output::is_standard(file));
        all.push(Destination { format, file });
    }
    Ok(all)
}
