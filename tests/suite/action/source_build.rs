//! Where no released file fits, the action builds its own source, and nothing of the checked repository has a say.

use super::pulls::{Workspace, has_tools};
use super::releases::{self, VERSION};
use super::runner::{Job, Outcome};
use crate::suite::harness::{self, project, skipped};
use crate::suite::tamper::repository::Repo;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The toolchain that builds this, by its name in rustup.
fn toolchain() -> Option<String> {
    let run = Command::new("rustup").args(["show", "active-toolchain"]).output().ok()?;
    let told = String::from_utf8(run.stdout).ok()?;
    told.split_whitespace().next().map(str::to_owned)
}

/// A tree of the action whose source is a program of one line.
fn small_tree(folder: &Path, toolchain: &str) -> PathBuf {
    let tree = releases::without_release(folder);
    let manifest = format!(
        "[package]\nname = \"policy-check\"\nversion = \"{VERSION}\"\nedition = \"2024\"\n\n\
         [[bin]]\nname = \"policy\"\npath = \"src/main.rs\"\n"
    );
    let lock = format!("version = 4\n\n[[package]]\nname = \"policy-check\"\nversion = \"{VERSION}\"\n");
    let program = format!(
        "fn main() {{\n    if std::env::args().nth(1).as_deref() == Some(\"--version\") {{\n        \
         println!(\"policy {VERSION}\");\n    }} else {{\n        \
         println!(\"::notice::built from source\");\n        std::process::exit(7);\n    }}\n}}\n"
    );
    for (path, text) in [
        ("Cargo.toml", &*manifest),
        ("Cargo.lock", &lock),
        ("build.rs", "fn main() {}\n"),
        ("src/main.rs", &program),
        ("rules/none.yaml", ""),
        ("action/toolchain.txt", &format!("{toolchain}\n")),
    ] {
        harness::write(&tree, path, text.as_bytes());
    }
    tree
}

/// Files with which a repository would like to take part in a build. Each would leave `marker` behind.
fn hostile(folder: &Path, marker: &Path) {
    let script = format!("#!/bin/sh\ntouch '{}'\nexec \"$@\"\n", marker.display());
    let tool = folder.join("evil.sh");
    harness::write(folder, "evil.sh", script.as_bytes());
    releases::make_executable(&tool);
    let tool = tool.display();
    let settings = format!(
        "[build]\nrustc-wrapper = \"{tool}\"\ntarget-dir = \"{0}\"\n\n[alias]\nbuild = [\"run\"]\n\n\
         [env]\nRUSTC_WRAPPER = {{ value = \"{tool}\", force = true }}\n\n\
         [target.'cfg(all())']\nlinker = \"{tool}\"\nrunner = \"{tool}\"\n\n\
         [source.crates-io]\nreplace-with = \"theirs\"\n\n[source.theirs]\ndirectory = \"{0}\"\n",
        folder.join("theirs").display()
    );
    let build = format!("fn main() {{ std::fs::write({:?}, \"\").unwrap(); }}\n", marker.display().to_string());
    for (path, text) in [
        (".cargo/config.toml", &*settings),
        (".cargo/credentials.toml", "[registry]\ntoken = \"theirs\"\n"),
        ("rust-toolchain.toml", "[toolchain]\nchannel = \"1.0.0\"\n"),
        ("Cargo.toml", "[package]\nname = \"theirs\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[workspace]\n"),
        ("build.rs", &build),
        ("src/main.rs", "fn main() {}\n"),
        ("home/config.toml", &settings),
    ] {
        harness::write(folder, path, text.as_bytes());
    }
}

/// Variables by which a job could change a build, if they were obeyed.
fn hostile_variables(folder: &Path) -> Vec<(String, String)> {
    let tool = folder.join("evil.sh").display().to_string();
    let host = "X86_64_UNKNOWN_LINUX_GNU";
    let mut all = vec![
        ("CARGO_HOME".to_owned(), folder.join("home").display().to_string()),
        ("CARGO_BUILD_TARGET_DIR".to_owned(), folder.join("theirs").display().to_string()),
        ("RUSTFLAGS".to_owned(), "--cfg no_such_flag -C linker=/nowhere".to_owned()),
        ("RUSTUP_TOOLCHAIN".to_owned(), "1.0.0".to_owned()),
        ("CC".to_owned(), "/nowhere".to_owned()),
    ];
    for name in ["RUSTC", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "CARGO_BUILD_RUSTC_WRAPPER", "CARGO_BUILD_RUSTC"]
    {
        all.push((name.to_owned(), tool.clone()));
    }
    all.push((format!("CARGO_TARGET_{host}_LINKER"), tool));
    all
}

fn copy_file(from: &Path, to: &Path) {
    std::fs::create_dir_all(to.parent().expect("a folder")).expect("folders");
    std::fs::copy(from, to).expect("a copy");
}

