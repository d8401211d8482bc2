//! Pipelines in YAML: GitHub workflows and composite actions, GitLab, and others that keep scripts beneath known keys. Knows
//! these keys; one static table.

use super::installs;
use super::words::{Variables, Word};
use crate::excerpt::Excerpt;
use crate::readers::dependencies::manifest::{Manifest, Meant};
use crate::readers::dependencies::read_manifest;
use crate::readers::tree::{Item, Value, yaml};
use crate::readers::{Detail, Reader, Sink, Wanted};
use crate::source::Source;
use crate::surface::Surface;

/// Reads pipelines.
pub(in crate::readers) struct Workflow;

/// A kind of pipeline: which folder and which names, and beneath which keys scripts stand.
struct Pipeline {
    folder: Option<&'static [u8]>,
    names: &'static [&'static [u8]],
    keys: &'static [&'static str],
}

static PIPELINES: &[Pipeline] = &[
    Pipeline { folder: Some(b".github/workflows"), names: &[b".yml", b".yaml"], keys: &["run"] },
    Pipeline { folder: None, names: &[b"action.yml", b"action.yaml"], keys: &["run"] },
    Pipeline {
        folder: None,
        names: &[b".gitlab-ci.yml", b".gitlab-ci.yaml"],
        keys: &["script", "before_script", "after_script", "pre_get_sources_script"],
    },
    Pipeline {
        folder: Some(b".gitlab/ci"),
        names: &[b".yml", b".yaml"],
        keys: &["script", "before_script", "after_script", "pre_get_sources_script"],
    },
    Pipeline { folder: Some(b".circleci"), names: &[b".yml", b".yaml"], keys: &["run", "command"] },
    Pipeline {
        folder: None,
        names: &[b"azure-pipelines.yml", b"azure-pipelines.yaml"],
        keys: &["script", "bash", "pwsh", "powershell"],
    },
    Pipeline {
        folder: None,
        names: &[b".travis.yml"],
        keys: &["before_install", "install", "before_script", "script", "after_success"],
    },
    Pipeline {
        folder: None,
        names: &[b".readthedocs.yml", b".readthedocs.yaml"],
        keys: &[
            "commands",
            "post_checkout",
            "pre_create_environment",
            "create_environment",
            "post_create_environment",
            "pre_install",
            "install",
            "post_install",
            "pre_build",
            "build",
            "post_build",
            "html",
        ],
    },
];

fn pipeline(folder: &[u8], file_name: &[u8]) -> Option<&'static Pipeline> {
    PIPELINES.iter().find(|pipeline| match pipeline.folder {
        Some(own) => {
            let is_there = folder == own || folder.strip_suffix(own).is_some_and(|rest| rest.ends_with(b"/"));
            is_there && pipeline.names.iter().any(|end| file_name.ends_with(end))
        }
        None => pipeline
            .names
            .iter()
            .any(|name| file_name == *name || (name.starts_with(b".gitlab-ci") && file_name.ends_with(name))),
    })
}

impl Reader for Workflow {
    fn name(&self) -> &'static str {
        "workflow"
    }

    fn about(&self) -> &'static str {
        ".github/workflows/*.yml, action.yml, *.gitlab-ci.yml, .circleci/*.yml, azure-pipelines.yml, .travis.yml, .readthedocs.yml"
    }

    fn claims(&self, folder: &[u8], file_name: &[u8]) -> Option<Surface> {
        pipeline(folder, file_name).map(|_| Surface::Ci)
    }

    fn read(&self, source: &Source<'_>, surface: Surface, wanted: &Wanted<'_>, _: Detail, sink: &mut dyn Sink) {
        let Some(pipeline) = pipeline(source.path.parent().as_bytes(), source.path.file_name()) else { return };
        read_manifest(source, surface, wanted, sink, |text, manifest| {
            let tree = yaml::parse(text.content());
            let mut variables = Variables::default();
            environment(&tree.root, &mut variables, manifest);
            scripts(&tree.root, pipeline.keys, &mut variables, manifest);
            for item in tree.root.at(&["python", "install"]).into_iter().flat_map(Item::items) {
                if let Some(file) = item.get("requirements").and_then(Item::text) {
                    manifest.include_by_command(file, false);
                }
            }
            for (span, message) in tree.broken {
                manifest.broken(span, format!("broken YAML: {message}"));
            }
        });
    }
}

/// Values of `env` and `variables`, wherever they stand; some of them are requirements or scripts themselves.
fn environment(item: &Item<'static>, variables: &mut Variables, manifest: &mut Manifest) {
    for (key, value) in item.entries() {
        if matches!(key.text(), "env" | "variables" | "environment") {
            for (name, value) in value.entries() {
                let Some(text) = value.text() else { continue };
                let open = text.text().contains("${{");
                variables.insert(name.text().to_owned(), Word { text: text.clone(), open });
                if name.text().starts_with("CIBW_TEST_REQUIRES") {
                    let meant = Meant::declared("group:test");
                    for word in super::words::words(text) {
                        manifest.require_in(&word.text, value.span, meant);
                    }
                } else if name.text().starts_with("CIBW_BEFORE") || name.text().starts_with("CIBW_TEST_COMMAND") {
                    installs::script(text, &mut Variables::default(), manifest);
                }
            }
        }
        environment(value, variables, manifest);
    }
    item.items().iter().for_each(|item| environment(item, variables, manifest));
}

fn scripts(item: &Item<'static>, keys: &[&str], variables: &mut Variables, manifest: &mut Manifest) {
    for (key, value) in item.entries() {
        if keys.contains(&key.text()) {
            texts(value, &mut |text| installs::script(text, variables, manifest));
        }
        scripts(value, keys, variables, manifest);
    }
    item.items().iter().for_each(|item| scripts(item, keys, variables, manifest));
}

/// The texts of a value: itself, or those of a list that may hold further lists.
fn texts(item: &Item<'static>, take: &mut dyn FnMut(&Excerpt<'static>)) {
    match &item.value {
        Value::Text(text) => take(text),
        Value::List(items) => items.iter().for_each(|item| texts(item, take)),
        _ => {}
    }
}
