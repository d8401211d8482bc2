//! YAML files that others wrote: a tree, or why there is none. Knows what would be too much; must not know keys.

use crate::readers::tree::{Tree, yaml};

/// A file longer than this, in bytes, is not read; GitHub's own limit for workflows is the same.
const MAX_BYTES: usize = 512 << 10;
/// Values nested deeper than this are not read.
const DEEPEST: usize = 1_000;

/// Text and tree of a file; else the line, from 1 or 0 for the whole file, and what is wrong, as words that follow its name.
pub(super) fn read(content: &Result<Vec<u8>, String>) -> Result<(&str, Tree<'static>), (u32, String)> {
    let bytes = content.as_ref().map_err(|why| (0, why.clone()))?;
    if bytes.len() > MAX_BYTES {
        return Err((0, format!("is longer than {} KiB", MAX_BYTES >> 10)));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| (0, "is not UTF-8".to_owned()))?;
    let text = text.trim_start_matches('\u{feff}');
    if is_too_deep(text) {
        return Err((0, "is nested too deep".to_owned()));
    }
    let tree = yaml::parse(text);
    match tree.broken.first() {
        Some((span, why)) => Err((Lines { text }.of(span.start), format!("is broken YAML: {why}"))),
        None if tree.root.entries().is_empty() => Err((0, "is no map of keys".to_owned())),
        None => Ok((text, tree)),
    }
}

/// Lines of a text by offsets.
#[derive(Clone, Copy)]
pub(super) struct Lines<'t> {
    pub(super) text: &'t str,
}

impl Lines<'_> {
    /// The line of an offset, from 1.
    pub(super) fn of(self, offset: u32) -> u32 {
        let before = self.text.as_bytes().get(..offset as usize).unwrap_or_default();
        crate::span::to_u32(memchr::memchr_iter(b'\n', before).count() + 1)
    }
}

/// Brackets nested beyond what any workflow needs, or a line indented so far.
fn is_too_deep(text: &str) -> bool {
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    // Each mark of a list in front of a line nests as well.
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '-']).len();
    let indent = text.lines().map(indent).max().unwrap_or(0);
    deepest > DEEPEST || indent > 2 * DEEPEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_is_told() {
        let why = |bytes: &[u8]| read(&Ok(bytes.to_vec())).err().map(|(_, why)| why).unwrap_or_default();
        assert_eq!(why(b"a: b\r\nc: [d]\r\n"), "");
        assert_eq!(why("\u{feff}a: b".as_bytes()), "");
        assert_eq!(why(&vec![b' '; 600 << 10]), "is longer than 512 KiB");
        assert_eq!(why(b"a: \xff"), "is not UTF-8");
        assert_eq!(why(format!("a: {}", "[".repeat(100_000)).as_bytes()), "is nested too deep");
        assert_eq!(why("- ".repeat(100_000).as_bytes()), "is nested too deep");
        assert!(why(b"a:\n\tb: c\n").starts_with("is broken YAML"), "{}", why(b"a:\n\tb: c\n"));
        let bomb = (0..12).fold("a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, n| {
            format!("{text}a{}: &a{} [{}]\n", n + 1, n + 1, vec![format!("*a{n}"); 9].join(", "))
        });
        assert!(why(bomb.as_bytes()).contains("aliases"));
    }
}
