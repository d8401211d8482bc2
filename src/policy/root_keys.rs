//! Reads the top level of a policy document. Knows its keys; rules are read elsewhere.

use super::root_table::{EXCUSE, LIBRARY, PYTHON, builtins, short};
use super::rule_keys::{read_globs, read_level};
use super::{Excuse, Extensions, Python, Renamed, builtin};
use crate::distribution::is_distribution;
use crate::document::fields::Reading;
use crate::document::yaml::{Node, Value};
use crate::level::Level;
use crate::name;
use crate::pattern::glob::Glob;
use crate::project::libraries::Libraries;
use crate::project::standard_library::{NEWEST, OLDEST};
use crate::repo_path::RepoPath;
use crate::span::Span;
use pep440_rs::{Version, VersionSpecifiers};
use std::str::FromStr;

/// `version: 1`.
pub(super) fn check_version(node: Option<&Node>, whole: &Node, reading: &mut Reading<'_>) {
    let Some(node) = node else {
        let start = Span::new(whole.span.start as usize, whole.span.start as usize + 1);
        reading.wrong(
            start,
            "the policy does not say which version of the language it is written in",
            "begin it with `version: 1`",
        );
        return;
    };
    if let Some(written) = reading.text(node, "`version`")
        && written.text != "1"
    {
        let help =
            format!("write `{}`, or use a version of the tool that reads it", reading.corrected(written.span, "1"));
        reading.wrong(written.span, format!("version `{}` of the policy language is not known", written.text), help);
    }
}

/// `requires: ">=0.1"`, against the version of the tool.
pub(super) fn check_requires(node: &Node, tool: &str, reading: &mut Reading<'_>) -> Option<String> {
    let written = reading.text(node, "`requires`")?;
    let specifiers = VersionSpecifiers::from_str(&written.text);
    if let (Ok(specifiers), Ok(version)) = (specifiers, Version::from_str(tool)) {
        if !specifiers.contains(&version) {
            let help = "install a version that fits, or change `requires`";
            reading.wrong(
                written.span,
                format!("this is version {tool}, but the policy requires {}", written.text),
                help,
            );
        }
    } else {
        let spelling = format!("\">={}\"", written.text.trim_start_matches(|c: char| !c.is_ascii_digit()));
        let help = format!("write `{}`", reading.corrected(written.span, &spelling));
        reading.wrong(written.span, format!("`{}` is no version range", written.text), help);
    }
    Some(written.text)
}

/// `libraries`: what code imports of distributions that the tool does not know.
pub(super) fn read_libraries(node: &Node, libraries: &mut Libraries, reading: &mut Reading<'_>) {
    for (key, value) in reading.entries(node, "`libraries`") {
        if !is_distribution(&key.text) {
            let help = "write the name that requirements use, without a version";
            reading.wrong(key.span, format!("`{}` is no name of a distribution", key.text), help);
        }
        let value = match value.value {
            Value::Map(_) => {
                let fields = reading.map(value, "a library", &LIBRARY);
                if let Some(node) = fields.get("same") {
                    read_same(node, libraries, reading);
                }
                fields.get("import")
            }
            _ => Some(value),
        };
        for item in value.map(|value| reading.list(value, "what is imported of it")).unwrap_or_default() {
            let Some(written) = reading.text(item, "an import name") else { continue };
            let import = name::normalise(&written.text).into_owned();
            if name::is_dotted(&import) {
                libraries.add(&key.text, import);
            } else {
                let spelling = import.replace('-', "_");
                let help = if name::is_dotted(&spelling) {
                    format!("write `{}`", reading.corrected(written.span, &spelling))
                } else {
                    "write the dotted name that code imports".to_owned()
                };
                reading.wrong(written.span, format!("`{}` is no dotted name", written.text), help);
            }
        }
    }
}

