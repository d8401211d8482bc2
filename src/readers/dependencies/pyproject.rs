//! `pyproject.toml`, and the files that hold one tool's part of it: `hatch.toml`, `uv.toml`, `pixi.toml`, `tox.toml`. Knows
//! how the table of places is walked; the places themselves stand in `pyproject_places`.

use super::manifest::{Manifest, Meant, is_open};
use super::pyproject_places::{Group, PLACES, Place, Shape};
use super::{read_manifest, requirements, tables, tox_ini};
use crate::dependency::Origin;
use crate::distribution::normalise;
use crate::excerpt::Excerpt;
use crate::readers::commands::installs;
use crate::readers::commands::words::{Variables, words};
use crate::readers::tree::{Item, Value, toml};
use crate::readers::{Detail, Reader, Sink, Wanted, decode};
use crate::source::Source;
use crate::surface::Surface;

/// Reads TOML manifests.
pub(in crate::readers) struct Pyproject;

/// Files with the keys that stand in front of theirs in `pyproject.toml`.
const FILES: [(&[u8], &[&str]); 5] = [
    (b"pyproject.toml", &[]),
    (b"hatch.toml", &["tool", "hatch"]),
    (b"uv.toml", &["tool", "uv"]),
    (b"pixi.toml", &["tool", "pixi"]),
    (b"tox.toml", &["tool", "tox"]),
];

impl Reader for Pyproject {
    fn name(&self) -> &'static str {
        "pyproject"
    }

    fn about(&self) -> &'static str {
        "pyproject.toml, hatch.toml, uv.toml, pixi.toml, tox.toml"
    }

    fn claims(&self, _: &[u8], file_name: &[u8]) -> Option<Surface> {
        FILES.iter().any(|(name, _)| *name == file_name).then_some(Surface::Dependencies)
    }

    fn declares(&self, _: &[u8]) -> bool {
        true
    }

    fn read(&self, source: &Source<'_>, surface: Surface, wanted: &Wanted<'_>, _: Detail, sink: &mut dyn Sink) {
        let prefix =
            FILES.iter().find(|(name, _)| *name == source.path.file_name()).map_or(&[][..], |(_, prefix)| prefix);
        read_manifest(source, surface, wanted, sink, |text, manifest| {
            read(text.content(), prefix, manifest);
        });
    }
}

/// Takes everything that stands in one of the places.
pub(super) fn read(text: &str, prefix: &[&'static str], manifest: &mut Manifest) {
    let tree = toml::parse(text);
    for place in PLACES {
        let Some(path) = strip(place.path, prefix) else { continue };
        walk(&tree.root, path, None, &mut |item, captured| take(item, captured, place, manifest));
    }
    for name in own_names(&tree.root) {
        manifest.is_own(&name);
    }
    for place in SOURCES {
        let Some(path) = strip(place, prefix) else { continue };
        for (name, source) in tree.root.at(path).into_iter().flat_map(Item::entries) {
            let mut entries = std::iter::once(source).chain(source.items());
            if let Some(origin) = entries.find_map(origin) {
                manifest.comes_from(&normalise(name.text()), origin);
            }
        }
    }
    for (span, message) in tree.broken {
        manifest.broken(span, format!("broken TOML: {message}"));
    }
}

/// Where uv and hatch say where distributions come from that are declared elsewhere.
const SOURCES: [&[&str]; 3] =
    [&["tool", "uv", "sources"], &["tool", "hatch", "sources"], &["tool", "hatch", "envs", "*", "sources"]];

/// Where an entry of these says that a distribution comes from, where that is no index.
fn origin(source: &Item<'_>) -> Option<Origin> {
    let has = |key: &str| source.get(key).is_some();
    match () {
        () if has("git") => Some(Origin::Vcs),
        () if has("url") => Some(Origin::Url),
        () if has("path") || has("workspace") || source.text().is_some() => Some(Origin::Path),
        () => None,
    }
}

/// What a project calls itself, in the spelling in which names are compared.
pub(super) fn own_name(bytes: &[u8]) -> Option<String> {
    let text = decode::decode(bytes).ok()?;
    let tree = toml::parse(text.content());
    own_names(&tree.root).next()
}

fn own_names<'i>(root: &'i Item<'_>) -> impl Iterator<Item = String> + 'i {
    let places = [&["project", "name"][..], &["tool", "poetry", "name"]];
    places.into_iter().flat_map(|path| root.at(path)).filter_map(Item::text).map(|name| normalise(name.text()))
}

fn strip<'p>(path: &'p [&'static str], prefix: &[&'static str]) -> Option<&'p [&'static str]> {
    path.strip_prefix(prefix)
}

