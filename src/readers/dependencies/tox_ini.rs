//! `tox.ini` (tox documentation, "Configuration"): requirements of environments, and the commands that they run. Knows
//! sections, conditional lines and references; nothing is ever run.

use super::ini::{self, Section};
use super::manifest::{Manifest, Meant};
use super::{read_manifest, requirements};
use crate::distribution::normalise;
use crate::excerpt::Excerpt;
use crate::readers::commands::installs;
use crate::readers::commands::words::Variables;
use crate::readers::{Detail, Reader, Sink, Wanted};
use crate::source::Source;
use crate::surface::Surface;

/// Reads `tox.ini`.
pub(in crate::readers) struct ToxIni;

impl Reader for ToxIni {
    fn name(&self) -> &'static str {
        "tox"
    }

    fn about(&self) -> &'static str {
        "tox.ini"
    }

    fn claims(&self, _: &[u8], file_name: &[u8]) -> Option<Surface> {
        (file_name == b"tox.ini").then_some(Surface::Dependencies)
    }

    fn declares(&self, _: &[u8]) -> bool {
        true
    }

    fn read(&self, source: &Source<'_>, surface: Surface, wanted: &Wanted<'_>, _: Detail, sink: &mut dyn Sink) {
        read_manifest(source, surface, wanted, sink, |text, manifest| {
            read(&Excerpt::verbatim(text.content(), 0), manifest);
        });
    }
}

/// Takes everything from the text of a `tox.ini`.
pub(super) fn read(text: &Excerpt<'_>, manifest: &mut Manifest) {
    let (own, lost) = ini::parse(text);
    sections(&own, false, manifest);
    for span in lost {
        manifest.unread(span, "this line belongs to no key");
    }
}

/// Takes everything from sections of tox; in `setup.cfg` there are others beside them.
pub(super) fn sections(all: &[Section], is_setup_cfg: bool, manifest: &mut Manifest) {
    for section in all {
        let core = if is_setup_cfg { "tox:tox" } else { "tox" };
        let is_own = !is_setup_cfg || section.name.starts_with("testenv") || section.name == core;
        if !is_own {
            continue;
        }
        let name = section.name.split_once(':').map_or("tox", |(_, name)| name);
        let group = if section.name == core { "build".to_owned() } else { format!("group:{}", normalise(name)) };
        let meant = Meant::declared(&group);
        for entry in &section.entries {
            match entry.key.text() {
                "requires" if section.name == core => {
                    entry.lines.iter().for_each(|line| dependency(line, meant, manifest));
                }
                "deps" => entry.lines.iter().for_each(|line| dependency(line, meant, manifest)),
                "commands" | "commands_pre" | "commands_post" | "recreate_commands" | "extra_setup_commands" => {
                    let mut script = Excerpt::default();
                    for line in &entry.lines {
                        // `-command` may fail; `factor: command` is conditional.
                        let line = without_factor(&without_comment(line));
                        let from = line.text().len() - line.text().trim_start_matches(['-', ' ']).len();
                        script.append(&line, from..line.text().len());
                        script.push_for("\n", line.whole());
                    }
                    installs::script(&script, &mut Variables::default(), manifest);
                }
                _ => {}
            }
        }
    }
}

fn dependency(line: &Excerpt<'static>, meant: Meant<'_>, manifest: &mut Manifest) {
    let line = without_factor(&without_comment(line));
    let text = line.text();
    // References lead to a key that is read where it stands.
    if text.is_empty() || text.starts_with("{[") || (text.starts_with('{') && text.ends_with('}')) {
        return;
    }
    // Files lie beneath the folder of the file, whatever it is called.
    for folder in ["{toxinidir}/", "{tox_root}/", "{toxinidir}{/}", "{tox_root}{/}"] {
        if let Some(at) = text.find(folder) {
            let mut own = Excerpt::default();
            own.append(&line, 0..at);
            own.append(&line, at + folder.len()..text.len());
            requirements::one(&own, meant, manifest);
            return;
        }
    }
    requirements::one(&line, meant, manifest);
}

/// Everything from a `#` on is a comment, also without a space; `\#` is none.
fn without_comment(line: &Excerpt<'static>) -> Excerpt<'static> {
    let text = line.text();
    let mut places = text.match_indices('#').map(|(at, _)| at);
    let end = places.find(|at| !text.get(..*at).is_some_and(|before| before.ends_with('\\')));
    line.part(0..end.unwrap_or(text.len())).trim()
}

/// `py3{8,9}-django: Django<4` without its condition.
fn without_factor(line: &Excerpt<'static>) -> Excerpt<'static> {
    let text = line.text();
    let mut places = text.match_indices(':').map(|(at, _)| at);
    let at = places
        .find(|at| text.get(at + 1..).is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace)));
    let is_factor = |factor: &str| {
        !factor.is_empty()
            && factor.chars().all(|c| c.is_ascii_alphanumeric() || "-_.,!{}*? ".contains(c))
            && !factor.starts_with('-')
    };
    match at.filter(|at| text.get(..*at).is_some_and(is_factor)) {
        Some(at) => line.part(at + 1..text.len()).trim(),
        None => line.clone(),
    }
}
