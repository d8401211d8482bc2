//! `policy doctor`: is the gate real? Knows the command; what is looked at, what it comes to and how it is told are elsewhere.

mod look;
mod tell;

use super::prepare::{Prepared, prepare};
use super::ratchet::Loaded;
use super::run::Run;
use super::side::Means;
use super::{Command, Exit, Shell, check_args, common, policy_file};
use crate::disk::Place;
use crate::doctor::{self, State};
use crate::parallel;
use crate::policy::Policy;
use crate::report::Report;
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches};
use std::ffi::OsString;
use std::sync::atomic::AtomicU64;

/// The command.
pub(super) static COMMAND: Command = Command { name: "doctor", define, run };

fn define(command: clap::Command) -> clap::Command {
    command
        .about("Tell whether the gate is real: who runs the policy, and what may slip by")
        .arg(
            Arg::new("format")
                .long("format")
                .short('f')
                .value_name("FORMAT")
                .value_parser(PossibleValuesParser::new(["human", "json"]))
                .default_value("human")
                .help("How to tell it"),
        )
        .after_help(
            "\
Examples:
  policy doctor                    what is wanting, and how to mend it
  policy doctor --format json      the same for programs

docs/doctor.md tells each check. Nothing is run but git, and nothing is written.

Exit codes: 0 nothing is wanting, 1 something is, 2 something could not be looked at",
        )
}

fn run(matches: &ArgMatches, shell: &mut Shell<'_>) -> Exit {
    let place = match policy_file::here(matches, shell.err_columns, shell) {
        Ok((place, _, _)) => place,
        Err(exit) => return exit,
    };
    let (policy, baseline, report) = match full_run(matches, &place, shell) {
        Ok(ran) => ran,
        Err(exit) => return exit,
    };
    let seen = look::look(&place, &policy, baseline.as_ref(), &report, shell.today);
    let answers = doctor::examine(&seen);
    let written = if matches.get_one::<String>("format").is_some_and(|format| format == "json") {
        tell::json(&answers, shell.out)
    } else {
        let style = common::style(matches, shell.out_columns, shell.color);
        tell::human(&answers, style, shell.out)
    };
    let has = |state: State| answers.iter().any(|answer| answer.state == state);
    let exit = match () {
        () if has(State::Problem) => Exit::Failed,
        () if has(State::Wanting) => Exit::Findings,
        () => Exit::Clean,
    };
    common::printed(shell, written, exit)
}

/// What `policy check` says of everything beneath the root.
fn full_run(
    matches: &ArgMatches,
    place: &Place,
    shell: &mut Shell<'_>,
) -> Result<(Policy, Option<Loaded>, Report), Exit> {
    let mut arguments: Vec<OsString> = vec!["check".into(), "--root".into(), place.root.clone().into()];
    if let Some(policy) = &place.policy {
        arguments.extend(["--policy".into(), policy.clone().into()]);
    }
    let line = common::arguments(check_args::define(clap::Command::new("check")));
    let told = |shell: &mut Shell<'_>, what: &str| common::fail(shell, what, "`policy check` tells more");
    let check = line.try_get_matches_from(arguments).map_err(|error| told(shell, &error.to_string()))?;
    let prepared: Prepared = prepare(&check, shell)?;
    let (policy, baseline) = match prepared.policy(&check, shell) {
        Ok(found) => found,
        Err(policy_file::Refusal::Told(exit)) => return Err(exit),
        Err(policy_file::Refusal::Broken(_)) => return Err(told(shell, "the policy is broken")),
    };
    let pool = parallel::pool(common::threads(matches))
        .map_err(|error| common::fail(shell, &format!("no threads: {error}"), "try `--threads 1`"))?;
    let selection = prepared.select(&policy, &pool, false, shell)?;
    let bytes = AtomicU64::new(0);
    let means = Means::plain(&pool, &bytes, shell);
    let working = shell.working.clone();
    let (target, baseline_ref) = (&prepared.target, baseline.as_ref());
    let run = Run { place: &prepared.place, policy: &policy, target, baseline: baseline_ref, means, working: &working };
    let report = run.on_disk(selection).report;
    Ok((policy, baseline, report))
}
