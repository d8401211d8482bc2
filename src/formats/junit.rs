//! `junit`: `JUnit` XML as CI servers read it (the XSD of Jenkins' xUnit plugin, `junit-10.xsd`). Knows what viewers make of
//! suites, classes and cases; nothing of times.
//!
//! A rule is a suite, a file is a class, a finding is a case: viewers group by either. A finding at or above the level at
//! which the run fails is a failure, one below it a case that passed and says something, a problem is an error. A run without
//! any is one case that passed, so that no viewer calls it empty. GitLab keeps one case of each suite, class and name: names
//! are unique, and hold no line numbers, so that a case stays the same case from run to run. The schema knows no file and no
//! line of a case: the text of a case begins with its place, the path relative to the top of the work tree.

use super::{Format, Telling, escape, place, xml};
use crate::finding::Finding;
use crate::level::Level;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// `JUnit` XML.
pub(super) struct Junit;

/// The suite of problems, and of a run that has nothing to tell.
const SUITE: &str = "policy";

/// Viewers add times up and some show `NaN` without one. No report holds a time: what is the same is told the same.
const TIME: &str = "time=\"0\"";

/// One case.
struct Case {
    class: String,
    name: String,
    outcome: Outcome,
}

enum Outcome {
    /// Nothing to tell.
    Passed,
    /// Told, but below the level at which the run fails.
    Told(String),
    /// The element, its message and type, and the lines in it.
    Failed(&'static str, String, &'static str, String),
}

impl Format for Junit {
    fn name(&self) -> &'static str {
        "junit"
    }

    fn about(&self) -> &'static str {
        "JUnit XML: rules as suites, findings as cases"
    }

    fn tells_problems(&self) -> bool {
        true
    }

    fn tells_totals(&self) -> bool {
        false
    }

    fn write(&self, telling: &Telling<'_>, out: &mut dyn Write) -> io::Result<()> {
        let report = telling.report;
        let mut rules: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
        for finding in &report.findings {
            rules.entry(&finding.rule).or_default().push(finding);
        }
        let failing = |finding: &Finding| fails(finding.level, telling.style.fail_level);
        let failures = report.findings.iter().filter(|finding| failing(finding)).count();
        let own = own_cases(telling);
        let besides = usize::from(report.also_fails.is_some());
        let failures = failures + besides;
        let tests = own.len() + report.findings.len();
        let errors = report.problems.len();
        writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        writeln!(
            out,
            "<testsuites name=\"policy\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" {TIME}>"
        )?;
        if !own.is_empty() {
            suite(out, SUITE, own.len(), besides, errors, own.into_iter())?;
        }
        for (rule, findings) in rules {
            let failures = findings.iter().filter(|finding| failing(finding)).count();
            let cases = findings.iter().map(|finding| of_finding(telling, finding));
            suite(out, rule, findings.len(), failures, 0, cases)?;
        }
        writeln!(out, "</testsuites>")
    }
}

/// Whether a finding of a level fails a run; nothing does where the run never fails.
fn fails(level: Level, fail_level: Level) -> bool {
    fail_level != Level::None && level >= fail_level
}

/// What no rule says: problems, or that there is nothing.
fn own_cases(telling: &Telling<'_>) -> Vec<Case> {
    let report = telling.report;
    if report.problems.is_empty() && report.findings.is_empty() && report.also_fails.is_none() {
        let (class, name) = (SUITE.to_owned(), "no findings".to_owned());
        return vec![Case { class, name, outcome: Outcome::Passed }];
    }
    let case = |problem: &crate::problem::Problem| {
        let file = place::of_problem(telling, problem);
        let line = problem.place.map(|(start, _)| start.line);
        let text = place::sentences(&problem.message, &problem.help);
        let lines = text_lines(&at(&file, line, None), &problem.message, &problem.help);
        Case {
            class: class_of(&file),
            name: format!("not complete: {}", problem.kind.as_str()),
            outcome: Outcome::Failed("error", text, problem.kind.as_str(), lines),
        }
    };
    let besides = report.also_fails.map(|why| {
        let outcome = Outcome::Failed("failure", why.to_owned(), "baseline", why.to_owned());
        Case { class: SUITE.to_owned(), name: "besides findings".to_owned(), outcome }
    });
    report.problems.iter().map(case).chain(besides).collect()
}

