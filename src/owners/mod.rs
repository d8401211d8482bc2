//! Who owns which path, as a CODEOWNERS file says. Knows where such files lie and how their rules add up to owners; must
//! not know how files are read, or what owners are asked for.
//!
//! GitHub and GitLab share the name of the file and little else: the same pattern may own other paths, and the same line
//! other people. Which one holds is seldom written down, so [`Flavour::of_file`] tells by what there is.

mod flavour;
mod github;
mod gitlab;
mod index;
mod lines;
mod pattern;
mod segment;

pub use flavour::{Flavour, PLACES};

use crate::repo_path::RepoPath;
use index::Index;
use pattern::Pattern;
use rustc_hash::FxHashSet;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Who owns a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owned<'a> {
    /// These do: each once, as the file spells them, in its order.
    By(Vec<&'a str>),
    /// Nobody, and the file says so: what matched has no owners, or excludes the path.
    Nobody,
    /// The file does not say.
    Unknown,
}

/// Something in a file that its service does not take as it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The line, from 1. What is wrong with a whole file is said of the first.
    pub line: u32,
    /// What is wrong.
    pub what: String,
}

/// A CODEOWNERS file.
#[derive(Clone, Debug)]
pub struct Owners {
    rules: Vec<Rule>,
    mistakes: Vec<Mistake>,
    index: Index,
}

/// A line with a pattern.
#[derive(Clone, Debug)]
struct Rule {
    pattern: Pattern,
    /// The section's number. Those of one section compete; those of several add up.
    section: usize,
    owners: Arc<[String]>,
    /// Nothing of this section owns what the pattern matches.
    excludes: bool,
}

/// What a file holds.
#[derive(Default)]
struct Reading {
    rules: Vec<Rule>,
    mistakes: Vec<Mistake>,
}

impl Owners {
    /// Reads a file. A line that is not understood is a mistake, and the others hold.
    #[must_use]
    pub fn parse(bytes: &[u8], flavour: Flavour) -> Self {
        let Reading { rules, mistakes } = match flavour {
            _ if memchr::memchr(0, bytes).is_some() => {
                let what = "the file holds a NUL byte: it is no text, so nobody owns anything".to_owned();
                Reading { rules: Vec::new(), mistakes: vec![Mistake { line: 1, what }] }
            }
            Flavour::GitHub => github::read(bytes),
            Flavour::GitLab => gitlab::read(bytes),
        };
        let index = Index::new(rules.iter().map(|rule| &rule.pattern));
        Self { rules, mistakes, index }
    }