/// `same`: other names of one object, by its usual name.
fn read_same(node: &Node, libraries: &mut Libraries, reading: &mut Reading<'_>) {
    for (key, value) in reading.entries(node, "`same`") {
        let mut names = vec![name::normalise(&key.text).into_owned()];
        let mut places = vec![key.span];
        for item in reading.list(value, "other names") {
            if let Some(written) = reading.text(item, "a dotted name") {
                names.push(name::normalise(&written.text).into_owned());
                places.push(written.span);
            }
        }
        let bad = names.iter().zip(&places).find(|(text, _)| !name::is_dotted(text) || !text.contains('.'));
        if let Some((text, span)) = bad {
            let help = "write, for example, `requests.Session: [requests.sessions.Session]`";
            reading.wrong(*span, format!("`{text}` is no dotted name of an object"), help);
        } else {
            libraries.tie(names);
        }
    }
}

/// `python`.
pub(super) fn read_python(node: Option<&Node>, reading: &mut Reading<'_>) -> Python {
    let mut python = Python { target: (3, NEWEST), ..Python::default() };
    let Some(node) = node else { return python };
    let fields = reading.map(node, "`python`", &PYTHON);
    if let Some(target) = fields.get("target").and_then(|node| read_target(node, reading)) {
        python.target = target;
    }
    python.roots = fields.get("roots").map(|node| {
        let items = reading.list(node, "`roots`");
        items.into_iter().filter_map(|item| read_folder(item, "a root", reading)).collect()
    });
    if let Some(node) = fields.get("packages") {
        for (key, value) in reading.entries(node, "`packages`") {
            let folder = folder(&key.text, key.span, "a package folder", reading);
            let name = reading.text(value, "an import name").filter(|written| {
                let good = name::is_dotted(&name::normalise(&written.text));
                if !good {
                    let help = format!(
                        "write `{}`",
                        reading.corrected(written.span, &written.text.replace('-', "_").replace('/', "."))
                    );
                    reading.wrong(written.span, format!("`{}` is no dotted name", written.text), help);
                }
                good
            });
            if let (Some(folder), Some(name)) = (folder, name) {
                let name = name::normalise(&name.text).into_owned();
                if let Some(other) = python.packages.iter().find(|other| other.name == name) {
                    let help = "two folders cannot be one package: remove one of the two";
                    reading.wrong(key.span, format!("`{name}` is already the name of `{}`", other.folder), help);
                }
                python.packages.push(Renamed { folder, name, span: key.span });
            }
        }
    }
    if let Some(node) = fields.get("shadows") {
        for item in reading.list(node, "`shadows`") {
            let Some(written) = reading.text(item, "a shadowed name") else { continue };
            if name::is_identifier(&name::normalise(&written.text)) {
                python.shadows.push(written);
            } else {
                let help = "write the top-level name of the local module, such as `redis`";
                reading.wrong(written.span, format!("`{}` is no top-level name", written.text), help);
            }
        }
    }
    python
}

/// `python: environment:`: what the distributions installed in a folder bring in.
pub(super) fn read_environment(
    node: &Node,
    extensions: &dyn Extensions,
    libraries: &mut Libraries,
    reading: &mut Reading<'_>,
) {
    let Value::Map(pairs) = &node.value else { return };
    let Some((_, value)) = pairs.iter().find(|(key, _)| key.text == "environment") else { return };
    let Some(written) = reading.text(value, "`environment`") else { return };
    let Some(path) = folder(&written.text, written.span, "an environment", reading) else { return };
    match extensions.installed(&path) {
        Ok(installed) => {
            for (distribution, import) in installed {
                libraries.add(&distribution, import);
            }
        }
        Err(why) => {
            let help = "name the folder of a virtual environment, or of its `site-packages`; or remove the key";
            reading.wrong(written.span, format!("`{}` {why}", written.text), help);
        }
    }
}

