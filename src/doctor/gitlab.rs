//! `.gitlab-ci.yml`, as far as it can be read without GitLab: `include`, `extends` and rules are not put together. Knows jobs and their
//! scripts (GitLab docs, "CI/CD YAML syntax reference").

use super::calls::{Fate, Shell, calls};
use super::yaml_file::{self, Lines};
use super::{Answers, Seen};
use crate::readers::tree::{Item, Value};

/// Keys at the top that are no jobs.
const NO_JOBS: [&str; 12] = [
    "default",
    "include",
    "stages",
    "variables",
    "workflow",
    "image",
    "services",
    "cache",
    "before_script",
    "after_script",
    "spec",
    "pages",
];

/// GitLab's runner sets `-e` and `pipefail` for bash.
const SHELL: Shell = Shell { stops: Some(true), pipes: true };

/// A GitLab job runs `policy check` on merge requests.
pub(super) fn look(seen: &Seen<'_>, answers: &mut Answers) {
    let Some(file) = &seen.gitlab else { return };
    let (text, tree) = match yaml_file::read(&file.content) {
        Ok(read) => read,
        Err((line, why)) => return answers.problem(Some((&file.path, line)), why, "mend the file"),
    };
    let mut found = false;
    for (name, job) in tree.root.entries().iter().filter(|(name, _)| !NO_JOBS.contains(&name.text())) {
        let script = job.get("script");
        let lines: Vec<_> = script.map(texts).unwrap_or_default();
        let calls: Vec<_> = lines.iter().flat_map(|line| calls(line, SHELL)).collect();
        let line = Lines { text }.of(name.start(0));
        let place = Some((&file.path, line));
        for call in calls {
            found = true;
            job_runs(name.text(), job, place, answers);
            let help = "let `policy check` be a line of its own";
            match call.fate {
                Fate::Decides => {}
                Fate::Lost(why) => answers.wanting(place, format!("its exit code gets lost: {why}"), help),
                Fate::Unsure(why) => answers.unsure(place, format!("its exit code may get lost: {why}"), help),
            }
            if call.option("--policy-ref").is_none() {
                let what = "the change brings the policy that judges it";
                answers.wanting(place, what, "add `--policy-ref $CI_MERGE_REQUEST_DIFF_BASE_SHA`");
            }
        }
    }
    if found {
        let help = "GitLab > Build > Pipeline editor > Full configuration tells; \
                    Settings > Merge requests: `Pipelines must succeed`";
        answers.unsure(None, "what `include`, `extends`, `rules` and the depth of the clone come to", help);
    } else if tree.root.get("include").is_some() {
        answers.unsure(
            Some((&file.path, 0)),
            "no job here runs `policy check`; whether an included one does",
            "look there",
        );
    } else if seen.gates_of_changes().is_empty() {
        let help =
            "add a job with `policy check --since $CI_MERGE_REQUEST_DIFF_BASE_SHA` and `rules` for merge requests";
        answers.wanting(Some((&file.path, 0)), "no job runs `policy check`", help);
    }
}

fn job_runs(name: &str, job: &Item<'static>, place: Option<(&crate::repo_path::RepoPath, u32)>, answers: &mut Answers) {
    match job.get("allow_failure") {
        None => {}
        Some(value) if value.text().is_some_and(|text| text.text() == "false") => {}
        Some(_) => answers.wanting(place, "`allow_failure` lets it pass whatever it finds", "remove it"),
    }
    if job.text_of("when").is_some_and(|when| when == "manual") {
        answers.wanting(place, "`when: manual`: somebody has to start it", "remove it");
    }
    let rules = job.get("rules").or_else(|| job.get("only"));
    let is_on_changes = rules.is_some_and(|rules| holds(rules, &["merge_request", "CI_MERGE_REQUEST"]));
    if is_on_changes {
        answers.say(super::State::Ok, place, format!("the job `{name}` runs it on merge requests"), "");
    } else {
        let what = format!("the job `{name}` runs it; whether it does on merge requests");
        answers.unsure(place, what, "add `rules: [{ if: $CI_PIPELINE_SOURCE == \"merge_request_event\" }]`");
    }
}

/// Whether a text within holds one of these words.
fn holds(item: &Item<'static>, words: &[&str]) -> bool {
    let mut open = vec![item];
    while let Some(item) = open.pop() {
        if item.text().is_some_and(|text| words.iter().any(|word| text.text().contains(word))) {
            return true;
        }
        open.extend(item.items());
        open.extend(item.entries().iter().map(|(_, value)| value));
    }
    false
}

fn texts<'i>(item: &'i Item<'static>) -> Vec<&'i crate::excerpt::Excerpt<'static>> {
    let (mut found, mut open) = (Vec::new(), vec![item]);
    while let Some(item) = open.pop() {
        match &item.value {
            Value::Text(text) => found.push(text),
            Value::List(items) => open.extend(items.iter().rev()),
            _ => {}
        }
    }
    found
}
