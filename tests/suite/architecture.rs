//! The shape of `src`: who may use whom, how files begin, and how long they get. The layers are the ones that the crate
//! documentation draws.

use super::harness::project;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Each module with the modules of the crate that it may use, besides its own. Lower layers come first, and a module may
/// only name those above it in this table: imports run in one direction.
const LAYERS: &[(&str, &[&str])] = &[
    ("span", &[]),
    ("repo_path", &[]),
    ("level", &[]),
    ("context", &[]),
    ("builtins", &[]),
    ("call", &[]),
    ("surface", &[]),
    ("name", &[]),
    ("fingerprint", &[]),
    ("parallel", &[]),
    ("packs", &[]),
    ("versions", &[]),
    ("accepts", &[]),
    ("distribution", &[]),
    ("treacherous", &[]),
    ("excerpt", &["span"]),
    ("dependency", &["accepts", "span"]),
    ("text", &["excerpt", "span"]),
    ("source", &["repo_path"]),
    ("fact", &["call", "context", "dependency", "span", "surface", "versions"]),
    ("suppression", &[]),
    ("owners", &["repo_path"]),
    ("problem", &["repo_path", "text"]),
    ("finding", &["context", "dependency", "fact", "fingerprint", "level", "repo_path", "span", "surface", "text"]),
    ("report", &["finding", "level", "problem", "repo_path"]),
    ("page", &["level"]),
    ("baseline", &["finding", "repo_path"]),
    (
        "readers",
        &[
            "accepts",
            "builtins",
            "call",
            "context",
            "dependency",
            "distribution",
            "excerpt",
            "fact",
            "name",
            "problem",
            "repo_path",
            "source",
            "span",
            "surface",
            "text",
            "versions",
        ],
    ),
    ("project", &["distribution", "name", "repo_path", "versions"]),
    (
        "survey",
        &[
            "dependency",
            "distribution",
            "fact",
            "name",
            "project",
            "readers",
            "repo_path",
            "report",
            "surface",
            "text",
            "treacherous",
        ],
    ),
    ("document", &["name", "span"]),
    ("pattern", &["name", "repo_path"]),
    (
        "kinds",
        &[
            "accepts",
            "builtins",
            "call",
            "context",
            "dependency",
            "distribution",
            "document",
            "fact",
            "level",
            "name",
            "pattern",
            "project",
            "repo_path",
            "span",
            "surface",
            "versions",
        ],
    ),
    (
        "policy",
        &[
            "context",
            "dependency",
            "distribution",
            "document",
            "fact",
            "finding",
            "kinds",
            "level",
            "name",
            "page",
            "pattern",
            "project",
            "repo_path",
            "span",
            "surface",
            "text",
            "versions",
        ],
    ),
    (
        "engine",
        &[
            "context",
            "dependency",
            "distribution",
            "document",
            "fact",
            "finding",
            "fingerprint",
            "kinds",
            "level",
            "name",
            "pattern",
            "policy",
            "problem",
            "project",
            "readers",
            "repo_path",
            "report",
            "source",
            "span",
            "suppression",
            "surface",
            "text",
            "versions",
        ],
    ),
    (
        "formats",
        &[
            "context",
            "dependency",
            "document",
            "fact",
            "finding",
            "fingerprint",
            "level",
            "page",
            "policy",
            "problem",
            "repo_path",
            "report",
            "span",
            "surface",
            "text",
            "versions",
            "treacherous",
        ],
    ),
    (
        "doctor",
        &[
            "context",
            "excerpt",
            "level",
            "owners",
            "pattern",
            "policy",
            "readers",
            "repo_path",
            "report",
            "span",
            "surface",
        ],
    ),
    ("disk", &["name", "pattern", "problem", "project", "readers", "repo_path", "surface"]),
    ("git", &["disk", "project", "repo_path", "span"]),
    (
        "cli",
        &[
            "baseline",
            "disk",
            "doctor",
            "document",
            "engine",
            "fact",
            "finding",
            "formats",
            "git",
            "kinds",
            "level",
            "name",
            "owners",
            "packs",
            "page",
            "parallel",
            "pattern",
            "policy",
            "problem",
            "project",
            "readers",
            "repo_path",
            "report",
            "source",
            "span",
            "suppression",
            "surface",
            "survey",
            "text",
        ],
    ),
];

/// Files with more lines than this, tests left out, hold more than one concern.
const LONGEST: usize = 400;

fn sources() -> Vec<(PathBuf, String)> {
    let mut open = vec![project().join("src")];
    let mut files = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|suffix| suffix == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                files.push((path, text));
            }
        }
    }
    files.sort();
    files
}

