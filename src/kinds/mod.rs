//! Kinds of rule: what a verb of the policy language means. This file knows the seam: what a kind is, and the table of
//! all of them. Kinds judge facts; they know no file format, no scope and no level.

mod forbid;
mod words;

use crate::document::fields::Reading;
use crate::document::yaml::Node;
use crate::fact::Fact;
use crate::project::Project;
use crate::repo_path::RepoPath;
use crate::span::Span;

/// A verb of the policy language.
pub struct Kind {
    /// Its key in a rule.
    pub key: &'static str,
    /// What it means, in one line.
    pub about: &'static str,
    /// A rule that uses it, as YAML.
    pub example: &'static str,
    /// Reads the verb's value. Mistakes go to the reading; `None` when nothing useful is left.
    pub compile: fn(&Node, &mut Reading<'_>) -> Option<Box<dyn Judge>>,
}

/// Every kind.
pub static KINDS: &[&Kind] = &[&forbid::KIND];

/// Verbs of the language that this version does not read.
pub const LATER: [&str; 8] =
    ["moved", "allow-only", "versions", "require", "canonical", "import-as", "placement", "relative"];

/// Which imports a judge wants to see, by their top-level name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asks {
    /// All of them.
    Everything,
    /// Those of these names.
    Tops(Vec<String>),
}

/// A compiled verb.
pub trait Judge: Send + Sync {
    /// What it must be shown. What is not asked for is never judged.
    fn asks(&self) -> Asks;
    /// Judges one fact.
    fn judge<'j>(&'j self, view: &View<'_>) -> Option<Complaint<'j>>;
    /// Whether an absolute import of this name would be a complaint, by the names in the policy alone.
    fn forbids_name(&self, name: &str) -> bool;
    /// Names that the verb speaks of and that may be misspelt, with their places.
    fn names(&self) -> Vec<(&str, Span)>;
    /// Its entries as they are written, exceptions marked.
    fn entries(&self) -> Vec<&str>;
    /// Names with a successor of their own.
    fn replacements(&self) -> Vec<(&str, &str)>;
    /// Successors that the verb itself names, with their places.
    fn successors(&self) -> Vec<(&str, Span)>;
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
}
