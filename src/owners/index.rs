//! Which patterns of a file may match a path at all. Knows the bytes that each pattern calls for; must not know what a
//! match means.

use super::pattern::Pattern;
use aho_corasick::{AhoCorasick, MatchKind};

/// So many bytes of what a pattern calls for are looked for. More would only make the searcher larger.
const LONGEST: usize = 32;

/// The patterns of a file, found by what they call for: one pass over a path finds all that may match, so the number of
/// patterns costs next to nothing.
#[derive(Clone, Debug)]
pub(super) struct Index {
    searcher: Option<AhoCorasick>,
    /// The pattern of each needle.
    keyed: Vec<usize>,
    /// Patterns without a needle.
    always: Vec<usize>,
}

impl Index {
    /// An index of patterns, which are numbered in their order.
    #[must_use]
    pub(super) fn new<'a>(patterns: impl Iterator<Item = &'a Pattern>) -> Self {
        let (mut needles, mut keyed, mut always) = (Vec::new(), Vec::new(), Vec::new());
        for (number, pattern) in patterns.enumerate() {
            match pattern.needle() {
                Some(mut needle) => {
                    needles.push(needle.split_off(needle.len().saturating_sub(LONGEST)));
                    keyed.push(number);
                }
                None => always.push(number),
            }
        }
        let searcher = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&needles).ok();
        if searcher.is_none() {
            always.append(&mut keyed);
        }
        Self { searcher, keyed, always }
    }

    /// The numbers of all patterns that may match a path, the last first.
    #[must_use]
    pub(super) fn candidates(&self, path: &[&[u8]]) -> Vec<usize> {
        let mut found = self.always.clone();
        if let Some(searcher) = &self.searcher {
            let mut framed = Vec::with_capacity(path.iter().map(|segment| segment.len() + 1).sum::<usize>() + 1);
            framed.push(b'/');
            for segment in path {
                framed.extend_from_slice(segment);
                framed.push(b'/');
            }
            // A needle may stand in a path many times over.
            let most = 2 * (self.keyed.len() + self.always.len());
            for needle in searcher.find_overlapping_iter(&framed) {
                if found.len() >= most {
                    once(&mut found);
                }
                found.extend(self.keyed.get(needle.pattern().as_usize()));
            }
        }
        once(&mut found);
        found
    }
}

/// Each number once, the last first.
fn once(numbers: &mut Vec<usize>) {
    numbers.sort_unstable_by(|a, b| b.cmp(a));
    numbers.dedup();
}

#[cfg(test)]
mod tests {
    use super::super::pattern::{Reach, parts};
    use super::super::segment::Bracket;
    use super::*;

    #[test]
    fn candidates_come_once_and_the_last_first() {
        let patterns: Vec<Pattern> = ["**/*", "a/b", "**/a", "**/*.py", "x", "**/*"]
            .iter()
            .map(|text| Pattern::new(parts(text.as_bytes(), Bracket::Literal), Reach::ItselfAndBeneath))
            .collect();
        let index = Index::new(patterns.iter());
        for (path, expected) in [
            ("a/b/a.py", vec![5, 3, 2, 1, 0]),
            ("a/a/a", vec![5, 2, 0]),
            ("xx", vec![5, 0]),
            ("x", vec![5, 4, 0]),
            ("ab/b.pyc", vec![5, 0]),
        ] {
            let segments: Vec<&[u8]> = path.split('/').map(str::as_bytes).collect();
            assert_eq!(index.candidates(&segments), expected, "{path}");
        }
    }

    #[test]
    fn a_path_that_holds_every_needle_often_costs_little() {
        let patterns: Vec<Pattern> =
            (0..2_000).map(|_| Pattern::new(parts(b"**/a/b", Bracket::Literal), Reach::Itself)).collect();
        let path: Vec<&[u8]> = [&b"a"[..], b"b"].repeat(1_000);
        let start = std::time::Instant::now();
        assert_eq!(Index::new(patterns.iter()).candidates(&path).len(), 2_000);
        assert!(start.elapsed() < std::time::Duration::from_secs(10));
    }

    #[test]
    fn long_needles_are_cut_and_still_found() {
        let name = "n".repeat(300);
        let pattern = Pattern::new(parts(name.as_bytes(), Bracket::Literal), Reach::Itself);
        assert_eq!(Index::new([pattern].iter()).candidates(&[name.as_bytes()]), [0]);
    }
}
