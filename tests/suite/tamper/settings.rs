//! Settings of a repository run nothing and change no verdict: everything that git would start for someone else leaves
//! a mark, and no mark may be there after a run.
#![cfg(unix)]

use super::repository::{EITHER, FOUND, GATE, Repo, compare};
use std::os::unix::fs::PermissionsExt;

const NEW: &str = "error[http] app/new.py";

/// Settings whose value is a command.
const COMMANDS: &[&str] = &[
    "core.fsmonitor",
    "core.pager",
    "pager.diff",
    "pager.log",
    "core.editor",
    "core.sshCommand",
    "core.askPass",
    "core.gitProxy",
    "core.alternateRefsCommand",
    "diff.external",
    "diff.hidden.command",
    "diff.hidden.textconv",
    "filter.hidden.clean",
    "filter.hidden.smudge",
    "filter.hidden.process",
    "merge.hidden.driver",
    "gpg.program",
    "gpg.ssh.program",
    "interactive.diffFilter",
    "sequence.editor",
    "uploadpack.packObjectsHook",
    "remote.origin.uploadpack",
    "remote.origin.vcs",
    "trailer.hidden.command",
];

/// Settings whose value is `!` and a command.
const SHELLS: &[&str] = &[
    "alias.diff",
    "alias.ls-tree",
    "alias.ls-files",
    "alias.rev-parse",
    "alias.cat-file",
    "alias.merge-base",
    "alias.status",
    "credential.helper",
];

/// Settings that change what git tells.
const TELLING: &[(&str, &str)] = &[
    ("color.ui", "always"),
    ("color.diff", "always"),
    ("core.quotePath", "true"),
    ("core.quotePath", "false"),
    ("core.abbrev", "4"),
    ("core.ignoreCase", "true"),
    ("core.precomposeUnicode", "true"),
    ("core.fileMode", "false"),
    ("core.symlinks", "false"),
    ("core.autocrlf", "true"),
    ("core.trustctime", "false"),
    ("core.checkStat", "minimal"),
    ("core.untrackedCache", "true"),
    ("core.commitGraph", "true"),
    ("core.multiPackIndex", "true"),
    ("core.warnAmbiguousRefs", "false"),
    ("core.useReplaceRefs", "true"),
    ("core.preloadIndex", "false"),
    ("core.splitIndex", "true"),
    ("core.sparseCheckout", "true"),
    ("core.logAllRefUpdates", "always"),
    ("diff.renames", "false"),
    ("diff.renames", "copies"),
    ("diff.renameLimit", "1"),
    ("diff.noprefix", "true"),
    ("diff.mnemonicPrefix", "true"),
    ("diff.relative", "true"),
    ("diff.ignoreSubmodules", "all"),
    ("diff.submodule", "log"),
    ("diff.algorithm", "patience"),
    ("diff.autoRefreshIndex", "true"),
    ("diff.orderFile", "README.md"),
    ("status.showUntrackedFiles", "no"),
    ("status.relativePaths", "true"),
    ("status.branch", "true"),
    ("submodule.recurse", "true"),
    ("log.showSignature", "true"),
    ("i18n.logOutputEncoding", "UTF-16"),
    ("help.autoCorrect", "immediate"),
    ("blame.ignoreRevsFile", "gone"),
    ("advice.detachedHead", "false"),
    ("core.attributesFile", "/dev/zero"),
    ("core.excludesFile", "everything"),
    ("include.path", "included"),
];

/// Settings with which git itself may give up.
const REFUSED: &[(&str, &str)] = &[
    ("core.worktree", "/"),
    ("core.worktree", "../home"),
    ("core.bare", "true"),
    ("core.repositoryFormatVersion", "99"),
    ("extensions.unheardOf", "true"),
    ("extensions.objectFormat", "sha256"),
    ("extensions.worktreeConfig", "true"),
    ("core.hideRefs", "refs/heads/main"),
    ("core.abbrev", "many"),
    ("core.bigFileThreshold", "1"),
    ("core.compression", "many"),
];

