//! Widely used third-party libraries: their import names, and the distributions that go by another name. Knows tables of
//! plain text; must not know policies.

use super::standard_library;
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

static TABLE: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let text = include_str!("../data/libraries.txt");
    text.lines().filter(|line| !line.starts_with('#')).collect()
});

/// Whether `top` is the import name of a widely used library, or of a standard library module of any Python 3.
#[must_use]
pub fn knows(top: &str) -> bool {
    standard_library::is_modern(top) || TABLE.contains(&top)
}

/// Whether `top` is the import name of a widely used third-party library.
#[must_use]
pub fn is_third_party(top: &str) -> bool {
    TABLE.contains(&top)
}

/// Distributions whose import names differ from their own, in normalised spelling.
static DISTRIBUTIONS: LazyLock<FxHashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let text = include_str!("../data/distributions.txt");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let entry = |line: &'static str| {
        let mut words = line.split_whitespace();
        Some((words.next()?, words.collect()))
    };
    lines.filter_map(entry).collect()
});

/// Whether a text can be the name of a distribution (PEP 508).
#[must_use]
pub fn is_distribution(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

/// The spelling in which names of distributions are compared (PEP 503).
#[must_use]
pub fn normalise(distribution: &str) -> String {
    let mut normal = String::with_capacity(distribution.len());
    for c in distribution.chars() {
        match c {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            _ => normal.extend(c.to_lowercase()),
        }
    }
    normal
}

/// Which names code imports of a distribution: the table that comes with the tool, and what a policy adds to it.
#[derive(Clone, Debug, Default)]
pub struct Libraries {
    added: FxHashMap<String, Vec<String>>,
    /// Names of one object.
    same: Vec<Vec<String>>,
}

impl Libraries {
    /// Adds a name that code imports of a distribution. Nothing is ever taken away.
    pub fn add(&mut self, distribution: &str, import: String) {
        self.added.entry(normalise(distribution)).or_default().push(import);
    }

    /// Says that these dotted names mean one object.
    pub fn tie(&mut self, names: Vec<String>) {
        self.same.push(names);
    }

    /// Other names of what a dotted name means: those of an object that it names, or lies beneath.
    #[must_use]
    pub fn others(&self, name: &str) -> Vec<String> {
        let mut others = Vec::new();
        for names in &self.same {
            let rest = names.iter().find_map(|own| {
                name.strip_prefix(own.as_str()).filter(|rest| rest.is_empty() || rest.starts_with('.'))
            });
            if let Some(rest) = rest {
                others.extend(names.iter().map(|own| format!("{own}{rest}")).filter(|other| other != name));
            }
        }
        others.sort_unstable();
        others.dedup();
        others
    }

    /// The names that code imports of what is called `written`, when they differ from that: a distribution is known by
    /// it. An import name of its own comes along.
    #[must_use]
    pub fn imports(&self, written: &str) -> Vec<String> {
        let normal = normalise(written);
        let known = DISTRIBUTIONS.get(normal.as_str()).into_iter().flatten().map(|name| (*name).to_owned());
        let added = self.added.get(&normal).into_iter().flatten().cloned();
        let mut imports: Vec<String> = known.chain(added).collect();
        // `SQLAlchemy` is imported as `sqlalchemy`, and `flask-cors` as `flask_cors`.
        let spellings = [written.to_owned(), normal.clone(), normal.replace('-', "_")];
        let own = spellings.into_iter().find(|spelling| knows(spelling));
        if let Some(own) = own.filter(|own| !imports.is_empty() || own != written) {
            imports.push(own);
        }
        imports.sort_unstable();
        imports.dedup();
        imports
    }
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

    #[test]
    fn distributions_are_known_by_what_code_imports() {
        let mut libraries = Libraries::default();
        assert_eq!(libraries.imports("beautifulsoup4"), ["bs4"]);
        assert_eq!(libraries.imports("Scikit_Learn"), ["sklearn"]);
        assert_eq!(libraries.imports("SQLAlchemy"), ["sqlalchemy"]);
        assert_eq!(libraries.imports("Typing-Extensions"), ["typing_extensions"]);
        assert_eq!(libraries.imports("requests"), Vec::<String>::new());
        libraries.add("requests", "acme_requests".to_owned());
        assert_eq!(libraries.imports("requests"), ["acme_requests", "requests"]);
    }

    #[test]
    fn the_table_of_distributions_is_in_normal_form() {
        for (distribution, imports) in &*DISTRIBUTIONS {
            assert_eq!(*distribution, normalise(distribution));
            assert!(!imports.is_empty() && imports.iter().all(|name| crate::name::is_dotted(name)), "{distribution}");
        }
    }
}
