//! Manifests, scripts and documents that nobody would write, each with a forbidden name at its end: told as a finding or as a
//! problem, and soon.

use super::harness::{folder, run};
use std::fmt::Write;
use std::time::{Duration, Instant};

/// A debug build on a busy machine is slow; what grows with the square of its size takes minutes.
const LIMIT: Duration = Duration::from_secs(20);

/// What each file holds: whether the name at its end is found, or may be hidden behind a limit.
fn hazards() -> Vec<(&'static str, String, bool)> {
    let many = |count: usize, line: &dyn Fn(usize) -> String| -> String { (0..count).map(line).collect() };
    let cells = many(4_000, &|n| format!("{{\"cell_type\": \"code\", \"source\": [\"%time x{n}\\n\", \"!ls\"]}},\n"));
    let mut bomb = "dependencies: &d\n  - requests\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..40 {
        let before = vec![format!("*a{}", n - 1); 10].join(", ");
        let _ = writeln!(bomb, "a{n}: &a{n} [{before}]");
    }
    let variables = many(3_000, &|n| format!("A{n}=$A{}x$A{}\n", n.saturating_sub(1), n.saturating_sub(1)));
    vec![
        (
            "requirements.txt",
            many(100_000, &|n| format!("package-{n}==1.{n}; python_version < '3.{n}'\n")) + "requests\n",
            true,
        ),
        ("requirements.txt", many(50_000, &|n| format!("p{n}==1\n    # via p{}\n", n / 2)) + "requests\n", true),
        ("requirements.txt", "a\\\n".repeat(50_000) + "\nrequests\n", true),
        ("constraints.txt", "-c constraints.txt\n".repeat(5_000), true),
        ("pyproject.toml", format!("a = {}\n[project]\ndependencies = [\"requests\"]\n", "[".repeat(10_000)), false),
        (
            "pyproject.toml",
            many(20_000, &|n| format!("[a{n}.b]\nc.d.e = 1\n")) + "[project]\ndependencies = [\"requests\"]\n",
            true,
        ),
        ("Pipfile.lock", format!("{{\"default\": {{\"a\": {}, \"requests\": {{}}", "[".repeat(100_000)), false),
        ("environment.yml", bomb, true),
        ("environment.yml", format!("a: {}\ndependencies: [requests]\n", "[".repeat(10_000)), false),
        (
            "setup.cfg",
            many(50_000, &|n| format!("[s{n}]\nk = v\n  w\n")) + "[options]\ninstall_requires = requests\n",
            true,
        ),
        (
            "tox.ini",
            "[testenv]\ndeps =\n".to_owned() + &"    py{38,39}-a,b-!c: x\n".repeat(50_000) + "    requests\n",
            true,
        ),
        ("Dockerfile", "RUN pip install \\\n".to_owned() + &"  # no\n  a \\\n".repeat(30_000) + "  requests\n", true),
        ("a.sh", variables + "pip install requests\n", true),
        ("b.sh", "x \"$(".repeat(20_000) + "\npip install requests\n", false),
        ("c.sh", "cat <<A\nx\nA\n".repeat(20_000) + "pip install requests\n", true),
        (
            "Makefile",
            many(20_000, &|n| format!("V{n} := $(V{})\nt{n}:\n\t@echo $(V{n})\n", n / 2))
                + "t:\n\tpip install requests\n",
            true,
        ),
        (
            "a.ipynb",
            format!("{{\"cells\": [{cells}{{\"cell_type\": \"code\", \"source\": \"import requests\"}}]}}"),
            true,
        ),
        ("a.md", "> ```py\n> x = (\n> ```\n\n".repeat(5_000) + "```py\nimport requests\n```\n", true),
        ("a.rst", ">>> x = 1\n\n.. code-block:: python\n\n   y\n\n".repeat(5_000) + ">>> import requests\n", true),
        ("setup.py", format!("a = {}\nsetup(install_requires=['requests'])\n", "[".repeat(10_000)), false),
    ]
}

#[test]
fn hostile_files_take_no_longer_than_they_should() {
    for (name, text, is_found) in hazards() {
        let policy = "version: 1\nrules: { r: { forbid: [requests] } }\n";
        let tree = folder(&[("policy.yaml", policy), (name, &text)]);
        let started = Instant::now();
        let run = run(tree.path(), &["check", "--format", "concise"]);
        let took = started.elapsed();
        let shown: String = text.chars().take(60).collect();
        assert!(took < LIMIT, "{name} ({shown:?}) took {took:?}");
        let is_told = run.stdout.contains("[r]") || run.code == 2;
        let is_constraint = name.starts_with("constraints");
        assert!(is_told || is_constraint, "{name} ({shown:?}) hides the name: exit {}, {}", run.code, run.stderr);
        assert!(!is_found || is_constraint || run.stdout.contains("[r]"), "{name} ({shown:?}): {}", run.stderr);
        assert!(!run.stderr.contains("internal"), "{name}: {}", run.stderr);
    }
}

#[test]
fn requirement_files_are_read_in_utf16() {
    let policy = "version: 1\nrules: { r: { forbid: { dependency: [requests] } } }\n";
    for unit in [u16::to_le_bytes as fn(u16) -> [u8; 2], u16::to_be_bytes] {
        let text = "\u{feff}# é\r\nflask==1.0\r\nrequests==2.31.0\r\n";
        let bytes: Vec<u8> = text.encode_utf16().flat_map(unit).collect();
        let tree = folder(&[("policy.yaml", policy)]);
        std::fs::write(tree.path().join("requirements.txt"), bytes).unwrap();
        let run = run(tree.path(), &["check", "--format", "concise"]);
        assert_eq!((run.code, run.stdout.split(' ').next()), (1, Some("requirements.txt:3:1:")), "{}", run.stdout);
    }
}

/// Every file that is not read whole says so; one that holds no such name may be as broken as it likes.
#[test]
fn only_what_may_hide_a_name_is_a_problem() {
    let broken = [
        ("pyproject.toml", "[project\ndependencies = [\"NAME\"]\n"),
        ("poetry.lock", "[[package]]\nname = \"NAME\nversion = 1\n"),
        ("Pipfile.lock", "{\"default\": {\"NAME\": }"),
        ("environment.yml", "dependencies: [NAME\n"),
        ("requirements.txt", "what is NAME\n"),
        ("action.yml", "runs: \"pip install NAME\n"),
    ];
    for (name, text) in broken {
        for (own, code) in [("requests", 2), ("harmless", 0)] {
            let policy = "version: 1\nrules: { r: { forbid: { dependency: [requests] } } }\n";
            let tree = folder(&[("policy.yaml", policy), (name, &text.replace("NAME", own))]);
            let run = run(tree.path(), &["check", "--format", "concise"]);
            assert_eq!(run.code, code, "{name} with {own}: {}{}", run.stdout, run.stderr);
            assert!(code == 0 || run.stderr.contains(name), "{name}: {}", run.stderr);
        }
    }
}