fn module(path: &Path) -> String {
    let below = path.strip_prefix(project().join("src")).unwrap();
    below.components().next().unwrap().as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// Names behind `crate::` in code, tests of the file included: they live in the same layer.
fn used(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for rest in line.split("crate::").skip(1) {
            let list = rest.strip_prefix('{').map(|list| list.split(',').collect::<Vec<_>>()).unwrap_or(vec![rest]);
            for item in list {
                let name: String = item.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                names.push(name);
            }
        }
    }
    names
}

#[test]
fn imports_run_in_one_direction() {
    let position: BTreeMap<&str, usize> = LAYERS.iter().enumerate().map(|(at, (name, _))| (*name, at)).collect();
    for (at, (name, uses)) in LAYERS.iter().enumerate() {
        for used in *uses {
            assert!(position.get(used).is_some_and(|lower| *lower < at), "{name} may not use {used}: it lies above");
        }
    }
    for (path, text) in sources() {
        let own = module(&path);
        if own == "lib" || own == "main" {
            continue;
        }
        let (_, allowed) = LAYERS.iter().find(|(name, _)| *name == own).unwrap_or_else(|| panic!("{own} has no layer"));
        for name in used(&text) {
            assert!(name == own || allowed.contains(&name.as_str()), "{} uses {name}", path.display());
        }
    }
}

#[test]
fn the_table_of_layers_holds_nothing_unused() {
    let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, text) in sources() {
        seen.entry(module(&path)).or_default().extend(used(&text));
    }
    for (name, uses) in LAYERS {
        for used in *uses {
            assert!(
                seen.get(*name).is_some_and(|names| names.iter().any(|n| n == used)),
                "{name} no longer uses {used}"
            );
        }
    }
}

#[test]
fn every_file_says_what_it_knows_and_stays_short() {
    for (path, text) in sources() {
        assert!(text.starts_with("//! "), "{} does not say what it knows", path.display());
        let code = text.split("#[cfg(test)]").next().unwrap_or_default().lines().count();
        assert!(code <= LONGEST, "{} has {code} lines", path.display());
    }
}

#[test]
fn nothing_prints_exits_or_panics_outside_of_the_shells() {
    for (path, text) in sources() {
        let own = module(&path);
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for word in [
            "println!",
            "print!(",
            "eprintln!",
            "dbg!",
            "todo!",
            "unimplemented!",
            ".unwrap()",
            ".expect(",
            "process::exit",
        ] {
            assert!(!code.contains(word), "{} holds {word}", path.display());
        }
        let shells = ["main", "cli", "disk", "git"];
        for word in ["std::fs", "std::env"] {
            assert!(shells.contains(&own.as_str()) || !code.contains(word), "{} touches {word}", path.display());
        }
        // Git is the only child process, and one file starts it.
        let starts = ["std::process::{", "process::Command", "Command::new("].iter().any(|word| code.contains(word));
        let may_start = path.ends_with("git/command.rs") || own == "git" && !code.contains("Command");
        let is_usage = own == "cli" && !code.contains("std::process");
        assert!(!starts || may_start || is_usage, "{} starts a process", path.display());
    }
}

#[test]
fn one_file_names_each_hazardous_library() {
    let homes = [
        ("serde_yaml::", "document/yaml.rs"),
        ("serde_yaml::", "readers/tree/yaml.rs"),
        ("toml_parser::", "readers/tree/toml.rs"),
        ("jsonc_parser::", "readers/tree/json.rs"),
        ("pulldown_cmark::", "readers/documents/markdown.rs"),
        // Its tests read back what it writes.
        ("pulldown_cmark::", "formats/markup.rs"),
        ("tree_sitter", "readers/python/tree.rs"),
        ("tree_sitter", "readers/python/uses/grammar.rs"),
        ("tree_sitter", "readers/python/uses/syntax.rs"),
        ("miette::", "formats/"),
        ("ignore::", "disk/ignore_file.rs"),
    ];
    for (library, _) in homes {
        for (path, text) in sources() {
            let shown = path.strip_prefix(project().join("src")).unwrap().to_string_lossy().replace('\\', "/");
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            let is_home = homes.iter().any(|(own, home)| *own == library && shown.starts_with(home));
            assert!(is_home || !text.contains(&format!("use {library}")), "{shown} uses {library}");
            // One call parses, behind limits.
            assert!(shown.ends_with("python/tree.rs") || !text.contains("parse_with_options"), "{shown} parses");
        }
    }
}
