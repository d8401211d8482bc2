//! `git commit` with hooks: what is staged is judged, and nothing else.

use super::repository::{Hooked, pre_commit};

const FILES: &[&str] = &["policy-system"];
const BOTH: &[&str] = &["policy-system", "policy-system-manifests"];
const PROJECT: &[&str] = &["policy-system-project"];

#[test]
fn what_is_staged_is_judged_and_what_is_not_stays_out() {
    if !pre_commit("what_is_staged_is_judged_and_what_is_not_stays_out") {
        return;
    }
    for ids in [FILES, PROJECT] {
        let hooked = Hooked::new(ids);
        let repo = &hooked.repo;
        // An edit of a tracked file that is not staged plays no role.
        repo.write("app/other.py", "import requests\n");
        repo.write("app/clean.py", "import sys\n");
        repo.git(&["add", "app/clean.py"]);
        hooked.passes(&[]);
        assert_eq!(repo.git(&["diff", "--name-only"]), "app/other.py", "the edit is still there");
        repo.git(&["add", "app/other.py"]);
        hooked.refuses(&["Failed", "- exit code: 1", "error[http]", "app/other.py:1:8"]);
    }
}

#[test]
fn a_commit_of_named_files_leaves_the_rest_of_the_index_alone() {
    if !pre_commit("a_commit_of_named_files_leaves_the_rest_of_the_index_alone") {
        return;
    }
    for ids in [FILES, PROJECT] {
        let hooked = Hooked::new(ids);
        let repo = &hooked.repo;
        repo.write("app/other.py", "import requests\n");
        repo.git(&["add", "app/other.py"]);
        repo.write("app/clean.py", "import sys\n");
        hooked.passes(&["app/clean.py"]);
        assert_eq!(repo.git(&["diff", "--cached", "--name-only"]), "app/other.py", "it is still staged");
        hooked.refuses(&["app/other.py:1:8"]);
    }
}

#[test]
fn of_a_file_that_is_staged_in_part_the_staged_part_counts() {
    if !pre_commit("of_a_file_that_is_staged_in_part_the_staged_part_counts") {
        return;
    }
    for ids in [FILES, PROJECT] {
        let hooked = Hooked::new(ids);
        let repo = &hooked.repo;
        repo.write("app/clean.py", "import sys\n");
        repo.git(&["add", "app/clean.py"]);
        repo.write("app/clean.py", "import sys\nimport requests\n");
        hooked.passes(&[]);
        repo.git(&["add", "app/clean.py"]);
        repo.write("app/clean.py", "import sys\n");
        hooked.refuses(&["- exit code: 1", "app/clean.py:2:8"]);
        assert_eq!(std::fs::read_to_string(repo.folder().join("app/clean.py")).unwrap(), "import sys\n");
    }
}

#[test]
fn all_kinds_of_files_reach_the_tool() {
    if !pre_commit("all_kinds_of_files_reach_the_tool") {
        return;
    }
    let cell = r#"{"cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": null,
        "source": ["import requests\n"]}], "metadata": {"language_info": {"name": "python"}}, "nbformat": 4,
        "nbformat_minor": 5}"#;
    let files: [(&str, &str); 14] = [
        ("app/stub.pyi", "import requests\n"),
        ("app/window.pyw", "import requests\n"),
        ("app/book.ipynb", cell),
        ("app/mit leerzeichen.py", "import requests\n"),
        ("app/größe.py", "import requests\n"),
        ("app/日本.py", "import requests\n"),
        ("bin/tool", "#!/usr/bin/env python3\nimport requests\n"),
        ("requirements.txt", "requests==2.32.0\n"),
        ("svc/requirements/dev.in", "requests\n"),
        ("pyproject.toml", "[project]\nname = 'x'\nversion = '1'\ndependencies = ['requests']\n"),
        ("Dockerfile", "FROM python:3.12\nRUN pip install requests\n"),
        (".github/workflows/ci.yml", "jobs:\n  a:\n    steps:\n      - run: pip install requests\n"),
        ("scripts/up.sh", "pip install requests\n"),
        ("uv.lock", "version = 1\n[[package]]\nname = \"requests\"\nversion = \"2.32.0\"\n"),
    ];
    let hooked = Hooked::new(BOTH);
    let repo = &hooked.repo;
    for (path, text) in files {
        repo.write(path, text);
        if path == "bin/tool" {
            executable(&repo.folder().join(path));
        }
    }
    repo.write("app/--odd.py", "import requests\n");
    repo.write("notes.txt", "import requests\n");
    repo.write("wscript", "import requests\n");
    repo.write("app/site.wsgi", "import requests\n");
    repo.git(&["add", "--all"]);
    let told = hooked.refuses(&["policy (Python)", "policy (manifests)"]);
    for (path, _) in files {
        assert!(told.contains(&format!("{path}:")), "nothing of {path}: {told}");
    }
    assert!(told.contains("app/--odd.py"), "{told}");
    // What the tool does not read is not handed to it.
    for path in ["notes.txt", "wscript", "app/site.wsgi"] {
        assert!(!told.contains(path), "{told}");
    }
    assert!(!told.contains("exit code: 2"), "{told}");
}

