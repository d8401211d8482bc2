//! `--since` and `--staged` on real repositories: what a change adds, whoever it reaches, and nothing else. The work tree, the
//! index and a merge of a pull request are each a head; files that did not change are looked at where the change may reach them.

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
