//! Every reader in the table, on bytes that nobody would call Python.

use policy::fact::Fact;
use policy::readers::{Detail, READERS, Sink, Unread, Wanted};
use policy::surface::Surface;
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
        assert!(self.facts.last().is_none_or(|(_, last)| *last <= start.offset), "facts come in order");
        self.facts.push((fact.name.to_owned(), start.offset));
    }

    fn unread(&mut self, positions: &mut Positions<'_>, unread: Unread) {
        let (start, end) = (positions.at(unread.span.start), positions.at(unread.span.end));
        assert!(start.offset <= end.offset && end.offset <= self.len);
        self.unread += 1;
    }
}

fn read(bytes: &[u8]) -> Checked {
    let len = u32::try_from(bytes.len()).unwrap();
    let mut all = Checked { len, facts: vec![], unread: 0 };
    for reader in READERS {
        reader.read(bytes, Surface::Code, &Wanted::IMPORTS, Detail::Whole, &mut all);
    }
    all
}

#[test]
fn every_reader_says_what_it_reads() {
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
