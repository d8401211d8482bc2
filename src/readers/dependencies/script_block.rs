//! Script blocks (PEP 723, "Inline script metadata"): TOML in comments at the top of a script. Knows where a block begins and
//! ends; its text is read in place, with everything else blanked out.

use super::manifest::{Manifest, Meant};
use super::pyproject;
use crate::excerpt::Excerpt;
use crate::readers::tree::{Item, toml};
use memchr::memmem;

const START: &str = "# /// script";

/// Takes what the block of a script declares.
pub(in crate::readers) fn read(text: &str, manifest: &mut Manifest) {
    let mut places = memmem::find_iter(text.as_bytes(), START).filter(|at| is_line(text, *at, START.len()));
    let Some(start) = places.next() else { return };
    let Some(end) = end_of(text, start) else { return };
    // Offsets stay when all but the TOML is blanked out.
    let mut toml = " ".repeat(start);
    let mut at = start;
    for line in text.get(start..end).unwrap_or_default().split_inclusive('\n') {
        let is_start = at == start;
        let skip = if is_start {
            line.trim_end_matches(['\r', '\n']).len()
        } else {
            2.min(line.trim_end_matches(['\r', '\n']).len())
        };
        toml.push_str(&" ".repeat(skip));
        toml.push_str(line.get(skip..).unwrap_or_default());
        at += line.len();
    }
    let tree = toml::parse(&toml);
    let requirements = tree.root.at(&["dependencies"]).into_iter().flat_map(Item::items).filter_map(Item::text);
    for text in requirements {
        let mut own = Excerpt::default();
        own.append(text, 0..text.text().len());
        manifest.require(&own, Meant::declared("runtime"));
    }
    pyproject::read(&toml, &[], manifest);
    if let Some(second) = places.find(|at| *at > end) {
        manifest.unread(
            crate::span::Span::new(second, second + START.len()),
            "a second script block, which is an error (PEP 723)",
        );
    }
}

/// Whether a stretch is a whole line.
fn is_line(text: &str, at: usize, len: usize) -> bool {
    let starts = text.get(..at).is_some_and(|before| before.is_empty() || before.ends_with(['\n', '\r']));
    let rest = text.get(at + len..).unwrap_or_default();
    starts && rest.starts_with(['\n', '\r'])
}

/// Where the last line of the block begins: the last `# ///` before a line that is no comment of the block.
fn end_of(text: &str, start: usize) -> Option<usize> {
    let mut at = start;
    let mut end = None;
    for line in text.get(start..)?.split_inclusive('\n') {
        let content = line.trim_end_matches(['\r', '\n']);
        let is_inner = content == "#" || content.starts_with("# ");
        if !is_inner {
            break;
        }
        if content == "# ///" && at > start {
            end = Some(at);
        }
        at += line.len();
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_ends_with_its_last_line() {
        let text = "x\n# /// script\n# a\n# ///\n# b\n# ///\ny\n# ///\n";
        let end = end_of(text, 2).unwrap();
        assert_eq!(text.get(end..end + 5), Some("# ///"));
        assert_eq!(text[..end].matches('b').count(), 1);
        assert!(end_of("# /// script\n# a\n", 0).is_none());
        assert!(end_of("# /// script\n# a\n#b\n# ///\n", 0).is_none());
    }
}
