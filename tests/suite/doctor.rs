//! `policy doctor`: what each check says of workflows and repositories, good, bad and hostile.

mod gates;

use super::harness::{Run, project};
use super::tamper::repository::Repo;
use policy::doctor::{Answer, CHECKS, File, Installed, Seen, State, Workflow, examine};
use policy::owners::{Flavour, Owners};
use policy::policy::{Extensions, Policy, load};
use policy::repo_path::RepoPath;
use policy::report::{Asked, Report, Scope, Summary};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

struct Nothing;

impl Extensions for Nothing {
    fn pack(&self, _: &str) -> Option<&'static str> {
        None
    }
    fn packs(&self) -> Vec<&'static str> {
        Vec::new()
    }
    fn file(&self, _: &RepoPath) -> Result<String, String> {
        Err("is not there".to_owned())
    }
}

fn path(text: &str) -> RepoPath {
    RepoPath::from_bytes(text.as_bytes())
}

fn policy_of(text: &str) -> Policy {
    load::load(path("policy.yaml"), text, "0.1.0", &Nothing).map_err(|broken| format!("{broken:?}")).unwrap()
}

fn report() -> Report {
    Report {
        policy: None,
        scope: Scope::Full,
        asked: Asked::default(),
        also_fails: None,
        complete: true,
        summary: Summary { files: 3, analysed: 3, ..Summary::default() },
        verdict: None,
        ratchet: None,
        suppressed: Vec::new(),
        findings: Vec::new(),
        problems: Vec::new(),
        excused: Vec::new(),
    }
}

const POLICY: &str = "version: 1\nrules: { a: { forbid: [requests] } }\n";

/// Everything that is said of a project with these files at the top.
fn answers(files: &[(&str, &str)]) -> Vec<Answer> {
    let (policy, report) = (policy_of(POLICY), report());
    let bytes = |text: &str| Ok(text.as_bytes().to_vec());
    let file = |name: &str| {
        let (own, text) = files.iter().find(|(own, _)| *own == name)?;
        Some(File { path: path(own), content: bytes(text) })
    };
    let is_workflow = |own: &&(&str, &str)| own.0.starts_with(".github/workflows/");
    let workflows = files.iter().filter(is_workflow).map(|(own, text)| Workflow::read(path(own), &bytes(text)));
    let actions = files.iter().filter(|(own, _)| own.ends_with("action.yml"));
    let seen = Seen {
        policy: &policy,
        below: RepoPath::default(),
        policy_files: vec![path("policy.yaml")],
        baseline: None,
        tracked: Ok(["policy.yaml", "src/a.py", "setup.cfg", "README.txt"]
            .into_iter()
            .chain(files.iter().map(|(own, _)| *own))
            .map(path)
            .collect()),
        workflows: workflows.collect(),
        actions: actions.map(|(own, text)| (path(own).parent(), Workflow::read(path(own), &bytes(text)))).collect(),
        gitlab: file(".gitlab-ci.yml"),
        owners: files
            .iter()
            .find(|(own, _)| *own == "CODEOWNERS")
            .map(|(own, text)| (path(own), Owners::parse(text.as_bytes(), Flavour::GitHub))),
        owners_trouble: None,
        pre_commit: file(".pre-commit-config.yaml"),
        installed: Installed::Nothing,
        report: &report,
        today: "2026-06-01".parse().unwrap(),
    };
    examine(&seen)
}

/// A workflow around these steps.
fn workflow(on: &str, job: &str, steps: &str) -> String {
    format!("on: {on}\njobs:\n  gate:\n    runs-on: ubuntu-latest\n{job}    steps:\n{steps}")
}

const CHECKOUT: &str = "      - uses: actions/checkout@v4\n        with: { fetch-depth: 2 }\n";
const RUN: &str = "      - run: policy check --since HEAD^1 --policy-ref HEAD^1\n";

