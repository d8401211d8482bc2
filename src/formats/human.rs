//! `human`: findings as code spans, for people. The only user of the drawing library. Findings of one rule in one
//! statement share a block, and the policy line that caused them is shown beneath.

use super::snippet::View;
use super::{Format, Style, Telling, escape};
use crate::document::mistake::Mistake;
use crate::finding::{Finding, Link};
use crate::level::Level;
use crate::policy::PolicySource;
use crate::problem::Problem;
use crate::text::Position;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity, SourceCode};
use std::fmt;
use std::io::{self, Write};

/// Code spans for people.
pub(super) struct Human;

impl Format for Human {
    fn name(&self) -> &'static str {
        "human"
    }

    fn about(&self) -> &'static str {
        "code spans for people (the default)"
    }

    fn tells_problems(&self) -> bool {
        false
    }

    fn tells_totals(&self) -> bool {
        false
    }

    fn write(&self, telling: &Telling<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut findings: Vec<&Finding> = telling.report.findings.iter().collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
        let group = |finding: &Finding| telling.style.group_by.map(|by| by.group(finding));
        if telling.style.group_by.is_some() {
            findings.sort_by_cached_key(|finding| group(finding));
        }
        let mut heading = None;
        let shown = findings.len().min(telling.style.limit);
        let mut rest = findings.get(..shown).unwrap_or_default();
        while let Some(first) = rest.first() {
            let own = group(first);
            if own != heading {
                writeln!(out, "== {} ==\n", escape::line(own.as_deref().unwrap_or_default()))?;
                heading = own;
            }
            let same = rest.iter().take_while(|finding| shares_block(first, finding)).count();
            let (block, others) = rest.split_at_checked(same).unwrap_or((rest, &[]));
            draw_block(telling, block, out)?;
            rest = others;
        }
        if findings.len() > shown {
            writeln!(
                out,
                "… and {} more findings; `--limit all` shows them all, `--format concise` one in each line",
                findings.len() - shown
            )?;
        }
        Ok(())
    }
}

fn shares_block(a: &Finding, b: &Finding) -> bool {
    a.rule == b.rule && a.level == b.level && a.path == b.path && a.statement == b.statement
}

fn draw_block(telling: &Telling<'_>, block: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
    let Some(first) = block.first() else { return Ok(()) };
    let mut view = View::default();
    let mut labels = Vec::new();
    if let Some(bytes) = telling.sources.bytes(&first.path) {
        let marks: Vec<(Position, Position)> = block.iter().map(|finding| (finding.start, finding.end)).collect();
        let name = escape::line(&telling.paths.working(&first.path)).into_owned();
        let spans = view.add(name, &bytes, &marks);
        for (finding, span) in block.iter().zip(spans) {
            let text = (block.len() > 1).then(|| escape::prose(&finding.message));
            labels.push(LabeledSpan::new_primary_with_span(text, span));
        }
    }
    let is_about_policy = first.rule.starts_with("policy/") || *first.path == *first.policy.path;
    let decided_by = telling.policies.iter().find(|policy| policy.path == first.policy.path);
    if let Some(policy) = decided_by.filter(|_| !is_about_policy) {
        let name = escape::line(&super::policy_name(policy, telling.paths)).into_owned();
        let mut lines: Vec<(Position, Position)> = block.iter().map(|f| (f.policy.start, f.policy.end)).collect();
        lines.sort_unstable();
        lines.dedup();
        for span in view.add(name, policy.text().as_bytes(), &lines) {
            labels.push(LabeledSpan::new_with_span(Some("decided here".to_owned()), span));
        }
    }
    let message = match block {
        [_] => escape::prose(&first.message),
        _ => format!("{} forbidden names in one statement", block.len()),
    };
    let drawing = Drawing {
        code: format!("{}[{}]", first.level, escape::line(&first.rule)),
        severity: severity(first.level),
        message,
        help: help(&told_below(block, telling)),
        labels,
        view,
    };
    writeln!(out, "{}", draw(&drawing, telling.style)?)
}

/// Lines of uses that are named, rather than only counted.
const MOST_LINES: usize = 8;

