//! `policy baseline`: shows what may stay, and writes the file: once, then only ever smaller. Knows the command; how findings and
//! entries are matched is elsewhere.

use super::common::{fail, printed};
use super::output::to_file;
use super::ratchet::{self, Existing, Loaded};
use super::side::Outcome;
use super::{Command, Exit, Shell, policy_file, whole};
use crate::baseline::{self, Entry};
use crate::disk::{DiskTree, Place, absolute, plain};
use crate::formats::escape;
use crate::policy::{Policy, Rule};
use crate::repo_path::RepoPath;
use clap::{Arg, ArgAction, ArgMatches, value_parser};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

/// The command.
pub(super) static COMMAND: Command = Command { name: "baseline", define, run };

fn define(command: clap::Command) -> clap::Command {
    let flag = |name: &'static str, help: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    command
        .about("Show or write the findings that may stay")
        .arg(flag("create", "Write a baseline of everything that is found now; there must be none yet"))
        .arg(flag("tighten", "Remove entries that no longer occur"))
        .arg(flag("follow", "Let entries follow files and scopes that moved"))
        .arg(
            Arg::new("accept")
                .long("accept")
                .value_name("RULE")
                .action(ArgAction::Append)
                .help("Add what is found of one rule now (repeatable)"),
        )
        .arg(
            Arg::new("baseline")
                .long("baseline")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("The file; `policy.baseline` beside the policy by default"),
        )
        .group(clap::ArgGroup::new("what").args(["create", "accept"]).multiple(false))
        .after_help(
            "\
Examples:
  policy baseline --create             switch the gate on today: what is there may stay
  policy baseline                      how much is left, by rule and folder
  policy baseline --tighten            after a clean-up: what is done may not come back
  policy baseline --accept no-pytz     a new rule: what is there of it may stay",
        )
}

fn run(matches: &ArgMatches, shell: &mut Shell<'_>) -> Exit {
    let (place, policy, _) = match policy_file::here(matches, shell.err_columns, shell) {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    let accepted: Vec<String> = matches.get_many::<String>("accept").into_iter().flatten().cloned().collect();
    if let Some(unknown) = accepted.iter().find(|id| policy.rule(id).is_none()) {
        return fail(shell, &format!("the policy has no rule `{unknown}`"), "`policy rules` lists all");
    }
    let typed = matches.get_one::<PathBuf>("baseline").map(|typed| absolute(&shell.working, typed));
    let (path, is_named) =
        typed.map_or_else(|| ratchet::named_by(&policy), |typed| (ratchet::typed(&typed, &place.root), true));
    let Some(file) = ratchet::on_disk(&place.root, &path) else {
        return fail(shell, &format!("`{path}` cannot be a file name on this system"), "name another file");
    };
    let creates = matches.get_flag("create");
    if creates && file.symlink_metadata().is_ok() {
        let help = "`--accept RULE` adds what is found of one rule, `--tighten` removes what is done; \
                    to begin anew, remove the file yourself";
        return fail(shell, &format!("the baseline `{path}` is already there"), help);
    }
    let is_named =
        !creates && (is_named || !accepted.is_empty() || matches.get_flag("tighten") || matches.get_flag("follow"));
    let loaded = match ratchet::from_disk(&file, path.clone(), is_named, shell) {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    if loaded.is_none() && !creates {
        return fail(shell, "there is no baseline", "`policy baseline --create` writes one");
    }
    let outcome = match whole::judge(matches, &place, &policy, shell) {
        Ok(outcome) => outcome,
        Err(exit) => return exit,
    };
    let own = loaded.unwrap_or(Loaded { path, entries: Vec::new() });
    let wanted = Wanted {
        creates,
        tightens: matches.get_flag("tighten"),
        follows: matches.get_flag("follow"),
        accepted: &accepted,
    };
    if !creates && !wanted.tightens && !wanted.follows && accepted.is_empty() {
        return show(&own, outcome, &place, shell);
    }
    let entries = wanted.entries(&own.entries, &outcome, &place, &policy);
    write(&own, &entries, &file, shell)
}

/// What is to become of a baseline.
struct Wanted<'w> {
    creates: bool,
    tightens: bool,
    follows: bool,
    accepted: &'w [String],
}

impl Wanted<'_> {
    fn entries(&self, old: &[Entry], outcome: &Outcome, place: &Place, policy: &Policy) -> Vec<Entry> {
        let findings = &outcome.findings;
        if self.creates {
            return baseline::entries(findings);
        }
        let tree = DiskTree::new(place.root.clone());
        let matched = baseline::apply(old, findings, &Existing { tree: &tree, renames: FxHashMap::default() });
        let mut entries: BTreeSet<Entry> = BTreeSet::new();
        for (entry, used) in old.iter().zip(&matched.used) {
            let found = used.and_then(|index| findings.get(index));
            // A rule that says nothing yet cannot tell what is done.
            let is_done = found.is_none() && !policy.rule(&entry.rule).is_some_and(Rule::is_waiting);
            if self.tightens && is_done {
                continue;
            }
            match found {
                // Where entries move together, each keeps a number of its own.
                Some(finding) if self.follows => insert(Entry::of(finding), &mut entries),
                _ if self.follows => insert(entry.clone(), &mut entries),
                _ => {
                    entries.insert(entry.clone());
                }
            }
        }
        for (finding, permitted) in findings.iter().zip(&matched.permitted) {
            if *permitted || !baseline::holds(finding) || !self.accepted.iter().any(|id| **id == *finding.rule) {
                continue;
            }
            insert(Entry::of(finding), &mut entries);
        }
        entries.into_iter().collect()
    }
}

