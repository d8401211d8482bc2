//! `concise`: one line for each finding, `path:line:col: level[rule] message`. Paths are relative to the working folder.

use super::{Format, Telling, escape};
use std::io::{self, Write};

/// One line for each finding.
pub(super) struct Concise;

impl Format for Concise {
    fn name(&self) -> &'static str {
        "concise"
    }

    fn about(&self) -> &'static str {
        "one line for each finding"
    }

    fn tells_problems(&self) -> bool {
        false
    }

    fn tells_totals(&self) -> bool {
        false
    }

    fn write(&self, telling: &Telling<'_>, out: &mut dyn Write) -> io::Result<()> {
        for finding in &telling.report.findings {
            let path = telling.paths.working(&finding.path);
            let line = format!(
                "{path}:{}:{}: {}[{}] {}",
                finding.start.line, finding.start.column, finding.level, finding.rule, finding.message
            );
            writeln!(out, "{}", escape::line(&line))?;
        }
        Ok(())
    }
}
