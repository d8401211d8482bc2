//! What only looks like a gate, and what is one: the former is never `ok`, the latter never `wanting`. The documents' own workflows too.

use super::{CHECKOUT, answers, workflow};
use crate::suite::harness::project;
use policy::doctor::{Answer, State};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// A gate that is right, but for this.
const GATE: &str = "policy check --since HEAD^1 --policy-ref HEAD^1";

/// Everything that is not `ok` of one workflow, but for what no file can say.
fn not_ok(text: &str) -> Vec<Answer> {
    let beside = ["workflow-version", "workflow-main", "workflow-queue", "owners", "requires", "branch-protection"];
    let mut all = answers(&[(".github/workflows/ci.yml", text)]);
    all.retain(|answer| answer.state != State::Ok && !beside.contains(&answer.check));
    all
}

/// Steps that run a script of several lines.
fn script(lines: &str) -> String {
    let lines: String = lines.lines().map(|line| format!("          {line}\n")).collect();
    format!("{CHECKOUT}      - run: |\n{lines}")
}

#[test]
fn what_only_looks_like_a_gate_is_not_ok() {
    let of = |steps: &str| workflow("pull_request", "", steps);
    let job = |job: &str| workflow("pull_request", job, &script(GATE));
    let checkout = |with: &str| {
        of(&format!(
            "      - uses: actions/checkout@v4\n        with: {{ fetch-depth: 0, {with} }}\n      - run: {GATE}\n"
        ))
    };
    let action = |with: &str| of(&format!("{CHECKOUT}      - uses: acme/policy@v1\n        with: {{ {with} }}\n"));
    let reference = |revision: &str| checkout("").replace("HEAD^1", revision);
    let mut rows: Vec<(String, &str, &str)> = vec![
        (of(&script(GATE)), "", ""),
        (of(&script(&format!("{GATE} --strict --format github -q --report json=x"))), "", ""),
        (of(&script(&format!("set -euo pipefail\npip install x\n{GATE} | tee log"))), "", ""),
        (action("sarif: true"), "", ""),
        (action("args: --strict --dates announce"), "", ""),
        // Options and inputs.
        (of(&script(&format!("{GATE} --fail-level never"))), "workflow-verdict", "wanting"),
        (of(&script(&format!("{GATE} --help"))), "workflow-verdict", "wanting"),
        (of(&script(&format!("{GATE} --files"))), "workflow-verdict", "wanting"),
        (of(&script(&format!("{GATE} --rule x"))), "workflow-verdict", "cannot tell"),
        (of(&script(&format!("{GATE} docs/"))), "workflow-verdict", "cannot tell"),
        (of(&script(&format!("{GATE} $MORE"))), "workflow-verdict", "cannot tell"),
        (action("fail-level: never"), "workflow-verdict", "wanting"),
        (action("args: --fail-level=never"), "workflow-verdict", "wanting"),
        (action("args: --files"), "workflow-verdict", "wanting"),
        (action("args: --today 1990-01-01"), "workflow-verdict", "cannot tell"),
        (action("args: --policy-ref HEAD"), "workflow-verdict", "cannot tell"),
        (action("paths: docs"), "workflow-verdict", "cannot tell"),
        (action("policy: lax.yaml"), "workflow-verdict", "cannot tell"),
        (action("working-directory: docs"), "workflow-runs", "cannot tell"),
        // The change against itself.
        (reference("HEAD"), "workflow-policy-ref", "wanting"),
        (reference("HEAD"), "workflow-history", "wanting"),
        (reference("HEAD^2"), "workflow-policy-ref", "wanting"),
        (reference("${{ github.event.pull_request.head.sha }}"), "workflow-policy-ref", "wanting"),
        (reference("$GITHUB_SHA"), "workflow-policy-ref", "wanting"),
        (reference("FETCH_HEAD"), "workflow-policy-ref", "cannot tell"),
        // What stands in front of it.
        (of(&script(&format!("exit 0\n{GATE}"))), "workflow-runs", "cannot tell"),
        (of(&script(&format!("if false; then\n{GATE}\nfi"))), "workflow-runs", "cannot tell"),
        (of(&script(&format!("f() {{\n{GATE}\n}}"))), "workflow-runs", "cannot tell"),
        (of(&script(&format!("trap 'exit 0' EXIT\n{GATE}"))), "workflow-verdict", "cannot tell"),
        (of(&script(&format!("cd services/shop\n{GATE}"))), "workflow-runs", "cannot tell"),
        (of(&format!("{}        working-directory: docs\n", script(GATE))), "workflow-runs", "cannot tell"),
        (of(&format!("{}        env: {{ BASH_ENV: x }}\n", script(GATE))), "workflow-runs", "cannot tell"),
        // Conditions.
        (job("    if: github.event_name == 'push'\n"), "workflow-skipped", "wanting"),
        (
            job("    if: \"!(github.actor == 'a' || github.event_name == 'pull_request' || false)\"\n"),
            "workflow-skipped",
            "wanting",
        ),
        (
            job("    if: false && (true || github.event_name == 'pull_request' || true)\n"),
            "workflow-skipped",
            "wanting",
        ),
        // Jobs that never run.
        (of(&script(GATE)).replace("    runs-on: ubuntu-latest\n", ""), "workflow-runs", "wanting"),
        (job("    strategy: { matrix: { x: [] } }\n"), "workflow-runs", "wanting"),
        (job("    strategy: { matrix: { x: '${{ fromJSON(vars.X) }}' } }\n"), "workflow-runs", "cannot tell"),
        (format!("{}        uses: acme/x@v1\n", of(&script(GATE))), "workflow-runs", "wanting"),
        // What is checked out.
        (checkout("repository: evil/x"), "workflow-history", "cannot tell"),
        (checkout("path: sub"), "workflow-history", "cannot tell"),
        (checkout("sparse-checkout: docs"), "workflow-history", "cannot tell"),
        // Other actions.
        (of(&format!("{CHECKOUT}      - uses: evil/x/policy@v1\n")), "workflow-runs", "wanting"),
        (of(&format!("{CHECKOUT}      - uses: docker://evil/policy:1.2.3\n")), "workflow-runs", "wanting"),
    ];
    for before in ["rm -rf src", "git checkout HEAD^1", "echo x >> $GITHUB_PATH"] {
        let steps = format!("{CHECKOUT}      - run: {before}\n      - run: {GATE}\n");
        rows.push((of(&steps), "workflow-history", "cannot tell"));
    }
    for shell in ["bash -n {0}", "true {0} sh", "cat sh {0}", "/bin/true {0}", "python"] {
        let text = of(&format!("{}        shell: {shell}\n", script(GATE)));
        rows.push((text, "workflow-verdict", "cannot tell"));
    }
    let mut wrong = String::new();
    for (text, check, state) in rows {
        let all = not_ok(&text);
        let is_told = all.iter().any(|answer| answer.check == check && answer.state.as_str() == state);
        if is_told == check.is_empty() && (check.is_empty() || !is_told) || (check.is_empty() && !all.is_empty()) {
            wrong.push_str(&format!("--- expected {state:?} of {check:?}\n{text}\n{all:#?}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn what_is_right_is_not_called_wanting() {
    let of = |steps: &str| workflow("pull_request", "", steps);
    let head = "      - uses: actions/checkout@v4\n        with: { fetch-depth: 0, ref: '${{ github.event.pull_request.head.sha }}' }\n";
    let odd = "      - uses: actions/checkout@v4\n        with: { fetch-depth: '${{ 0 }}' }\n";
    let shallow = "      - uses: actions/checkout@v4\n";
    let rows = [
        (of(&format!("{head}      - uses: acme/policy@v1\n")), ""),
        (of(&format!("{odd}      - run: {GATE}\n")), "how many commits"),
        (of(&script(&format!("set +e; {GATE}; exit $?"))), ""),
        (of(&script(&format!("{GATE} || (echo x && exit 1)"))), "its exit code may get lost"),
        (of(&format!("{shallow}      - run: git fetch --unshallow; {GATE}\n")), "a script fetches"),
        (
            of(&script("policy check --since $B --policy-ref $B").replace("HEAD^1", "$B"))
                .replace("    steps", "    env: { B: HEAD^1 }\n    steps"),
            "",
        ),
    ];
    for (text, words) in rows {
        let all = not_ok(&text);
        assert!(all.iter().all(|answer| answer.state == State::CannotTell), "{text}\n{all:#?}");
        assert_eq!(all.is_empty(), words.is_empty(), "{text}\n{all:#?}");
        assert!(words.is_empty() || all.iter().any(|answer| answer.what.contains(words)), "{text}\n{all:#?}");
    }
}

#[test]
fn many_answers_are_shortened_and_long_workflows_are_read_fast() {
    let started = Instant::now();
    let many = workflow("pull_request", "", &script(&"policy check || true\n".repeat(14_000)));
    let all = not_ok(&many);
    assert_eq!(all.iter().filter(|answer| answer.check == "workflow-verdict").count(), 6, "{all:#?}");
    assert!(all.iter().any(|answer| answer.what == "and 95 more of these"));
    let long = workflow("pull_request", "", &script(&format!("policy {}check", "--x y ".repeat(40_000))));
    not_ok(&long);
    let steps = workflow("pull_request", "", &format!("{CHECKOUT}{}", "      - uses: acme/policy@v1\n".repeat(14_000)));
    not_ok(&steps);
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

/// Each workflow of the documents, and what may be wanting of it.
#[test]
fn workflows_of_the_documents_raise_no_false_alarm() {
    let mut read = 0;
    for name in ["README.md", "docs/github-action.md", "docs/gate.md"] {
        let text = std::fs::read_to_string(project().join(name)).unwrap();
        for block in text.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()) {
            let is_whole = block.contains("on:") && block.contains("jobs:");
            if !is_whole {
                continue;
            }
            read += 1;
            let all = answers(&[(".github/workflows/ci.yml", block), ("CODEOWNERS", "* @acme/all\n")]);
            // Each document tells the main branch, and the id of a commit, beside the block; `requires` is none of its business.
            let is_full_run = !block.contains("pull_request");
            let may = ["workflow-main", "workflow-version", "requires"];
            for answer in all.iter().filter(|answer| matches!(answer.state, State::Wanting | State::Problem)) {
                let is_expected = may.contains(&answer.check) || (is_full_run && answer.check == "workflow-runs");
                assert!(is_expected, "{name}: {answer:?}\n{block}");
            }
            let version =
                all.iter().filter(|answer| answer.check == "workflow-version" && answer.state == State::Wanting);
            assert_eq!(version.count(), block.matches("@v0").count(), "{name}\n{block}");
            let skipped = all.iter().any(|answer| answer.check == "workflow-runs" && answer.state == State::Ok);
            assert!(skipped || is_full_run, "{name}\n{block}");
        }
    }
    assert!(read >= 4, "{read} workflows were found");
}

#[test]
fn gitlab_is_read_as_far_as_it_goes() {
    let states = |text: &str| -> BTreeSet<&'static str> {
        let all = answers(&[(".gitlab-ci.yml", text)]);
        all.iter().filter(|answer| answer.check == "gitlab-runs").map(|answer| answer.state.as_str()).collect()
    };
    let job =
        "policy:\n  script: [policy check --since $B --policy-ref $B]\n  rules: [{ if: $CI_MERGE_REQUEST_IID }]\n";
    assert_eq!(states(job), BTreeSet::from(["ok", "cannot tell"]));
    assert!(states(&format!("{job}  allow_failure: true\n")).contains("wanting"));
    let own = |rules: &str| {
        states(&format!("policy:\n  script: [policy check --policy-ref $CI_MERGE_REQUEST_DIFF_BASE_SHA]\n{rules}"))
    };
    let on = "$CI_PIPELINE_SOURCE == 'merge_request_event'";
    let rule = |more: &str| own(&format!("  rules:\n    - if: {on}\n{more}"));
    assert_eq!(rule(""), BTreeSet::from(["ok", "cannot tell"]));
    for more in ["when: never", "when: manual", "allow_failure: true"] {
        assert!(rule(&format!("      {more}\n")).contains("wanting"), "{more}");
    }
    for rules in
        ["  rules: [{ if: $CI_PIPELINE_SOURCE != 'merge_request_event' }]\n", "  except: [merge_requests]\n", ""]
    {
        assert_eq!(own(rules), BTreeSet::from(["cannot tell"]), "{rules}");
    }
    assert_eq!(states(&job.replace("policy:", ".policy:")), BTreeSet::from(["wanting"]));
    for (before, state) in [("set +e, ", "wanting"), ("exit 0, ", "cannot tell")] {
        let text = job.replace("[policy", &format!("[{before}policy")).replace("$B]", "$B, true]");
        assert!(states(&text).contains(state), "{text}");
    }
    assert!(states(&job.replace("$B]", "$B --fail-level never]")).contains("wanting"));
    assert_eq!(states("test:\n  script: pytest\n"), BTreeSet::from(["wanting"]));
    assert_eq!(states("include: x.yml\n"), BTreeSet::from(["cannot tell"]));
    assert_eq!(states("\tx"), BTreeSet::from(["problem"]));
}
