//! What a policy pulls in can add findings and never take one away; only the root's own file can.

use super::harness::{folder, run};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::collections::BTreeSet;

const CODE: &str =
    "import requests\nimport aiohttp as a\nfrom yaml import load\nfrom PIL import Image\nfrom os import *\n";

const ROOT: &str = "version: 1
rules:
  own: { forbid: [requests, aiohttp, pillow] }
  only: { allow-only: { import: [stdlib, httpx] } }
  stars: { forbid: { star: any } }
";

/// Findings with their level, as `line rule level`.
fn findings(files: &[(&str, &str)]) -> (i32, BTreeSet<String>) {
    let tree = folder(files);
    let run = run(tree.path(), &["check", "--format", "concise", "a.py"]);
    (run.code, run.stdout.lines().map(str::to_owned).collect())
}

/// Parts of an extended file, in the hope that one of them loosens something.
const PARTS: [&str; 17] = [
    "  own: { forbid: [requests], level: none }\n",
    "  own: { forbid: { name: [httpx], except: [requests] }, allow-in: [/] }\n",
    "  more: { forbid: { any: x } }\n",
    "  more: { forbid: [yaml], level: note }\n",
    "  only: { allow-only: { import: [requests, aiohttp, PIL, yaml, stdlib] } }\n",
    "  moved: { moved: { requests: aiohttp } }\n",
    "  gone: { forbid: [requests], python: \">=3.99\" }\n",
    "libraries: { requests: nothing_else, pillow: nothing_either, stdlib: x }\n",
    "libraries: { stdlib: requests }\n",
    "libraries: { httpx: [requests, aiohttp, PIL, yaml, os] }\n",
    "exclude: [a.py]\n",
    "python: { shadows: [requests] }\n",
    "overrides: [{ rule: own, level: none }]\n",
    "policy: { suspicious-name: none }\n",
    "unanalysed: [{ in: a.py, why: x }]\n",
    "extends: [pack:http-clients]\n",
    "extends: [more.yaml]\n",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn no_file_but_the_roots_can_loosen_anything(parts in prop::collection::vec(prop::sample::select(PARTS.to_vec()), 1..5)) {
        let (_, alone) = findings(&[("a.py", CODE), ("policy.yaml", ROOT)]);
        let (rules, keys): (Vec<&str>, Vec<&str>) = parts.iter().partition(|part| part.starts_with(' '));
        let base = format!("version: 1\n{}rules:\n  first: {{ forbid: [httpx] }}\n{}", keys.concat(), rules.concat());
        let root = ROOT.replace("version: 1\n", "version: 1\nextends: [base.yaml]\n");
        let more = "version: 1\nrules: { x: { forbid: [yaml], level: note } }\n";
        let (code, together) = findings(&[("a.py", CODE), ("policy.yaml", &root), ("base.yaml", &base), ("more.yaml", more)]);
        // Either the whole is refused, or everything that was found alone is found still.
        prop_assert!(code == 2 || alone.is_subset(&together), "{base}\n{alone:#?}\n{together:#?}");
    }
}

/// The law above can fail: the root's overrides do take findings away.
#[test]
fn the_roots_overrides_loosen() {
    let base = ("base.yaml", "version: 1\nrules: { r: { forbid: [requests] } }\n");
    let strict = "version: 1\nextends: [base.yaml]\n";
    let loose = format!("{strict}overrides: [{{ rule: base/r, level: none }}]\n");
    let (code, alone) = findings(&[("a.py", CODE), base, ("policy.yaml", strict)]);
    assert_eq!((code, alone.len()), (1, 1));
    assert_eq!(findings(&[("a.py", CODE), base, ("policy.yaml", &loose)]), (0, BTreeSet::new()));
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_root_is_not_followed() {
    let outside = folder(&[("base.yaml", "version: 1\nrules: { r: { forbid: [requests] } }\n")]);
    let tree = folder(&[("a.py", CODE), ("policy.yaml", "version: 1\nextends: [link.yaml, inside.yaml]\n")]);
    std::os::unix::fs::symlink(outside.path().join("base.yaml"), tree.path().join("link.yaml")).unwrap();
    std::fs::write(tree.path().join("real.yaml"), "version: 1\nrules: { r: { forbid: [requests] } }\n").unwrap();
    std::os::unix::fs::symlink("real.yaml", tree.path().join("inside.yaml")).unwrap();
    let out = run(tree.path(), &["check"]);
    assert_eq!(out.code, 2);
    assert!(out.stderr.contains("`link.yaml` is a link that leads out of the root"), "{}", out.stderr);
    assert_eq!(out.stderr.matches("policy error").count(), 1, "{}", out.stderr);
    // A folder that leads out is no way either.
    std::os::unix::fs::symlink(outside.path(), tree.path().join("folder")).unwrap();
    std::fs::write(tree.path().join("policy.yaml"), "version: 1\nextends: [folder/base.yaml]\n").unwrap();
    assert_eq!(run(tree.path(), &["check"]).code, 2);
}

#[test]
fn a_policy_outside_of_the_root_pulls_in_packs_only() {
    let tree = folder(&[("repo/a.py", CODE), ("base.yaml", "version: 1\nrules: { r: { forbid: [requests] } }\n")]);
    let policy = |extends: &str| {
        std::fs::write(tree.path().join("policy.yaml"), format!("version: 1\nextends: [{extends}]\n")).unwrap();
        run(&tree.path().join("repo"), &["check", "--root", ".", "--policy", "../policy.yaml", "--format", "concise"])
    };
    assert_eq!(policy("pack:http-clients").code, 1);
    let refused = policy("base.yaml");
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("outside of the root"), "{}", refused.stderr);
}

#[test]
fn what_is_pulled_in_is_no_unread_policy_and_changes_the_hash() {
    let base = |name: &str| format!("version: 1\nrules: {{ r: {{ forbid: [{name}] }} }}\n");
    let hash = |name: &str| {
        let tree = folder(&[
            ("a.py", CODE),
            ("sub/.policy.yaml", &base("x")),
            ("base/acme.yaml", &base(name)),
            ("policy.yaml", "version: 1\nextends: [base/acme.yaml]\n"),
        ]);
        let out = run(tree.path(), &["check", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&out.stdout).unwrap();
        assert_eq!(out.stdout.matches("policy/unread-policy").count(), 1, "{}", out.stdout);
        report["policy"]["hash"].as_str().unwrap().to_owned()
    };
    assert_ne!(hash("one"), hash("two"));
    assert_eq!(hash("one"), hash("one"));
}
