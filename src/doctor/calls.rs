//! Calls of `policy check` in scripts, and whether their exit code decides. Knows how scripts of pipelines end: which failures stop one,
//! and which get lost. What is not plain is told as such: a call decides only where nothing in front of it says otherwise. Nothing is
//! ever run.

use super::effects::on_script;
use super::fates::Ends;
pub(super) use super::fates::Fate;
use super::runners::{program, started};
use super::script::{Link, Simple, Word, read};
use super::shells::{Kind, Shell};

/// A call.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// The words of the tool but for `check`.
    pub(super) words: Vec<Word>,
    /// Why nobody can tell whether it runs, and is what it looks like.
    pub(super) doubt: Option<String>,
    /// What becomes of its exit code.
    pub(super) fate: Fate,
    /// The folder that `cd` names in front of it.
    pub(super) folder: Option<String>,
    /// The lines of the script in front of it.
    pub(super) line: u32,
}

/// Scripts within scripts are read so deep.
const MAX_DEPTH: usize = 3;
const SHELLS: [&str; 4] = ["sh", "bash", "dash", "zsh"];

/// Every call in a script.
pub(super) fn calls(script: &str, shell: Shell) -> Vec<Call> {
    let mut found = Vec::new();
    deeper(script, shell, 0, &mut found);
    found
}

fn deeper(script: &str, mut shell: Shell, depth: usize, found: &mut Vec<Call>) {
    if !script.contains("policy") {
        return;
    }
    let all = read(script);
    let ends = Ends::of(&all);
    let mut changed: Option<String> = match shell.kind {
        Kind::Posix => None,
        Kind::Power if all.len() == 1 => None,
        Kind::Power => Some("the script goes on behind what fails, in a shell that does not stop by itself".to_owned()),
        Kind::Unknown => Some("which shell runs it is not known here".to_owned()),
    };
    let mut folder: Option<String> = None;
    for (at, command) in all.iter().enumerate() {
        let doubt = || command.doubt.map(str::to_owned).or_else(|| changed.clone());
        if let Some(own) = started(&command.words) {
            let words: Vec<Word> = own.words.into_iter().cloned().collect();
            let foreign = words.iter().any(|word| super::effects::is_foreign(&word.text));
            let foreign = foreign.then(|| "text that the author of a change writes becomes part of it".to_owned());
            found.push(Call {
                words,
                doubt: doubt().or(own.doubt).or(foreign),
                fate: ends.fate(&all, at, shell),
                folder: folder.clone(),
                line: command.line,
            });
        } else if let Some((flags, inner)) = inner_script(&command.words).filter(|_| depth < MAX_DEPTH) {
            let from = found.len();
            let own = Shell::flags(&flags);
            deeper(inner, own.unwrap_or(Shell { stops: false, ..Shell::PLAIN }), depth + 1, found);
            let (doubt, outer) = (doubt(), ends.fate(&all, at, shell));
            for call in found.iter_mut().skip(from) {
                call.line = command.line;
                call.doubt = doubt.clone().or_else(|| call.doubt.take());
                call.fate = if call.fate == Fate::Decides { outer } else { call.fate };
                if own.is_none() {
                    call.doubt = Some("its shell has options that are not known here".to_owned());
                }
                if folder.is_some() {
                    call.doubt = Some("`cd` stands in front of it".to_owned());
                }
            }
        }
        if let Some(name) = change_of_folder(command) {
            // Where a `cd` that fails ends the script.
            let is_ended = shell.stops && matches!(command.after, Link::End | Link::Semicolon);
            let is_plain = folder.is_none() && command.doubt.is_none() && is_ended;
            match name.ok().filter(|_| is_plain) {
                Some(name) => folder = Some(name),
                None => changed = changed.or(Some("`cd` stands in front of it".to_owned())),
            }
        } else if changed.is_none() {
            changed = on_script(command, &mut shell);
        }
    }
}

