//! `--since` and `--staged` on real repositories: what a change adds, whoever it reaches, and nothing else. The work tree, the
//! index and a merge of a pull request are each a head; files that did not change are looked at where the change may reach them.

use super::harness::{finish, project, python};
use super::tamper::repository::Repo;

/// Findings of a run, one `path [rule]` each, and its exit code.
fn found(repo: &Repo, arguments: &[&str]) -> (Vec<String>, i32) {
    let all: Vec<&str> = ["check", "--format", "concise"].iter().chain(arguments).copied().collect();
    let run = repo.policy(&all);
    let line = |line: &str| {
        let (path, rest) = line.split_once(':')?;
        let rule = rest.split_once('[')?.1.split_once(']')?.0;
        Some(format!("{path} [{rule}]"))
    };
    assert!(run.code < 2 || run.stderr.contains("help"), "{}{}", run.stdout, run.stderr);
    (run.stdout.lines().filter_map(line).collect(), run.code)
}

fn one(text: &str) -> (Vec<String>, i32) {
    (vec![text.to_owned()], 1)
}

#[test]
fn untracked_files_are_new_and_ignored_ones_are_not_there() {
    let repo = Repo::base();
    assert_eq!(found(&repo, &["--since", "main"]), (vec![], 0));
    repo.violate();
    repo.write("generated/x.py", "import requests\n");
    assert_eq!(found(&repo, &["--since", "main"]), one("app/new.py [http]"));
    // What is tracked is judged, ignored or not.
    repo.git(&["add", "--force", "generated/x.py"]);
    assert_eq!(found(&repo, &["--since", "main", "generated/"]), one("generated/x.py [http]"));
}

#[test]
fn only_what_is_staged_counts_for_staged_runs() {
    let repo = Repo::base();
    repo.write("app/clean.py", "import requests\n");
    repo.git(&["add", "app/clean.py"]);
    repo.write("app/clean.py", "import os\n");
    assert_eq!(found(&repo, &["--staged"]), one("app/clean.py [http]"));
    assert_eq!(found(&repo, &["--since", "main"]), (vec![], 0));
    repo.git(&["add", "app/clean.py"]);
    repo.write("app/clean.py", "import requests\n");
    assert_eq!(found(&repo, &["--staged"]), (vec![], 0));
    assert_eq!(found(&repo, &["--since", "main"]), one("app/clean.py [http]"));
}

#[test]
fn a_staged_run_says_where_it_does_not_look() {
    let repo = Repo::base();
    repo.append("wrapper/__init__.py", "from requests import Session\n");
    repo.git(&["add", "--all"]);
    let run = repo.policy(&["check", "--staged"]);
    assert!(run.stderr.contains("files that did not change were not looked at"), "{}", run.stderr);
}

#[test]
fn a_file_that_did_not_change_may_have_a_new_finding() {
    let repo = Repo::base();
    repo.before(|repo| repo.write("app/late.py", "from wrapper import post\nfrom app.hop import Session\n"));
    repo.write("app/hop.py", "from wrapper import Session\n");
    repo.append("wrapper/__init__.py", "from requests import post, Session\n");
    let (found, code) = found(&repo, &["--since", "main"]);
    assert_eq!(found, ["app/hop.py [http]", "app/late.py [http]", "app/late.py [http]"]);
    assert_eq!(code, 1);
}

#[test]
fn a_rename_is_no_news_and_what_it_brings_along_is() {
    let repo = Repo::base();
    repo.git(&["mv", "old/legacy.py", "old/moved.py"]);
    assert_eq!(found(&repo, &["--since", "main"]), (vec![], 0));
    repo.append("old/moved.py", "\n\ndef more(url):\n    import requests\n");
    assert_eq!(found(&repo, &["--since", "main"]), one("old/moved.py [http]"));
}

#[test]
fn more_of_the_same_is_new_where_its_line_is() {
    let repo = Repo::base();
    repo.edit(
        "old/legacy.py",
        "    import requests\n\n    return requests.get(url)\n",
        "    import requests as fresh\n    import requests\n\n    return requests.get(url)\n",
    );
    let run = repo.policy(&["check", "--since", "main", "--format", "concise"]);
    assert_eq!(run.stdout.lines().filter(|line| line.contains("[http]")).count(), 1, "{}", run.stdout);
    assert!(run.stdout.contains("old/legacy.py:2:"), "{}", run.stdout);
}

