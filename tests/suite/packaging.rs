//! Every way to install the tool names the same version and the same files, and what is packed holds what is needed.

use super::harness::{self, project, python};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The triples for which a release has an archive.
const TRIPLES: [&str; 8] = [
    "aarch64-apple-darwin",
    "aarch64-pc-windows-msvc",
    "aarch64-unknown-linux-gnu",
    "aarch64-unknown-linux-musl",
    "x86_64-apple-darwin",
    "x86_64-pc-windows-msvc",
    "x86_64-unknown-linux-gnu",
    "x86_64-unknown-linux-musl",
];

fn text(file: &str) -> String {
    std::fs::read_to_string(project().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The name of the archive for a triple.
fn archive(triple: &str) -> String {
    let suffix = if triple.contains("windows") { "zip" } else { "tar.gz" };
    format!("policy-{VERSION}-{triple}.{suffix}")
}

#[test]
fn all_versions_are_one() {
    let mirror = text("pre-commit-mirror/pyproject.toml");
    assert!(mirror.contains(&format!("\nversion = \"{VERSION}\"\n")), "{mirror}");
    assert!(mirror.contains(&format!("\ndependencies = [\"policy-check=={VERSION}\"]\n")), "{mirror}");
    let wheel = text("pyproject.toml");
    assert!(wheel.contains("\ndynamic = [\"version\"]\n"), "the version of the wheel is that of the crate");
    // What people copy from documents.
    for file in ["pre-commit-mirror/README.md", "docs/pre-commit.md", "docs/install.md", "README.md"] {
        let text = text(file);
        let revisions: Vec<&str> =
            text.lines().filter_map(|line| line.trim_start_matches(['-', ' ']).strip_prefix("rev: ")).collect();
        assert!(revisions.iter().all(|revision| *revision == format!("v{VERSION}")), "{file}: {revisions:?}");
        for (at, _) in text.match_indices("policy-0.") {
            assert!(text[at..].starts_with(&format!("policy-{VERSION}-")), "{file}: {}", &text[at..at + 20]);
        }
    }
}

#[test]
fn the_wheel_and_the_crate_say_the_same() {
    let (wheel, crate_) = (text("pyproject.toml"), text("Cargo.toml"));
    let line = |text: &str, key: &str| {
        let found = text.lines().find(|line| line.starts_with(&format!("{key} = ")));
        found.unwrap_or_else(|| panic!("no {key}")).to_owned()
    };
    for key in ["name", "description", "readme", "license"] {
        assert_eq!(line(&wheel, key), line(&crate_, key));
    }
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        assert!(line(&wheel, "license-files").contains(licence));
        assert_eq!(text(licence), text(&format!("pre-commit-mirror/{licence}")), "{licence} of the mirror");
    }
}

#[test]
fn a_package_holds_what_a_build_needs_and_no_more() {
    let listing = Command::new(env!("CARGO"))
        .args(["package", "--list", "--allow-dirty", "--offline", "--quiet"])
        .current_dir(project())
        .output()
        .expect("cargo starts");
    let listing = String::from_utf8_lossy(&listing.stdout).into_owned();
    let files: BTreeSet<&str> = listing.lines().collect();
    for file in ["Cargo.toml", "Cargo.lock", "build.rs", "README.md", "LICENSE-MIT", "LICENSE-APACHE", "pyproject.toml"]
    {
        assert!(files.contains(file), "{file} is missing: {listing}");
    }
    for folder in ["src", "rules"] {
        for file in below(&project().join(folder)) {
            assert!(files.contains(file.as_str()), "{file} is missing");
        }
    }
    let others =
        files.iter().filter(|file| file.contains('/') && !file.starts_with("src/") && !file.starts_with("rules/"));
    assert_eq!(others.collect::<Vec<_>>(), Vec::<&&str>::new(), "folders that no build needs");
    // What the sources include from elsewhere is packed, too.
    for file in below(&project().join("src")) {
        let Some(folder) = file.strip_suffix(".rs").map(|stem| stem.rsplit_once('/').map_or("", |(folder, _)| folder))
        else {
            continue;
        };
        let text = text(&file);
        for included in text.split("include_str!(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let path = resolve(&format!("{folder}/{included}"));
            assert!(files.contains(path.as_str()), "{file} includes {path}, which is not packed");
        }
    }
}

/// The files beneath a folder, from the top of the project.
fn below(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(below(&path));
        } else {
            files.push(path.strip_prefix(project()).unwrap().to_string_lossy().replace('\\', "/"));
        }
    }
    files
}

