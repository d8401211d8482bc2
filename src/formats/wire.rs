//! The shapes of `json` and `jsonl`, schema 1. A public contract: within schema 1, keys are only added.

use crate::finding::{Finding, Link, PolicyLine, Related};
use crate::problem::Problem;
use crate::report::{Asked, Counts, Report, Summary};
use crate::text;
use serde::Serialize;

/// The version of these shapes.
pub(super) const SCHEMA: u32 = 1;

/// The whole report.
#[derive(Serialize)]
pub(super) struct WireReport<'a> {
    pub schema: u32,
    pub tool: Tool,
    pub policy: Option<PolicyFile>,
    pub scope: &'static str,
    /// What alone was asked for; none for everything.
    pub asked: Option<WireAsked<'a>>,
    pub complete: bool,
    /// Why the run fails, whatever its findings.
    pub also_fails: Option<&'static str>,
    pub summary: WireSummary,
    /// Which commits the run was about; none for files as they lie on disk.
    pub verdict: Option<WireVerdict<'a>>,
    /// What the baseline permits, where there is one.
    pub baseline: Option<WireBaseline<'a>>,
    pub findings: Vec<WireFinding<'a>>,
    pub problems: Vec<WireProblem<'a>>,
}

#[derive(Serialize)]
pub(super) struct WireAsked<'a> {
    pub rules: &'a [String],
    pub owners: &'a [String],
}

/// What alone was asked for.
#[must_use]
pub(super) fn asked(report: &Report) -> Option<WireAsked<'_>> {
    let asked = &report.asked;
    (asked != &Asked::default()).then_some(WireAsked { rules: &asked.rules, owners: &asked.owners })
}

#[derive(Serialize)]
pub(super) struct Tool {
    pub name: &'static str,
    pub version: &'static str,
}

#[derive(Serialize)]
pub(super) struct PolicyFile {
    pub path: String,
    pub hash: String,
}

#[derive(Serialize)]
pub(super) struct WireSummary {
    pub files: usize,
    pub analysed: usize,
    pub skipped: usize,
    pub findings: WireCounts,
    pub suppressed: usize,
    pub baselined: usize,
}

#[derive(Serialize)]
pub(super) struct WireVerdict<'a> {
    pub source: &'static str,
    pub head: &'a str,
    pub base: Option<&'a str>,
    pub policy_ref: Option<&'a str>,
    pub introduced: bool,
    pub new_only: bool,
    /// How many findings the base has as well.
    pub known: usize,
    /// Why files that did not change may have got findings too, where nobody looked.
    pub unchanged_files: Option<&'static str>,
}

#[derive(Serialize)]
pub(super) struct WireBaseline<'a> {
    pub path: String,
    pub entries: usize,
    pub used: usize,
    /// Entries that no longer occur.
    pub stale: &'a [String],
}

/// The commits of a run.
#[must_use]
pub(super) fn verdict(report: &Report) -> Option<WireVerdict<'_>> {
    report.verdict.as_ref().map(|verdict| WireVerdict {
        source: verdict.source,
        head: &verdict.head,
        base: verdict.base.as_deref(),
        policy_ref: verdict.policy_ref.as_deref(),
        introduced: verdict.introduced,
        new_only: verdict.new_only,
        known: verdict.known,
        unchanged_files: verdict.cut,
    })
}

/// The baseline of a run.
#[must_use]
pub(super) fn baseline(report: &Report) -> Option<WireBaseline<'_>> {
    report.ratchet.as_ref().map(|ratchet| WireBaseline {
        path: ratchet.path.to_string(),
        entries: ratchet.entries,
        used: ratchet.used,
        stale: &ratchet.stale,
    })
}

#[derive(Serialize)]
pub(super) struct WireCounts {
    pub error: usize,
    pub warn: usize,
    pub note: usize,
}

#[derive(Clone, Copy, Serialize)]
pub(super) struct Position {
    pub line: u32,
    pub column: u32,
    pub offset: u32,
}

#[derive(Serialize)]
pub(super) struct WireLine {
    pub path: String,
    pub line: u32,
}

#[derive(Serialize)]
pub(super) struct WireFinding<'a> {
    pub rule: &'a str,
    pub level: &'static str,
    pub path: String,
    pub start: Position,
    pub end: Position,
    pub name: &'a str,
    pub matched: &'a str,
    pub surface: &'static str,
    pub contexts: Vec<&'static str>,
    pub scope: &'a str,
    pub message: &'a str,
    pub help: &'a str,
    pub fingerprint: String,
    pub policy: WireLine,
    pub confidence: &'static str,
    /// How many uses hang on the finding; `related` names the first ones.
    pub uses: usize,
    pub related: Vec<WireRelated<'a>>,
    pub chain: Vec<WireLink<'a>>,
    /// The cell or block that it stands in.
    pub within: Option<WireWithin>,
    /// What is said of the distribution, for a dependency.
    pub dependency: Option<WireDependency<'a>>,
    /// Owners of the file by its CODEOWNERS: an empty list for a file that nobody owns, none where they do not say.
    pub owner: Option<Vec<&'a str>>,
}

