//! Where shells lead what commands say and take: redirections, and here documents with their bodies. Knows how these are
//! spelt; must not know what is done with what they feed.

use super::Splitter;
use super::expansions::enclosed;
use crate::excerpt::Excerpt;

/// So many here documents may lack an end; what else looks like one is none.
const MOST_ENDLESS: usize = 32;

impl Splitter<'_, '_> {
    /// A redirection and where it leads; a here document waits for the end of the line.
    pub(super) fn redirect(&mut self, skip: usize) {
        // `2>` belongs to no word.
        if self.word.as_ref().is_some_and(|word| word.text.text().bytes().all(|b| b.is_ascii_digit())) {
            self.word = None;
        }
        self.end_word();
        self.at += skip;
        let is_here = self.rest().starts_with("<<") && !self.rest().starts_with("<<<");
        let is_process = self.rest().starts_with("<(") || self.rest().starts_with(">(");
        if is_process {
            let (len, end) = enclosed(self.rest());
            self.inner(2, end);
            self.at += len;
            return;
        }
        while matches!(self.peek(0), b'<' | b'>' | b'&' | b'|') {
            self.at += 1;
        }
        let is_stripped = is_here && self.peek(0) == b'-';
        self.at += usize::from(is_stripped);
        while matches!(self.peek(0), b' ' | b'\t') {
            self.at += 1;
        }
        let target = self.rest();
        let len = target.find([' ', '\t', '\r', '\n', ';', '|', '&', ')', '(', '<', '>']).unwrap_or(target.len());
        if is_here {
            let name = target.get(..len).unwrap_or_default().trim_matches(['"', '\'', '\\']).to_owned();
            self.heredocs.push((name, is_stripped));
            self.waiting = Some(self.out.len());
        }
        self.at += len;
    }

    /// Takes the bodies of here documents, which begin behind the end of the line.
    pub(super) fn feed(&mut self) {
        for (name, is_stripped) in std::mem::take(&mut self.heredocs) {
            if self.endless >= MOST_ENDLESS {
                break;
            }
            let start = self.at;
            let mut end = None;
            while self.at < self.bytes.len() {
                let line = self.rest().split('\n').next().unwrap_or_default();
                let len = line.len();
                let line = line.strip_suffix('\r').unwrap_or(line);
                let line = if is_stripped { line.trim_start_matches('\t') } else { line };
                let own = self.at;
                self.at = (self.at + len + 1).min(self.bytes.len());
                if line == name {
                    end = Some(own);
                    break;
                }
            }
            // Without an end it is none: a shift in a calculation, a parameter of a template.
            let Some(end) = end else {
                self.endless += 1;
                self.at = start;
                continue;
            };
            let body = self.script.part(start..end);
            let mut fed = Excerpt::default();
            fed.append(&body, 0..body.text().len());
            if let Some(command) = self.waiting.and_then(|at| self.out.get_mut(at)) {
                command.fed = Some(fed);
            }
        }
        self.waiting = None;
    }
}