/// `baseline`: a file beside the policy or beneath the root, relative to the policy's folder.
pub(super) fn read_baseline(node: &Node, policy: &RepoPath, reading: &mut Reading<'_>) -> Option<(RepoPath, Span)> {
    let written = reading.text(node, "`baseline`")?;
    let mut path = policy.parent();
    let is_drive = written.text.as_bytes().get(1) == Some(&b':');
    let mut is_inside = !written.text.starts_with(['/', '~']) && !is_drive && !written.text.contains("://");
    for segment in written.text.split(['/', '\\']) {
        match segment {
            "" | "." => {}
            ".." if path.as_bytes().is_empty() => is_inside = false,
            ".." => path = path.parent(),
            _ => path = path.join(segment.as_bytes()),
        }
    }
    if !is_inside || path.as_bytes().is_empty() {
        let help = "name a file relative to this policy: `baseline: policy.baseline`";
        reading.wrong(written.span, "a baseline lies beneath the root", help);
        return None;
    }
    Some((path, written.span))
}

fn read_target(node: &Node, reading: &mut Reading<'_>) -> Option<(u8, u8)> {
    let written = reading.text(node, "`target`")?;
    let digits = written.text.strip_prefix("3.").filter(|minor| minor.bytes().all(|byte| byte.is_ascii_digit()));
    let minor = digits.and_then(|minor| minor.parse::<u8>().ok());
    match minor {
        Some(minor) if (OLDEST..=NEWEST).contains(&minor) => Some((3, minor)),
        _ => {
            let help = format!("write a version from \"3.{OLDEST}\" to \"3.{NEWEST}\"");
            reading.wrong(written.span, format!("`{}` is no Python version that the tool knows", written.text), help);
            None
        }
    }
}

fn read_folder(node: &Node, what: &str, reading: &mut Reading<'_>) -> Option<(RepoPath, Span)> {
    let written = reading.text(node, what)?;
    folder(&written.text, written.span, what, reading).map(|path| (path, written.span))
}

/// One folder, without wildcards.
fn folder(text: &str, span: Span, what: &str, reading: &mut Reading<'_>) -> Option<RepoPath> {
    if text == "." || text == "./" {
        return Some(RepoPath::default());
    }
    match Glob::one_path(text) {
        Ok(Some(path)) => Some(path),
        Ok(None) => {
            let help = "name one folder beneath the root, without `*` and without a leading `/`";
            reading.wrong(span, format!("{what} must be one folder"), help);
            None
        }
        Err(malformed) => {
            reading.wrong(span, malformed.message, malformed.help);
            None
        }
    }
}

/// `unanalysed`.
pub(super) fn read_unanalysed(node: &Node, reading: &mut Reading<'_>) -> Vec<Excuse> {
    let mut excuses = Vec::new();
    for item in reading.list(node, "`unanalysed`") {
        if !matches!(item.value, Value::Map(_)) {
            let help = "write `- { in: tests/bad/, why: broken on purpose }`";
            reading.wrong(item.span, "an entry of `unanalysed` says where and why", help);
            continue;
        }
        let fields = reading.map(item, "an entry of `unanalysed`", &EXCUSE);
        let globs = fields.get("in").map(|node| read_globs(node, "`in`", reading));
        let why = fields.get("why").and_then(|node| reading.text(node, "`why`"));
        match (globs, why) {
            (Some(globs), Some(why)) => {
                excuses.extend(globs.into_iter().map(|(glob, span)| Excuse { glob, why: why.text.clone(), span }));
            }
            (None, _) => reading.wrong(item.span, "an entry of `unanalysed` does not say where", "add `in: path/`"),
            (_, None) if fields.get("why").is_none() => {
                reading.wrong(item.span, "an entry of `unanalysed` does not say why", "add `why: broken on purpose`");
            }
            _ => {}
        }
    }
    excuses
}

/// `policy`: levels of built-in findings, by their id without the prefix.
pub(super) fn read_builtin_levels(node: &Node, reading: &mut Reading<'_>) -> Vec<(&'static str, Level)> {
    let fields = reading.map(node, "`policy`", &builtins());
    let mut levels = Vec::new();
    for builtin in &builtin::BUILTINS {
        if let Some(value) = fields.get(short(builtin.id))
            && let Some(level) = read_level(value, &format!("`{}`", short(builtin.id)), reading)
        {
            levels.push((builtin.id, level));
        }
    }
    levels
}
