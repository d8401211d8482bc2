//! Pages as GitHub-flavoured Markdown, for a folder of documents and for viewers of reports. Knows layout only; what is said,
//! the page knows. It never says how far ahead a date is: what lies in a folder is true on more than one day.

use super::names::page_name;
use crate::formats::markup::{cell, code, fence, text};
use crate::page::{Change, Exempt, Page, Place, Subject, Until};
use std::fmt::Write as _;

/// The first line of every file of pages that the tool writes: what begins otherwise is somebody else's.
pub const PAGE_MARK: &str = "<!-- written by `policy explain`; it will be written again, so edits are lost -->";

/// A rule says many things in its own page; beside all others only so many.
const MOST_LISTED: usize = 8;

/// A page as Markdown, with a line end. Nothing of it is a link, a picture or a tag, but for `docs` of the policy.
#[must_use]
pub fn page_markdown(page: &Page) -> String {
    let mut out = format!("# {}\n\n", code(&page.id));
    match page.subject {
        Subject::Rule => of_rule(page, &mut out),
        _ => of_other(page, &mut out),
    }
    if let Some((what, yaml)) = &page.to_write {
        let _ = write!(out, "\n## {what}\n\n{}", fence(yaml, "yaml"));
    }
    if !page.rules.is_empty() {
        out.push_str("\n## Its rules\n\n");
        for (id, level) in &page.rules {
            let _ = writeln!(out, "- {} ({level})", code(id));
        }
    }
    out
}

/// The page that leads to all others.
#[must_use]
pub fn index_markdown(pages: &[Page]) -> String {
    let mut out = "# Rules\n".to_owned();
    let (own, others): (Vec<&Page>, Vec<&Page>) = pages.iter().partition(|page| page.subject == Subject::Builtin);
    out.push_str("\n| Rule | Level | Says | Use instead |\n|---|---|---|---|\n");
    for page in others {
        let instead = page.instead.as_deref().map(code).unwrap_or_default();
        let (shown, more) = page.entries.split_at(page.entries.len().min(MOST_LISTED));
        let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
        let says = format!("{} {}{more}", code(page.verb), codes(shown));
        let _ = writeln!(out, "| {} | {} | {says} | {instead} |", link(page), level(page));
    }
    if !own.is_empty() {
        out.push_str("\n## Findings of the tool itself\n\n| Finding | Level | Says |\n|---|---|---|\n");
        for page in own {
            let _ = writeln!(out, "| {} | {} | {} |", link(page), level(page), cell(&page.about));
        }
    }
    out
}

fn link(page: &Page) -> String {
    format!("[{}]({})", code(&page.id), page_name(&page.id))
}

fn level(page: &Page) -> String {
    page.level.map(|level| level.to_string()).unwrap_or_default()
}

fn codes(items: &[String]) -> String {
    let items: Vec<String> = items.iter().map(|item| code(item)).collect();
    items.join(", ")
}

fn of_other(page: &Page, out: &mut String) {
    if page.level.is_some() {
        let _ = writeln!(out, "**{}**, a finding of the tool itself: comments cannot suppress it.\n", level(page));
    }
    let _ = writeln!(out, "{}", text(&page.about));
}

fn of_rule(page: &Page, out: &mut String) {
    let _ = writeln!(out, "**{}** {} {}", level(page), code(page.verb), codes(&page.entries));
    if let Some(why) = &page.why {
        paragraphs(why, out);
    }
    instead(page, out);
    if let Some(docs) = &page.docs {
        let _ = writeln!(out, "\nRead on: {}", address(docs));
    }
    let facts = facts(page);
    if !facts.is_empty() {
        let _ = writeln!(out, "\n## Where and when\n\n- {}", facts.join("\n- "));
    }
    for example in &page.examples {
        let place = example.path.as_ref().map(|path| format!(", in {}", code(path))).unwrap_or_default();
        for (title, example) in [("Not so", &example.bad), ("But so", &example.good)] {
            let Some(example) = example else { continue };
            let _ = write!(out, "\n## {title}{place}\n\n{}", fence(example, "python"));
        }
    }
    exemptions(&page.exemptions, out);
    suppressing(page, out);
    let _ = writeln!(out, "\n## Where it is written\n");
    page.place.iter().for_each(|own| {
        let _ = writeln!(out, "- {}", place(own));
    });
    page.pulled_by.iter().for_each(|own| {
        let _ = writeln!(out, "- pulled in by {}", place(own));
    });
    page.changes.iter().for_each(|own| {
        let _ = writeln!(out, "- {}", change(own));
    });
}

/// Text of several lines: an empty one parts paragraphs.
fn paragraphs(prose: &str, out: &mut String) {
    let mut is_open = false;
    for line in prose.lines() {
        let is_empty = line.trim().is_empty();
        if !is_empty {
            out.push_str(if is_open { "" } else { "\n" });
            let _ = writeln!(out, "{}", text(line));
        }
        is_open = !is_empty;
    }
}

