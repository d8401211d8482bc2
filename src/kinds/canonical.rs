//! `canonical`: a file has one import name. Knows by which other names an entry of `sys.path` inside the tree would load
//! it.

use super::{Asks, Complaint, Judge, Kind, View};
use crate::document::fields::{Reading, Spanned};
use crate::document::shape::{self, Shape};
use crate::document::yaml::{Key, Node, Value};
use crate::name::{is_dotted, is_identifier, normalise, top};
use crate::pattern::glob::Glob;
use crate::project::libraries::{self, Libraries};
use crate::repo_path::RepoPath;
use crate::span::Span;
use rustc_hash::{FxHashMap, FxHashSet};

/// The verb.
pub(super) static KIND: Kind = Kind {
    key: "canonical",
    about: "a file has one import name: `path: module`",
    example: "canonical: { src/acme/http.py: acme.http }",
    shape,
    compile,
};

fn shape() -> Shape {
    let file = shape::matching(r"^[^/!?*\[{\\][^?*\[{\\]*$", "name one file beneath the root, without `*`");
    shape::filled(shape::entries(file, shape::dotted()))
}

/// Folders above a file, at most: every one of them may be a way to load it.
const DEEPEST: usize = 64;

struct File {
    path: RepoPath,
    name: String,
    written: Spanned,
}

struct Canonical {
    files: Vec<File>,
    /// Other names, each with the file that it would load.
    others: FxHashMap<String, usize>,
}

fn compile(node: &Node, reading: &mut Reading<'_>, _: &Libraries) -> Option<Box<dyn Judge>> {
    if matches!(&node.value, Value::Map(pairs) if pairs.is_empty()) {
        reading.wrong(node.span, "`canonical` is an empty map", "write `path/file.py: package.module`");
    }
    let mut files: Vec<File> = Vec::new();
    let mut names: FxHashMap<String, RepoPath> = FxHashMap::default();
    let mut paths: FxHashSet<RepoPath> = FxHashSet::default();
    for (key, value) in reading.entries(node, "`canonical`") {
        let Some(file) = read_one(key, value, reading) else { continue };
        if !paths.insert(file.path.clone()) {
            let message = format!("`{}` has a name already", file.path);
            reading.wrong(key.span, message, "a file has one import name: remove one of the two");
        } else if let Some(other) = names.insert(file.name.clone(), file.path.clone()) {
            let help = "two files cannot have one name: correct one of the two";
            reading.wrong(file.written.span, format!("`{}` is already the name of `{other}`", file.name), help);
        }
        files.push(file);
    }
    let mut others = FxHashMap::default();
    for (index, file) in files.iter().enumerate() {
        for other in other_names(file) {
            if !names.contains_key(&other) {
                others.entry(other).or_insert(index);
            }
        }
    }
    if files.is_empty() { None } else { Some(Box::new(Canonical { files, others })) }
}

fn read_one(key: &Key, value: &Node, reading: &mut Reading<'_>) -> Option<File> {
    let written = reading.text(value, "an import name")?;
    let path = match Glob::one_path(&key.text) {
        Ok(Some(path)) if !path.as_bytes().is_empty() => path,
        Ok(_) => {
            let help = "name one file beneath the root, without `*` and without a leading `/`";
            reading.wrong(key.span, "`canonical` names a file", help);
            return None;
        }
        Err(malformed) => {
            reading.wrong(key.span, malformed.message, malformed.help);
            return None;
        }
    };
    let name = normalise(&written.text).into_owned();
    if path.segments().count().max(name.split('.').count()) > DEEPEST {
        reading.wrong(key.span, format!("a path of more than {DEEPEST} folders"), "name a file that lies less deep");
        return None;
    }
    if !is_dotted(&name) {
        let spelling = written.text.trim_end_matches(".py").replace('/', ".").replace('-', "_");
        let spelling = Some(spelling).filter(|spelling| is_dotted(spelling));
        let help = "write the dotted name that code imports".to_owned();
        reading.misspelt(written.span, format!("`{}` is no dotted name", written.text), spelling.as_deref(), help);
        return None;
    }
    // A folder may be imported under another name (`python: packages:`), a file never is.
    if let Some(stem) = module_stem(&path)
        && stem != "__init__"
        && !name.ends_with(&format!(".{stem}"))
        && name != stem
    {
        let help = if is_identifier(&stem) {
            format!("the last part of its name must be `{stem}`")
        } else {
            "no import can name this file: rename it".to_owned()
        };
        reading.wrong(written.span, format!("the file `{path}` cannot be imported as `{name}`"), help);
        return None;
    }
    Some(File { path, name, written })
}

