//! How GitHub's runner finds commands in the log: `::name key=value::data` at the start of a line, `##[name]data`
//! anywhere in it, none between `::stop-commands::TOKEN` and the token. Written after the runner's source
//! (`ActionCommand.cs`, `ActionCommandManager.cs`).

use std::collections::BTreeMap;

/// The commands that a runner knows.
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

/// A command that the runner obeys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Command {
    pub name: String,
    pub properties: BTreeMap<String, String>,
    pub data: String,
}

impl Command {
    pub(super) fn property(&self, key: &str) -> &str {
        self.properties.get(key).map_or("", String::as_str)
    }
}

/// All commands of a log, in order.
pub(super) fn read(log: &str) -> Vec<Command> {
    let (mut found, mut token) = (Vec::new(), None::<String>);
    for line in log.split(['\n', '\r']) {
        let known = |name: &str| KNOWN.contains(&name) || token.as_deref() == Some(name);
        let Some(command) = modern(line, &known).or_else(|| old(line, &known)) else { continue };
        match &token {
            Some(end) if command.name == *end => token = None,
            Some(_) => {}
            None if command.name == "stop-commands" => token = Some(command.data),
            None => found.push(command),
        }
    }
    assert!(token.is_none(), "commands are still stopped at the end of the log");
    found
}

fn modern(line: &str, known: &dyn Fn(&str) -> bool) -> Option<Command> {
    let (info, data) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, properties) = info.split_once(' ').unwrap_or((info, ""));
    known(name).then(|| Command {
        name: name.to_lowercase(),
        properties: pairs(properties, ','),
        data: data.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%"),
    })
}

fn old(line: &str, known: &dyn Fn(&str) -> bool) -> Option<Command> {
    let (info, data) = line.split_once("##[")?.1.split_once(']')?;
    let (name, properties) = info.split_once(' ').unwrap_or((info, ""));
    known(name).then(|| Command {
        name: name.to_lowercase(),
        properties: pairs(properties, ';'),
        data: data.to_owned(),
    })
}

fn pairs(text: &str, between: char) -> BTreeMap<String, String> {
    let unescape = |text: &str| {
        let text = text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",");
        text.replace("%25", "%")
    };
    let pairs = text.split(between).filter_map(|pair| pair.trim().split_once('='));
    pairs
        .filter(|(key, value)| !key.is_empty() && !value.is_empty())
        .map(|(k, v)| (k.to_owned(), unescape(v)))
        .collect()
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
