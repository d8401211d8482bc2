//! `.gitlab-ci.yml`, as far as it can be read without GitLab: `include`, `extends` and rules are not put together. Knows jobs and their
//! scripts (GitLab docs, "CI/CD YAML syntax reference").

use super::calls::{Call, Fate, calls};
use super::options::{Harm, harm, option};
use super::revisions::{self, Revision};
use super::shells::Shell;
use super::yaml_file::{self, Lines};
use super::{Answers, Seen};
use crate::excerpt::Excerpt;
use crate::readers::tree::{Item, Value};
use crate::repo_path::RepoPath;

/// Keys at the top that are no jobs.
const NO_JOBS: [&str; 11] = [
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
];

/// Rules that hold on every merge request.
const ON_CHANGES: [&str; 5] = [
    "$CI_PIPELINE_SOURCE==\"merge_request_event\"",
    "$CI_PIPELINE_SOURCE=='merge_request_event'",
    "$CI_MERGE_REQUEST_IID",
    "$CI_MERGE_REQUEST_ID",
    "$CI_MERGE_REQUEST_DIFF_BASE_SHA",
];

type Place<'p> = Option<(&'p RepoPath, u32)>;

/// A GitLab job runs `policy check` on merge requests.
pub(super) fn look(seen: &Seen<'_>, answers: &mut Answers) {
    let Some(file) = &seen.gitlab else { return };
    let (text, tree) = match yaml_file::read(&file.content) {
        Ok(read) => read,
        Err((line, why)) => return answers.problem(Some((&file.path, line)), why, "mend the file"),
    };
    let lines = Lines { text };
    let mut found = false;
    let is_job = |name: &str| !NO_JOBS.contains(&name) && !name.starts_with('.');
    for (name, job) in tree.root.entries().iter().filter(|(name, _)| is_job(name.text())) {
        // GitLab's runner makes one script of all lines, and sets `-e` and `pipefail` for bash.
        let before = job.get("before_script").or_else(|| tree.root.get("before_script"));
        let script = [before, job.get("script")].into_iter().flatten().flat_map(texts);
        let script = script.map(Excerpt::text).collect::<Vec<_>>().join("\n");
        let calls = calls(&script, Shell::BASH);
        if calls.is_empty() {
            continue;
        }
        found = true;
        let place = Some((&file.path, lines.of(name.start(0))));
        job_runs(name.text(), job, place, answers);
        for call in &calls {
            judged(call, place, answers);
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

/// What a call comes to.
fn judged(call: &Call, place: Place<'_>, answers: &mut Answers) {
    let help = "let `policy check` be a plain line of its own";
    let cd = call.folder.as_ref().map(|folder| format!("it runs in `{folder}`"));
    if let Some(doubt) = call.doubt.clone().or(cd) {
        answers.unsure(place, format!("whether it runs: {doubt}"), help);
    }
    match call.fate {
        Fate::Decides => {}
        Fate::Lost(why) => answers.wanting(place, format!("its exit code gets lost: {why}"), help),
        Fate::Unsure(why) => answers.unsure(place, format!("its exit code may get lost: {why}"), help),
    }
    match harm(&call.words) {
        None => {}
        Some(Harm::Certain(why)) => answers.wanting(place, why, "remove it"),
        Some(Harm::Possible(why)) => {
            answers.unsure(
                place,
                format!("whether it judges all that a change brings: {why}"),
                "leave it out of the gate",
            );
        }
    }
    let base = "add `--policy-ref $CI_MERGE_REQUEST_DIFF_BASE_SHA`";
    match option(&call.words, "--policy-ref").map(|own| (own, revisions::of(own))) {
        Some((_, Revision::Base)) => {}
        Some((own, Revision::Change)) => {
            answers.wanting(place, format!("`--policy-ref {own}` names the change itself"), base);
        }
        Some((own, _)) => {
            answers.unsure(place, format!("whether `--policy-ref {own}` is the base of the change"), base);
        }
        None => answers.wanting(place, "the change brings the policy that judges it", base),
    }
    if let Some(own) = option(&call.words, "--since").filter(|own| revisions::of(own) == Revision::Change) {
        answers.wanting(place, format!("`--since {own}` names the change itself: nothing is new"), base);
    }
}

/// What keeps a job, or one of its rules, from deciding.
fn lets_pass(item: &Item<'static>, place: Place<'_>, answers: &mut Answers) -> bool {
    let mut passes = false;
    if let Some(value) = item.get("allow_failure")
        && value.text().is_none_or(|text| text.text() != "false")
    {
        answers.wanting(place, "`allow_failure` lets it pass whatever it finds", "remove it");
        passes = true;
    }
    match item.text_of("when") {
        None | Some("on_success" | "always") => {}
        Some("manual") => {
            answers.wanting(place, "`when: manual`: somebody has to start it", "remove it");
            passes = true;
        }
        Some(other) => {
            answers.wanting(place, format!("`when: {other}`: it does not run"), "remove it");
            passes = true;
        }
    }
    passes
}

fn job_runs(name: &str, job: &Item<'static>, place: Place<'_>, answers: &mut Answers) {
    let mut passes = lets_pass(job, place, answers);
    // The first rule that holds decides.
    let first = job.get("rules").and_then(|rules| rules.items().first());
    let condition = first.and_then(|rule| rule.text_of("if"));
    let condition: Option<String> = condition.map(|text| text.chars().filter(|c| !c.is_whitespace()).collect());
    let mut is_on_changes = condition.is_some_and(|own| ON_CHANGES.contains(&own.as_str()));
    if let Some(rule) = first.filter(|_| is_on_changes) {
        passes |= lets_pass(rule, place, answers);
        let known = ["if", "when", "allow_failure"];
        is_on_changes = rule.entries().iter().all(|(key, _)| known.contains(&key.text()));
    }
    let only = job.get("only").map(texts).unwrap_or_default();
    is_on_changes |= job.get("rules").is_none() && only.iter().any(|own| own.text() == "merge_requests");
    is_on_changes &= ["except", "extends", "trigger"].iter().all(|key| job.get(key).is_none());
    if passes {
        // Told.
    } else if is_on_changes {
        answers.say(super::State::Ok, place, format!("the job `{name}` starts on merge requests"), "");
    } else {
        let what = format!("whether the job `{name}` runs it on merge requests");
        answers.unsure(place, what, "let its first rule be `{ if: $CI_PIPELINE_SOURCE == \"merge_request_event\" }`");
    }
}

fn texts<'i>(item: &'i Item<'static>) -> Vec<&'i Excerpt<'static>> {
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
