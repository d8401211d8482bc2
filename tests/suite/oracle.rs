//! `CPython` knows the truth about imports: a small cut of `tests/oracle`, which has the whole.

use super::harness::{project, python, skipped};
use std::process::Command;

fn oracle(python: &str, script: &str, arguments: &[&str]) -> (bool, serde_json::Value) {
    let mut command = Command::new(python);
    command.arg(project().join("tests/oracle").join(script)).arg(env!("CARGO_BIN_EXE_policy")).args(arguments);
    let output = command.output().expect("Python starts");
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.success(), report)
}

#[test]
fn imports_of_a_standard_library_agree() {
    let who = "imports_of_a_standard_library_agree";
    let Some(python) = python(who) else { return };
    let ask = "import sysconfig; print(sysconfig.get_paths()['stdlib'])";
    let folder = Command::new(python).args(["-c", ask]).output().expect("Python starts").stdout;
    let folder = String::from_utf8_lossy(&folder).trim().to_owned();
    // One package of every kind: old and new syntax, platforms, generated code.
    let parts: Vec<String> = ["asyncio", "importlib", "email", "json", "xml", "concurrent", "http", "unittest"]
        .iter()
        .map(|part| format!("{folder}/{part}"))
        .filter(|path| std::path::Path::new(path).is_dir())
        .collect();
    if parts.is_empty() {
        return skipped(who, "this Python has no library folder");
    }
    let arguments: Vec<&str> = parts.iter().map(String::as_str).collect();
    let (good, report) = oracle(python, "imports.py", &arguments);
    assert!(good, "{report:#}");
    assert!(report["imports_that_agree"].as_u64().unwrap() > 500, "{report:#}");
}

#[test]
fn random_programs_agree() {
    let Some(python) = python("random_programs_agree") else { return };
    let (good, report) = oracle(python, "mutants.py", &["42", "4000"]);
    assert!(good, "{report:#}");
    let told = report["problems"].as_u64().unwrap_or(0);
    assert!(told * 200 <= report["valid"].as_u64().unwrap(), "at most 0.5 % problems: {report:#}");
}
