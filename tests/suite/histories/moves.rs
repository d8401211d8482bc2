//! Each rule of what moved, at its border.

use super::model::Key;
use super::{finding, made};
use policy::baseline::{Around, apply, entries};
use policy::repo_path::RepoPath;
use std::collections::BTreeMap;

/// What exists: files with their classes and functions, and what git says of renames.
#[derive(Default)]
struct Here {
    files: BTreeMap<&'static str, &'static [&'static str]>,
    renamed: Option<(&'static str, &'static str)>,
}

impl Around for Here {
    fn exists(&self, path: &RepoPath) -> bool {
        self.files.contains_key(&*path.to_string())
    }

    fn renamed(&self, path: &RepoPath) -> Option<RepoPath> {
        let (old, new) = self.renamed?;
        (path.to_string() == old).then(|| RepoPath::from_bytes(new.as_bytes()))
    }

    fn has_scope(&self, path: &RepoPath, scope: &str) -> bool {
        self.files.get(&*path.to_string()).is_some_and(|scopes| scopes.contains(&scope))
    }
}

/// `path scope name`, each; `-` is the module itself.
fn keys(text: &str) -> Vec<Key> {
    let key = |line: &str| {
        let [path, scope, name] = line.split_whitespace().collect::<Vec<_>>()[..] else { panic!("{line}") };
        let scope = if scope == "-" { "" } else { scope };
        ("http".to_owned(), path.to_owned(), scope.to_owned(), name.to_owned())
    };
    text.split(',').map(str::trim).filter(|line| !line.is_empty()).map(key).collect()
}

/// `n0` to `nK` at the top of a file.
fn many(path: &str, numbers: std::ops::Range<usize>) -> Vec<Key> {
    numbers.map(|n| ("http".to_owned(), path.to_owned(), String::new(), format!("n{n}"))).collect()
}

/// How many findings are told.
fn new(old: &[Key], now: &[Key], here: &Here) -> usize {
    let matched = apply(&entries(&made(old.to_vec())), &made(now.to_vec()), here);
    matched.permitted.iter().filter(|permitted| !**permitted).count()
}

fn files(files: &[(&'static str, &'static [&'static str])]) -> Here {
    Here { files: files.iter().copied().collect(), renamed: None }
}

#[test]
fn a_file_of_another_name_agrees_in_three_entries_and_half_of_all() {
    let here = files(&[("b.py", &[])]);
    // Entries, how many of them are in the new file, what else is there, and how many are told.
    for (entries, common, more, told) in [
        (3, 3, 0, 0),
        (2, 2, 0, 2),
        (3, 2, 0, 2),
        (3, 2, 5, 7),
        (6, 3, 0, 0),
        (6, 3, 4, 4),
        (7, 3, 0, 3),
        (7, 4, 0, 0),
        (8, 4, 1, 1),
        (9, 4, 0, 4),
        (100, 50, 0, 0),
        (101, 50, 0, 50),
    ] {
        let mut now = many("b.py", 0..common);
        now.extend(many("b.py", 1000..1000 + more));
        assert_eq!(new(&many("a.py", 0..entries), &now, &here), told, "{common} of {entries}, and {more}");
    }
}

#[test]
fn a_file_of_the_same_name_agrees_in_anything() {
    let here = files(&[("x/a.py", &[]), ("a.pyi", &[])]);
    assert_eq!(new(&many("a.py", 0..9), &many("x/a.py", 8..10), &here), 1);
    assert_eq!(new(&many("a.py", 0..9), &many("x/a.py", 9..10), &here), 1);
    assert_eq!(new(&many("a.py", 0..9), &many("a.pyi", 8..9), &here), 1);
}

#[test]
fn a_rename_that_git_knows_needs_one_entry_and_comes_first() {
    let mut here = files(&[("b.py", &[]), ("x/a.py", &[])]);
    let (old, both) = (many("a.py", 0..9), [many("b.py", 0..1), many("x/a.py", 0..5)].concat());
    assert_eq!(new(&old, &both, &here), 1);
    here.renamed = Some(("a.py", "b.py"));
    assert_eq!(new(&old, &both, &here), 5);
    assert_eq!(new(&old, &many("b.py", 8..10), &here), 1);
    assert_eq!(new(&old, &many("b.py", 9..10), &here), 1);
}

#[test]
fn what_is_still_there_did_not_move() {
    let here = files(&[("a.py", &["f"]), ("x/a.py", &["g"])]);
    assert_eq!(new(&many("a.py", 0..4), &many("x/a.py", 0..4), &here), 4, "a copy, and the first cleaned");
    let both = [many("a.py", 0..4), many("x/a.py", 0..4)].concat();
    assert_eq!(new(&many("a.py", 0..4), &both, &here), 4, "a copy");
    assert_eq!(new(&keys("a.py f x"), &keys("a.py g x"), &here), 1, "the function is still there");
    assert_eq!(new(&keys("a.py - x"), &keys("a.py f x"), &here), 1, "the module is still there");
}

#[test]
fn a_file_with_entries_of_its_own_takes_no_others() {
    let here = files(&[("x/a.py", &[])]);
    let old = [many("a.py", 0..4), many("x/a.py", 9..10)].concat();
    assert_eq!(new(&old, &many("x/a.py", 0..4), &here), 4);
    assert_eq!(new(&old, &[many("x/a.py", 0..4), many("x/a.py", 9..10)].concat(), &here), 4);
}

#[test]
fn one_file_moves_to_one_place() {
    let here = files(&[("x/a.py", &[]), ("y/a.py", &[])]);
    let both = [many("x/a.py", 0..2), many("y/a.py", 0..3)].concat();
    assert_eq!(new(&many("a.py", 0..3), &both, &here), 2, "where more of it is");
}

#[test]
fn a_function_that_is_gone_permits_another_in_its_file() {
    let here = files(&[("a.py", &["g", "C", "C.f"]), ("b.py", &["g"])]);
    assert_eq!(new(&keys("a.py f x"), &keys("a.py g x"), &here), 0);
    assert_eq!(new(&keys("a.py f x"), &keys("a.py C.f x"), &here), 0);
    assert_eq!(new(&keys("a.py f x"), &keys("a.py - x"), &here), 0, "dissolved into its module");
    assert_eq!(new(&keys("a.py f x"), &keys("a.py g y"), &here), 1, "another name");
    assert_eq!(new(&keys("a.py f x"), &keys("a.py g x, a.py g x"), &here), 1, "one entry, one permit");
    assert_eq!(new(&keys("a.py f x"), &keys("b.py g x"), &here), 1, "another file");
    assert_eq!(new(&keys("a.py f x, a.py f y"), &keys("a.py g x, a.py C.f y"), &here), 1, "to one place");
    let mut other_rule = made(keys("a.py g x"));
    other_rule[0].rule = "other".into();
    assert_eq!(apply(&entries(&made(keys("a.py f x"))), &other_rule, &here).permitted, [false]);
}

#[test]
fn a_class_takes_its_methods_along() {
    let here = files(&[("a.py", &["D", "D.f", "D.g"])]);
    let (old, now) = (keys("a.py C x, a.py C.f x, a.py C.g y"), keys("a.py D x, a.py D.f x, a.py D.g y, a.py D.g x"));
    assert_eq!(new(&old, &now, &here), 1);
}

#[test]
fn a_finding_is_permitted_where_it_is_before_anything_moves() {
    let here = files(&[("a.py", &["g"])]);
    let matched = apply(
        &entries(&made(keys("a.py f x, a.py g x"))),
        &[finding(&keys("a.py g x")[0], 0), finding(&keys("a.py g x")[0], 1)],
        &here,
    );
    assert_eq!(matched.used, [Some(1), Some(0)]);
}
