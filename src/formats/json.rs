//! `json`: the whole report as one object (schema 1). Paths are relative to the root.

use super::wire::{SCHEMA, WireReport, asked, baseline, policy_file, tool, verdict};
use super::{Format, Telling, safe_json};
use std::io::{self, Write};

/// One object.
pub(super) struct Json;

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn about(&self) -> &'static str {
        "the whole report as one JSON object"
    }

    fn tells_problems(&self) -> bool {
        true
    }

    fn tells_totals(&self) -> bool {
        true
    }

    fn write(&self, telling: &Telling<'_>, out: &mut dyn Write) -> io::Result<()> {
        let report = telling.report;
        let wire = WireReport {
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
            findings: report.findings.iter().map(Into::into).collect(),
            problems: report.problems.iter().map(Into::into).collect(),
        };
        safe_json::to_writer_pretty(out, &wire)?;
        writeln!(out)
    }
}
