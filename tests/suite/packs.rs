//! The packs that come with the tool: what `rules/README.md` promises of every rule, and that every example holds.

use super::harness::{folder, project, run};
use policy::engine::{Engine, Keep, run_examples};
use policy::packs::{PACKS, about};
use policy::policy::{Extensions, Policy, Rule, load};
use policy::project::{Project, Tree};
use policy::repo_path::RepoPath;

/// Packs alone, and no files.
struct PacksOnly;

impl Extensions for PacksOnly {
    fn pack(&self, name: &str) -> Option<&'static str> {
        policy::packs::text(name)
    }

    fn packs(&self) -> Vec<&'static str> {
        PACKS.iter().map(|(name, _)| *name).collect()
    }

    fn file(&self, _: &RepoPath) -> Result<String, String> {
        Err("does not exist".to_owned())
    }
}

/// An empty project.
struct Nothing;

impl Tree for Nothing {
    fn read(&self, _: &RepoPath) -> Option<Vec<u8>> {
        None
    }
    fn is_file(&self, _: &RepoPath) -> bool {
        false
    }

    fn is_folder(&self, _: &RepoPath) -> bool {
        false
    }

    fn entries(&self, _: &RepoPath) -> Vec<(Vec<u8>, bool)> {
        Vec::new()
    }

    fn holds_python(&self, _: &RepoPath) -> bool {
        false
    }

    fn mentions(&self, _: &RepoPath, _: &str) -> Option<bool> {
        None
    }
}

pub(crate) fn loaded(text: &str) -> Policy {
    match load::load(RepoPath::from_bytes(b"policy.yaml"), text, "0.1.0", &PacksOnly) {
        Ok(policy) => policy,
        Err(broken) => {
            let mut told = Vec::new();
            let style = policy::formats::Style {
                color: false,
                width: 100,
                limit: 9,
                fail_level: policy::level::Level::Error,
                group_by: None,
            };
            for broken in broken {
                policy::formats::draw_mistakes(&broken.source, "a pack", &broken.mistakes, style, &mut told).unwrap();
            }
            panic!("{}", String::from_utf8_lossy(&told));
        }
    }
}

fn all() -> Vec<(&'static str, Policy)> {
    PACKS.iter().map(|(name, text)| (*name, loaded(text))).collect()
}

#[test]
fn every_pack_is_listed_and_says_what_it_is_for() {
    let readme = std::fs::read_to_string(project().join("rules/README.md")).unwrap();
    for (name, text) in PACKS {
        assert!(readme.contains(&format!("| `{name}` |")), "rules/README.md does not list {name}");
        let length = about(text).len();
        assert!(
            (10..=100).contains(&length),
            "{name}: the first line says what it is for, in 10 to 100 signs ({length})"
        );
    }
    let names: Vec<&str> = PACKS.iter().map(|(name, _)| *name).collect();
    for wanted in ["deprecated-libraries", "python-removed", "import-hygiene", "http-clients", "redis-clients"] {
        assert!(names.contains(&wanted), "{wanted} is missing");
    }
}

#[test]
fn every_example_of_every_pack_holds() {
    for (name, policy) in all() {
        let project = Project::new(policy.layout(|_| false), &Nothing);
        let engine = Engine::new(&policy, &project, "2026-01-01".parse().unwrap(), Keep::Findings);
        let (_, count, failures) = run_examples(&engine);
        let told: Vec<String> =
            failures.iter().map(|f| format!("{}: {}\n{}", f.rule, f.message, f.code.text)).collect();
        assert!(told.is_empty(), "{name}:\n{}", told.join("\n"));
        assert!(count >= 2 * policy.rules.len(), "{name}");
    }
}

