//! Rules as SARIF describes them, out of their pages. Knows what GitHub requires of a rule; must not know findings.

use super::shapes::{Configuration, Descriptor, Help, Properties, Text};
use super::words::{lines, message};
use crate::formats::page::{is_plain_address, page_markdown, page_text};
use crate::level::Level;
use crate::page::{Page, Subject};

/// Descriptions are at most so long (GitHub Docs, "SARIF support for code scanning", `reportingDescriptor`).
const MOST: usize = 1_024;

/// A rule, with all that GitHub requires: no text is empty.
#[must_use]
pub(super) fn descriptor(page: &Page) -> Descriptor<'_> {
    let level = page.level.unwrap_or(Level::Error);
    let instead = page.instead.as_ref().map(|instead| format!("; use {instead}")).unwrap_or_default();
    let short = format!("{}{instead}", page.about);
    let why = page.why.as_ref().map(|why| why.split_whitespace().collect::<Vec<_>>().join(" "));
    Descriptor {
        id: &page.id,
        short_description: Text { text: message(&short, MOST) },
        full_description: Text { text: message(why.as_deref().filter(|why| !why.is_empty()).unwrap_or(&short), MOST) },
        help: Help { text: lines(&page_text(page, false)), markdown: page_markdown(page) },
        help_uri: page.docs.as_deref().filter(|docs| is_plain_address(docs)),
        default_configuration: Configuration { enabled: level > Level::None, level: level_name(level) },
        properties: Properties {
            precision: "high",
            severity: severity(level),
            tags: [if page.subject == Subject::Rule { page.verb } else { "policy" }],
        },
    }
}

/// The level as SARIF spells it (3.27.10). GitHub knows no `none`: what is silent is a note that is not enabled.
#[must_use]
pub(super) fn level_name(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warn => "warning",
        Level::Note | Level::None => "note",
    }
}

/// The level as GitHub spells it where something is no question of security.
fn severity(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warn => "warning",
        Level::Note | Level::None => "recommendation",
    }
}