fn of_finding(telling: &Telling<'_>, finding: &Finding) -> Case {
    let file = telling.paths.top(&finding.path);
    let column = (!place::is_whole_file(finding.start, finding.end)).then_some(finding.start.column);
    let lines = text_lines(&at(&file, Some(finding.start.line), column), &finding.message, &finding.help);
    let name = match (&*finding.name, &*finding.scope) {
        ("", _) => finding.message.to_string(),
        (name, "") => name.to_owned(),
        (name, scope) => format!("{name} in {scope}"),
    };
    let outcome = if fails(finding.level, telling.style.fail_level) {
        let text = place::sentences(&finding.message, &finding.help);
        Outcome::Failed("failure", text, finding.level.as_str(), lines)
    } else {
        Outcome::Told(format!("{}: {lines}", finding.level))
    };
    Case { class: class_of(&file), name, outcome }
}

/// Writes a suite. A name that a case in front has already gets a number.
fn suite(
    out: &mut dyn Write,
    name: &str,
    tests: usize,
    failures: usize,
    errors: usize,
    cases: impl Iterator<Item = Case>,
) -> io::Result<()> {
    writeln!(
        out,
        "  <testsuite name=\"{}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"0\" {TIME}>",
        xml::line(name)
    )?;
    let mut seen: FxHashMap<(String, String), usize> = FxHashMap::default();
    for mut case in cases {
        let mut key = (case.class, case.name);
        while let Some(times) = seen.get_mut(&key) {
            *times += 1;
            let number = *times;
            let (class, name) = key;
            key = (class, format!("{name} #{number}"));
        }
        seen.insert(key.clone(), 1);
        (case.class, case.name) = key;
        write_case(out, &case)?;
    }
    writeln!(out, "  </testsuite>")
}

fn write_case(out: &mut dyn Write, case: &Case) -> io::Result<()> {
    write!(out, "    <testcase classname=\"{}\" name=\"{}\"", xml::line(&case.class), xml::line(&case.name))?;
    let lines = |text: &str| text.split('\n').map(xml::line).collect::<Vec<_>>().join("\n");
    match &case.outcome {
        Outcome::Passed => writeln!(out, " {TIME}/>"),
        Outcome::Told(text) => {
            writeln!(out, " {TIME}>\n      <system-out>{}</system-out>\n    </testcase>", lines(text))
        }
        Outcome::Failed(element, message, kind, text) => writeln!(
            out,
            " {TIME}>\n      <{element} message=\"{}\" type=\"{kind}\">{}</{element}>\n    </testcase>",
            xml::line(message),
            lines(text)
        ),
    }
}

/// `path:line:column`, as far as known.
fn at(file: &str, line: Option<u32>, column: Option<u32>) -> String {
    [line, column].into_iter().flatten().fold(file.to_owned(), |at, number| format!("{at}:{number}"))
}

fn text_lines(at: &str, message: &str, help: &str) -> String {
    let mut text = format!("{}: {}", escape::line(at), escape::line(message));
    for line in help.lines().filter(|line| !line.trim().is_empty()) {
        text.push('\n');
        text.push_str(&escape::line(line));
    }
    text
}

/// A file as a class in a package, `acme.old_py` for `acme/old.py`: viewers show packages as a tree, and cut at dots.
fn class_of(file: &str) -> String {
    file.chars()
        .map(|c| match c {
            '/' => '.',
            '.' => '_',
            c => c,
        })
        .collect()
}
