//! What can be told of `action.yml`, its scripts and the workflows without running them.

use super::runner::{manifest, map, scalar};
use crate::suite::harness::{project, skipped};
use policy::document::yaml::Value;
use std::process::Command;

/// Runs a linter over the project; it must find nothing.
#[track_caller]
fn is_silent(program: &str, arguments: &[&str]) {
    let run = Command::new(program).args(arguments).current_dir(project()).output();
    let Ok(run) = run else {
        skipped(program, "it is not installed");
        return;
    };
    let told = [run.stdout, run.stderr].concat();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&told));
}

#[test]
fn zizmor_at_its_strictest_finds_nothing() {
    let strictest = ["--offline", "--no-progress", "--persona=auditor", "--strict-collection", "--no-config"];
    is_silent("zizmor", &[&strictest[..], &["action.yml", ".github/workflows"]].concat());
}

#[test]
fn shellcheck_finds_nothing() {
    let scripts = ["action/check.sh", "action/install.sh", "action/build.sh"];
    is_silent("shellcheck", &[&["--norc", "--external-sources", "--check-sourced"], &scripts[..]].concat());
}

/// The tags that a release begins with are those that nobody moves afterwards.
#[test]
fn only_the_tag_of_a_version_makes_a_release() {
    let workflow = std::fs::read_to_string(project().join(".github/workflows/release.yml")).expect("the workflow");
    let tree = policy::document::yaml::parse(&workflow, &mut Vec::new()).expect("YAML");
    let Value::List(tags) = &map(&map(&map(&tree)["on"])["push"])["tags"].value else { panic!("tags are a list") };
    let [pattern] = &tags[..] else { panic!("one pattern") };
    let pattern = scalar(pattern);
    for (tag, is_release) in
        [("v0", false), ("v1", false), ("v0.1", false), ("vote", false), ("v0.1.0", true), ("v1.22.333-rc.1", true)]
    {
        assert_eq!(fits(&pattern, tag), is_release, "{pattern} and {tag}");
    }
    let page = std::fs::read_to_string(project().join(".github/RELEASING.md")).expect("the page");
    assert!(page.contains("`v*.*.*`") && !page.contains("`v*`"), "the ruleset protects the same tags");
}

/// Digits (`[0-9]+`), `*` at the end, and else plain text: what of GitHub's patterns is in use here.
fn fits(pattern: &str, tag: &str) -> bool {
    if let Some(rest) = pattern.strip_prefix("[0-9]+") {
        let digits = tag.chars().take_while(char::is_ascii_digit).count();
        return (1..=digits).any(|taken| fits(rest, &tag[taken..]));
    }
    let (Some(wanted), found) = (pattern.chars().next(), tag.chars().next()) else { return tag.is_empty() };
    pattern == "*" || Some(wanted) == found && fits(&pattern[1..], &tag[1..])
}

#[test]
fn what_can_be_installed_is_published() {
    let text = |path: &str| std::fs::read_to_string(project().join(path)).expect("a page");
    for (offered, published) in
        [("| cargo |", "`cargo publish --locked`"), ("| pip |", "`wheels to the package index`")]
    {
        assert!(
            text("docs/install.md").contains(offered) && text(".github/RELEASING.md").contains(published),
            "{offered}"
        );
    }
}

#[test]
fn no_expression_stands_in_a_script() {
    let runs = map(&manifest(&project())["runs"]);
    let Value::List(steps) = &runs["steps"].value else { panic!("steps are a list") };
    for step in steps {
        let step = map(step);
        assert!(!scalar(&step["run"]).contains("${{"));
        assert!(scalar(&step["run"]).starts_with("bash \"$GITHUB_ACTION_PATH/action/"));
    }
}

#[test]
fn every_input_and_output_is_described() {
    let page = std::fs::read_to_string(project().join("docs/github-action.md")).expect("the page");
    let manifest = manifest(&project());
    for part in ["inputs", "outputs"] {
        for (name, one) in map(&manifest[part]) {
            assert!(!scalar(&map(&one)["description"]).is_empty(), "{name}");
            assert!(page.contains(&format!("| `{name}` |")), "docs/github-action.md has no row for `{name}`");
        }
    }
}

/// What GitHub's marketplace asks of an action.
#[test]
fn the_marketplace_can_show_it() {
    let manifest = manifest(&project());
    let branding = map(&manifest["branding"]);
    assert!(!scalar(&manifest["name"]).is_empty() && !scalar(&branding["icon"]).is_empty());
    assert!(scalar(&manifest["description"]).len() < 125);
    let colors = ["white", "black", "yellow", "blue", "green", "orange", "red", "purple", "gray-dark"];
    assert!(colors.contains(&&*scalar(&branding["color"])));
}

#[test]
fn each_line_of_the_checksum_table_is_whole() {
    let table = std::fs::read_to_string(project().join("action/checksums.txt")).expect("the table");
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let [sum, version, name] = line.split_whitespace().collect::<Vec<_>>()[..] else { panic!("{line}") };
        assert!(sum.len() == 64 && sum.chars().all(|c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase()), "{line}");
        assert!(name.starts_with(&format!("policy-{version}-")), "{line}");
    }
}
