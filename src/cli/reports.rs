//! Hands a report to every place that was named, also when nothing was judged: what an earlier run left there must not pass for
//! this one's. Knows destinations and streams; judges nothing.

use super::common::fail;
use super::output::{self, Destination};
use super::{Shell, tell};
use crate::engine::Work;
use crate::formats::paths::Paths;
use crate::formats::{Sources, Style, Telling};
use crate::problem::{Problem, ProblemKind};
use crate::repo_path::RepoPath;
use crate::report::{Report, Summary};
use clap::ArgMatches;
use std::time::Duration;

/// Writes all reports; whether all were written.
pub(super) fn tell_all(
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
        if !is_silent {
            written &= write(destination, telling, shell);
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

/// Writes one report; whether it was written. Trouble is told, unless the reader of a pipe is gone.
fn write(destination: &Destination, telling: &Telling<'_>, shell: &mut Shell<'_>) -> bool {
    let Err(what) = output::write(destination, telling, shell) else { return true };
    if !what.is_empty() {
        fail(shell, &what, output::help_for(destination.file.as_deref()));
    }
    false
}

/// Writes the reports of a run that judged nothing: every file that was named, and standard output in formats that have a place
/// for problems.
pub(super) fn tell_nothing(
    matches: &ArgMatches,
    destinations: &[Destination],
    telling: &Telling<'_>,
    shell: &mut Shell<'_>,
) {
    let quiet = matches.get_flag("quiet");
    for (index, destination) in destinations.iter().enumerate() {
        let is_silent = quiet && index == 0;
        if destination.file.is_some() || (destination.format.tells_problems() && !is_silent) {
            write(destination, telling, shell);
        }
    }
}

/// The same for a run that ended before there was anything to report, for the reason that was told last.
pub(super) fn tell_failure(matches: &ArgMatches, destinations: &[Destination], style: Style, shell: &mut Shell<'_>) {
    let (message, help) = shell.trouble.clone().unwrap_or_else(|| ("the run failed".to_owned(), String::new()));
    let problem = Problem::new(ProblemKind::Selection, None, format!("nothing was judged: {message}"), help);
    let mut report = tell::of_broken_policy(&[]);
    report.problems = vec![problem];
    let paths = Paths::default();
    let telling = Telling::without_policy(&report, &paths, &NoSources, style);
    tell_nothing(matches, destinations, &telling, shell);
}

/// No file was read.
struct NoSources;

impl Sources for NoSources {
    fn bytes(&self, _: &RepoPath) -> Option<Vec<u8>> {
        None
    }
}

/// What the run did, and how long it took.
pub(super) fn stats(
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
