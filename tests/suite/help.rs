//! Help fits a screen, shows how a command is used, and agrees with what is written elsewhere: the README and the documents use
//! no command and no option that there is not.

use super::harness::{folder, project, run};
use policy::cli::{COMMANDS, command_line};
use std::path::PathBuf;

/// A screen: what a terminal of a usual window shows.
const LINES: usize = 50;
/// The same across.
const COLUMNS: usize = 100;

fn help(arguments: &[&str]) -> String {
    let told = run(folder(&[]).path(), arguments);
    assert_eq!(told.code, 0, "{arguments:?}: {}", told.stderr);
    assert_eq!(told.stderr, "", "{arguments:?}");
    told.stdout
}

#[test]
fn help_of_every_command_fits_a_screen_and_has_examples() {
    let mut all = vec![help(&["--help"])];
    assert_eq!(all[0], help(&["-h"]));
    for command in COMMANDS {
        let text = help(&[command.name, "--help"]);
        assert_eq!(text, help(&[command.name, "-h"]), "{}", command.name);
        assert!(all[0].contains(&format!("\n  {} ", command.name)), "{} is not in the help of the tool", command.name);
        all.push(text);
    }
    for text in all {
        assert!(text.lines().count() <= LINES, "{} lines:\n{text}", text.lines().count());
        assert!(text.lines().all(|line| line.chars().count() <= COLUMNS), "{text}");
        assert!(text.contains("\nExamples:\n  policy "), "{text}");
        let examples = text.split("\nExamples:\n").nth(1).unwrap();
        let examples: Vec<&str> = examples.lines().take_while(|line| line.starts_with("  ")).collect();
        let commands: Vec<&str> = examples.iter().filter_map(|line| line.strip_prefix("  policy ")).collect();
        assert!(!commands.is_empty(), "{text}");
        for example in commands {
            understood(&format!("policy {example}"), "help");
        }
    }
}

/// Every option of a command is told in its help; those of all commands, in that of the tool.
#[test]
fn help_leaves_no_option_out() {
    let own = help(&["--help"]);
    for command in command_line().get_subcommands() {
        let text = help(&[command.get_name(), "--help"]);
        for option in command.get_arguments().filter(|arg| !arg.is_hide_set()).filter_map(clap_long) {
            let spelt = format!("--{option}");
            assert!(text.contains(&spelt) || own.contains(&spelt), "{}: {spelt}", command.get_name());
        }
    }
}

fn clap_long(arg: &clap::Arg) -> Option<&str> {
    arg.get_long()
}

/// That the command line takes what a text says. What follows two blanks is an explanation; pipes, redirections and further
/// commands are not ours.
fn understood(line: &str, place: &str) {
    let line = line.split("   ").next().unwrap_or_default();
    let line = line.split("  ").next().unwrap_or_default();
    for command in line.split(" && ").flat_map(|part| part.split(" | ")).flat_map(|part| part.split("; ")) {
        let command =
            command.split([' ']).take_while(|word| !word.starts_with(['>', '<', '#', '|'])).collect::<Vec<_>>();
        let Some(("policy", arguments)) = command.split_first().map(|(first, rest)| (*first, rest)) else { continue };
        // A command by its name alone is only spoken of.
        if let [name] = arguments {
            assert!(name.starts_with('-') || COMMANDS.iter().any(|own| own.name == *name), "{place}: {name}");
            continue;
        }
        let arguments: Vec<&str> = arguments.iter().map(|word| word.trim_matches(['"', '\''])).collect();
        let parsed = command_line().try_get_matches_from(std::iter::once("policy").chain(arguments.iter().copied()));
        if let Err(error) = parsed {
            use clap::error::ErrorKind::{DisplayHelp, DisplayVersion};
            let is_help = matches!(error.kind(), DisplayHelp | DisplayVersion);
            assert!(is_help, "{place}: `{}`: {error}", command.join(" "));
        }
    }
}

/// Wherever a session shows an error, it shows what to do about it.
#[test]
fn every_error_ends_in_what_to_do() {
    let mut seen = 0;
    for entry in std::fs::read_dir(project().join("tests/cases")).unwrap() {
        let file = entry.unwrap().path().join("session.txt");
        let text = std::fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.starts_with("! error: ")) {
            seen += 1;
            // Several errors may share one help; the parser of arguments has a way of its own.
            let told: Vec<&&str> = lines[at..].iter().take_while(|line| line.starts_with('!')).collect();
            let is_told =
                told.iter().any(|line| line.starts_with("!   help: ") || line.starts_with("! For more information"));
            assert!(is_told, "{}: {line}", file.display());
        }
    }
    assert!(seen > 50, "only {seen} errors are shown");
    for entry in walk(&project().join("src")) {
        let text = std::fs::read_to_string(&entry).unwrap();
        let is_empty = text.lines().any(|line| line.contains("fail(shell") && line.contains(", \"\")"));
        assert!(!is_empty, "{}: an error without help", entry.display());
    }
}

fn walk(folder: &std::path::Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

/// Texts that people read before they type.
fn documents() -> Vec<PathBuf> {
    let mut files = vec![project().join("README.md"), project().join("rules/README.md")];
    files.extend(std::fs::read_dir(project().join("docs")).unwrap().map(|entry| entry.unwrap().path()));
    files.retain(|file| file.extension().is_some_and(|suffix| suffix == "md"));
    files.sort();
    files
}

#[test]
fn documents_use_the_command_line_as_it_is() {
    let mut seen = 0;
    for file in documents() {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut fence = None;
        for line in text.lines() {
            if let Some(language) = line.trim_start().strip_prefix("```") {
                fence = if fence.is_some() { None } else { Some(language.to_owned()) };
                continue;
            }
            let mut commands: Vec<&str> = Vec::new();
            match fence.as_deref() {
                // Output, configuration and other languages are not typed.
                Some("sh" | "bash" | "console") => {
                    let line = line.trim_start().trim_start_matches("$ ");
                    commands.extend(line.starts_with("policy ").then_some(line));
                }
                Some(_) => {}
                None => commands.extend(line.split('`').skip(1).step_by(2).filter(|span| span.starts_with("policy "))),
            }
            for command in commands {
                // A word in capitals stands for something, and brackets for what may be left out.
                let is_schematic = command.contains(['[', '…', '|', '<', '{']) || command.contains("...");
                let placeholder = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_uppercase());
                if is_schematic || command.split(' ').any(placeholder) {
                    continue;
                }
                seen += 1;
                understood(command, &file.display().to_string());
            }
        }
    }
    assert!(seen > 30, "only {seen} commands were found");
}
