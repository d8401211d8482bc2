//! Path patterns of CODEOWNERS files. Knows segments, `**` and what lies beneath a match; must not know which service
//! gives a pattern which shape.

use super::segment::{self, Atom, Bracket};

/// A path pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    parts: Vec<Part>,
    reach: Reach,
    /// Fewer segments than this cannot match.
    least: usize,
}

/// What stands between two slashes of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// `**`: any number of segments.
    Deep,
    /// A segment of this name.
    Literal(Vec<u8>),
    /// A segment that these signs stand for.
    Wild(Vec<Atom>),
}

/// How far a pattern goes once its last part has matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// To the path itself.
    Itself,
    /// To the path and to all that lies beneath it.
    ItselfAndBeneath,
    /// To all that lies beneath the path, which is a folder.
    Beneath,
}

impl Part {
    /// `*` alone: a segment of any name.
    pub(super) fn any() -> Self {
        Part::Wild(vec![Atom::Any])
    }

    fn new(mut signs: Vec<Atom>) -> Self {
        if signs == [Atom::Any, Atom::Any] {
            return Part::Deep;
        }
        signs.dedup_by(|a, b| *a == Atom::Any && *b == Atom::Any);
        let bytes = signs.iter().map(|sign| if let Atom::Byte(byte) = sign { Some(*byte) } else { None });
        bytes.collect::<Option<Vec<u8>>>().map_or(Part::Wild(signs), Part::Literal)
    }

    fn matches(&self, segment: &[u8]) -> bool {
        match self {
            Part::Deep => false,
            Part::Literal(name) => name == segment,
            Part::Wild(signs) => segment::matches(signs, segment),
        }
    }
}

/// The parts of a pattern that neither begins nor ends in a slash.
#[must_use]
pub(super) fn parts(text: &[u8], bracket: Bracket) -> Vec<Part> {
    segment::segments(text, bracket).into_iter().map(Part::new).collect()
}

impl Pattern {
    /// A pattern of these parts, from the top of the tree.
    #[must_use]
    pub(super) fn new(mut parts: Vec<Part>, reach: Reach) -> Self {
        parts.dedup_by(|a, b| *a == Part::Deep && *b == Part::Deep);
        let own = parts.iter().filter(|part| **part != Part::Deep).count();
        Self { parts, reach, least: own + usize::from(reach == Reach::Beneath) }
    }

    /// Whether a path lies in what the pattern names. At most as many steps as parts times segments: only the last `**` is
    /// ever tried again.
    #[must_use]
    pub(super) fn matches(&self, path: &[&[u8]]) -> bool {
        if path.len() < self.least {
            return false;
        }
        let (mut part, mut at) = (0, 0);
        let mut retry: Option<(usize, usize)> = None;
        loop {
            let is_step = match self.parts.get(part) {
                None if self.ends(at, path.len()) => return true,
                None => false,
                Some(Part::Deep) => {
                    part += 1;
                    retry = Some((part, at));
                    continue;
                }
                Some(own) => path.get(at).is_some_and(|segment| own.matches(segment)),
            };
            match retry {
                _ if is_step => {
                    part += 1;
                    at += 1;
                }
                Some((behind, from)) if from < path.len() => {
                    part = behind;
                    at = from + 1;
                    retry = Some((behind, at));
                }
                _ => return false,
            }
        }
    }

    /// Whether a match of the first segments is one of a path with so many.
    fn ends(&self, matched: usize, segments: usize) -> bool {
        match self.reach {
            Reach::Itself => matched == segments,
            Reach::ItselfAndBeneath => true,
            Reach::Beneath => matched < segments,
        }
    }

    /// The longest run of bytes that stands in `/path/` whenever the pattern matches the path. None when there is no such
    /// run but a slash.
    #[must_use]
    pub(super) fn needle(&self) -> Option<Vec<u8>> {
        let mut longest = Vec::new();
        let mut run = vec![b'/'];
        let mut cut = |run: &mut Vec<u8>| {
            if run.len() > longest.len() {
                longest.clone_from(run);
            }
            run.clear();
        };
        for part in &self.parts {
            match part {
                Part::Deep => cut(&mut run),
                Part::Literal(name) => run.extend_from_slice(name),
                Part::Wild(signs) => {
                    for sign in signs {
                        if let Atom::Byte(byte) = sign {
                            run.push(*byte);
                        } else {
                            cut(&mut run);
                        }
                    }
                }
            }
            run.push(b'/');
        }
        cut(&mut run);
        (longest.len() > 1).then_some(longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    fn pattern(text: &str, reach: Reach) -> Pattern {
        Pattern::new(parts(text.as_bytes(), Bracket::Literal), reach)
    }

    fn hit(pattern: &Pattern, path: &str) -> bool {
        pattern.matches(&path.split('/').map(str::as_bytes).collect::<Vec<_>>())
    }

    #[test]
    fn parts_and_reach_decide() {
        for (text, reach, path, expected) in [
            ("a/b", Reach::Itself, "a/b", true),
            ("a/b", Reach::Itself, "a/b/c", false),
            ("a/b", Reach::ItselfAndBeneath, "a/b/c", true),
            ("a/b", Reach::Beneath, "a/b", false),
            ("a/b", Reach::Beneath, "a/b/c/d", true),
            ("**/b", Reach::Itself, "b", true),
            ("**/b", Reach::Itself, "b/a/b", true),
            ("**/b", Reach::Itself, "b/a", false),
            ("**/b", Reach::Beneath, "b/a", true),
            ("a/**/b", Reach::Itself, "a/b", true),
            ("a/**/b", Reach::Itself, "a/x/y/b", true),
            ("a/**/b", Reach::Itself, "a/x/y/c", false),
            ("a/**/**/b", Reach::Itself, "a/b", true),
            ("a/*/b", Reach::Itself, "a/x/b", true),
            ("a/*/b", Reach::Itself, "a/b", false),
            ("a/**/x*/**/b", Reach::Itself, "a/x/a/xy/z/b", true),
            ("a//b", Reach::Itself, "a/b", false),
        ] {
            assert_eq!(hit(&pattern(text, reach), path), expected, "{text} {reach:?} {path}");
        }
    }

    #[test]
    fn needles_are_what_every_match_holds() {
        for (text, needle) in [
            ("apps/api", Some("/apps/api/")),
            ("**/conftest.py", Some("/conftest.py/")),
            ("**/*.py", Some(".py/")),
            ("**/test_*", Some("/test_")),
            ("a/**/longer/b", Some("/longer/b/")),
            ("a?c/d", Some("c/d/")),
            ("**/*", None),
            ("*/?", None),
        ] {
            let found = pattern(text, Reach::Itself).needle();
            assert_eq!(found.as_deref(), needle.map(str::as_bytes), "{text}");
        }
        assert_eq!(Pattern::new(Vec::new(), Reach::Beneath).needle(), None);
    }

    #[test]
    fn hostile_patterns_end_soon() {
        let start = Instant::now();
        let path = "a/".repeat(2_000) + "b";
        for text in ["**/a/".repeat(1_000) + "c", "**/*a*/".repeat(700) + "c", "**/".repeat(100_000) + "c"] {
            assert!(!hit(&pattern(&text, Reach::Itself), &path));
        }
        assert!(start.elapsed() < Duration::from_secs(5));
    }
}