    /// Who owns a path of the work tree.
    #[must_use]
    pub fn of(&self, path: &RepoPath) -> Owned<'_> {
        let path: Vec<&[u8]> = path.segments().collect();
        // What each section says: its last rule that matches, or none if one that excludes does.
        let mut says: BTreeMap<usize, Option<&Rule>> = BTreeMap::new();
        for rule in self.index.candidates(&path).into_iter().filter_map(|number| self.rules.get(number)) {
            let is_settled = says.get(&rule.section).is_some_and(|said| said.is_none() || !rule.excludes);
            if !is_settled && rule.pattern.matches(&path) {
                says.insert(rule.section, (!rule.excludes).then_some(rule));
            }
        }
        if says.is_empty() {
            return Owned::Unknown;
        }
        let mut seen = FxHashSet::default();
        let owners = says.values().flatten().flat_map(|rule| rule.owners.iter().map(String::as_str));
        let owners: Vec<&str> = owners.filter(|owner| seen.insert(*owner)).collect();
        if owners.is_empty() { Owned::Nobody } else { Owned::By(owners) }
    }

    /// Everybody whom the file names.
    #[must_use]
    pub fn names(&self) -> BTreeSet<&str> {
        self.rules.iter().flat_map(|rule| rule.owners.iter().map(String::as_str)).collect()
    }

    /// What the file's service does not take as it is meant, in the order of lines.
    #[must_use]
    pub fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    /// Owners as one text: `-` for nobody, `?` for unknown.
    fn of(owners: &Owners, path: &str) -> String {
        match owners.of(&RepoPath::from_bytes(path.as_bytes())) {
            Owned::By(owners) => owners.join(" "),
            Owned::Nobody => "-".to_owned(),
            Owned::Unknown => "?".to_owned(),
        }
    }

    fn check(text: &str, flavour: Flavour, expected: &[(&str, &str)]) {
        let owners = Owners::parse(text.as_bytes(), flavour);
        for (path, expected) in expected {
            assert_eq!(of(&owners, path), *expected, "{path}");
        }
    }

    #[test]
    fn on_github_the_last_rule_that_matches_counts() {
        let text = "*.py @py @all @py\n/shop/ @shop\n/shop/free\n!/shop/x @no\n/shop/bad nobody\n*.txt @shop";
        let expected = [
            ("a.py", "@py @all"),
            ("shop/a.py", "@shop"),
            ("shop/free/a.py", "-"),
            ("shop/x", "@shop"),
            ("shop/bad", "@shop"),
            ("README", "?"),
            ("shop/free/a.txt", "@shop"),
        ];
        check(text, Flavour::GitHub, &expected);
        let lines: Vec<u32> =
            Owners::parse(text.as_bytes(), Flavour::GitHub).mistakes().iter().map(|mistake| mistake.line).collect();
        assert_eq!(lines, [4, 5]);
    }

    #[test]
    fn on_gitlab_sections_add_up() {
        let text = "*.py @core\n[Money]\npay.py @bank @audit\nshop/pay.py @shop\n\n[Law]\npay.py @law @core\n";
        let expected = [
            ("pay.py", "@core @bank @audit @law"),
            ("eu/shop/pay.py", "@core @shop @law"),
            ("a.py", "@core"),
            ("a.md", "?"),
        ];
        check(text, Flavour::GitLab, &expected);
    }

    #[test]
    fn on_gitlab_an_exclusion_is_final_in_its_section() {
        let text = "[Code]\n*.py @code\n!/gen/**/*.py\n/gen/kept.py @kept\n[Made]\n/gen/*.py @made\n\
            [CODE]\n/gen/late.py @late\n!*.lock\n";
        let expected = [
            ("a.py", "@code"),
            ("gen/kept.py", "@made"),
            ("gen/late.py", "@made"),
            ("gen/x/a.py", "-"),
            ("a.lock", "-"),
            ("a.md", "?"),
        ];
        check(text, Flavour::GitLab, &expected);
    }

    #[test]
    fn on_gitlab_sections_have_default_owners() {
        let text = "[Texts] @writers\nguide/\nNEWS\n\n^[Store][1] @store @ann\nstore/\n/store/admin.py @writers\n\
            [Bare]\nbare\n[texts]\nlate.txt\n";
        let expected = [
            ("guide/a", "@writers"),
            ("store/NEWS", "@writers @store @ann"),
            ("store/admin.py", "@writers"),
            ("bare", "-"),
            ("late.txt", "-"),
        ];
        check(text, Flavour::GitLab, &expected);
    }

    #[test]
    fn the_same_file_means_other_things() {
        let text = "docs @d\ninternal/a.py @i\n";
        check(text, Flavour::GitHub, &[("docs/a", "@d"), ("x/internal/a.py", "?")]);
        check(text, Flavour::GitLab, &[("docs/a", "?"), ("x/internal/a.py", "@i")]);
    }

    #[test]
    fn odd_bytes_do_no_harm() {
        let owners = Owners::parse(b"\xff* @x\n* @\xff\n\xff/a @y", Flavour::GitHub);
        assert_eq!(owners.of(&RepoPath::from_bytes(b"\xff/a")), Owned::By(vec!["@y"]));
        assert_eq!(owners.of(&RepoPath::from_bytes(b"\xff")), Owned::By(vec!["@x"]));
        assert_eq!(owners.of(RepoPath::root()), Owned::Unknown);
        assert_eq!(owners.mistakes().len(), 1);
        for flavour in [Flavour::GitHub, Flavour::GitLab] {
            let owners = Owners::parse(b"* @x\n\0", flavour);
            assert_eq!((of(&owners, "a"), owners.mistakes().len()), ("?".to_owned(), 1));
        }
    }

    #[test]
    fn many_rules_and_many_paths_take_no_time() {
        let start = Instant::now();
        let mut text = String::from("* @all\n");
        for number in 0..5_000 {
            let line = match number % 4 {
                0 => format!("/apps/team{number}/ @t{number}\n"),
                1 => format!("**/lib{number}/**/*.py @t{number}\n"),
                2 => format!("*{number}_test.py @t{number}\n"),
                _ => format!("services/svc{number}/* @t{number}\n"),
            };
            text.push_str(&line);
        }
        for flavour in [Flavour::GitHub, Flavour::GitLab] {
            let owners = Owners::parse(text.as_bytes(), flavour);
            for number in 0..10_000 {
                let path = format!("apps/team{}/src/lib{}/file{number}_test.py", number % 6_000, number % 7_000);
                assert_ne!(of(&owners, &path), "?");
            }
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    }
}
