//! Which distributions anybody asks about, and where their names may stand. Knows spellings; must not know formats.

use crate::readers::wanted::Distributions;
use aho_corasick::AhoCorasick;
use rustc_hash::FxHashSet;

/// The distributions that rules ask about.
pub(super) struct Asked {
    all: bool,
    names: FxHashSet<String>,
    /// First parts of the names, with the parts that follow each.
    heads: Vec<Vec<Vec<u8>>>,
    searcher: Option<AhoCorasick>,
}

impl Asked {
    /// These, or all.
    pub(super) fn new(names: &[String], all: bool) -> Self {
        let mut heads: Vec<(String, Vec<Vec<u8>>)> = Vec::new();
        for name in names {
            let (head, rest) = name.split_once('-').unwrap_or((name, ""));
            let rest = rest.as_bytes().to_vec();
            match heads.iter_mut().find(|(own, _)| own == head) {
                Some((_, rests)) => rests.push(rest),
                None => heads.push((head.to_owned(), vec![rest])),
            }
        }
        let searcher = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(aho_corasick::MatchKind::Standard)
            .build(heads.iter().map(|(head, _)| head.as_str()))
            .ok();
        Self {
            all,
            names: names.iter().cloned().collect(),
            heads: heads.into_iter().map(|(_, rests)| rests).collect(),
            searcher,
        }
    }
}

/// Whether the parts of a name stand at the start of bytes, each behind at least one separator.
fn goes_on(bytes: &[u8], rest: &[u8]) -> bool {
    let is_separator = |byte: u8| matches!(byte, b'-' | b'_' | b'.');
    let mut at = 0;
    for part in rest.split(|byte| *byte == b'-').filter(|part| !part.is_empty()) {
        let blank = bytes.get(at..).unwrap_or_default().iter().take_while(|byte| is_separator(**byte)).count();
        at += blank;
        let fits = bytes.get(at..at + part.len()).is_some_and(|own| own.eq_ignore_ascii_case(part));
        if blank == 0 || !fits {
            return false;
        }
        at += part.len();
    }
    true
}

impl Distributions for Asked {
    fn all(&self) -> bool {
        self.all
    }

    fn wants(&self, name: &str) -> bool {
        self.all || self.names.contains(name)
    }

    fn may_stand_in(&self, bytes: &[u8]) -> bool {
        if self.all {
            return true;
        }
        // Without a searcher nobody can tell.
        let Some(searcher) = &self.searcher else { return true };
        searcher.find_overlapping_iter(bytes).any(|found| {
            let rests = self.heads.get(found.pattern().as_usize());
            let behind = bytes.get(found.end()..).unwrap_or_default();
            rests.is_some_and(|rests| rests.iter().any(|rest| goes_on(behind, rest)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_spelling() {
        let asked = Asked::new(&["redis".to_owned(), "types-redis".to_owned(), "a-b-c".to_owned()], false);
        for text in ["REDIS==1", "x Redis", "A.b_-C", "a--b.c"] {
            assert!(asked.may_stand_in(text.as_bytes()), "{text}");
        }
        for text in ["", "redi s", "ab-c", "a-b", "types"] {
            assert!(!asked.may_stand_in(text.as_bytes()), "{text}");
        }
        assert!(asked.wants("a-b-c") && !asked.wants("a-b"));
        assert!(Asked::new(&[], true).wants("x") && !Asked::new(&[], false).may_stand_in(b"x"));
    }
}
