//! Tells what `policy doctor` found, for people and for programs. Knows columns and keys; judges nothing.

use crate::doctor::{Answer, CHECKS, State};
use crate::formats::{Style, escape};
use serde::Serialize;
use std::io::{self, Write};

/// Columns for the state.
const STATE: usize = 11;

/// One line for each answer, and what to do about it beneath.
///
/// # Errors
/// When the stream refuses.
pub(super) fn human(answers: &[Answer], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let check = CHECKS.iter().map(|check| check.id.len()).max().unwrap_or(0);
    for answer in answers {
        let place = match &answer.place {
            Some((path, Some(line))) => format!("{path}:{line}: "),
            Some((path, None)) => format!("{path}: "),
            None => String::new(),
        };
        let state = painted(answer.state, style.color);
        let what = format!("{place}{}", answer.what);
        writeln!(out, "{state}  {:check$}  {}", answer.check, escape::line(&what))?;
        if !answer.help.is_empty() {
            writeln!(out, "{:STATE$}  {:check$}  -> {}", "", "", escape::line(&answer.help))?;
        }
    }
    let count = |state: State| answers.iter().filter(|answer| answer.state == state).count();
    let counts: Vec<String> = State::ALL
        .into_iter()
        .map(|state| (state, count(state)))
        .filter(|(state, count)| *count > 0 || *state == State::Wanting)
        .map(|(state, count)| format!("{count} {}", state.as_str()))
        .collect();
    writeln!(out, "\n{}", counts.join(", "))
}

fn painted(state: State, color: bool) -> String {
    let word = format!("{:STATE$}", state.as_str());
    let code = match state {
        State::Ok => "32",
        State::Wanting => "33",
        State::CannotTell => "36",
        State::Problem => "31",
    };
    if color { format!("\u{1b}[{code}m{word}\u{1b}[0m") } else { word }
}

/// The whole.
#[derive(Serialize)]
struct Whole<'a> {
    schema: u8,
    tool: Tool,
    summary: Summary,
    checks: Vec<Told<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Summary {
    ok: usize,
    wanting: usize,
    cannot_tell: usize,
    problem: usize,
}

#[derive(Serialize)]
struct Told<'a> {
    check: &'static str,
    state: &'static str,
    path: Option<String>,
    line: Option<u32>,
    what: &'a str,
    help: &'a str,
}

/// One object.
///
/// # Errors
/// When the stream refuses.
pub(super) fn json(answers: &[Answer], out: &mut dyn Write) -> io::Result<()> {
    let count = |state: State| answers.iter().filter(|answer| answer.state == state).count();
    let check = |answer: &'_ Answer| match &answer.place {
        Some((path, line)) => (Some(path.to_string()), *line),
        None => (None, None),
    };
    let checks = answers.iter().map(|answer| {
        let (path, line) = check(answer);
        Told { check: answer.check, state: answer.state.as_str(), path, line, what: &answer.what, help: &answer.help }
    });
    let told = Whole {
        schema: 1,
        tool: Tool { name: "policy", version: env!("CARGO_PKG_VERSION") },
        summary: Summary {
            ok: count(State::Ok),
            wanting: count(State::Wanting),
            cannot_tell: count(State::CannotTell),
            problem: count(State::Problem),
        },
        checks: checks.collect(),
    };
    let text = serde_json::to_string_pretty(&told).map_err(io::Error::other)?;
    writeln!(out, "{text}")
}