/// The folder that `cd` names, or that nobody can tell.
fn change_of_folder(command: &Simple) -> Option<Result<String, ()>> {
    match command.words.iter().find(|word| !super::script::is_reserved(word)) {
        Some(first) if first.text == "cd" => {}
        _ => return None,
    }
    Some(match command.words.as_slice() {
        [_, folder] if !folder.open && !folder.text.starts_with(['/', '-', '~']) && !folder.text.contains("..") => {
            Ok(folder.text.clone())
        }
        _ => Err(()),
    })
}

/// The flags and the script of `bash -ec 'SCRIPT'`.
fn inner_script(words: &[Word]) -> Option<(Vec<&str>, &str)> {
    let start = words.iter().position(|word| SHELLS.contains(&program(&word.text)))?;
    let rest = words.get(start + 1..)?;
    let at = rest.iter().position(|word| {
        let letters = word.text.strip_prefix('-').unwrap_or_default();
        letters.ends_with('c') && !letters.starts_with('-')
    })?;
    let mut flags: Vec<&str> = rest.get(..at)?.iter().map(|word| word.text.as_str()).collect();
    let letters = rest.get(at)?.text.trim_end_matches('c');
    if letters != "-" {
        flags.push(letters);
    }
    // A wrapper in front of the shell.
    if start > 0 {
        flags.push("?");
    }
    Some((flags, rest.get(at + 1)?.text.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fates(script: &str, shell: Shell) -> Vec<Fate> {
        calls(script, shell).into_iter().map(|call| call.fate).collect()
    }

    fn doubts(script: &str) -> Vec<Option<String>> {
        calls(script, Shell::PLAIN).into_iter().map(|call| call.doubt).collect()
    }

    #[test]
    fn calls_are_found_however_the_tool_is_run() {
        for script in [
            "policy check",
            "/usr/bin/policy check apps",
            "uvx --from policy-check==0.1.0 policy check",
            "uv tool run --from policy-check==0.1.0 policy check",
            "uvx policy-check@0.1.0 check",
            "pipx run --spec policy-check policy check",
            "python -m policy check",
            "uv run policy check --since HEAD^1",
            "X=1 sudo policy --threads 2 check",
            "cargo install x\npolicy \\\n  check",
            "bash -c 'policy check'",
            "set -euo pipefail\nX=1\nexport Y=2\npip install 'policy-check==0.1.0'\npolicy check",
            "if [ -n \"$X\" ]; then pip install x; fi\npolicy check",
            "(cd x && make)\necho \"$(date) (now)\"\ntime policy check",
            "cat <<EOF\n$(exit 0)\nif\nEOF\npolicy check",
            "cd shop && ls\npolicy check",
        ] {
            let is_plain = !script.starts_with("(cd") && !script.starts_with("cd");
            assert_eq!(doubts(script).iter().map(Option::is_none).collect::<Vec<_>>(), [is_plain], "{script}");
        }
        for script in [
            "echo policy check",
            "time echo policy check",
            "sudo echo policy check",
            "policy baseline",
            "policy facts check",
            "git commit -m 'policy check'",
            "# policy check",
            "cat <<EOF\npolicy check\nEOF",
        ] {
            assert_eq!(fates(script, Shell::PLAIN).len(), 0, "{script}");
        }
    }

    #[test]
    fn whether_it_runs_is_doubted_unless_nothing_speaks_against_it() {
        for script in [
            "exit 0\npolicy check",
            "exec true\npolicy check",
            "return 0\npolicy check",
            "set -n\npolicy check",
            "set -- x\npolicy check",
            "if false; then policy check; fi",
            "if policy check; then :; else exit 1; fi",
            "f() {\n  policy check\n}",
            "function f {\n  policy check\n}",
            "false && policy check",
            "true || policy check",
            "[ \"$X\" = 1 ] && policy check",
            "[ -z \"$X\" ] ||\n  policy check",
            "[[ -z $X ]] && true\npolicy check",
            "case x in y) policy check;; esac",
            "for x in; do\npolicy check\ndone",
            "while false\ndo policy check\ndone",
            "trap 'exit 0' EXIT\npolicy check",
            "policy() { :; }\npolicy check",
            "alias policy=true\npolicy check",
            "( policy check; true )",
            "{ policy check; } || :",
            "{ policy check\n} || :",
            "if x; then exit 0; fi\npolicy check",
            "! policy check",
            "true | policy check",
            "env echo policy check",
            "docker pull policy check",
            "timeout 1 policy check",
            "PATH=. policy check",
            "PATH=./bin:$PATH\npolicy check",
            "export PATH\npolicy check",
            "GIT_DIR=x policy check",
            "./bin/policy check",
            "$HOME/policy check",
            ".venv/bin/python -m policy check",
            "python -m policy check --x $'y'\npolicy check",
            "$SETUP\npolicy check",
            "${{ inputs.setup }}\npolicy check",
            "echo '${{ github.event.pull_request.title }}'\npolicy check",
            "git checkout HEAD^1\npolicy check",
            "git -C . reset --hard HEAD^1\npolicy check",
            "rm -rf src\npolicy check",
            "echo ./bin >> \"$GITHUB_PATH\"\npolicy check",
            "bash -n -c 'policy check'",
            "sudo bash -c 'policy check'",
            "bash -c 'exit 0; policy check'",
            "cd x\nbash -c 'policy check'",
            "cd ../x\npolicy check",
            "cd $X\npolicy check",
            "echo 'open\npolicy check'\npolicy check '",
        ] {
            assert!(doubts(script).iter().any(Option::is_some), "{script}: {:?}", doubts(script));
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
            "sh -c 'policy check' || :",
            "sh -c 'policy check; true'",
        ] {
            assert!(lost(script, Shell::PLAIN), "{script}: {:?}", fates(script, Shell::PLAIN));
        }
        for script in [
            "policy check",
            "policy check || exit 1",
            "policy check || exit $?",
            "policy check\necho done",
            "policy check && echo fine",
            "set -eo pipefail\npolicy check | tee log",
            "set -e; sh -ec 'policy check; true'",
            "policy check > log 2>&1",
            "set +e\npolicy check\nexit $?",
            "set +e\npolicy check; exit",
        ] {
            assert_eq!(fates(script, Shell::PLAIN), [Fate::Decides], "{script}");
        }
        assert_eq!(fates("policy check | tee log", Shell::BASH), [Fate::Decides]);
        assert!(lost("policy check | tee log || true", Shell::BASH));
        for script in [
            "policy check || (echo x && exit 1)",
            "policy check || { echo x; exit 1; }",
            "policy check || exit 256",
            "policy check || return 1",
            "policy check && x || y",
            "set +e; policy check; rc=$?; echo x; exit $rc",
        ] {
            assert!(matches!(fates(script, Shell::PLAIN).as_slice(), [Fate::Unsure(_)]), "{script}");
        }
    }

    #[test]
    fn a_call_has_a_line_a_folder_and_options() {
        let found = calls("a\ncd shop\npolicy check --since HEAD^1 --policy-ref=\"$X\"", Shell::PLAIN);
        assert_eq!(super::super::options::option(&found[0].words, "--since"), Some("HEAD^1"));
        assert_eq!(super::super::options::option(&found[0].words, "--policy-ref"), Some("$X"));
        assert_eq!((found[0].line, found[0].folder.as_deref()), (2, Some("shop")));
    }

    #[test]
    fn long_scripts_take_no_longer_than_they_should() {
        let started = std::time::Instant::now();
        for script in [
            "policy check || true\n".repeat(24_000),
            "policy check && ".repeat(24_000),
            "policy check; ".repeat(24_000),
            format!("policy {}check", "--x y ".repeat(80_000)),
            format!("env {}check", "policy -x ".repeat(80_000)),
            format!("bash -c 'policy check {}'", "x; ".repeat(100_000)),
            "bash -c 'policy check; true'\n".repeat(14_000),
            "set +e\npolicy check\n".repeat(20_000),
        ] {
            calls(&script, Shell::PLAIN);
        }
        assert!(started.elapsed() < std::time::Duration::from_secs(20), "{:?}", started.elapsed());
    }
}
