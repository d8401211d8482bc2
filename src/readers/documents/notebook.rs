//! Notebooks (nbformat 3 and 4): code cells in JSON. Knows where cells keep their source.

use super::cells::{self, Cell, Language};
use crate::excerpt::Excerpt;
use crate::problem::ProblemKind;
use crate::readers::tree::{Item, Value, json};
use crate::readers::{Detail, Reader, Sink, Unread, Wanted, decode};
use crate::source::Source;
use crate::surface::Surface;

/// Reads `.ipynb`.
pub(in crate::readers) struct Notebook;

impl Reader for Notebook {
    fn name(&self) -> &'static str {
        "notebook"
    }

    fn about(&self) -> &'static str {
        "*.ipynb"
    }

    fn claims(&self, _: &[u8], file_name: &[u8]) -> Option<Surface> {
        file_name.ends_with(b".ipynb").then_some(Surface::Notebooks)
    }

    fn read(&self, source: &Source<'_>, surface: Surface, wanted: &Wanted<'_>, detail: Detail, sink: &mut dyn Sink) {
        let Some(text) = decode::decode_or_tell(source.bytes, sink) else { return };
        let tree = json::parse(text.content());
        if !is_foreign(&tree.root) {
            cells::read(&text, cells(&tree.root), "cell", surface, wanted, detail, sink);
        }
        let may_hide = |at: u32| {
            let rest = text.content().as_bytes().get(at as usize..).unwrap_or_default();
            [&b"import"[..], b"install", b"\\u"].iter().any(|word| memchr::memmem::find(rest, word).is_some())
        };
        // What stands in front of the break was read.
        if let Some((span, message)) = tree.broken.into_iter().next().filter(|(span, _)| may_hide(span.start)) {
            sink.unread(
                &mut text.positions(),
                Unread {
                    span,
                    kind: ProblemKind::Syntax,
                    message: format!("broken notebook: {message}").into(),
                    help: "mend the JSON, or list the file under `unanalysed` with a reason",
                },
            );
        }
    }
}

/// Whether its kernel speaks another language.
fn is_foreign(root: &Item<'_>) -> bool {
    let names = root.at(&["metadata", "kernelspec", "language"]).into_iter().chain(root.at(&[
        "metadata",
        "language_info",
        "name",
    ]));
    let mut names = names.filter_map(Item::text).map(|text| text.text().to_ascii_lowercase());
    names.any(|name| !name.contains("python") && name != "sage")
}

fn cells(root: &Item<'_>) -> Vec<Cell> {
    let all = root.at(&["cells"]).into_iter().chain(root.at(&["worksheets", "cells"])).flat_map(Item::items);
    let mut cells = Vec::new();
    for (cell, index) in all.zip(1..) {
        if cell.text_of("cell_type") != Some("code") {
            continue;
        }
        let Some(source) = cell.get("source").or_else(|| cell.get("input")) else { continue };
        let mut code = Excerpt::default();
        match &source.value {
            Value::Text(text) => code.append(text, 0..text.text().len()),
            Value::List(lines) => {
                lines.iter().filter_map(Item::text).for_each(|line| code.append(line, 0..line.text().len()));
            }
            _ => {}
        }
        cells.push(Cell { language: Language::Python, index, code });
    }
    cells
}
