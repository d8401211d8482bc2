//! Markdown: fenced blocks of Python and of shell. The only file that names the Markdown engine.

use super::cells::{self, Cell};
use super::remarks;
use crate::excerpt::Excerpt;
use crate::readers::{Detail, Reader, Sink, Wanted, decode};
use crate::source::Source;
use crate::span::to_u32;
use crate::surface::Surface;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// Reads `.md`.
pub(in crate::readers) struct Markdown;

impl Reader for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn about(&self) -> &'static str {
        "*.md, *.markdown, *.mdx, *.qmd"
    }

    fn claims(&self, _: &[u8], file_name: &[u8]) -> Option<Surface> {
        let name = file_name.to_ascii_lowercase();
        [&b".md"[..], b".markdown", b".mdx", b".qmd"]
            .iter()
            .any(|suffix| name.ends_with(suffix))
            .then_some(Surface::Docs)
    }

    fn read(&self, source: &Source<'_>, surface: Surface, wanted: &Wanted<'_>, detail: Detail, sink: &mut dyn Sink) {
        if wanted.comments
            && let Ok(text) = decode::decode(source.bytes)
        {
            remarks::read(&text, ("<!--", "-->"), sink);
        }
        // Without a fence there is nothing to read.
        let has = |word: &[u8]| memchr::memmem::find(source.bytes, word).is_some();
        if !has(b"```") && !has(b"~~~") {
            return;
        }
        let Ok(text) = decode::decode(source.bytes) else { return };
        cells::read(&text, blocks(text.content()), "block", surface, wanted, detail, sink);
    }
}

fn blocks(content: &str) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut open: Option<(Option<cells::Language>, Excerpt<'static>)> = None;
    let mut index = 0;
    for (event, range) in Parser::new_ext(content, Options::empty()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                index += 1;
                open = Some((cells::language(&info), Excerpt::default()));
            }
            Event::Text(_) => {
                if let Some((Some(_), code)) = &mut open {
                    code.push(content.get(range.clone()).unwrap_or_default(), to_u32(range.start));
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some((Some(language), code)) = open.take() {
                    let code = if language == cells::Language::Python { cells::without_sessions(code) } else { code };
                    cells.push(Cell { language, index, code });
                }
            }
            _ => {}
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences_are_found_in_quotes_and_lists() {
        let text = "# T\n\n> ```python\n> import a\n> b\n> ```\n\n1. x\n   ~~~ {.python}\n   import c\n   ~~~\n\n```text\nimport d\n```\n";
        let cells = blocks(text);
        let code: Vec<(u32, &str)> = cells.iter().map(|cell| (cell.index, cell.code.text())).collect();
        assert_eq!(code, [(1, "import a\nb\n"), (2, "import c\n")]);
        let span = cells[0].code.span(9..10);
        assert_eq!(&text[span.range()], "b");
    }
}
