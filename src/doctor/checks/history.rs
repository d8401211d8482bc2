//! What a gate compares with: enough history for it, and a policy that the change cannot edit.

use crate::doctor::calls::Fate;
use crate::doctor::effects::on_files;
use crate::doctor::gates::{Gate, Means};
use crate::doctor::revisions::{self, Revision};
use crate::doctor::workflow::Step;
use crate::doctor::{Answers, Seen, script};

fn is_checkout(step: &Step) -> bool {
    step.uses.as_deref().is_some_and(|uses| uses.split('@').next() == Some("actions/checkout"))
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
    tree(gate, checkout, answers);
    if let Means::Action = gate.means {
        return action(gate, checkout, answers);
    }
    if gate.since().is_some_and(|since| revisions::of(since) == Revision::Change) {
        let what = format!("`--since {}` names the change itself: nothing is new", gate.since().unwrap_or_default());
        answers.wanting(Some(gate.place), what, "name the base: `--since HEAD^1`");
    }
    let Some(revision) = gate.since().or_else(|| gate.policy_ref()) else { return };
    let is = revisions::of(revision);
    if is == Revision::Unknown && gate.since().is_some() {
        let what = format!("whether `{revision}` is the base of the change");
        answers.unsure(Some(gate.place), what, "`HEAD^1` is, in what `actions/checkout` checks out by itself");
    }
    let depth = checkout.input("fetch-depth").unwrap_or("1");
    // A script may fetch more.
    let mut scripts = gate.before.iter().chain([gate.step]).filter_map(|step| step.script.as_ref());
    let fetches = scripts.any(|script| script.text().contains("git fetch"));
    let needed = if let Revision::Behind(count) = is { count.saturating_add(1) } else { 0 };
    let is_enough = match depth.parse::<u32>() {
        Ok(0) => Some(true),
        Ok(depth) => Some(needed > 0 && depth >= needed),
        Err(_) => None,
    };
    match is_enough {
        Some(true) => {}
        None => answers.unsure(place, format!("how many commits `fetch-depth: {depth}` brings"), "write a number"),
        Some(false) if fetches => {
            answers.unsure(
                place,
                format!("a script fetches what `fetch-depth: {depth}` leaves out"),
                "use `fetch-depth`",
            );
        }
        Some(false) => {
            let help = if needed == 0 {
                "set `fetch-depth: 0`, or compare with `HEAD^1` and set `fetch-depth: 2`".to_owned()
            } else {
                format!("set `fetch-depth: {needed}` (or 0)")
            };
            let what = format!("`fetch-depth: {depth}` does not bring `{revision}`: every run ends with 2");
            answers.wanting(place, what, help);
        }
    }
    let Some(reference) = checkout.input("ref").filter(|_| needed > 0) else { return };
    let help = "remove `ref:`: GitHub checks out the merge of the change into its base, whose `HEAD^1` is the base";
    if names_head(reference) {
        let what = format!("`ref: {reference}` names the head of the change: `{revision}` is its last commit but one");
        answers.wanting(place, what, help);
    } else {
        answers.unsure(place, format!("what `{revision}` is where `ref: {reference}` is checked out"), help);
    }
}

fn names_head(reference: &str) -> bool {
    revisions::of(reference) == Revision::Change && reference.contains("head")
}

/// The action takes the base from the event, and ends with 2 where that was not fetched.
fn action(gate: &Gate<'_>, checkout: &Step, answers: &mut Answers) {
    if gate.since().or_else(|| gate.policy_ref()).is_none() {
        return;
    }
    let place = Some((gate.place.0, checkout.line));
    let depth = checkout.input("fetch-depth").unwrap_or("1");
    let reference = checkout.input("ref");
    if let Some(other) = reference.filter(|reference| !names_head(reference)) {
        return answers.unsure(
            place,
            format!("whether `ref: {other}` checks out the change"),
            "remove `ref:`, or name the head of the pull request there, with `fetch-depth: 0`",
        );
    }
    match depth.parse::<u32>() {
        Ok(0) => {}
        Ok(depth) if depth >= 2 && reference.is_none() => {}
        Ok(depth) => {
            let needed = if reference.is_some() { "set `fetch-depth: 0`" } else { "set `fetch-depth: 2` (or 0)" };
            answers.wanting(
                place,
                format!("`fetch-depth: {depth}` does not bring the base: every run ends with 2"),
                needed,
            );
        }
        Err(_) => answers.unsure(place, format!("how many commits `fetch-depth: {depth}` brings"), "write a number"),
    }
}

/// What is checked: the whole repository, as it was checked out.
fn tree(gate: &Gate<'_>, checkout: &Step, answers: &mut Answers) {
    let place = Some((gate.place.0, checkout.line));
    for name in ["repository", "path", "sparse-checkout", "filter"] {
        if let Some(value) = checkout.input(name).filter(|value| !["", ".", "${{ github.repository }}"].contains(value))
        {
            answers.unsure(
                place,
                format!("whether the change is what is checked, with `{name}: {value}`"),
                "check the repository out as a whole, into the workspace",
            );
        }
    }
    let behind = gate.before.iter().skip_while(|step| !std::ptr::eq(*step, checkout)).skip(1);
    for step in behind {
        let Some(script) = &step.script else { continue };
        let found = script::read(script.text()).iter().find_map(|command| Some((command.line, on_files(command)?)));
        if let Some((line, why)) = found {
            let place = Some((gate.place.0, step.script_line + line));
            answers.unsure(
                place,
                why,
                "let nothing stand between the checkout and the gate that touches what is checked",
            );
        }
    }
}

/// A change cannot edit its own policy.
pub(in crate::doctor) fn policy_ref(seen: &Seen<'_>, answers: &mut Answers) {
    let gates = seen.gates_of_changes();
    let is_certain = |gate: &&Gate<'_>| gate.doubt(&seen.below).is_none() && gate.fate() == Fate::Decides;
    let certain: Vec<&Gate<'_>> = gates.iter().filter(is_certain).collect();
    let judged = if certain.is_empty() { gates.iter().collect() } else { certain };
    let named = |gate: &&Gate<'_>| gate.policy_ref().map(revisions::of);
    // One gate that does is enough.
    let is_base = |gate: &&&Gate<'_>| matches!(named(gate), Some(Revision::Base | Revision::Behind(_)));
    let help = "add `--policy-ref HEAD^1` (the action: `policy-from-base: true`)";
    if let Some(gate) = judged.iter().find(is_base) {
        return match gate.doubt(&seen.below) {
            None => answers.ok("the policy of the base judges the change"),
            Some(_) => answers.unsure(
                Some(gate.place),
                "the policy of the base judges the change where it runs, which `workflow-runs` doubts",
                "see there",
            ),
        };
    }
    if let Some(gate) = judged.iter().find(|gate| named(gate) == Some(Revision::Unknown)) {
        let what =
            format!("whether `--policy-ref {}` is the base of the change", gate.policy_ref().unwrap_or_default());
        return answers.unsure(Some(gate.place), what, help);
    }
    if let Some(gate) = judged.first() {
        let what = match gate.policy_ref() {
            Some(own) => {
                format!("`--policy-ref {own}` names the change itself, which brings the policy that judges it")
            }
            None => "the change brings the policy that judges it".to_owned(),
        };
        answers.wanting(Some(gate.place), what, help);
    }
}
