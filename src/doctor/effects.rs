//! What a command changes for those behind it: which program a name stands for, whether the script goes on, which files are checked.
//! Knows the commands that do; what it does not know is an ordinary program, which can do neither to the shell that starts it.

use super::script::{Simple, Word};
use super::shells::Shell;

/// Builtins that end, redefine or replace what follows.
const BUILTINS: [&str; 29] = [
    "exit", "return", "exec", "logout", "break", "continue", "trap", "alias", "unalias", "source", ".", "eval",
    "enable", "shopt", "builtin", "unset", "hash", "function", "pushd", "popd", "kill", "suspend", "declare",
    "typeset", "readonly", "local", "mapfile", "read", "unshare",
];
/// What `git` may do without another tree to check.
const READING: [&str; 12] = [
    "--version",
    "version",
    "fetch",
    "log",
    "show",
    "status",
    "diff",
    "rev-parse",
    "merge-base",
    "describe",
    "ls-files",
    "remote",
];
/// Texts that the author of a change writes; what they hold becomes part of the script.
const FOREIGN: [&str; 8] = [".title", ".body", "head_ref", "head.ref", ".message", ".label", "page_name", ".email"];

/// Whether programs, shells or git obey a variable.
pub(super) fn is_obeyed(name: &str) -> bool {
    let begins = ["GIT_", "LD_", "DYLD_", "BASH", "POLICY_", "PYTHON"];
    begins.iter().any(|start| name.starts_with(start)) || ["PATH", "ENV", "IFS", "SHELLOPTS", "HOME"].contains(&name)
}

/// The name of what a word assigns to.
pub(super) fn assigned(word: &Word) -> Option<&str> {
    let (name, _) = word.text.split_once('=')?;
    let name = name.strip_suffix('+').unwrap_or(name);
    let is_name = !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then_some(name)
}

/// Whether text of a change becomes part of a script.
pub(super) fn is_foreign(text: &str) -> bool {
    text.contains("${{") && FOREIGN.iter().any(|foreign| text.contains(foreign))
}

/// Why nobody can tell what a command leaves of the commands behind it; options of the shell are set.
pub(super) fn on_script(command: &Simple, shell: &mut Shell) -> Option<String> {
    let words = command.words.iter().skip_while(|word| super::script::is_reserved(word) || assigned(word).is_some());
    let words: Vec<&Word> = words.collect();
    let Some(first) = words.first() else {
        let own = command.words.iter().filter_map(assigned).find(|name| is_obeyed(name))?;
        return Some(format!("`{own}` is set in front of it"));
    };
    if command.words.iter().any(|word| is_foreign(&word.text)) {
        return Some("text that the author of a change writes becomes part of the script in front of it".to_owned());
    }
    if first.open {
        return Some("a command in front of it is known to the running shell alone".to_owned());
    }
    let rest: Vec<&str> = words.iter().skip(1).map(|word| word.text.as_str()).collect();
    match first.text.as_str() {
        "set" => {
            let is_known = command.doubt.is_none() && shell.set(&rest);
            (!is_known).then(|| format!("`set {}` stands in front of it", rest.join(" ")))
        }
        "export" => {
            let name = words.iter().skip(1).find(|word| is_obeyed(assigned(word).unwrap_or(&word.text)))?;
            Some(format!("`{}` is set in front of it", assigned(name).unwrap_or(&name.text)))
        }
        "command" if rest.first() != Some(&"-v") => Some("`command` stands in front of it".to_owned()),
        name if BUILTINS.contains(&name) => Some(format!("`{name}` stands in front of it")),
        _ => on_files(command),
    }
}

/// Why nobody can tell what a command leaves of the files that are checked, or of the programs that are found.
pub(super) fn on_files(command: &Simple) -> Option<String> {
    let words = command.words.iter().skip_while(|word| super::script::is_reserved(word) || assigned(word).is_some());
    let texts: Vec<&str> = words.map(|word| word.text.as_str()).filter(|text| *text != "sudo").collect();
    let written = |word: &str| ["GITHUB_PATH", "GITHUB_ENV"].into_iter().find(|name| word.contains(name));
    if let Some(name) = command.targets.iter().map(String::as_str).chain(texts.iter().copied()).find_map(written) {
        return Some(format!("`{name}` is written in front of it, which may change what runs"));
    }
    match texts.as_slice() {
        ["git", rest @ ..] => {
            let verb =
                rest.iter().find(|word| !word.starts_with('-') || **word == "--version").copied().unwrap_or_default();
            let is_first = rest.first() == Some(&verb);
            // `git config --global --add safe.directory`
            let is_safe = verb == "config" && rest.contains(&"safe.directory");
            let is_reading = is_first && READING.contains(&verb);
            (!is_safe && !is_reading).then(|| format!("`git {verb}` in front of it may change what is checked"))
        }
        [name @ ("rm" | "mv" | "rsync"), ..] => Some(format!("`{name}` in front of it may change what is checked")),
        _ => None,
    }
}
