//! Problems: we could not do our job here. One type for every stage, so that nothing that was not read,
//! parsed, matched or written can pass for clean. Knows no exit code.

use crate::repo_path::RepoPath;
use crate::text::Position;
use std::borrow::Cow;

/// What kind of work could not be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// The file or folder could not be read.
    Unreadable,
    /// The bytes could not be decoded (PEP 263).
    Undecodable,
    /// The text is broken where something could hide.
    Syntax,
    /// A limit on size, depth or work was reached.
    Limit,
    /// A path was asked for that nothing can be said of.
    Selection,
    /// The policy is wrong.
    Policy,
    /// A fault of the tool itself.
    Internal,
}

impl ProblemKind {
    /// The spelling used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ProblemKind::Unreadable => "unreadable",
            ProblemKind::Undecodable => "undecodable",
            ProblemKind::Syntax => "syntax",
            ProblemKind::Limit => "limit",
            ProblemKind::Selection => "selection",
            ProblemKind::Policy => "policy",
            ProblemKind::Internal => "internal",
        }
    }
}

/// Something that kept the tool from judging a place, with what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file or folder, relative to the root; `None` when the problem is the run's own.
    pub path: Option<RepoPath>,
    /// Start and end, where the problem has a place in the file.
    pub place: Option<(Position, Position)>,
    /// What kind of work could not be done.
    pub kind: ProblemKind,
    /// What is wrong.
    pub message: Cow<'static, str>,
    /// What to do about it; may be empty.
    pub help: Cow<'static, str>,
}

impl Problem {
    /// A problem without a place.
    #[must_use]
    pub fn new(
        kind: ProblemKind,
        path: Option<RepoPath>,
        message: impl Into<Cow<'static, str>>,
        help: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { path, place: None, kind, message: message.into(), help: help.into() }
    }
}
