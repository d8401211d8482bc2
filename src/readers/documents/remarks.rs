//! Comments of documents that speak to the tool: each stands alone above the block of code that it speaks of. Knows how blocks
//! begin and end; must not know what comments say.

use crate::readers::Sink;
use crate::readers::comments::{Found, hand_over, mark_in};
use crate::span::Span;
use crate::text::Text;

/// Hands over comments between these signs in which the mark stands.
pub(super) fn read(text: &Text<'_>, (opens, closes): (&str, &str), sink: &mut dyn Sink) {
    let content = text.content();
    let mut positions = text.positions();
    let mut from = 0;
    let mut is_first = true;
    while let Some(start) = content.get(from..).and_then(|rest| rest.find(opens)).map(|at| from + at) {
        is_first &= content.get(from..start).is_some_and(|between| between.trim().is_empty());
        let inside = start + opens.len();
        let end = content.get(inside..).and_then(|rest| rest.find(closes)).map_or(content.len(), |at| inside + at);
        let found = Found { start, end, is_first };
        from = (end + closes.len()).min(content.len()).max(inside);
        if let Some(mark) = mark_in(content, &found) {
            let text_end = content.get(mark..end).map_or(end, |said| mark + said.trim_end().len());
            let covers = block_behind(content, from);
            hand_over(text, &mut positions, (mark, &Found { end: text_end, ..found }), covers, sink);
        }
    }
}

/// The block that follows: up to its closing fence, or everything that is indented deeper.
fn block_behind(content: &str, from: usize) -> Span {
    let mut at = from;
    let mut opened: Option<(usize, Option<char>, usize)> = None;
    for line in content.get(from..).unwrap_or_default().split_inclusive('\n') {
        let (start, trimmed) = (at, line.trim());
        at += line.len();
        let indent = line.len() - line.trim_start().len();
        match opened {
            None if trimmed.is_empty() => {}
            None => {
                let fence = trimmed.chars().next().filter(|c| matches!(c, '`' | '~') && is_fence(trimmed, *c));
                opened = Some((start, fence, indent));
            }
            Some((first, Some(fence), _)) => {
                if is_fence(trimmed, fence) && trimmed.trim_matches(fence).is_empty() {
                    return Span::new(first, at);
                }
            }
            Some((first, None, margin)) => {
                if !trimmed.is_empty() && indent <= margin {
                    return Span::new(first, start);
                }
            }
        }
    }
    Span::new(opened.map_or(at, |(first, _, _)| first), at)
}

fn is_fence(line: &str, fence: char) -> bool {
    line.chars().take_while(|c| *c == fence).count() >= 3
}
