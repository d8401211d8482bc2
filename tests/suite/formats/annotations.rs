//! `github`, by a model of the runner: what it takes for a command in a line of output, what it makes of properties, lines and
//! columns, what it cuts and what it drops (`actions/runner`: `ActionCommand.cs`, `ActionCommandManager.cs`,
//! `ExecutionContext.cs`). Standard output and standard error are both looked at, as the runner does.

use super::reports::{self, LEVELS, finding, report, tell};
use crate::suite::harness;
use crate::suite::runner_log::{Command, command};
use policy::finding::Finding;
use policy::formats::escape;
use policy::level::Level;
use policy::problem::{Problem, ProblemKind};
use policy::repo_path::RepoPath;
use policy::report::Report;

/// An annotation that is shown.
#[derive(Debug, PartialEq)]
struct Annotation {
    level: Level,
    file: Option<String>,
    lines: Option<(u32, u32)>,
    columns: Option<(u32, u32)>,
    title: Option<String>,
    message: String,
}

impl Annotation {
    /// What becomes of an annotation's lines, columns and length.
    fn of(command: &Command) -> Option<Self> {
        let level = match command.name.as_str() {
            "error" => Level::Error,
            "warning" => Level::Warn,
            "notice" => Level::Note,
            _ => return None,
        };
        let number = |key: &str| command.properties.get(key).and_then(|value| value.parse::<u32>().ok());
        let (line, end_line) = (number("line").or(number("endline")), number("endline"));
        let (column, end_column) = (number("col").or(number("endcolumn")), number("endcolumn"));
        let mut columns = column.map(|column| (column, end_column.unwrap_or(column)));
        if line.is_none() || end_line.is_some_and(|end| Some(end) != line) {
            columns = None;
        }
        let units: Vec<u16> = command.data.encode_utf16().take(4096).collect();
        Some(Self {
            level,
            file: command.properties.get("file").cloned(),
            lines: line.map(|line| (line, end_line.unwrap_or(line))).filter(|(line, end)| end >= line),
            columns: columns.filter(|(column, end)| end >= column),
            title: command.properties.get("title").cloned(),
            message: String::from_utf16_lossy(&units),
        })
    }
}

/// What a step shows of its output: ten annotations of each level. Panics on any other command.
fn shown(output: &str) -> Vec<Annotation> {
    let mut shown: Vec<Annotation> = Vec::new();
    for line in output.lines() {
        let Some(command) = command(line) else { continue };
        let annotation = Annotation::of(&command).unwrap_or_else(|| panic!("a command got in: {command:?}"));
        if shown.iter().filter(|other| other.level == annotation.level).count() < 10 {
            shown.push(annotation);
        }
    }
    shown
}

/// What is to be read of a text that is told line by line, without empty ones.
fn visible(text: &str) -> Vec<String> {
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| escape::line(line).into_owned()).collect()
}

fn meant(finding: &Finding) -> Annotation {
    let whole = (finding.start.offset, finding.end.offset) == (0, 0);
    let one_line = finding.start.line == finding.end.line && !whole;
    let mut message = visible(&finding.message);
    message.extend(visible(&finding.help));
    let path = format!("apps/api/{}", finding.path);
    Annotation {
        level: finding.level,
        file: Some(escape::line(&path).into_owned()),
        lines: Some((finding.start.line, finding.end.line)),
        columns: one_line.then(|| (finding.start.column, finding.end.column - 1)),
        title: Some(escape::line(&format!("policy: {}", finding.rule)).into_owned()),
        message: message.join("\n"),
    }
}

pub(super) fn annotations(report: &Report, text: &str) {
    // Every line is an annotation and every annotation is shown.
    let shown = shown(text);
    assert_eq!(shown.len(), text.lines().count());
    for annotation in &shown {
        assert!(annotation.message.encode_utf16().count() <= 4096);
        assert!(annotation.title.as_ref().is_some_and(|title| title.encode_utf16().count() <= 255));
        assert!(annotation.message.chars().all(|c| c == '\n' || !escape::is_treacherous(c)), "{annotation:?}");
    }
    let told = report.findings.len() + report.problems.len();
    assert!(told == 0 || !shown.is_empty());
    let problems = shown.iter().filter(|own| own.title.as_ref().is_some_and(|title| title.contains("not complete")));
    assert!(problems.count() >= report.problems.len().min(5), "problems are never crowded out");
}

#[test]
fn the_model_reads_what_the_runner_reads() {
    let read = command("  ::ERROR file=a%2Cb,line=3,,x,title=a=b::c%250A%0Ad").unwrap();
    assert_eq!((read.name.as_str(), read.data.as_str()), ("error", "c%0A\nd"));
    assert_eq!(read.properties["file"], "a,b");
    assert_eq!(read.properties["title"], "a=b");
    assert!(command("x ::error::y").is_none() && command("::unknown::y").is_none() && command("::error y").is_none());
    assert_eq!(command("x ##[group a=b;c=d]e").unwrap().name, "group");
    let dropped = Annotation::of(&command("::error file=a,line=3,endLine=4,col=1,endColumn=2::x").unwrap()).unwrap();
    assert_eq!((dropped.lines, dropped.columns), (Some((3, 4)), None));
    let dropped = Annotation::of(&command("::error file=a,line=3,endLine=2::x").unwrap()).unwrap();
    assert_eq!(dropped.lines, None);
}

