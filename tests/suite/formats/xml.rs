//! `junit` and `checkstyle`, by a parser that forgives nothing; `junit` also by its schema, where Python is.

use super::reports::{cases, finding, many, report, tell};
use crate::suite::harness::{self, project};
use policy::formats::escape;
use policy::level::Level;
use policy::report::Report;
use roxmltree::{Document, Node, ParsingOptions};
use std::collections::BTreeSet;
use std::process::Command;

fn parse(text: &str) -> Document<'_> {
    Document::parse_with_options(text, ParsingOptions { nodes_limit: u32::MAX, ..ParsingOptions::default() }).unwrap()
}

fn elements<'a>(node: Node<'a, 'a>, name: &'static str) -> Vec<Node<'a, 'a>> {
    node.children().filter(|child| child.has_tag_name(name)).collect()
}

fn number(node: Node<'_, '_>, name: &str) -> usize {
    node.attribute(name).unwrap().parse().unwrap()
}

pub(super) fn junit(report: &Report, text: &str) {
    let document = parse(text);
    let root = document.root_element();
    assert!(root.has_tag_name("testsuites"));
    let mut all = (0, 0, 0);
    let mut keys = BTreeSet::new();
    for suite in elements(root, "testsuite") {
        let cases = elements(suite, "testcase");
        let of = |name| cases.iter().filter(|case| case.children().any(|child| child.has_tag_name(name))).count();
        let counts = (cases.len(), of("failure"), of("error"));
        assert_eq!(counts, (number(suite, "tests"), number(suite, "failures"), number(suite, "errors")));
        all = (all.0 + counts.0, all.1 + counts.1, all.2 + counts.2);
        for case in &cases {
            let key = [suite.attribute("name"), case.attribute("classname"), case.attribute("name")];
            assert!(keys.insert(key.map(Option::unwrap)), "GitLab keeps one case of each name: {key:.300?}");
            // An attachment that text asks for would be looked up in what is said beside a failure.
            let has_output = case.children().any(|child| child.has_tag_name("system-out"));
            assert!(!has_output || case.children().filter(Node::is_element).count() == 1);
        }
    }
    assert_eq!(all, (number(root, "tests"), number(root, "failures"), number(root, "errors")));
    let failures = report.findings.iter().filter(|finding| finding.level == Level::Error).count();
    let told = report.findings.len() + report.problems.len();
    assert_eq!(all, (told.max(1), failures, report.problems.len()));
}

pub(super) fn checkstyle(report: &Report, text: &str) {
    let document = parse(text);
    let root = document.root_element();
    assert!(root.has_tag_name("checkstyle"));
    let files = elements(root, "file");
    let errors: Vec<Node<'_, '_>> = files.iter().flat_map(|file| elements(*file, "error")).collect();
    assert_eq!(errors.len(), report.findings.len() + report.problems.len());
    assert!(files.iter().all(|file| !file.attribute("name").unwrap().is_empty()));
    for error in &errors {
        assert!(["error", "warning", "info"].contains(&error.attribute("severity").unwrap()));
        assert!(error.attribute("source").unwrap().starts_with("policy."));
    }
    // What comes out of the parser is what was meant, with everything treacherous visible.
    for (error, finding) in errors[report.problems.len()..].iter().zip(&report.findings) {
        assert!(error.attribute("message").unwrap().starts_with(&*escape::line(&finding.message)));
    }
}

#[test]
fn a_run_without_findings_is_a_test_that_passed() {
    let text = tell(&report(vec![], vec![]), "junit");
    assert!(text.contains(r#"<testcase classname="policy" name="no findings" time="0"/>"#), "{text}");
}

#[test]
fn cases_keep_their_names_when_lines_move() {
    let names = |n: u32| {
        let mut own = finding(Level::Error, b"acme/old.py", 0);
        own.start.line += n;
        own.end.line += n;
        let text = tell(&report(vec![own.clone(), own], vec![]), "junit");
        let document = parse(&text);
        let cases = document.descendants().filter(|node| node.has_tag_name("testcase"));
        let name = |case: Node<'_, '_>| {
            format!("{}.{}", case.attribute("classname").unwrap(), case.attribute("name").unwrap())
        };
        cases.map(name).collect::<Vec<_>>()
    };
    let expected =
        ["apps.api.acme.old_py.requests in Client.fetch", "apps.api.acme.old_py.requests in Client.fetch #2"];
    assert_eq!(names(0), expected);
    assert_eq!(names(7), expected);
}

/// The schema of Jenkins' xUnit plugin, by lxml.
const VALIDATE: &str = "
import sys
from lxml import etree
schema = etree.XMLSchema(etree.parse(sys.argv[1]))
for path in sys.argv[2:]:
    document = etree.parse(path, etree.XMLParser(huge_tree=True))
    if not schema.validate(document):
        print(path, schema.error_log)
        sys.exit(1)
print('all valid')
";

#[test]
fn junit_holds_by_its_schema() {
    let who = "the schema of JUnit XML";
    let Some(python) = harness::python_with(who, "lxml") else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(python);
    command.args(["-c", VALIDATE]).arg(project().join("tests/schemas/junit-10.xsd"));
    command.env("PYTHONPATH", harness::peers());
    let mut reports = cases();
    reports.retain(|case| case.name != "many");
    for (number, case) in reports.iter().enumerate() {
        harness::write(folder.path(), &format!("{number}.xml"), tell(&case.report, "junit").as_bytes());
        command.arg(folder.path().join(format!("{number}.xml")));
    }
    harness::write(folder.path(), "many.xml", tell(&many(30_000), "junit").as_bytes());
    command.arg(folder.path().join("many.xml"));
    let run = harness::finish(&mut command);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    // The schema says no to what is wrong.
    harness::write(folder.path(), "wrong.xml", b"<testsuites><testsuite name='x' tests='1'/></testsuites>");
    let run = harness::finish(command.arg(folder.path().join("wrong.xml")));
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
}
