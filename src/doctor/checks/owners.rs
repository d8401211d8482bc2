//! Whether what decides has owners whose review a change needs.

use crate::doctor::{Answers, Seen};
use crate::owners::Owned;
use crate::repo_path::RepoPath;

/// CODEOWNERS covers what decides.
pub(in crate::doctor) fn covered(seen: &Seen<'_>, answers: &mut Answers) {
    if let Some((place, why)) = &seen.owners_trouble {
        return answers.problem(Some((place, 0)), why.clone(), "let it be a file of the repository");
    }
    let Some((place, owners)) = &seen.owners else {
        return answers.wanting(
            None,
            "there is no CODEOWNERS: whoever edits the policy or the workflow may need nobody's review",
            "add `.github/CODEOWNERS` with owners of the policy, the baseline and the workflows",
        );
    };
    for mistake in owners.mistakes() {
        answers.wanting(
            Some((place, mistake.line)),
            mistake.what.clone(),
            "correct the line: it owns nothing as it is",
        );
    }
    let gates = seen.gates();
    let mut wanted: Vec<&RepoPath> = seen.policy_files.iter().chain(&seen.baseline).collect();
    wanted.extend(gates.iter().flat_map(|gate| [gate.path, gate.place.0]));
    wanted.extend(seen.gitlab.iter().map(|file| &file.path));
    wanted.push(place);
    wanted.sort();
    wanted.dedup();
    let mut covered = 0;
    for path in wanted {
        match owners.of(path) {
            Owned::By(_) => covered += 1,
            Owned::Nobody => answers.wanting(
                Some((path, 0)),
                format!("`{place}` leaves it without owners"),
                "name who decides about it",
            ),
            Owned::Unknown => answers.wanting(
                Some((path, 0)),
                format!("no line of `{place}` covers it"),
                format!("add a line: `/{path} @owner`"),
            ),
        }
    }
    if answers.is_silent() {
        answers.ok(format!("`{place}` names owners of all {covered} files that decide"));
    }
}
