//! INI files as Python's `configparser` takes them apart: sections, keys, values over several lines. Knows places; must not
//! know what keys mean, and goes on behind whatever it cannot read.

use crate::excerpt::Excerpt;
use crate::span::Span;

/// A section.
pub(super) struct Section {
    pub(super) name: String,
    pub(super) entries: Vec<Entry>,
}

/// A key with its value.
pub(super) struct Entry {
    pub(super) key: Excerpt<'static>,
    /// The lines of the value, without their indentation; comment lines left out. The first one stands behind the key.
    pub(super) lines: Vec<Excerpt<'static>>,
}

/// Takes a file apart; lines that belong nowhere are handed back.
pub(super) fn parse(text: &Excerpt<'_>) -> (Vec<Section>, Vec<Span>) {
    let mut sections: Vec<Section> = Vec::new();
    let mut lost = Vec::new();
    // How far the key at hand is indented; nothing goes on behind a header.
    let mut indent: Option<usize> = None;
    for line in text.lines() {
        let content = line.text();
        let trimmed = content.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        let own = content.len() - content.trim_start().len();
        let value = owned(&line.trim());
        let entry = sections.last_mut().and_then(|section| section.entries.last_mut());
        if let (Some(entry), Some(indent)) = (entry, indent)
            && own > indent
        {
            entry.lines.push(value);
            continue;
        }
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.rfind(']').and_then(|at| rest.get(..at))) {
            sections.push(Section { name: name.to_owned(), entries: Vec::new() });
            indent = None;
            continue;
        }
        let Some(section) = sections.last_mut() else {
            lost.push(line.whole());
            continue;
        };
        let Some(at) = content.find(['=', ':']) else {
            lost.push(line.whole());
            continue;
        };
        let key = owned(&line.part(0..at).trim());
        let first = owned(&line.part(at + 1..content.len()).trim());
        section.entries.push(Entry { key, lines: vec![first] });
        indent = Some(own);
    }
    (sections, lost)
}

fn owned(excerpt: &Excerpt<'_>) -> Excerpt<'static> {
    let mut own = Excerpt::default();
    own.append(excerpt, 0..excerpt.text().len());
    own
}

#[cfg(test)]
impl Section {
    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| entry.key.text().eq_ignore_ascii_case(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_go_on_where_lines_are_indented() {
        let text = "x\n[options]\ninstall_requires =\n    a>=1\n    # no\n\n    b\nother: c\n  [d]\n[e]\nf\n";
        let (sections, lost) = parse(&Excerpt::verbatim(text, 0));
        let options = &sections[0];
        let lines: Vec<&str> = options.get("INSTALL_REQUIRES").unwrap().lines.iter().map(Excerpt::text).collect();
        assert_eq!(lines, ["", "a>=1", "b"]);
        assert_eq!(options.get("other").unwrap().lines[1].text(), "[d]");
        assert_eq!((sections[1].name.as_str(), lost.len()), ("e", 2));
        let span = options.entries[0].lines[1].whole();
        assert_eq!(&text[span.range()], "a>=1");
    }
}