#[cfg(unix)]
fn executable(file: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).expect("rights");
}

#[cfg(not(unix))]
fn executable(_: &std::path::Path) {}

#[test]
fn deleting_and_renaming() {
    if !pre_commit("deleting_and_renaming") {
        return;
    }
    let hooked = Hooked::new(FILES);
    let repo = &hooked.repo;
    repo.git(&["rm", "--quiet", "app/other.py"]);
    assert!(hooked.passes(&[]).contains("no files to check"), "a deletion is nothing for a hook about files");
    // A new name is judged, and what the policy says of it.
    repo.git(&["mv", "vendor/lib.py", "app/lib.py"]);
    hooked.refuses(&["app/lib.py:1:8", "- exit code: 1"]);
    repo.git(&["mv", "app/lib.py", "vendor/lib2.py"]);
    hooked.passes(&[]);
}

#[test]
fn a_commit_that_only_deletes_is_judged_as_a_whole() {
    if !pre_commit("a_commit_that_only_deletes_is_judged_as_a_whole") {
        return;
    }
    let hooked = Hooked::fresh(PROJECT);
    let repo = &hooked.repo;
    repo.write("acme/__init__.py", "");
    repo.write("acme/http.py", "def get(url): ...\n");
    repo.write(
        "policy.yaml",
        "version: 1\nexclude: [vendor/]\nrules:\n  http:\n    forbid: [requests]\n    instead: acme.http\n\
         policy:\n  missing-target: error\n",
    );
    repo.git(&["add", "--all"]);
    hooked.passes(&[]);
    repo.git(&["rm", "--quiet", "acme/http.py"]);
    hooked.refuses(&["policy/missing-target", "acme.http"]);
}

#[test]
fn the_first_commit_of_a_repository() {
    if !pre_commit("the_first_commit_of_a_repository") {
        return;
    }
    for ids in [BOTH, PROJECT] {
        let hooked = Hooked::fresh(ids);
        let repo = &hooked.repo;
        repo.write("app/clean.py", "import requests\n");
        repo.git(&["add", "--all"]);
        hooked.refuses(&["app/clean.py:1:8"]);
        repo.write("app/clean.py", "import os\n");
        repo.git(&["add", "--all"]);
        hooked.passes(&[]);
    }
}

#[test]
fn what_the_baseline_permits_passes_and_no_more() {
    if !pre_commit("what_the_baseline_permits_passes_and_no_more") {
        return;
    }
    for ids in [FILES, PROJECT] {
        let hooked = Hooked::new(ids);
        let repo = &hooked.repo;
        repo.append("old/legacy.py", "\n\nPORT = 80\n");
        repo.git(&["add", "--all"]);
        hooked.passes(&[]);
        repo.append("old/legacy.py", "\n\ndef send(url):\n    import requests\n\n    requests.post(url)\n");
        repo.git(&["add", "--all"]);
        let told = hooked.refuses(&["old/legacy.py:11:12"]);
        assert!(!told.contains("legacy.py:2:"), "{told}");
    }
}

