//! Files, folders and links that are not what they look like. What cannot be read is told with its place; everything
//! else is still checked; nothing hangs.

use super::harness::{FORBID_REQUESTS, folder, run, write};
use std::path::Path;
use std::process::Command;

fn git(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.current_dir(folder).args([
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b.example",
        "-c",
        "init.defaultBranch=main",
    ]);
    let output = command.args(arguments).output().expect("git is there");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn tracked_files_are_checked_although_ignored() {
    for version in ["2", "4"] {
        let tree = folder(&[
            ("policy.yaml", FORBID_REQUESTS),
            (".gitignore", "generated/\n*.tmp.py\n!keep.tmp.py\nbin/\n"),
            ("bin/tool", "#!/usr/bin/env python3\nimport requests\n"),
            ("bin/untracked", "#!/usr/bin/env python3\nimport requests\n"),
            ("generated/tracked.py", "import requests\n"),
            ("generated/untracked.py", "import requests\n"),
            ("keep.tmp.py", "import requests\n"),
            ("drop.tmp.py", "import requests\n"),
            ("deep/.gitignore", "/local.py\n"),
            ("deep/local.py", "import requests\n"),
            ("deep/er/local.py", "import requests\n"),
        ]);
        git(tree.path(), &["init", "--quiet"]);
        git(tree.path(), &["add", "--force", "policy.yaml", "generated/tracked.py", "bin/tool"]);
        git(tree.path(), &["update-index", "--index-version", version]);
        let run = run(tree.path(), &["check", "--format", "concise"]);
        let paths: Vec<&str> = run.stdout.lines().filter_map(|line| line.split(':').next()).collect();
        assert_eq!(paths, ["bin/tool", "deep/er/local.py", "generated/tracked.py", "keep.tmp.py"], "{}", run.stderr);
    }
}

#[test]
fn a_linked_work_tree_has_an_index_of_its_own() {
    let tree = folder(&[
        ("main/policy.yaml", FORBID_REQUESTS),
        ("main/x.py", "import requests\n"),
        ("main/.gitignore", "x.py\n"),
    ]);
    let main = tree.path().join("main");
    git(&main, &["init", "--quiet"]);
    git(&main, &["add", "--force", "."]);
    git(&main, &["commit", "--quiet", "-m", "first"]);
    git(&main, &["worktree", "add", "--quiet", "../linked"]);
    let run = run(&tree.path().join("linked"), &["check", "--format", "concise"]);
    assert!(run.stdout.contains("x.py:1:8"), "{} {}", run.stdout, run.stderr);
}

#[test]
fn the_outermost_policy_of_a_work_tree_holds() {
    let tree = folder(&[
        ("policy.yaml", FORBID_REQUESTS),
        ("apps/policy.yaml", "version: 1\nrules:\n  inner: { forbid: [os] }\n"),
        ("apps/a.py", "import requests, os\n"),
    ]);
    git(tree.path(), &["init", "--quiet"]);
    let run = run(&tree.path().join("apps"), &["check", "--format", "concise"]);
    assert!(run.stdout.contains("error[http]") && !run.stdout.contains("inner"), "{}", run.stdout);
}

#[test]
fn a_broken_index_is_told() {
    let tree =
        folder(&[("policy.yaml", FORBID_REQUESTS), ("a.py", "import os\n"), (".git/index", "DIRC but not for long")]);
    let run = run(tree.path(), &["check"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("git index"), "{}", run.stderr);
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    use std::time::Duration;

    #[test]
    fn pipes_and_devices_are_never_opened() {
        let tree = folder(&[("policy.yaml", FORBID_REQUESTS), ("b.py", "import requests\n")]);
        assert!(Command::new("mkfifo").arg(tree.path().join("a.py")).status().unwrap().success());
        let walked = run(tree.path(), &["check", "--format", "concise"]);
        assert_eq!((walked.code, walked.stdout.lines().count()), (1, 1), "{}", walked.stderr);
        assert!(walked.elapsed < Duration::from_secs(10));
        let named = run(tree.path(), &["check", "a.py", "b.py", "--format", "concise"]);
        assert_eq!((named.code, named.stdout.lines().count()), (2, 1));
        assert!(named.stderr.contains("a.py: cannot be checked: no regular file"), "{}", named.stderr);
        assert!(Command::new("mkfifo").arg(tree.path().join(".gitignore")).status().unwrap().success());
        let hostile = run(tree.path(), &["check"]);
        assert_eq!(hostile.code, 2);
        assert!(hostile.stderr.contains(".gitignore"), "{}", hostile.stderr);
    }

    #[test]
    fn links_are_judged_inside_and_counted_outside() {
        let tree = folder(&[
            ("in/policy.yaml", FORBID_REQUESTS),
            ("in/a.py", "import requests\n"),
            ("out.py", "import requests\n"),
        ]);
        let inside = tree.path().join("in");
        symlink("a.py", inside.join("link.py")).unwrap();
        symlink("../out.py", inside.join("outward.py")).unwrap();
        symlink("gone.py", inside.join("broken.py")).unwrap();
        symlink("loop.py", inside.join("loop.py")).unwrap();
        symlink("..", inside.join("up")).unwrap();
        symlink(".", inside.join("folder.py")).unwrap();
        let walked = run(&inside, &["check", "--format", "concise"]);
        let paths: Vec<&str> = walked.stdout.lines().filter_map(|line| line.split(':').next()).collect();
        assert_eq!((walked.code, paths), (1, vec!["a.py", "link.py"]), "{}", walked.stderr);
        let named = run(&inside, &["check", "outward.py", "broken.py", "loop.py", "--format", "concise"]);
        assert_eq!(named.code, 2);
        assert_eq!(named.stderr.matches("cannot be checked").count(), 3, "{}", named.stderr);
        git(&inside, &["init", "--quiet"]);
        git(&inside, &["add", "broken.py", "outward.py"]);
        let tracked = run(&inside, &["check", "--format", "concise"]);
        assert_eq!(tracked.code, 2);
        assert_eq!(tracked.stderr.matches("cannot be checked").count(), 2, "{}", tracked.stderr);
    }

    #[test]
    fn odd_names_are_shown_harmlessly() {
        let tree = folder(&[("policy.yaml", FORBID_REQUESTS)]);
        for name in [&b"new\nline.py"[..], b"esc\x1b[31m.py", b"not\xffutf8.py", b"::error::x.py", b"-rf.py", b" .py"] {
            std::fs::write(tree.path().join(OsStr::from_bytes(name)), "import requests\n").unwrap();
        }
        for format in ["human", "concise", "json", "jsonl", "github"] {
            let run = run(tree.path(), &["check", "--format", format]);
            assert_eq!(run.code, 1, "{format} {}", run.stderr);
            assert!(!run.stdout.contains('\x1b'), "{format}");
            assert!(
                run.stdout.contains("not\\xFFutf8.py") || run.stdout.contains("not\\\\xFFutf8.py"),
                "{format}: {}",
                run.stdout
            );
            assert!(!run.stdout.lines().any(|line| line.starts_with("::error::x")), "{format}");
        }
    }

    #[test]
    fn folders_that_cannot_be_listed_are_told() {
        use std::os::unix::fs::PermissionsExt;
        let tree = folder(&[
            ("policy.yaml", FORBID_REQUESTS),
            ("shut/a.py", "import os\n"),
            ("b.py", "import requests\n"),
            ("c.py", "import os\n"),
        ]);
        let mode = |path: &str, mode| {
            std::fs::set_permissions(tree.path().join(path), std::fs::Permissions::from_mode(mode)).unwrap();
        };
        mode("shut", 0o000);
        mode("c.py", 0o000);
        let run = run(tree.path(), &["check", "--format", "concise"]);
        let is_superuser = std::fs::read_dir(tree.path().join("shut")).is_ok();
        mode("shut", 0o755);
        // Nothing is shut for the superuser.
        if !is_superuser {
            assert_eq!((run.code, run.stdout.lines().count()), (2, 1));
            assert!(
                run.stderr.contains("shut: cannot be listed") && run.stderr.contains("c.py: cannot be read"),
                "{}",
                run.stderr
            );
        }
    }
}

#[test]
fn a_very_long_list_of_files_is_read_from_a_list() {
    let tree = folder(&[("policy.yaml", FORBID_REQUESTS)]);
    let mut list = Vec::new();
    for n in 0..500 {
        write(tree.path(), &format!("d{}/f{n}.py", n % 7), b"import requests\n");
        list.extend_from_slice(format!("d{}/f{n}.py\0", n % 7).as_bytes());
    }
    write(tree.path(), "list", &list);
    let run = run(tree.path(), &["check", "--files-from0", "list", "--format", "concise"]);
    assert_eq!((run.code, run.stdout.lines().count()), (1, 500));
}
