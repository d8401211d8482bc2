//! A model of GitHub's runner: what it takes for a command in the log. `::name key=value::data` at the start of a line,
//! `##[name]data` anywhere in it, none between `::stop-commands::TOKEN` and the token. Written after the runner's source
//! (`actions/runner`: `ActionCommand.cs`, `ActionCommandManager.cs`).

use std::collections::BTreeMap;

/// The commands that a runner knows; their names are compared without regard to case.
const KNOWN: &[&str] = &[
    "add-mask",
    "add-matcher",
    "add-path",
    "debug",
    "echo",
    "endgroup",
    "error",
    "group",
    "notice",
    "remove-matcher",
    "save-state",
    "set-env",
    "set-output",
    "stop-commands",
    "warning",
];

/// A command as the runner reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    pub name: String,
    pub properties: BTreeMap<String, String>,
    pub data: String,
}

impl Command {
    pub(crate) fn property(&self, key: &str) -> &str {
        self.properties.get(key).map_or("", String::as_str)
    }
}

/// All commands of a log, in order.
pub(crate) fn read(log: &str) -> Vec<Command> {
    let (mut found, mut token) = (Vec::new(), None::<String>);
    for line in log.split(['\n', '\r']) {
        let Some(command) = one(line, token.as_deref()) else { continue };
        match &token {
            Some(end) if command.name == end.to_lowercase() => token = None,
            Some(_) => {}
            None if command.name == "stop-commands" => token = Some(command.data),
            None => found.push(command),
        }
    }
    assert!(token.is_none(), "commands are still stopped at the end of the log");
    found
}

/// What the runner makes of one line: a command, or text for the log.
pub(crate) fn command(line: &str) -> Option<Command> {
    one(line, None)
}

fn one(line: &str, token: Option<&str>) -> Option<Command> {
    current(line, token).or_else(|| old(line, token))
}

/// `::name key=value,key=value::data` behind white space.
fn current(line: &str, token: Option<&str>) -> Option<Command> {
    let (head, data) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let signs = [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ",")];
    build(head, token, (',', data), &signs, &[("%0D", "\r"), ("%0A", "\n")])
}

/// `##[name key=value;key=value]data` anywhere.
fn old(line: &str, token: Option<&str>) -> Option<Command> {
    let (_, behind) = line.split_once("##[")?;
    let (head, data) = behind.split_once(']')?;
    let signs = [("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]")];
    build(head, token, (';', data), &signs, &signs)
}

fn build(
    head: &str,
    token: Option<&str>,
    (between, data): (char, &str),
    of_values: &[(&str, &str)],
    of_data: &[(&str, &str)],
) -> Option<Command> {
    let (name, rest) = head.split_once(' ').unwrap_or((head, ""));
    let is_known = KNOWN.iter().any(|own| own.eq_ignore_ascii_case(name)) || token == Some(name);
    // The percent sign is put back last.
    let plain = |text: &str, signs: &[(&str, &str)]| {
        signs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to)).replace("%25", "%")
    };
    let pairs = rest.trim().split(between).filter_map(|pair| pair.split_once('='));
    let properties = pairs
        .filter(|(key, value)| !key.is_empty() && !value.is_empty())
        .map(|(key, value)| (key.to_lowercase(), plain(value, of_values)))
        .collect();
    is_known.then(|| Command { name: name.to_lowercase(), properties, data: plain(data, of_data) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_where_the_runner_finds_them() {
        let log = "  ::error file=a%3Ab::x%0Ay\ntext ##[warning]z\ntext ::error::no\n::stop-commands::t\n::error::no\n::t::\n::notice::n";
        let found = read(log);
        let told: Vec<(&str, &str)> = found.iter().map(|c| (c.name.as_str(), c.data.as_str())).collect();
        assert_eq!(told, [("error", "x\ny"), ("warning", "z"), ("notice", "n")]);
        assert_eq!(found[0].property("file"), "a:b");
    }
}
