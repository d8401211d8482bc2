//! What `packaging` and `shlex` say of requirements, versions and command lines: the samples beside `tests/oracle`, where the
//! scripts that made them stand.

use super::harness::{folder, project, run};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The rows of a sample, by column.
fn rows(name: &str) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(project().join("tests/oracle/samples").join(name)).unwrap();
    let mut lines = text.lines().map(cells);
    let head = lines.next().unwrap();
    lines.map(|cells| head.iter().cloned().zip(cells).collect()).collect()
}

/// One line of a table (RFC 4180), none of whose cells holds a line end.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.next_if_eq(&'"').is_some() => cells.last_mut().unwrap().push('"'),
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            c => cells.last_mut().unwrap().push(c),
        }
    }
    cells
}

/// Dependencies of a file by the line on which they stand, and the lines of problems.
fn read(name: &str, text: &str) -> (BTreeMap<u64, Vec<Value>>, BTreeSet<u64>) {
    let tree = folder(&[(name, text)]);
    let run = run(tree.path(), &["facts", "--role", "dependency", "--root", ".", "."]);
    let mut facts: BTreeMap<u64, Vec<Value>> = BTreeMap::new();
    for line in run.stdout.lines() {
        let fact: Value = serde_json::from_str(line).unwrap();
        facts.entry(fact["start"]["line"].as_u64().unwrap()).or_default().push(fact);
    }
    let problems = run.stderr.lines().filter_map(|line| line.split(':').nth(1)?.parse().ok()).collect();
    (facts, problems)
}

fn specifiers(text: &str) -> BTreeSet<String> {
    let bare: String = text.trim_matches(['(', ')']).split_whitespace().collect();
    bare.split(',').filter(|one| !one.is_empty()).map(str::to_owned).collect()
}

#[test]
fn requirements_are_what_packaging_says() {
    let rows = rows("requirement_lines.csv");
    assert!(rows.len() > 1_000);
    let text: String = rows.iter().map(|row| format!("{}\n", row["line"])).collect();
    let (facts, problems) = read("requirements.txt", &text);
    let mut lenient = 0;
    for (number, row) in (1_u64..).zip(&rows) {
        let line = &row["line"];
        let own = facts.get(&number).and_then(|facts| facts.first());
        if row["name"].is_empty() {
            // What `packaging` refuses is a problem, but for the few shapes in which pip was once more lenient.
            lenient += usize::from(own.is_some());
            assert!(own.is_some() || problems.contains(&number), "{line}");
            continue;
        }
        let own = own.unwrap_or_else(|| panic!("{line} is lost"));
        assert_eq!(own["name"], row["name"].as_str(), "{line}");
        let extras: Vec<&str> = own["extras"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(extras.join(" "), row["extras"], "{line}");
        assert_eq!(specifiers(own["specifier"].as_str().unwrap_or_default()), specifiers(&row["specifier"]), "{line}");
        assert_eq!(own["marker"].is_string(), row["marker"] == "yes", "{line}");
        // The place of each part leads to its text.
        let start = usize::try_from(own["parts"]["name"][0].as_u64().unwrap()).unwrap();
        let end = usize::try_from(own["parts"]["name"][1].as_u64().unwrap()).unwrap();
        assert_eq!(policy::distribution::normalise(&text[start..end]), row["name"], "{line}");
    }
    assert!(lenient * 4 < rows.len(), "{lenient} of {} lines are read that packaging refuses", rows.len());
}

#[test]
fn verdicts_are_what_brute_force_over_versions_says() {
    let rows = rows("version_verdicts.csv");
    assert!(rows.len() > 2_000);
    for part in rows.chunks(500) {
        let mut policy = "version: 1\nrules:\n  r:\n    versions:\n".to_owned();
        let mut text = String::new();
        for (number, row) in part.iter().enumerate() {
            let _ = writeln!(policy, "      name{number}: \"{}\"", row["range"]);
            let _ = writeln!(text, "name{number}{}", row["specifier"]);
        }
        let tree = folder(&[("policy.yaml", &policy), ("requirements.txt", &text)]);
        let run = run(tree.path(), &["check", "--format", "json", "requirements.txt"]);
        let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr));
        let mut verdicts = vec!["inside"; part.len()];
        for finding in report["findings"].as_array().unwrap() {
            let line = usize::try_from(finding["start"]["line"].as_u64().unwrap()).unwrap();
            let message = finding["message"].as_str().unwrap();
            verdicts[line - 1] = match message {
                _ if message.contains("can only install") => "outside",
                _ if message.contains("may install") => "partly",
                _ if message.contains("fits no version") => "nothing",
                _ => message,
            };
        }
        for (row, verdict) in part.iter().zip(verdicts) {
            assert_eq!(verdict, row["verdict"], "{} in {}", row["specifier"], row["range"]);
        }
    }
}

#[test]
fn commands_are_split_as_shlex_does() {
    let rows = rows("pip_commands.csv");
    assert!(rows.len() > 400);
    let text: String = rows.iter().map(|row| format!("{}\n", row["command"])).collect();
    let (facts, _) = read("a.sh", &text);
    for (number, row) in (1_u64..).zip(&rows) {
        let own = facts.get(&number).into_iter().flatten();
        let mut names: Vec<&str> = own.filter_map(|fact| fact["name"].as_str()).collect();
        names.sort_unstable();
        assert_eq!(names.join(" "), row["names"], "{}", row["command"]);
    }
}
