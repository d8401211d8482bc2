//! What is written about the project is what the project does: README, crate documentation, manifests.

use super::harness::{project, run};

fn text(path: &str) -> String {
    std::fs::read_to_string(project().join(path)).unwrap_or_else(|_| panic!("{path} is missing"))
}

#[test]
fn the_readme_has_the_two_commands_on_its_first_screen() {
    let readme = text("README.md");
    let screen: Vec<&str> = readme.lines().take(40).collect();
    for command in ["cargo run --release -- check tests/projects/maily", "cargo test"] {
        assert!(screen.iter().any(|line| line.trim() == command || line.contains(&format!("{command} "))), "{command}");
    }
}

#[test]
fn the_readme_shows_real_output() {
    let readme = text("README.md");
    let shown = run(&project(), &["check", "tests/projects/maily"]);
    let block = readme.split("<!-- output -->").nth(1).expect("a block of output");
    for line in block.lines().filter(|line| !line.starts_with("```") && !line.trim().is_empty()) {
        assert!(shown.stdout.contains(line.trim_end()), "the README shows a line that is no longer printed: {line}");
    }
}

#[test]
fn every_command_is_in_the_readme_and_has_examples() {
    let readme = text("README.md");
    let help = run(&project(), &["--help"]).stdout;
    let commands: Vec<&str> = help
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(commands.len() >= 7, "{help}");
    for command in commands {
        assert!(readme.contains(&format!("policy {command}")), "{command} is not in the README");
        let own = run(&project(), &[command, "--help"]);
        assert_eq!(own.code, 0);
        assert!(own.stdout.contains("xample"), "{command} --help has no example:\n{}", own.stdout);
        assert!(own.stdout.lines().count() <= 70, "{command} --help does not fit");
    }
}

#[test]
fn the_crate_documentation_names_every_module() {
    let lib = text("src/lib.rs");
    for line in lib.lines().filter_map(|line| line.strip_prefix("pub mod ")) {
        let name = line.trim_end_matches(';');
        assert!(lib.contains(&format!("`{name}`")), "the picture in src/lib.rs does not show {name}");
    }
}

#[test]
fn every_dependency_has_a_reason() {
    let manifest = text("Cargo.toml");
    let mut inside = false;
    let mut previous = "";
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.contains("dependencies");
        } else if inside && line.contains('=') {
            assert!(line.contains(" # ") || previous.starts_with('#'), "no reason beside: {line}");
        }
        previous = line;
    }
}

#[test]
fn nothing_speaks_of_the_place_where_it_was_written() {
    let listing = std::process::Command::new("git").args(["ls-files", "-z"]).current_dir(project()).output();
    let Ok(listing) = listing else { return };
    for name in listing.stdout.split(|&b| b == 0).filter(|name| !name.is_empty()) {
        let name = String::from_utf8_lossy(name);
        let Ok(bytes) = std::fs::read(project().join(&*name)) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        for word in [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("py", "env/versions")] {
            assert!(!text.contains(word), "{name} holds {word}");
        }
    }
}

/// Every verb is explained where users look, and its example is a rule.
#[test]
fn every_verb_is_documented_and_its_example_is_a_rule() {
    let page = std::fs::read_to_string(project().join("docs/policy-file.md")).unwrap();
    let readme = std::fs::read_to_string(project().join("README.md")).unwrap();
    for kind in policy::kinds::KINDS {
        assert!(page.contains(&format!("\n| `{}` | ", kind.key)), "docs/policy-file.md has no row for `{}`", kind.key);
        assert!(
            readme.contains(&format!("`{}", kind.key)) || readme.contains(&format!("{}:", kind.key)),
            "README.md: {}",
            kind.key
        );
        assert!(!kind.about.is_empty());
        let policy = format!("version: 1\nrules: {{ a: {{ {} }} }}\n", kind.example);
        let tree = super::harness::folder(&[("policy.yaml", &policy), ("a.py", "")]);
        let run = super::harness::run(tree.path(), &["rules"]);
        assert_eq!(run.code, 0, "{}: {}", kind.key, run.stderr);
    }
}
