//! What a rule's verb says, as text to compare: two policies differ only where these differ. Knows the tree of a document; must
//! not know what verbs mean.

use crate::document::yaml::{Node, Value};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Every value with the keys that lead to it.
#[must_use]
pub(super) fn written(verb: &str, node: &Node) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open: Vec<(String, &Node)> = vec![(verb.to_owned(), node)];
    while let Some((path, node)) = open.pop() {
        match &node.value {
            Value::Null | Value::Refused => {
                found.insert(path);
            }
            Value::Scalar { text, .. } => {
                found.insert(format!("{path}: {text}"));
            }
            // The order of a list says nothing; an entry of several keys is one whole.
            Value::List(items) => open.extend(items.iter().map(|item| match &item.value {
                Value::Map(_) => (format!("{path}: {}", in_one_line(item)), &NOTHING),
                _ => (path.clone(), item),
            })),
            Value::Map(pairs) => {
                open.extend(pairs.iter().map(|(key, value)| (format!("{path}: {}", key.text), value)));
            }
        }
    }
    found
}

static NOTHING: Node = Node { span: crate::span::Span { start: 0, end: 0 }, value: Value::Null };

/// A map in one line; what lies deeper than a few levels is nobody's entry.
fn in_one_line(node: &Node) -> String {
    let mut text = String::new();
    let mut open: Vec<(Option<&str>, &Node)> = vec![(None, node)];
    while let Some((key, node)) = open.pop() {
        if let Some(key) = key {
            // Writing to memory does not fail.
            let _ = write!(text, "{key}: ");
        }
        match &node.value {
            Value::Null | Value::Refused => text.push_str("~ "),
            Value::Scalar { text: own, .. } => {
                let _ = write!(text, "{own} ");
            }
            Value::List(items) => open.extend(items.iter().rev().map(|item| (None, item))),
            Value::Map(pairs) => open.extend(pairs.iter().rev().map(|(key, value)| (Some(key.text.as_str()), value))),
        }
    }
    text.trim_end().to_owned()
}
