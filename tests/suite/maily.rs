//! The story of the project in one small tree: `tests/projects/maily`, in the middle of its migration. Its whole report is
//! the expectation.

use super::harness::{project, run};

#[test]
fn the_report_is_what_is_left_to_do() {
    let run = run(&project(), &["check", "tests/projects/maily", "--format", "concise"]);
    let expected = std::fs::read_to_string(project().join("tests/projects/maily.expected.txt")).unwrap_or_default();
    if std::env::var_os("POLICY_UPDATE").is_some() {
        std::fs::write(project().join("tests/projects/maily.expected.txt"), &run.stdout).unwrap();
    } else {
        assert_eq!(run.stdout, expected);
    }
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("19 errors, 4 warnings, 1 note; 31 files checked"), "{}", run.stderr);
}

#[test]
fn findings_are_shown_as_code_spans_with_the_policy_line() {
    let run = run(&project(), &["check", "tests/projects/maily"]);
    assert_eq!(run.code, 1);
    let block = "  × 2 forbidden names in one statement
   ╭─[tests/projects/maily/apps/ai-service/metrics/ai_mesh_collector.py:5:8]
 5 │ import aiohttp, requests
   ·        ───┬───  ────┬───
   ·           │         ╰── `requests` is forbidden; use `packages.error_handling.python.http_client`
   ·           ╰── `aiohttp` is forbidden; use `packages.error_handling.python.http_client`
   ╰────
    ╭─[tests/projects/maily/policy.yaml:13:14]
 13 │     forbid: [requests, aiohttp]
    ·              ────┬───  ───┬───
";
    assert!(run.stdout.contains(block), "{}", run.stdout);
}

#[test]
fn its_examples_hold_and_nothing_is_wrong_with_its_policy() {
    let run = run(&project().join("tests/projects/maily"), &["test"]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    let report = super::harness::run(&project().join("tests/projects/maily"), &["check", "--format", "jsonl"]);
    assert!(!report.stdout.contains("\"rule\":\"policy/"), "{}", report.stdout);
}
