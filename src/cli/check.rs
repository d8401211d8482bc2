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
use super::{Command, Exit, Shell, code_owners, reports, suppress, tell};
use crate::disk::{Place, Selection, to_disk};
use crate::engine::Keep;
use crate::formats::paths::Paths;
use crate::formats::{Style, Telling};
use crate::git::CommitTree;
use crate::level::Level;
use crate::parallel;
use crate::policy::{Broken, Policy};
use crate::repo_path::RepoPath;
use crate::report::{Counts, Report};
use crate::surface::Surface;
use clap::ArgMatches;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// The command.
pub(super) static COMMAND: Command = Command { name: "check", define, run };

fn run(matches: &ArgMatches, shell: &mut Shell<'_>) -> Exit {
    let destinations = match destinations(matches) {
        Ok(destinations) => destinations,
        Err((what, help)) => return fail(shell, &what, &help),
    };
    match judge(matches, &destinations, shell) {
        Ok(exit) | Err(Ended::Silent(exit)) => exit,
        Err(Ended::Failed(exit)) => {
            let style = common::style(matches, shell.out_columns, shell.color);
            reports::tell_failure(matches, &destinations, style, shell);
            exit
        }
    }
}

/// How a run ends that judged nothing.
enum Ended {
    /// Reports say why.
    Failed(Exit),
    /// Reports cannot or need not be written.
    Silent(Exit),
}

impl From<Exit> for Ended {
    fn from(exit: Exit) -> Self {
        Ended::Failed(exit)
    }
}

/// Judges what was asked for and tells it.
fn judge(matches: &ArgMatches, destinations: &[Destination], shell: &mut Shell<'_>) -> Result<Exit, Ended> {
    let started = Instant::now();
    let prepared = prepare(matches, shell)?;
    let Prepared { target, history, place } = &prepared;
    if let Err((what, help)) = output::clash(destinations, &kept(matches, place)) {
        return Err(Ended::Silent(fail(shell, &what, &help)));
    }
    let paths = Paths::new(&place.root, &shell.working, place.work_tree.as_deref());
    let out_style = common::style(matches, shell.out_columns, shell.color);
    let err_style = common::style(matches, shell.err_columns, shell.color);
    let sources = Sources::new(&place.root, target, history.as_ref());
    let broken_policy = |broken: &[Broken], shell: &mut Shell<'_>| {
        let exit = policy_file::tell(broken, &paths, err_style, shell);
        let report = tell::of_broken_policy(broken);
        let telling = Telling::without_policy(&report, &paths, &sources, out_style);
        reports::tell_nothing(matches, destinations, &telling, shell);
        Ok(exit)
    };
    let (policy, baseline) = match prepared.policy(matches, shell) {
        Ok(found) => found,
        Err(Refusal::Told(exit)) => return Err(exit.into()),
        Err(Refusal::Broken(broken)) => return broken_policy(&broken, shell),
    };
    let pool = parallel::pool(common::threads(matches))
        .map_err(|error| fail(shell, &format!("no threads: {error}"), "try `--threads 1`"))?;
    let listing = matches.get_flag("files");
    let selection = prepared.select(&policy, &pool, listing, shell)?;
    if listing {
        return Ok(tell::listing(&selection, &paths, shell));
    }
    if let Err((what, help)) = output::clash(destinations, &read(&policy, &selection, place, destinations)) {
        return Err(Ended::Silent(fail(shell, &what, &help)));
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
            Err(Stopped::Told(exit)) => return Err(exit.into()),
            Err(Stopped::Broken(broken)) => return broken_policy(&broken, shell),
        },
    };
    let (mut report, work, wide) = (ran.report, ran.work, ran.wide);
    let owners: Vec<String> = matches.get_many::<String>("owner").into_iter().flatten().cloned().collect();
    if let Some(exit) = give_owners(&mut report, place, history.as_ref(), &owners, shell) {
        return Err(exit.into());
    }
    report.asked.owners = owners;
    report.asked.rules = matches.get_many::<String>("rule").into_iter().flatten().cloned().collect();
    report.also_fails =
        is_loose(matches, &report).then_some("with `--strict`, the baseline holds nothing that is done");
    let bytes = bytes.load(Ordering::Relaxed);
    if let Some(reason) = matches.get_one::<String>("reason") {
        tell::problems_of(&report, &paths, &sources, err_style, shell);
        let exit = suppress::add(place, &policy, &report, reason, shell);
        return Ok(if report.complete { exit } else { Exit::Failed });
    }
    let judged = started.elapsed();
    let style = asked_style(matches, out_style);
    let today = shell.today;
    let pages = || policy.pages(today);
    let policies = policy.sources().collect();
    let telling = Telling { report: &report, policies, paths: &paths, sources: &sources, style, pages: &pages };
    let written = reports::tell_all(matches, destinations, &telling, err_style, judged, shell);
    if matches.get_flag("stats") {
        if let Some(why) = wide {
            let _ = writeln!(shell.err, "all files were judged on both sides: {why}");
        }
        reports::stats(
            &report,
            (bytes, work),
            pool.current_num_threads(),
            (selected, judged, started.elapsed()),
            shell,
        );
    }
    Ok(if written { verdict(&report, style.fail_level) } else { Exit::Failed })
}

/// How a run ends whose reports are all written.
fn verdict(report: &Report, fail_level: Level) -> Exit {
    if !report.complete {
        Exit::Failed
    } else if report.summary.findings.reaches(fail_level) || report.also_fails.is_some() {
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

/// Files that the run reads, as far as a report would be written over them. A document may well be a report of an earlier run.
fn read(
    policy: &Policy,
    selection: &Selection,
    place: &Place,
    destinations: &[Destination],
) -> Vec<(PathBuf, &'static str)> {
    let on_disk = |path: &RepoPath| to_disk(&place.root, path);
    let policies =
        policy.sources().filter(|own| !own.is_pack).filter_map(|own| Some((on_disk(&own.path)?, "the policy")));
    let root = output::real(&place.root);
    let named = destinations.iter().filter_map(|destination| Some(output::real(destination.file.as_deref()?)));
    let checked = named.filter(|named| {
        let Ok(below) = named.strip_prefix(&root).map(RepoPath::from_relative) else { return false };
        let found = selection.files.binary_search_by(|file| file.path.cmp(&below)).ok();
        found.and_then(|at| selection.files.get(at)).is_some_and(|file| file.surface != Surface::Docs)
    });
    policies.chain(checked.map(|named| (named, "the checked file"))).collect()
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
