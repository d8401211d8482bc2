//! Calls of `policy check` in scripts, and whether their exit code decides. Knows how shells of pipelines end: which failures stop a
//! script, and which get lost. Nothing is ever run.

use crate::excerpt::Excerpt;
use crate::readers::shell::{After, Command, Variables, commands};

/// What becomes of an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It fails the script.
    Decides,
    /// It gets lost, for this reason.
    Lost(&'static str),
    /// Nobody can tell, for this reason.
    Unsure(&'static str),
}

/// A call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// The words behind `check`.
    pub(super) words: Vec<String>,
    /// What becomes of its exit code.
    pub(super) fate: Fate,
    /// The lines of the script in front of it.
    pub(super) line: u32,
}

impl Call {
    /// The value of an option: `--since REV`, `--since=REV`.
    pub(super) fn option(&self, name: &str) -> Option<&str> {
        let mut words = self.words.iter();
        while let Some(word) = words.next() {
            if word == name {
                return words.next().map(String::as_str);
            }
            if let Some(value) = word.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')) {
                return Some(value);
            }
        }
        None
    }
}

/// How a shell treats failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shell {
    /// A failing command ends the script (`-e`); `None` where that is another kind of shell.
    pub(super) stops: Option<bool>,
    /// A pipe fails with any of its commands (`pipefail`).
    pub(super) pipes: bool,
}

impl Shell {
    /// The shell of a step: GitHub docs, "Workflow syntax", `jobs.<job_id>.steps[*].shell`. Without a name it is
    /// `bash -e {0}`, which knows no `pipefail`; on Windows, `PowerShell`.
    pub(super) fn of(name: Option<&str>, runs_on: &str) -> Self {
        match name.map(str::trim) {
            None if runs_on.to_lowercase().contains("windows") => Self { stops: None, pipes: false },
            None | Some("sh") => Self { stops: Some(true), pipes: false },
            Some("bash") => Self { stops: Some(true), pipes: true },
            Some("pwsh" | "powershell" | "cmd") => Self { stops: None, pipes: false },
            Some(custom) if custom.contains("{0}") && custom.contains("sh") => {
                let options = custom.split_whitespace().filter(|word| word.starts_with('-') && !word.starts_with("--"));
                let stops = options.into_iter().any(|word| word.contains('e')) || custom.contains("errexit");
                Self { stops: Some(stops), pipes: custom.contains("pipefail") }
            }
            Some(_) => Self { stops: None, pipes: false },
        }
    }
}

/// Scripts within scripts are read so deep.
const MAX_DEPTH: usize = 3;

/// Programs that run another one.
const RUNNERS: [&str; 27] = [
    "uvx", "uv", "pipx", "python", "python3", "py", "poetry", "pdm", "hatch", "rye", "pixi", "pipenv", "env", "sudo",
    "time", "command", "exec", "nohup", "timeout", "nice", "docker", "podman", "cargo", "mise", "then", "do", "else",
];
const SHELLS: [&str; 4] = ["sh", "bash", "dash", "zsh"];
/// Words in front of a command whose exit code is asked for, and does not end anything.
const ASKING: [&str; 5] = ["if", "elif", "while", "until", "!"];

/// Every call in a script.
pub(super) fn calls(script: &Excerpt<'_>, shell: Shell) -> Vec<Call> {
    let mut found = Vec::new();
    deeper(script, shell, 0, &mut found);
    found
}

fn deeper(script: &Excerpt<'_>, mut shell: Shell, depth: usize, found: &mut Vec<Call>) {
    if !script.text().contains("policy") {
        return;
    }
    let all = commands(script, &mut Variables::default());
    for (at, command) in all.iter().enumerate() {
        let words: Vec<&str> = command.words.iter().map(|word| word.text.text()).collect();
        set(&words, &mut shell);
        let line = || {
            let start = command.words.first().map_or(0, |word| word.text.start(0));
            let first = script.start(0);
            let before = start.saturating_sub(first) as usize;
            let text = script.text().get(..before.min(script.text().len())).unwrap_or_default();
            crate::span::to_u32(text.matches('\n').count())
        };
        if let Some((asking, rest)) = call(&words) {
            let words = rest.iter().map(|word| (*word).to_owned()).collect();
            let fate = if asking { Fate::Unsure("a condition asks for it") } else { fate(&all, at, shell) };
            found.push(Call { words, fate, line: line() });
            continue;
        }
        let is_shell = words.iter().any(|word| SHELLS.contains(&program(word)));
        if is_shell && depth < MAX_DEPTH {
            let scripts = command.words.iter().filter(|word| word.text.text().contains(' '));
            let from = found.len();
            let (line, outer) = (line(), fate(&all, at, shell));
            let own = Shell {
                stops: Some(words.iter().any(|word| word.starts_with('-') && word.contains('e'))),
                pipes: false,
            };
            for script in scripts {
                deeper(&script.text, own, depth + 1, found);
            }
            for call in found.iter_mut().skip(from) {
                call.line = line;
                if call.fate == Fate::Decides {
                    call.fate = outer;
                }
            }
        }
    }
}

