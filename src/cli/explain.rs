//! `policy explain`: one rule as a page, for the person whose code it complains about. Knows words only.

use super::{Command, Exit, Shell, common, policy_file};
use crate::document::mistake::nearest;
use crate::formats::page_text;
use crate::kinds::KINDS;
use crate::packs;
use crate::page::Page;
use crate::policy::builtin::BUILTINS;
use crate::policy::pages;
use clap::{Arg, ArgMatches};

/// The command.
pub(super) static COMMAND: Command = Command { name: "explain", define, run };

fn define(command: clap::Command) -> clap::Command {
    command
        .about("Tell why a rule is there, where it holds, and what to use instead")
        .arg(
            Arg::new("rule")
                .value_name("RULE")
                .required(true)
                .help("Id of a rule or of a built-in finding, `pack:NAME`, or `verb:NAME`"),
        )
        .after_help(
            "\
Examples:
  policy explain no-old-http
  policy explain deprecated-libraries/pytz
  policy explain pack:deprecated-libraries
  policy explain verb:allow-only
  policy explain policy/missing-target",
        )
}

fn run(matches: &ArgMatches, shell: &mut Shell<'_>) -> Exit {
    let id = matches.get_one::<String>("rule").map_or("", String::as_str);
    match page(id, matches, shell) {
        Ok(page) => {
            let written = write!(shell.out, "{}", page_text(&page, true));
            common::printed(shell, written, Exit::Clean)
        }
        Err(exit) => exit,
    }
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
