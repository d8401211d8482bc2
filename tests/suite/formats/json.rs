//! `json` and `jsonl` read back; `gitlab`, `rdjson` and `rdjsonl` by the schemas of their readers (`tests/schemas`), and by what
//! these readers say beyond their schemas.

use super::reports::{Same, finding, hostile, many, report, tell, tell_from};
use crate::suite::harness::project;
use jsonschema::Validator;
use policy::level::Level;
use policy::report::Report;
use policy::text::Position;
use serde_json::Value;
use std::collections::BTreeSet;

fn schema(name: &str) -> Validator {
    let text = std::fs::read_to_string(project().join("tests/schemas").join(name)).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}

fn holds(validator: &Validator, value: &Value) {
    let mistakes: Vec<String> = validator.iter_errors(value).map(|error| error.to_string()).collect();
    assert!(mistakes.is_empty(), "{mistakes:?} in {value:.300}");
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

pub(super) fn json(report: &Report, text: &str) {
    let whole = parse(text);
    assert_eq!(whole["schema"], 1);
    assert_eq!(whole["complete"], report.complete);
    assert_eq!(whole["findings"].as_array().unwrap().len(), report.findings.len());
    assert_eq!(whole["problems"].as_array().unwrap().len(), report.problems.len());
    for (told, finding) in whole["findings"].as_array().unwrap().iter().zip(&report.findings) {
        assert_eq!(told["message"], *finding.message);
    }
}

pub(super) fn jsonl(report: &Report, text: &str) {
    let lines: Vec<Value> = text.lines().map(parse).collect();
    assert_eq!(lines.len(), report.findings.len() + report.problems.len() + 1);
    assert_eq!(lines.iter().filter(|line| line["type"] == "finding").count(), report.findings.len());
    assert_eq!(lines.iter().filter(|line| line["type"] == "problem").count(), report.problems.len());
    assert_eq!(lines.last().unwrap()["type"], "summary");
}

/// GitLab's own schema of one object, and what its documentation says besides.
pub(super) fn gitlab(report: &Report, text: &str) {
    let validator = schema("gitlab-codeclimate.json");
    let whole = parse(text);
    let entries = whole.as_array().expect("an array");
    assert_eq!(entries.len(), report.findings.len() + report.problems.len());
    let mut fingerprints = BTreeSet::new();
    for entry in entries {
        holds(&validator, entry);
        assert!(fingerprints.insert(entry["fingerprint"].as_str().unwrap()), "GitLab keeps one of each: {entry:.300}");
        let severity = entry["severity"].as_str().unwrap();
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity), "{severity}");
        assert!(entry["description"].as_str().unwrap().chars().all(|c| !c.is_control()));
        let path = entry["location"]["path"].as_str().unwrap();
        assert!(!path.is_empty() && !path.starts_with('/') && !path.starts_with("./"), "{path:.300}");
        let place = &entry["location"];
        let line = place["lines"]["begin"].as_u64().or(place["positions"]["begin"]["line"].as_u64());
        assert!(line.unwrap() >= 1);
    }
    // The rule is said in the description, since GitLab does not show the name.
    for (entry, finding) in entries[report.problems.len()..].iter().zip(&report.findings) {
        assert_eq!(entry["check_name"], *finding.rule);
        let rule = policy::formats::escape::line(&finding.rule).into_owned();
        assert!(entry["description"].as_str().unwrap().starts_with(&rule));
    }
}

pub(super) fn rdjson(report: &Report, text: &str) {
    let whole = parse(text);
    holds(&schema("rdf-diagnostic-result.json"), &whole);
    assert_eq!(whole["source"]["name"], "policy");
    diagnostics(report, whole["diagnostics"].as_array().unwrap());
}

pub(super) fn rdjsonl(report: &Report, text: &str) {
    let validator = schema("rdf-diagnostic.json");
    let lines: Vec<Value> = text.lines().map(parse).collect();
    lines.iter().for_each(|line| holds(&validator, line));
    assert!(lines.iter().all(|line| line["source"]["name"] == "policy"));
    diagnostics(report, &lines);
}

fn diagnostics(report: &Report, told: &[Value]) {
    assert_eq!(told.len(), report.findings.len() + report.problems.len());
    for one in told {
        assert!(["ERROR", "WARNING", "INFO"].contains(&one["severity"].as_str().unwrap()));
        assert!(!one["location"]["path"].as_str().unwrap().is_empty());
        let range = &one["location"]["range"];
        let place = |side: &str| (range[side]["line"].as_u64(), range[side]["column"].as_u64());
        let (start, end) = (place("start"), place("end"));
        assert!(end.0.is_none() || start <= end, "{one:.300}");
        assert_eq!(start.1.is_some(), end.1.is_some(), "columns on both sides or on none");
    }
}

#[test]
fn findings_keep_their_fingerprints_in_every_format() {
    let report = hostile();
    let lines: Vec<Value> = tell(&report, "jsonl").lines().map(parse).collect();
    let whole = parse(&tell(&report, "json"));
    assert!(whole["findings"][0]["path"].as_str().unwrap().contains("\\xFF"));
    for (a, b) in whole["findings"].as_array().unwrap().iter().zip(&lines) {
        assert_eq!(a["fingerprint"], b["fingerprint"]);
    }
}

#[test]
fn paths_lead_from_the_top_of_the_work_tree() {
    let one = report(vec![finding(Level::Error, b"acme/old.py", 0)], vec![]);
    assert_eq!(parse(&tell(&one, "gitlab"))[0]["location"]["path"], "apps/api/acme/old.py");
    assert_eq!(parse(&tell(&one, "rdjsonl"))["location"]["path"], "apps/api/acme/old.py");
}

#[test]
fn columns_of_rdjson_are_bytes_of_utf8() {
    let mut own = finding(Level::Error, b"x.py", 0);
    // The example of reviewdog.proto: `b` behind a character of four bytes.
    own.start = Position { line: 1, column: 3, offset: 5 };
    own.end = Position { line: 1, column: 4, offset: 6 };
    let range = |bytes: &'static [u8]| {
        let text = tell_from(&report(vec![own.clone()], vec![]), "rdjsonl", &Same(bytes));
        parse(&text)["location"]["range"].clone()
    };
    let told = range("a\u{10400}b".as_bytes());
    assert_eq!((&told["start"]["column"], &told["end"]["column"]), (&6.into(), &7.into()));
    // In another encoding the unit has no meaning: whole lines are told.
    assert_eq!(range(b"a\xe9bbbbbb"), serde_json::json!({ "start": { "line": 1 }, "end": { "line": 1 } }));
}

#[test]
fn columns_of_a_long_line_cost_no_more_than_reading_it() {
    static LINE: &[u8] = &[b'x'; 2 * 30_000 + 2];
    let report = many(30_000);
    let text = tell_from(&report, "rdjsonl", &Same(LINE));
    let last = parse(text.lines().last().unwrap());
    assert_eq!(last["location"]["range"]["start"]["column"], 2 * 29_999 + 1);
}
