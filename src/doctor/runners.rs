//! Ways to start the tool: by its name, or by a program that runs others. Knows their options; what is not known is not certain.

use super::effects::{assigned, is_obeyed};
use super::script::{Word, is_reserved};

/// How a command starts `policy check`.
pub(super) struct Started<'w> {
    /// Why nobody can tell whether it does.
    pub(super) doubt: Option<String>,
    /// The words of the tool but for `check`.
    pub(super) words: Vec<&'w Word>,
}

/// A program that runs others: its name, the words behind that, options with values, and options without.
type Runner = (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str]);

const UV: &[&str] = &["--from", "--python", "-p", "--with", "--extra", "--group", "--only-group"];
const UV_FLAGS: &[&str] =
    &["--isolated", "--frozen", "--locked", "--no-sync", "--quiet", "-q", "--no-project", "--dev"];

static RUNNERS: &[Runner] = &[
    ("uvx", &[], UV, UV_FLAGS),
    ("uv", &["run"], UV, UV_FLAGS),
    ("uv", &["tool", "run"], UV, UV_FLAGS),
    ("pipx", &["run"], &["--spec", "--python"], &["--no-cache"]),
    ("python", &["-m"], &[], &[]),
    ("python3", &["-m"], &[], &[]),
    ("py", &["-m"], &[], &[]),
    ("poetry", &["run"], &[], &[]),
    ("pdm", &["run"], &[], &[]),
    ("hatch", &["run"], &[], &[]),
    ("rye", &["run"], &[], &[]),
    ("pixi", &["run"], &[], &[]),
    ("pipenv", &["run"], &[], &[]),
];
/// Programs that run the words behind them.
const WRAPPERS: [&str; 6] = ["time", "command", "nice", "nohup", "sudo", "exec"];
/// Programs that may run the tool somewhere behind them.
const MAYBE: [&str; 8] = ["env", "timeout", "docker", "podman", "cargo", "mise", "xargs", "nix"];

/// How a command starts `policy check`; `None` where it does not.
pub(super) fn started(words: &[Word]) -> Option<Started<'_>> {
    let mut rest = words;
    let mut doubt = None;
    while let Some((first, more)) = rest.split_first() {
        if let Some(name) = assigned(first) {
            if is_obeyed(name) {
                doubt = Some(format!("`{name}` is set for it"));
            }
        } else if !is_reserved(first) {
            break;
        }
        rest = more;
    }
    while let Some((first, more)) = rest.split_first().filter(|(first, _)| WRAPPERS.contains(&first.text.as_str())) {
        let is_plain = more.first().is_some_and(|next| !next.text.starts_with('-'));
        if !is_plain {
            return maybe(rest, &first.text);
        }
        rest = more;
    }
    let (first, behind) = rest.split_first()?;
    let name = program(&first.text);
    if is_tool(&first.text) {
        let words = arguments(behind)?;
        let own = first.text.as_str();
        let path = (first.open || (own.contains('/') && !own.starts_with('/')))
            .then(|| format!("`{own}` may be a program that the change brings"));
        return Some(Started { doubt: doubt.or(path), words });
    }
    for (runner, verbs, valued, flags) in RUNNERS.iter().filter(|(runner, ..)| *runner == name) {
        let Some(behind) = behind.get(verbs.len()..).filter(|_| verbs.iter().zip(behind).all(|(a, b)| *a == b.text))
        else {
            continue;
        };
        let at = behind_options(behind, valued, flags);
        if let Some((tool, words)) = at.and_then(|at| behind.get(at..)).and_then(<[Word]>::split_first)
            && is_tool(&tool.text)
            && let Some(words) = arguments(words)
        {
            let path =
                (*runner != first.text).then(|| format!("`{}` may be a program that the change brings", first.text));
            return Some(Started { doubt: doubt.or(path), words });
        }
    }
    let is_runner = RUNNERS.iter().any(|(runner, ..)| *runner == name) || MAYBE.contains(&name);
    is_runner.then(|| maybe(behind, name)).flatten()
}

/// Where the first word stands that is no known option.
fn behind_options(words: &[Word], valued: &[&str], flags: &[&str]) -> Option<usize> {
    let mut at = 0;
    loop {
        let word = words.get(at)?.text.as_str();
        let name = word.split('=').next().unwrap_or(word);
        at += match () {
            () if flags.contains(&word) => 1,
            () if valued.contains(&word) => 2,
            () if name.len() < word.len() && valued.contains(&name) => 1,
            () if word.starts_with('-') => return None,
            () => return Some(at),
        };
    }
}

/// The words around `check`, where the tool is told to check: only options stand in front of it.
fn arguments(behind: &[Word]) -> Option<Vec<&Word>> {
    let mut is_value = false;
    for (at, word) in behind.iter().enumerate() {
        if word.text == "check" && !is_value {
            let (front, back) = (behind.get(..at)?, behind.get(at + 1..)?);
            return Some(front.iter().chain(back).collect());
        }
        if !is_value && !word.text.starts_with('-') {
            return None;
        }
        is_value = !is_value && word.text.starts_with("--") && !word.text.contains('=');
    }
    None
}

/// Whether `policy check` stands somewhere in these words.
fn maybe<'w>(words: &'w [Word], runner: &str) -> Option<Started<'w>> {
    let (mut is_tool_before, mut is_value) = (false, false);
    for (at, word) in words.iter().enumerate() {
        if is_tool_before && word.text == "check" {
            let words = words.get(at + 1..)?.iter().collect();
            return Some(Started { doubt: Some(format!("whether `{runner}` runs it")), words });
        }
        let is_option = word.text.starts_with('-');
        is_tool_before = is_tool(&word.text) || (is_tool_before && (is_option || is_value));
        is_value = is_option && word.text.starts_with("--");
    }
    None
}

/// The name of a program without its folder.
pub(super) fn program(word: &str) -> &str {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    name.strip_suffix(".exe").unwrap_or(name)
}

/// `policy`, `./bin/policy`, `policy-check@0.1.0`.
fn is_tool(word: &str) -> bool {
    let name = program(word);
    let end = name.find(['@', '=', '<', '>', '~']).unwrap_or(name.len());
    matches!(name.get(..end), Some("policy" | "policy-check" | "policy_check"))
}
