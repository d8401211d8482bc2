//! `.pre-commit-config.yaml` (pre-commit documentation, "Adding pre-commit plugins to your project"): what hooks install
//! besides themselves. Only hooks in Python take requirements.

use crate::readers::dependencies::manifest::{Manifest, Meant};
use crate::readers::dependencies::{conda, read_manifest};
use crate::readers::tree::{Item, yaml};
use crate::readers::{Detail, Reader, Sink, Wanted};
use crate::source::Source;
use crate::surface::Surface;

/// Reads `.pre-commit-config.yaml`.
pub(in crate::readers) struct PreCommit;

impl Reader for PreCommit {
    fn name(&self) -> &'static str {
        "pre-commit"
    }

    fn about(&self) -> &'static str {
        ".pre-commit-config.yaml"
    }

    fn claims(&self, _: &[u8], file_name: &[u8]) -> Option<Surface> {
        matches!(file_name, b".pre-commit-config.yaml" | b".pre-commit-config.yml").then_some(Surface::Ci)
    }

    fn read(&self, source: &Source<'_>, surface: Surface, wanted: &Wanted<'_>, _: Detail, sink: &mut dyn Sink) {
        read_manifest(source, surface, wanted, sink, |text, manifest| {
            let tree = yaml::parse(text.content());
            for hook in tree.root.at(&["repos", "hooks"]).into_iter().flat_map(Item::items) {
                take(hook, manifest);
            }
            for (span, message) in tree.broken {
                manifest.broken(span, format!("broken YAML: {message}"));
            }
        });
    }
}

fn take(hook: &Item<'_>, manifest: &mut Manifest) {
    let language = hook.text_of("language");
    let meant = Meant::declared("group:pre-commit");
    let Some(list) = hook.get("additional_dependencies") else { return };
    for item in list.items() {
        let Some(text) = item.text() else { continue };
        match language {
            Some("python" | "python_venv") => manifest.require(text, meant),
            Some("conda") => conda::require(text, item.span, meant, manifest),
            // Where the hook's own repository says the language, what looks like another's package is one.
            None if !is_foreign(text.text()) => manifest.require(text, meant),
            _ => {}
        }
    }
}

/// `eslint@8.0`, `@scope/name`, `cli:name:1.0`, `github.com/x/y@v1`.
fn is_foreign(text: &str) -> bool {
    let is_address = text.contains("://") || text.contains(" @ ");
    !is_address && (text.starts_with('@') || text.contains('@') || text.contains(':'))
}
