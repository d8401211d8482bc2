//! Which top-level modules are in the standard library of which Python. Reads a table of plain text;
//! `src/data/standard_library.py` says how the table was made.

use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// The oldest Python the table knows, as a minor version of 3.
pub const OLDEST: u8 = 8;
/// The newest Python the table knows; the default target.
pub const NEWEST: u8 = 15;

static TABLE: LazyLock<FxHashMap<&'static str, (u8, u8)>> = LazyLock::new(|| {
    let text = include_str!("../data/standard_library.txt");
    text.lines().filter(|line| !line.starts_with('#')).filter_map(entry).collect()
});

/// `name first last`, the minor versions inclusive.
fn entry(line: &'static str) -> Option<(&'static str, (u8, u8))> {
    let mut words = line.split_whitespace();
    let name = words.next()?;
    Some((name, (words.next()?.parse().ok()?, words.next()?.parse().ok()?)))
}

/// Whether `top` is a standard library module of Python 3.`minor`.
#[must_use]
pub fn contains(top: &str, minor: u8) -> bool {
    let minor = minor.clamp(OLDEST, NEWEST);
    TABLE.get(top).is_some_and(|&(first, last)| (first..=last).contains(&minor))
}

/// Whether `top` is a standard library module of any Python that the table knows.
#[must_use]
pub fn knows(top: &str) -> bool {
    TABLE.contains_key(top)
}

/// Every name in the table.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLE.keys().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_come_and_go() {
        assert!(contains("tomllib", 11) && !contains("tomllib", 10));
        assert!(contains("imp", 11) && !contains("imp", 12));
        assert!(contains("os", NEWEST) && contains("_thread", OLDEST) && contains("winreg", NEWEST));
        assert!(!knows("requests"));
    }
}
