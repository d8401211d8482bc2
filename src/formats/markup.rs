//! Untrusted text made safe to stand in Markdown (CommonMark 0.31 and GitHub-flavoured Markdown 0.29). Knows what
//! Markdown and GitHub's own pages make out of text; must not know findings or rules.
//!
//! Autolinks, mentions and references are looked for in the text that is left when escapes are resolved, so a backslash
//! does not stop them. A code span does, and it shows the word as it is: a word that could become a link is shown as code.

use super::escape;
use std::fmt::Write as _;

/// Inline text on one line. Nothing in it becomes a link, a picture, a tag, emphasis, an entity, mathematics, a heading, a
/// list, or a border of a table. What stands between two backticks is shown as code, which is how messages quote names.
///
/// Control, bidirectional and invisible characters become visible; blanks at both ends go.
#[must_use]
pub(crate) fn text(text: &str) -> String {
    let line = escape::line(text);
    let line = line.trim();
    let ticks = line.matches('`').count();
    let mut out = String::with_capacity(line.len() + 16);
    for (index, part) in line.split('`').enumerate() {
        // The last of an odd number of backticks opens nothing.
        let is_code = index % 2 == 1 && index < ticks;
        match (is_code, part) {
            (true, "") => out.push_str("\\`\\`"),
            (true, part) => push_code(&mut out, part),
            (false, part) => {
                if index % 2 == 1 {
                    out.push_str("\\`");
                }
                for (at, word) in part.split(' ').enumerate() {
                    if at > 0 {
                        out.push(' ');
                    }
                    push_word(&mut out, word);
                }
            }
        }
    }
    out
}

/// The same for a cell of a table. A border of a table is never written as itself by anything here, so that this is
/// [`text`] today; formats say what they mean.
#[must_use]
pub(crate) fn cell(text: &str) -> String {
    self::text(text)
}

/// A code span, whatever the text holds: runs of backticks, blanks at its ends, pipes. Empty text gives none.
///
/// A pipe ends a cell of a table even within code, and renderers disagree on how to escape one behind a backslash: the
/// span is interrupted by an entity.
#[must_use]
pub(crate) fn code(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    push_code(&mut out, &escape::line(text));
    out
}

/// A fenced block of code, with a line end behind it. `lang` names its language; only letters, digits, `+`, `-` and `_`
/// of it are kept. Control, bidirectional and invisible characters become visible, line ends and tabs stay.
#[must_use]
pub(crate) fn fence(text: &str, lang: &str) -> String {
    let marks = "`".repeat(longest_run(text).max(2) + 1);
    let mut out = String::with_capacity(text.len() + 2 * marks.len() + 16);
    out.push_str(&marks);
    out.extend(lang.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '_')));
    out.push('\n');
    for line in text.lines() {
        out.push_str(&escape::code(line));
        out.push('\n');
    }
    out.push_str(&marks);
    out.push('\n');
    out
}

/// Appends a code span for text that is clean already.
fn push_code(out: &mut String, text: &str) {
    for (index, part) in text.split('|').enumerate() {
        if index > 0 {
            out.push_str("&#124;");
        }
        if part.is_empty() {
            continue;
        }
        // Two runs of backticks that touch would be read as one.
        if out.ends_with('`') {
            out.push(' ');
        }
        let marks = "`".repeat(shortest_free_run(part));
        // One blank at both ends is taken off by readers, and a backtick at an end would join the run.
        let is_blank = part.chars().all(|c| c == ' ');
        let ends = |c: char| part.starts_with(c) || part.ends_with(c);
        let pad = if !is_blank && (ends('`') || ends(' ')) { " " } else { "" };
        let _ = write!(out, "{marks}{pad}{part}{pad}{marks}");
    }
}

/// Appends a word of text, as code where a reader could take it for a link.
fn push_word(out: &mut String, word: &str) {
    if !may_link(word) {
        return push_plain(out, word);
    }
    let inner = word.trim_start_matches(['(', '"', '\'']);
    let lead = word.len() - inner.len();
    let inner = inner.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '"', '\'']);
    // Signs around a word are no part of it, unless it would not be one without them.
    let (lead, inner) = if may_link(inner) { (lead, inner) } else { (0, word) };
    push_plain(out, word.get(..lead).unwrap_or_default());
    push_code(out, inner);
    push_plain(out, word.get(lead + inner.len()..).unwrap_or_default());
}

/// Whether GitHub, or another reader that looks for links in text, could make something of a word: an address with or
/// without scheme, `@name`, `#1`, `GH-1`, a commit, `:sign:`, `$mathematics$`.
fn may_link(word: &str) -> bool {
    let body = word.trim_end_matches([':', '.', ',', ';', ')']);
    word.contains(['@', '$']) || word.contains("//") || body.contains(':') || has_reference(word) || has_domain(word)
}

