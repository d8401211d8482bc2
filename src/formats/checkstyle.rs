//! `checkstyle`: the XML of Checkstyle (version 4.3 of its reports, which is what viewers know). Knows its elements only.
//!
//! Paths are relative to the top of the work tree. Lines and columns count from 1; columns are code points, since no unit is
//! written down for them.

use super::{Format, Telling, place, xml};
use crate::level::Level;
use crate::text::Position;
use std::fmt::Write as _;
use std::io::{self, Write};

/// XML as Checkstyle writes it.
pub(super) struct Checkstyle;

impl Format for Checkstyle {
    fn name(&self) -> &'static str {
        "checkstyle"
    }

    fn about(&self) -> &'static str {
        "Checkstyle XML, which many viewers read"
    }

    fn tells_problems(&self) -> bool {
        true
    }

    fn tells_totals(&self) -> bool {
        false
    }

    fn write(&self, telling: &Telling<'_>, out: &mut dyn Write) -> io::Result<()> {
        let report = telling.report;
        writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">")?;
        for problem in &report.problems {
            writeln!(out, "  <file name=\"{}\">", xml::line(&place::of_problem(telling, problem)))?;
            let text = place::sentences(&problem.message, &problem.help);
            let source = format!("policy.problem.{}", problem.kind.as_str());
            error(out, problem.place, "error", &format!("not complete: {text}"), &source)?;
            writeln!(out, "  </file>")?;
        }
        // Findings come in order of path.
        for of_file in report.findings.chunk_by(|a, b| a.path == b.path) {
            let Some(first) = of_file.first() else { continue };
            writeln!(out, "  <file name=\"{}\">", xml::line(&telling.paths.top(&first.path)))?;
            for finding in of_file {
                let severity = match finding.level {
                    Level::Error => "error",
                    Level::Warn => "warning",
                    Level::Note | Level::None => "info",
                };
                let text = place::sentences(&finding.message, &finding.help);
                let source = format!("policy.{}", finding.rule);
                error(out, Some((finding.start, finding.end)), severity, &text, &source)?;
            }
            writeln!(out, "  </file>")?;
        }
        writeln!(out, "</checkstyle>")
    }
}

fn error(
    out: &mut dyn Write,
    at: Option<(Position, Position)>,
    severity: &str,
    message: &str,
    source: &str,
) -> io::Result<()> {
    let mut line = "    <error".to_owned();
    if let Some((start, end)) = at {
        let _ = write!(line, " line=\"{}\"", start.line);
        if !place::is_whole_file(start, end) {
            let _ = write!(line, " column=\"{}\"", start.column);
        }
    }
    writeln!(
        out,
        "{line} severity=\"{severity}\" message=\"{}\" source=\"{}\"/>",
        xml::line(message),
        xml::line(source)
    )
}
