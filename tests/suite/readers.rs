//! Every reader in the table, on bytes that nobody would call Python.

use policy::fact::{Fact, Role};
use policy::readers::wanted::Everything;
use policy::readers::{Detail, READERS, Sink, Unread, Wanted, by_path};
use policy::repo_path::RepoPath;
use policy::source::Source;
use policy::text::Positions;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// Checks what every fact must be, and remembers its place.
struct Checked {
    len: u32,
    facts: Vec<(String, u32)>,
    unread: usize,
}

impl Sink for Checked {
    fn fact(&mut self, positions: &mut Positions<'_>, fact: &Fact<'_>) {
        let (start, end) = (positions.at(fact.span.start), positions.at(fact.span.end));
        assert!(start.offset < end.offset && end.offset <= self.len, "{fact:?}");
        assert!(start.line >= 1 && start.column >= 1);
        assert!(fact.statement.start <= fact.span.start && fact.span.end <= fact.statement.end, "{fact:?}");
        let is_code = fact.role != Role::Dependency && positions.within(fact.span.start).is_none();
        let last = self.facts.last().filter(|_| is_code);
        assert!(last.is_none_or(|(_, last)| *last <= start.offset), "facts come in order");
        self.facts.push((fact.name.to_owned(), start.offset));
    }

    fn unread(&mut self, positions: &mut Positions<'_>, unread: Unread) {
        let (start, end) = (positions.at(unread.span.start), positions.at(unread.span.end));
        assert!(start.offset <= end.offset && end.offset <= self.len);
        self.unread += 1;
    }
}

/// A file for each reader, by a name that it claims.
const FILES: [&str; 18] = [
    "a.py",
    "setup.py",
    "noxfile.py",
    "a.ipynb",
    "a.md",
    "a.rst",
    "poetry.lock",
    "Pipfile.lock",
    "pyproject.toml",
    "setup.cfg",
    "tox.ini",
    "Pipfile",
    ".pre-commit-config.yaml",
    ".github/workflows/ci.yml",
    "environment.yml",
    "Dockerfile",
    "Makefile",
    "a.sh",
];
const MORE_FILES: [&str; 2] = ["requirements.txt", "constraints.txt"];

/// Reads bytes as a file of this name.
fn read_as(name: &str, bytes: &[u8], wanted: &Wanted<'_>) -> Checked {
    let path = RepoPath::from_bytes(name.as_bytes());
    let (reader, surface) = by_path(&path).unwrap_or_else(|| panic!("nobody reads {name}"));
    let len = u32::try_from(bytes.len()).unwrap();
    let mut all = Checked { len, facts: vec![], unread: 0 };
    reader.read(&Source { path: &path, bytes }, surface, wanted, Detail::Whole, &mut all);
    all
}

/// Reads bytes by every reader, asking for everything; what is read of them as Python.
fn read(bytes: &[u8]) -> Checked {
    let everything = Wanted { distributions: Some(&Everything), ..Wanted::IMPORTS };
    for name in FILES.iter().chain(&MORE_FILES) {
        read_as(name, bytes, &everything);
    }
    read_as("a.py", bytes, &Wanted::IMPORTS)
}

#[test]
fn every_reader_says_what_it_reads_and_claims_a_file() {
    let mut unclaimed: Vec<&str> = READERS.iter().map(|reader| reader.name()).collect();
    for name in FILES.iter().chain(&MORE_FILES) {
        let (reader, _) = by_path(&RepoPath::from_bytes(name.as_bytes())).unwrap();
        unclaimed.retain(|own| *own != reader.name());
    }
    assert_eq!(unclaimed, Vec::<&str>::new(), "a file for each reader belongs into FILES");
    for reader in READERS {
        assert!(!reader.name().is_empty() && !reader.about().is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read(&bytes);
    }

    #[test]
    fn scraps_of_python_never_panic(scraps in prop::collection::vec(prop::sample::select(SCRAPS.to_vec()), 0..60)) {
        read(scraps.concat().as_bytes());
    }

    #[test]
    fn line_ends_and_marks_change_no_name(scraps in prop::collection::vec(prop::sample::select(SCRAPS.to_vec()), 0..30)) {
        let text = scraps.concat().replace('\r', "");
        let names = |text: &str| read(text.as_bytes()).facts.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        let plain = names(&text);
        prop_assert_eq!(&plain, &names(&text.replace('\n', "\r\n")));
        prop_assert_eq!(&plain, &names(&text.replace('\n', "\r")));
        prop_assert_eq!(&plain, &names(&format!("\u{feff}{text}")));
    }
}

/// What source consists of, and what breaks it.
pub(crate) const SCRAPS: [&str; 58] = [
    "import ",
    "from ",
    " as ",
    "a",
    "b.c",
    ".",
    "..",
    ",",
    ", ",
    "(",
    ")",
    "*",
    "\n",
    "\r\n",
    "\r",
    "\\\n",
    ";",
    ":",
    " ",
    "\t",
    "\x0c",
    "#",
    "# import q\n",
    "'",
    "\"",
    "'''",
    "\"\"\"",
    "f'",
    "f\"",
    "rf'",
    "t\"",
    "{",
    "}",
    "{{",
    "x:",
    "\\",
    "\\N{",
    "if ",
    "try:\n",
    "except ImportError:\n",
    "def f():\n",
    "class A:\n",
    "lazy ",
    "import",
    "ﬁ",
    "é",
    "\u{a0}",
    "import requests\n",
    "from requests import get\n",
    "import a, 1b\n",
    "if TYPE_CHECKING:\n  ",
    "from typing import TYPE_CHECKING\n",
    "else:\n",
    "    ",
    "requests",
    "aiohttp",
    "_p",
    "__d__",
];
