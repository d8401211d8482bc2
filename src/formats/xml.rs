//! Untrusted text made safe to stand in XML 1.0. Knows which characters a document may hold (XML 1.0, 2.2 "Characters")
//! and which ones are markup; must not know any format.

use super::escape;

/// Text for an attribute or an element, on one line: markup as entities. Whatever XML cannot hold, or a viewer would obey, is
/// visible behind `escape::line`: control characters, U+FFFE and U+FFFF; surrogates are no characters of Rust.
#[must_use]
pub(super) fn line(text: &str) -> String {
    let text = escape::line(text);
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            // `]]>` may stand nowhere in text.
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_an_attribute_or_an_element() {
        assert_eq!(line("a\"'<b>&]]>"), "a&quot;&apos;&lt;b&gt;&amp;]]&gt;");
        assert_eq!(line("\u{0}\u{b}\u{FFFE}\u{FFFF}\u{1F600}\n"), "\\x00\\x0b\\u{fffe}\\u{ffff}\u{1F600}\\n");
    }
}
