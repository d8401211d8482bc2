//! The compiled policy: rules with their scope and levels, and what holds for the whole project. Built only by
//! [`load`]; knows no disk and no findings.

pub mod builtin;
mod exemption;
mod index;
pub mod load;
mod root_keys;
mod rule;
mod rule_keys;
mod scope;

pub use exemption::Exemption;
pub use index::Index;
pub use rule::{Example, Rule};
pub use scope::PathScope;

use crate::document::fields::Spanned;
use crate::finding::PolicyLine;
use crate::level::Level;
use crate::pattern::glob::Glob;
use crate::project::Layout;
use crate::readers::wanted::Tops;
use crate::repo_path::RepoPath;
use crate::span::{Span, to_u32};
use crate::text::Position;
use std::sync::Arc;

/// Problems beneath a path that are expected.
#[derive(Clone, Debug)]
pub struct Excuse {
    /// Where.
    pub glob: Glob,
    /// Why.
    pub why: String,
}

/// A package whose import name differs from its folder, as written.
#[derive(Clone, Debug)]
pub struct Renamed {
    /// The folder.
    pub folder: RepoPath,
    /// Its import name.
    pub name: String,
    /// Where the entry stands.
    pub span: Span,
}

/// What the policy says of the project's layout, before anybody has looked which folders exist.
#[derive(Clone, Debug, Default)]
pub struct Python {
    /// `roots`, when given.
    pub roots: Option<Vec<(RepoPath, Span)>>,
    /// `packages`.
    pub packages: Vec<Renamed>,
    /// `shadows`.
    pub shadows: Vec<Spanned>,
    /// `target`.
    pub target: (u8, u8),
}

/// A whole policy.
pub struct Policy {
    /// The file, relative to the root, and its text.
    pub source: PolicySource,
    /// The rules, in the order of the file.
    pub rules: Vec<Rule>,
    /// Paths that are not checked.
    pub exclude: Vec<(Glob, Span)>,
    /// Paths whose problems are expected.
    pub unanalysed: Vec<Excuse>,
    /// The project's layout.
    pub python: Python,
    /// Levels of built-in findings that differ from their defaults.
    pub builtin_levels: Vec<(&'static str, Level)>,
    /// Rules by the names they speak of.
    pub index: Index,
}

/// The policy file as text.
#[derive(Clone, Debug)]
pub struct PolicySource {
    /// Relative to the root.
    pub path: Arc<RepoPath>,
    text: Arc<str>,
    line_starts: Arc<[u32]>,
}

impl PolicySource {
    /// A policy text under its path.
    #[must_use]
    pub fn new(path: RepoPath, text: &str) -> Self {
        let breaks = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| to_u32(at + 1));
        let line_starts: Vec<u32> = std::iter::once(0).chain(breaks).collect();
        Self { path: Arc::new(path), text: text.into(), line_starts: line_starts.into() }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Start and end of a span.
    #[must_use]
    pub fn place(&self, span: Span) -> (Position, Position) {
        (self.position(span.start), self.position(span.end))
    }

    fn position(&self, offset: u32) -> Position {
        let line = self.line_starts.partition_point(|&start| start <= offset);
        let start = line.checked_sub(1).and_then(|line| self.line_starts.get(line)).copied().unwrap_or_default();
        let before = self.text.get(start as usize..offset as usize).unwrap_or_default();
        Position { line: to_u32(line), column: to_u32(before.chars().count() + 1), offset }
    }

    /// A span as findings point to it.
    #[must_use]
    pub fn line(&self, span: Span) -> PolicyLine {
        let (start, end) = self.place(span);
        PolicyLine { path: self.path.clone(), start, end }
    }

    /// xxh3-128 of the text, as hexadecimal digits.
    #[must_use]
    pub fn hash(&self) -> String {
        format!("{:032x}", xxhash_rust::xxh3::xxh3_128(self.text.as_bytes()))
    }
}

impl Policy {
    /// What readers have to look for.
    #[must_use]
    pub fn tops(&self) -> Tops {
        self.index.tops()
    }

    /// The level of a built-in finding.
    #[must_use]
    pub fn builtin_level(&self, id: &str) -> Level {
        let set = self.builtin_levels.iter().find(|(name, _)| *name == id).map(|(_, level)| *level);
        set.unwrap_or_else(|| builtin::default_level(id))
    }

    /// A rule by its id.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| &*rule.id == id)
    }

    /// Keeps only some rules. Ids that name no rule are handed back.
    pub fn keep_only(&mut self, ids: &[String]) -> Vec<String> {
        let unknown = ids.iter().filter(|id| self.rule(id).is_none()).cloned().collect();
        self.rules.retain(|rule| ids.iter().any(|id| **id == *rule.id));
        self.index = Index::new(&self.rules);
        unknown
    }

    /// The layout, once it is known which folders exist.
    #[must_use]
    pub fn layout(&self, is_folder: impl Fn(&RepoPath) -> bool) -> Layout {
        let roots = if let Some(roots) = &self.python.roots {
            roots.iter().map(|(path, _)| path.clone()).collect()
        } else {
            let source = RepoPath::from_bytes(b"src");
            let mut roots = vec![RepoPath::default()];
            roots.extend(is_folder(&source).then_some(source));
            roots
        };
        Layout {
            roots,
            packages: self.python.packages.iter().map(|p| (p.folder.clone(), p.name.clone())).collect(),
            shadows: self.python.shadows.iter().map(|s| s.text.clone()).collect(),
            target: self.python.target,
        }
    }
}
