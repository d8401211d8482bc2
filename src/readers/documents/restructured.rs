//! reStructuredText: directives with code, and interactive sessions in the text (docutils, "Doctest Blocks"). Knows lines
//! and their indentation only.

use super::cells::{self, Cell, Language};
use super::remarks;
use crate::excerpt::Excerpt;
use crate::readers::{Detail, Reader, Sink, Wanted, decode};
use crate::source::Source;
use crate::span::Span;
use crate::surface::Surface;

/// Reads `.rst`.
pub(in crate::readers) struct Restructured;

impl Reader for Restructured {
    fn name(&self) -> &'static str {
        "restructuredtext"
    }

    fn about(&self) -> &'static str {
        "*.rst"
    }

    fn claims(&self, _: &[u8], file_name: &[u8]) -> Option<Surface> {
        file_name.to_ascii_lowercase().ends_with(b".rst").then_some(Surface::Docs)
    }

    fn read(&self, source: &Source<'_>, surface: Surface, wanted: &Wanted<'_>, detail: Detail, sink: &mut dyn Sink) {
        if wanted.comments
            && let Ok(text) = decode::decode(source.bytes)
        {
            remarks::read(&text, (".. ", "\n"), sink);
        }
        let has = |word: &[u8]| memchr::memmem::find(source.bytes, word).is_some();
        if !has(b"::") && !has(b">>>") {
            return;
        }
        let Ok(text) = decode::decode(source.bytes) else { return };
        cells::read(&text, blocks(&Excerpt::verbatim(text.content(), 0)), "block", surface, wanted, detail, sink);
    }
}

const DIRECTIVES: [&str; 6] = ["code-block", "code", "sourcecode", "testcode", "testsetup", "ipython"];

/// A directive with code, and what is written behind it: `.. code-block:: python`.
fn directive(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.trim().strip_prefix(".. ")?.split_once("::")?;
    DIRECTIVES.contains(&name.trim()).then_some((name.trim(), rest))
}

fn language((name, rest): (&str, &str)) -> Option<Language> {
    let is_python = matches!(name, "testcode" | "testsetup" | "ipython");
    if is_python { Some(Language::Python) } else { cells::language(rest) }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn blocks(whole: &Excerpt<'_>) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut index = 0;
    let lines: Vec<Excerpt<'_>> = whole.lines().collect();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1;
        let content = line.text();
        let own = indent(content);
        if let Some(directive) = directive(content) {
            index += 1;
            // Options stand directly beneath.
            while lines
                .get(at)
                .is_some_and(|line| line.text().trim_start().starts_with(':') && indent(line.text()) > own)
            {
                at += 1;
            }
            let mut code = Excerpt::default();
            let mut margin = None;
            while let Some(line) = lines.get(at) {
                let content = line.text();
                if !content.trim().is_empty() {
                    if indent(content) <= own {
                        break;
                    }
                    let margin = *margin.get_or_insert(indent(content));
                    code.append(line, margin.min(indent(content))..content.len());
                }
                code.push_for("\n", Span::empty(line.whole().end as usize));
                at += 1;
            }
            if let Some(language) = language(directive) {
                let code = if language == Language::Python { cells::without_sessions(code) } else { code };
                cells.push(Cell { language, index, code });
            }
        } else if content.trim_start().starts_with(">>> ") {
            index += 1;
            let mut code = Excerpt::default();
            code.append(line, 0..content.len());
            while let Some(line) = lines.get(at).filter(|line| !line.text().trim().is_empty()) {
                code.push_for("\n", Span::empty(line.whole().start as usize));
                code.append(line, 0..line.text().len());
                at += 1;
            }
            cells.push(Cell { language: Language::Python, index, code: cells::without_sessions(code) });
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_and_sessions_are_code() {
        let text = "T\n=\n\n.. code-block:: python\n   :linenos:\n\n   import a\n\n   if x:\n       b\n\nText.\n\n.. code:: ruby\n\n   import r\n\n>>> import c\n>>> c.d\n1\n\nimport e\n";
        let cells = blocks(&Excerpt::verbatim(text, 0));
        let code: Vec<&str> = cells.iter().map(|cell| cell.code.text().trim()).collect();
        assert_eq!(code, ["import a\n\nif x:\n    b", "import c\nc.d"]);
        let at = cells[1].code.text().find("c.d").unwrap();
        assert_eq!(&text[cells[1].code.span(at..at + 3).range()], "c.d");
    }
}