#[test]
fn what_the_baseline_permits_moves_along() {
    if !pre_commit("what_the_baseline_permits_moves_along") {
        return;
    }
    for ids in [FILES, PROJECT] {
        let hooked = Hooked::new(ids);
        hooked.repo.write("new/__init__.py", "");
        hooked.repo.git(&["mv", "old/legacy.py", "new/legacy.py"]);
        hooked.repo.git(&["add", "--all"]);
        hooked.passes(&[]);
    }
}

#[test]
fn what_git_does_not_know_is_on_disk_for_the_whole_project_only() {
    if !pre_commit("what_git_does_not_know_is_on_disk_for_the_whole_project_only") {
        return;
    }
    for (ids, passes) in [(FILES, true), (PROJECT, false)] {
        let hooked = Hooked::new(ids);
        hooked.repo.write("scratch.py", "import requests\n");
        hooked.repo.write("app/clean.py", "import sys\n");
        hooked.repo.git(&["add", "app/clean.py"]);
        if passes {
            hooked.passes(&[]);
        } else {
            hooked.refuses(&["scratch.py:1:8"]);
            hooked.repo.write(".gitignore", "/scratch.py\n");
            hooked.passes(&[]);
        }
    }
}

#[test]
fn only_what_a_commit_adds() {
    if !pre_commit("only_what_a_commit_adds") {
        return;
    }
    let hooked = Hooked::new(PROJECT);
    let repo = &hooked.repo;
    repo.append(".pre-commit-config.yaml", "        args: [--staged]\n");
    repo.remove("policy.baseline");
    repo.git(&["commit", "--quiet", "--no-verify", "--all", "-m", "no baseline"]);
    repo.append("old/legacy.py", "\n\nPORT = 80\n");
    repo.git(&["add", "--all"]);
    hooked.passes(&[]);
    repo.append("app/clean.py", "import requests\n");
    repo.git(&["add", "--all"]);
    let told = hooked.refuses(&["app/clean.py:2:8"]);
    assert!(!told.contains("old/legacy.py"), "{told}");
}

#[test]
fn what_the_policy_excludes_passes() {
    if !pre_commit("what_the_policy_excludes_passes") {
        return;
    }
    let hooked = Hooked::new(FILES);
    hooked.repo.write("vendor/lib.py", "import requests, aiohttp\n");
    hooked.repo.git(&["add", "--all"]);
    hooked.passes(&[]);
}

#[test]
fn a_policy_that_is_broken_lets_nothing_pass() {
    if !pre_commit("a_policy_that_is_broken_lets_nothing_pass") {
        return;
    }
    for ids in [FILES, PROJECT] {
        let hooked = Hooked::new(ids);
        let repo = &hooked.repo;
        repo.write("policy.yaml", "version: 1\nrules:\n  http:\n    forbids: [requests]\n");
        repo.write("app/clean.py", "import sys\n");
        repo.git(&["add", "--all"]);
        hooked.refuses(&["Failed", "- exit code: 2", "policy.yaml:4:5", "write `forbid: [requests]`"]);
        repo.git(&["rm", "--quiet", "--force", "policy.yaml"]);
        hooked.refuses(&["- exit code: 2", "policy init"]);
    }
}

#[test]
fn a_merge_in_progress() {
    if !pre_commit("a_merge_in_progress") {
        return;
    }
    for ids in [FILES, PROJECT] {
        let hooked = Hooked::new(ids);
        let repo = &hooked.repo;
        repo.git(&["checkout", "--quiet", "-b", "side"]);
        repo.write("app/clean.py", "import side\n");
        repo.git(&["add", "--all"]);
        hooked.passes(&[]);
        repo.git(&["checkout", "--quiet", "main"]);
        repo.write("app/clean.py", "import main\n");
        repo.git(&["add", "--all"]);
        hooked.passes(&[]);
        assert!(!repo.try_git(&["merge", "--quiet", "side"]), "a conflict");
        repo.write("app/clean.py", "import main\nimport requests\n");
        repo.git(&["add", "--all"]);
        hooked.refuses(&["app/clean.py:2:8"]);
        repo.write("app/clean.py", "import main\nimport side\n");
        repo.git(&["add", "--all"]);
        hooked.passes(&[]);
        assert_eq!(repo.git(&["rev-list", "--count", "--merges", "HEAD"]), "1");
    }
}
