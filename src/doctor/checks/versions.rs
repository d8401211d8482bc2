//! Whether it is settled which version of the tool judges.

use crate::doctor::gates::Means;
use crate::doctor::workflow::Step;
use crate::doctor::{Answers, Seen};

/// The version of the tool is pinned.
pub(in crate::doctor) fn pinned(seen: &Seen<'_>, answers: &mut Answers) {
    let gates = seen.gates();
    let mut pinned = 0;
    for gate in &gates {
        if let Means::Action = gate.means {
            let uses = gate.step.uses.as_deref().unwrap_or_default();
            match uses.split_once('@').map(|(_, version)| version) {
                Some(version) if is_commit(version) => pinned += 1,
                Some(version) => answers.wanting(
                    Some(gate.place),
                    format!("`@{version}` can be moved: what judges changes without a review"),
                    "name the commit of a version (40 digits), with the version in a comment",
                ),
                None => pinned += 1,
            }
            continue;
        }
        let steps = gate.before.iter().chain([gate.step]);
        match steps.filter_map(installs).max() {
            Some(true) => answers.wanting(
                Some(gate.place),
                "whatever version is newest is installed: what judges changes without a review",
                "pin it: `policy-check==VERSION`, `cargo install policy-check --version VERSION --locked`",
            ),
            Some(false) => pinned += 1,
            None => answers.unsure(Some(gate.place), "which version of the tool runs", "pin it where it is installed"),
        }
    }
    if pinned > 0 && answers.is_silent() {
        answers.ok("the version of the tool is pinned");
    }
}

/// The id of a commit.
fn is_commit(version: &str) -> bool {
    version.len() == 40 && version.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Whether a step installs the tool without naming a version; `None` when it does not install it.
fn installs(step: &Step) -> Option<bool> {
    let script = step.script.as_ref()?.text();
    let is_named = |line: &&str| line.contains("policy-check") && !line.trim_start().starts_with('#');
    let ways = ["install", "uvx", "pipx run", "tool run", "uv run", "--from", "binstall", "add "];
    let mut lines = script.lines().filter(is_named).filter(|line| ways.iter().any(|way| line.contains(way))).peekable();
    lines.peek()?;
    let pins =
        ["policy-check==", "policy-check@", "--version", "policy_check-", "policy-check-", "-r ", "--locked --path"];
    Some(lines.any(|line| !pins.iter().any(|pin| line.contains(pin))))
}

/// The policy says which versions may read it.
pub(in crate::doctor) fn requires(seen: &Seen<'_>, answers: &mut Answers) {
    match &seen.policy.requires {
        Some(range) => answers.ok(format!("`requires: \"{range}\"` holds for this version")),
        None => answers.wanting(
            None,
            "the policy does not say which versions of the tool may read it",
            format!("add `requires: \">={}\"`", env!("CARGO_PKG_VERSION")),
        ),
    }
}
