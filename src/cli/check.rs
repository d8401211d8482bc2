//! `policy check`: the main job. Knows the order of things from arguments to exit code; each step is elsewhere.

use super::check_args::{define, destinations, fail_level};
use super::common::{self, fail};
use super::included::INCLUDED;
use super::judge::{Batch, from_disk};
use super::output::{self, Destination};
use super::passes::judge_all;
use super::policy_file::{self, Refusal};
use super::progress::Progress;
use super::target::{self, Target};
use super::{Command, Exit, Shell, tell};
use crate::disk::{self, DiskTree, Place, Selection, nearby};
use crate::engine::{Engine, FileReport, Keep, Tally, Work, about_policy};
use crate::finding::Finding;
use crate::formats::Telling;
use crate::formats::paths::Paths;
use crate::parallel;
use crate::policy::Policy;
use crate::problem::{Problem, ProblemKind};
use crate::project::{Project, Tree};
use crate::readers::Reader;
use crate::repo_path::RepoPath;
use crate::report::{PolicyInfo, Report, Scope, Summary};
use clap::ArgMatches;
use std::collections::BTreeSet;
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
    let place = match common::place(matches, target.first(&shell.working), shell) {
        Ok(place) => place,
        Err(exit) => return exit,
    };
    let paths = Paths::new(&place.root, &shell.working, place.work_tree.as_deref());
    let out_style = common::style(matches, shell.out_columns, shell.color);
    let err_style = common::style(matches, shell.err_columns, shell.color);
    let mut policy = match policy_file::read(&place, shell) {
        Ok(policy) => policy,
        Err(Refusal::Told(exit)) => return exit,
        Err(Refusal::Broken(broken)) => {
            let exit = policy_file::tell(&broken, &paths, err_style, shell);
            let report = tell::of_broken_policy(&broken);
            let sources = target::Sources::new(&place.root, &target);
            let telling =
                Telling { report: &report, policies: Vec::new(), paths: &paths, sources: &sources, style: out_style };
            write_machine_reports(&destinations, &telling, shell);
            return exit;
        }
    };
    if let Some(exit) = keep_asked_rules(matches, &mut policy, shell) {
        return exit;
    }
    let pool = match parallel::pool(common::threads(matches)) {
        Ok(pool) => pool,
        Err(error) => return fail(shell, &format!("no threads: {error}"), "try `--threads 1`"),
    };
    let exclude: Vec<_> = policy.exclude.iter().map(|(glob, _)| glob.clone()).collect();
    let listing = matches.get_flag("files");
    let selection = match target::select(&target, &place, &exclude, &pool, listing, shell) {
        Ok(selection) => selection,
        Err(exit) => return exit,
    };
    if listing {
        return tell::listing(&selection, &paths, shell);
    }
    let selected = started.elapsed();
    let run = Run { matches, place: &place, policy: &policy, target: &target, pool: &pool };
    let (report, bytes, work) = run.judge(selection, shell);
    let judged = started.elapsed();
    let style = crate::formats::Style {
        limit: matches.get_one::<usize>("limit").copied().unwrap_or(usize::MAX),
        fail_level: fail_level(matches),
        ..out_style
    };
    let sources = target::Sources::new(&place.root, &target);
    let telling =
        Telling { report: &report, policies: policy.sources().collect(), paths: &paths, sources: &sources, style };
    let written = tell_all(matches, &destinations, &telling, err_style, judged, shell);
    if matches.get_flag("stats") {
        stats(&report, (bytes, work), pool.current_num_threads(), (selected, judged, started.elapsed()), shell);
    }
    if !written || !report.complete {
        Exit::Failed
    } else if report.summary.findings.reaches(style.fail_level) {
        Exit::Findings
    } else {
        Exit::Clean
    }
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

/// Everything that judging needs.
struct Run<'r> {
    matches: &'r ArgMatches,
    place: &'r Place,
    policy: &'r Policy,
    target: &'r Target,
    pool: &'r rayon::ThreadPool,
}