#[test]
fn each_annotation_says_what_was_meant() {
    let hostile = reports::HOSTILE
        .iter()
        .zip(0..)
        .map(|(text, n)| reports::with(text, finding(LEVELS[n as usize % 3], b"", n % 2)));
    let mut findings: Vec<Finding> = hostile.collect();
    let mut long = finding(Level::Warn, b"a.py", 0);
    long.end.line = 4;
    findings.push(long);
    for chunk in findings.chunks(6) {
        let report = report(chunk.to_vec(), vec![]);
        let mut expected: Vec<Annotation> = chunk.iter().map(meant).collect();
        expected.sort_by_key(|annotation| std::cmp::Reverse(annotation.level));
        assert_eq!(shown(&tell(&report, "github")), expected);
    }
}

#[test]
fn the_tenth_says_how_many_more() {
    let findings: Vec<Finding> = (0..60).map(|n| finding(Level::Error, b"a.py", n)).collect();
    let shown = shown(&tell(&report(findings, vec![]), "github"));
    assert_eq!(shown.len(), 10);
    assert!(shown[9].message.starts_with("51 more findings in 51 places: "), "{}", shown[9].message);
    assert_eq!(shown[9].file, None);
}

#[test]
fn findings_of_one_rule_in_one_statement_share_an_annotation() {
    let mut findings: Vec<Finding> = (0..30).map(|_| finding(Level::Warn, b"a.py", 0)).collect();
    for (own, n) in findings.iter_mut().zip(0..) {
        own.start.column += n;
        own.message = format!("`requests.{n}` is forbidden").into();
        (own.start.offset, own.end.column, own.end.offset) = (n, 90 - n, 100 - n);
    }
    let shown = shown(&tell(&report(findings, vec![]), "github"));
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].columns, Some((3, 89)), "from the first start to the last end");
    assert_eq!(shown[0].message.lines().count(), 32);
}

#[test]
fn problems_and_errors_leave_each_other_room() {
    let problem = |n| Problem::new(ProblemKind::Syntax, Some(RepoPath::from_bytes(b"b.py")), format!("broken {n}"), "");
    let levels = |problems: usize, errors: u32| {
        let findings = (0..errors).map(|n| finding(Level::Error, b"a.py", n)).collect();
        let shown = shown(&tell(&report(findings, (0..problems).map(problem).collect()), "github"));
        let own = shown.iter().filter(|one| one.title.as_ref().unwrap().contains("not complete")).count();
        (own, shown.len() - own)
    };
    assert_eq!(levels(3, 2), (3, 2));
    assert_eq!(levels(20, 2), (8, 2));
    assert_eq!(levels(20, 20), (5, 5));
    assert_eq!(levels(2, 20), (2, 8));
    assert_eq!(levels(20, 0), (10, 0));
}

#[test]
fn a_long_message_is_cut_and_says_so() {
    let mut own = finding(Level::Error, b"a.py", 0);
    own.message = "\u{1F600}%,:".repeat(5_000).into();
    let shown = shown(&tell(&report(vec![own], vec![]), "github"));
    assert!(shown[0].message.ends_with("… (cut)"));
    assert_eq!(shown[0].message.encode_utf16().count(), 4096);
}

/// The real program over a tree whose names, code and policy are hostile, in every format and on both streams.
#[cfg(unix)]
#[test]
fn no_stream_of_the_program_gives_a_command() {
    let folder = tempfile::tempdir().unwrap();
    let policy = "version: 1\nrules:\n  http:\n    forbid: [requests]\n    why: \"::stop-commands::x ##[group]y\"\n  \
                  all:\n    allow-only: { import: [stdlib] }\n";
    harness::write(folder.path(), "policy.yaml", policy.as_bytes());
    for name in ["::error::x.py", "a\n::error::b.py", "##[error]c.py", " ::d\u{202e}.py", "e,line=1%0A.py"] {
        let code =
            "\n::error::f = 1\nimport requests, evil ##[group]\nfrom x import ( # ::error::\n  ::error:: ##[x]\n";
        harness::write(folder.path(), name, code.as_bytes());
    }
    harness::write(folder.path(), "::error::undecodable.py", b"# coding: ::error::x\nimport \xff\n\0::error::");
    for format in policy::formats::FORMATS {
        for limit in ["1", "all"] {
            let run = harness::run(folder.path(), &["check", "--format", format.name(), "--limit", limit]);
            assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
            let is_github = format.name() == "github";
            assert!(shown(&run.stdout).is_empty() != is_github, "{}: {}", format.name(), run.stdout);
            assert_eq!(shown(&run.stderr), [], "{}: {}", format.name(), run.stderr);
        }
    }
    // A policy that cannot be used, whose text is shown.
    harness::write(folder.path(), "policy.yaml", b"version: 1\n::error::x: ##[group]y\nrules: [\"::error::\"]\n");
    for format in ["human", "github", "markdown"] {
        let run = harness::run(folder.path(), &["check", "--format", format]);
        assert_eq!(shown(&run.stderr), [], "{format}: {}", run.stderr);
        assert_eq!(shown(&run.stdout).is_empty(), format != "github", "{format}: {}", run.stdout);
    }
}
