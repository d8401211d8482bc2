//! `CPython` knows the truth about imports: a small cut of `tests/oracle`, which has the whole.

use super::harness::{project, python, ruff, skipped};
use std::process::Command;

fn oracle(python: &str, script: &str, arguments: &[&str]) -> (bool, serde_json::Value) {
    let mut command = Command::new(python);
    command.arg(project().join("tests/oracle").join(script)).arg(env!("CARGO_BIN_EXE_policy")).args(arguments);
    let output = command.output().expect("Python starts");
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.success(), report)
}

/// One package of every kind: old and new syntax, platforms, generated code.
fn library_parts(who: &str, python: &str) -> Option<Vec<String>> {
    let ask = "import sysconfig; print(sysconfig.get_paths()['stdlib'])";
    let folder = Command::new(python).args(["-c", ask]).output().expect("Python starts").stdout;
    let folder = String::from_utf8_lossy(&folder).trim().to_owned();
    let parts: Vec<String> = ["asyncio", "importlib", "email", "json", "xml", "concurrent", "http", "unittest"]
        .iter()
        .map(|part| format!("{folder}/{part}"))
        .filter(|path| std::path::Path::new(path).is_dir())
        .collect();
    if parts.is_empty() {
        skipped(who, "this Python has no library folder");
        return None;
    }
    Some(parts)
}

#[test]
fn imports_of_a_standard_library_agree() {
    let who = "imports_of_a_standard_library_agree";
    let Some(python) = python(who) else { return };
    let Some(parts) = library_parts(who, python) else { return };
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

/// Where ruff has the same rule, the same statements are reported: bans, relative imports, aliases, placement, required
/// imports, stars. What differs has one of a short list of reasons (`tests/oracle/ruff.py` says which).
#[test]
fn ruff_reports_the_same_statements() {
    let who = "ruff_reports_the_same_statements";
    let (Some(python), Some(ruff)) = (python(who), ruff(who)) else { return };
    let Some(parts) = library_parts(who, python) else { return };
    let tree = tempfile::tempdir().unwrap();
    for part in &parts {
        let part = std::path::Path::new(part);
        super::harness::copy(part, &tree.path().join(part.file_name().unwrap()));
    }
    let mut command = Command::new(python);
    command.arg(project().join("tests/oracle/ruff.py")).arg(env!("CARGO_BIN_EXE_policy")).arg(ruff).arg(tree.path());
    for mode in [
        "forbid import",
        "relative none",
        "relative no-parents",
        "import-as",
        "placement top-level",
        "require",
        "forbid star",
    ] {
        command.args(["--mode", mode]);
    }
    let output = command.output().expect("Python starts");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(told.lines().filter(|line| line.ends_with("  0")).count(), 7, "{told}");
}
