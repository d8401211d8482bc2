//! Which classes and functions a file defines, by their dotted names. Knows logical lines and headers; must not know what stands
//! inside of them.

use super::headers::{self, Kind};
use super::logical_lines::{LogicalLines, skip_blank, word_at};
use crate::name::normalise;

/// Whether a text defines a class or function of this dotted name.
#[must_use]
pub(super) fn defines(content: &str, scope: &str) -> bool {
    let bytes = content.as_bytes();
    let mut lines = LogicalLines::new(bytes);
    // Open classes and functions: their indentation, and their dotted names.
    let mut open: Vec<(usize, String)> = Vec::new();
    while let Some(line) = lines.next() {
        while open.last().is_some_and(|(indent, _)| *indent >= line.indent) {
            open.pop();
        }
        let Some((Kind::Def | Kind::Class, word_end)) = headers::kind(bytes, line.start, false) else { continue };
        let (word, _) = word_at(bytes, skip_blank(bytes, word_end));
        let name = normalise(std::str::from_utf8(word).unwrap_or_default()).into_owned();
        let path = match open.last() {
            Some((_, outer)) => crate::name::join(outer, &name),
            None => name,
        };
        if path == scope {
            return true;
        }
        // What is not on the way to the scope holds nothing of it; its length is bounded by that.
        let is_on_the_way = scope.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('.'));
        open.push((line.indent, if is_on_the_way { path } else { "?".to_owned() }));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::defines;

    #[test]
    fn classes_and_functions_are_found_where_they_stand() {
        let text =
            "class A:\n  if x:\n    async def f(\n self): pass\n  '''\n  def g(): 1\n  '''\ndef h():\n  def f(): 1\n";
        for (scope, is_there) in
            [("A", true), ("A.f", true), ("h", true), ("h.f", true), ("f", false), ("A.g", false), ("A.h", false)]
        {
            assert_eq!(defines(text, scope), is_there, "{scope}");
        }
    }
}
