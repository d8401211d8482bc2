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
            environment(&tree.root, manifest);
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

/// Keys of values for scripts beneath the same key and deeper.
const ENVIRONMENTS: [&str; 3] = ["env", "variables", "environment"];

/// Values of `env` and `variables` that are requirements or scripts themselves, wherever they stand.
fn environment(item: &Item<'static>, manifest: &mut Manifest) {
    for (key, value) in item.entries() {
        if ENVIRONMENTS.contains(&key.text()) {
            for (name, value) in value.entries() {
                let Some(text) = value.text() else { continue };
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
        environment(value, manifest);
    }
    item.items().iter().for_each(|item| environment(item, manifest));
}

/// Takes scripts; what `env` and `variables` say holds where they stand and deeper.
fn scripts(item: &Item<'static>, keys: &[&str], variables: &mut Variables, manifest: &mut Manifest) {
    let mut before = Vec::new();
    for (_, environment) in item.entries().iter().filter(|(key, _)| ENVIRONMENTS.contains(&key.text())) {
        for (name, value) in environment.entries() {
            // GitLab may say more of a variable than its value.
            if let Some(text) = value.text().or_else(|| value.get("value")?.text()) {
                let open = text.text().contains("${{");
                before.push((name.text(), variables.replace(name.text(), None)));
                variables.set(name.text(), Word { text: text.clone(), open });
            }
        }
    }
    for (key, value) in item.entries() {
        if keys.contains(&key.text()) {
            texts(value, &mut |text| installs::script(text, variables, manifest));
        }
        scripts(value, keys, variables, manifest);
    }
    item.items().iter().for_each(|item| scripts(item, keys, variables, manifest));
    for (name, value) in before.into_iter().rev() {
        variables.replace(name, value);
    }
}

/// The texts of a value: itself, or those of a list that may hold further lists.
fn texts(item: &Item<'static>, take: &mut dyn FnMut(&Excerpt<'static>)) {
    match &item.value {
        Value::Text(text) => take(text),
        Value::List(items) => items.iter().for_each(|item| texts(item, take)),
        _ => {}
    }
}
