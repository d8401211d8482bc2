//! Lines of a CODEOWNERS file, apart from what they mean. Knows blanks, comment lines and escaped blanks; must not know
//! patterns or owners.

/// The lines that say something, with their numbers, without blanks around them.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let numbered = (1..=u32::MAX).zip(bytes.split(|byte| *byte == b'\n'));
    numbered
        .map(|(number, line)| (number, line.trim_ascii()))
        .filter(|(_, line)| !matches!(line.first(), None | Some(b'#')))
}

/// The pattern that begins a line, and what follows it. A blank behind a backslash belongs to the pattern.
#[must_use]
pub(super) fn split(line: &[u8]) -> (&[u8], &[u8]) {
    let mut before = b' ';
    let end = line.iter().position(|byte| {
        let ends = byte.is_ascii_whitespace() && before != b'\\';
        before = *byte;
        ends
    });
    line.split_at_checked(end.unwrap_or(line.len())).unwrap_or((line, &[]))
}

/// What stands between blanks.
pub(super) fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

/// A piece of a line as a message shows it: no more than fits there.
#[must_use]
pub(super) fn shown(text: &[u8]) -> String {
    const LONGEST: usize = 60;
    let text = String::from_utf8_lossy(text.get(..4 * (LONGEST + 1)).unwrap_or(text));
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", text.get(..end).unwrap_or_default()),
        None => format!("`{text}`"),
    }
}

/// Whether a word reads as an e-mail address: one `@` with something on either side of it.
#[must_use]
pub(super) fn is_email(word: &[u8]) -> bool {
    let mut sides = word.split(|byte| *byte == b'@');
    let (Some(name), Some(host), None) = (sides.next(), sides.next(), sides.next()) else { return false };
    let is_host = |byte: &u8| byte.is_ascii_alphanumeric() || b".-".contains(byte);
    !name.is_empty()
        && name.iter().all(u8::is_ascii_graphic)
        && host.iter().all(is_host)
        && host.first().is_some_and(u8::is_ascii_alphanumeric)
        && host.last().is_some_and(u8::is_ascii_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_say_nothing_are_left_out() {
        let found: Vec<_> = lines(b"\xEF\xBB\xBFa @x\r\n\n  # note\n\t b\\ c @y \r\n").collect();
        assert_eq!(found, [(1, &b"a @x"[..]), (4, &b"b\\ c @y"[..])]);
    }

    #[test]
    fn a_pattern_ends_at_a_blank_that_is_not_escaped() {
        for (line, pattern, rest) in [("a", "a", ""), ("a\t@x @y", "a", "\t@x @y"), ("a\\ b c", "a\\ b", " c")] {
            assert_eq!(split(line.as_bytes()), (pattern.as_bytes(), rest.as_bytes()));
        }
        assert_eq!(words(b" @x \t@y").collect::<Vec<_>>(), [b"@x", b"@y"]);
    }

    #[test]
    fn messages_show_no_more_than_fits() {
        assert_eq!(shown(b"a\xff"), "`a\u{fffd}`");
        assert_eq!(shown("é".repeat(61).as_bytes()), format!("`{}…`", "é".repeat(60)));
    }

    #[test]
    fn email_addresses() {
        for (word, expected) in
            [("a@b.c", true), ("a.b+c@d-e.org", true), ("a@b", true), ("a", false), ("@a", false), ("a@", false)]
        {
            assert_eq!(is_email(word.as_bytes()), expected, "{word}");
        }
        assert!(!is_email(b"a@b@c") && !is_email(b"a@b.") && !is_email(b"\xff@b"));
    }
}
