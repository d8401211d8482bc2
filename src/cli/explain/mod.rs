//! `policy explain`: one rule as a page, for the person whose code it complains about, or all of them as a folder. Knows which
//! page is asked for.

mod page_files;

use super::{Command, Exit, Shell, common, policy_file};
use crate::document::mistake::nearest;
use crate::formats::{page_markdown, page_text};
use crate::kinds::KINDS;
use crate::packs;
use crate::page::Page;
use crate::policy::builtin::BUILTINS;
use crate::policy::pages;
use clap::builder::{ArgPredicate, PossibleValuesParser};
use clap::{Arg, ArgAction, ArgMatches, value_parser};
use std::path::PathBuf;

/// The command.
pub(super) static COMMAND: Command = Command { name: "explain", define, run };

fn define(command: clap::Command) -> clap::Command {
    command
        .about("Tell why a rule is there, where it holds, and what to use instead")
        .arg(
            Arg::new("rule")
                .value_name("RULE")
                .required_unless_present("all")
                .help("Id of a rule or of a built-in finding, `pack:NAME`, or `verb:NAME`"),
        )
        .arg(
            Arg::new("all")
                .long("all")
                .action(ArgAction::SetTrue)
                .conflicts_with("rule")
                .requires("output")
                .help("Write a page for every rule into a folder, and one that leads to them"),
        )
        .arg(
            Arg::new("format")
                .long("format")
                .short('f')
                .value_name("FORMAT")
                .value_parser(PossibleValuesParser::new(["text", "markdown"]))
                .default_value("text")
                .default_value_if("output", ArgPredicate::IsPresent, "markdown")
                .hide_default_value(true)
                .help("How to tell it: `text` at a terminal, `markdown` in files, unless said otherwise"),
        )
        .arg(
            Arg::new("output")
                .long("output")
                .short('o')
                .value_name("PATH")
                .value_parser(value_parser!(PathBuf))
                .help("Write Markdown into a file, or with `--all` into a folder; overwrites only such pages"),
        )
        .after_help(
            "\
Examples:
  policy explain no-old-http
  policy explain deprecated-libraries/pytz
  policy explain pack:deprecated-libraries
  policy explain verb:allow-only
  policy explain policy/missing-target
  policy explain --all --output docs/rules",
        )
}

fn run(matches: &ArgMatches, shell: &mut Shell<'_>) -> Exit {
    let is_markdown = matches.get_one::<String>("format").is_some_and(|format| format == "markdown");
    let output = matches.get_one::<PathBuf>("output");
    if output.is_some() && !is_markdown {
        return common::fail(shell, "only Markdown is written to files", "add `--format markdown`");
    }
    if let Some(folder) = output.filter(|_| matches.get_flag("all")) {
        return match policy_file::here(matches, shell.err_columns, shell) {
            Ok((_, policy, _)) => page_files::write_all(&policy.pages(shell.today), folder, shell),
            Err(exit) => exit,
        };
    }
    let id = matches.get_one::<String>("rule").map_or("", String::as_str);
    let page = match page(id, matches, shell) {
        Ok(page) => page,
        Err(exit) => return exit,
    };
    if let Some(file) = output {
        return page_files::write_one(&page, file, shell);
    }
    let text = if is_markdown { page_markdown(&page) } else { page_text(&page, true) };
    let written = write!(shell.out, "{text}");
    common::printed(shell, written, Exit::Clean)
}

/// The page that an id asks for; that there is none has been told.
fn page(id: &str, matches: &ArgMatches, shell: &mut Shell<'_>) -> Result<Page, Exit> {
    if let Some(builtin) = BUILTINS.iter().find(|builtin| builtin.id == id) {
        return Ok(pages::of_builtin(builtin, builtin.level));
    }
    if let Some(name) = id.strip_prefix("pack:") {
        let Some(pack) = policy_file::pack(name) else {
            let help = "`policy rules --packs` lists all";
            return Err(common::fail(shell, &format!("there is no pack `{name}`"), help));
        };
        return Ok(pages::of_pack(name, packs::about(pack.source.text()), &pack));
    }
    if let Some(verb) = id.strip_prefix("verb:") {
        let Some(kind) = KINDS.iter().find(|kind| kind.key == verb) else {
            let known: Vec<&str> = KINDS.iter().map(|kind| kind.key).collect();
            let help = format!("there are: {}", known.join(", "));
            return Err(common::fail(shell, &format!("there is no verb `{verb}`"), &help));
        };
        return Ok(pages::of_verb(kind));
    }
    let (_, policy, _) = policy_file::here(matches, shell.err_columns, shell)?;
    let Some(rule) = policy.rule(id) else {
        let known = policy.rules.iter().map(|rule| &*rule.id).chain(BUILTINS.iter().map(|builtin| builtin.id));
        let help = match nearest(id, known) {
            Some(near) => format!("did you mean `{near}`? `policy rules` lists all"),
            None => "`policy rules` lists all".to_owned(),
        };
        return Err(common::fail(shell, &format!("there is no rule `{id}`"), &help));
    };
    Ok(policy.page(rule, shell.today))
}