#[test]
fn taking_a_permit_away_without_a_fix_is_new() {
    let repo = Repo::base();
    repo.edit("policy.baseline", "http\told/legacy.py\tload\trequests\t0\n", "");
    repo.append("old/legacy.py", "# touched\n");
    assert_eq!(found(&repo, &["--since", "main"]), one("old/legacy.py [http]"));
    let repo = Repo::base();
    repo.before(|repo| repo.write("app/kept.py", "import requests  # policy: allow(http) -- until the move\n"));
    repo.write("app/kept.py", "import requests\n");
    assert_eq!(found(&repo, &["--since", "main"]), one("app/kept.py [http]"));
}

#[test]
fn a_new_rule_blames_nobody() {
    let repo = Repo::base();
    repo.edit("policy.yaml", "forbid: [requests, aiohttp]", "forbid: [requests, aiohttp, os]");
    repo.append("app/clean.py", "# touched\n");
    assert_eq!(found(&repo, &["--since", "main"]), (vec![], 0));
    repo.write("app/more.py", "import os\n");
    assert_eq!(found(&repo, &["--since", "main"]), one("app/more.py [http]"));
}

#[test]
fn paths_narrow_what_is_told() {
    let repo = Repo::base();
    repo.violate();
    repo.write("old/other.py", "import requests\n");
    assert_eq!(found(&repo, &["--since", "main", "old/"]), one("old/other.py [http]"));
    assert_eq!(found(&repo, &["--since", "main", "wrapper/"]), (vec![], 0));
}

#[test]
fn a_broken_file_that_did_not_change_is_no_problem_of_the_change() {
    let repo = Repo::base();
    repo.before(|repo| repo.write("app/broken.py", "x = '''\nimport requests\n"));
    repo.violate();
    assert_eq!(found(&repo, &["--since", "main"]), one("app/new.py [http]"));
    repo.append("app/broken.py", "y\n");
    assert_eq!(repo.policy(&["check", "--since", "main"]).code, 2);
}

#[test]
fn nothing_that_changed_is_clean_and_says_so() {
    let repo = Repo::base();
    let run = repo.policy(&["check", "--since", "HEAD"]);
    assert_eq!(run.code, 0);
    assert!(run.stderr.contains("0 of 0 files checked"), "{}", run.stderr);
}

/// The gate over a repository of its own: the policy, a base, and a change; the exit code and all output.
fn gated(policy: &str, base: &[(&str, &str)], change: &dyn Fn(&Repo)) -> (i32, String) {
    let repo = Repo::base();
    repo.before(|repo| {
        repo.git(&["rm", "--quiet", "-r", "."]);
        repo.write("policy.yaml", format!("version: 1\nrules:\n{policy}"));
        for (path, text) in base {
            repo.write(path, text);
        }
    });
    change(&repo);
    repo.commit();
    let run = repo.gate();
    (run.code, run.stdout + &run.stderr)
}

const HTTP: &str = "  http: { forbid: [requests] }\n";

#[test]
fn what_gets_worse_is_new() {
    let dynamic = "import importlib\nr = importlib.import_module('requests')\n";
    let (code, said) = gated(HTTP, &[("a.py", dynamic)], &|repo| repo.write("a.py", "import requests as r\n"));
    assert_eq!(code, 1, "{said}");
    let typed = "  http: { forbid: [requests], contexts: { type-checking: note } }\n";
    let lazy = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import requests\n";
    let (code, said) = gated(typed, &[("a.py", lazy)], &|repo| repo.write("a.py", "import requests\n"));
    assert_eq!(code, 1, "{said}");
    let baseline = ("policy.baseline", "# policy-baseline 1\nhttp\ta.py\t\trequests\t0\n");
    let (code, said) = gated(typed, &[("a.py", lazy), baseline], &|repo| repo.write("a.py", "import requests\n"));
    assert_eq!(code, 1, "{said}");
}