/// Runs the action with a tree at `tree`, where the toolchains of this machine are found.
fn built(clone: &Workspace, tree: PathBuf, variables: Vec<(String, String)>) -> Outcome {
    let job = clone.job("push", json!({}), "");
    let home = std::env::var("HOME").unwrap_or_default();
    let rustup = std::env::var("RUSTUP_HOME").unwrap_or_else(|_| format!("{home}/.rustup"));
    let variables = [variables, vec![("RUSTUP_HOME".to_owned(), rustup)]].concat();
    Job { action: tree, variables, ..job }.run()
}

#[test]
fn a_build_obeys_nothing_of_the_checked_repository() {
    let who = "a build beside hostile files";
    if !has_tools(who) {
        return;
    }
    let Some(toolchain) = toolchain() else {
        skipped(who, "no rustup");
        return;
    };
    let clone = Workspace(Repo::base());
    let marker = clone.0.outside("marker");
    hostile(&clone.0.folder(), &marker);
    // These files do harm where cargo works in their folder.
    let mut there = Command::new("cargo");
    there.arg("check").current_dir(clone.0.folder()).env("RUSTUP_TOOLCHAIN", &toolchain);
    let _ = there.output();
    assert!(marker.exists(), "the hostile files are harmless, so that this test would prove nothing");
    std::fs::remove_file(&marker).expect("the marker");
    std::fs::remove_dir_all(clone.0.folder().join("theirs")).expect("what cargo made");
    // Beside the workspace, as for `uses: OWNER/policy@…`, and inside of it, as for `uses: ./`.
    let beside = small_tree(&clone.0.outside("tree"), &toolchain);
    let inside = clone.0.folder().join("vendored");
    harness::copy(&beside, &inside);
    hostile(&inside.join("src"), &marker);
    for file in [".cargo/config.toml", "rust-toolchain.toml"] {
        copy_file(&clone.0.folder().join(file), &inside.join(file));
    }
    for (tree, variables) in [(beside, Vec::new()), (inside, hostile_variables(&clone.0.folder()))] {
        let outcome = built(&clone, tree, variables);
        assert!(outcome.log.contains("it is built from the source"), "{}", outcome.log);
        assert!(outcome.annotations.iter().any(|one| one.data == "built from source"), "{}", outcome.log);
        assert_eq!((outcome.code, outcome.output("verdict")), (7, "incomplete"), "{}", outcome.log);
        assert!(!marker.exists(), "{}", outcome.log);
        assert!(!clone.0.folder().join("theirs").exists());
    }
}

#[test]
fn settings_above_the_place_of_the_build_are_refused() {
    let who = "settings above a build";
    if !has_tools(who) {
        return;
    }
    let clone = Workspace(Repo::base());
    let tree = small_tree(&clone.0.outside("tree"), "stable");
    for file in [".cargo/config.toml", ".cargo/config", "Cargo.toml"] {
        let mut job = Job { action: tree.clone(), ..clone.job("push", json!({}), "") };
        job.variables.push(("RUSTUP_DIST_SERVER".to_owned(), "file:///nowhere".to_owned()));
        harness::write(&job.folder, file, b"");
        let outcome = job.run();
        assert_eq!((outcome.code, outcome.output("verdict")), (2, "incomplete"), "{}", outcome.log);
        assert!(
            outcome.log.contains(&format!("cargo would obey {}", job.folder.join(file).display())),
            "{}",
            outcome.log
        );
        std::fs::remove_file(job.folder.join(file)).expect("the file");
    }
}

#[test]
fn the_toolchain_is_the_one_that_the_action_names() {
    let who = "a toolchain by name";
    if !has_tools(who) {
        return;
    }
    if toolchain().is_none() {
        skipped(who, "no rustup");
        return;
    }
    let clone = Workspace(Repo::base());
    let tree = small_tree(&clone.0.outside("tree"), "1.0.0");
    let outcome = built(&clone, tree, vec![("RUSTUP_DIST_SERVER".to_owned(), "file:///nowhere".to_owned())]);
    assert_eq!((outcome.code, outcome.output("verdict")), (2, "incomplete"), "{}", outcome.log);
    assert!(outcome.log.contains("Rust 1.0.0 could not be installed"), "{}", outcome.log);
}

/// The whole tool, from the network and with the fixed toolchain: minutes, so only where it is asked for.
#[test]
fn the_source_of_this_tree_builds() {
    if std::env::var_os("POLICY_TEST_SOURCE_BUILD").is_none() {
        eprintln!("*** not run: the build of the action from source; POLICY_TEST_SOURCE_BUILD=1 runs it ***");
        return;
    }
    assert!(has_tools("a build from source") && toolchain().is_some(), "rustup is needed");
    let clone = Workspace(Repo::base());
    clone.0.commit();
    let tree = releases::without_release(&clone.0.outside("tree"));
    for part in ["src", "rules"] {
        harness::copy(&project().join(part), &tree.join(part));
    }
    for file in ["Cargo.lock", "build.rs"] {
        copy_file(&project().join(file), &tree.join(file));
    }
    let started = std::time::Instant::now();
    let outcome = built(&clone, tree, Vec::new());
    eprintln!("built from source in {} s", started.elapsed().as_secs());
    assert_eq!((outcome.code, outcome.output("verdict")), (0, "clean"), "{}", outcome.log);
}
