//! What a gate compares with: enough history for it, and a policy that the change cannot edit.

use crate::doctor::gates::Gate;
use crate::doctor::workflow::Step;
use crate::doctor::{Answers, Seen};

fn is_checkout(step: &Step) -> bool {
    step.uses.as_deref().is_some_and(|uses| uses.split('@').next() == Some("actions/checkout"))
}

/// How many commits a revision lies behind the head: `HEAD^1`, `HEAD~2`.
fn behind(revision: &str) -> Option<u32> {
    let rest = revision.trim_matches(['"', '\'']).strip_prefix("HEAD")?;
    match rest {
        "^" | "^1" | "~" | "~1" => Some(1),
        _ => rest.strip_prefix('~').and_then(|count| count.parse().ok()),
    }
}

/// Enough history is checked out.
pub(in crate::doctor) fn history(seen: &Seen<'_>, answers: &mut Answers) {
    let gates = seen.gates_of_changes();
    for gate in &gates {
        one(gate, answers);
    }
    if !gates.is_empty() && answers.is_silent() {
        answers.ok("every gate has the commits that it compares");
    }
}

fn one(gate: &Gate<'_>, answers: &mut Answers) {
    let Some(checkout) = gate.before.iter().rev().find(|step| is_checkout(step)) else {
        return answers.wanting(
            Some(gate.place),
            "no `actions/checkout` in front of it: there is nothing to check",
            "check out first, with `fetch-depth: 2`",
        );
    };
    let place = Some((gate.place.0, checkout.line));
    let Some(revision) = gate.since().or_else(|| gate.policy_ref()) else { return };
    let depth = checkout.input("fetch-depth").unwrap_or("1");
    // A script may fetch more.
    let fetches = gate.before.iter().filter_map(|step| step.script.as_ref());
    let fetches = fetches.into_iter().any(|script| script.text().contains("git fetch"));
    let needed = behind(revision).map_or(0, |count| count + 1);
    let is_enough = match depth.parse::<u32>() {
        Ok(0) => true,
        Ok(depth) => needed > 0 && depth >= needed,
        Err(_) => false,
    };
    if !is_enough && fetches {
        answers.unsure(place, format!("a script fetches what `fetch-depth: {depth}` leaves out"), "use `fetch-depth`");
    } else if !is_enough {
        let help = if needed == 0 {
            "set `fetch-depth: 0`, or compare with `HEAD^1` and set `fetch-depth: 2`".to_owned()
        } else {
            format!("set `fetch-depth: {needed}` (or 0)")
        };
        answers.wanting(
            place,
            format!("`fetch-depth: {depth}` does not bring `{revision}`: every run ends with 2"),
            help,
        );
    }
    let Some(reference) = checkout.input("ref").filter(|_| needed > 0) else { return };
    let help = "remove `ref:`: GitHub checks out the merge of the change into its base, whose `HEAD^1` is the base";
    if reference.contains("head") {
        let what = format!("`ref: {reference}` names the head of the change: `{revision}` is its last commit but one");
        answers.wanting(place, what, help);
    } else {
        answers.unsure(place, format!("what `{revision}` is where `ref: {reference}` is checked out"), help);
    }
}

/// A change cannot edit its own policy.
pub(in crate::doctor) fn policy_ref(seen: &Seen<'_>, answers: &mut Answers) {
    let gates = seen.gates_of_changes();
    // One gate that does is enough.
    if gates.iter().any(|gate| gate.policy_ref().is_some()) {
        return answers.ok("the policy of the base judges the change");
    }
    if let Some(gate) = gates.first() {
        answers.wanting(
            Some(gate.place),
            "the change brings the policy that judges it",
            "add `--policy-ref HEAD^1` (the action: `policy-from-base: true`)",
        );
    }
}