#[test]
fn what_comes_from_where_nobody_looks_is_looked_at() {
    let policy = "  http: { forbid: [requests] }\nexclude: [vendor/]\n";
    let hidden = "# coding: shift_jis\nimport requests\n# a long enough line that is the same on both sides\n";
    let (code, said) = gated(policy, &[("vendor/a.py", hidden), ("app/b.py", "x = 1\n")], &|repo| {
        repo.git(&["mv", "vendor/a.py", "app/a.py"]);
    });
    assert_eq!(code, 2, "{said}");
    let odd = [("deploy/x/requirements.txt", "-r ../../lib/odd.lst\n"), ("lib/odd.lst", "flask\n")];
    let (code, said) = gated(HTTP, &odd, &|repo| repo.append("lib/odd.lst", "requests\n"));
    assert_eq!(code, 1, "{said}");
}

#[test]
fn an_exemption_that_is_full_is_full_for_all_files_together() {
    let policy = "  http: { forbid: [requests], allow-in: [{ in: w/, why: x, max: 2 }] }\n";
    let base = [("w/a.py", "import requests\n"), ("w/b.py", "import requests\n")];
    let (code, said) = gated(policy, &base, &|repo| repo.write("w/c.py", "import requests\n"));
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("exceeded-exemption"), "{said}");
}

#[test]
fn what_a_checkout_turns_into_something_else_is_told() {
    for attributes in ["app/new.py working-tree-encoding=IBM037\n", "*.py filter=lfs diff=lfs\n"] {
        let (code, said) = gated(HTTP, &[("a.py", "x = 1\n")], &|repo| repo.write(".gitattributes", attributes));
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("opaque-code"), "{said}");
    }
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n";
    let (code, said) = gated(HTTP, &[], &|repo| repo.write("app/new.py", pointer));
    assert_eq!(code, 1, "{said}");
    let scoped = "  http: { forbid: [requests], in: ['apps/**/*.py'] }\n";
    let (code, said) = gated(scoped, &[("apps/a.py", "x = 1\n")], &|repo| repo.write("apps/evil.so", "x"));
    assert_eq!(code, 1, "{said}");
}