#[test]
fn settings_run_nothing() {
    let base = violated();
    let script = base.outside("script");
    let mut wrong = String::new();
    for (keys, prefix) in [(COMMANDS, ""), (SHELLS, "!")] {
        for key in keys {
            let repo = base.another();
            let mark = script_of(&repo);
            repo.git(&["config", key, &format!("{prefix}{}", repo.outside("script").display())]);
            repo.write(".git/info/attributes", "* diff=hidden filter=hidden merge=hidden text\n");
            wrong.push_str(&three_ways(key, &repo));
            if mark.exists() {
                wrong.push_str(&format!("--- {key}: the command was run\n"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{wrong}", script.display());
}

#[test]
fn hooks_are_not_run() {
    let base = violated();
    let mut wrong = String::new();
    for folder in [".git/hooks", "app/hooks"] {
        let repo = base.another();
        let mark = script_of(&repo);
        std::fs::create_dir_all(repo.folder().join(folder)).expect("folders");
        let names = [
            "post-checkout",
            "post-index-change",
            "pre-commit",
            "pre-auto-gc",
            "reference-transaction",
            "fsmonitor-watchman",
            "post-rewrite",
            "sendemail-validate",
        ];
        for name in names {
            std::fs::copy(repo.outside("script"), repo.folder().join(folder).join(name)).expect("a hook");
        }
        if folder != ".git/hooks" {
            repo.git(&["config", "core.hooksPath", folder]);
        }
        wrong.push_str(&three_ways(folder, &repo));
        if mark.exists() {
            wrong.push_str(&format!("--- {folder}: a hook was run\n"));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn content_that_is_missing_is_not_fetched() {
    let repo = violated();
    let mark = script_of(&repo);
    let blob = repo.git(&["rev-parse", "HEAD:app/new.py"]);
    let (folder, file) = blob.split_at(2);
    std::fs::remove_file(repo.folder().join(".git/objects").join(folder).join(file)).expect("a loose object");
    let script = repo.outside("script").display().to_string();
    for (key, value) in [
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", "."),
        ("remote.origin.uploadpack", script.as_str()),
        ("protocol.ext.allow", "always"),
    ] {
        repo.git(&["config", key, value]);
    }
    let complaint = compare("missing content", &repo.gate(), &[2], "");
    assert!(complaint.is_empty() && !mark.exists(), "{complaint} fetched: {}", mark.exists());
}

#[test]
fn settings_change_no_verdict() {
    let base = violated();
    let mut wrong = String::new();
    for (key, value) in TELLING {
        let repo = base.another();
        repo.write("everything", "*\n");
        repo.write(".git/included", "[diff]\n\texternal = false\n[core]\n\tpager = false\n");
        repo.git(&["config", key, value]);
        wrong.push_str(&three_ways(&format!("{key} = {value}"), &repo));
    }
    for (key, value) in REFUSED {
        let repo = base.another();
        repo.git(&["config", key, value]);
        wrong.push_str(&compare(&format!("{key} = {value}"), &repo.gate(), EITHER, ""));
    }
    let repo = base.another();
    repo.append(".git/config", "[core\n");
    wrong.push_str(&compare("settings that cannot be read", &repo.gate(), EITHER, ""));
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn the_environment_of_a_hook_changes_no_verdict() {
    let base = violated();
    let mark = script_of(&base);
    let script = base.outside("script");
    let mut wrong = String::new();
    for (name, value) in [
        ("GIT_EXTERNAL_DIFF", script.to_str().expect("a name")),
        ("GIT_PAGER", script.to_str().expect("a name")),
        ("GIT_SSH_COMMAND", script.to_str().expect("a name")),
        ("GIT_LITERAL_PATHSPECS", "1"),
        ("GIT_ICASE_PATHSPECS", "1"),
        ("GIT_DIFF_OPTS", "--unified=0"),
        ("GIT_NO_REPLACE_OBJECTS", "0"),
        ("GIT_TRACE", "1"),
        ("LC_ALL", "de_DE.UTF-8"),
    ] {
        let run = crate::suite::harness::finish(base.prepared(&base.folder()).args(GATE).env(name, value));
        wrong.push_str(&compare(&format!("{name}={value}"), &run, FOUND, NEW));
    }
    let run = crate::suite::harness::finish(
        base.prepared(&base.folder()).args(GATE).env("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1"),
    );
    wrong.push_str(&compare("a folder of someone else", &run, EITHER, ""));
    assert!(wrong.is_empty() && !mark.exists(), "\n{wrong}");
}

/// The base, the violation on `pr`, and one more that is staged. Git itself is not asked after the settings are there.
fn violated() -> Repo {
    let repo = Repo::base();
    repo.violate();
    repo.commit();
    repo.write("app/staged.py", "import requests\n");
    repo.git(&["add", "app/staged.py"]);
    repo
}

/// A script beside the repository; running it leaves the mark behind whose place is given.
fn script_of(repo: &Repo) -> std::path::PathBuf {
    let (script, mark) = (repo.outside("script"), repo.outside("mark"));
    std::fs::write(&script, format!("#!/bin/sh\n: > '{}'\nexit 1\n", mark.display())).expect("a script");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    mark
}

/// The gate, the same question about the work tree, and what is staged: each finds the violation.
fn three_ways(name: &str, repo: &Repo) -> String {
    let mut wrong = compare(&format!("{name}, gate"), &repo.gate(), FOUND, NEW);
    let since = repo.policy(&["check", "--since", "main", "--format", "concise"]);
    wrong.push_str(&compare(&format!("{name}, work tree"), &since, FOUND, NEW));
    let staged = repo.policy(&["check", "--staged", "--format", "concise"]);
    wrong.push_str(&compare(&format!("{name}, staged"), &staged, FOUND, "error[http] app/staged.py"));
    wrong
}