impl Run<'_> {
    /// Judges what was selected: the report, how many bytes were read, and how deep.
    fn judge(&self, selection: Selection, shell: &Shell<'_>) -> (Report, u64, Work) {
        let tree = DiskTree::new(self.place.root.clone());
        let project = Project::new(self.policy.layout(|path| tree.is_folder(path)), &tree);
        let quiet = self.matches.get_flag("quiet");
        let needs_findings = !quiet || self.matches.contains_id("report") || self.matches.contains_id("output");
        let keep = if needs_findings { Keep::Findings } else { Keep::Counts };
        let mut engine = Engine::new(self.policy, &project, shell.today, keep);
        let scope = if self.target.is_whole(&self.place.root) { Scope::Full } else { Scope::Partial };
        let mut collected = Collected { tally: Tally::default(), ..Collected::default() };
        let bytes = AtomicU64::new(0);
        let mut included: BTreeSet<RepoPath> = BTreeSet::new();
        let asked = self.target.asked(&self.place.root);
        let mut selection = selection;
        {
            let progress = Progress::start(selection.files.len(), shell.err_columns.is_some() && !quiet);
            let nearby = nearby(&self.place.root, &shell.working);
            let disk = from_disk(&nearby);
            let load = self.target.load(&disk);
            let batch =
                Batch { pool: self.pool, files: &selection.files, load: &load, progress: &progress, bytes: &bytes };
            let exclude: Vec<_> = self.policy.exclude.iter().map(|(glob, _)| glob.clone()).collect();
            let include = |path: &RepoPath, reader: &'static dyn Reader| {
                if scope == Scope::Partial && !asked.covers(path) {
                    return Err(None);
                }
                disk::included(&self.place.root, path, &exclude, reader, INCLUDED)
            };
            // What manifests around a part of the tree pull in of it.
            let pulled_in = match scope {
                Scope::Full => Vec::new(),
                Scope::Partial => engine.pulled_in(&asked.around()),
            };
            let judged = judge_all(&mut engine, &batch, scope, pulled_in, &include);
            collected.problems.extend(judged.problems);
            for mut report in judged.reports {
                engine.settle(&mut report, scope == Scope::Full);
                collected.add(report);
            }
            for (file, mut report) in judged.included {
                engine.settle(&mut report, scope == Scope::Full);
                included.insert(file.path);
                collected.add(report);
            }
        }
        selection.skipped.retain(|(path, _)| !included.contains(path));
        // A file was named that nobody reads by its name, or a folder of such files.
        let is_read = |named: &RepoPath| included.iter().any(|path| path.is_beneath(named));
        selection
            .problems
            .retain(|problem| problem.kind != ProblemKind::Selection || !problem.path.as_ref().is_some_and(is_read));
        let mut summary = Summary {
            named: self.target.is_files().then_some(selection.files.len() + included.len() + selection.skipped.len()),
            files: selection.files.len() + included.len(),
            analysed: selection.files.len() + included.len() - collected.files_with_problems,
            skipped: selection.skipped.len(),
            findings: collected.counts,
            suppressed: collected.suppressed,
        };
        if scope == Scope::Full {
            collected.tally.paths = selection.files.into_iter().map(|file| file.path).chain(included).collect();
            collected.tally.unread_policies = selection.policies;
            let about = about_policy(&engine, &collected.tally, &|path| tree.is_folder(path));
            for finding in &about {
                summary.findings.add(finding.level);
            }
            collected.findings.extend(about);
        }
        collected.findings.sort_by(Finding::order);
        let mut problems = selection.problems;
        problems.append(&mut collected.problems);
        problems.sort();
        let (excused, problems): (Vec<Problem>, Vec<Problem>) =
            problems.into_iter().partition(|problem| is_excused(self.policy, problem));
        let info = PolicyInfo { path: (*self.policy.source.path).clone(), hash: self.policy.hash() };
        let report = Report {
            policy: Some(info),
            scope,
            complete: problems.is_empty(),
            summary,
            findings: if needs_findings { collected.findings } else { Vec::new() },
            problems,
            excused,
        };
        (report, bytes.load(Ordering::Relaxed), collected.work)
    }
}

/// Problems beneath an `unanalysed` path are expected. A fault of the tool itself never is.
fn is_excused(policy: &Policy, problem: &Problem) -> bool {
    !matches!(problem.kind, ProblemKind::Internal | ProblemKind::Selection)
        && problem.path.as_ref().is_some_and(|path| policy.unanalysed.iter().any(|excuse| excuse.glob.matches(path)))
}

/// What all files together gave.
#[derive(Default)]
struct Collected {
    counts: crate::report::Counts,
    findings: Vec<Finding>,
    problems: Vec<Problem>,
    suppressed: usize,
    files_with_problems: usize,
    tally: Tally,
    work: Work,
}

impl Collected {
    fn add(&mut self, mut report: FileReport) {
        self.counts.merge(report.counts);
        self.files_with_problems += usize::from(!report.problems.is_empty());
        self.findings.append(&mut report.findings);
        self.problems.append(&mut report.problems);
        self.suppressed += report.suppressed_count;
        self.tally.add(&report.used);
        self.tally.add_suppressed(&report.suppressions);
        self.work.add(report.work);
    }
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
