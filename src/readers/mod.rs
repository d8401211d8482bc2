//! Readers turn bytes into facts. This file knows the seam: what a reader is, and the table of all of them.
//! Readers are total and do no I/O: they return what they could read plus problems. They know no rules.

mod commands;
pub mod comments;
mod decode;
mod dependencies;
mod documents;
pub mod handed_out;
pub mod python;
pub mod quoted;
pub mod tree;
pub mod wanted;

use crate::fact::Fact;
use crate::problem::{Problem, ProblemKind};
use crate::repo_path::RepoPath;
use crate::source::Source;
use crate::span::Span;
use crate::surface::Surface;
use crate::text::Positions;
pub use commands::words::option_words;
use comments::Comment;
use handed_out::HandedOut;
use std::borrow::Cow;
pub use wanted::Wanted;

/// How much of each fact is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Names and places.
    Names,
    /// Scope paths and contexts too.
    Whole,
}

/// Something that a reader could not make sense of, in decoded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Where.
    pub span: Span,
    /// Which kind of problem it is.
    pub kind: ProblemKind,
    /// What is wrong.
    pub message: Cow<'static, str>,
    /// What to do about it.
    pub help: &'static str,
}

impl Unread {
    /// The same as a problem of a file.
    #[must_use]
    pub fn into_problem(self, path: &RepoPath, positions: &mut Positions<'_>) -> Problem {
        let place = (positions.at(self.span.start), positions.at(self.span.end));
        Problem {
            path: Some(path.clone()),
            place: Some(place),
            kind: self.kind,
            message: self.message,
            help: self.help.into(),
        }
    }
}

/// A file that a manifest pulls in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Include {
    /// The path as written, relative to the folder of the file that pulls it in.
    pub path: String,
    /// Where it stands, in decoded text.
    pub span: Span,
    /// Whether it only constrains what is installed.
    pub constrains: bool,
    /// Whether the path starts from wherever a command is run, so that nobody can be sure where it leads.
    pub by_command: bool,
}

/// How deep a file had to be looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// Strings and comments were told apart, up to the last place of interest.
    Lexed,
    /// Statements were parsed.
    Parsed,
}

/// Receives what a reader finds. `positions` turns the spans of what is handed over into places.
pub trait Sink {
    /// Takes one fact; facts come in the order of the text.
    fn fact(&mut self, positions: &mut Positions<'_>, fact: &Fact<'_>);
    /// Whether scope, contexts and versions of a fact could matter. Asked with a fact that has none of them yet; where the
    /// answer is no for all of a statement, its facts are handed over without.
    fn needs_place(&mut self, _fact: &Fact<'_>) -> bool {
        true
    }
    /// Takes a name that is bound at module level to something wanted, other than by an import statement.
    fn binds(&mut self, _local: &str, _name: &str, _level: u32) {}
    /// Takes note of how many bytes had to be looked into.
    fn worked(&mut self, _tier: Tier, _bytes: usize) {}
    /// Takes a comment that speaks to the tool. Comments of a text come before its facts.
    fn comment(&mut self, _comment: &Comment<'_>) {}
    /// A text of its own begins: places in it are counted anew.
    fn begins(&mut self) {}
    /// Takes a file that this one pulls in.
    fn includes(&mut self, _positions: &mut Positions<'_>, _include: Include) {}
    /// Takes one thing that could not be read and may hide a fact.
    fn unread(&mut self, positions: &mut Positions<'_>, unread: Unread);
}

/// Bytes to facts, for one kind of file.
pub trait Reader: Sync {
    /// Name of the reader, for people.
    fn name(&self) -> &'static str;
    /// Which files it reads, for people.
    fn about(&self) -> &'static str;
    /// The surface of a file with this name in this folder, a path from the root, if this reader reads it.
    fn claims(&self, folder: &[u8], file_name: &[u8]) -> Option<Surface>;
    /// The surface of a file without a suffix, by its first bytes.
    fn claims_head(&self, _head: &[u8]) -> Option<Surface> {
        None
    }
    /// Whether a file of this name declares what the code beside and beneath it depends on.
    fn declares(&self, _file_name: &[u8]) -> bool {
        false
    }
    /// Reads everything that `wanted` asks for.
    fn read(&self, source: &Source<'_>, surface: Surface, wanted: &Wanted<'_>, detail: Detail, sink: &mut dyn Sink);
    /// What a module hands out under a name.
    fn handed_out(&self, _bytes: &[u8], _name: &str) -> HandedOut {
        HandedOut::default()
    }
    /// Whether a file may define a class or function of this dotted name.
    fn has_scope(&self, _bytes: &[u8], _scope: &str) -> bool {
        true
    }
    /// Whether a file surely holds no code: nothing but comments and one docstring.
    fn is_blank(&self, _bytes: &[u8]) -> bool {
        true
    }
}

/// Every reader. The first that claims a file reads it.
pub static READERS: &[&dyn Reader] = &[
    &python::Python,
    &documents::Notebook,
    &documents::Markdown,
    &documents::Restructured,
    &dependencies::Lock,
    &dependencies::Pyproject,
    &dependencies::SetupCfg,
    &dependencies::ToxIni,
    &dependencies::Pipfile,
    &commands::PreCommit,
    &commands::Workflow,
    &dependencies::Environment,
    &commands::Dockerfile,
    &commands::Makefile,
    &commands::Script,
    REQUIREMENTS,
    CONSTRAINTS,
];

/// Reads files of requirements, whatever they are called.
pub static REQUIREMENTS: &dyn Reader = &dependencies::Requirements { constrains: false };
/// Reads files that only constrain, whatever they are called.
pub static CONSTRAINTS: &dyn Reader = &dependencies::Requirements { constrains: true };

/// Whether a folder of this name usually holds requirement files, for the folder above.
#[must_use]
pub fn is_requirements_folder(name: &[u8]) -> bool {
    dependencies::requirements::is_folder(name)
}

/// How many bytes of a file without a suffix decide who reads it.
pub const HEAD: usize = 512;

/// Who reads a file, and the surface it has.
pub type Claim = (&'static dyn Reader, Surface);

/// The reader of a file by its name and the folder in which it lies, a path from the root.
#[must_use]
pub fn by_name(folder: &[u8], file_name: &[u8]) -> Option<Claim> {
    READERS.iter().find_map(|reader| reader.claims(folder, file_name).map(|surface| (*reader, surface)))
}

/// The reader of a file by its path.
#[must_use]
pub fn by_path(path: &RepoPath) -> Option<Claim> {
    by_name(path.parent().as_bytes(), path.file_name())
}

/// The reader of a file without a suffix, by its first bytes.
#[must_use]
pub fn by_head(head: &[u8]) -> Option<Claim> {
    READERS.iter().find_map(|reader| reader.claims_head(head).map(|surface| (*reader, surface)))
}

/// Whether only the first bytes of a file with this name can tell who reads it.
#[must_use]
pub fn needs_head(file_name: &[u8]) -> bool {
    !file_name.contains(&b'.')
}
