//! Where output goes when the place for it is odd: full, closed, missing, taken twice. Nothing is half written, nobody sees a
//! panic, and a run whose output was lost ends with 2.

use super::harness::{FORBID_REQUESTS, folder, policy, python, run, write};
use policy::cli::COMMANDS;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

fn tree() -> TempDir {
    folder(&[("policy.yaml", FORBID_REQUESTS), ("a.py", "import requests\n"), ("b/c.py", "from requests import get\n")])
}

/// Arguments with which a command prints something on standard output in a folder with a policy.
fn talkative(command: &str) -> Vec<&str> {
    match command {
        "explain" => vec!["explain", "http"],
        "completions" => vec!["completions", "bash"],
        // Here is nothing that it could write; its help still prints.
        "init" => vec!["init", "--help"],
        other => vec![other],
    }
}

#[test]
#[cfg(target_os = "linux")]
fn every_command_ends_with_2_when_its_output_is_lost() {
    let tree = tree();
    for command in COMMANDS {
        for arguments in [talkative(command.name), vec![command.name, "--help"]] {
            let full = File::options().write(true).open("/dev/full").unwrap();
            let run = policy(tree.path()).args(&arguments).stdout(full).output().unwrap();
            let told = String::from_utf8_lossy(&run.stderr).into_owned();
            assert_eq!(run.status.code(), Some(2), "{arguments:?} {told}");
            assert!(!told.contains("panicked"), "{arguments:?} {told}");
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn losing_the_error_stream_changes_no_verdict() {
    let tree = tree();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let run = policy(tree.path()).arg("check").stderr(full).output().unwrap();
    assert_eq!(run.status.code(), Some(1));
    assert!(!run.stdout.is_empty());
}

#[test]
fn every_format_stops_quietly_when_its_reader_goes_away() {
    let lines = "import requests\n".repeat(20_000);
    let tree = folder(&[("policy.yaml", FORBID_REQUESTS), ("a.py", &lines)]);
    for format in policy::formats::FORMATS {
        let mut child = policy(tree.path())
            .args(["check", "--limit", "all", "--format", format.name()])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let run = child.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&run.stderr);
        assert!(!told.contains("panicked") && !told.contains("Broken pipe"), "{}: {told}", format.name());
        // Formats for few readers are so short that the system takes them before it notices.
        let is_short = ["github", "markdown"].contains(&format.name());
        assert!(run.status.code() == Some(2) || is_short, "{}: {:?} {told}", format.name(), run.status);
    }
}

#[test]
fn a_report_is_written_whole_or_not_at_all() {
    let lines = "import requests\n".repeat(5_000);
    let tree = folder(&[("policy.yaml", FORBID_REQUESTS), ("a.py", &lines), ("out/old.json", "what was there before")]);
    // No file may grow beyond 64 KiB: the system refuses in the middle of the report.
    let script = "trap '' XFSZ; ulimit -f 64; exec \"$0\" check --quiet --report json=out/old.json --report github=out/small.txt";
    let run = Command::new("bash")
        .current_dir(tree.path())
        .args(["-c", script, env!("CARGO_BIN_EXE_policy")])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(2), "{told}");
    assert!(told.contains("the report `out/old.json` could not be written"), "{told}");
    assert_eq!(std::fs::read_to_string(tree.path().join("out/old.json")).unwrap(), "what was there before");
    assert!(std::fs::read_to_string(tree.path().join("out/small.txt")).unwrap().ends_with('\n'));
    assert_eq!(listing(&tree.path().join("out")), ["old.json", "small.txt"]);
}

fn listing(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_place_that_cannot_hold_a_report_is_told_with_what_to_do() {
    let tree = tree();
    for (place, said) in [
        ("missing/r.json", "create its folder first"),
        ("b", "it is a folder: name a file in it"),
        ("a.py/r.json", "create its folder first"),
    ] {
        let run = run(tree.path(), &["check", "--report", &format!("json={place}")]);
        assert_eq!(run.code, 2, "{place}");
        assert!(run.stderr.contains(said), "{place}: {}", run.stderr);
        // What could be told is told.
        assert!(run.stdout.contains("`requests` is forbidden"), "{place}: {}", run.stdout);
    }
    assert_eq!(listing(tree.path()), ["a.py", "b", "policy.yaml"]);
}

#[test]
#[cfg(unix)]
fn a_folder_that_may_not_be_written_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let tree = tree();
    let folder = tree.path().join("locked");
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o555)).unwrap();
    // Nobody forbids the superuser to write there.
    let is_refused = std::fs::write(folder.join("probe"), "").is_err();
    let run = run(tree.path(), &["check", "--report", "json=locked/r.json", "--report", "jsonl=/proc/r.json"]);
    assert!(!is_refused || run.stderr.contains("the report `locked/r.json` could not be written"), "{}", run.stderr);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("the report `/proc/r.json` could not be written"), "{}", run.stderr);
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn two_reports_never_share_a_file() {
    let tree = tree();
    let spellings: &[&[&str]] = &[
        &["--report", "json=r", "--report", "jsonl=r"],
        &["--report", "json=r", "--report", "jsonl=./b/../r"],
        &["--output", "r", "--report", "json=r"],
        &["--report", "json=-"],
        #[cfg(unix)]
        &["--report", "json=link", "--report", "jsonl=r"],
    ];
    #[cfg(unix)]
    std::os::unix::fs::symlink("r", tree.path().join("link")).unwrap();
    write(tree.path(), "r", b"old");
    for spelling in spellings {
        let run = run(tree.path(), &[&["check"], *spelling].concat());
        assert_eq!(run.code, 2, "{spelling:?}");
        assert!(run.stderr.contains("two reports would go to"), "{spelling:?} {}", run.stderr);
        assert_eq!(std::fs::read_to_string(tree.path().join("r")).unwrap(), "old");
    }
}

