//! Every format in the table, on an empty report, an ordinary one, and one that is hostile throughout.

use policy::context::Contexts;
use policy::dependency::Standing;
use policy::fact::Confidence;
use policy::finding::{Depended, Finding, PolicyLine};
use policy::fingerprint::Fingerprint;
use policy::formats::paths::Paths;
use policy::formats::{FORMATS, Sources, Style, Telling};
use policy::level::Level;
use policy::problem::{Problem, ProblemKind};
use policy::repo_path::RepoPath;
use policy::report::{Report, Scope, Summary};
use policy::surface::Surface;
use policy::text::{Position, Within};
use std::path::Path;
use std::sync::Arc;

/// Control characters, workflow commands, bidirectional signs, and a byte that is no UTF-8.
const HOSTILE: &[u8] = b"a\x1b[31m\n::error::x ##[error]\xe2\x80\xae,%\r:\xff.py";

struct HostileSource;

impl Sources for HostileSource {
    fn bytes(&self, _: &RepoPath) -> Option<Vec<u8>> {
        Some(b"::error::\x1b[31m ##[group] import x \xe2\x80\xae\t\xff\n".repeat(3))
    }
}

fn finding(level: Level, n: u32) -> Finding {
    let hostile = String::from_utf8_lossy(HOSTILE).into_owned();
    let path = Arc::new(RepoPath::from_bytes(HOSTILE));
    let at = |column| Position { line: 1 + n % 3, column, offset: n };
    Finding {
        rule: "rule::error::\u{1b}".into(),
        level,
        path: path.clone(),
        start: at(1),
        end: at(9),
        statement: n,
        name: hostile.as_str().into(),
        matched: hostile.as_str().into(),
        surface: Surface::Code,
        contexts: Contexts::default(),
        scope: "f".into(),
        message: hostile.as_str().into(),
        help: format!("{hostile}\n::stop-commands::x").into(),
        ordinal: n as usize,
        fingerprint: Fingerprint::new("r", b"p", "s", "n", n as usize),
        policy: PolicyLine { path, start: at(1), end: at(2) },
        confidence: Confidence::Certain,
        related: Vec::new(),
        uses: 0,
        chain: Vec::new(),
        within: Some(Within { kind: "cell", index: 1, line: 2, column: 3 }),
        dependency: Some(Depended {
            standing: Standing::Declared,
            specifier: Some(hostile.as_str().into()),
            marker: Some(hostile.as_str().into()),
            group: Some(hostile.as_str().into()),
            pulled_by: vec![hostile.as_str().into()],
        }),
        owners: Some(vec![hostile.as_str().into()].into()),
    }
}

fn report(findings: Vec<Finding>, problems: Vec<Problem>) -> Report {
    let complete = problems.is_empty();
    Report {
        policy: None,
        scope: Scope::Full,
        complete,
        summary: Summary::default(),
        verdict: None,
        ratchet: None,
        suppressed: vec![],
        findings,
        problems,
        excused: vec![],
    }
}

fn tell(report: &Report, name: &str) -> String {
    let format = policy::formats::by_name(name).unwrap();
    let paths = Paths::new(Path::new("/w"), Path::new("/w"), None);
    let style = Style { color: false, width: 100, limit: usize::MAX, fail_level: Level::Error, group_by: None };
    let telling =
        Telling { report, policies: Vec::new(), paths: &paths, sources: &HostileSource, style, pages: &Vec::new };
    let mut out = Vec::new();
    format.write(&telling, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn hostile_report(count: u32) -> Report {
    let levels = [Level::Error, Level::Warn, Level::Note];
    let findings = (0..count).map(|n| finding(levels[n as usize % 3], n)).collect();
    let path = Some(RepoPath::from_bytes(HOSTILE));
    let problem = Problem::new(ProblemKind::Unreadable, path, "x\n::error::\u{1b}", "y\r::warning::");
    report(findings, vec![problem])
}

#[test]
fn every_format_tells_an_empty_report() {
    for format in FORMATS {
        let text = tell(&report(vec![], vec![]), format.name());
        assert!(text.is_empty() || text.ends_with('\n'), "{}", format.name());
    }
}

#[test]
fn no_format_lets_text_steer_a_terminal() {
    for format in FORMATS {
        let text = tell(&hostile_report(6), format.name());
        let bad = text.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        // JSON readers give the text back as it is, so JSON may hold what a terminal never sees raw.
        if format.name().starts_with("json") {
            assert!(bad.is_none_or(|c| c == '\u{202e}'), "{}", format.name());
        } else {
            assert_eq!(bad, None, "{}", format.name());
        }
    }
}

#[test]
fn no_text_becomes_a_command_of_a_ci_runner() {
    for format in FORMATS {
        for line in tell(&hostile_report(6), format.name()).lines() {
            let is_own = format.name() == "github"
                && ["::error file=", "::warning file=", "::notice file=", "::error title="]
                    .iter()
                    .any(|c| line.starts_with(c));
            assert!(is_own || !line.trim_start().starts_with("::"), "{}: {line}", format.name());
            // JSON is data: its readers must get back what was there.
            assert!(format.name().starts_with("json") || !line.contains("##["), "{}: {line}", format.name());
        }
    }
}

#[test]
fn json_and_jsonl_are_read_back() {
    let report = hostile_report(9);
    let whole: serde_json::Value = serde_json::from_str(&tell(&report, "json")).unwrap();
    assert_eq!(whole["schema"], 1);
    assert_eq!(whole["findings"].as_array().unwrap().len(), 9);
    assert!(whole["findings"][0]["path"].as_str().unwrap().contains("\\xFF"));
    let lines: Vec<serde_json::Value> =
        tell(&report, "jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 11);
    assert_eq!(lines[0]["type"], "finding");
    assert_eq!(lines[9]["type"], "problem");
    assert_eq!(lines[10]["type"], "summary");
    for (a, b) in whole["findings"].as_array().unwrap().iter().zip(&lines) {
        assert_eq!(a["fingerprint"], b["fingerprint"]);
    }
}

#[test]
fn github_keeps_to_ten_annotations_of_each_level() {
    let text = tell(&hostile_report(3_000), "github");
    for command in ["::error ", "::warning ", "::notice "] {
        assert!(text.lines().filter(|line| line.starts_with(command)).count() <= 10, "{command}");
    }
    assert!(text.contains("more places with findings are not shown"));
}

#[test]
fn thirty_thousand_findings_are_told_in_every_format() {
    let report = hostile_report(30_000);
    for name in ["concise", "json", "jsonl", "github"] {
        assert!(!tell(&report, name).is_empty());
    }
}
