//! Text as SARIF takes it. Knows what viewers make of messages; must not know what they say.

use crate::formats::escape;

/// A message: one line, at most `most` characters, and without links.
///
/// In plain text `[words](address)` is a link (SARIF 2.1.0, 3.11.6), so a blank parts the two. Braces stay as they are: they are
/// placeholders only where a message has arguments (3.11.5), which none of ours has.
#[must_use]
pub(super) fn message(text: &str, most: usize) -> String {
    shorten(&escape::line(text).replace("](", "] ("), most)
}

/// Several lines, each safe to show, without links.
#[must_use]
pub(super) fn lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| escape::code(line).replace("](", "] (")).collect();
    lines.join("\n")
}

/// At most so many characters; what is cut ends in `…`.
fn shorten(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_short_and_no_links() {
        assert_eq!(message("see [x](http://evil.example)\nb", 100), "see [x] (http://evil.example)\\nb");
        assert_eq!(message("äöü", 3), "äöü");
        assert_eq!(message("äöüß", 3), "äö…");
    }
}
