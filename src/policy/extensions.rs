//! What a policy pulls in: packs that come with the tool, and files beneath the root. Knows how an entry of `extends` is
//! written and where it leads; must not know the disk.

use super::PolicySource;
use crate::document::fields::Reading;
use crate::document::mistake::nearest;
use crate::document::yaml::Node;
use crate::repo_path::RepoPath;
use crate::span::Span;

/// Where pulled-in policies come from.
pub trait Extensions {
    /// The text of a pack.
    fn pack(&self, name: &str) -> Option<&'static str>;
    /// The names of all packs.
    fn packs(&self) -> Vec<&'static str>;
    /// The text of a file beneath the root.
    ///
    /// # Errors
    /// Why it cannot be had, as words that follow its name.
    fn file(&self, path: &RepoPath) -> Result<String, String>;
    /// The distributions that are installed in a folder beneath the root, each with a name that code imports of it.
    ///
    /// # Errors
    /// Why they cannot be had, as words that follow its name.
    fn installed(&self, _path: &RepoPath) -> Result<Vec<(String, String)>, String> {
        Err("cannot be looked into here".to_owned())
    }
}

/// A policy that another one pulled in.
#[derive(Clone, Debug)]
pub struct Pulled {
    /// Its path and text; the path of a pack is `pack:NAME`.
    pub source: PolicySource,
    /// What its rules are called by: `id/rule`.
    pub id: String,
    /// Which policy pulled it in first: 0 is the root's, `n` the one before at `n - 1`.
    pub asked_by: usize,
    /// Where that policy says so.
    pub asked: Span,
}

/// An entry of `extends`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Extend {
    Pack(&'static str),
    File(RepoPath),
}

impl Extend {
    /// What the rules of it are called by.
    pub(super) fn id(&self) -> String {
        match self {
            Extend::Pack(name) => (*name).to_owned(),
            Extend::File(path) => {
                let name = String::from_utf8_lossy(path.file_name()).into_owned();
                let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"));
                stem.unwrap_or(&name).to_owned()
            }
        }
    }

    /// A policy with this text, as reports call it.
    pub(super) fn source(&self, text: &str) -> PolicySource {
        match self {
            Extend::Pack(name) => PolicySource::of_pack(name, text),
            Extend::File(path) => PolicySource::new(path.clone(), text),
        }
    }
}

/// Reads `extends`. `from` is the policy that it stands in; `None` where files cannot be named, since it lies outside of
/// the root or in a pack.
pub(super) fn read(
    node: &Node,
    from: Option<&RepoPath>,
    extensions: &dyn Extensions,
    reading: &mut Reading<'_>,
) -> Vec<(Extend, Span)> {
    let mut extends: Vec<(Extend, Span)> = Vec::new();
    for item in reading.list(node, "`extends`") {
        let Some(written) = reading.text(item, "an entry of `extends`") else { continue };
        let span = written.span;
        let Some(extend) = read_one(&written.text, span, from, extensions, reading) else { continue };
        if extends.iter().any(|(other, _)| *other == extend) {
            reading.wrong(span, format!("`{}` stands here a second time", written.text), "remove one of the two");
        } else {
            extends.push((extend, span));
        }
    }
    extends
}

fn read_one(
    text: &str,
    span: Span,
    from: Option<&RepoPath>,
    extensions: &dyn Extensions,
    reading: &mut Reading<'_>,
) -> Option<Extend> {
    if text.is_empty() {
        reading.wrong(span, "an entry of `extends` is empty", "name a file, or a pack: `pack:NAME`");
        return None;
    }
    if let Some(name) = text.strip_prefix("pack:") {
        let packs = extensions.packs();
        if let Some(name) = packs.iter().find(|pack| **pack == name) {
            return Some(Extend::Pack(name));
        }
        let help = match nearest(name, packs.iter().copied()) {
            Some(near) => format!("write `{}`", reading.corrected(span, &format!("pack:{near}"))),
            None => format!("there are: {}", packs.join(", ")),
        };
        reading.wrong(span, format!("there is no pack `{name}`"), help);
        return None;
    }
    if extensions.packs().contains(&text) {
        let help = format!("write `{}`", reading.corrected(span, &format!("pack:{text}")));
        reading.wrong(span, format!("`{text}` is a pack, and no file"), help);
        return None;
    }
    if text.contains("://") || text.starts_with("git@") {
        let help = "copy the file beneath the root: a policy never changes by itself, and a run needs no network";
        reading.wrong(span, "a policy cannot be pulled in from an address", help);
        return None;
    }
    let is_drive =
        text.as_bytes().get(1) == Some(&b':') && text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    if text.starts_with('/') || text.starts_with('~') || is_drive {
        let help = "name it relative to this policy: `policies/base.yaml`";
        reading.wrong(span, "an extended file lies beneath the root", help);
        return None;
    }
    if text.contains('\\') {
        let help = format!("write `{}`", reading.corrected(span, &text.replace('\\', "/")));
        reading.wrong(span, "folders are separated by `/`", help);
        return None;
    }
    let Some(from) = from else {
        let help = "move it beneath the root, or name packs only";
        reading.wrong(span, "a policy outside of the root can pull in packs, but no files", help);
        return None;
    };
    let mut path = from.parent();
    for segment in text.split('/') {
        match segment {
            "" | "." => {}
            ".." if path.as_bytes().is_empty() => {
                let help = "copy the file beneath the root: what lies outside is not under review here";
                reading.wrong(span, format!("`{text}` leads out of the root"), help);
                return None;
            }
            ".." => path = path.parent(),
            _ => path = path.join(segment.as_bytes()),
        }
    }
    Some(Extend::File(path))
}
