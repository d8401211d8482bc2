//! Conda's environment files (CEP 24): a list of package specifications, and in it, beneath `pip`, lines of a requirement
//! file.

use super::manifest::Meant;
use super::{conda, read_manifest, requirements};
use crate::readers::tree::{Item, Value, yaml};
use crate::readers::{Detail, Reader, Sink, Wanted};
use crate::source::Source;
use crate::surface::Surface;

/// Reads `environment.yml`.
pub(in crate::readers) struct Environment;

impl Reader for Environment {
    fn name(&self) -> &'static str {
        "conda"
    }

    fn about(&self) -> &'static str {
        "environment*.yml, *-environment.yml, conda-env*.yml, env.yml"
    }

    fn claims(&self, _: &[u8], file_name: &[u8]) -> Option<Surface> {
        let name = file_name.to_ascii_lowercase();
        let stem = name.strip_suffix(b".yml").or_else(|| name.strip_suffix(b".yaml"))?;
        let fits = stem.starts_with(b"environment")
            || stem.ends_with(b"environment")
            || stem.starts_with(b"conda-env")
            || stem.starts_with(b"conda_env")
            || stem == b"conda"
            || stem == b"env";
        fits.then_some(Surface::Dependencies)
    }

    fn declares(&self, _: &[u8]) -> bool {
        true
    }

    fn read(&self, source: &Source<'_>, surface: Surface, wanted: &Wanted<'_>, _: Detail, sink: &mut dyn Sink) {
        read_manifest(source, surface, wanted, sink, |text, manifest| {
            let tree = yaml::parse(text.content());
            let meant = Meant::declared("runtime");
            for item in tree.root.at(&["dependencies"]).into_iter().flat_map(Item::items) {
                match &item.value {
                    Value::Text(text) => conda::require(text, item.span, meant, manifest),
                    Value::Map(entries) => {
                        for (key, lines) in entries {
                            if key.text() == "pip" {
                                let texts = lines.items().iter().filter_map(Item::text);
                                texts.for_each(|line| requirements::one(line, meant, manifest));
                            } else if let (true, Some(text)) = (key.text().starts_with("sel("), lines.text()) {
                                conda::require(text, lines.span, meant, manifest);
                            }
                        }
                    }
                    _ => {}
                }
            }
            for (span, message) in tree.broken {
                manifest.broken(span, format!("broken YAML: {message}"));
            }
        });
    }
}
