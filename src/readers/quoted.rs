//! Where strings may begin with a wanted name: a quote, and the name behind it. Knows names and bytes; must not know which
//! of these places are strings.

use crate::name::{identifier_len, is_identifier_byte};
use aho_corasick::packed::Searcher;
use memchr::memchr2_iter;

/// More names than this are told apart by their first letters, quote by quote.
const FEW: usize = 24;

/// Finds quotes in front of names.
pub struct Quoted {
    /// Each name with either quote, for few names.
    searcher: Option<Searcher>,
    /// The names; any when there are none.
    tops: Option<rustc_hash::FxHashSet<String>>,
    /// First bytes of the names.
    first: [bool; 256],
}

impl std::fmt::Debug for Quoted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Quoted").field("tops", &self.tops).finish_non_exhaustive()
    }
}

impl Quoted {
    /// In front of any name.
    #[must_use]
    pub fn any() -> Self {
        let mut first = [false; 256];
        for (byte, is_first) in (0_u8..=255).zip(first.iter_mut()) {
            *is_first = is_identifier_byte(byte) && !byte.is_ascii_digit();
        }
        Self { searcher: None, tops: None, first }
    }

    /// In front of one of these top-level names.
    #[must_use]
    pub fn of(tops: impl IntoIterator<Item = String>) -> Self {
        let tops: rustc_hash::FxHashSet<String> = tops.into_iter().collect();
        let mut first = [false; 256];
        for byte in tops.iter().filter_map(|top| top.bytes().next()) {
            if let Some(is_first) = first.get_mut(usize::from(byte)) {
                *is_first = true;
            }
        }
        let patterns = tops.iter().flat_map(|top| [format!("\"{top}"), format!("'{top}")]);
        let searcher = if tops.len() <= FEW { Searcher::new(patterns) } else { None };
        Self { searcher, tops: Some(tops), first }
    }

    /// The same, quote by quote: what the fast way must agree with.
    #[must_use]
    pub fn slowly(mut self) -> Self {
        self.searcher = None;
        self
    }

    /// Offsets of quotes behind which a wanted name stands, whole, in order.
    #[must_use]
    pub fn places<'q>(&'q self, bytes: &'q [u8]) -> Box<dyn Iterator<Item = usize> + 'q> {
        let is_wanted = |quote: &usize| {
            let rest = bytes.get(quote + 1..).unwrap_or_default();
            let word = rest.get(..identifier_len(rest)).unwrap_or_default();
            match &self.tops {
                None => !word.is_empty(),
                Some(tops) => std::str::from_utf8(word).is_ok_and(|word| tops.contains(word)),
            }
        };
        // A shorter name may hide a longer one at the same place only; the whole word is looked at.
        if self.tops.as_ref().is_some_and(rustc_hash::FxHashSet::is_empty) {
            return Box::new(std::iter::empty());
        }
        if let Some(searcher) = &self.searcher {
            return Box::new(searcher.find_iter(bytes).map(|found| found.start()).filter(is_wanted));
        }
        let may = |quote: &usize| {
            let next = bytes.get(quote + 1).copied().unwrap_or_default();
            self.first.get(usize::from(next)).copied().unwrap_or(false)
        };
        Box::new(memchr2_iter(b'"', b'\'', bytes).filter(may).filter(is_wanted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_names_behind_either_quote() {
        let quoted = Quoted::of(["redis".to_owned(), "aioredis".to_owned(), "re".to_owned()]);
        let text = b"'redis.x' \"aioredis\" 'redislite' \"re\" redis '''redis' 're.dis'";
        let places: Vec<usize> = quoted.places(text).collect();
        assert_eq!(places, [0, 10, 33, 46, 54]);
        assert_eq!(quoted.slowly().places(text).collect::<Vec<_>>(), places);
        assert!(Quoted::of([]).places(text).next().is_none());
        assert_eq!(Quoted::any().places(text).count(), 6);
    }
}