/// `#1`, `owner/name#1`, `GH-1`, or a run of hexadecimal digits as long as an abbreviated commit.
fn has_reference(word: &str) -> bool {
    let after = |sign: &str| {
        let is_number = |(at, _): (usize, &str)| {
            word.get(at + sign.len()..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
        };
        word.match_indices(sign).any(is_number)
    };
    let is_commit = |part: &str| part.len() >= 7 && part.bytes().all(|b| b.is_ascii_hexdigit());
    after("#") || after("GH-") || after("gh-") || word.split(|c: char| !c.is_alphanumeric()).any(is_commit)
}

/// A dot with a letter or digit in front of it and two letters behind it: `www.x`, `evil.example`, also `acme.http`.
fn has_domain(word: &str) -> bool {
    word.match_indices('.').any(|(at, _)| {
        let (before, after) = (word.get(..at).unwrap_or_default(), word.get(at + 1..).unwrap_or_default());
        before.ends_with(char::is_alphanumeric) && after.chars().take(2).filter(|c| c.is_alphabetic()).count() == 2
            || before.to_ascii_lowercase().ends_with("www")
    })
}

/// Appends text whose every sign stands for itself.
fn push_plain(out: &mut String, text: &str) {
    let is_first = out.is_empty();
    // `1.` and `1)` open a list at the start of a line.
    let number = if is_first { text.bytes().take_while(u8::is_ascii_digit).count() } else { 0 };
    for (at, c) in text.char_indices() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '|' => out.push_str("&#124;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            '-' | '+' | '=' | ':' if is_first && at == 0 => {
                out.push('\\');
                out.push(c);
            }
            '.' | ')' if number > 0 && at == number && text.len() == at + 1 => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

/// The length of the shortest run of backticks that the text does not hold.
fn shortest_free_run(text: &str) -> usize {
    let mut runs: Vec<usize> = text.split(|c| c != '`').map(str::len).filter(|&len| len > 0).collect();
    runs.sort_unstable();
    runs.dedup();
    runs.iter().zip(1..).find(|(run, free)| **run != *free).map_or(runs.len() + 1, |(_, free)| free)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pulldown_cmark::{Event, Options, Parser, Tag};

    /// The text that a reader sees, when nothing but text and code came out.
    fn seen(markdown: &str) -> String {
        let mut seen = String::new();
        for event in Parser::new_ext(markdown, Options::all() - Options::ENABLE_SMART_PUNCTUATION) {
            match event {
                Event::Text(text) | Event::Code(text) => seen.push_str(&text),
                Event::Start(Tag::Paragraph | Tag::CodeBlock(_)) | Event::End(_) => {}
                other => panic!("{other:?} in {markdown:?}"),
            }
        }
        seen
    }

    #[test]
    fn what_is_written_is_what_is_seen() {
        for line in [
            "plain words, and more; 100% (sure)",
            "# no heading",
            "- no list",
            "+ no list",
            "1. no list",
            "12) no list",
            "===",
            "---",
            "***",
            "~~~",
            "> no quote",
            "![no](http://evil.example/x.png) [no](y) [no][z] [^1]",
            "<img src=x> <!-- --> </details> <http://evil.example>",
            "&lt; &amp; &#64;",
            "*no* _no_ __no__ ~~no~~ $no$",
            "a | b \\| c",
            "http://evil.example www.evil.example a@evil.example @team #1 GH-7 o/r#2 deadbeef :boom: mailto:x",
            ": no definition",
            "|---|",
            "ends in a backslash\\",
        ] {
            assert_eq!(seen(&text(line)), line.trim(), "{line}");
            assert_eq!(seen(&cell(line)), line.trim(), "{line}");
        }
    }

    #[test]
    fn words_that_could_be_links_are_code() {
        assert_eq!(text("see (https://x.example/a)."), "see (`https://x.example/a`).");
        assert_eq!(text("ask @core, or #7"), "ask `@core`, or `#7`");
        assert_eq!(text("`requests` is forbidden; use `acme.http`"), "`requests` is forbidden; use `acme.http`");
        assert_eq!(text("1.26 or e.g. a_b"), "1.26 or e.g. a\\_b");
    }

    #[test]
    fn code_is_code_whatever_it_holds() {
        for line in ["`", "``", "a`b``c", " a", "a ", " a ", "  ", "` a", "a\\", "x@y.example", "<b>", "**", "-"] {
            assert_eq!(seen(&format!("x{}", code(line))), format!("x{line}"), "{line:?}");
        }
        assert_eq!(seen(&code("a|b\\|c||")), "a|b\\|c||");
        assert!(!code("a|b\\|c||").contains('|'));
        assert_eq!(code(""), "");
    }

    #[test]
    fn backticks_pair_up_and_nothing_gets_out_between_them() {
        for line in ["`", "`` a`", "`a``<b>`", "a`<b>", "`a` `<b>", "`<b>``*c*``d`", "```<b>", "\\`<b>\\`"] {
            let all: String = line.chars().filter(|c| *c != '`' && *c != ' ').collect();
            let seen: String = seen(&text(line)).chars().filter(|c| *c != '`' && *c != ' ').collect();
            assert_eq!(seen, all, "{line}");
        }
    }

    #[test]
    fn nothing_ends_a_fence() {
        for block in ["a\nb", "```\n<b>", "~~~\n````\nx", "\ttab\r\nend"] {
            let fenced = fence(block, "python onclick=x");
            assert_eq!(seen(&fenced), format!("{}\n", block.replace("\r\n", "\n")), "{block:?}");
        }
        assert_eq!(fence("x\u{1b}", "py`thon"), "```python\nx\\x1b\n```\n");
    }
}
