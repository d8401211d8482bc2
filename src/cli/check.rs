//! `policy check`: the main job. Knows the order of things from arguments to exit code; each step is elsewhere.

use super::check_args::{define, destinations, fail_level};
use super::common::{self, fail};
use super::history::{self, Head, History};
use super::output::{self, Destination};
use super::policy_file::{self, Refusal};
use super::ratchet::{self, Loaded};
use super::run::{Run, Stopped};
use super::side::Means;
use super::target::{self, Sources};
use super::{Command, Exit, Shell, tell};
use crate::disk::{Place, Selection, absolute};
use crate::engine::{Keep, Work};
use crate::formats::Telling;
use crate::formats::paths::Paths;
use crate::git::CommitTree;
use crate::parallel;
use crate::policy::{Broken, Policy};
use crate::repo_path::RepoPath;
use crate::report::{Report, Summary};
use clap::ArgMatches;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The command.
pub(super) static COMMAND: Command = Command { name: "check", define, run };

fn run(matches: &ArgMatches, shell: &mut Shell<'_>) -> Exit {
    let started = Instant::now();
    let destinations = match destinations(matches, &shell.working) {
        Ok(destinations) => destinations,
        Err((what, help)) => return fail(shell, &what, &help),
    };
    let target = match target::read(matches, shell) {
        Ok(target) => target,
        Err(exit) => return exit,
    };
    let first = target.first(&shell.working);
    let mut history = match history::read(matches, &first, shell) {
        Ok(history) => history,
        Err(exit) => return exit,
    };
    let place = match &mut history {
        Some(history) if history.policy_ref.is_some() => history.place(matches, &first, shell),
        _ => common::place(matches, first, shell),
    };
    let place = match place {
        Ok(place) => place,
        Err(exit) => return exit,
    };
    if let Some(history) = &mut history {
        history.below = match place.root.strip_prefix(history.git.top()) {
            Ok(below) => RepoPath::from_relative(below),
            Err(_) => {
                let what = format!("the root `{}` lies outside of the git work tree", place.root.display());
                return fail(shell, &what, "name a root inside of it");
            }
        };
    }
    let paths = Paths::new(&place.root, &shell.working, place.work_tree.as_deref());
    let out_style = common::style(matches, shell.out_columns, shell.color);
    let err_style = common::style(matches, shell.err_columns, shell.color);
    let sources = Sources::new(&place.root, &target, history.as_ref());
    let broken_policy = |broken: &[Broken], shell: &mut Shell<'_>| {
        let exit = policy_file::tell(broken, &paths, err_style, shell);
        let report = tell::of_broken_policy(broken);
        let telling =
            Telling { report: &report, policies: Vec::new(), paths: &paths, sources: &sources, style: out_style };
        write_machine_reports(&destinations, &telling, shell);
        exit
    };
    let committed = history.as_ref().and_then(policy_tree);
    let policy = match &committed {
        Some(tree) => {
            let path = place.policy.as_deref().and_then(|policy| policy.strip_prefix(&place.root).ok());
            let path = path.map(RepoPath::from_relative).unwrap_or_default();
            policy_file::from_commit(tree, &place.root, &path, shell.today).map_err(Refusal::Broken)
        }
        None => policy_file::read(&place, shell),
    };
    let mut policy = match policy {
        Ok(policy) => policy,
        Err(Refusal::Told(exit)) => return exit,
        Err(Refusal::Broken(broken)) => return broken_policy(&broken, shell),
    };
    if let Some(exit) = keep_asked_rules(matches, &mut policy, shell) {
        return exit;
    }
    let baseline = match read_baseline(matches, &policy, &place, committed.as_ref(), shell) {
        Ok(baseline) => baseline,
        Err(exit) => return exit,
    };
    let pool = match parallel::pool(common::threads(matches)) {
        Ok(pool) => pool,
        Err(error) => return fail(shell, &format!("no threads: {error}"), "try `--threads 1`"),
    };
    let exclude: Vec<_> = policy.exclude.iter().map(|(glob, _)| glob.clone()).collect();
    let listing = matches.get_flag("files");
    let is_on_disk = history.as_ref().is_none_or(|history| history.source == Head::WorkTree);
    let selection = if is_on_disk {
        match target::select(&target, &place, &exclude, &pool, listing, shell) {
            Ok(selection) => selection,
            Err(exit) => return exit,
        }
    } else {
        Selection::default()
    };
    if listing {
        return tell::listing(&selection, &paths, shell);
    }
    let selected = started.elapsed();
    let quiet = matches.get_flag("quiet");
    let needs_findings = !quiet || matches.contains_id("report") || matches.contains_id("output");
    let needs_findings =
        needs_findings || baseline.is_some() || history.is_some() || matches.get_flag("add-suppressions");
    let bytes = AtomicU64::new(0);
    let means = Means {
        pool: &pool,
        today: shell.today,
        // What is new is nobody's date: it was not there before.
        announce: matches.get_one::<String>("dates").is_some_and(|dates| dates == "announce")
            && history.as_ref().is_none_or(|history| !history.is_new_only),
        keep: if needs_findings { Keep::Findings } else { Keep::Counts },
        is_visible: shell.err_columns.is_some() && !quiet,
        bytes: &bytes,
    };
    let working = shell.working.clone();
    let run =
        Run { place: &place, policy: &policy, target: &target, baseline: baseline.as_ref(), means, working: &working };
    let ran = match &history {
        None => run.on_disk(selection),
        Some(history) => match run.between(history, selection, shell) {
            Ok(ran) => ran,
            Err(Stopped::Told(exit)) => return exit,
            Err(Stopped::Broken(broken)) => return broken_policy(&broken, shell),
        },
    };
    let (report, work) = (ran.report, ran.work);
    let bytes = bytes.load(Ordering::Relaxed);
    let judged = started.elapsed();
    let style = crate::formats::Style {
        limit: matches.get_one::<usize>("limit").copied().unwrap_or(usize::MAX),
        fail_level: fail_level(matches),
        ..out_style
    };
    let telling =
        Telling { report: &report, policies: policy.sources().collect(), paths: &paths, sources: &sources, style };
    let written = tell_all(matches, &destinations, &telling, err_style, judged, shell);
    if matches.get_flag("stats") {
        stats(&report, (bytes, work), pool.current_num_threads(), (selected, judged, started.elapsed()), shell);
    }
    if !written || !report.complete {
        Exit::Failed
    } else if report.summary.findings.reaches(style.fail_level) || is_loose(matches, &report) {
        Exit::Findings
    } else {
        Exit::Clean
    }
}

