//! `policy man`: pages for `man`. Knows the library that writes them and how the help of a command becomes sections of a
//! page (man(7)); what is said stands in the definitions of the commands.

use super::{COMMANDS, Command, Exit, Shell, command_line, common, output};
use crate::disk::{absolute, plain};
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, value_parser};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The command.
pub(super) static COMMAND: Command = Command { name: "man", define, run };

fn define(command: clap::Command) -> clap::Command {
    let names = COMMANDS.iter().map(|command| command.name);
    command
        .about("Write a page for man: of the tool, of one command, or all of them")
        .arg(
            Arg::new("command")
                .value_name("COMMAND")
                .value_parser(PossibleValuesParser::new(names))
                .help("The command that the page is about; the tool itself by default"),
        )
        .arg(
            Arg::new("output")
                .long("output")
                .short('o')
                .value_name("DIR")
                .value_parser(value_parser!(PathBuf))
                .conflicts_with("command")
                .help("Write all pages into DIR, which is made where it is missing"),
        )
        .after_help(
            "\
Examples:
  policy man | man -l -                      read it here
  policy man check                           the page of one command
  policy man -o ~/.local/share/man/man1      all pages, where man finds them",
        )
}

fn run(matches: &ArgMatches, shell: &mut Shell<'_>) -> Exit {
    if let Some(folder) = matches.get_one::<PathBuf>("output") {
        let folder = absolute(&shell.working, folder);
        return match write_all(&folder) {
            Ok(()) => Exit::Clean,
            Err(error) => {
                let what = format!("the pages could not be written into `{}`: {}", folder.display(), plain(&error));
                common::fail(shell, &what, "name a folder in which you may write")
            }
        };
    }
    let name = matches.get_one::<String>("command").map(String::as_str);
    let Some((_, command)) = pages().into_iter().find(|(of, _)| of.as_deref() == name) else { return Exit::Failed };
    let mut page = Vec::new();
    let written = render(command, &mut page).and_then(|()| shell.out.write_all(&page));
    common::printed(shell, written, Exit::Clean)
}

/// The tool itself, then each command, with the name that `policy man` takes.
fn pages() -> Vec<(Option<String>, clap::Command)> {
    let mut line = command_line();
    line.build();
    let commands: Vec<_> = line.get_subcommands().map(|own| (Some(own.get_name().to_owned()), own.clone())).collect();
    std::iter::once((None, line)).chain(commands).collect()
}

/// Writes every page, each whole or not at all.
fn write_all(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (name, command) in pages() {
        let file = name.map_or_else(|| "policy.1".to_owned(), |name| format!("policy-{name}.1"));
        output::to_file(&folder.join(file), |mut out| render(command, &mut out))?;
    }
    Ok(())
}

/// Writes one page. It names no day, so that it is the same whenever it is written.
fn render(command: clap::Command, out: &mut dyn Write) -> io::Result<()> {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let title = command.get_display_name().unwrap_or("policy").to_uppercase();
    let has_commands = command.has_subcommands();
    // A page has room for what help leaves out.
    let command = command.mut_args(|own| own.hide_short_help(false).hide_long_help(false));
    let page = Man::new(command.subcommand_value_name("command").subcommand_help_heading("COMMANDS"));
    let mut sections = Vec::new();
    page.render_name_section(&mut sections)?;
    page.render_synopsis_section(&mut sections)?;
    page.render_description_section(&mut sections)?;
    page.render_options_section(&mut sections)?;
    if has_commands {
        page.render_subcommands_section(&mut sections)?;
    }
    closing(&help).to_writer(&mut sections)?;
    // The library opens every section with the same definition of an apostrophe, leaves out an empty day, and makes
    // space by empty lines, which man(7) asks not to.
    writeln!(out, "{APOSTROPHE}\n.TH {title} 1 \"\" \"policy {}\"", env!("CARGO_PKG_VERSION"))?;
    let sections = String::from_utf8_lossy(&sections);
    let is_definition = |line: &str| APOSTROPHE.lines().any(|definition| definition == line);
    let mut before = "";
    for line in sections.lines().map(str::trim_end).filter(|line| !line.is_empty() && !is_definition(line)) {
        if (line, before) != (".br", ".br") {
            writeln!(out, "{line}")?;
        }
        before = line;
    }
    Ok(())
}

/// Where there is no such character, a plain one.
const APOSTROPHE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '";

/// What stands below the options in the help: examples, line by line as they are, and what exit codes mean.
fn closing(help: &str) -> Roff {
    let mut page = Roff::new();
    let (mut is_verbatim, mut is_gap) = (false, false);
    for line in help.lines() {
        if line.is_empty() {
            is_gap = true;
            continue;
        }
        let is_example = line.starts_with(' ');
        match (is_verbatim, is_example) {
            (true, true) if is_gap => page.control("sp", []),
            (true, false) => page.control("fi", []),
            (false, true) => page.control("nf", []),
            _ => &mut page,
        };
        (is_verbatim, is_gap) = (is_example, false);
        match line.split_once(':') {
            _ if is_example => page.text([roman(line.strip_prefix("  ").unwrap_or(line))]),
            Some(("Exit codes", codes)) => page.control("SH", ["EXIT STATUS"]).text([roman(codes.trim_start())]),
            // Where to look for what the page has.
            Some(("Everywhere", there)) if !there.is_empty() => &mut page,
            Some((heading, "")) => page.control("SH", [heading.to_uppercase().as_str()]),
            _ => page.control("PP", []).text([roman(line)]),
        };
    }
    if is_verbatim {
        page.control("fi", []);
    }
    page
}
