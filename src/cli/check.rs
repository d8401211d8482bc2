//! `policy check`: the main job. Knows the order of things from arguments to exit code; each step is elsewhere.

use super::change::between::Stopped;
use super::change::history::History;
use super::check_args::{define, destinations, fail_level, group_by};
use super::common::{self, fail};
use super::output::{self, Destination};
use super::policy_file::{self, Refusal};
use super::prepare::{Prepared, prepare};
use super::run::Run;
use super::side::Means;
use super::target::Sources;
use super::{Command, Exit, Shell, code_owners, suppress, tell};
use crate::disk::Place;
use crate::engine::{Keep, Work};
use crate::formats::paths::Paths;
use crate::formats::{Style, Telling, escape};
use crate::git::CommitTree;
use crate::level::Level;
use crate::parallel;
use crate::policy::Broken;
use crate::repo_path::RepoPath;
use crate::report::{Counts, Report, Summary};
use clap::ArgMatches;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The command.
pub(super) static COMMAND: Command = Command { name: "check", define, run };

fn run(matches: &ArgMatches, shell: &mut Shell<'_>) -> Exit {
    let started = Instant::now();
    let destinations = match destinations(matches) {
        Ok(destinations) => destinations,
        Err((what, help)) => return fail(shell, &what, &help),
    };
    let prepared = match prepare(matches, shell) {
        Ok(prepared) => prepared,
        Err(exit) => return exit,
    };
    let Prepared { target, history, place } = &prepared;
    if let Err((what, help)) = output::clash(&destinations, &kept(matches, place)) {
        return fail(shell, &what, &help);
    }
    let paths = Paths::new(&place.root, &shell.working, place.work_tree.as_deref());
    let out_style = common::style(matches, shell.out_columns, shell.color);
    let err_style = common::style(matches, shell.err_columns, shell.color);
    let sources = Sources::new(&place.root, target, history.as_ref());
    let broken_policy = |broken: &[Broken], shell: &mut Shell<'_>| {
        let exit = policy_file::tell(broken, &paths, err_style, shell);
        let report = tell::of_broken_policy(broken);
        let telling = Telling::without_policy(&report, &paths, &sources, out_style);
        write_machine_reports(&destinations, &telling, shell);
        exit
    };
    let (policy, baseline) = match prepared.policy(matches, shell) {
        Ok(found) => found,
        Err(Refusal::Told(exit)) => return exit,
        Err(Refusal::Broken(broken)) => return broken_policy(&broken, shell),
    };
    let pool = match parallel::pool(common::threads(matches)) {
        Ok(pool) => pool,
        Err(error) => return fail(shell, &format!("no threads: {error}"), "try `--threads 1`"),
    };
    let listing = matches.get_flag("files");
    let selection = match prepared.select(&policy, &pool, listing, shell) {
        Ok(selection) => selection,
        Err(exit) => return exit,
    };
    if listing {
        return tell::listing(&selection, &paths, shell);
    }
    let selected = started.elapsed();
    let bytes = AtomicU64::new(0);
    let means = Means {
        pool: &pool,
        today: shell.today,
        // What is new is nobody's date: it was not there before.
        announce: matches.get_one::<String>("dates").is_some_and(|dates| dates == "announce")
            && history.as_ref().is_none_or(|history| !history.is_new_only),
        keep: keep(matches, baseline.is_some() || history.is_some()),
        is_visible: shell.err_columns.is_some() && !matches.get_flag("quiet"),
        bytes: &bytes,
    };
    let working = shell.working.clone();
    let run = Run { place, policy: &policy, target, baseline: baseline.as_ref(), means, working: &working };
    let ran = match history {
        None => run.on_disk(selection),
        Some(history) => match run.between(history, selection, shell) {
            Ok(ran) => ran,
            Err(Stopped::Told(exit)) => return exit,
            Err(Stopped::Broken(broken)) => return broken_policy(&broken, shell),
        },
    };
    let (mut report, work, wide) = (ran.report, ran.work, ran.wide);
    let owners: Vec<String> = matches.get_many::<String>("owner").into_iter().flatten().cloned().collect();
    if let Some(exit) = give_owners(&mut report, place, history.as_ref(), &owners, shell) {
        return exit;
    }
    let bytes = bytes.load(Ordering::Relaxed);
    if let Some(reason) = matches.get_one::<String>("reason") {
        tell::problems_of(&report, &paths, &sources, err_style, shell);
        let exit = suppress::add(place, &policy, &report, reason, shell);
        return if report.complete { exit } else { Exit::Failed };
    }
    let judged = started.elapsed();
    let style = asked_style(matches, out_style);
    let today = shell.today;
    let pages = || policy.pages(today);
    let policies = policy.sources().collect();
    let telling = Telling { report: &report, policies, paths: &paths, sources: &sources, style, pages: &pages };
    let written = tell_all(matches, &destinations, &telling, err_style, judged, shell);
    if !owners.is_empty() && !matches.get_flag("quiet") {
        let _ = writeln!(shell.err, "only findings of {} were asked for", escape::line(&owners.join(", ")));
    }
    if is_loose(matches, &report) && !matches.get_flag("quiet") {
        let _ = writeln!(shell.err, "fails: with `--strict`, the baseline holds nothing that is done");
    }
    if matches.get_flag("stats") {
        if let Some(why) = wide {
            let _ = writeln!(shell.err, "all files were judged on both sides: {why}");
        }
        stats(&report, (bytes, work), pool.current_num_threads(), (selected, judged, started.elapsed()), shell);
    }
    if written { verdict(matches, &report, style.fail_level) } else { Exit::Failed }
}