#[test]
fn a_path_that_is_nowhere_is_no_answer() {
    let repo = Repo::base();
    repo.violate();
    repo.commit();
    let run = repo.policy(&["check", "--since", "main", "--policy-ref", "main", "srcc/"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
}

#[test]
fn a_staged_policy_judges_what_is_staged() {
    let repo = Repo::base();
    repo.write("app/new.py", "import requests\n");
    repo.git(&["add", "--all"]);
    repo.edit("policy.yaml", "[requests, aiohttp]", "[httpx]");
    assert_eq!(found(&repo, &["--staged"]), one("app/new.py [http]"));
    // What was only announced is not staged.
    repo.write("app/later.py", "import requests\n");
    repo.git(&["add", "--intent-to-add", "app/later.py"]);
    assert_eq!(found(&repo, &["--staged"]), one("app/new.py [http]"));
}

#[test]
fn a_branch_that_lags_behind_is_not_blamed_for_it() {
    let repo = Repo::base();
    repo.write("app/more.py", "import json\n");
    repo.commit();
    repo.meanwhile(|repo| repo.append("policy.yaml", "  late: { forbid: [simplejson] }\n"));
    let run = repo.gate();
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

#[test]
fn names_that_grow_in_a_circle_end() {
    let (code, said) = gated(HTTP, &[("b.py", "")], &|repo| {
        repo.write("a.py", "from a.m import *\nimport a.m as x\nimport requests\n");
    });
    assert_eq!(code, 1, "{said}");
}

#[test]
fn suppressions_are_written_where_they_change_nothing() {
    let repo = Repo::base();
    let text = "if False: x = 1; \\\nimport requests\n";
    repo.write("app/odd.py", text);
    let run = repo.policy(&["check", "app/odd.py", "--add-suppressions", "--reason", "why"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert_eq!(std::fs::read_to_string(repo.folder().join("app/odd.py")).unwrap(), text);
    repo.write("app/odd.py", "\u{feff}def f():\r\n\timport requests\r\n");
    assert_eq!(repo.policy(&["check", "app/odd.py", "--add-suppressions", "--reason", "why"]).code, 0);
    let written = std::fs::read_to_string(repo.folder().join("app/odd.py")).unwrap();
    assert_eq!(written, "\u{feff}def f():\r\n\t# policy: allow(http) -- why\r\n\timport requests\r\n");
}

#[test]
fn policies_that_judge_less_are_told_alone() {
    let cases = [
        (
            "  libs: { allow-only: { import: [stdlib, flask], dependency: [flask] } }\n",
            "  libs: { allow-only: { dependency: [flask] } }\n",
        ),
        (
            "  get: { forbid: { call: { name: requests.get } } }\n",
            "  get: { forbid: { call: { name: requests.get, missing: [timeout] } } }\n",
        ),
        (
            "  http: { forbid: [requests], python: '>=3.11' }\npython: { target: '3.12' }\n",
            "  http: { forbid: [requests], python: '>=3.11' }\npython: { target: '3.10' }\n",
        ),
        (
            "  own: { forbid: { name: [acme.old] } }\npython: { packages: { lib/a-b: acme } }\n",
            "  own: { forbid: { name: [acme.old] } }\n",
        ),
    ];
    for (before, after) in cases {
        let (code, said) = gated(before, &[("lib/a-b/x.py", "x = 1\n")], &|repo| {
            repo.write("policy.yaml", format!("version: 1\nrules:\n{after}"));
        });
        assert_eq!(code, 1, "{after}{said}");
        assert!(said.contains("policy-weakened"), "{said}");
    }
}

#[test]
fn standard_input_is_no_side_of_a_change() {
    let repo = Repo::base();
    for more in
        [&["--since", "main"][..], &["--staged"], &["--policy-ref", "main"], &["--add-suppressions", "--reason", "x"]]
    {
        let all: Vec<&str> = ["check", "-", "--stdin-filename", "app/new.py"].iter().chain(more).copied().collect();
        let run = repo.policy(&all);
        assert_eq!(run.code, 2, "{more:?} {}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains("a run of its own"), "{}", run.stderr);
    }
}

/// A small cut of `tests/oracle/since.py`, which takes any repository and any range of commits.
#[test]
fn a_change_adds_what_two_full_checkouts_differ_in() {
    let Some(python) = python("a_change_adds_what_two_full_checkouts_differ_in") else { return };
    let repo = Repo::base();
    let first = repo.git(&["rev-parse", "HEAD"]).trim().to_owned();
    let steps: [&dyn Fn(&Repo); 8] = [
        &|repo| repo.write("app/late.py", "from wrapper import post\nfrom app.hop import Session\n"),
        &|repo| repo.violate(),
        &|repo| repo.append("wrapper/__init__.py", "from requests import post\n"),
        &|repo| repo.write("app/hop.py", "from requests import *\n"),
        &|repo| {
            repo.git(&["mv", "old/legacy.py", "old/renamed.py"]);
        },
        &|repo| repo.append("requirements.txt", "requests==2.32.0\n"),
        &|repo| repo.remove("wrapper/__init__.py"),
        &|repo| repo.append("app/new.py", "import aiohttp\n"),
    ];
    for step in steps {
        step(&repo);
        repo.commit();
    }
    let rules = tempfile::tempdir().unwrap();
    let policy = rules.path().join("policy.yaml");
    std::fs::write(&policy, "version: 1\nrules:\n  http: { forbid: [requests, aiohttp], allow-in: [/wrapper/] }\n")
        .unwrap();
    let script = project().join("tests/oracle/since.py");
    let mut command = std::process::Command::new(python);
    command.arg(script).arg(env!("CARGO_BIN_EXE_policy")).arg(repo.folder().join(".git")).arg(&policy);
    let run = finish(command.arg(format!("{first}..HEAD")).arg("--work").arg(rules.path().join("work")));
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("8 commits:") && run.stdout.contains("0 disagreements"), "{}", run.stdout);
}