/// `set -e`, `set +e`, `set -o pipefail`.
fn set(words: &[&str], shell: &mut Shell) {
    let Some(("set", rest)) = words.split_first().map(|(first, rest)| (*first, rest)) else { return };
    for word in rest {
        let is_short = word.len() > 1 && !word.starts_with("--");
        match word.split_at_checked(1) {
            Some(("-", letters)) if is_short && letters.contains('e') => shell.stops = Some(true),
            Some(("+", letters)) if is_short && letters.contains('e') => shell.stops = Some(false),
            _ if *word == "pipefail" => shell.pipes = rest.iter().any(|word| word.starts_with('-')),
            _ if *word == "errexit" => shell.stops = Some(rest.iter().any(|word| word.starts_with('-'))),
            _ => {}
        }
    }
}

/// The words behind `policy check`, and whether a condition asks for its exit code.
fn call<'w>(words: &'w [&'w str]) -> Option<(bool, &'w [&'w str])> {
    let mut rest = words;
    let mut asking = false;
    while let Some((first, more)) = rest.split_first() {
        let is_assignment = first
            .split_once('=')
            .is_some_and(|(name, _)| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
        if ASKING.contains(first) {
            asking = true;
        } else if !is_assignment && !matches!(*first, "{" | "then" | "do" | "else") {
            break;
        }
        rest = more;
    }
    let runs = rest.first().is_some_and(|first| RUNNERS.contains(&program(first)));
    let at = if runs { rest.iter().position(|word| is_tool(word) && is_checked(rest, word))? } else { 0 };
    let (tool, behind) = rest.get(at..)?.split_first()?;
    if !is_tool(tool) {
        return None;
    }
    // Options that stand in front of the command.
    let check = behind.iter().position(|word| *word == "check")?;
    let is_direct = behind.get(..check)?.iter().all(|word| word.starts_with('-') || is_value(behind, word));
    is_direct.then(|| (asking, behind.get(check + 1..).unwrap_or_default()))
}

/// Whether `check` comes behind this word soon: `--from policy-check policy check`.
fn is_checked(words: &[&str], tool: &&str) -> bool {
    let at = words.iter().position(|word| std::ptr::eq(word, tool)).unwrap_or(0);
    words.get(at + 1).is_some_and(|next| *next == "check" || next.starts_with('-'))
}

/// Whether a word is the value of the option in front of it.
fn is_value(words: &[&str], word: &&str) -> bool {
    let at = words.iter().position(|own| std::ptr::eq(own, word)).unwrap_or(0);
    at.checked_sub(1).and_then(|before| words.get(before)).is_some_and(|before| before.starts_with("--"))
}

fn program(word: &str) -> &str {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    name.strip_suffix(".exe").unwrap_or(name)
}

/// `policy`, `./bin/policy`, `policy-check@0.1.0`.
fn is_tool(word: &str) -> bool {
    let name = program(word);
    let end = name.find(['@', '=', '<', '>', '~']).unwrap_or(name.len());
    matches!(name.get(..end), Some("policy" | "policy-check" | "policy_check"))
}

/// What becomes of the exit code of a command.
fn fate(all: &[Command], at: usize, shell: Shell) -> Fate {
    let Some(command) = all.get(at) else { return Fate::Decides };
    let next = all.get(at + 1);
    let next_words: Vec<&str> = next.iter().flat_map(|next| &next.words).map(|word| word.text.text()).collect();
    let is_last = next.is_none_or(|next| next.words.iter().all(|word| matches!(word.text.text(), "fi" | "done" | "}")));
    if command.is_inner {
        return Fate::Unsure("it is put into another command");
    }
    match command.after {
        After::Or => match next_words.as_slice() {
            ["exit" | "return", code] if *code != "0" => Fate::Decides,
            ["false"] => Fate::Decides,
            ["true" | ":" | "echo" | "printf" | "exit" | "return", ..] => {
                Fate::Lost("what stands behind `||` takes its place")
            }
            _ => Fate::Unsure("what stands behind `||` takes its place"),
        },
        After::Background => Fate::Lost("it runs in the background (`&`)"),
        After::Pipe if !shell.pipes => Fate::Lost("a pipe ends with the exit code of its last command"),
        _ if is_last => Fate::Decides,
        // `set -e` lets pass what fails in front of `&&`.
        After::And => match all.iter().skip(at).find(|command| command.after != After::And) {
            Some(last) if std::ptr::eq(last, all.last().unwrap_or(last)) => Fate::Decides,
            _ => Fate::Lost("a script goes on behind a failure in front of `&&`"),
        },
        _ => match shell.stops {
            Some(true) => Fate::Decides,
            Some(false) => Fate::Lost("the script goes on behind it, without `set -e`"),
            None => Fate::Unsure("the script goes on behind it, in a shell that does not stop by itself"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Shell = Shell { stops: Some(true), pipes: false };

    fn fates(script: &str, shell: Shell) -> Vec<Fate> {
        calls(&Excerpt::verbatim(script, 0), shell).into_iter().map(|call| call.fate).collect()
    }

    #[test]
    fn calls_are_found_however_the_tool_is_run() {
        for script in [
            "policy check",
            "./bin/policy check apps",
            "uvx --from policy-check==0.1.0 policy check",
            "uvx policy-check@0.1.0 check",
            "pipx run --spec policy-check policy check",
            "python -m policy check",
            "uv run policy check --since HEAD^1",
            "X=1 sudo policy --root . check",
            "if ! policy check; then exit 1; fi",
            "bash -c 'cd x && policy check'",
            "cargo install x\npolicy \\\n  check",
            "if x; then policy check; fi",
        ] {
            assert_eq!(fates(script, PLAIN).len(), 1, "{script}");
        }
        for script in [
            "echo policy check",
            "policy baseline",
            "policy facts check",
            "git commit -m 'policy check'",
            "# policy check",
        ] {
            assert_eq!(fates(script, PLAIN).len(), 0, "{script}");
        }
    }

    #[test]
    fn exit_codes_get_lost() {
        let lost = |script, shell| matches!(fates(script, shell).as_slice(), [Fate::Lost(_)]);
        for script in [
            "policy check || true",
            "policy check || echo failed",
            "policy check || exit 0",
            "policy check | tee log",
            "policy check & wait",
            "policy check && echo fine\necho done",
            "set +e\npolicy check\necho done",
            "set +e; policy check; exit 0",
            "(policy check) || true",
            "sh -c 'policy check' || :",
            "sh -c 'policy check; true'",
        ] {
            assert!(lost(script, PLAIN), "{script}: {:?}", fates(script, PLAIN));
        }
        let bash = Shell { stops: Some(true), pipes: true };
        for script in [
            "policy check",
            "policy check || exit 1",
            "policy check\necho done",
            "policy check && echo fine",
            "set -eo pipefail\npolicy check | tee log",
            "set -e; sh -ec 'policy check; true'",
            "policy check > log 2>&1",
        ] {
            assert_eq!(fates(script, PLAIN), [Fate::Decides], "{script}");
        }
        assert_eq!(fates("policy check | tee log", bash), [Fate::Decides]);
        assert!(matches!(fates("if policy check; then x; fi", bash).as_slice(), [Fate::Unsure(_)]));
        assert!(matches!(fates("echo $(policy check)", bash).as_slice(), [Fate::Unsure(_)]));
    }

    #[test]
    fn shells_of_steps() {
        assert_eq!(Shell::of(None, "ubuntu-latest"), PLAIN);
        assert_eq!(Shell::of(None, "windows-latest").stops, None);
        assert!(Shell::of(Some("bash"), "").pipes);
        assert_eq!(Shell::of(Some("bash {0}"), "").stops, Some(false));
        assert_eq!(Shell::of(Some("bash -euo pipefail {0}"), ""), Shell { stops: Some(true), pipes: true });
    }

    #[test]
    fn options_have_values() {
        let found = calls(&Excerpt::verbatim("a\npolicy check --since HEAD^1 --policy-ref=x", 0), PLAIN);
        assert_eq!(found[0].option("--since"), Some("HEAD^1"));
        assert_eq!(found[0].option("--policy-ref"), Some("x"));
        assert_eq!(found[0].line, 1);
    }
}
