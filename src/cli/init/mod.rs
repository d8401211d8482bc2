//! `policy init`: a first policy from what the tree looks like. Knows the order of things, and what is told. Never overwrites.

mod account;
mod look;
mod trial;

use super::{Command, Exit, Shell, common};
use crate::disk::{self, POLICY_NAMES, Place, plain};
use crate::formats::escape;
use crate::parallel;
use crate::repo_path::RepoPath;
use crate::report::Report;
use crate::survey::draft::Draft;
use account::{account, next};
use clap::{Arg, ArgAction, ArgMatches};
use look::Looked;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The command.
pub(super) static COMMAND: Command = Command { name: "init", define, run };

fn define(command: clap::Command) -> clap::Command {
    command
        .about("Write a first policy.yaml from what the tree imports and declares; never overwrites")
        .arg(
            Arg::new("dry-run")
                .long("dry-run")
                .action(ArgAction::SetTrue)
                .help("Print the policy instead of writing it"),
        )
        .after_help(
            "\
Examples:
  policy init                    write policy.yaml into the root, and tell what it would find
  policy init --dry-run          print it
  policy init --root services/api

It looks at all files beneath the root: which libraries are imported and declared, where modules start, folders with a
hyphen that are imported with an underscore, modules that wrap HTTP or Redis clients already, and what the packs that
come with the tool would find. Nothing is sent anywhere, and no file but policy.yaml is written.",
        )
}

/// What it came to.
struct Drafted {
    text: String,
    looked: Looked,
    own_rules: usize,
    /// What the policy finds, and whether everything could be judged.
    report: Report,
}

fn run(matches: &ArgMatches, shell: &mut Shell<'_>) -> Exit {
    let place = match common::place(matches, shell.working.clone(), shell) {
        Ok(place) => place,
        Err(exit) => return exit,
    };
    let is_dry = matches.get_flag("dry-run");
    if let Some(policy) = place.policy.as_ref().filter(|_| !is_dry) {
        let what = format!("there already is a policy: `{}`", policy.display());
        return common::fail(
            shell,
            &what,
            "edit it; `policy rules` lists what it says, and `--dry-run` prints another one",
        );
    }
    if let Some(policy) = above(&place).filter(|_| !is_dry) {
        let what = format!("a policy above holds here already: `{}`", policy.display());
        let help = "say there what holds in this folder alone (`in`); `--dry-run` prints a policy of its own";
        return common::fail(shell, &what, help);
    }
    let drafted = match draft(matches, &place, shell) {
        Ok(drafted) => drafted,
        Err(exit) => return exit,
    };
    if is_dry {
        let written = shell.out.write_all(drafted.text.as_bytes());
        let _ = shell.err.write_all(account(&drafted, "would be policy.yaml").as_bytes());
        return common::printed(shell, written, Exit::Clean);
    }
    let file = place.root.join(POLICY_NAMES[0]);
    if let Err(error) = write_new(&file, drafted.text.as_bytes()) {
        let what = format!("`{}` could not be written: {}", file.display(), plain(&error));
        return common::fail(shell, &what, "make the folder writable, or name another with `--root`");
    }
    let shown = file.strip_prefix(&shell.working).unwrap_or(&file);
    let mut text = account(&drafted, &format!("wrote {}", escape::line(&shown.display().to_string())));
    // From above, a policy is found by its root alone.
    let root = place.root.strip_prefix(&shell.working).ok().filter(|below| !below.as_os_str().is_empty());
    text.push_str(&next(&drafted.report, root));
    let written = shell.out.write_all(text.as_bytes());
    common::printed(shell, written, Exit::Clean)
}

/// The policy that holds in the root where nobody names it as one.
fn above(place: &Place) -> Option<PathBuf> {
    let request = disk::Request { root: None, policy: None, first: place.root.clone() };
    disk::locate(&request).ok()?.policy
}

/// Looks at the tree and puts a policy together.
fn draft(matches: &ArgMatches, place: &Place, shell: &mut Shell<'_>) -> Result<Drafted, Exit> {
    let pool = parallel::pool(common::threads(matches))
        .map_err(|error| common::fail(shell, &format!("no threads: {error}"), "try `--threads 1`"))?;
    let looked = look::look(place, &pool, shell)?;
    let tried = trial::run(&looked.trial(), place, &pool, shell)?;
    let packs = trial::packs(&tried.findings);
    let families = looked.families(&tried.findings, place);
    let found = |rule: &str| tried.findings.iter().filter(|finding| &*finding.rule == rule).count();
    let undeclared = (found("declared"), found("used"));
    let libraries = looked.libraries(place);
    let drawn = |unread: &[(RepoPath, String)]| {
        let mut draft = Draft {
            survey: &looked.survey,
            version: concat!(env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR")),
            libraries: &libraries,
            suggested: &looked.suggested,
            has_src: looked.has_src,
            packs: &packs,
            families: &families,
            unread,
            undeclared,
        };
        let text = draft.text();
        if trial::policy(&text).is_some() {
            return (text, draft.own_rules());
        }
        // A name in the tree that no policy can hold: the packs alone are a policy, too.
        (draft.families, draft.libraries, draft.unread) = (&[], &[], &[]);
        (draft.text(), draft.own_rules())
    };
    let report = trial::run(&drawn(&[]).0, place, &pool, shell)?;
    // What it stumbles over stands in comments, so that it judges as before.
    let (text, own_rules) = drawn(&trial::unread(&report));
    Ok(Drafted { text, looked, own_rules, report })
}

/// Writes a file that must not be there yet, whole or not at all.
fn write_new(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut temporary = super::output::builder(file).prefix(".policy-").tempfile_in(folder)?;
    temporary.write_all(bytes)?;
    temporary.persist_noclobber(file).map(|_| ()).map_err(|error| error.error)
}
