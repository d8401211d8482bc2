//! Output formats. This file knows the seam: what a format is and is given, and the table of all of them. Formats tell a
//! report; they know no rules and no disk.

mod checkstyle;
mod columns;
mod concise;
pub mod escape;
pub mod facts;
mod github;
mod gitlab;
mod groups;
mod human;
mod json;
mod jsonl;
mod junit;
mod markdown;
pub(crate) mod markup;
mod page;
pub mod paths;
mod place;
mod rdjson;
pub(crate) mod safe_json;
mod sarif;
mod snippet;
pub mod summary;
mod wire;
mod xml;

use crate::level::Level;
use crate::page::Page;
use crate::policy::PolicySource;
use crate::policy::pages::of_builtins;
use crate::repo_path::RepoPath;
use crate::report::Report;
use paths::Paths;
use std::io::{self, Write};

pub use groups::GroupBy;
pub use human::{draw_failures, draw_mistakes, draw_problem};
pub use page::{INDEX_NAME, PAGE_MARK, index_markdown, page_markdown, page_name, page_text};

/// Bytes of checked files, for formats that show code.
pub trait Sources: Sync {
    /// The bytes of a file as they were checked; `None` when they can no longer be had.
    fn bytes(&self, path: &RepoPath) -> Option<Vec<u8>>;
}

/// How a report is to be told.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether colours may be used.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// At most so many findings, for people.
    pub limit: usize,
    /// From which level on the run fails.
    pub fail_level: Level,
    /// What findings are put together by, for people.
    pub group_by: Option<GroupBy>,
}

/// A report and everything around it that a format may need.
pub struct Telling<'a> {
    /// What to tell.
    pub report: &'a Report,
    /// The policy and what it pulls in, as text.
    pub policies: Vec<&'a PolicySource>,
    /// How paths are spelt.
    pub paths: &'a Paths,
    /// Bytes of checked files.
    pub sources: &'a dyn Sources,
    /// How to tell it.
    pub style: Style,
    /// Makes the pages of the rules that judged and of built-in findings.
    pub pages: &'a dyn Fn() -> Vec<Page>,
}

impl<'a> Telling<'a> {
    /// For a report that no policy stands behind, since there is none or it is broken.
    #[must_use]
    pub fn without_policy(report: &'a Report, paths: &'a Paths, sources: &'a dyn Sources, style: Style) -> Self {
        Self { report, policies: Vec::new(), paths, sources, style, pages: &of_builtins }
    }
}

/// How a policy is called: a pack by its name, a file as seen from the working folder.
#[must_use]
pub fn policy_name(policy: &PolicySource, paths: &Paths) -> String {
    if policy.is_pack { policy.path.to_string() } else { paths.working(&policy.path) }
}

/// A way to tell a report.
pub trait Format: Sync {
    /// Its name, as in `--format`.
    fn name(&self) -> &'static str;
    /// What it is for, in one line.
    fn about(&self) -> &'static str;
    /// Whether problems have a place in it, so that it is written even when nothing could be judged.
    fn tells_problems(&self) -> bool;
    /// Whether totals and completeness have a place in it; if not, the caller tells them on standard error.
    fn tells_totals(&self) -> bool;
    /// How many findings its consumer does not take, so that they are left out.
    fn left_out(&self, _report: &Report) -> usize {
        0
    }
    /// Writes the report.
    ///
    /// # Errors
    /// When the writer refuses.
    fn write(&self, telling: &Telling<'_>, out: &mut dyn Write) -> io::Result<()>;
}

/// Every format.
pub static FORMATS: &[&dyn Format] = &[
    &human::Human,
    &concise::Concise,
    &json::Json,
    &jsonl::Jsonl,
    &github::Github,
    &gitlab::Gitlab,
    &junit::Junit,
    &checkstyle::Checkstyle,
    &rdjson::Rdjson,
    &rdjson::Rdjsonl,
    &markdown::Markdown,
    &sarif::Sarif,
    &sarif::SarifFull,
];

/// A format by its name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().find(|format| format.name() == name).copied()
}
