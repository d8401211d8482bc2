//! Pages as text for a terminal. Knows layout only; what is said, the page knows.

use crate::formats::escape;
use crate::page::{Change, Exempt, Page, Place, Subject, Until};
use std::fmt::Write as _;

/// A page as lines of text, each with a line end. `counts_days`: whether it says how far ahead dates are, so that the text
/// changes from day to day.
#[must_use]
pub fn page_text(page: &Page, counts_days: bool) -> String {
    let mut text = Lines { text: String::new(), counts_days };
    text.head(page);
    match page.subject {
        Subject::Rule => text.rule(page),
        _ => text.line(&format!("  {}", page.about)),
    }
    if let Some((what, yaml)) = &page.to_write {
        text.block(what, "  ", yaml);
    }
    if !page.rules.is_empty() {
        text.line("\nIts rules:\n");
        page.rules.iter().for_each(|(id, level)| text.line(&format!("  {id} ({level})")));
    }
    text.text
}

struct Lines {
    text: String,
    counts_days: bool,
}

impl Lines {
    /// Adds lines, each safe to show.
    fn line(&mut self, lines: &str) {
        for line in lines.split('\n') {
            self.text.push_str(&escape::line(line));
            self.text.push('\n');
        }
    }

    fn head(&mut self, page: &Page) {
        let level = page.level.map(|level| level.to_string()).unwrap_or_default();
        let head = match (page.subject, &page.place) {
            (Subject::Rule, Some(Place { path, line })) => format!("{} ({level}), {path}:{line}", page.id),
            (Subject::Rule, None) => format!("{} ({level})", page.id),
            (Subject::Builtin, _) => format!("{} ({level} unless the policy says otherwise)", page.id),
            (Subject::Pack, _) => format!("{}, {} rules", page.id, page.rules.len()),
            (Subject::Verb, _) => format!("{}, a verb", page.id),
        };
        self.line(&head);
        page.pulled_by.iter().for_each(|place| self.line(&format!("pulled in by {}:{}", place.path, place.line)));
        page.changes.iter().for_each(|change| {
            let text = self.change(change);
            self.line(&text);
        });
        self.line("");
    }

    fn change(&self, change: &Change) -> String {
        let mut parts = Vec::new();
        parts.extend(change.level.map(|level| format!("level {level}")));
        parts.extend(change.instead.as_ref().map(|instead| format!("instead {instead}")));
        parts.extend(change.owner.as_ref().map(|owner| format!("owner {owner}")));
        parts.extend(change.suppressible.map(|may| {
            let word = if may { "may" } else { "cannot" };
            format!("comments {word} suppress it")
        }));
        parts.extend((!change.within.is_empty()).then(|| format!("in {}", change.within.join(", "))));
        parts.extend(change.until.as_ref().map(|until| self.until(until)));
        let why = change.why.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
        format!("changed by {}:{}: {}{why}", change.place.path, change.place.line, parts.join(", "))
    }

    fn until(&self, until: &Until) -> String {
        match (&until.left, until.is_over) {
            (_, true) => format!("until {}, which is over", until.date),
            (Some(left), false) if self.counts_days => format!("until {} ({left})", until.date),
            _ => format!("until {}", until.date),
        }
    }

    fn rule(&mut self, page: &Page) {
        self.line(&format!("  {}", page.about));
        for step in &page.steps {
            let ahead = step.ahead.as_ref().filter(|_| self.counts_days);
            let ahead = ahead.map(|ahead| format!(" ({ahead})")).unwrap_or_default();
            self.line(&format!("  {} from {}{ahead}", step.level, step.from));
        }
        self.field("instead", page.instead.as_deref());
        for (name, successor) in &page.replacements {
            self.line(&format!("    {name} -> {successor}"));
        }
        self.field("why", page.why.as_deref());
        self.field("docs", page.docs.as_deref());
        self.field("owner", page.owner.as_deref());
        self.list("in", &page.within);
        self.list("not in", &page.without);
        if let Some(python) = &page.python {
            let (major, minor) = python.target;
            let here = if python.holds { "" } else { ", so the rule is silent" };
            self.line(&format!("  python: {} (the target here is {major}.{minor}{here})", python.range));
        }
        page.contexts.iter().for_each(|(context, level)| self.line(&format!("  {context}: {level}")));
        page.surfaces.iter().for_each(|(surface, level)| self.line(&format!("  on {surface}: {level}")));
        self.list("groups", &page.groups);
        match (page.suppressible, page.most_suppressed) {
            (false, _) => self.line("  comments cannot suppress it"),
            (true, Some(most)) => self.line(&format!("  comments may suppress it {most} times")),
            (true, None) => {}
        }
        if !page.exemptions.is_empty() {
            self.line("\nAllowed nevertheless:\n");
            page.exemptions.iter().for_each(|exemption| self.exemption(exemption));
        }
        for example in &page.examples {
            let place = example.path.as_ref().map(|path| format!(", in {path}")).unwrap_or_default();
            for (title, code) in [("Not so", &example.bad), ("But so", &example.good)] {
                let Some(code) = code else { continue };
                self.block(&format!("{title}{place}"), "    ", code);
            }
        }
        if let Some(comment) = page.comment() {
            self.block("To allow it in one place, write behind the statement, or alone above it", "    ", &comment);
        }
    }

    /// A titled block, behind an empty line.
    fn block(&mut self, title: &str, indent: &str, code: &str) {
        self.line(&format!("\n{title}:\n"));
        for line in code.lines() {
            let _ = writeln!(self.text, "{indent}{}", escape::code(line));
        }
    }

    fn field(&mut self, name: &str, value: Option<&str>) {
        let Some(value) = value else { return };
        let mut lines = value.lines();
        self.line(&format!("  {name}: {}", lines.next().unwrap_or_default()));
        lines.for_each(|line| self.line(&format!("       {line}")));
    }

    fn list(&mut self, name: &str, items: &[String]) {
        if !items.is_empty() {
            self.line(&format!("  {name}: {}", items.join(", ")));
        }
    }

    fn exemption(&mut self, exemption: &Exempt) {
        let mut text = format!("  {}", exemption.place);
        // Writing to memory does not fail.
        if !exemption.names.is_empty() {
            let _ = write!(text, " for {}", exemption.names.join(", "));
        }
        if !exemption.via.is_empty() {
            let _ = write!(text, " pulled in by nothing but {}", exemption.via.join(", "));
        }
        if let Some(most) = exemption.most {
            let _ = write!(text, ", at most {most} times");
        }
        if let Some(until) = &exemption.until {
            let _ = write!(text, ", {}", self.until(until));
        }
        if let Some(owner) = &exemption.owner {
            let _ = write!(text, ", {owner}");
        }
        if let Some(why) = &exemption.why {
            let _ = write!(text, ": {why}");
        }
        self.line(text.trim_end_matches('\n'));
    }
}
