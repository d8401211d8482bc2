//! Import names of widely used third-party libraries. Knows a table of plain text; must not know policies.

use super::standard_library;
use std::sync::LazyLock;

static TABLE: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let text = include_str!("../data/libraries.txt");
    text.lines().filter(|line| !line.starts_with('#')).collect()
});

/// Whether `top` is the import name of a widely used library, or of a standard library module of any version.
#[must_use]
pub fn knows(top: &str) -> bool {
    standard_library::knows(top) || TABLE.contains(&top)
}

/// Import names that several distributions share, with those distributions: a policy must say which it means.
const SHARED: [(&str, &str); 4] = [
    ("jwt", "PyJWT or jwt"),
    ("magic", "python-magic or filemagic"),
    ("slugify", "python-slugify or unicode-slugify"),
    ("usb", "pyusb or libusb1"),
];

/// The distributions that share an import name, in words; `None` when it is one's own.
#[must_use]
pub fn shared_by(top: &str) -> Option<&'static str> {
    SHARED.iter().find(|(name, _)| *name == top).map(|(_, distributions)| *distributions)
}

/// A known name one letter away from `top`, which is itself unknown.
#[must_use]
pub fn one_letter_away(top: &str) -> Option<&'static str> {
    if knows(top) || top.len() < 4 {
        return None;
    }
    let ends = |name: &str| (name.as_bytes().first().copied(), name.as_bytes().last().copied());
    // Cheap tests first: a policy may hold many thousand names.
    let may_be_near = |name: &str| {
        let (first, last) = ends(name);
        name.len().abs_diff(top.len()) <= 1 && (first == ends(top).0 || last == ends(top).1)
    };
    let near = |name: &&'static str| may_be_near(name) && strsim::osa_distance(name, top) == 1;
    TABLE.iter().copied().find(near).or_else(|| {
        let mut names: Vec<_> = standard_library::names().filter(|name| !name.starts_with('_')).filter(near).collect();
        names.sort_unstable();
        names.first().copied()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_names_are_recognised() {
        assert_eq!(one_letter_away("requets"), Some("requests"));
        assert_eq!(one_letter_away("aiohtpp"), Some("aiohttp"));
        assert_eq!(one_letter_away("requests"), None);
        assert_eq!(one_letter_away("acme"), None);
    }
}