#[derive(Serialize)]
pub(super) struct WireWithin {
    pub kind: &'static str,
    pub index: u32,
    pub line: u32,
    pub column: u32,
}

#[derive(Serialize)]
pub(super) struct WireDependency<'a> {
    pub standing: &'static str,
    pub specifier: Option<&'a str>,
    pub marker: Option<&'a str>,
    pub group: Option<&'a str>,
    pub pulled_by: Vec<&'a str>,
}

#[derive(Serialize)]
pub(super) struct WireRelated<'a> {
    pub path: String,
    pub name: &'a str,
    pub start: Position,
    pub end: Position,
}

#[derive(Serialize)]
pub(super) struct WireLink<'a> {
    pub path: String,
    pub name: &'a str,
    pub start: Position,
    pub end: Position,
}

#[derive(Serialize)]
pub(super) struct WireProblem<'a> {
    pub kind: &'static str,
    pub path: Option<String>,
    pub start: Option<Position>,
    pub end: Option<Position>,
    pub message: &'a str,
    pub help: &'a str,
}

/// The tool, as every machine format names it.
#[must_use]
pub(super) fn tool() -> Tool {
    Tool { name: "policy", version: env!("CARGO_PKG_VERSION") }
}

/// The policy, as every machine format names it.
#[must_use]
pub(super) fn policy_file(report: &Report) -> Option<PolicyFile> {
    report.policy.as_ref().map(|info| PolicyFile { path: info.path.to_string(), hash: info.hash.clone() })
}

impl From<text::Position> for Position {
    fn from(position: text::Position) -> Self {
        Self { line: position.line, column: position.column, offset: position.offset }
    }
}

impl From<Counts> for WireCounts {
    fn from(counts: Counts) -> Self {
        Self { error: counts.error, warn: counts.warn, note: counts.note }
    }
}

impl From<Summary> for WireSummary {
    fn from(summary: Summary) -> Self {
        Self {
            files: summary.files,
            analysed: summary.analysed,
            skipped: summary.skipped,
            findings: summary.findings.into(),
            suppressed: summary.suppressed,
            baselined: summary.baselined,
        }
    }
}

impl From<&PolicyLine> for WireLine {
    fn from(line: &PolicyLine) -> Self {
        Self { path: line.path.to_string(), line: line.start.line }
    }
}

impl<'a> From<&'a Finding> for WireFinding<'a> {
    fn from(finding: &'a Finding) -> Self {
        Self {
            rule: &finding.rule,
            level: finding.level.as_str(),
            path: finding.path.to_string(),
            start: finding.start.into(),
            end: finding.end.into(),
            name: &finding.name,
            matched: &finding.matched,
            surface: finding.surface.as_str(),
            contexts: finding.contexts.names().collect(),
            scope: &finding.scope,
            message: &finding.message,
            help: &finding.help,
            fingerprint: finding.fingerprint.to_string(),
            policy: (&finding.policy).into(),
            confidence: finding.confidence.as_str(),
            uses: finding.uses,
            related: finding.related.iter().map(|related| WireRelated::of(related, finding)).collect(),
            chain: finding.chain.iter().map(WireLink::from).collect(),
            within: finding.within.map(|text::Within { kind, index, line, column }| WireWithin {
                kind,
                index,
                line,
                column,
            }),
            dependency: finding.dependency.as_ref().map(|own| WireDependency {
                standing: own.standing.as_str(),
                specifier: own.specifier.as_deref(),
                marker: own.marker.as_deref(),
                group: own.group.as_deref(),
                pulled_by: own.pulled_by.iter().map(|name| &**name).collect(),
            }),
            owner: finding.owners.as_ref().map(|owners| owners.iter().map(|owner| &**owner).collect()),
        }
    }
}

impl<'a> WireRelated<'a> {
    fn of(related: &'a Related, finding: &Finding) -> Self {
        Self {
            path: finding.path.to_string(),
            name: &related.name,
            start: related.start.into(),
            end: related.end.into(),
        }
    }
}

impl<'a> From<&'a Link> for WireLink<'a> {
    fn from(link: &'a Link) -> Self {
        Self { path: link.path.to_string(), name: &link.name, start: link.start.into(), end: link.end.into() }
    }
}

impl<'a> From<&'a Problem> for WireProblem<'a> {
    fn from(problem: &'a Problem) -> Self {
        Self {
            kind: problem.kind.as_str(),
            path: problem.path.as_ref().map(ToString::to_string),
            start: problem.place.map(|(start, _)| start.into()),
            end: problem.place.map(|(_, end)| end.into()),
            message: &problem.message,
            help: &problem.help,
        }
    }
}