#[test]
fn a_report_never_replaces_the_policy_or_the_baseline() {
    let tree = tree();
    assert_eq!(run(tree.path(), &["baseline", "--create"]).code, 0);
    for file in ["policy.yaml", "b/../policy.yaml", "policy.baseline"] {
        let before = std::fs::read(tree.path().join(file)).unwrap();
        let run = run(tree.path(), &["check", "--output", file]);
        assert_eq!(run.code, 2, "{file}");
        assert!(run.stderr.contains("the report would be written over the"), "{file}: {}", run.stderr);
        assert_eq!(std::fs::read(tree.path().join(file)).unwrap(), before);
    }
}

/// Runs the binary at a terminal of this size; what it wrote there, and how it ended.
const AT_A_TERMINAL: &str = r#"
import fcntl, os, pty, struct, sys, termios
columns, arguments = int(sys.argv[1]), sys.argv[2:]
pid, end = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    os.execve(arguments[0], arguments, {"TERM": "xterm"})
text = b""
while True:
    try:
        part = os.read(end, 65536)
    except OSError:
        break
    if not part:
        break
    text += part
status = os.waitpid(pid, 0)[1]
sys.stdout.buffer.write(text)
sys.exit(os.waitstatus_to_exitcode(status) & 127)
"#;

#[test]
#[cfg(unix)]
fn terminals_of_any_width_are_served() {
    let Some(python) = python("terminals of odd widths") else { return };
    let tree = tree();
    for columns in ["0", "1", "2", "7", "40", "80", "10000", "65535"] {
        for arguments in [&["check"][..], &["check", "--help"], &["explain", "http"], &["check", "--since", "x"]] {
            let run = Command::new(python)
                .current_dir(tree.path())
                .args(["-c", AT_A_TERMINAL, columns, env!("CARGO_BIN_EXE_policy")])
                .args(arguments)
                .output()
                .unwrap();
            let told = String::from_utf8_lossy(&run.stdout);
            let expected = match arguments {
                ["check"] => 1,
                ["check", "--since", _] => 2,
                _ => 0,
            };
            assert_eq!(run.status.code(), Some(expected), "{columns} {arguments:?}: {told}");
            assert!(!told.contains("panicked") && !told.is_empty(), "{columns} {arguments:?}: {told}");
            if arguments == ["check"] {
                assert!(told.contains("requests"), "{columns}: {told}");
            }
        }
    }
}