#[test]
fn every_rule_has_a_reason_a_link_examples_and_a_successor() {
    for (name, policy) in all() {
        for rule in &policy.rules {
            let id = format!("{name}/{}", rule.id);
            assert!(rule.why.is_some(), "{id} does not say why");
            assert!(rule.docs.as_ref().is_some_and(|docs| docs.starts_with("https://")), "{id} has no link");
            assert!(rule.examples.iter().any(|example| example.bad.is_some()), "{id} has no example that fires");
            assert!(rule.examples.iter().any(|example| example.good.is_some()), "{id} has no silent example");
            assert!(name.ends_with("-clients") || has_successor(rule), "{id} names no successor");
            assert!(!name.ends_with("-clients") || rule.instead.is_none(), "{id}: the root names the successor");
        }
    }
}

/// `instead`, or a successor for some name, or words that there is none; forms of imports carry their own.
fn has_successor(rule: &Rule) -> bool {
    let is_about_forms = rule.judge.asks().stars || rule.judge.asks().private || rule.kind.key != "forbid";
    let says_none = rule.why.as_ref().is_some_and(|why| why.contains("successor"));
    is_about_forms || says_none || rule.instead.is_some() || !rule.judge.replacements().is_empty()
}

#[test]
fn deprecated_libraries_are_many() {
    let (_, pack) = all().into_iter().find(|(name, _)| *name == "deprecated-libraries").unwrap();
    assert!(pack.rules.len() >= 60, "{}", pack.rules.len());
    for wanted in ["aioredis", "nose", "mock", "pytz", "pkg_resources", "boto", "PyPDF2", "toml", "simplejson", "six"] {
        let named = |rule: &Rule| rule.judge.forbids_name(wanted);
        assert!(pack.rules.iter().any(named), "{wanted} is not forbidden");
    }
}

/// Every public module that the table of the standard library says is gone is told from the version in which it went.
#[test]
fn every_module_that_left_the_standard_library_is_told() {
    let (_, pack) = all().into_iter().find(|(name, _)| *name == "python-removed").unwrap();
    let table = include_str!("../../src/data/standard_library.txt");
    let mut checked = 0;
    for line in table.lines().filter(|line| !line.starts_with(['#', '_'])) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [name, _, last] = words.as_slice() else { continue };
        let gone = last.parse::<u8>().unwrap() + 1;
        if gone > policy::project::standard_library::NEWEST || *name == "nturl2path" || *name == "sre_compile" {
            continue;
        }
        let tells = |minor: u8| {
            let is_error = |rule: &&Rule| rule.level == policy::level::Level::Error && rule.holds_for((3, minor));
            pack.rules.iter().filter(is_error).any(|rule| rule.judge.forbids_name(name))
        };
        assert!(tells(gone), "{name} is gone in 3.{gone}, and no rule says so");
        assert!(!tells(gone - 1), "{name} is still there in 3.{}", gone - 1);
        checked += 1;
    }
    assert!(checked > 20, "{checked}");
}

/// Policies of well-known projects, said in this language, with code that must fire and code that must not.
#[test]
fn real_policies_can_be_said() {
    let folder = project().join("tests/policies");
    let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
    let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().flatten().map(|entry| entry.path()).collect();
    names.retain(|path| path.is_dir());
    names.sort();
    assert!(names.len() >= 30, "{}", names.len());
    for policy in names {
        let name = policy.file_name().unwrap().to_string_lossy().into_owned();
        assert!(readme.contains(&format!("| {name} |")), "tests/policies/README.md does not list {name}");
        let run = run(&policy, &["test", "--root", "."]);
        assert_eq!(run.code, 0, "{name}: {}{}", run.stdout, run.stderr);
        assert!(!run.stdout.contains("no example"), "{name}: {}", run.stdout);
    }
}

#[test]
fn all_packs_go_together() {
    let names: Vec<String> = PACKS.iter().map(|(name, _)| format!("pack:{name}")).collect();
    let policy = format!("version: 1\nextends: [{}]\n", names.join(", "));
    let tree = folder(&[("policy.yaml", &policy), ("a.py", "import pytz\nimport imp\nfrom os import *\n")]);
    let run = run(tree.path(), &["check", "--format", "concise"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    for rule in ["deprecated-libraries/pytz", "python-removed/removed-3-12", "import-hygiene/star-imports"] {
        assert!(run.stdout.contains(rule), "{rule}\n{}", run.stdout);
    }
}