/// A path without `..`.
fn resolve(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[test]
fn binstall_looks_for_what_a_release_has() {
    let manifest = text("Cargo.toml");
    let (_, table) = manifest.split_once("[package.metadata.binstall]").expect("its table");
    let value = |table: &str, key: &str| {
        let line = table.lines().take_while(|line| !line.starts_with('[')).find_map(|line| line.strip_prefix(key));
        line.map(|line| line.trim_start_matches([' ', '=']).trim_matches('"').to_owned())
    };
    for triple in TRIPLES {
        let own = table.split_once(&format!("overrides.{triple}]\n")).map_or("", |(_, own)| own);
        let of = |key: &str| value(own, key).or_else(|| value(table, key)).unwrap();
        let filled = |template: &str| template.replace("{ version }", VERSION).replace("{ target }", triple);
        let address = filled(&of("pkg-url"));
        assert_eq!(address, format!("{{ repo }}/releases/download/v{VERSION}/{}", archive(triple)));
        assert_eq!(filled(&of("bin-dir")), format!("policy-{VERSION}-{triple}/{{ bin }}{{ binary-ext }}"));
        assert_eq!(of("pkg-fmt"), if triple.contains("windows") { "zip" } else { "tgz" });
    }
    let workflow = text(".github/workflows/release.yml");
    for triple in TRIPLES {
        assert!(workflow.contains(&format!("target: {triple},")), "no release for {triple}");
    }
}

/// The script that packs, on binaries of which only the one for this machine has to run.
#[cfg(target_os = "linux")]
#[test]
fn archives_hold_the_tool_its_pages_completions_and_licences() {
    use std::os::unix::fs::PermissionsExt;
    let Some(python) = python("archives_hold_the_tool_its_pages_completions_and_licences") else { return };
    let place = tempfile::tempdir().unwrap();
    for triple in TRIPLES {
        let name = if triple.contains("windows") { "policy.exe" } else { "policy" };
        let text = format!("#!/bin/sh\nexec {} \"$@\"\n", env!("CARGO_BIN_EXE_policy"));
        harness::write(&place.path().join("binaries"), &format!("{triple}/{name}"), text.as_bytes());
    }
    let pack = |out: &str| {
        // Artifacts of a workflow have lost their rights.
        let own = place.path().join("binaries/x86_64-unknown-linux-gnu/policy");
        std::fs::set_permissions(own, std::fs::Permissions::from_mode(0o644)).unwrap();
        let output = Command::new("bash")
            .arg(project().join(".github/release/pack.sh"))
            .args([VERSION, "binaries", out])
            .env("SOURCE_DATE_EPOCH", "1767225600")
            .current_dir(place.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let lines = pack("one");
    assert_eq!(lines, pack("two"), "the same files make the same archives");
    // The table of the action: sha256, version, name, with two spaces between them.
    let sums = std::fs::read_to_string(place.path().join("one/SHA256SUMS")).unwrap();
    let (mut names, mut wanted) = (Vec::new(), String::new());
    for line in sums.lines() {
        let (sum, name) = line.split_once("  ").unwrap();
        assert_eq!(sum.len(), 64, "{line}");
        wanted.push_str(&format!("{sum}  {VERSION}  {name}\n"));
        names.push(name.to_owned());
    }
    assert_eq!(lines, wanted);
    assert_eq!(names, TRIPLES.map(archive));
    let read = "import sys, tarfile, zipfile\n\
                for name in sys.argv[1:]:\n    \
                    if name.endswith('.zip'):\n        \
                        print('\\n'.join(zipfile.ZipFile(name).namelist()))\n    \
                    else:\n        \
                        print('\\n'.join(m.name for m in tarfile.open(name) if m.isfile() and m.uid == 0))\n        \
                        assert tarfile.open(name).getmember(name[4:-7] + '/policy').mode == 0o755\n";
    let files: Vec<String> = names.iter().map(|name| format!("one/{name}")).collect();
    let output = Command::new(python).args(["-c", read]).args(files).current_dir(place.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listing = String::from_utf8_lossy(&output.stdout).into_owned();
    for triple in TRIPLES {
        let folder = format!("policy-{VERSION}-{triple}");
        let mut wanted: Vec<String> = ["bash", "fish"].map(|shell| format!("completions/policy.{shell}")).to_vec();
        wanted.extend(["_policy", "_policy.ps1"].map(|name| format!("completions/{name}")));
        wanted.extend(["LICENSE-APACHE", "LICENSE-MIT", "README.md", "man/policy.1"].map(str::to_owned));
        let commands = policy::cli::COMMANDS.iter();
        wanted.extend(commands.map(|command| format!("man/policy-{}.1", command.name)));
        wanted.push(if triple.contains("windows") { "policy.exe" } else { "policy" }.to_owned());
        let wanted: BTreeSet<String> = wanted.into_iter().map(|name| format!("{folder}/{name}")).collect();
        let own: BTreeSet<String> =
            listing.lines().filter(|name| name.starts_with(&format!("{folder}/"))).map(str::to_owned).collect();
        assert_eq!(own, wanted);
    }
}
