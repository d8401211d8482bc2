//! The ways to install a hook: the mirror from a built wheel, in seconds, and from source, in minutes.

use super::repository::{Hooked, pre_commit};
use crate::suite::harness::{self, project};
use crate::suite::tamper::repository::Repo;
use std::path::Path;
use std::time::Duration;

/// The mirror as the repository that users name.
fn mirror() -> Repo {
    let mirror = Repo::empty();
    harness::copy(&project().join("pre-commit-mirror"), &mirror.folder());
    mirror.git(&["init", "--quiet", "--template=", "-b", "main"]);
    mirror.commit();
    mirror
}

/// `POLICY_WHEELS` names a folder with the built wheel, and with what installing the mirror needs besides; pip sees
/// nothing else. Nothing else may run meanwhile, since it is timed: `.ci/run` does all of this.
#[test]
#[ignore = "needs a built wheel, and the machine for itself"]
fn the_mirror_installs_a_wheel_in_seconds() {
    if !pre_commit("the_mirror_installs_a_wheel_in_seconds") {
        return;
    }
    let wheels = std::env::var("POLICY_WHEELS").expect("`POLICY_WHEELS` names a folder with a wheel");
    let wheels = wheels.as_str();
    let pip = [("PIP_NO_INDEX", "1"), ("PIP_FIND_LINKS", wheels), ("PIP_CONFIG_FILE", "/dev/null")];
    let hooked = Hooked::from(mirror(), &["policy", "policy-manifests", "policy-project"], Vec::new(), &pip);
    let run = hooked.pre_commit(&["install-hooks"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    eprintln!("the mirror was installed in {:.1} s", run.elapsed.as_secs_f64());
    assert!(run.elapsed < Duration::from_secs(30), "installed in {:?}", run.elapsed);
    works(&hooked);
}

#[test]
#[ignore = "builds the tool in release mode: minutes"]
fn the_sources_install() {
    if !pre_commit("the_sources_install") {
        return;
    }
    let sources = Repo::empty();
    for name in ["Cargo.toml", "Cargo.lock", "build.rs", "README.md", super::definitions::OWN] {
        std::fs::copy(project().join(name), sources.folder().join(name)).unwrap();
    }
    for name in ["src", "rules", "docs"] {
        harness::copy(&project().join(name), &sources.folder().join(name));
    }
    // Cargo wants the file of every target that the manifest names.
    for name in ["tests", "benches"] {
        harness::copy(&project().join(name), &sources.folder().join(name));
    }
    sources.git(&["init", "--quiet", "--template=", "-b", "main"]);
    sources.commit();
    let home = std::env::var("HOME").unwrap_or_default();
    let of = |name: &str, usual: &str| std::env::var(name).unwrap_or_else(|_| format!("{home}/{usual}"));
    let (cargo, rustup) = (of("CARGO_HOME", ".cargo"), of("RUSTUP_HOME", ".rustup"));
    let rust = [("CARGO_HOME", cargo.as_str()), ("RUSTUP_HOME", rustup.as_str())];
    let ids = ["policy-src", "policy-src-manifests", "policy-src-project"];
    let hooked = Hooked::from(sources, &ids, Vec::new(), &rust);
    let run = hooked.pre_commit(&["install-hooks"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    eprintln!("the sources were installed in {:.0} s", run.elapsed.as_secs_f64());
    works(&hooked);
}

/// What was installed judges, and not something that was there before.
fn works(hooked: &Hooked) {
    let machine = std::env::var_os("PATH").unwrap_or_default();
    let is_there = |folder: &Path| folder.join("policy").exists();
    assert!(!std::env::split_paths(&machine).any(|folder| is_there(&folder)), "there is a `policy` on the path");
    hooked.repo.git(&["add", "--all"]);
    let run = hooked.pre_commit(&["run"]);
    assert_eq!((run.code, run.stdout.matches("Passed").count()), (0, 3), "{}{}", run.stdout, run.stderr);
    hooked.repo.write("app/clean.py", "import requests\n");
    hooked.repo.write("requirements.txt", "requests\n");
    hooked.repo.git(&["add", "--all"]);
    let run = hooked.pre_commit(&["run"]);
    assert_eq!((run.code, run.stdout.matches("- exit code: 1").count()), (1, 3), "{}", run.stdout);
}
