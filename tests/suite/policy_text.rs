//! Hostile and mistaken policy files: exit 2, the place underlined, at once, whatever they hold.

use super::harness::{folder, run, write};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::time::Duration;

/// Whole-process time for a policy of any kind. Unoptimised builds get more.
fn limit() -> Duration {
    if cfg!(debug_assertions) { Duration::from_secs(5) } else { Duration::from_millis(100) }
}

fn refused(name: &str, policy: &[u8]) -> String {
    let tree = folder(&[("a.py", "import requests\n")]);
    write(tree.path(), "policy.yaml", policy);
    let run = run(tree.path(), &["check"]);
    assert_eq!(run.code, 2, "{name}: {}", run.stderr);
    assert!(run.elapsed < limit(), "{name} took {:?}", run.elapsed);
    assert!(run.stdout.is_empty(), "{name}: nothing is judged");
    run.stderr
}

#[test]
fn bombs_are_refused_at_once() {
    let bomb = (0..40).fold("a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, n| {
        format!("{text}a{}: &a{} [{}]\n", n + 1, n + 1, vec![format!("*a{n}"); 9].join(", "))
    });
    refused("alias bomb", format!("version: 1\n{bomb}rules: {{}}\n").as_bytes());
    refused("merge keys", b"version: 1\nbase: &b { forbid: [x] }\nrules:\n  a:\n    <<: *b\n");
    refused("deep flow", format!("version: 1\nrules: {}", "[".repeat(100_000)).as_bytes());
    refused("deep maps", format!("version: 1\nrules: {}", "{a: ".repeat(20_000)).as_bytes());
    refused("deep blocks", (0..3_000).map(|n| format!("{}a:\n", " ".repeat(n))).collect::<String>().as_bytes());
    refused("many keys", (0..60_000).map(|n| format!("k{n}: 1\n")).collect::<String>().as_bytes());
    refused(
        "one long line",
        format!("version: 1\nrules: {{ a: {{ forbid: [{}] }} }}", "1a, ".repeat(100_000)).as_bytes(),
    );
}

#[test]
fn a_huge_policy_is_not_even_read() {
    let tree = folder(&[("a.py", "import requests\n")]);
    let file = std::fs::File::create(tree.path().join("policy.yaml")).unwrap();
    file.set_len(100 << 20).unwrap();
    let run = run(tree.path(), &["check"]);
    assert_eq!(run.code, 2);
    assert!(run.elapsed < limit(), "{:?}", run.elapsed);
    assert!(run.stderr.contains("104857600 bytes"), "{}", run.stderr);
}

#[test]
fn odd_policy_files_are_told() {
    assert!(refused("not UTF-8", b"version: 1\nrules:\n  a: { forbid: [\xff] }\n").contains("not UTF-8"));
    refused("binary", b"\x00\x01\x02");
    refused("UTF-16", b"\xff\xfev\x00e\x00r\x00");
    refused("text", b"hello there\n");
    refused("only a comment", b"# nothing\n");
    refused("no rules", b"version: 1\n");
    refused("null rules", b"version: 1\nrules:\n");
    let tree = folder(&[("a.py", "import requests\n"), ("policy.yaml/x", "")]);
    let run = run(tree.path(), &["check"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("no regular file"), "{}", run.stderr);
}

#[test]
fn windows_line_ends_and_marks_are_fine() {
    let text = "version: 1\r\nrules:\r\n  http:\r\n    forbid: [requests]\r\n    why: plain\r\n";
    for policy in [text.to_owned(), format!("\u{feff}{text}")] {
        let tree = folder(&[("a.py", "import requests\n"), ("policy.yaml", &policy)]);
        let run = run(tree.path(), &["check", "--format", "concise"]);
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (1, "a.py:1:8: error[http] `requests` is forbidden\n"),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn every_mistake_is_underlined_and_all_are_told() {
    let policy = "version: 1\nrules:\n  a: { forbid: [1a], levle: warn }\n  b: { why: x }\n  a: { forbid: [y] }\n  c: { forbid: [], in: [] }\n";
    let told = refused("several", policy.as_bytes());
    for part in
        ["`1a` is no identifier", "no key `levle`", "has no verb", "`a` stands here a second time", "empty list"]
    {
        assert!(told.contains(part), "{part}\n{told}");
    }
    assert_eq!(told.matches("╭─[policy.yaml:").count(), told.matches("policy error").count());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_loader_panic(scraps in prop::collection::vec(prop::sample::select(SCRAPS.to_vec()), 0..40)) {
        let text = scraps.concat();
        let path = policy::repo_path::RepoPath::from_bytes(b"policy.yaml");
        if let Err(broken) = policy::policy::load::load(path, &text, "0.1.0", &Others) {
            prop_assert!(broken.iter().any(|broken| !broken.mistakes.is_empty()));
            let style = policy::formats::Style { color: false, width: 80, limit: 9, fail_level: policy::level::Level::Error, group_by: None };
            let mut out = Vec::new();
            for broken in &broken {
                policy::formats::draw_mistakes(&broken.source, "policy.yaml", &broken.mistakes, style, &mut out).unwrap();
            }
        }
    }
}

/// A pack and a file that can be pulled in.
struct Others;

impl policy::policy::Extensions for Others {
    fn pack(&self, name: &str) -> Option<&'static str> {
        (name == "p").then_some("version: 1\nrules: { r: { forbid: [x] } }\n")
    }

    fn packs(&self) -> Vec<&'static str> {
        vec!["p"]
    }

    fn file(&self, path: &policy::repo_path::RepoPath) -> Result<String, String> {
        let text = "version: 1\nextends: [f.yaml, pack:p]\nrules: { r: { relative: none } }\n";
        if path.as_bytes() == b"f.yaml" { Ok(text.to_owned()) } else { Err("does not exist".to_owned()) }
    }
}

const SCRAPS: [&str; 56] = [
    "version: 1\n",
    "rules:\n",
    "  a:\n",
    "    forbid: ",
    "[requests]",
    "{ import: x }",
    "\n",
    "  ",
    "- ",
    ": ",
    "#",
    " # c",
    "'",
    "\"",
    "[",
    "]",
    "{",
    "}",
    ",",
    "*",
    "&a ",
    "!t ",
    "|\n",
    ">\n",
    "---\n",
    "...\n",
    "\t",
    "é",
    "\u{feff}",
    "~",
    "level: off\n",
    "python:\n  target: 3.10\n",
    "exclude: [",
    "**/x",
    "in: ",
    "allow-in:\n",
    "why: x #1\n",
    "@me",
    "%",
    "?",
    "<<: *a\n",
    "contexts: { function: note }\n",
    "unanalysed: [{ in: x, why: y }]\n",
    "=x.*",
    "extends: [pack:p, f.yaml]\n",
    "extends: ",
    "overrides:\n  - { rule: p/*, level: ",
    "libraries: { a-b: ",
    "    moved: { ",
    "    allow-only: { import: ",
    "    canonical: { a/b.py: a.b",
    "    import-as: { numpy: ",
    "{ as: tm, members: forbid }",
    "    placement: { any: lazy",
    "    relative: none\n",
    "    require: { import: ",
];
