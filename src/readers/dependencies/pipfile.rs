//! `Pipfile` (pipenv documentation, "Pipfile & Pipfile.lock"): every table but a few is a category of packages.

use super::manifest::Meant;
use super::read_manifest;
use super::tables::{self, Dialect};
use crate::distribution::normalise;
use crate::readers::tree::{Value, toml};
use crate::readers::{Detail, Reader, Sink, Wanted};
use crate::source::Source;
use crate::surface::Surface;

/// Reads `Pipfile`.
pub(in crate::readers) struct Pipfile;

/// Tables that hold no packages.
const OTHERS: [&str; 6] = ["build-system", "pipenv", "requires", "scripts", "source", "pipfile"];

impl Reader for Pipfile {
    fn name(&self) -> &'static str {
        "pipfile"
    }

    fn about(&self) -> &'static str {
        "Pipfile"
    }

    fn claims(&self, _: &[u8], file_name: &[u8]) -> Option<Surface> {
        (file_name == b"Pipfile").then_some(Surface::Dependencies)
    }

    fn declares(&self, _: &[u8]) -> bool {
        true
    }

    fn read(&self, source: &Source<'_>, surface: Surface, wanted: &Wanted<'_>, _: Detail, sink: &mut dyn Sink) {
        read_manifest(source, surface, wanted, sink, |text, manifest| {
            let tree = toml::parse(text.content());
            for (name, table) in tree.root.entries() {
                if OTHERS.contains(&name.text()) || !matches!(table.value, Value::Map(_)) {
                    continue;
                }
                let group = match name.text() {
                    "packages" => "runtime".to_owned(),
                    "dev-packages" => "group:dev".to_owned(),
                    other => format!("group:{}", normalise(other)),
                };
                tables::read(table, Dialect::Pep440, Meant::declared(&group), manifest);
            }
            for (span, message) in tree.broken {
                manifest.broken(span, format!("broken TOML: {message}"));
            }
        });
    }
}