/// Adds an entry under the first number that is free: each finding has one of its own.
fn insert(mut entry: Entry, entries: &mut BTreeSet<Entry>) {
    entry.ordinal = 0;
    while entries.contains(&entry) {
        entry.ordinal += 1;
    }
    entries.insert(entry);
}

fn write(own: &Loaded, entries: &[Entry], file: &std::path::Path, shell: &mut Shell<'_>) -> Exit {
    let text = baseline::write(entries);
    let written = to_file(file, |out| out.write_all(text.as_bytes()));
    if let Err(error) = written {
        let what = format!("the baseline `{}` could not be written: {}", own.path, plain(&error));
        return fail(shell, &what, "make its folder writable");
    }
    let before: BTreeSet<&Entry> = own.entries.iter().collect();
    let after: BTreeSet<&Entry> = entries.iter().collect();
    let (added, removed) = (after.difference(&before).count(), before.difference(&after).count());
    let path = escape::line(&own.path.to_string()).into_owned();
    let count = counted(entries.len());
    let written = writeln!(shell.out, "{path}: {count}, {added} added, {removed} removed");
    printed(shell, written, Exit::Clean)
}

fn counted(entries: usize) -> String {
    if entries == 1 { "1 entry".to_owned() } else { format!("{entries} entries") }
}

/// Rows of each table.
const ROWS: usize = 12;

fn show(own: &Loaded, mut outcome: Outcome, place: &Place, shell: &mut Shell<'_>) -> Exit {
    let tree = DiskTree::new(place.root.clone());
    let (used, stale) =
        ratchet::apply(&own.entries, &mut outcome, &Existing { tree: &tree, renames: FxHashMap::default() });
    let open = outcome.findings.iter().filter(|finding| baseline::holds(finding)).count();
    let mut text = format!(
        "{}: {}; still found: {used}, done: {}; found, but not in it: {open}\n",
        own.path,
        counted(own.entries.len()),
        stale.len()
    );
    table("by rule", own.entries.iter().map(|entry| entry.rule.to_string()), &mut text);
    table("by folder", own.entries.iter().map(|entry| folder(&entry.path)), &mut text);
    for entry in stale.iter().take(ROWS) {
        let _ = writeln!(text, "done: {} in {}: {}", entry.rule, entry.path, entry.name);
    }
    if stale.len() > ROWS {
        let _ = writeln!(text, "… and {} more", stale.len() - ROWS);
    }
    if !stale.is_empty() {
        text.push_str("next: `policy baseline --tighten` removes what is done\n");
    }
    let lines: Vec<String> = text.lines().map(|line| escape::line(line).into_owned()).collect();
    let written = writeln!(shell.out, "{}", lines.join("\n"));
    printed(shell, written, Exit::Clean)
}

fn folder(path: &RepoPath) -> String {
    let parent = path.parent();
    let parts: Vec<String> = parent.segments().take(2).map(|part| String::from_utf8_lossy(part).into_owned()).collect();
    if parts.is_empty() { "./".to_owned() } else { format!("{}/", parts.join("/")) }
}

fn table(title: &str, keys: impl Iterator<Item = String>, text: &mut String) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for key in keys {
        *counts.entry(key).or_insert(0) += 1;
    }
    let mut rows: Vec<(String, usize)> = counts.into_iter().collect();
    rows.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    // Writing to memory does not fail.
    let _ = writeln!(text, "{title}:");
    for (name, count) in rows.iter().take(ROWS) {
        let _ = writeln!(text, "{count:>7}  {name}");
    }
    if rows.len() > ROWS {
        let _ = writeln!(text, "         … and {} more", rows.len() - ROWS);
    }
}
