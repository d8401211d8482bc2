//! Tables of name and version, as poetry, pipenv, pdm and pixi write them. Knows the shapes of a value: text, a table, or
//! several of both.

use super::manifest::{Manifest, Meant};
use super::{address, conda, marker, poetry};
use crate::accepts::Accepts;
use crate::dependency::{Dependency, Origin};
use crate::distribution::{is_distribution, normalise};
use crate::excerpt::Excerpt;
use crate::readers::tree::{Item, Value};
use crate::versions::Versions;
use pep440_rs::Version;

/// Who wrote a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// `^1.2`.
    Poetry,
    /// PEP 440, and `*`.
    Pep440,
    /// The same, where a bare version means itself.
    Exact,
    /// Conda's.
    Conda,
}

impl Dialect {
    fn accepts(self, text: &str) -> Accepts {
        let text = text.trim();
        match self {
            _ if text == "*" => Accepts::Any,
            Dialect::Poetry => poetry::accepts(text),
            Dialect::Conda => conda::accepts(text),
            Dialect::Exact if text.starts_with(|c: char| c.is_ascii_digit()) => Accepts::one(text),
            Dialect::Pep440 | Dialect::Exact => Accepts::parse(text),
        }
    }
}

/// Takes every entry of a table.
pub(super) fn read(table: &Item<'_>, dialect: Dialect, meant: Meant<'_>, manifest: &mut Manifest) {
    for (name, value) in table.entries() {
        // Python itself is no distribution.
        if matches!(dialect, Dialect::Poetry | Dialect::Conda) && name.text() == "python" {
            continue;
        }
        // A table under a condition: `[package.host-dependencies."if(unix)"]`.
        if name.text().starts_with("if(") && matches!(value.value, Value::Map(_)) {
            read(value, dialect, meant, manifest);
            continue;
        }
        // `"name[extra]" = "*"`
        let bare = name.text().find('[').map_or(name.text().len(), |at| at);
        let name = &name.part(0..bare);
        if !is_distribution(name.text().trim_start_matches('_')) {
            manifest.unread(name.whole(), "this is no name of a distribution");
            continue;
        }
        match &value.value {
            Value::List(alternatives) => alternatives.iter().for_each(|one| entry(name, one, dialect, meant, manifest)),
            _ => entry(name, value, dialect, meant, manifest),
        }
    }
}

fn entry(name: &Excerpt<'_>, value: &Item<'_>, dialect: Dialect, meant: Meant<'_>, manifest: &mut Manifest) {
    let version = match &value.value {
        Value::Text(text) => Some(text),
        _ => value.get("version").and_then(Item::text),
    };
    let address =
        ["git", "url", "path", "file", "hg", "svn", "bzr"].into_iter().find_map(|key| Some((key, value.get(key)?)));
    let (mut accepts, origin) = match address {
        Some((key, address)) => {
            let text = address.text().map(Excerpt::text).unwrap_or_default();
            let origin = match key {
                "git" | "hg" | "svn" | "bzr" => Origin::Vcs,
                "path" => Origin::Path,
                "file" if !text.contains("://") => Origin::Path,
                _ => Origin::Url,
            };
            (address::version(text).map_or(Accepts::Unknown, |version| Accepts::one(&version)), origin)
        }
        // `requests = "https://..."` in overrides.
        None => {
            if let Some(text) = version.map(Excerpt::text).filter(|text| text.contains("://")) {
                (
                    address::version(text).map_or(Accepts::Unknown, |version| Accepts::one(&version)),
                    address::origin(text),
                )
            } else {
                let origin = if dialect == Dialect::Conda { Origin::Conda } else { Origin::Index };
                (version.map_or(Accepts::Any, |text| dialect.accepts(text.text())), origin)
            }
        }
    };
    // `{ workspace = true }` and the like: nothing is said of versions here.
    if version.is_none() && address.is_none() && value.get("workspace").is_some() {
        accepts = Accepts::Unknown;
    }
    let extras = value.get("extras").map(|extras| {
        let names = extras.items().iter().filter_map(Item::text).map(|text| normalise(text.text())).collect();
        (names, extras.span)
    });
    let (extras, extras_span): (Vec<String>, _) =
        extras.map_or((Vec::new(), None), |(names, span)| (names, Some(span)));
    let marker = ["markers", "marker"].into_iter().find_map(|key| value.get(key)).and_then(Item::text);
    let mut versions = marker.map_or(Versions::ANY, |text| marker::versions(text.text()));
    if let Some(python) = value.get("python").and_then(Item::text).filter(|_| dialect == Dialect::Poetry) {
        let range = poetry::accepts(python.text());
        versions = versions.and(Versions::those(|(major, minor)| {
            range.may_be(&Version::new([u64::from(major), u64::from(minor)]))
                || range.may_be(&Version::new([u64::from(major), u64::from(minor), 99]))
        }));
    }
    let written = match version {
        Some(version) => format!("{} = \"{}\"", name.text(), version.text()),
        None => name.text().to_owned(),
    };
    let normal = normalise(name.text());
    let dependency = Dependency {
        name: if dialect == Dialect::Conda { conda::called(&normal) } else { normal },
        written,
        name_span: name.whole(),
        extras,
        extras_span,
        specifier: version.map(|version| (version.text().to_owned(), version.whole())),
        marker: marker.map(|marker| (marker.text().to_owned(), marker.whole())),
        accepts,
        standing: meant.standing,
        origin,
        group: meant.group.map(str::to_owned),
        ..Dependency::default()
    };
    manifest.push_for(name.whole(), name.whole(), versions, dependency);
}