/// The files of the commit whose policy judges, with paths from the root.
fn policy_tree(history: &History) -> Option<CommitTree<'_>> {
    let (_, listing) = history.policy_ref.as_ref()?;
    let listing = if history.is_introduced { history.listing.as_ref()? } else { listing };
    Some(CommitTree::new(listing.from(&history.below), &history.blobs))
}

/// Reads the baseline that is named, or the one that lies beside the policy.
fn read_baseline(
    matches: &ArgMatches,
    policy: &Policy,
    place: &Place,
    committed: Option<&CommitTree<'_>>,
    shell: &mut Shell<'_>,
) -> Result<Option<Loaded>, Exit> {
    let typed = matches.get_one::<PathBuf>("baseline").map(|path| absolute(&shell.working, path));
    let (path, is_named) = match &typed {
        Some(typed) => match typed.strip_prefix(&place.root) {
            Ok(below) => (RepoPath::from_relative(below), true),
            Err(_) => (RepoPath::from_bytes(typed.as_os_str().as_encoded_bytes()), true),
        },
        None => ratchet::named_by(policy),
    };
    match committed {
        Some(tree) => ratchet::from_commit(tree, path, is_named, shell),
        None => match ratchet::on_disk(&place.root, &path) {
            Some(file) => ratchet::from_disk(&file, path, is_named, shell),
            None => Ok(None),
        },
    }
}

/// Whether entries of the baseline are left that nothing uses, where that counts.
fn is_loose(matches: &ArgMatches, report: &Report) -> bool {
    matches.get_flag("strict") && report.ratchet.as_ref().is_some_and(|ratchet| !ratchet.stale.is_empty())
}

fn keep_asked_rules(matches: &ArgMatches, policy: &mut Policy, shell: &mut Shell<'_>) -> Option<Exit> {
    let asked: Vec<String> = matches.get_many::<String>("rule")?.cloned().collect();
    let known: Vec<String> = policy.rules.iter().map(|rule| rule.id.to_string()).collect();
    let unknown = policy.keep_only(&asked);
    let first = unknown.first()?;
    let near = crate::document::mistake::nearest(first, known.iter().map(String::as_str));
    let help = match near {
        Some(near) => format!("did you mean `{near}`? `policy rules` lists all"),
        None => "`policy rules` lists all".to_owned(),
    };
    Some(fail(shell, &format!("the policy has no rule `{first}`"), &help))
}

/// Writes all reports; whether all were written.
fn tell_all(
    matches: &ArgMatches,
    destinations: &[Destination],
    telling: &Telling<'_>,
    err_style: crate::formats::Style,
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
                fail(shell, &what, "free the place or name another file");
            }
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
            fail(shell, &what, "");
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