/// The file name without its suffix; `None` for a folder.
fn module_stem(path: &RepoPath) -> Option<String> {
    let file = std::str::from_utf8(path.file_name()).ok()?;
    file.strip_suffix(".py").or_else(|| file.strip_suffix(".pyi")).map(|stem| normalise(stem).into_owned())
}

/// The names that lead to a file from a folder somewhere above it: suffixes of its path, and of its canonical name.
fn other_names(file: &File) -> Vec<String> {
    let mut parts: Vec<String> =
        file.path.parent().segments().map(|part| normalise(&String::from_utf8_lossy(part)).into_owned()).collect();
    match module_stem(&file.path) {
        Some(stem) if stem == "__init__" => {}
        Some(stem) => parts.push(stem),
        None => parts.push(String::from_utf8_lossy(file.path.file_name()).into_owned()),
    }
    let by_path =
        (0..parts.len()).filter_map(|from| parts.get(from..)).filter(|parts| parts.iter().all(|p| is_identifier(p)));
    let segments: Vec<&str> = file.name.split('.').collect();
    let by_name = (1..segments.len()).filter_map(|from| segments.get(from..)).map(|parts| parts.join("."));
    let mut names: Vec<String> = by_path.map(|parts| parts.join(".")).chain(by_name).collect();
    names.retain(|name| *name != file.name);
    names.sort_unstable();
    names.dedup();
    names
}

impl Canonical {
    /// The longest other name that covers what is reached, and the file that it would load.
    fn other(&self, reached: &str) -> Option<(&str, &File)> {
        let mut name = reached;
        loop {
            if let Some((other, index)) = self.others.get_key_value(name) {
                return Some((other, self.files.get(*index)?));
            }
            name = name.rsplit_once('.')?.0;
        }
    }
}

impl Judge for Canonical {
    fn asks(&self) -> Asks {
        let mut tops: Vec<String> = self.others.keys().map(|name| top(name).to_owned()).collect();
        tops.sort_unstable();
        tops.dedup();
        Asks { tops, ..Asks::default() }
    }

    fn may_concern(&self, name: &str) -> bool {
        self.other(name).is_some()
    }

    fn judge<'j>(&'j self, view: &View<'_>) -> Option<Complaint<'j>> {
        // A relative import starts from the name that its own file was loaded by.
        if view.fact.level > 0 {
            return None;
        }
        let (other, file) = self.other(view.reached)?;
        let is_beneath_canonical =
            view.reached.strip_prefix(&*file.name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        // `json` and `http.client` are the library's, even where files of ours have such names.
        let is_library = || libraries::knows(top(other)) && !view.project.is_first_party(top(other));
        let is_other = || view.project.module(other).is_some() && !view.project.is_module(other, &file.path);
        if is_beneath_canonical || is_library() || is_other() {
            return None;
        }
        Some(Complaint {
            matched: &file.written.text,
            span: file.written.span,
            successor: None,
            possible: false,
            at_most: None,
        })
    }

    fn entries(&self) -> Vec<String> {
        self.files.iter().map(|file| format!("{}: {}", file.path, file.name)).collect()
    }

    fn files(&self) -> Vec<(&RepoPath, &str, Span)> {
        self.files.iter().map(|file| (&file.path, file.name.as_str(), file.written.span)).collect()
    }

    fn message(&self, view: &View<'_>, complaint: &Complaint<'_>, _: Option<&str>) -> String {
        let other = self.other(view.reached).map_or(view.reached, |(other, _)| other);
        format!("`{other}` would load a file a second time, whose one name is `{}`", complaint.matched)
    }
}
