//! Which top-level modules are in the standard library of which Python. Reads a table of plain text;
//! `src/data/standard_library.py` says how the table was made.

use crate::versions::Version;
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// The oldest Python the table knows, as a minor version of 3.
pub const OLDEST: u8 = 8;
/// The newest Python the table knows; the default target.
pub const NEWEST: u8 = 15;

/// In which Pythons a module is.
#[derive(Clone, Copy, Debug, Default)]
struct Lifetime {
    /// First and last minor version of 3.
    three: Option<(u8, u8)>,
    /// Whether it is in 2.7.
    two: bool,
}

static TABLE: LazyLock<FxHashMap<&'static str, Lifetime>> = LazyLock::new(|| {
    let mut table: FxHashMap<&str, Lifetime> = FxHashMap::default();
    let text = include_str!("../data/standard_library.txt");
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split_whitespace();
        let (Some(name), first, last) = (words.next(), words.next(), words.next()) else { continue };
        let life = table.entry(name).or_default();
        match (first.and_then(|first| first.parse().ok()), last.and_then(|last| last.parse().ok())) {
            (Some(first), Some(last)) => life.three = Some((first, last)),
            _ => life.two = true,
        }
    }
    table
});

/// Whether `top` is a standard library module of a Python. Versions of 3 that the table does not know count as the
/// nearest that it knows. In code for Python 2 alone, modules that every Python 3 has count as well: they are what
/// such code was translated to.
#[must_use]
pub fn contains(top: &str, (major, minor): Version) -> bool {
    let Some(life) = TABLE.get(top) else { return false };
    if major < 3 {
        return life.two || life.three == Some((OLDEST, NEWEST));
    }
    let minor = if major > 3 { NEWEST } else { minor.clamp(OLDEST, NEWEST) };
    life.three.is_some_and(|(first, last)| (first..=last).contains(&minor))
}

/// Whether `top` is a standard library module of every Python that the table knows.
#[must_use]
pub fn is_everywhere(top: &str) -> bool {
    TABLE.get(top).is_some_and(|life| life.three == Some((OLDEST, NEWEST)))
}

/// Whether `top` is a standard library module of any Python that the table knows.
#[must_use]
pub fn knows(top: &str) -> bool {
    TABLE.contains_key(top)
}

/// Whether `top` is a standard library module of any Python 3 that the table knows.
#[must_use]
pub fn is_modern(top: &str) -> bool {
    TABLE.get(top).is_some_and(|life| life.three.is_some())
}

/// Every name of a Python 3 in the table.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().filter(|(_, life)| life.three.is_some()).map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_come_and_go() {
        assert!(contains("tomllib", (3, 11)) && !contains("tomllib", (3, 10)));
        assert!(contains("imp", (3, 11)) && !contains("imp", (3, 12)));
        assert!(contains("os", (3, NEWEST)) && contains("_thread", (3, OLDEST)) && contains("winreg", (3, NEWEST)));
        assert!(contains("urllib2", (2, 7)) && !contains("urllib2", (3, 9)) && contains("typing", (2, 7)));
        assert!(is_everywhere("os") && !is_everywhere("imp") && !is_everywhere("urllib2"));
        assert!(!knows("requests"));
    }
}
