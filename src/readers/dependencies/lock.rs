//! Lock files: what was resolved, and who pulled it in. Knows `poetry.lock`, `uv.lock`, `pdm.lock`, `pylock.toml` and
//! `Pipfile.lock`, and which manifest beside each says what was asked for.

use super::manifest::Manifest;
use super::{address, pyproject, read_manifest, tables};
use crate::accepts::Accepts;
use crate::dependency::{Dependency, Graph, Origin, Pulled, Standing};
use crate::distribution::normalise;
use crate::excerpt::Excerpt;
use crate::readers::tree::{Item, Value, json, toml};
use crate::readers::wanted::Distributions;
use crate::readers::{Detail, Reader, Sink, Wanted, decode};
use crate::source::Source;
use crate::surface::Surface;
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// Reads lock files.
pub(in crate::readers) struct Lock;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    /// `[[package]]`
    Packages,
    /// `[[packages]]` (PEP 751)
    Pylock,
    Pipfile,
}

fn format(file_name: &[u8]) -> Option<Format> {
    match file_name {
        b"poetry.lock" | b"uv.lock" | b"pdm.lock" => Some(Format::Packages),
        b"Pipfile.lock" => Some(Format::Pipfile),
        b"pylock.toml" => Some(Format::Pylock),
        _ => {
            let name = file_name.strip_prefix(b"pylock.")?.strip_suffix(b".toml")?;
            (!name.is_empty() && !name.contains(&b'.')).then_some(Format::Pylock)
        }
    }
}

impl Reader for Lock {
    fn name(&self) -> &'static str {
        "lock"
    }

    fn about(&self) -> &'static str {
        "poetry.lock, uv.lock, pdm.lock, pylock*.toml, Pipfile.lock"
    }

    fn claims(&self, _: &[u8], file_name: &[u8]) -> Option<Surface> {
        format(file_name).map(|_| Surface::Locks)
    }

    fn read(&self, source: &Source<'_>, surface: Surface, wanted: &Wanted<'_>, _: Detail, sink: &mut dyn Sink) {
        let (Some(asked), Some(format)) = (wanted.distributions, format(source.path.file_name())) else { return };
        // An escape may spell a name; what stands nowhere is nowhere locked.
        let may_spell = |escape: &[u8]| memchr::memmem::find(source.bytes, escape).is_some();
        let may_hold = asked.all()
            || asked.may_stand_in(source.bytes)
            || may_spell(b"\\u")
            || may_spell(b"\\U")
            || may_spell(b"\\x");
        if !may_hold && !source.bytes.starts_with(b"\xFF\xFE") && !source.bytes.starts_with(b"\xFE\xFF") {
            return;
        }
        read_manifest(source, surface, wanted, sink, |text, manifest| {
            let beside = |name: &str| wanted.beside.and_then(|beside| beside(name));
            let declared = match format {
                Format::Pipfile => beside("Pipfile").map(|bytes| declared_in_pipfile(&bytes)),
                _ => beside("pyproject.toml").map(|bytes| declared_in_pyproject(&bytes)),
            };
            let tree = if format == Format::Pipfile {
                json::parse(text.content())
            } else {
                toml::parse_without(text.content(), &UNUSED)
            };
            match format {
                Format::Packages => packages(&tree.root, "package", declared, asked, manifest),
                Format::Pylock => packages(&tree.root, "packages", declared, asked, manifest),
                Format::Pipfile => pipfile(&tree.root, declared.as_ref(), asked, manifest),
            }
            for (span, message) in tree.broken {
                manifest.broken(span, format!("broken lock file: {message}"));
            }
        });
    }
}

/// Keys of lock files that say nothing of who pulls in whom.
const UNUSED: [&str; 16] = [
    "optional",
    "groups",
    "category",
    "index",
    "requires-python",
    "files",
    "wheels",
    "sdist",
    "hashes",
    "description",
    "summary",
    "markers",
    "marker",
    "resolution-markers",
    "python-versions",
    "requires_python",
];

type Names = FxHashSet<String>;

fn declared_in_pyproject(bytes: &[u8]) -> Names {
    let Ok(text) = decode::decode(bytes) else { return Names::default() };
    let mut manifest = Manifest::new(Surface::Dependencies);
    pyproject::read(text.content(), &[], &mut manifest);
    manifest.names().map(str::to_owned).collect()
}

fn declared_in_pipfile(bytes: &[u8]) -> Names {
    let Ok(text) = decode::decode(bytes) else { return Names::default() };
    let mut manifest = Manifest::new(Surface::Dependencies);
    let tree = toml::parse(text.content());
    for (_, table) in tree.root.entries().iter().filter(|(_, table)| matches!(table.value, Value::Map(_))) {
        tables::read(table, tables::Dialect::Pep440, super::manifest::Meant::default(), &mut manifest);
    }
    manifest.names().map(str::to_owned).collect()
}

/// Names of whom a package pulls in: keys of a table, or a list of requirements or of tables with a name.
fn pulled_by(package: &Item<'_>) -> Vec<String> {
    let mut names = Vec::new();
    for key in ["dependencies", "optional-dependencies", "dev-dependencies", "dependency-groups"] {
        for item in package.at(&[key]) {
            collect(item, key == "dependencies", &mut names);
        }
    }
    names
}