#[test]
fn the_environment_decides_about_colours_and_nothing_else() {
    let tree = tree();
    let plain = run(tree.path(), &["check"]);
    let with = |set: &[(&str, &str)], arguments: &[&str]| {
        let output = policy(tree.path()).args(arguments).envs(set.iter().copied()).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let path = std::env::var("PATH").unwrap_or_default();
    for set in [
        &[("LANG", "C")][..],
        &[("LC_ALL", "tr_TR.UTF-8")],
        &[("HOME", "/nowhere"), ("PATH", &path)],
        &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")],
        &[("TERM", "dumb"), ("COLUMNS", "3")],
        &[("CI", "true"), ("GITHUB_ACTIONS", "true")],
        &[("RUST_BACKTRACE", "full"), ("RUST_LOG", "trace")],
    ] {
        assert_eq!(with(set, &["check"]), plain.stdout, "{set:?}");
    }
    assert!(with(&[("CLICOLOR_FORCE", "1")], &["check"]).contains("\u{1b}["));
    assert!(with(&[("NO_COLOR", "1")], &["check", "--color", "always"]).contains("\u{1b}["));
    assert!(!with(&[("NO_COLOR", ""), ("CLICOLOR_FORCE", "")], &["check"]).contains('\u{1b}'));
}

#[test]
fn a_report_never_replaces_what_the_run_reads() {
    let extending = "version: 1\nextends: [pol/team.yaml]\nrules:\n  http:\n    forbid: [requests]\n";
    let tree = folder(&[
        ("policy.yaml", extending),
        ("pol/team.yaml", "version: 1\nrules:\n  os:\n    forbid: [aiohttp]\n"),
        ("a.py", "import requests\n"),
        ("requirements.txt", "requests\n"),
        ("summary.md", "# An earlier report\n"),
    ]);
    for file in ["pol/team.yaml", "a.py", "requirements.txt"] {
        let before = std::fs::read(tree.path().join(file)).unwrap();
        let run = run(tree.path(), &["check", "--quiet", "--output", file]);
        assert_eq!(run.code, 2, "{file}");
        assert!(run.stderr.contains("the report would be written over the"), "{file}: {}", run.stderr);
        assert_eq!(std::fs::read(tree.path().join(file)).unwrap(), before);
    }
    assert_eq!(run(tree.path(), &["check", "--quiet", "--report", "markdown=summary.md"]).code, 1);
    let schema = run(tree.path(), &["schema", "--output", "policy.yaml"]);
    assert_eq!((schema.code, schema.stderr.contains("is no schema")), (2, true), "{}", schema.stderr);
    for _ in 0..2 {
        assert_eq!(run(tree.path(), &["schema", "--output", "schema.json"]).code, 0);
    }
}

#[test]
#[cfg(unix)]
fn standard_output_by_another_name_is_standard_output() {
    let tree = tree();
    for name in ["/dev/stdout", "/dev/fd/1", "-"] {
        let script = format!("echo first; \"$0\" check --quiet --format jsonl --output {name} >&1; echo last");
        let log = File::create(tree.path().join("log")).unwrap();
        let mut bash = Command::new("bash");
        bash.current_dir(tree.path()).args(["-c", &script, env!("CARGO_BIN_EXE_policy")]).stdout(log);
        assert!(bash.status().unwrap().success());
        let log = std::fs::read_to_string(tree.path().join("log")).unwrap();
        assert!(log.starts_with("first\n") && log.ends_with("last\n"), "{name}: {log}");
    }
    // A link that leads nowhere yet is followed, and stays a link.
    std::os::unix::fs::symlink("nowhere", tree.path().join("link")).unwrap();
    let both = run(tree.path(), &["check", "-q", "--report", "json=link", "--report", "jsonl=nowhere"]);
    assert!(both.stderr.contains("two reports would go to"), "{}", both.stderr);
    assert_eq!(run(tree.path(), &["check", "-q", "--report", "json=link"]).code, 1);
    assert!(tree.path().join("link").symlink_metadata().unwrap().is_symlink());
    assert!(std::fs::read_to_string(tree.path().join("nowhere")).unwrap().starts_with('{'));
}

#[test]
fn what_an_earlier_run_left_never_passes_for_this_ones() {
    let cases: &[(&str, &[u8], &[&str])] = &[
        ("a mistake", b"version: 1\nrule: {}\n", &[]),
        ("not UTF-8", b"version: 1\n# \xff\n", &[]),
        ("no such revision", FORBID_REQUESTS.as_bytes(), &["--since", "nowhere"]),
        ("no such path", FORBID_REQUESTS.as_bytes(), &["missing.py"]),
    ];
    for (name, policy, arguments) in cases {
        let tree = folder(&[("a.py", "import requests\n")]);
        write(tree.path(), "policy.yaml", policy);
        let reports = ["human", "concise", "json", "jsonl", "sarif", "junit", "markdown"];
        let mut all: Vec<String> = vec!["check".to_owned()];
        for format in reports {
            write(tree.path(), &format!("{format}.out"), b"yesterday: nothing found");
            all.extend(["--report".to_owned(), format!("{format}={format}.out")]);
        }
        all.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        let told = run(tree.path(), &all.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(told.code, 2, "{name}: {}", told.stderr);
        for format in reports {
            let text =
                std::fs::read_to_string(tree.path().join(format!("{format}.out"))).unwrap().replace("\": ", "\":");
            assert!(!text.contains("yesterday"), "{name}, {format}: {text}");
            let is_told = text.contains("not complete")
                || text.contains("\"complete\":false")
                || text.contains("\"executionSuccessful\":false");
            assert!(is_told || ["human", "concise"].contains(&format), "{name}, {format}: {text}");
        }
        // With --quiet, standard output stays empty here as anywhere.
        let quiet = [&["check", "--quiet", "--format", "json"], *arguments].concat();
        assert_eq!(run(tree.path(), &quiet).stdout, "", "{name}");
    }
}

#[test]
fn a_report_that_would_be_dropped_is_refused() {
    let tree = tree();
    for arguments in [
        &["check", "--files", "--report", "json=r"][..],
        &["check", "--files", "--output", "r"],
        &["check", "--add-suppressions", "--reason", "x", "--report", "json=r"],
    ] {
        let told = run(tree.path(), arguments);
        assert_eq!(told.code, 2, "{arguments:?}");
        assert!(told.stderr.contains("cannot be used with"), "{}", told.stderr);
    }
}

/// A run that fails or was narrowed says so wherever it is told.
#[test]
fn no_report_says_passed_of_a_run_that_fails() {
    let tree = tree();
    assert_eq!(run(tree.path(), &["baseline", "--create"]).code, 0);
    write(tree.path(), "a.py", b"import os\n");
    let loose = |format: &str| run(tree.path(), &["check", "--strict", "--format", format]);
    for (format, said) in [
        ("markdown", "failed with no findings"),
        ("junit", "failures=\"1\""),
        ("json", "\"also_fails\":\"with `--strict`"),
        ("jsonl", "\"also_fails\":\"with `--strict`"),
    ] {
        let told = loose(format);
        assert_eq!(told.code, 1, "{format}");
        assert!(told.stdout.replace("\": ", "\":").contains(said), "{format}: {}", told.stdout);
    }
    assert!(loose("human").stderr.contains("fails: with `--strict`, the baseline holds nothing that is done"));
    for (format, said) in [
        ("markdown", "only judged by http"),
        ("jsonl", "\"asked\":{\"rules\":[\"http\"]"),
        ("sarif", "only judged by http"),
    ] {
        let told = run(tree.path(), &["check", "--rule", "http", "--format", format]);
        assert!(told.stdout.contains(said), "{format}: {}", told.stdout);
    }
}

/// What was typed is repeated in errors, and a file may be called like an option.
#[test]
fn wrong_usage_steers_no_runner_and_no_terminal() {
    let tree = tree();
    for odd in [
        "--x\n::error::pwn ##[error]x",
        "--\u{1b}[31mx",
        "-\u{202e}x",
        "--format=a\n::error::b",
        "--limit=\n::error::c",
    ] {
        for arguments in [vec!["check", odd], vec![odd], vec!["facts", odd], vec!["rules", "--policy", "p", odd]] {
            for forced in ["", "1"] {
                let told = policy(tree.path()).args(&arguments).env("CLICOLOR_FORCE", forced).output().unwrap();
                let text = String::from_utf8(told.stderr).unwrap();
                assert_eq!(told.status.code(), Some(2), "{text}");
                let is_command = |line: &str| line.trim_start().starts_with("::") || line.contains("##[");
                assert!(!text.lines().any(is_command), "{text}");
                assert!(!text.contains('\u{202e}') && (forced == "1" || !text.contains('\u{1b}')), "{text}");
            }
        }
    }
}
