//! Findings: a rule's complaint about a fact. Plain data between judging and telling; holds no policy and no
//! source text.

use crate::context::Contexts;
use crate::dependency::{Dependency, Standing};
use crate::fact::Confidence;
use crate::fingerprint::Fingerprint;
use crate::level::Level;
use crate::repo_path::RepoPath;
use crate::surface::Surface;
use crate::text::{Position, Within};
use std::sync::Arc;

/// A line of the policy, as findings point back to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PolicyLine {
    /// The policy file, relative to the root.
    pub path: Arc<RepoPath>,
    /// The entry that matched.
    pub start: Position,
    /// Its end, exclusive.
    pub end: Position,
}

/// A place that belongs to a finding: a use of what an import brings in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// What is used there.
    pub name: Box<str>,
    /// Where.
    pub start: Position,
    /// Its end, exclusive.
    pub end: Position,
}

/// A step of the way from a first-party name to what it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The file that hands the name out, relative to the root.
    pub path: Arc<RepoPath>,
    /// The name that it hands out, absolute.
    pub name: Box<str>,
    /// Where it is bound.
    pub start: Position,
    /// Its end, exclusive.
    pub end: Position,
}

/// A finding keeps no more related places than this; further ones are only counted.
pub const MOST_RELATED: usize = 100;

/// What a rule complains about.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Full id of the rule.
    pub rule: Arc<str>,
    /// How much it matters.
    pub level: Level,
    /// The file, relative to the root.
    pub path: Arc<RepoPath>,
    /// Where the fact stands.
    pub start: Position,
    /// Its end, exclusive.
    pub end: Position,
    /// Stored offset at which the statement around the fact starts: findings of one statement share a block.
    pub statement: u32,
    /// What the code reaches, as an absolute name.
    pub name: Box<str>,
    /// The policy's entry.
    pub matched: Box<str>,
    /// The surface of the source.
    pub surface: Surface,
    /// Where in the program the fact stands.
    pub contexts: Contexts,
    /// Names of the enclosing classes and functions.
    pub scope: Box<str>,
    /// What is wrong.
    pub message: Box<str>,
    /// Why, and what to read; may be empty.
    pub help: Arc<str>,
    /// How many findings of the same rule, file, scope and name stand in front of it.
    pub ordinal: usize,
    /// Identity across edits.
    pub fingerprint: Fingerprint,
    /// The policy line that caused it.
    pub policy: PolicyLine,
    /// How sure it is that the code leads to the name.
    pub confidence: Confidence,
    /// Uses that hang on it, in order; at most [`MOST_RELATED`].
    pub related: Vec<Related>,
    /// How many uses hang on it.
    pub uses: usize,
    /// How a first-party name leads to what is complained about; empty where nothing stands between.
    pub chain: Vec<Link>,
    /// The cell or block that it stands in.
    pub within: Option<Within>,
    /// What is said of the distribution, for a dependency.
    pub dependency: Option<Depended>,
    /// Who owns the file, as its CODEOWNERS say: none when nobody does; `None` when they do not say, or nobody asked.
    pub owners: Option<Arc<[Box<str>]>>,
    /// Why a comment suppresses it, as the comment says; none for what nothing suppresses.
    pub reason: Option<Arc<str>>,
}

/// What a manifest, a lock or a command says of a distribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Depended {
    /// How it is spoken of.
    pub standing: Standing,
    /// Which versions, as written.
    pub specifier: Option<Box<str>>,
    /// Where or for whom it holds (PEP 508), as written.
    pub marker: Option<Box<str>>,
    /// `runtime`, `build`, `extra:x`, `group:x`.
    pub group: Option<Box<str>>,
    /// Packages that pull it in.
    pub pulled_by: Vec<Box<str>>,
}

impl From<&Dependency> for Depended {
    fn from(dependency: &Dependency) -> Self {
        let pulled = dependency.pulled.as_ref();
        let text = |part: &Option<(String, crate::span::Span)>| part.as_ref().map(|(text, _)| text.as_str().into());
        Self {
            standing: dependency.standing,
            specifier: text(&dependency.specifier),
            marker: text(&dependency.marker),
            group: dependency.group.as_deref().map(Into::into),
            pulled_by: pulled
                .map(|own| own.graph.pullers(own.node))
                .unwrap_or_default()
                .into_iter()
                .map(Into::into)
                .collect(),
        }
    }
}

impl Finding {
    /// Says how many findings of the same rule, file, scope and name stand in front of it, which its fingerprint depends on.
    pub fn set_ordinal(&mut self, ordinal: usize) {
        self.ordinal = ordinal;
        self.fingerprint = Fingerprint::new(&self.rule, self.path.as_bytes(), &self.scope, &self.name, ordinal);
    }

    /// Total order of reports: path bytes, start, end, rule, name.
    #[must_use]
    pub fn order(&self, other: &Self) -> std::cmp::Ordering {
        (&self.path, self.start.offset, self.end.offset, &self.rule, &self.name).cmp(&(
            &other.path,
            other.start.offset,
            other.end.offset,
            &other.rule,
            &other.name,
        ))
    }
}
