//! Whether the exit code of the check fails the job.

use crate::doctor::calls::Fate;
use crate::doctor::{Answers, Seen};

/// Its exit code decides.
pub(in crate::doctor) fn verdict(seen: &Seen<'_>, answers: &mut Answers) {
    let gates = seen.gates_of_changes();
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
        let help = "let `policy check` be the last command of a step of its own";
        match gate.fate() {
            Fate::Decides => {}
            Fate::Lost(why) => answers.wanting(Some(gate.place), format!("its exit code gets lost: {why}"), help),
            Fate::Unsure(why) => answers.unsure(Some(gate.place), format!("its exit code may get lost: {why}"), help),
        }
    }
    if !gates.is_empty() && answers.is_silent() {
        answers.ok("its exit code fails the job");
    }
}