/// How a run ends whose reports are all written.
fn verdict(matches: &ArgMatches, report: &Report, fail_level: Level) -> Exit {
    if !report.complete {
        Exit::Failed
    } else if report.summary.findings.reaches(fail_level) || is_loose(matches, report) {
        Exit::Findings
    } else {
        Exit::Clean
    }
}

/// Files that no report may replace, and what they are.
fn kept(matches: &ArgMatches, place: &Place) -> Vec<(PathBuf, &'static str)> {
    let policy = place.policy.iter().map(|policy| (policy.clone(), "the policy"));
    let baseline = matches.get_one::<PathBuf>("baseline").cloned();
    let baseline = baseline.unwrap_or_else(|| place.root.join(super::ratchet::NAME));
    policy.chain([(baseline, "the baseline")]).collect()
}

/// A style with what was asked for.
fn asked_style(matches: &ArgMatches, style: Style) -> Style {
    Style {
        limit: matches.get_one::<usize>("limit").copied().unwrap_or(usize::MAX),
        fail_level: fail_level(matches),
        group_by: group_by(matches),
        ..style
    }
}

/// Gives findings their owners, and keeps those of the owners that were asked for.
fn give_owners(
    report: &mut Report,
    place: &Place,
    history: Option<&History>,
    asked: &[String],
    shell: &mut Shell<'_>,
) -> Option<Exit> {
    let top = place.work_tree.as_deref().unwrap_or(&place.root);
    let below = place.root.strip_prefix(top).map(RepoPath::from_relative).unwrap_or_default();
    let commit = history.and_then(|history| Some(CommitTree::new(history.listing.clone()?, &history.blobs)));
    let owners = match &commit {
        Some(tree) => code_owners::read(&code_owners::in_commit(tree)),
        None => code_owners::read(&code_owners::on_disk(top)),
    };
    if let Some(owners) = &owners {
        code_owners::assign(owners, &below, &mut report.findings);
    }
    if asked.is_empty() {
        return None;
    }
    if let Some((what, help)) = code_owners::misspelt(owners.as_ref(), asked) {
        return Some(fail(shell, &what, &help));
    }
    report.findings.retain(|finding| code_owners::belongs(finding, asked));
    report.summary.findings = Counts::default();
    for finding in &report.findings {
        report.summary.findings.add(finding.level);
    }
    None
}

/// Whether findings are kept, or only counted.
fn keep(matches: &ArgMatches, compares: bool) -> Keep {
    let is_told = !matches.get_flag("quiet") || matches.contains_id("report") || matches.contains_id("output");
    let is_needed = compares || matches.get_flag("add-suppressions") || matches.contains_id("owner");
    if is_told || is_needed { Keep::Findings } else { Keep::Counts }
}

/// Whether entries of the baseline are left that nothing uses, where that counts.
fn is_loose(matches: &ArgMatches, report: &Report) -> bool {
    matches.get_flag("strict") && report.ratchet.as_ref().is_some_and(|ratchet| !ratchet.stale.is_empty())
}

/// Writes all reports; whether all were written.
fn tell_all(
    matches: &ArgMatches,
    destinations: &[Destination],
    telling: &Telling<'_>,
    err_style: Style,
    elapsed: Duration,
    shell: &mut Shell<'_>,
) -> bool {
    let mut written = true;
    let quiet = matches.get_flag("quiet");
    for (index, destination) in destinations.iter().enumerate() {
        let is_silent = quiet && index == 0 && destination.file.is_none();
        if !is_silent && let Err(what) = output::write(destination, telling, shell) {
            written = false;
            if !what.is_empty() {
                fail(shell, &what, output::help_for(destination.file.as_deref()));
            }
        }
        let left_out = destination.format.left_out(telling.report);
        if left_out > 0 && !is_silent {
            let name = destination.format.name();
            let _ = writeln!(
                shell.err,
                "`{name}` leaves {left_out} findings out, those of the lowest levels: an upload holds no more"
            );
        }
    }
    let main = destinations.first();
    let tells_itself = main.is_some_and(|main| main.file.is_none() && main.format.tells_totals() && !quiet);
    if !tells_itself {
        tell::problems(telling, err_style, shell);
        if !quiet {
            let _ = crate::formats::summary::write(telling, elapsed, &mut shell.err);
        }
    }
    written
}

/// Machine formats say that a broken policy judged nothing.
fn write_machine_reports(destinations: &[Destination], telling: &Telling<'_>, shell: &mut Shell<'_>) {
    for destination in destinations.iter().filter(|destination| destination.format.tells_problems()) {
        if let Err(what) = output::write(destination, telling, shell) {
            fail(shell, &what, output::help_for(destination.file.as_deref()));
        }
    }
}

fn stats(
    report: &Report,
    (bytes, work): (u64, Work),
    threads: usize,
    (selected, judged, told): (Duration, Duration, Duration),
    shell: &mut Shell<'_>,
) {
    let ms = |duration: Duration| duration.as_secs_f64() * 1e3;
    let Summary { files, analysed, skipped, findings, .. } = report.summary;
    let _ = writeln!(
        shell.err,
        "files: {files} selected, {analysed} analysed, {skipped} entries skipped\n\
         bytes: {bytes} read\n\
         lexed: {} files, {} bytes; parsed: {} files, {} bytes\n\
         findings: {} error, {} warn, {} note; problems: {}, expected ones: {}\n\
         threads: {threads}\n\
         time: select {:.1} ms, judge {:.1} ms, tell {:.1} ms",
        work.lexed.0,
        work.lexed.1,
        work.parsed.0,
        work.parsed.1,
        findings.error,
        findings.warn,
        findings.note,
        report.problems.len(),
        report.excused.len(),
        ms(selected),
        ms(judged.saturating_sub(selected)),
        ms(told.saturating_sub(judged)),
    );
}
