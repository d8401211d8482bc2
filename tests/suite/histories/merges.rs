//! Two branches each fix something and tighten the baseline; git merges the files. What merges cleanly tells nothing wrong.

use super::labels::History;
use super::model::{Key, Project, Tape};
use super::{Read, Texts, Unchanged, counted, kept, key, made, made_of, runner, told};
use crate::suite::harness::{skipped, write as write_file};
use policy::baseline::{Around, Entry, apply, entries, read, write};
use policy::finding::Finding;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::process::Command;

/// What `git merge-file` makes of two sides, and whether they conflict; `None` without git.
fn merge(folder: &Path, base: &str, sides: [&str; 2]) -> Option<(String, bool)> {
    for (name, text) in [("base", base), ("ours", sides[0]), ("theirs", sides[1])] {
        write_file(folder, name, text.as_bytes());
    }
    let mut git = Command::new("git");
    git.args(["merge-file", "--stdout", "--diff3", "ours", "base", "theirs"]).current_dir(folder);
    let output = git.env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", folder).output().ok()?;
    let code = output.status.code().unwrap();
    assert!((0..128).contains(&code), "{}", String::from_utf8_lossy(&output.stderr));
    Some((String::from_utf8(output.stdout).unwrap(), code > 0))
}

fn has_git(who: &str) -> bool {
    let found = merge(tempfile::tempdir().unwrap().path(), "", ["", ""]).is_some();
    if !found {
        skipped(who, "no git");
    }
    found
}

