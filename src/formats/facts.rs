//! One fact as one line of JSON. Written by hand, since `policy facts` may write a hundred megabytes; a test reads it back
//! with a JSON parser.

use super::safe_json;
use crate::dependency::Dependency;
use crate::fact::{Fact, Role};
use crate::text::Position;

/// Writes the facts of one file.
pub struct FactLines {
    /// The start of every line of this file, up to the surface.
    head: Vec<u8>,
}

impl FactLines {
    /// For the file that is shown as `path`.
    #[must_use]
    pub fn new(path: &str) -> Self {
        let mut head = b"{\"path\":".to_vec();
        // Writing to memory does not fail.
        let _ = safe_json::to_writer(&mut head, &path);
        head.extend_from_slice(b",\"surface\":\"");
        Self { head }
    }

    /// Appends one line. `specifier` and `group` belong to dependencies and are left out of imports. Names consist of identifiers, dots and `*`, and so need no escapes.
    pub fn push(
        &self,
        fact: &Fact<'_>,
        resolved: Option<&str>,
        (start, end): (Position, Position),
        stored: &dyn Fn(u32) -> u32,
        out: &mut Vec<u8>,
    ) {
        out.extend_from_slice(&self.head);
        out.extend_from_slice(fact.surface.as_str().as_bytes());
        out.extend_from_slice(b"\",\"role\":\"");
        out.extend_from_slice(fact.role.as_str().as_bytes());
        out.extend_from_slice(b"\",\"name\":\"");
        out.extend_from_slice(fact.name.as_bytes());
        out.push(b'"');
        text(b",\"alias\":", fact.alias, out);
        out.extend_from_slice(b",\"level\":");
        number(fact.level, out);
        text(b",\"resolved\":", resolved, out);
        out.extend_from_slice(b",\"contexts\":[");
        if !fact.contexts.is_empty() {
            for (index, context) in fact.contexts.names().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                out.push(b'"');
                out.extend_from_slice(context.as_bytes());
                out.push(b'"');
            }
        }
        out.push(b']');
        match fact.dependency {
            Some(dependency) => of_dependency(dependency, stored, out),
            None if fact.role != Role::Import => of_use(fact, out),
            None => {}
        }
        if fact.open {
            out.extend_from_slice(b",\"open\":true");
        }
        position(b",\"start\":", start, out);
        position(b",\"end\":", end, out);
        out.extend_from_slice(b"}\n");
    }
}

/// What only dependencies have. Parts have their offsets in the file as stored.
fn of_dependency(dependency: &Dependency, stored: &dyn Fn(u32) -> u32, out: &mut Vec<u8>) {
    text(b",\"specifier\":", dependency.specifier.as_ref().map(|(own, _)| own.as_str()), out);
    text(b",\"group\":", dependency.group.as_deref(), out);
    text(b",\"standing\":", Some(dependency.standing.as_str()), out);
    text(b",\"origin\":", Some(dependency.origin.as_str()), out);
    text(b",\"written\":", Some(&dependency.written), out);
    text(b",\"marker\":", dependency.marker.as_ref().map(|(own, _)| own.as_str()), out);
    list(b",\"extras\":", dependency.extras.iter().map(String::as_str), out);
    let pulled = dependency.pulled.as_ref().map(|own| own.graph.pullers(own.node)).unwrap_or_default();
    list(b",\"pulled_by\":", pulled.into_iter(), out);
    out.extend_from_slice(b",\"parts\":{");
    let parts = [
        ("name", Some(dependency.name_span)),
        ("extras", dependency.extras_span),
        ("specifier", dependency.specifier.as_ref().map(|(_, span)| *span)),
        ("marker", dependency.marker.as_ref().map(|(_, span)| *span)),
    ];
    let mut is_first = true;
    for (name, span) in parts {
        let Some(span) = span else { continue };
        out.extend_from_slice(if is_first { b"\"" } else { b",\"" });
        is_first = false;
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":[");
        number(stored(span.start), out);
        out.push(b',');
        number(stored(span.end), out);
        out.push(b']');
    }
    out.push(b'}');
}

fn list<'t>(key: &[u8], texts: impl Iterator<Item = &'t str>, out: &mut Vec<u8>) {
    out.extend_from_slice(key);
    out.push(b'[');
    for (index, own) in texts.enumerate() {
        text(if index > 0 { b"," } else { b"" }, Some(own), out);
    }
    out.push(b']');
}

/// What only uses, calls and strings have.
fn of_use(fact: &Fact<'_>, out: &mut Vec<u8>) {
    text(b",\"scope\":", Some(fact.scope), out);
    text(b",\"confidence\":", Some(fact.confidence.as_str()), out);
    match fact.bound {
        Some(bound) => {
            text(b",\"bound\":{\"name\":", Some(bound.name), out);
            text(b",\"scope\":", Some(bound.scope), out);
            text(b",\"kind\":", Some(if bound.by_import { "import" } else { "alias" }), out);
            out.push(b'}');
        }
        None => out.extend_from_slice(b",\"bound\":null"),
    }
}

fn text(key: &[u8], value: Option<&str>, out: &mut Vec<u8>) {
    out.extend_from_slice(key);
    match value {
        Some(value) if value.bytes().all(|b| (0x20..0x7F).contains(&b) && !b"\"\\[".contains(&b)) => {
            out.push(b'"');
            out.extend_from_slice(value.as_bytes());
            out.push(b'"');
        }
        // A folder whose name is no identifier may hold anything.
        Some(value) => {
            let _ = safe_json::to_writer(out, &value);
        }
        None => out.extend_from_slice(b"null"),
    }
}

fn position(key: &[u8], position: Position, out: &mut Vec<u8>) {
    out.extend_from_slice(key);
    out.extend_from_slice(b"{\"line\":");
    number(position.line, out);
    out.extend_from_slice(b",\"column\":");
    number(position.column, out);
    out.extend_from_slice(b",\"offset\":");
    number(position.offset, out);
    out.push(b'}');
}

fn number(mut value: u32, out: &mut Vec<u8>) {
    let mut digits = [0_u8; 10];
    let mut at = digits.len();
    for digit in digits.iter_mut().rev() {
        // A remainder of ten fits a byte.
        *digit = b'0' + u8::try_from(value % 10).unwrap_or_default();
        value /= 10;
        at -= 1;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(at..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::{Context, Contexts};
    use crate::span::Span;
    use crate::surface::Surface;

    #[test]
    fn a_line_is_what_a_json_parser_reads() {
        let fact = Fact {
            versions: crate::versions::Versions::ANY,
            surface: Surface::Code,
            role: Role::Import,
            name: "été.x",
            module_len: 4,
            alias: Some("y"),
            level: 2,
            contexts: Contexts::default().with(Context::Function).with(Context::Guarded),
            scope: "f",
            span: Span::default(),
            statement: Span::default(),
            ..Fact::default()
        };
        let at = Position { line: 10, column: 1, offset: u32::MAX };
        let mut line = Vec::new();
        FactLines::new("a\"\n/b.py").push(&fact, Some("a\"b.été.x"), (at, at), &|at| at, &mut line);
        let value: serde_json::Value = serde_json::from_slice(&line).unwrap();
        assert_eq!(value["path"], "a\"\n/b.py");
        assert_eq!(value["name"], "été.x");
        assert_eq!(value["resolved"], "a\"b.été.x");
        assert_eq!(value["contexts"], serde_json::json!(["guarded", "function"]));
        assert_eq!(value["start"], serde_json::json!({"line": 10, "column": 1, "offset": u32::MAX}));
    }
}
