//! Whether the exit code of the check fails the job.

use crate::doctor::calls::Fate;
use crate::doctor::options::Harm;
use crate::doctor::{Answers, Seen};

/// Its exit code decides.
pub(in crate::doctor) fn verdict(seen: &Seen<'_>, answers: &mut Answers) {
    let gates = seen.gates_of_changes();
    let mut is_certain = false;
    for gate in &gates {
        let jobs = gate.jobs.iter().map(|job| (job.tolerates.as_deref(), "job", job.line));
        let step = (gate.step.tolerates.as_deref(), "step", gate.step.line);
        for (tolerates, kind, line) in jobs.chain([step]) {
            let place = Some((gate.place.0, line));
            match tolerates {
                None | Some("false") => {}
                Some("true") => answers.wanting(
                    place,
                    format!("`continue-on-error: true` lets the {kind} pass whatever it finds"),
                    "remove it; to begin with old findings, use a baseline (`policy baseline --create`)",
                ),
                Some(other) => answers.unsure(
                    place,
                    format!("`continue-on-error: {other}` may let the {kind} pass"),
                    "remove it, or see that it is false on pull requests",
                ),
            }
        }
        let place = Some(gate.place);
        let help = "let `policy check` be the last command of a step of its own";
        match gate.fate() {
            Fate::Decides => {}
            Fate::Lost(why) => answers.wanting(place, format!("its exit code gets lost: {why}"), help),
            Fate::Unsure(why) => answers.unsure(place, format!("its exit code may get lost: {why}"), help),
        }
        match gate.harm() {
            None => {}
            Some(Harm::Certain(why)) => answers.wanting(place, why, "remove it"),
            Some(Harm::Possible(why)) => answers.unsure(
                place,
                format!("whether it judges all that a change brings: {why}"),
                "leave it out of the gate; the policy says what is judged",
            ),
        }
        is_certain |= gate.doubt(&seen.below).is_none();
    }
    if gates.is_empty() || !answers.is_silent() {
        return;
    }
    if is_certain {
        answers.ok("its exit code fails the job");
    } else {
        answers.unsure(None, "whether it runs at all, which `workflow-runs` doubts", "see there");
    }
}