/// What is said of a workflow by one check: states, and everything that is told.
fn said(text: &str, check: &str) -> (BTreeSet<&'static str>, String) {
    let all = answers(&[(".github/workflows/ci.yml", text)]);
    let own: Vec<&Answer> = all.iter().filter(|answer| answer.check == check).collect();
    let states = own.iter().map(|answer| answer.state.as_str()).collect();
    (states, own.iter().map(|answer| format!("{:?} {} {}\n", answer.place, answer.what, answer.help)).collect())
}

/// On, keys of the job, steps, check, state, words that are told.
type Row<'r> = (&'r str, &'r str, String, &'r str, &'r str, &'r str);

#[test]
fn workflows_are_looked_through() {
    let good = || format!("{CHECKOUT}{RUN}");
    let run = |script: &str| format!("{CHECKOUT}      - run: {script}\n");
    let with = |text: &str| format!("      - uses: actions/checkout@v4\n        with: {{ {text} }}\n{RUN}");
    let rows: Vec<Row<'_>> = vec![
        ("pull_request", "", good(), "workflow-runs", "ok", "gate"),
        ("[push, pull_request]", "", good(), "workflow-runs", "ok", ""),
        ("{ pull_request: ~ }", "", good(), "workflow-runs", "ok", ""),
        ("{ pull_request: { branches: [main] } }", "", good(), "workflow-narrowed", "ok", ""),
        ("push", "", good(), "workflow-runs", "wanting", "runs on push, but not on pull requests"),
        ("pull_request", "", run("pytest"), "workflow-runs", "wanting", "no workflow"),
        ("pull_request", "", run("uvx --from policy-check==0.1.0 policy check"), "workflow-runs", "ok", ""),
        ("pull_request", "", format!("{CHECKOUT}      - uses: acme/policy@v1\n"), "workflow-runs", "ok", ""),
        ("pull_request", "", format!("{CHECKOUT}      - uses: acme/policyholder@v1\n"), "workflow-runs", "wanting", ""),
        ("{ pull_request: { paths: ['**.py'] } }", "", good(), "workflow-narrowed", "wanting", "`policy.yaml` and "),
        ("{ pull_request: { paths: ['**'] } }", "", good(), "workflow-narrowed", "ok", ""),
        ("{ pull_request: { paths: ['src/?.py'] } }", "", good(), "workflow-narrowed", "cannot tell", "not read here"),
        ("{ pull_request: { paths-ignore: ['docs/**'] } }", "", good(), "workflow-narrowed", "ok", ""),
        ("{ pull_request: { paths-ignore: ['**.cfg'] } }", "", good(), "workflow-narrowed", "wanting", "setup.cfg"),
        ("{ pull_request: { branches: [dev] } }", "", good(), "workflow-narrowed", "cannot tell", "into dev"),
        ("{ pull_request: { branches-ignore: ['m*'] } }", "", good(), "workflow-narrowed", "wanting", "main"),
        ("{ pull_request: { types: [opened] } }", "", good(), "workflow-narrowed", "wanting", "synchronize"),
        ("pull_request", "    if: github.event_name == 'pull_request'\n", good(), "workflow-skipped", "ok", ""),
        ("pull_request", "    if: ${{ !github.event.pull_request.head.repo.fork }}\n", good(), "workflow-skipped", "wanting", "fork"),
        ("pull_request", "    if: vars.GATE\n", good(), "workflow-skipped", "cannot tell", "vars.GATE"),
        ("pull_request", "    needs: build\n", good(), "workflow-skipped", "cannot tell", "`build` fails"),
        ("pull_request", "", format!("{CHECKOUT}{RUN}        if: false\n"), "workflow-skipped", "wanting", "step"),
        ("pull_request", "    continue-on-error: true\n", good(), "workflow-verdict", "wanting", "job"),
        ("pull_request", "    continue-on-error: ${{ matrix.new }}\n", good(), "workflow-verdict", "cannot tell", ""),
        ("pull_request", "", run("policy check || true"), "workflow-verdict", "wanting", "||"),
        ("pull_request", "", run("policy check | tee x"), "workflow-verdict", "wanting", "pipe"),
        ("pull_request", "    defaults: { run: { shell: bash } }\n", run("policy check | tee x"), "workflow-verdict", "ok", ""),
        (
            "pull_request",
            "    strategy: { matrix: { os: [windows-latest] } }\n    runs-on: ${{ matrix.os }}\n",
            run("|\n          policy check\n          echo done"),
            "workflow-runs",
            "cannot tell",
            "does not stop by itself",
        ),
        ("pull_request", "", good(), "workflow-history", "ok", ""),
        ("pull_request", "", RUN.to_owned(), "workflow-history", "wanting", "no `actions/checkout`"),
        ("pull_request", "", with("fetch-depth: 1"), "workflow-history", "wanting", "fetch-depth: 2"),
        ("pull_request", "", with("fetch-depth: 0"), "workflow-history", "ok", ""),
        ("pull_request", "", with("fetch-depth: 2, ref: '${{ github.head_ref }}'"), "workflow-history", "wanting", "last commit but one"),
        ("pull_request", "", with("fetch-depth: 2, ref: main"), "workflow-history", "cannot tell", ""),
        ("pull_request", "", run("policy check --since origin/main"), "workflow-history", "wanting", "fetch-depth: 0"),
        ("pull_request", "", "      - uses: actions/checkout@v4\n      - run: git fetch origin\n      - run: policy check --since origin/main\n".to_owned(), "workflow-history", "cannot tell", ""),
        ("pull_request", "", "      - uses: actions/checkout@v4\n      - run: policy check\n".to_owned(), "workflow-history", "ok", ""),
        ("pull_request", "", "      - uses: actions/checkout@v4\n      - uses: acme/policy@v1.0.0\n".to_owned(), "workflow-history", "wanting", ""),
        ("pull_request", "", run("policy check --since HEAD^1"), "workflow-policy-ref", "wanting", ""),
        ("pull_request", "", good(), "workflow-policy-ref", "ok", ""),
        ("pull_request", "", format!("{CHECKOUT}      - uses: acme/policy@v1\n        with: {{ policy-from-base: false }}\n"), "workflow-policy-ref", "wanting", ""),
        ("pull_request_target", "", good(), "workflow-target", "wanting", "rights of the base"),
        ("[pull_request, push]", "", good(), "workflow-main", "ok", ""),
        ("{ pull_request: , schedule: [{ cron: x }] }", "", good(), "workflow-main", "ok", ""),
        ("{ pull_request: , push: { tags: ['v*'] } }", "", good(), "workflow-main", "wanting", ""),
        ("{ pull_request: , push: { branches: [dev] } }", "", good(), "workflow-main", "wanting", ""),
        ("pull_request", "", good(), "workflow-main", "wanting", ""),
        ("[pull_request, merge_group]", "", good(), "workflow-queue", "ok", ""),
        ("pull_request", "", good(), "workflow-queue", "cannot tell", "merge_group"),
        ("pull_request", "", format!("{CHECKOUT}      - uses: acme/policy@v1\n"), "workflow-version", "wanting", "@v1"),
        ("pull_request", "", format!("{CHECKOUT}      - uses: acme/policy@v1.2.3\n"), "workflow-version", "wanting", "the commit of a version"),
        ("pull_request", "", format!("{CHECKOUT}      - uses: acme/policy@{}\n", "a1".repeat(20)), "workflow-version", "ok", ""),
        ("pull_request", "", format!("{CHECKOUT}      - run: pip install policy-check\n{RUN}"), "workflow-version", "wanting", "newest"),
        ("pull_request", "", format!("{CHECKOUT}      - run: pip install policy-check==0.1.0\n{RUN}"), "workflow-version", "ok", ""),
        ("pull_request", "", good(), "workflow-version", "cannot tell", ""),
    ];
    let mut wrong = String::new();
    for (on, job, steps, check, state, words) in rows {
        let text = workflow(on, job, &steps);
        let (states, told) = said(&text, check);
        if states != BTreeSet::from([state]) || !told.contains(words) {
            wrong.push_str(&format!("--- {check}: expected {state} {words:?}, got {states:?}\n{told}{text}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn spellings_of_a_workflow_make_no_difference() {
    let plain = workflow("pull_request", "", &format!("{CHECKOUT}{RUN}"));
    for text in [
        plain.replace('\n', "\r\n"),
        format!("\u{feff}{plain}"),
        plain.replacen("on:", "\"on\":", 1),
        plain.replace("on: pull_request", "on:\n  - pull_request"),
        plain.replace("- run: policy", "- &step\n        run: policy"),
        format!("# a comment\n---\n{plain}"),
    ] {
        let (states, told) = said(&text, "workflow-runs");
        assert_eq!(states, BTreeSet::from(["ok"]), "{told}\n{text}");
    }
}

#[test]
fn what_cannot_be_read_is_a_problem() {
    let deep = format!("on: pull_request\njobs: {}", "[".repeat(50_000));
    let long = format!("on: pull_request\n{}", "#\n".repeat(400_000));
    for text in ["on: [pull_request\njobs: x", "on:\n\tpush:\n", "just text", "", &deep, &long] {
        let started = Instant::now();
        let (states, told) = said(text, "workflow-runs");
        assert!(states.contains("problem"), "{told}\n{}", text.get(..40).unwrap_or(text));
        assert!(started.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn workflows_and_actions_of_ones_own_are_followed() {
    let caller = "on: pull_request\njobs:\n  gate:\n    uses: ./.github/workflows/gate.yml\n";
    let inner = workflow("workflow_call", "", &format!("{CHECKOUT}{RUN}"));
    let all = answers(&[(".github/workflows/ci.yml", caller), (".github/workflows/gate.yml", &inner)]);
    let one = |all: &[Answer], check: &str| all.iter().find(|answer| answer.check == check).cloned().unwrap();
    assert_eq!(one(&all, "workflow-runs").state, State::Ok, "{all:#?}");
    let itself = workflow("pull_request", "", &format!("{CHECKOUT}      - uses: ./\n"));
    let action =
        "name: policy-check\nruns:\n  using: composite\n  steps:\n    - run: bash install.sh\n      shell: bash\n";
    let all = answers(&[(".github/workflows/ci.yml", &itself), ("action.yml", action)]);
    assert_eq!(one(&all, "workflow-runs").state, State::CannotTell);
    let other = action.replace("policy-check", "policy maker");
    let all = answers(&[(".github/workflows/ci.yml", &itself), ("action.yml", &other)]);
    assert_eq!(one(&all, "workflow-runs").state, State::Wanting);
    let tolerant = caller.replace("    uses", "    continue-on-error: true\n    uses");
    let all = answers(&[(".github/workflows/ci.yml", &tolerant), (".github/workflows/gate.yml", &inner)]);
    assert_eq!(one(&all, "workflow-verdict").state, State::Wanting);
    let remote = caller.replace("./.github", "acme/gates/.github");
    assert_eq!(one(&answers(&[(".github/workflows/ci.yml", &remote)]), "workflow-runs").state, State::CannotTell);
    let own = workflow("pull_request", "", &format!("{CHECKOUT}      - uses: ./ci/gate\n"));
    let action = "runs:\n  using: composite\n  steps:\n    - run: policy check || true\n      shell: bash\n";
    let all = answers(&[(".github/workflows/ci.yml", &own), ("ci/gate/action.yml", action)]);
    assert_eq!(one(&all, "workflow-runs").state, State::Ok);
    assert_eq!(one(&all, "workflow-verdict").state, State::Wanting);
}

#[test]
fn every_check_speaks_and_is_documented() {
    let table = std::fs::read_to_string(project().join("docs/doctor.md")).unwrap();
    for check in CHECKS {
        assert!(table.contains(&format!("| `{}` |", check.id)), "docs/doctor.md does not tell `{}`", check.id);
        assert!(!check.about.is_empty());
    }
    let text = workflow("pull_request_target", "", RUN);
    let all = answers(&[(".github/workflows/ci.yml", &text), (".gitlab-ci.yml", "x: { script: policy check }\n")]);
    for answer in &all {
        let must_help = answer.state != State::Ok;
        assert!(!must_help || !answer.help.is_empty(), "{answer:?} does not say what to do");
    }
}

/// A repository in which nothing is wanting.
fn sound() -> Repo {
    let repo = Repo::empty();
    repo.git(&["init", "--quiet", "--template=", "-b", "main"]);
    repo.write("policy.yaml", "version: 1\nrequires: \">=0.1\"\nrules:\n  http:\n    forbid: [requests]\n");
    repo.write("app/a.py", "import os\n");
    repo.write(".github/CODEOWNERS", "* @acme/all\n");
    let steps = format!("{CHECKOUT}      - run: pip install policy-check==0.1.0\n{RUN}");
    repo.write(".github/workflows/policy.yml", workflow("[pull_request, push, merge_group]", "", &steps));
    repo.commit();
    repo
}

fn doctor(repo: &Repo) -> Run {
    repo.policy(&["doctor"])
}

/// A change of a sound repository, the exit code, and what must be told.
type Case = (&'static str, i32, &'static str, fn(&Repo));

#[test]
fn repositories_are_looked_at() {
    let run = doctor(&sound());
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(!run.stdout.contains("\nwanting"), "{}", run.stdout);
    let hook = "repos:\n- repo: local\n  hooks:\n  - { id: policy, name: p, entry: policy check --staged, language: system }\n";
    let cases: Vec<Case> = vec![
        ("untracked policy", 1, "policy-tracked policy.yaml: git does not track it", |repo| {
            repo.git(&["rm", "--quiet", "--cached", "policy.yaml"]);
        }),
        ("an extended file without owners", 1, "owners team.yaml: no line of `.github/CODEOWNERS` covers it", |repo| {
            repo.write("team.yaml", "version: 1\nrules: { x: { forbid: [aiohttp] } }\n");
            repo.edit("policy.yaml", "rules:", "extends: [team.yaml]\nrules:");
            repo.write(".github/CODEOWNERS", "/policy.yaml @a\n/.github/ @a\n");
            repo.commit();
        }),
        ("owners taken away", 1, "leaves it without owners", |repo| {
            repo.append(".github/CODEOWNERS", "/policy.yaml\n");
        }),
        ("no owners", 1, "there is no CODEOWNERS", |repo| repo.remove(".github/CODEOWNERS")),
        ("no rule that fails", 1, "none of the 1 rules is an error", |repo| {
            repo.append("policy.yaml", "    level: warn\n");
        }),
        ("everything excluded", 1, "leaves out every Python file", |repo| {
            repo.append("policy.yaml", "exclude: [\"*.py\"]\n");
        }),
        ("done entries", 1, "1 of 1 entries are done", |repo| {
            repo.write("policy.baseline", "# policy-baseline 1\nhttp\tapp/a.py\t\trequests\t0\n");
            repo.commit();
        }),
        ("an unused comment", 1, "suppressions app/a.py:1", |repo| {
            repo.write("app/a.py", "import os  # policy: allow(http) -- so far\n");
        }),
        ("a file that cannot be judged", 2, "1 problem: not everything could be judged", |repo| {
            repo.write("app/b.py", "import \\\n");
            repo.write("app/b.py", b"\xff\xfe\x00".as_slice());
        }),
        ("a broken workflow", 2, "is broken YAML", |repo| repo.append(".github/workflows/policy.yml", "\tx: [\n")),
        ("a broken policy", 2, "", |repo| repo.append("policy.yaml", "x: 1\n")),
        ("no policy", 2, "there is no policy.yaml", |repo| repo.remove("policy.yaml")),
        ("a root below the top", 0, "policy-tracked", |repo| {
            repo.git(&["mv", "policy.yaml", "app/policy.yaml"]);
        }),
    ];
    let mut wrong = String::new();
    for (name, code, words, change) in cases {
        let repo = sound();
        change(&repo);
        let below = name == "a root below the top";
        let run = if below { repo.policy(&["doctor", "--root", "app"]) } else { doctor(&repo) };
        let told = format!("{}{}", run.stdout, run.stderr);
        let squeezed = told.split_whitespace().collect::<Vec<_>>().join(" ");
        if run.code != code || !squeezed.contains(words) {
            wrong.push_str(&format!("--- {name}: exit {} instead of {code}, {words:?}\n{told}\n", run.code));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    let repo = sound();
    repo.write(".pre-commit-config.yaml", hook);
    assert!(doctor(&repo).stdout.contains("git runs none in this clone"));
    let script = "#!/bin/sh\n# File generated by pre-commit\nexec pre-commit\n";
    repo.write(".git/hooks/pre-commit", script);
    assert!(doctor(&repo).stdout.contains("installed in this clone"));
    repo.git(&["config", "core.hooksPath", "my hooks"]);
    assert!(doctor(&repo).stdout.contains("git runs none in this clone"));
    repo.write("my hooks/pre-commit", "#!/bin/sh\nmake lint\n");
    assert!(doctor(&repo).stdout.contains("git runs another hook"));
    repo.write("my hooks/pre-commit", "#!/bin/sh\npolicy check --staged\n");
    let run = doctor(&repo);
    assert!(run.stdout.contains("installed in this clone") && run.code == 0, "{}", run.stdout);
}

/// What is no file of the repository is neither read nor passed over.
#[cfg(unix)]
#[test]
fn links_out_of_the_work_tree_and_pipes_are_told() {
    let repo = sound();
    repo.remove(".github/CODEOWNERS");
    let fifo = repo.folder().join(".github/CODEOWNERS");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let run = doctor(&repo);
    assert!(run.code == 2 && run.stdout.contains(".github/CODEOWNERS: "), "{}", run.stdout);
    assert!(!run.stdout.contains("there is no CODEOWNERS"), "{}", run.stdout);
    let repo = sound();
    std::os::unix::fs::symlink("/etc/passwd", repo.folder().join(".github/workflows/x.yml")).unwrap();
    let run = doctor(&repo);
    assert!(run.code == 2 && run.stdout.contains("x.yml: is a link out of the work tree"), "{}", run.stdout);
    let repo = sound();
    repo.git(&["rm", "--cached", "--quiet", ".github/workflows/policy.yml"]);
    let run = doctor(&repo);
    assert!(run.code == 1 && run.stdout.contains("policy.yml: git does not track it"), "{}", run.stdout);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever stands in a workflow: every answer that is not good says what to do, and none takes long.
    #[test]
    fn no_workflow_is_too_odd(
        cut in 0_usize..600,
        parts in prop::collection::vec(prop::sample::select(vec![
            "on: ", "pull_request", "{", "}", "[", "]", "\n", "  ", "jobs:\n", "  a:\n", "    steps:\n", "      - run: ",
            "policy check", " || ", " | ", "&&", ";", "$(", ")", "\"", "'", "if: ", "uses: ./", "uses: a/policy@", "with: ", "&x ", "*x", "<<: *x",
            "paths: ['**", "?", "!x']", "set +e\n", "\t", "\r\n", "\u{feff}", "é", ": ", "- ", "needs: [a, b]\n", "|\n        ", "bash -c 'policy check'",
        ]), 0..60),
    ) {
        let base = workflow("{ pull_request: { paths: ['**'] } }", "    if: x\n", &format!("{CHECKOUT}{RUN}"));
        let at = (0..=cut.min(base.len())).rev().find(|at| base.is_char_boundary(*at)).unwrap_or(0);
        let text = format!("{}{}{}", &base[..at], parts.concat(), &base[at..]);
        let started = Instant::now();
        for answer in answers(&[(".github/workflows/ci.yml", &text), (".gitlab-ci.yml", &text), (".pre-commit-config.yaml", &text)]) {
            prop_assert!(answer.state == State::Ok || !answer.help.is_empty(), "{answer:?}");
        }
        prop_assert!(started.elapsed() < Duration::from_secs(5));
    }
}
