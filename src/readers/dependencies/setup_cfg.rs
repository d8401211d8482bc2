//! `setup.cfg` (setuptools documentation, "Configuring setuptools using setup.cfg files"). Knows its sections and keys; tox
//! may keep its own there too.

use super::ini::{self, Entry};
use super::manifest::{Manifest, Meant, is_open};
use super::{read_manifest, tox_ini};
use crate::distribution::normalise;
use crate::excerpt::Excerpt;
use crate::readers::{Detail, Reader, Sink, Wanted};
use crate::source::Source;
use crate::surface::Surface;

/// Reads `setup.cfg`.
pub(in crate::readers) struct SetupCfg;

impl Reader for SetupCfg {
    fn name(&self) -> &'static str {
        "setup-cfg"
    }

    fn about(&self) -> &'static str {
        "setup.cfg"
    }

    fn claims(&self, _: &[u8], file_name: &[u8]) -> Option<Surface> {
        (file_name == b"setup.cfg").then_some(Surface::Dependencies)
    }

    fn declares(&self, _: &[u8]) -> bool {
        true
    }

    fn read(&self, source: &Source<'_>, surface: Surface, wanted: &Wanted<'_>, _: Detail, sink: &mut dyn Sink) {
        read_manifest(source, surface, wanted, sink, |text, manifest| {
            let whole = Excerpt::verbatim(text.content(), 0);
            let (sections, lost) = ini::parse(&whole);
            for section in &sections {
                for entry in &section.entries {
                    // Keys were once written with hyphens.
                    let key = entry.key.text().to_lowercase().replace('-', "_");
                    match (section.name.as_str(), key.as_str()) {
                        ("options", "install_requires" | "requires")
                        | ("metadata", "requires_dist" | "install_requires") => {
                            requirements(entry, Meant::declared("runtime"), manifest);
                        }
                        ("options" | "metadata", "setup_requires") => {
                            requirements(entry, Meant::declared("build"), manifest);
                        }
                        ("options" | "metadata", "tests_require") => {
                            requirements(entry, Meant::declared("group:test"), manifest);
                        }
                        ("options.extras_require", _) => {
                            // `name:marker` is an extra under a condition.
                            let own = entry.key.text().split(':').next().unwrap_or_default();
                            let group =
                                if own.is_empty() { "runtime".to_owned() } else { format!("extra:{}", normalise(own)) };
                            requirements(entry, Meant::declared(&group), manifest);
                        }
                        _ => {}
                    }
                }
            }
            tox_ini::sections(&sections, true, manifest);
            for span in lost {
                manifest.unread(span, "this line belongs to no key");
            }
        });
    }
}

/// Requirements on lines of their own, or on one line between semicolons; or the files that hold them.
fn requirements(entry: &Entry, meant: Meant<'_>, manifest: &mut Manifest) {
    let first = entry.lines.first().filter(|line| !line.is_empty());
    if let Some(files) = first.or(entry.lines.get(1)).filter(|line| line.text().starts_with("file:")) {
        let start = "file:".len();
        let rest = files.part(start..files.text().len());
        for line in std::iter::once(&rest).chain(entry.lines.iter().skip(if first.is_some() { 1 } else { 2 })) {
            for file in split(line, ',') {
                manifest.include(&file, false);
            }
        }
        return;
    }
    let is_one_line = entry.lines.len() == 1;
    for line in &entry.lines {
        let parts = if is_one_line { split(line, ';') } else { vec![line.clone()] };
        for part in parts.iter().filter(|part| !part.is_empty()) {
            if is_open(part.text()) && !part.text().contains(" @ ") {
                manifest.open(part.whole(), part.whole(), meant);
            } else if is_one_line && is_marker(part.text()) {
                // A marker that the semicolon cut off: setuptools warns of it too.
            } else {
                manifest.require(part, meant);
            }
        }
    }
}

fn is_marker(text: &str) -> bool {
    let first = text.split([' ', '<', '>', '=', '!', '~', '\'', '"']).next().unwrap_or_default();
    ["python_version", "python_full_version", "sys_platform", "platform_", "os_name", "implementation_name", "extra"]
        .iter()
        .any(|name| first.starts_with(name))
}

fn split(line: &Excerpt<'static>, at: char) -> Vec<Excerpt<'static>> {
    let mut start = 0;
    let mut parts = Vec::new();
    for part in line.text().split(at) {
        parts.push(line.part(start..start + part.len()).trim());
        start += part.len() + at.len_utf8();
    }
    parts
}