fn instead(page: &Page, out: &mut String) {
    if let Some(instead) = &page.instead {
        let _ = writeln!(out, "\nUse {} instead.", code(instead));
    }
    if !page.replacements.is_empty() {
        out.push_str("\n| Name | Use instead |\n|---|---|\n");
        for (name, successor) in &page.replacements {
            let _ = writeln!(out, "| {} | {} |", code(name), code(successor));
        }
    }
}

fn facts(page: &Page) -> Vec<String> {
    let mut facts = Vec::new();
    facts.extend(page.owner.as_ref().map(|owner| format!("decided by {}", code(owner))));
    facts.extend(page.steps.iter().map(|step| format!("{} from {}", step.level, step.from)));
    facts.extend((!page.within.is_empty()).then(|| format!("in {}", codes(&page.within))));
    facts.extend((!page.without.is_empty()).then(|| format!("not in {}", codes(&page.without))));
    facts.extend(page.python.as_ref().map(|python| {
        let (major, minor) = python.target;
        let here = if python.holds { "" } else { ", so the rule is silent" };
        format!("for Python {} (the target here is {major}.{minor}{here})", code(&python.range))
    }));
    facts.extend(page.contexts.iter().map(|(context, level)| format!("{level} for {}", code(context))));
    facts.extend(page.surfaces.iter().map(|(surface, level)| format!("{level} on {}", code(surface))));
    facts.extend((!page.groups.is_empty()).then(|| format!("for the groups {}", codes(&page.groups))));
    facts
}

fn exemptions(exemptions: &[Exempt], out: &mut String) {
    if exemptions.is_empty() {
        return;
    }
    out.push_str(
        "\n## Allowed nevertheless\n\n| Where | What | Why | Until | Owner | At most |\n|---|---|---|---|---|---|\n",
    );
    for own in exemptions {
        let mut what = codes(&own.names);
        if !own.via.is_empty() {
            let _ = write!(what, " pulled in by nothing but {}", codes(&own.via));
        }
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            code(&own.place),
            what.trim_start(),
            own.why.as_ref().map(|why| cell(&one_line(why))).unwrap_or_default(),
            own.until.as_ref().map(until).unwrap_or_default(),
            own.owner.as_ref().map(|owner| code(owner)).unwrap_or_default(),
            own.most.map(|most| most.to_string()).unwrap_or_default(),
        );
    }
}

fn suppressing(page: &Page, out: &mut String) {
    out.push_str("\n## To allow it in one place\n\n");
    match page.comment() {
        Some(comment) => {
            let most = page.most_suppressed.map(|most| format!(", {most} times in all")).unwrap_or_default();
            let fenced = fence(&comment, "python");
            let _ = write!(out, "Write behind the statement, or alone above it{most}:\n\n{fenced}");
        }
        None => out.push_str("Comments cannot suppress it: ask whoever decides for an exemption in the policy.\n"),
    }
}

fn change(change: &Change) -> String {
    let mut parts = Vec::new();
    parts.extend(change.level.map(|level| format!("level {level}")));
    parts.extend(change.instead.as_ref().map(|instead| format!("use {} instead", code(instead))));
    parts.extend(change.owner.as_ref().map(|owner| format!("decided by {}", code(owner))));
    parts.extend(change.suppressible.map(|may| {
        let word = if may { "may" } else { "cannot" };
        format!("comments {word} suppress it")
    }));
    parts.extend((!change.within.is_empty()).then(|| format!("in {}", codes(&change.within))));
    parts.extend(change.until.as_ref().map(|own| format!("until {}", until(own))));
    let why = change.why.as_ref().map(|why| format!(" ({})", text(&one_line(why)))).unwrap_or_default();
    format!("changed by {}: {}{why}", place(&change.place), parts.join(", "))
}

fn until(until: &Until) -> String {
    if until.is_over { format!("{}, which is over", until.date) } else { until.date.to_string() }
}

fn place(place: &Place) -> String {
    format!("{}, line {}", code(&place.path), place.line)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A web address as a link, if it is a plain one; as code otherwise. RFC 3986 allows more signs than those that have no
/// meaning in Markdown.
fn address(docs: &str) -> String {
    if is_plain_address(docs) { format!("[{}](<{docs}>)", code(docs)) } else { code(docs) }
}

/// Whether an address can stand in a link as it is: `http` or `https`, a host, and no sign that Markdown or HTML know.
#[must_use]
pub(in crate::formats) fn is_plain_address(docs: &str) -> bool {
    let rest = docs.strip_prefix("https://").or_else(|| docs.strip_prefix("http://"));
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&'*+,;=%".contains(c);
    rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()) && rest.chars().all(is_plain))
}
