//! `jsonl`: one JSON object a line, the summary last. Paths are relative to the root.

use super::wire::{
    PolicyFile, SCHEMA, Tool, WireAsked, WireBaseline, WireFinding, WireProblem, WireSummary, WireVerdict, asked,
    baseline, policy_file, tool, verdict,
};
use super::{Format, Telling, safe_json};
use serde::Serialize;
use std::io::{self, Write};

/// One object a line.
pub(super) struct Jsonl;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
#[expect(clippy::large_enum_variant, reason = "there is one summary in a report")]
enum Line<'a> {
    Finding(Box<WireFinding<'a>>),
    Problem(WireProblem<'a>),
    Summary {
        schema: u32,
        tool: Tool,
        policy: Option<PolicyFile>,
        scope: &'static str,
        asked: Option<WireAsked<'a>>,
        also_fails: Option<&'static str>,
        complete: bool,
        summary: WireSummary,
        verdict: Option<WireVerdict<'a>>,
        baseline: Option<WireBaseline<'a>>,
    },
}

impl Format for Jsonl {
    fn name(&self) -> &'static str {
        "jsonl"
    }

    fn about(&self) -> &'static str {
        "one JSON object a line: findings, problems, the summary last"
    }

    fn tells_problems(&self) -> bool {
        true
    }

    fn tells_totals(&self) -> bool {
        true
    }

    fn write(&self, telling: &Telling<'_>, out: &mut dyn Write) -> io::Result<()> {
        let report = telling.report;
        let mut line = |line: &Line<'_>| -> io::Result<()> {
            safe_json::to_writer(out, line)?;
            writeln!(out)
        };
        for finding in &report.findings {
            line(&Line::Finding(Box::new(finding.into())))?;
        }
        for problem in &report.problems {
            line(&Line::Problem(problem.into()))?;
        }
        line(&Line::Summary {
            schema: SCHEMA,
            tool: tool(),
            policy: policy_file(report),
            scope: report.scope.as_str(),
            asked: asked(report),
            also_fails: report.also_fails,
            complete: report.complete,
            summary: report.summary.into(),
            verdict: verdict(report),
            baseline: baseline(report),
        })
    }
}
