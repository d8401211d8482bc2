//! The compiled policy: rules with their scope and levels, and what holds for the whole project. Built only by
//! [`load`]; knows no disk and no findings.

pub mod builtin;
mod exemption;
mod extensions;
mod gather;
mod index;
pub mod load;
mod overrides;
pub mod pages;
mod root_keys;
mod root_table;
mod rule;
mod rule_keys;
mod rule_table;
mod schedule;
mod schema;
mod scope;
mod weaker;
mod written;

pub use exemption::{Exemption, parse_date};
pub use extensions::{Extensions, Pulled};
pub use index::Index;
pub use overrides::Override;
pub use rule::{Example, Rule};
pub use schedule::{Schedule, days_ahead};
pub use schema::schema;
pub use scope::PathScope;
pub use weaker::{Weaker, weaker};

use crate::document::fields::Spanned;
use crate::document::mistake::Mistake;
use crate::finding::PolicyLine;
use crate::level::Level;
use crate::pattern::glob::Glob;
use crate::project::Layout;
use crate::project::libraries::Libraries;
use crate::repo_path::RepoPath;
use crate::span::{Span, to_u32};
use crate::text::Position;
use jiff::civil::Date;
use std::sync::Arc;

/// Problems beneath a path that are expected.
#[derive(Clone, Debug)]
pub struct Excuse {
    /// Where.
    pub glob: Glob,
    /// Why.
    pub why: String,
    /// Where it stands.
    pub span: Span,
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

/// A policy that did not compile.
#[derive(Clone, Debug)]
pub struct Broken {
    /// Its text.
    pub source: PolicySource,
    /// What is wrong with it, in the order of the text.
    pub mistakes: Vec<Mistake>,
}

/// A whole policy.
#[derive(Default)]
pub struct Policy {
    /// The root's file, relative to the root, and its text.
    pub source: PolicySource,
    /// What it pulls in, in order.
    pub pulled: Vec<Pulled>,
    /// The rules, in the order of the files: the root's first.
    pub rules: Vec<Rule>,
    /// Paths that are not checked.
    pub exclude: Vec<(Glob, Span)>,
    /// Paths whose problems are expected.
    pub unanalysed: Vec<Excuse>,
    /// The project's layout.
    pub python: Python,
    /// Which versions of the tool may read it, as written.
    pub requires: Option<String>,
    /// The baseline that it names, relative to the root.
    pub baseline: Option<(RepoPath, Span)>,
    /// Levels of built-in findings that differ from their defaults.
    pub builtin_levels: Vec<(&'static str, Level)>,
    /// Ids of rules that were there, but do not judge in this run.
    pub other_ids: Vec<Arc<str>>,
    /// Rules by the names they speak of.
    pub index: Index,
    /// What code imports of distributions, as far as the tool, the policy and an environment know.
    pub libraries: Libraries,
}

/// The policy file as text.
#[derive(Clone, Debug, Default)]
pub struct PolicySource {
    /// Relative to the root.
    pub path: Arc<RepoPath>,
    /// Whether it comes with the tool, and no file has this path.
    pub is_pack: bool,
    text: Arc<str>,
    line_starts: Arc<[u32]>,
}

impl PolicySource {
    /// A policy text under its path.
    #[must_use]
    pub fn new(path: RepoPath, text: &str) -> Self {
        let breaks = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| to_u32(at + 1));
        let line_starts: Vec<u32> = std::iter::once(0).chain(breaks).collect();
        Self { path: Arc::new(path), is_pack: false, text: text.into(), line_starts: line_starts.into() }
    }

    /// A pack; its path is `pack:NAME`.
    #[must_use]
    pub fn of_pack(name: &str, text: &str) -> Self {
        Self { is_pack: true, ..Self::new(RepoPath::from_bytes(format!("pack:{name}").as_bytes()), text) }
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
    /// What is left out of every run.
    #[must_use]
    pub fn excluded(&self) -> Vec<Glob> {
        self.exclude.iter().map(|(glob, _)| glob.clone()).collect()
    }

    /// The level of a built-in finding.
    #[must_use]
    pub fn builtin_level(&self, id: &str) -> Level {
        let set = self.builtin_levels.iter().find(|(name, _)| *name == id).map(|(_, level)| *level);
        set.unwrap_or_else(|| builtin::default_level(id))
    }

    /// From now on, scheduled levels are those of this day.
    pub fn set_day(&mut self, today: Date) {
        for rule in &mut self.rules {
            if let Some(schedule) = &rule.schedule {
                rule.level = schedule.on(today);
            }
            for change in &mut rule.overrides {
                if let Some(schedule) = &change.schedule {
                    let level = schedule.on(today);
                    Arc::make_mut(change).level = Some(level);
                }
            }
        }
    }

    /// The policy that a rule stands in.
    #[must_use]
    pub fn source_of(&self, rule: &Rule) -> &PolicySource {
        self.pulled_at(rule.source).map_or(&self.source, |pulled| &pulled.source)
    }

    /// What was pulled in as source `n`; `None` for the root's policy.
    #[must_use]
    pub fn pulled_at(&self, source: usize) -> Option<&Pulled> {
        source.checked_sub(1).and_then(|at| self.pulled.get(at))
    }

    /// A place in a rule's policy that can be changed: for a pack, the line that pulls it in.
    #[must_use]
    pub fn place_of(&self, mut source: usize, mut span: Span) -> (&PolicySource, Span) {
        while let Some(pulled) = self.pulled_at(source) {
            if !pulled.source.is_pack {
                return (&pulled.source, span);
            }
            (source, span) = (pulled.asked_by, pulled.asked);
        }
        (&self.source, span)
    }

    /// All policies as text: the root's, then what it pulls in.
    pub fn sources(&self) -> impl Iterator<Item = &PolicySource> {
        std::iter::once(&self.source).chain(self.pulled.iter().map(|pulled| &pulled.source))
    }

    /// xxh3-128 of everything that was read: of the root's text alone, or of all paths and texts, each fed as its length
    /// in bytes (64 bits, little endian) and its bytes.
    #[must_use]
    pub fn hash(&self) -> String {
        if self.pulled.is_empty() {
            return self.source.hash();
        }
        let mut hasher = xxhash_rust::xxh3::Xxh3::new();
        for source in self.sources() {
            for part in [source.path.as_bytes(), source.text().as_bytes()] {
                hasher.update(&(part.len() as u64).to_le_bytes());
                hasher.update(part);
            }
        }
        format!("{:032x}", hasher.digest128())
    }

    /// A rule by its id.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| &*rule.id == id)
    }

    /// Keeps only some rules, by their ids or as `source/*`. What names no rule is handed back.
    pub fn keep_only(&mut self, ids: &[String]) -> Vec<String> {
        let is_meant = |rule: &Rule, id: &str| match id.strip_suffix("/*") {
            Some(source) => rule.id.split_once('/').is_some_and(|(own, _)| own == source),
            None => *rule.id == *id,
        };
        let is_known = |id: &&String| self.rules.iter().any(|rule| is_meant(rule, id));
        let unknown = ids.iter().filter(|id| !is_known(id)).cloned().collect();
        let (kept, others): (Vec<Rule>, Vec<Rule>) =
            std::mem::take(&mut self.rules).into_iter().partition(|rule| ids.iter().any(|id| is_meant(rule, id)));
        self.rules = kept;
        self.other_ids = others.into_iter().map(|rule| rule.id).collect();
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
