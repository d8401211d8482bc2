//! A copy of the action's own tree, and released files for it, beside a checksum table that fits. What the archives
//! hold is a script of one line that becomes the binary under test, so that hundreds of runs need not unpack it.

use crate::suite::harness::{self, project};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Platforms that the tests may run on.
const PLATFORMS: &[&str] = &[
    "x86_64-unknown-linux-gnu",
    "x86_64-unknown-linux-musl",
    "aarch64-unknown-linux-gnu",
    "aarch64-unknown-linux-musl",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
];

/// The version of the tool, and so of the action's tree.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A script that becomes the binary under test.
pub(super) fn real() -> String {
    format!("#!/bin/sh\nexec '{}' \"$@\"\n", env!("CARGO_BIN_EXE_policy"))
}

/// A script that says the right version, and otherwise does this.
pub(super) fn stand_in(body: &str) -> String {
    format!("#!/bin/sh\nif [ \"$1\" = --version ]; then echo 'policy {VERSION}'; exit 0; fi\n{body}\n")
}

/// The action's tree in `folder`, with a release of `program` for every platform in `folder/releases`.
pub(super) fn action(folder: &Path, program: &str) -> PathBuf {
    let tree = without_release(folder);
    for platform in PLATFORMS {
        release(folder, &tree, platform, program);
    }
    tree
}

/// The action's tree in `folder`, whose table knows no file.
pub(super) fn without_release(folder: &Path) -> PathBuf {
    let tree = folder.join("_actions/OWNER/policy/v0");
    harness::copy(&project().join("action"), &tree.join("action"));
    for file in ["action.yml", "Cargo.toml"] {
        std::fs::copy(project().join(file), tree.join(file)).expect("a copy");
    }
    let at = folder.join("releases");
    std::fs::create_dir_all(&at).expect("a folder");
    let address = format!("file://{}/{{repository}}/v{{version}}/{{asset}}\n", at.display());
    harness::write(&tree, "action/releases.txt", address.as_bytes());
    tree
}

/// Adds one released file, and its line to the table.
pub(super) fn release(folder: &Path, tree: &Path, platform: &str, program: impl AsRef<[u8]>) {
    let name = format!("policy-{VERSION}-{platform}.tar.gz");
    let file = archive(folder, &name, program);
    let line = format!("{}  {VERSION}  {name}\n", checksum(&file));
    let table = tree.join("action/checksums.txt");
    let text = std::fs::read_to_string(&table).expect("the table") + &line;
    std::fs::write(table, text).expect("the table");
}

/// Makes or replaces a released file; the table stays as it is.
pub(super) fn archive(folder: &Path, name: &str, program: impl AsRef<[u8]>) -> PathBuf {
    let inside = folder.join("inside");
    harness::write(&inside, "policy", program.as_ref());
    make_executable(&inside.join("policy"));
    let file = folder.join(format!("releases/OWNER/policy/v{VERSION}/{name}"));
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("folders");
    let made = Command::new("tar").arg("-czf").arg(&file).arg("-C").arg(&inside).arg("policy").status();
    assert!(made.expect("tar").success());
    file
}

fn checksum(file: &Path) -> String {
    let run = Command::new("sha256sum")
        .arg(file)
        .output()
        .or_else(|_| Command::new("shasum").args(["-a", "256"]).arg(file).output());
    let told = String::from_utf8(run.expect("sha256sum or shasum").stdout).expect("text");
    told.split(' ').next().unwrap_or_default().to_owned()
}

#[cfg(unix)]
pub(super) fn make_executable(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).expect("rights");
}
