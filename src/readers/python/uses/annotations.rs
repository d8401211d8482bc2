//! Types, and names in types that are written as strings. Knows which strings of a type are code; must not know what the
//! names lead to.

use super::harvest::{At, Load};
use super::shapes::Root;
use super::syntax::{Field, Id, Kind};
use super::walk::{Mode, Task, Walk};
use crate::name::identifier_len;
use crate::span::Span;

impl Walk<'_> {
    /// `Literal["x"]` holds values, `Annotated[T, ...]` a type and then values.
    pub(super) fn visit_subscript(&mut self, task: Task) {
        let Some(value) = self.child(task.node, Field::Value) else { return self.push_children(task, task.mode) };
        let name = self.shapes.dotted(value).unwrap_or_default();
        let mut types = match name.rsplit('.').next() {
            Some("Literal") => 0,
            Some("Annotated") => 1,
            _ => usize::MAX,
        };
        for child in self.children(task.node) {
            if child == value {
                self.push(child, task, Mode::Read);
            } else {
                let mode = if types > 0 { task.mode } else { Mode::Read };
                types = types.saturating_sub(1);
                self.push(child, task, mode);
            }
        }
    }

    /// The same where the grammar takes it for a generic type.
    pub(super) fn visit_generic(&mut self, task: Task) {
        let children = self.children(task.node);
        let name = children.first().map(|name| self.shapes.text(*name));
        for (index, child) in children.iter().enumerate() {
            if index == 0 {
                self.push(*child, task, Mode::Read);
                continue;
            }
            for (index, argument) in self.children(*child).into_iter().enumerate() {
                let is_type = match name {
                    Some("Literal") => false,
                    Some("Annotated") => index == 0,
                    _ => true,
                };
                if is_type {
                    self.push(argument, task, Mode::Annotation);
                } else {
                    // Beneath a `type` everything would be read as one.
                    for inner in self.children(argument) {
                        self.push(inner, task, Mode::Read);
                    }
                }
            }
        }
    }

    /// Code in a formatted string, and names in a type that is written as a string.
    pub(super) fn visit_string(&mut self, task: Task) {
        let children = self.children(task.node);
        let kind = |id: &Id| self.shapes.syntax.kind(*id);
        let interpolations: Vec<Id> = children.iter().copied().filter(|id| kind(id) == Kind::Interpolation).collect();
        let start = children.iter().copied().find(|id| kind(id) == Kind::StringStart);
        let end = children.iter().copied().find(|id| kind(id) == Kind::StringEnd);
        if task.mode == Mode::Annotation
            && interpolations.is_empty()
            && let (Some(start), Some(end)) = (start, end)
        {
            let prefix = self.shapes.text(start).trim_end_matches(['"', '\'']);
            if !prefix.contains(['b', 'B']) {
                let range = (self.shapes.syntax.range(start).1, self.shapes.syntax.range(end).0);
                self.names_in_type(range, task);
            }
        }
        for interpolation in interpolations {
            self.push(interpolation, task, Mode::Read);
        }
    }

    /// Dotted names in the text of a type. Quoted values inside of it are left out, as are texts with escapes.
    fn names_in_type(&mut self, (start, end): (usize, usize), task: Task) {
        let Some(text) = self.shapes.flat.get(start..end).filter(|text| !text.contains('\\')) else { return };
        let bytes = text.as_bytes();
        let mut at = 0;
        let mut after_dot = false;
        // For each open bracket: whether values stand in it, rather than types.
        let mut brackets: Vec<bool> = Vec::new();
        let mut last_word = "";
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'\'' | b'"' if brackets.last() == Some(&true) => {
                    let rest = bytes.get(at + 1..).unwrap_or_default();
                    at += 2 + memchr::memchr(byte, rest).unwrap_or(rest.len());
                    continue;
                }
                b'[' => brackets.push(last_word == "Literal" || brackets.last() == Some(&true)),
                b']' => {
                    brackets.pop();
                }
                _ => {}
            }
            let len = identifier_len(bytes.get(at..).unwrap_or_default());
            if len == 0 {
                after_dot = byte == b'.' || (after_dot && byte == b' ');
                at += 1;
                continue;
            }
            let word = text.get(at..at + len).unwrap_or_default();
            last_word = word;
            let mut word_end = at + len;
            if let Some(name) = self.shapes.names.id(word).filter(|_| !after_dot) {
                let mut suffix = String::new();
                while bytes.get(word_end) == Some(&b'.') {
                    let rest = bytes.get(word_end + 1..).unwrap_or_default();
                    let len = identifier_len(rest);
                    if len == 0 {
                        break;
                    }
                    suffix.push_str(text.get(word_end..word_end + 1 + len).unwrap_or_default());
                    word_end += 1 + len;
                }
                let span = Span::new(self.flat.original(start + at), self.flat.original_end(start + word_end));
                let in_header = self.at(task.node, task).in_header;
                let at = At { span, line: self.line, in_header };
                let root = Root::Name(name, task.scope);
                self.harvest.loads.push(Load {
                    scope: task.scope,
                    root,
                    suffix,
                    at,
                    call: None,
                    is_choice: false,
                    is_broken: false,
                });
            }
            after_dot = false;
            at = word_end;
        }
    }
}
