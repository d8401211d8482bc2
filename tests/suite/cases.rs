//! Runs the sessions under `tests/cases`: one folder for each behaviour of the command line, to be read as
//! documentation. `session.txt` holds prose (`# `), commands (`$ policy …`), what they print (standard error behind
//! `! `), and how they end (`exit N`); `tree/` is the folder they run in. `POLICY_UPDATE=1` rewrites the sessions.

use super::harness::{copy, finish, policy, project};
use std::fs::File;
use std::path::Path;
use std::process::Stdio;

#[test]
fn every_session_goes_as_written() {
    let folder = project().join("tests/cases");
    let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().flatten().map(|entry| entry.path()).collect();
    names.sort();
    assert!(names.len() >= 15, "the sessions are there");
    let update = std::env::var_os("POLICY_UPDATE").is_some();
    let mut failures = String::new();
    for case in names {
        let file = case.join("session.txt");
        let written = std::fs::read_to_string(&file).unwrap_or_else(|_| panic!("{} is missing", file.display()));
        let played = play(&case, &written);
        if played == written {
            continue;
        }
        if update {
            std::fs::write(&file, played).unwrap();
        } else {
            failures.push_str(&format!("--- {}\n{}\n", file.display(), difference(&written, &played)));
        }
    }
    assert!(failures.is_empty(), "sessions differ (POLICY_UPDATE=1 rewrites them):\n{failures}");
}

/// Runs all commands of a session and writes it anew.
fn play(case: &Path, session: &str) -> String {
    let place = tempfile::tempdir().unwrap();
    // Under a name of its own, since some messages show it.
    let root = place.path().join("tree");
    copy(&case.join("tree"), &root);
    let mut played = String::new();
    let mut was_prose = false;
    // What was printed may look like prose; it ends with the exit code, and there is none behind a command that is new.
    let mut is_output = false;
    let mut lines = session.lines().peekable();
    while let Some(line) = lines.next() {
        if is_output {
            is_output = !line.starts_with("exit ");
        } else if line.starts_with("# ") || line == "#" {
            if !was_prose && !played.is_empty() {
                played.push('\n');
            }
            was_prose = true;
            played.push_str(line);
            played.push('\n');
        } else if let Some(command) = line.strip_prefix("$ ") {
            was_prose = false;
            is_output = lines.peek().is_some_and(|next| !next.is_empty());
            if !played.is_empty() {
                played.push('\n');
            }
            played.push_str(&format!("{line}\n{}", run_line(&root, command)));
        }
    }
    played.replace(&place.path().display().to_string(), "[place]")
}

/// `[cd FOLDER &&] policy ARGUMENT... [< FILE]`
fn run_line(root: &Path, command: &str) -> String {
    let (folder, command) = match command.strip_prefix("cd ").and_then(|rest| rest.split_once(" && ")) {
        Some((folder, command)) => (root.join(folder), command),
        None => (root.to_path_buf(), command),
    };
    let (command, input) = match command.split_once(" < ") {
        Some((command, file)) => (command, Some(File::open(folder.join(file)).unwrap())),
        None => (command, None),
    };
    let mut words = split(command).into_iter();
    assert_eq!(words.next().as_deref(), Some("policy"), "{command}");
    let mut process = policy(&folder);
    process.args(words).stdin(input.map_or_else(Stdio::null, Stdio::from));
    let run = finish(&mut process);
    let mut text = String::new();
    for line in run.stdout.lines() {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    for line in run.stderr.lines() {
        text.push_str(format!("! {}", without_time(line)).trim_end());
        text.push('\n');
    }
    text.push_str(&format!("exit {}\n", run.code));
    text
}

/// Splits at blanks, except between double quotes.
fn split(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in command.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().unwrap().push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn without_time(line: &str) -> String {
    match line.rsplit_once(" in ") {
        Some((head, tail)) if tail.ends_with(" s") => format!("{head} in 0.00 s"),
        _ => line.to_owned(),
    }
}

fn difference(written: &str, played: &str) -> String {
    let (a, b): (Vec<&str>, Vec<&str>) = (written.lines().collect(), played.lines().collect());
    let at = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let show = |lines: &[&str]| {
        lines.iter().skip(at.saturating_sub(3)).take(12).map(|l| format!("    {l}\n")).collect::<String>()
    };
    format!("first difference on line {}\n  written:\n{}  played:\n{}", at + 1, show(&a), show(&b))
}
