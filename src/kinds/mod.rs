//! Kinds of rule: what a verb of the policy language means. This file knows the seam: what a kind is, and the table of
//! all of them. Kinds judge facts; they know no file format, no scope and no level.

mod allow_only;
mod banned;
mod call_conditions;
mod call_list;
mod canonical;
mod distributions;
mod entries;
mod entry_list;
mod forbid;
mod forbid_targets;
mod import_as;
mod moved;
mod placement;
mod relative;
mod require;
mod require_dependencies;
mod versions;
mod words;

use crate::document::fields::{Field, Fields, Reading, Spanned};
use crate::document::shape::Shape;
use crate::document::yaml::{Node, Value};
use crate::fact::Fact;
use crate::level::Level;
use crate::pattern::name::NamePattern;
use crate::project::Project;
use crate::project::libraries::Libraries;
use crate::repo_path::RepoPath;
use crate::span::Span;
use crate::surface::Surface;
use crate::versions::Version;

/// A verb of the policy language.
pub struct Kind {
    /// Its key in a rule.
    pub key: &'static str,
    /// What it means, in one line.
    pub about: &'static str,
    /// A rule that uses it, as YAML.
    pub example: &'static str,
    /// What the verb's value looks like, for editors.
    pub shape: fn() -> Shape,
    /// Reads the verb's value. Mistakes go to the reading; `None` when nothing useful is left.
    pub compile: fn(&Node, &mut Reading<'_>, &Libraries) -> Option<Box<dyn Judge>>,
}

/// Every kind.
pub static KINDS: &[&Kind] = &[
    &forbid::KIND,
    &moved::KIND,
    &allow_only::KIND,
    &canonical::KIND,
    &import_as::KIND,
    &placement::KIND,
    &relative::KIND,
    &require::KIND,
    &versions::KIND,
];

/// The targets of a verb that says of what kind: a map with at least one of them. A mistake otherwise.
fn targets<'n>(node: &'n Node, kind: &Kind, keys: &[Field], reading: &mut Reading<'_>) -> Option<Fields<'n>> {
    let mistakes_before = reading.mistakes.len();
    let is_map = matches!(&node.value, Value::Map(pairs) if !pairs.is_empty());
    let fields = is_map.then(|| reading.map(node, &format!("`{}`", kind.key), keys));
    let found = fields.filter(|fields| keys.iter().any(|key| fields.get(key.name).is_some()));
    if found.is_none() && node.value != Value::Refused && reading.mistakes.len() == mistakes_before {
        let help = format!("write, for example, `{}`", kind.example);
        reading.wrong(node.span, format!("`{}` takes a map that says of what kind", kind.key), help);
    }
    found
}

/// Verbs of the language that this version does not read.
pub const LATER: [&str; 0] = [];

/// Which imports a judge wants to see: those that fit any of these. What nobody asks for is never judged; to ask for too
/// much costs time and changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asks {
    /// Imports with these top-level names, relative ones by what they reach.
    pub tops: Vec<String>,
    /// Every import.
    pub all: bool,
    /// Absolute imports whose top-level name [`Judge::wants`].
    pub some: bool,
    /// Relative imports with at least so many dots.
    pub relative: Option<u32>,
    /// Every star import.
    pub stars: bool,
    /// Every import that names something private.
    pub private: bool,
    /// Uses and calls of what the same names reach.
    pub uses: bool,
    /// Strings that name it.
    pub strings: bool,
    /// Dynamic imports of it.
    pub dynamic: bool,
    /// Dynamic imports whose name only the running program knows.
    pub open: bool,
    /// Calls of these builtins, and of these methods, with their dot.
    pub words: Vec<String>,
    /// Dependencies on these distributions, in the spelling in which names are compared.
    pub distributions: Vec<String>,
    /// Every dependency.
    pub every_distribution: bool,
}

/// What uses of a name may be to a judge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stake {
    /// Nothing.
    #[default]
    None,
    /// Places that belong to a complaint about the import.
    Related,
    /// Complaints of their own.
    Own,
}

