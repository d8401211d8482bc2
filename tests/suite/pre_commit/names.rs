//! Hooks take the file names that readers know, and no others. Python's own engine matches, as in pre-commit.

use super::definitions::{MIRROR, OWN, hooks};
use crate::suite::harness::python;
use policy::readers;
use policy::surface::Surface;
use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

/// Names that readers know or nearly know, taken apart into what comes before a suffix and the suffix.
const STEMS: &[&str] = &[
    "requirements",
    "requirement",
    "Requirements",
    "requirements-dev",
    "requirements_dev",
    "requirements.dev",
    "dev-requirements",
    "devrequirements",
    "dev-requirements-linux",
    "requirementsdev",
    "x-requirementsdev",
    "xrequirementsdev",
    "my-requirement-list",
    "myrequirementlist",
    "constraints",
    "constraint",
    "base-constraints",
    "upper_constraintsx",
    "xconstraintx",
    "reqs",
    "req",
    "reqs-dev",
    "dev-reqs",
    "dev.req",
    "reqsdev",
    "request",
    "prereqs",
    "environment",
    "environment-dev",
    "dev-environment",
    "conda-env",
    "conda_env_dev",
    "conda",
    "env",
    "environ",
    "condaenv",
    "Dockerfile",
    "dockerfile",
    "Dockerfile.dev",
    "Dockerfile-dev",
    "Dockerfile_dev",
    "Dockerfiledev",
    "dev.dockerfile",
    "dev.Dockerfile",
    "devdockerfile",
    "Containerfile",
    "app.containerfile",
    "poetry",
    "uv",
    "pdm",
    "Pipfile",
    "pipfile",
    "pylock",
    "pylock.dev",
    "pylock.dev.more",
    "pylock.",
    "pyproject",
    "hatch",
    "pixi",
    "tox",
    "setup",
    ".pre-commit-config",
    "pre-commit-config",
    "action",
    "reaction",
    ".gitlab-ci",
    "build.gitlab-ci",
    "gitlab-ci",
    "azure-pipelines",
    ".travis",
    ".readthedocs",
    "config",
    "Makefile",
    "makefile",
    "GNUmakefile",
    "Makefile.inc",
    "makefile.inc",
    "rules",
    "README",
    "readme-first",
    "NOTICE",
    "a b",
    "ä",
    "",
];

const SUFFIXES: &[&str] = &[
    "",
    ".txt",
    ".TXT",
    ".in",
    ".pip",
    ".lock",
    ".toml",
    ".TOML",
    ".yml",
    ".yaml",
    ".YAML",
    ".cfg",
    ".ini",
    ".json",
    ".md",
    ".MD",
    ".markdown",
    ".mdx",
    ".qmd",
    ".rst",
    ".RST",
    ".mk",
    ".MK",
    ".sh",
    ".bash",
    ".zsh",
    ".SH",
    ".dockerignore",
    ".ignore",
    ".dockerfile",
    ".py",
    ".PY",
    ".pyw",
    ".pyi",
    ".pyx",
    ".ipynb",
    ".IPYNB",
    ".wsgi",
    ".orig",
    "\n",
    ".md\n",
];

const FOLDERS: &[&str] = &[
    "",
    "a/",
    "a b/ü/",
    "requirements/",
    "requirement-files/",
    "dev-requirements/x/",
    "Reqs/",
    "reqs2/",
    "myrequirements/deep/er/",
    ".github/workflows/",
    "sub/.github/workflows/",
    "x.github/workflows/",
    ".github/workflows/deeper/",
    ".github/",
    ".gitlab/ci/",
    ".gitlab/",
    ".circleci/",
    "sub/.circleci/",
];

fn names() -> Vec<String> {
    let mut names = BTreeSet::new();
    for folder in FOLDERS {
        for stem in STEMS {
            names.extend(SUFFIXES.iter().map(|suffix| format!("{folder}{stem}{suffix}")));
        }
    }
    // One letter more.
    for stem in STEMS {
        for suffix in SUFFIXES.iter().filter_map(|suffix| suffix.strip_prefix('.')) {
            names.extend([format!("{stem}.{suffix}q"), format!("{stem}.q{suffix}"), format!("q{stem}.{suffix}")]);
        }
    }
    names.into_iter().filter(|name| !name.is_empty() && !name.ends_with('/')).collect()
}

/// Which of the names each pattern finds, as pre-commit searches.
fn found(python: &str, patterns: &[&str], names: &[String]) -> Vec<Vec<bool>> {
    let script = "import json, re, sys\n\
                  patterns, names = json.load(sys.stdin)\n\
                  print(json.dumps([[bool(re.search(p, n)) for n in names] for p in patterns]))";
    let mut process = Command::new(python)
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let asked = serde_json::to_vec(&(patterns, names)).unwrap();
    process.stdin.take().unwrap().write_all(&asked).unwrap();
    let output = process.wait_with_output().unwrap();
    serde_json::from_slice(&output.stdout).expect("an answer")
}

#[test]
fn what_readers_know_by_name_is_taken_and_nothing_else() {
    let Some(python) = python("what_readers_know_by_name_is_taken_and_nothing_else") else { return };
    let mut names = names();
    // The examples that readers give of themselves, and the file names of this repository's own samples.
    for reader in readers::READERS {
        let words = reader.about().split([',', ' ']).filter(|word| word.contains('.') || word.contains("file"));
        names.extend(words.map(|word| word.replace("**", "a/b").replace('*', "x")));
    }
    assert!(names.len() > 20_000, "{}", names.len());
    for file in [OWN, MIRROR] {
        let hooks = hooks(file);
        let pattern = |at: usize| hooks[at]["files"].as_str().unwrap();
        let found = found(python, &[pattern(0), pattern(1)], &names);
        let mut known = BTreeSet::new();
        for (at, name) in names.iter().enumerate() {
            let (folder, own) = name.rsplit_once('/').unwrap_or(("", name));
            let claim = readers::by_name(folder.as_bytes(), own.as_bytes());
            let is_python = matches!(claim, Some((_, Surface::Code | Surface::Stubs | Surface::Notebooks)));
            // Of names without a dot, pre-commit knows by their first line whether they are Python.
            let is_script = !own.contains('.') && own != "wscript";
            let is_other = claim.is_some() && !is_python;
            assert_eq!(found[0][at], is_python || is_script, "{file}: the hook for Python and {name:?}");
            // A file such as `Makefile.py` may be taken by both.
            assert!(found[1][at] == is_other || is_python, "{file}: the hook for manifests and {name:?}");
            known.extend(claim.map(|(reader, _)| reader.name()));
        }
        // `constraints` and `requirements` are two of the table.
        assert_eq!(known.len(), readers::READERS.len(), "names for every reader: {known:?}");
    }
}

#[test]
fn a_name_that_would_be_an_option_is_not_taken() {
    let Some(python) = python("a_name_that_would_be_an_option_is_not_taken") else { return };
    let names = ["--fail-level=never", "-x.py", "-q", "-requirements.txt", "--policy=x/a.py", "a/-x.py", "a/-r.md"];
    let hooks = hooks(OWN);
    let patterns = [0, 1].map(|at| hooks[at]["files"].as_str().unwrap());
    let found = found(python, &patterns, &names.map(str::to_owned));
    assert_eq!(found[0], [false, false, false, false, false, true, false]);
    assert_eq!(found[1], [false, false, false, false, false, false, true]);
}
