//! Manifests and locks: everything that says of distributions what is to be installed. This file knows the readers beside
//! it; each knows one kind of file, and all hand over through `manifest`.

mod address;
mod compiled;
pub(super) mod conda;
mod environment;
mod ini;
mod lock;
pub(super) mod manifest;
mod marker;
mod pipfile;
pub(super) mod poetry;
mod pyproject;
mod pyproject_places;
mod requirement;
pub(super) mod requirements;
pub(super) mod script_block;
mod setup_cfg;
mod tables;
mod tox_ini;
mod unreadable;

pub(super) use environment::Environment;
pub(super) use lock::Lock;
pub(super) use pipfile::Pipfile;
pub(super) use pyproject::Pyproject;
pub(super) use requirements::Requirements;
pub(super) use setup_cfg::SetupCfg;
pub(super) use tox_ini::ToxIni;

use super::{Sink, Wanted, comments, decode};
use crate::source::Source;
use crate::surface::Surface;
use crate::text::Text;
use manifest::Manifest;

/// Decodes a file, lets somebody fill a manifest from it, and hands that over.
pub(super) fn read_manifest(
    source: &Source<'_>,
    surface: Surface,
    wanted: &Wanted<'_>,
    sink: &mut dyn Sink,
    fill: impl FnOnce(&Text<'_>, &mut Manifest),
) {
    if wanted.distributions.is_none() {
        return;
    }
    if let Some(text) = decode::decode_or_tell(source.bytes, sink) {
        if wanted.comments {
            comments::tell_lines(&text, sink);
        }
        let mut manifest = Manifest::new(surface);
        fill(&text, &mut manifest);
        manifest.hand_over(&text, wanted, sink);
    }
}