/// Lines of a base that a side has no longer, as runs.
fn removed(base: &str, side: &str) -> Vec<Range<usize>> {
    let left: BTreeSet<&str> = side.lines().collect();
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, _) in base.lines().enumerate().filter(|(_, line)| !left.contains(line)) {
        match runs.last_mut() {
            Some(run) if run.end == at => run.end += 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

/// Whether what two sides removed touches, without being the same.
fn touches(ours: &[Range<usize>], theirs: &[Range<usize>]) -> bool {
    let pairs = ours.iter().flat_map(|own| theirs.iter().map(move |other| (own, other)));
    pairs.into_iter().any(|(own, other)| own != other && own.start <= other.end && other.start <= own.end)
}

fn in_both(ours: &[Entry], theirs: &[Entry]) -> Vec<Entry> {
    ours.iter().filter(|entry| theirs.contains(entry)).cloned().collect()
}

/// A history that changes nothing but what was fixed.
fn fixing(before: &Project, fixed: &BTreeSet<usize>) -> History {
    History { before: before.clone(), after: before.without(fixed), steps: Vec::new() }
}

fn findings(project: &Project, is_text: bool) -> Vec<Finding> {
    if is_text { Texts::of(project).judged() } else { made_of(project) }
}

/// What of a state is told, and which entries are left without a finding.
fn applied(entries: &[Entry], history: &History, is_text: bool) -> (usize, Vec<Key>, Vec<Entry>) {
    let (texts, findings) = (Texts::of(&history.after), findings(&history.after, is_text));
    let read = Read(&texts, history);
    let around: &dyn Around = if is_text { &read } else { history };
    let matched = apply(entries, &findings, around);
    let stale = entries.iter().zip(&matched.used).filter(|(_, used)| used.is_none()).map(|(entry, _)| entry);
    let stale = made_keys(stale);
    (told(&findings, &matched).values().sum(), stale, kept(entries, &matched))
}

fn made_keys<'e>(entries: impl Iterator<Item = &'e Entry>) -> Vec<Key> {
    let key = |e: &Entry| (e.rule.to_string(), e.path.to_string(), e.scope.to_string(), e.name.to_string());
    entries.map(key).collect()
}

fn choose(count: usize, tape: &mut Tape) -> BTreeSet<usize> {
    (0..=tape.below(3)).map(|_| tape.below(count)).collect()
}

/// One merge: whether it was clean.
fn one(folder: &Path, tape: &mut Tape) -> Result<bool, TestCaseError> {
    let base = Project::first(tape);
    let is_text = tape.below(4) == 3;
    let (ours, theirs) = (choose(base.count(), tape), choose(base.count(), tape));
    let both: BTreeSet<usize> = ours.union(&theirs).copied().collect();
    let [ours, theirs, both] = [ours, theirs, both].map(|fixed| fixing(&base, &fixed));
    let all = findings(&base, is_text);
    let text = write(&entries(&all));
    let sides = [&ours, &theirs].map(|side| {
        let (new, _, tight) = applied(&entries(&all), side, is_text);
        assert_eq!(new, 0, "a fix makes nothing new");
        (write(&tight), tight)
    });
    let (merged, conflicts) = merge(folder, &text, [&sides[0].0, &sides[1].0]).unwrap();
    let runs = [0, 1].map(|side| removed(&text, &sides[side].0));
    prop_assert_eq!(conflicts, touches(&runs[0], &runs[1]), "{}", merged);
    // As a person resolves it: what both sides kept. It is never too little, and is what a clean merge gives.
    let resolved = in_both(&sides[0].1, &sides[1].1);
    let (new, stale, _) = applied(&resolved, &both, is_text);
    prop_assert_eq!(new, 0, "{}", merged);
    if conflicts {
        let mistake = read(merged.as_bytes()).unwrap_err();
        prop_assert!(mistake.message.contains("merge conflict") && mistake.line > 1, "{:?}", mistake);
    } else {
        prop_assert_eq!(&read(merged.as_bytes()).unwrap(), &read(write(&resolved).as_bytes()).unwrap());
    }
    // Nothing is stale but one of each pair of equal findings of which each side fixed another.
    let counts = |state: &History| counted(findings(&state.after, is_text).iter().map(key));
    let (before, [ours, theirs, both]) = (counted(all.iter().map(key)), [&ours, &theirs, &both].map(counts));
    let expected = before.iter().map(|(key, count)| {
        let left = |counts: &std::collections::BTreeMap<Key, usize>| *counts.get(key).unwrap_or(&0);
        let fixed_twice = (count - left(&ours)).min(count - left(&theirs));
        let stale = left(&ours).min(left(&theirs)) - left(&both);
        assert!(stale <= fixed_twice);
        (key.clone(), stale)
    });
    prop_assert_eq!(counted(stale), expected.filter(|(_, count)| *count > 0).collect());
    Ok(!conflicts)
}

#[test]
fn merged_baselines_tell_nothing_wrong() {
    if !has_git("merged baselines") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (clean, conflicting) = (Cell::new(0), Cell::new(0));
    let outcome = runner(800, 9).run(&prop::collection::vec(any::<u32>(), 30..200), |choices| {
        let is_clean = one(folder.path(), &mut Tape::new(choices))?;
        let count = if is_clean { &clean } else { &conflicting };
        count.set(count.get() + 1);
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    assert!(clean.get() > 300 && conflicting.get() > 50, "{} clean, {} conflict", clean.get(), conflicting.get());
}

/// The baseline of functions of these names, each with one finding.
fn baseline(scopes: &[&str]) -> String {
    let key = |scope: &&str| ("http".to_owned(), "a.py".to_owned(), (*scope).to_owned(), "requests".to_owned());
    write(&entries(&made(scopes.iter().map(key))))
}

#[test]
fn neighbouring_entries_conflict_and_the_conflict_is_refused() {
    if !has_git("neighbouring entries") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let sides = [baseline(&["a", "c", "d"]), baseline(&["a", "b", "d"])];
    let (merged, conflicts) = merge(folder.path(), &baseline(&["a", "b", "c", "d"]), [&sides[0], &sides[1]]).unwrap();
    assert!(conflicts, "{merged}");
    let mistake = read(merged.as_bytes()).unwrap_err();
    assert!(mistake.message.contains("merge conflict") && mistake.help.contains("both sides kept"), "{mistake:?}");
    // Each line that git may leave behind is refused by itself.
    for mark in ["<<<<<<< ours", "||||||| base", "=======", ">>>>>>> theirs"] {
        assert!(merged.contains(&format!("{mark}\n")), "{mark}\n{merged}");
        let mistake = read(format!("{}{mark}\n", sides[0]).as_bytes()).unwrap_err();
        assert_eq!((mistake.line, mistake.message.contains("merge conflict")), (5, true), "{mark}");
    }
    // What both kept still permits all that is left.
    let both = in_both(&read(sides[0].as_bytes()).unwrap(), &read(sides[1].as_bytes()).unwrap());
    assert_eq!(write(&both), baseline(&["a", "d"]));
}

#[test]
fn entries_with_one_kept_line_between_merge() {
    if !has_git("entries apart") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let base = baseline(&["a", "b", "c", "d"]);
    let of =
        |ours: &[&str], theirs: &[&str]| merge(folder.path(), &base, [&baseline(ours), &baseline(theirs)]).unwrap();
    assert_eq!(of(&["b", "c", "d"], &["a", "b", "d"]), (baseline(&["b", "d"]), false));
    // The same on both sides is no conflict; the first and the last have all between them.
    assert_eq!(of(&["a", "d"], &["a", "d"]), (baseline(&["a", "d"]), false));
    assert_eq!(of(&["b", "c", "d"], &["a", "b", "c"]), (baseline(&["b", "c"]), false));
    assert!(of(&["a", "c", "d"], &["a", "d"]).1, "part of what the other removed");
}

#[test]
fn equal_findings_that_each_side_fixed_leave_one_stale_entry() {
    let key = || ("http".to_owned(), "a.py".to_owned(), String::new(), "requests".to_owned());
    let of = |count: usize| made(std::iter::repeat_with(key).take(count));
    let base = entries(&of(3));
    let side = kept(&base, &apply(&base, &of(2), &Unchanged));
    // Both sides removed the same line, so the merge is clean; the code lost two of three.
    let matched = apply(&side, &of(1), &Unchanged);
    assert_eq!((matched.permitted, matched.used), (vec![true], vec![Some(0), None]));
}