/// Finds what lies at the end of a path, with the first key that a `*` stood for.
fn walk(item: &Item<'_>, path: &[&str], captured: Option<&str>, found: &mut dyn FnMut(&Item<'_>, Option<&str>)) {
    if let Value::List(items) = &item.value
        && !path.is_empty()
    {
        for item in items {
            walk(item, path, captured, found);
        }
        return;
    }
    let Some((key, rest)) = path.split_first() else {
        found(item, captured);
        return;
    };
    if *key == "+" {
        walk(item, rest, captured, found);
        for (_, inner) in item.entries() {
            if matches!(inner.value, Value::Map(_) | Value::List(_)) {
                walk(inner, path, captured, found);
            }
        }
        return;
    }
    for (own, inner) in item.entries() {
        if *key == "*" {
            walk(inner, rest, captured.or(Some(own.text())), found);
        } else if own.text() == *key {
            walk(inner, rest, captured, found);
        }
    }
}

fn take(item: &Item<'_>, captured: Option<&str>, place: &Place, manifest: &mut Manifest) {
    let named = |kind: &str| format!("{kind}:{}", normalise(captured.unwrap_or_default()));
    let group = match place.group {
        Group::Is(name) => name.to_owned(),
        Group::Extra => named("extra"),
        Group::Named => named("group"),
    };
    let meant = Meant { standing: place.standing, group: Some(&group) };
    match place.shape {
        Shape::Requirements => each(item, &mut |text, statement| {
            if is_template(text) {
                manifest.open(text.whole(), statement, meant);
            } else {
                manifest.require_in(text, statement, meant);
            }
        }),
        Shape::Table(dialect) => tables::read(item, dialect, meant, manifest),
        Shape::Files => {
            let one = item.text().map(std::slice::from_ref).unwrap_or_default();
            let files = one.iter().chain(item.items().iter().filter_map(Item::text));
            files.for_each(|file| manifest.include(file, false));
        }
        Shape::Arguments => match item.text() {
            Some(text) => words(text).iter().for_each(|word| manifest.require_in(&word.text, item.span, meant)),
            None => each(item, &mut |text, statement| manifest.require_in(text, statement, meant)),
        },
        Shape::Script => scripts(item, manifest),
        Shape::Lines => match item.text() {
            Some(text) => {
                for line in requirements::logical_lines(text) {
                    requirements::one(&line, meant, manifest);
                }
            }
            None => each(item, &mut |text, _| requirements::one(text, meant, manifest)),
        },
        Shape::ToxIni => {
            if let Some(text) = item.text() {
                tox_ini::read(text, manifest);
            }
        }
    }
}

/// A context field of hatch, or a placeholder of pdm, where a name should stand.
fn is_template(text: &Excerpt<'_>) -> bool {
    is_open(text.text().split(['@', '[', ' ']).next().unwrap_or_default())
}

/// Each requirement of a list: texts, and tables that hold one.
fn each(item: &Item<'_>, take: &mut dyn FnMut(&Excerpt<'_>, crate::span::Span)) {
    for item in item.items() {
        match &item.value {
            Value::Text(text) => take(text, item.span),
            Value::Map(_) => {
                for key in ["requirement", "value"] {
                    if let Some(text) = item.get(key).and_then(Item::text) {
                        take(text, item.span);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Scripts in one text, in a list, in lists of words, or beneath `cmd`.
fn scripts(item: &Item<'_>, manifest: &mut Manifest) {
    let mut variables = Variables::default();
    match &item.value {
        Value::Text(text) => installs::script(text, &mut variables, manifest),
        Value::List(items) if items.iter().any(|item| matches!(item.value, Value::List(_))) => {
            for command in items {
                let words = command.items().iter().filter_map(Item::text).map(|text| {
                    let mut own = Excerpt::default();
                    own.append(text, 0..text.text().len());
                    crate::readers::commands::words::Word { text: own, open: is_open(text.text()) }
                });
                installs::words(words.collect(), command.span, manifest);
            }
        }
        Value::List(items) => {
            for text in items.iter().filter_map(Item::text) {
                installs::script(text, &mut variables, manifest);
            }
        }
        Value::Map(_) => {
            if let Some(text) = item.get("cmd").and_then(Item::text) {
                installs::script(text, &mut variables, manifest);
            }
        }
        Value::Other => {}
    }
}