fn collect(item: &Item<'_>, is_flat: bool, names: &mut Vec<String>) {
    match &item.value {
        Value::List(items) => {
            for item in items {
                match &item.value {
                    Value::Text(text) => {
                        let own = text.text();
                        let end =
                            own.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(own.len());
                        names.push(normalise(own.get(..end).unwrap_or_default()));
                    }
                    _ => names.extend(item.text_of("name").map(normalise)),
                }
            }
        }
        Value::Map(entries) if is_flat => names.extend(entries.iter().map(|(name, _)| normalise(name.text()))),
        Value::Map(entries) => entries.iter().for_each(|(_, group)| collect(group, true, names)),
        _ => {}
    }
}

fn packages(root: &Item<'_>, key: &str, declared: Option<Names>, asked: &dyn Distributions, manifest: &mut Manifest) {
    let all: Vec<&Item<'_>> = root.at(&[key]).into_iter().flat_map(Item::items).collect();
    let name_of = |package: &Item<'_>| package.text_of("name").map(normalise).unwrap_or_default();
    let nodes: Vec<(String, Vec<String>)> = all.iter().map(|package| (name_of(package), pulled_by(package))).collect();
    // uv keeps the packages of the project itself in the lock: whom they pull in was asked for.
    let is_own = |package: &Item<'_>| {
        let source = package.get("source");
        ["virtual", "editable", "directory"].iter().any(|key| source.is_some_and(|source| source.get(key).is_some()))
    };
    let mut direct = declared.unwrap_or_default();
    let mut owns = 0;
    for (package, (_, pulls)) in all.iter().zip(&nodes).filter(|(package, _)| is_own(package)) {
        owns += usize::from(package.get("name").is_some());
        direct.extend(pulls.iter().cloned());
    }
    for item in root.at(&["manifest"]) {
        for key in ["requirements", "overrides", "constraints"] {
            let items = item.get(key).into_iter().flat_map(Item::items);
            direct.extend(items.filter_map(|item| item.text_of("name")).map(normalise));
        }
    }
    let knows = owns > 0 || !direct.is_empty();
    let own_names: Names = all.iter().filter(|package| is_own(package)).map(|package| name_of(package)).collect();
    let graph = Arc::new(Graph::new(nodes, |name| direct.contains(name) || own_names.contains(name)));
    for (node, package) in all.iter().enumerate() {
        let Some(name) = package.get("name").and_then(Item::text) else { continue };
        let normal = normalise(name.text());
        if is_own(package) || !asked.wants(&normal) {
            continue;
        }
        let version = package.get("version").and_then(Item::text);
        let is_direct = direct.contains(&normal) || !knows;
        let dependency = Dependency {
            origin: origin(package),
            pulled: (!is_direct).then(|| Pulled { graph: Arc::clone(&graph), node }),
            ..locked(normal, name, version)
        };
        manifest.push(name.whole(), package.span, dependency);
    }
}

fn locked(normal: String, name: &Excerpt<'_>, version: Option<&Excerpt<'_>>) -> Dependency {
    let number = version.map(|version| version.text().trim_start_matches("=="));
    Dependency {
        written: number.map_or_else(|| name.text().to_owned(), |number| format!("{} {number}", name.text())),
        name: normal,
        name_span: name.whole(),
        specifier: version.map(|version| (version.text().to_owned(), version.whole())),
        accepts: number.map_or(Accepts::Unknown, Accepts::one),
        standing: Standing::Locked,
        ..Dependency::default()
    }
}

fn origin(package: &Item<'_>) -> Origin {
    let source = package.get("source");
    let has = |key: &str| package.get(key).is_some() || source.is_some_and(|source| source.get(key).is_some());
    let kind = source.and_then(|source| source.text_of("type"));
    match kind {
        Some("git") => Origin::Vcs,
        Some("url") => Origin::Url,
        Some("directory" | "file") => Origin::Path,
        _ if has("git") || has("vcs") => Origin::Vcs,
        _ if has("directory") || has("path") => Origin::Path,
        _ if source.and_then(|source| source.text_of("url")).is_some_and(|url| address::version(url).is_some()) => {
            Origin::Url
        }
        _ => Origin::Index,
    }
}

/// Categories of packages; who pulls in whom, it does not say.
fn pipfile(root: &Item<'_>, declared: Option<&Names>, asked: &dyn Distributions, manifest: &mut Manifest) {
    for (category, table) in root.entries().iter().filter(|(category, _)| category.text() != "_meta") {
        let group = match category.text() {
            "default" => "runtime".to_owned(),
            "develop" => "group:dev".to_owned(),
            other => format!("group:{}", normalise(other)),
        };
        let nodes: Vec<(String, Vec<String>)> =
            table.entries().iter().map(|(name, _)| (normalise(name.text()), Vec::new())).collect();
        let graph = Arc::new(Graph::new(nodes, |name| declared.is_some_and(|names| names.contains(name))));
        for (node, (name, package)) in table.entries().iter().enumerate() {
            let normal = normalise(name.text());
            if !asked.wants(&normal) {
                continue;
            }
            let is_direct = declared.is_none_or(|names| names.contains(&normal));
            let is_vcs = package.get("git").is_some();
            let dependency = Dependency {
                group: Some(group.clone()),
                origin: if is_vcs { Origin::Vcs } else { origin(package) },
                pulled: (!is_direct).then(|| Pulled { graph: Arc::clone(&graph), node }),
                ..locked(normal, name, package.get("version").and_then(Item::text))
            };
            manifest.push(name.whole(), name.whole(), dependency);
        }
    }
}
