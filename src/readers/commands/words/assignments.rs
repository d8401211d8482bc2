//! What shells remember: assignments, arrays and loops. Knows how these are spelt, and that a branch may not be taken; must
//! not know what values are for.

use super::expansions::enclosed;
use super::{Splitter, Word};

/// Words in front of an assignment.
const IN_FRONT: [&str; 10] = ["export", "local", "readonly", "declare", "typeset", "set", "env", "do", "then", "else"];

impl Splitter<'_, '_> {
    /// Takes note of `x=value`, `x+=value` and `for x in values`, and of where branches begin and end.
    pub(super) fn remember(&mut self, words: &[Word]) {
        for word in words {
            let text = word.text.text();
            if IN_FRONT.contains(&text) || text == "{" || text.starts_with('-') {
                continue;
            }
            let Some((name, _)) = text.split_once('=') else { break };
            let value = || word_from(word, name.len() + 1);
            match name.strip_suffix('+') {
                Some(name) if is_name(name) => self.variables.append(name, &value(), ""),
                None if is_name(name) && (self.branches > 0 || self.is_conditional) => {
                    self.variables.may_be(name, value());
                }
                None if is_name(name) => self.variables.set(name, value()),
                _ => break,
            }
        }
        // `do if ...; then for ...`
        let is_in_front = |word: &&Word| matches!(word.text.text(), "do" | "then" | "else" | "{" | "!");
        let words = words.get(words.iter().take_while(is_in_front).count()..).unwrap_or_default();
        let text = |at: usize| words.get(at).map(|word| word.text.text()).unwrap_or_default();
        if text(0) == "for" && text(2) == "in" {
            self.variables.set_all(text(1), words.iter().skip(3).cloned());
        }
        match text(0) {
            "if" | "case" | "for" | "while" | "until" | "select" => self.branches += 1,
            "fi" | "esac" | "done" => self.branches = self.branches.saturating_sub(1),
            _ => {}
        }
    }

    /// Takes `x=(a b)` or `x+=(a b)`, whose name stands in front of the bracket; whether there was one.
    pub(super) fn array(&mut self) -> bool {
        let Some(word) = &self.word else { return false };
        let Some(name) = word.text.text().strip_suffix('=') else { return false };
        let (name, adds) = name.strip_suffix('+').map_or((name, false), |name| (name, true));
        if !is_name(name) || self.depth >= super::MAX_DEPTH {
            return false;
        }
        let name = name.to_owned();
        let (len, end) = enclosed(self.rest());
        let script = self.script.part(self.at + 1..(self.at + end).min(self.bytes.len()));
        let mut found = Vec::new();
        Splitter::new(&script, self.variables, &mut found, self.depth + 1, self.put_in).run();
        let values = found.into_iter().flat_map(|command| command.words);
        if adds || self.branches > 0 || self.is_conditional {
            self.variables.append_all(&name, values);
        } else {
            self.variables.set_all(&name, values);
        }
        self.word = None;
        self.at += len;
        true
    }
}

fn word_from(word: &Word, at: usize) -> Word {
    let mut text = crate::excerpt::Excerpt::default();
    text.append(&word.text, at..word.text.text().len());
    Word { text, open: word.open }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
