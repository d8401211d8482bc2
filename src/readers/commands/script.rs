//! Shell scripts. Knows by which names and first lines they go.

use super::installs;
use super::words::Variables;
use crate::excerpt::Excerpt;
use crate::readers::dependencies::read_manifest;
use crate::readers::{Detail, Reader, Sink, Wanted};
use crate::source::Source;
use crate::surface::Surface;

/// Reads shell scripts.
pub(in crate::readers) struct Script;

const SHELLS: [&[u8]; 6] = [b"sh", b"bash", b"dash", b"zsh", b"ksh", b"ash"];

impl Reader for Script {
    fn name(&self) -> &'static str {
        "shell"
    }

    fn about(&self) -> &'static str {
        "*.sh, *.bash, *.zsh, and files without a suffix that start with a shell's shebang"
    }

    fn claims(&self, _: &[u8], file_name: &[u8]) -> Option<Surface> {
        [&b".sh"[..], b".bash", b".zsh"].iter().any(|suffix| file_name.ends_with(suffix)).then_some(Surface::Ci)
    }

    fn claims_head(&self, head: &[u8]) -> Option<Surface> {
        let line = head.strip_prefix(b"#!")?;
        let end = memchr::memchr2(b'\n', b'\r', line).unwrap_or(line.len());
        let mut words = line.get(..end)?.split(|b| matches!(b, b' ' | b'\t' | b'/'));
        words.any(|word| SHELLS.contains(&word)).then_some(Surface::Ci)
    }

    fn read(&self, source: &Source<'_>, surface: Surface, wanted: &Wanted<'_>, _: Detail, sink: &mut dyn Sink) {
        read_manifest(source, surface, wanted, sink, |text, manifest| {
            installs::script(&Excerpt::verbatim(text.content(), 0), &mut Variables::default(), manifest);
        });
    }
}
