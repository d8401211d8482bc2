//! Widely used third-party libraries: their import names, and the distributions that go by another name. Knows tables of
//! plain text; must not know policies.

use super::standard_library;
use crate::distribution::{is_distribution, normalise};
use rustc_hash::{FxHashMap, FxHashSet};
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

static POPULAR: LazyLock<FxHashSet<&'static str>> =
    LazyLock::new(|| lines(include_str!("../data/popular.txt")).collect());
static TOOLS: LazyLock<Vec<&'static str>> = LazyLock::new(|| lines(include_str!("../data/tools.txt")).collect());
static STUBS: LazyLock<Vec<(&'static str, &'static str)>> =
    LazyLock::new(|| lines(include_str!("../data/stubs.txt")).filter_map(|line| line.split_once(' ')).collect());

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#') && !line.is_empty())
}

/// Whether a name fits a pattern of a table, in which one `*` stands for the rest of a name.
fn fits(name: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        Some((head, tail)) => name.len() > pattern.len() - 1 && name.starts_with(head) && name.ends_with(tail),
        None => name == pattern,
    }
}

/// Whether a distribution, in normalised spelling, is declared for what it does and not to be imported.
#[must_use]
pub fn is_tool(distribution: &str) -> bool {
    TOOLS.iter().any(|pattern| fits(distribution, pattern))
}

/// Whether a distribution, in normalised spelling, is a widely used one of Python.
#[must_use]
pub fn is_known_distribution(distribution: &str) -> bool {
    POPULAR.contains(distribution) || DISTRIBUTIONS.contains_key(distribution) || TABLE.contains(&distribution)
}

/// The distribution that another one, in normalised spelling, holds type stubs of.
#[must_use]
pub fn described_by(distribution: &str) -> Option<&str> {
    let told = STUBS.iter().find(|(pattern, _)| fits(distribution, pattern)).map(|(_, described)| *described);
    let described = || distribution.strip_prefix("types-").or_else(|| distribution.strip_suffix("-stubs"));
    told.or_else(described)
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
        let by_rule = || POPULAR.contains(normal.as_str()).then(|| normal.replace('-', "_"));
        let own = own.or_else(|| by_rule().filter(|_| imports.is_empty()));
        if let Some(own) = own.filter(|own| !imports.is_empty() || own != written) {
            imports.push(own);
        }
        imports.sort_unstable();
        imports.dedup();
        imports
    }

    /// The names that code imports of a distribution in normalised spelling, as far as anybody knows; none when nobody does.
    #[must_use]
    pub fn known_imports(&self, distribution: &str) -> Vec<String> {
        let known = DISTRIBUTIONS.get(distribution).into_iter().flatten().map(|name| (*name).to_owned());
        let added = self.added.get(distribution).into_iter().flatten().cloned();
        known.chain(added).collect()
    }

    /// Whether a distribution in normalised spelling may bring in what an import names.
    #[must_use]
    pub fn may_provide(&self, distribution: &str, import: &str) -> bool {
        let beneath = |name: &str, other: &str| {
            name == other || name.strip_prefix(other).is_some_and(|rest| rest.starts_with('.'))
        };
        let known = self.known_imports(distribution);
        // `import google` is met by whatever lies beneath it.
        if known.iter().any(|own| beneath(import, own) || beneath(own, import)) {
            return true;
        }
        let parts = distribution.split('-').count();
        let dotted: Vec<String> = import.split('.').map(normalise).collect();
        let of = |count: usize| dotted.get(..count).map(|parts| parts.join("-"));
        (1..=dotted.len().min(parts)).any(|count| of(count).is_some_and(|own| own == distribution))
            || (dotted.len() < parts
                && distribution.starts_with(&format!("{}-", dotted.join("-")))
                && is_namespace(import))
    }

    /// Distributions, in normalised spelling, that bring in what is imported by a name; its own name comes along, and the
    /// stubs of each.
    #[must_use]
    pub fn distributions(&self, import: &str) -> Vec<String> {
        let known =
            DISTRIBUTIONS.iter().filter(|(_, names)| names.contains(&import)).map(|(name, _)| (*name).to_owned());
        let added = self
            .added
            .iter()
            .filter(|(_, names)| names.iter().any(|name| name == import))
            .map(|(name, _)| name.clone());
        let own = is_distribution(import).then(|| normalise(import));
        let mut all: Vec<String> = known.chain(added).chain(own).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// Top-level names that many distributions share, each with a part of its own.
fn is_namespace(top: &str) -> bool {
    matches!(
        top,
        "google"
            | "google.cloud"
            | "azure"
            | "zope"
            | "ruamel"
            | "backports"
            | "sphinxcontrib"
            | "jaraco"
            | "opentelemetry"
            | "plone"
    )
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
    let is_imported = || DISTRIBUTIONS.values().any(|names| names.contains(&top));
    if knows(top) || top.len() < 4 || POPULAR.contains(normalise(top).as_str()) || is_imported() {
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

/// A known distribution one letter away from a name, in normalised spelling, which is itself unknown.
#[must_use]
pub fn distribution_one_letter_away(name: &str) -> Option<&'static str> {
    let is_known =
        POPULAR.contains(name) || DISTRIBUTIONS.contains_key(name) || is_tool(name) || described_by(name).is_some();
    let is_import = || TABLE.iter().any(|import| normalise(import) == name);
    if name.len() < 4 || is_known || is_import() {
        return None;
    }
    let near = |other: &&'static str| other.len().abs_diff(name.len()) <= 1 && strsim::osa_distance(other, name) == 1;
    let mut names: Vec<&'static str> = POPULAR.iter().chain(DISTRIBUTIONS.keys()).copied().filter(near).collect();
    names.sort_unstable();
    names.first().copied()
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