/// A compiled verb.
pub trait Judge: Send + Sync {
    /// What it must be shown.
    fn asks(&self) -> Asks;
    /// Whether absolute imports of a top-level name may be complaints, on any Python and in any context. Only asked
    /// where [`Asks::some`] is set.
    fn wants(&self, _top: &str, _project: &Project<'_>) -> bool {
        true
    }
    /// Whether an absolute import of this name may be a complaint, by the names in the policy alone: it has one of the
    /// top-level names that were asked for. A star import is `module.*`.
    fn may_concern(&self, _name: &str) -> bool {
        true
    }
    /// What uses of this absolute name, or of what lies beneath, may be.
    fn stake(&self, _name: &str, _project: &Project<'_>) -> Stake {
        Stake::None
    }
    /// The segments directly beneath a name with which uses of it may be complaints; none when any may be.
    fn members(&self, _name: &str, _project: &Project<'_>) -> Option<Vec<&str>> {
        Some(Vec::new())
    }
    /// Whether it judges facts of this kind at all: import statements, unless it says otherwise.
    fn hears(&self, fact: &Fact<'_>) -> bool {
        fact.is_statement()
    }
    /// Whether judging needs contexts or the versions of Python that a fact is meant for.
    fn needs_place(&self) -> bool {
        false
    }
    /// The same for one fact, which has none of them yet.
    fn place_matters(&self, _view: &View<'_>) -> bool {
        self.needs_place()
    }
    /// Judges one fact.
    fn judge<'j>(&'j self, view: &View<'_>) -> Option<Complaint<'j>>;
    /// Whether it judges whether what is declared is used, which only shows when every file was read.
    fn judges_use(&self) -> bool {
        false
    }
    /// Whether it judges whether what is imported is declared.
    fn asks_declared(&self) -> bool {
        false
    }
    /// Groups of dependencies that it speaks of where a rule names none; all when there are none.
    fn usual_groups(&self) -> &'static [&'static str] {
        &[]
    }
    /// Distributions that it speaks of and that may be misspelt, with their places.
    fn distribution_names(&self) -> Vec<(&str, Span)> {
        Vec::new()
    }
    /// What every file must import.
    fn required(&self) -> &[Required] {
        &[]
    }
    /// Whether an absolute import of this name would be a complaint, by the names in the policy alone.
    fn forbids_name(&self, _name: &str) -> bool {
        false
    }
    /// Names that the verb speaks of and that may be misspelt, with their places.
    fn names(&self) -> Vec<(&str, Span)> {
        Vec::new()
    }
    /// Whether whatever lies in the project may be imported because it does.
    fn allows_first_party(&self) -> bool {
        false
    }
    /// Names that it forbids in every spelling: imports, uses, calls and strings.
    fn spelt(&self) -> Vec<&str> {
        Vec::new()
    }
    /// Its entries as they are written.
    fn entries(&self) -> Vec<String>;
    /// Names with a successor of their own.
    fn replacements(&self) -> Vec<(&str, &str)> {
        Vec::new()
    }
    /// Successors that the verb itself names, with their places.
    fn successors(&self) -> Vec<(&str, Span)> {
        Vec::new()
    }
    /// Files that the verb gives a name to, with these names and their places.
    fn files(&self) -> Vec<(&RepoPath, &str, Span)> {
        Vec::new()
    }
    /// What is wrong, for people; `instead` is the rule's own successor.
    fn message(&self, view: &View<'_>, complaint: &Complaint<'_>, instead: Option<&str>) -> String;
}

/// A fact in its project.
pub struct View<'a> {
    /// The fact.
    pub fact: &'a Fact<'a>,
    /// What it reaches, as an absolute name.
    pub reached: &'a str,
    /// The file it stands in.
    pub path: &'a RepoPath,
    /// The project around it.
    pub project: &'a Project<'a>,
    /// The Python for which it is judged: of those that the fact is meant for, the one nearest to the target.
    pub python: Version,
    /// What manifests and imports elsewhere say; none where nobody has looked.
    pub around: Option<&'a dyn Around>,
}

/// What the rest of a project says of dependencies.
pub trait Around {
    /// Whether a manifest in whose scope the file lies declares something that brings in this import; `None` when no manifest
    /// serves the file.
    fn is_declared(&self, path: &RepoPath, import: &str) -> Option<bool>;
    /// Whether a file in the scope of a manifest imports something that this distribution brings in; `None` when not every
    /// file was read.
    fn is_used(&self, manifest: &RepoPath, distribution: &str) -> Option<bool>;
    /// Whether every file was read.
    fn knows_imports(&self) -> bool;
    /// Whether something in the manifests that serve a file cannot be read, or only the running program knows.
    fn is_unsure(&self, path: &RepoPath) -> bool;
    /// The folder that a manifest serves.
    fn served(&self, manifest: &RepoPath) -> RepoPath;
}

/// What a judge holds against a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Complaint<'j> {
    /// The entry that decided.
    pub matched: &'j str,
    /// Where the entry stands in the policy.
    pub span: Span,
    /// The successor that the entry itself names.
    pub successor: Option<&'j str>,
    /// Whether a star import may bring the name in, rather than surely reaching it.
    pub possible: bool,
    /// The highest level that it can have, where it is not sure.
    pub at_most: Option<Level>,
}

/// A name that must be imported at module level.
#[derive(Clone, Debug)]
pub struct Required {
    /// The name, or one beneath which any will do.
    pub pattern: NamePattern,
    /// How it is written in the policy.
    pub written: Spanned,
}

impl Required {
    /// Whether files of a surface must import it. Stubs need nothing from the future (typing documentation, "Writing
    /// and maintaining stub files").
    #[must_use]
    pub fn speaks_of(&self, surface: Surface) -> bool {
        surface == Surface::Code || (surface == Surface::Stubs && self.pattern.top() != Some("__future__"))
    }
}