/// What stands below a drawing: why, where what was imported is used, and by which way a first-party name leads there.
fn told_below(block: &[&Finding], telling: &Telling<'_>) -> String {
    let mut lines: Vec<String> = block.first().iter().map(|first| first.help.to_string()).collect();
    lines.retain(|line| !line.is_empty());
    for finding in block.iter().filter(|finding| finding.uses > 0) {
        let mut numbers: Vec<u32> = finding.related.iter().map(|related| related.start.line).collect();
        numbers.dedup();
        let is_cut = numbers.len() > MOST_LINES || finding.uses > finding.related.len();
        numbers.truncate(MOST_LINES);
        let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
        let times = if finding.uses == 1 { "once".to_owned() } else { format!("{} times", finding.uses) };
        let line = if numbers.len() == 1 && !is_cut { "line" } else { "lines" };
        let more = if is_cut { ", ..." } else { "" };
        lines.push(format!("`{}` is used {times}: {line} {}{more}", finding.name, numbers.join(", ")));
    }
    for finding in block.iter().filter(|finding| finding.chain.len() > 1) {
        let step = |link: &Link| format!("`{}` ({}:{})", link.name, telling.paths.working(&link.path), link.start.line);
        let steps: Vec<String> = finding.chain.iter().map(step).collect();
        lines.push(format!("by way of {}", steps.join(", then ")));
    }
    lines.join("\n")
}

fn help(text: &str) -> Option<String> {
    let lines: Vec<String> = text.lines().map(escape::prose).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn severity(level: Level) -> Severity {
    match level {
        Level::Error => Severity::Error,
        Level::Warn => Severity::Warning,
        Level::Note | Level::None => Severity::Advice,
    }
}

/// Draws examples that do not hold, each underlined. `name` is how the policy's path is spelt.
///
/// # Errors
/// When the writer refuses.
pub fn draw_failures(
    policy: &PolicySource,
    name: &str,
    failures: &[Mistake],
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    draw_underlined("example fails", policy, name, failures, style, out)
}

/// Draws the mistakes of a policy, each underlined. `name` is how its path is spelt.
///
/// # Errors
/// When the writer refuses.
pub fn draw_mistakes(
    policy: &PolicySource,
    name: &str,
    mistakes: &[Mistake],
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    draw_underlined("policy error", policy, name, mistakes, style, out)
}

fn draw_underlined(
    code: &str,
    policy: &PolicySource,
    name: &str,
    mistakes: &[Mistake],
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    for mistake in mistakes {
        let mut view = View::default();
        let place = policy.place(mistake.span);
        let spans = view.add(escape::line(name).into_owned(), policy.text().as_bytes(), &[place]);
        let labels = spans.into_iter().map(|span| LabeledSpan::new_primary_with_span(None, span)).collect();
        let drawing = Drawing {
            code: code.to_owned(),
            severity: Severity::Error,
            message: escape::prose(&mistake.message),
            help: help(&mistake.help),
            labels,
            view,
        };
        writeln!(out, "{}", draw(&drawing, style)?)?;
    }
    Ok(())
}

/// Draws one problem. `bytes` is the file it speaks of, if it can be had.
///
/// # Errors
/// When the writer refuses.
pub fn draw_problem(
    problem: &Problem,
    name: Option<&str>,
    bytes: Option<&[u8]>,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut view = View::default();
    let mut labels = Vec::new();
    let mut message = escape::prose(&problem.message);
    match (name, bytes, problem.place) {
        (Some(name), Some(bytes), Some(place)) => {
            let spans = view.add(escape::line(name).into_owned(), bytes, &[place]);
            labels.extend(spans.into_iter().map(|span| LabeledSpan::new_primary_with_span(None, span)));
        }
        (Some(name), _, _) => message = format!("{}: {message}", escape::prose(name)),
        _ => {}
    }
    let drawing = Drawing {
        code: format!("not complete ({})", problem.kind.as_str()),
        severity: Severity::Error,
        message,
        help: help(&problem.help),
        labels,
        view,
    };
    writeln!(out, "{}", draw(&drawing, style)?)
}

fn draw(drawing: &Drawing, style: Style) -> io::Result<String> {
    let theme = if style.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.width.clamp(40, 200))
        .with_links(false)
        .with_word_splitter(textwrap::WordSplitter::NoHyphenation)
        .with_context_lines(0)
        .without_syntax_highlighting();
    let mut text = String::new();
    handler.render_report(&mut text, drawing).map_err(|_| io::Error::other("a finding could not be drawn"))?;
    Ok(text)
}

/// What the drawing library is handed: everything in it is already escaped.
#[derive(Debug)]
struct Drawing {
    code: String,
    severity: Severity,
    message: String,
    help: Option<String>,
    labels: Vec<LabeledSpan>,
    view: View,
}

impl fmt::Display for Drawing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Drawing {}

impl Diagnostic for Drawing {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        (!self.labels.is_empty()).then_some(&self.view)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        (!self.labels.is_empty())
            .then(|| Box::new(self.labels.iter().cloned()) as Box<dyn Iterator<Item = LabeledSpan>>)
    }
}
