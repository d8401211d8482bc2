//! Untrusted text made safe to show. Knows what terminals and log viewers obey; must not know findings.

pub use crate::treacherous::is_treacherous;
use std::borrow::Cow;
use std::fmt::Write;

/// Text for one line: control, bidirectional and invisible characters as `\n`, `\t`, `\xHH` or `\u{H}`, and the signs by
/// which text becomes a command of a CI runner broken.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    escape(text, false)
}

/// A word shorter than this, in characters, is never broken.
const SHORT_WORD: usize = 24;

/// Prose that will be wrapped: no line of it can begin with the sign of a command, wherever it is broken.
#[must_use]
pub fn prose(text: &str) -> String {
    let text = line(text);
    let mut safe = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(at) = rest.find("::") {
        let head = rest.get(..at).unwrap_or_default();
        safe.push_str(head);
        // Text is wrapped at blanks and hyphens, and within words that are longer than a line.
        let word = safe.rsplit([' ', '-', '\n']).next().unwrap_or_default().chars().count();
        let is_inner = (1..SHORT_WORD).contains(&word) && safe.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        safe.push_str(if is_inner { "::" } else { "\\x3a:" });
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    safe.push_str(rest);
    safe
}

/// The same for code: tabs stay, since formats lay them out themselves.
#[must_use]
pub fn code(text: &str) -> Cow<'_, str> {
    escape(text, true)
}

fn escape(text: &str, keep_tabs: bool) -> Cow<'_, str> {
    let is_bad = |c: char| is_treacherous(c) && !(keep_tabs && c == '\t');
    let starts_command = text.trim_start().starts_with("::");
    if !starts_command && !text.contains("##[") && !text.contains(is_bad) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    let lead = if starts_command { text.len() - text.trim_start().len() } else { usize::MAX };
    for (at, c) in text.char_indices() {
        match c {
            ':' if at == lead => safe.push_str("\\x3a"),
            '[' if text.get(..at).is_some_and(|before| before.ends_with("##")) => safe.push_str("\\x5b"),
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' if !keep_tabs => safe.push_str("\\t"),
            c if is_bad(c) => {
                let code = u32::from(c);
                let _ = if code < 0x100 { write!(safe, "\\x{code:02x}") } else { write!(safe, "\\u{{{code:x}}}") };
            }
            c => safe.push(c),
        }
    }
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_a_terminal_or_a_runner() {
        assert_eq!(line("a\x1b[31m\nb\u{202e}"), "a\\x1b[31m\\nb\\u{202e}");
        assert_eq!(line("  ::error::x"), "  \\x3a:error::x");
        assert_eq!(line("a ##[error]"), "a ##\\x5berror]");
        assert_eq!(line("plain::text"), "plain::text");
        assert_eq!(code("\tx"), "\tx");
    }
}
