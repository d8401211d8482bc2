//! What the action hands on: summary, SARIF, outputs, exit code. What was asked for and lost is never green.

use super::pulls::{Origin, Workspace, has_tools};
use super::releases::stand_in;
use super::runner::{Job, Outcome};
use crate::suite::tamper::repository::Repo;
use serde_json::json;
use std::path::PathBuf;

/// What GitHub takes as the summary of a step.
const MOST: usize = 1 << 20;

/// A full run of this program, or of the real one.
fn run_of(program: Option<&str>, change: impl FnOnce(&Repo)) -> (Workspace, Job) {
    let origin = Origin::new(change);
    let clone = origin.checkout("refs/pull/7/merge", 1);
    let job = match program {
        Some(program) => clone.job_with("push", json!({}), &origin.merge, program),
        None => clone.job("push", json!({}), &origin.merge),
    };
    (clone, job)
}

#[track_caller]
fn is_incomplete(outcome: &Outcome, code: i32, words: &str) {
    assert_eq!((outcome.code, outcome.output("verdict")), (code, "incomplete"), "{}", outcome.log);
    assert_eq!((outcome.output("sarif"), outcome.output("exit-code")), ("", code.to_string().as_str()));
    let told = outcome.annotations.iter().any(|one| one.name == "error" && one.data.contains(words));
    assert!(told, "{words:?} is not told:\n{}", outcome.log);
}

#[test]
fn a_summary_and_a_report_of_a_check_that_fails() {
    if !has_tools("summary and report") {
        return;
    }
    let (_clone, job) = run_of(None, Repo::violate);
    let outcome = job.clone().with("sarif", "true").run();
    assert_eq!((outcome.code, outcome.output("verdict")), (1, "findings"), "{}", outcome.log);
    assert!(outcome.summary.contains("app/new.py"), "{}", outcome.summary);
    let text = std::fs::read_to_string(outcome.output("sarif")).expect("the report");
    let report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(report["runs"][0]["results"].as_array().map(Vec::len), Some(1));
    let quiet = job.with("summary", "false").run();
    assert_eq!((quiet.code, quiet.summary.as_str(), quiet.output("sarif")), (1, "", ""));
}

#[test]
fn nothing_that_is_not_complete_is_handed_on() {
    if !has_tools("reports of runs that are not complete") {
        return;
    }
    let (_clone, job) = run_of(None, |repo| {
        repo.violate();
        repo.write("app/broken.py", "import os\nx = '''\nimport requests\n");
    });
    let outcome = job.with("sarif", "true").run();
    is_incomplete(&outcome, 2, "not complete");
    assert_eq!(outcome.output("errors"), "1", "what was found is told: {}", outcome.log);
    assert!(outcome.files("error").contains(&"app/new.py"), "{}", outcome.log);
    assert!(outcome.summary.contains("not complete") || outcome.summary.contains("broken.py"), "{}", outcome.summary);
}

#[test]
fn a_summary_that_is_too_long_is_left_out_and_said() {
    if !has_tools("a long summary") {
        return;
    }
    let (clone, job) = run_of(None, Repo::violate);
    let written = clone.0.outside("summary.md");
    std::fs::write(&written, "x".repeat(MOST - 10)).expect("a file");
    let outcome = Job { summary: Some(written.clone()), ..job.clone() }.run();
    assert_eq!((outcome.code, outcome.output("verdict")), (1, "findings"), "the verdict stays: {}", outcome.log);
    assert_eq!(std::fs::metadata(&written).expect("a file").len(), (MOST - 10) as u64);
    let said = outcome.annotations.iter().any(|one| one.name == "warning" && one.data.contains("left out"));
    assert!(said, "{}", outcome.log);
    // Up to the last byte, it is written.
    let length = job.run().summary.len();
    std::fs::write(&written, "x".repeat(MOST - length)).expect("a file");
    let outcome = Job { summary: Some(written.clone()), ..job }.run();
    assert_eq!(outcome.summary.len(), MOST, "{}", outcome.log);
    assert_eq!(std::fs::metadata(&written).expect("a file").len(), MOST as u64);
}

#[test]
fn output_that_is_lost_is_never_green() {
    if !has_tools("lost output") {
        return;
    }
    let (clone, job) = run_of(None, |_| {});
    assert_eq!(job.run().code, 0);
    let mut places = vec![clone.0.folder(), clone.0.outside("no/such/folder")];
    if PathBuf::from("/dev/full").exists() {
        places.push("/dev/full".into());
    }
    for place in places {
        let outcome = Job { summary: Some(place.clone()), ..job.clone() }.run();
        is_incomplete(&outcome, 2, "the summary could not be written");
        let outcome = Job { output: Some(place), ..job.clone() }.run();
        is_incomplete(&outcome, 2, "the outputs could not be written");
    }
}

#[test]
fn a_tool_that_fails_is_red_whatever_it_wrote() {
    if !has_tools("a tool that fails") {
        return;
    }
    let report = |complete: &str| {
        format!(
            "for word; do case $word in json=*) cat >\"${{word#json=}}\" <<'END'\n{{\n  \"complete\": {complete},\n  \
             \"summary\": {{\n    \"findings\": {{\n      \"error\": 0,\n      \"warn\": 0,\n      \"note\": 0\n    }}\n  \
             }}\n}}\nEND\n;; sarif=*) echo '{{}}' >\"${{word#sarif=}}\" ;; esac; done"
        )
    };
    let cases: &[(String, i32)] = &[
        ("exit 0".into(), 2),
        ("exit 1".into(), 2),
        ("exit 2".into(), 2),
        ("exit 101".into(), 101),
        ("exit 134".into(), 134),
        ("kill -9 $$".into(), 137),
        ("kill -11 $$".into(), 139),
        (format!("{}; exit 0", report("false")), 2),
        (format!("{}; exit 1", report("false")), 2),
        (format!("{}; exit 101", report("true")), 101),
        (format!("{}; exit 2", report("true")), 2),
        ("echo '::error::pwned' >&2; echo '::set-output name=verdict::clean'; echo '##[add-mask]x'; exit 0".into(), 2),
    ];
    for (body, code) in cases {
        let (clone, job) = run_of(Some(&stand_in(body)), |_| {});
        let outcome = job.with("sarif", "true").with("summary", "true").run();
        is_incomplete(&outcome, *code, "not complete");
        assert!(outcome.summary.contains("not complete"), "{body}: {}", outcome.summary);
        assert!(!outcome.annotations.iter().any(|one| one.data == "pwned"), "{body}");
        drop(clone);
    }
    // The same report is taken where all is well, so that the cases above fail for the reason that they name.
    let (_clone, job) = run_of(Some(&stand_in(&format!("{}; exit 0", report("true")))), |_| {});
    let outcome = job.with("sarif", "true").with("summary", "false").run();
    assert_eq!((outcome.code, outcome.output("verdict")), (0, "clean"), "{}", outcome.log);
    assert!(std::path::Path::new(outcome.output("sarif")).is_file());
}
