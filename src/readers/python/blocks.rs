//! Scope paths and contexts: which blocks enclose a statement. Knows logical lines, indentation and compound
//! statements; run only over files in which something was found. Must not know what the statements mean.

use super::condition::Test;
use super::headers::{self, Kind};
use super::logical_lines::{Line, LogicalLines, skip_blank, word_at};
use super::type_checking::TypeChecking;
use super::version_test::Guard;
use crate::context::{Context, Contexts};
use crate::name::normalise;
use crate::versions::Versions;
use std::sync::Arc;

/// What encloses one statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// Names of the enclosing classes and functions, joined by dots.
    pub scope: Arc<str>,
    /// Its contexts.
    pub contexts: Contexts,
    /// The versions of Python for which it is meant.
    pub versions: Versions,
}

/// A scope path longer than this, in bytes, is cut: it is repeated for every finding.
const LONGEST_SCOPE: usize = 1_000;

/// Whether a statement that starts at `start` can only stand at module level, whatever precedes it: nothing of its
/// line lies in front of it.
#[must_use]
pub(super) fn is_flush_left(bytes: &[u8], start: usize) -> bool {
    match start.checked_sub(1).and_then(|at| bytes.get(at)) {
        None => true,
        Some(b'\n' | b'\r') => {
            let line_end = if bytes.get(start - 1) == Some(&b'\n') && start >= 2 && bytes.get(start - 2) == Some(&b'\r')
            {
                start - 2
            } else {
                start - 1
            };
            line_end.checked_sub(1).and_then(|at| bytes.get(at)) != Some(&b'\\')
        }
        Some(_) => false,
    }
}

/// Something whose place is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Start {
    /// Where it starts.
    pub at: usize,
    /// Whether it stands in a header, outside of what that opens.
    pub in_header: bool,
}

/// The places of what starts at ascending offsets. `literals` are the literals of more than one line in
/// front of the last statement: with them, what lies between far-apart statements is passed over unread.
#[must_use]
pub(super) fn places(text: &str, statements: &[Start], literals: &[(usize, usize)]) -> Vec<Place> {
    let bytes = text.as_bytes();
    let mut walk = Walk {
        bytes,
        lines: LogicalLines::new(bytes),
        blocks: Vec::new(),
        places: Vec::with_capacity(statements.len()),
        last_scope: None,
        type_checking: TypeChecking::new(text),
    };
    let mut looked_back_from = None;
    loop {
        let wanted = statements.get(walk.places.len()).map(|start| start.at);
        if wanted != looked_back_from && walk.blocks.iter().all(|block| block.awaiting.is_empty()) {
            looked_back_from = wanted;
            walk.pass_over(wanted, literals);
        }
        let Some(line) = walk.lines.next() else { break };
        let mut closed = walk.close_blocks(line.indent);
        let mut open = walk.blocks.iter().chain(&closed);
        if walk.places.len() == statements.len() && open.all(|block| block.awaiting.is_empty()) {
            break;
        }
        let mut is_opened = false;
        while let Some(start) = statements.get(walk.places.len())
            && start.at < line.end
        {
            if !start.in_header && !is_opened {
                walk.open_block(&line, closed.take());
                is_opened = true;
            }
            let place = walk.place(start.at, &line);
            walk.places.push(place);
        }
        if !is_opened {
            walk.open_block(&line, closed);
        }
    }
    let rest = statements.len() - walk.places.len();
    walk.places.extend(std::iter::repeat_n(Place::default(), rest));
    walk.places
}

#[derive(Debug)]
struct Block {
    indent: usize,
    kind: Kind,
    /// What follows its keyword, up to the end of the logical line. Looked at only when something is found inside.
    header: (usize, usize),
    /// Whether its header tests `TYPE_CHECKING`; looked at once, when something is found inside.
    for_types: Option<bool>,
    /// Whether it handles a failed import.
    handles_import: bool,
    /// The versions that take this branch, where a version test opened its chain, and those left for the next.
    guard: Option<Guard>,
    /// Indices of places in a `try` body, which an `except ImportError` further down makes guarded.
    awaiting: Vec<usize>,
}

struct Walk<'a> {
    bytes: &'a [u8],
    lines: LogicalLines<'a>,
    blocks: Vec<Block>,
    places: Vec<Place>,
    /// The scope path of the last place, and where its innermost scope begins.
    last_scope: Option<(usize, Arc<str>)>,
    type_checking: TypeChecking<'a>,
}

impl Walk<'_> {
    /// Goes on at the last `def` or `class` at module level in front of a statement.
    fn pass_over(&mut self, statement: Option<usize>, literals: &[(usize, usize)]) {
        let from = self.lines.position();
        if let Some(line) = statement.and_then(|start| headers::last_at_module_level(self.bytes, from, start, literals))
        {
            self.blocks.clear();
            self.lines.go_on_at(line);
        }
    }

    /// Ends the blocks that a line at `indent` is not in. The last one at the same indentation is handed out:
    /// the line may carry on its chain.
    fn close_blocks(&mut self, indent: usize) -> Option<Block> {
        let mut last = None;
        while self.blocks.last().is_some_and(|block| block.indent >= indent) {
            last = self.blocks.pop();
        }
        last.filter(|block| block.indent == indent)
    }

    fn open_block(&mut self, line: &Line, chain: Option<Block>) {
        let in_match = self.blocks.last().is_some_and(|block| block.kind == Kind::Match);
        let Some((kind, word_end)) = headers::kind(self.bytes, line.start, in_match) else { return };
        let mut handles_import = false;
        let mut guard = None;
        let mut awaiting = Vec::new();
        let header = self.bytes.get(word_end..line.end).unwrap_or_default();
        match kind {
            Kind::If => {
                let carried_on = self.bytes.get(line.start..word_end) == Some(b"elif");
                let before = chain.as_ref().filter(|_| carried_on).and_then(|block| block.guard);
                let own = memchr::memmem::find(header, b"version_info").and_then(|_| match Test::read(header) {
                    Test::Version(guard) => Some(guard),
                    _ => None,
                });
                guard = match (before, own) {
                    (Some(before), Some(own)) => Some(Guard { yes: before.no.and(own.yes), no: before.no.and(own.no) }),
                    (Some(before), None) => Some(Guard { yes: before.no, no: before.no }),
                    (None, own) => own,
                };
            }
            Kind::Else => {
                let before = chain.as_ref().and_then(|block| block.guard);
                guard = before.map(|before| Guard { yes: before.no, no: before.no });
            }
            Kind::Except => {
                awaiting = chain.map(|b| b.awaiting).unwrap_or_default();
                handles_import = names_import_error(header);
                if handles_import {
                    for index in awaiting.drain(..) {
                        if let Some(place) = self.places.get_mut(index) {
                            place.contexts.insert(Context::Guarded);
                        }
                    }
                }
            }
            _ => {}
        }
        let header = (word_end, line.end);
        self.blocks.push(Block { indent: line.indent, kind, header, for_types: None, handles_import, guard, awaiting });
    }

    fn place(&mut self, start: usize, line: &Line) -> Place {
        let index = self.places.len();
        let mut place = Place::default();
        let mut innermost_scope = None;
        let mut executed_with_module = true;
        for block in self.blocks.iter_mut().rev() {
            // `match = x; import a`: a `match` has no suite on its own line.
            if block.kind == Kind::Match && block.indent == line.indent && start > line.start {
                continue;
            }
            if let Some(guard) = block.guard {
                place.contexts.insert(Context::VersionGuarded);
                place.versions = place.versions.and(guard.yes);
            }
            if block.handles_import {
                place.contexts.insert(Context::Guarded);
            }
            let header = self.bytes.get(block.header.0..block.header.1).unwrap_or_default();
            match block.kind {
                Kind::Def => {
                    place.contexts.insert(Context::Function);
                    innermost_scope.get_or_insert(Kind::Def);
                    executed_with_module = false;
                }
                Kind::Class => {
                    innermost_scope.get_or_insert(Kind::Class);
                }
                Kind::Try if executed_with_module => block.awaiting.push(index),
                Kind::If => {
                    place.contexts.insert(Context::Conditional);
                    let type_checking = &mut self.type_checking;
                    if *block.for_types.get_or_insert_with(|| type_checking.holds(&Test::read(header))) {
                        place.contexts.insert(Context::TypeChecking);
                    }
                }
                Kind::Loop | Kind::Case | Kind::Else | Kind::Except => place.contexts.insert(Context::Conditional),
                Kind::Try | Kind::With | Kind::Finally | Kind::Match => {}
            }
        }
        if innermost_scope == Some(Kind::Class) {
            place.contexts.insert(Context::Class);
        }
        place.scope = self.scope();
        place
    }

    /// The names of the open scopes. Put together once for each scope, however many statements stand in it.
    fn scope(&mut self) -> Arc<str> {
        let is_scope = |block: &&Block| matches!(block.kind, Kind::Def | Kind::Class);
        let Some(innermost) = self.blocks.iter().rev().find(is_scope).map(|block| block.header.0) else {
            return Arc::default();
        };
        if let Some((start, scope)) = &self.last_scope
            && *start == innermost
        {
            return scope.clone();
        }
        let header = |block: &Block| self.bytes.get(block.header.0..block.header.1).unwrap_or_default();
        let names: Vec<String> = self.blocks.iter().filter(is_scope).map(|block| name_at(header(block))).collect();
        let mut path = names.join(".");
        path.truncate(crate::name::floor(&path, LONGEST_SCOPE));
        let scope: Arc<str> = path.into();
        self.last_scope = Some((innermost, scope.clone()));
        scope
    }
}

fn name_at(header: &[u8]) -> String {
    let (word, _) = word_at(header, skip_blank(header, 0));
    normalise(std::str::from_utf8(word).unwrap_or_default()).into_owned()
}

/// Whether an `except` header names `ImportError` or `ModuleNotFoundError`, alone or in a tuple.
fn names_import_error(header: &[u8]) -> bool {
    let mut at = 0;
    while at < header.len() {
        match header.get(at) {
            Some(b'#') => {
                let rest = header.get(at..).unwrap_or_default();
                at += memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
                continue;
            }
            Some(b':') => return false,
            Some(quote @ (b'"' | b'\'')) => {
                let rest = header.get(at + 1..).unwrap_or_default();
                at += 2 + memchr::memchr(*quote, rest).unwrap_or(rest.len());
                continue;
            }
            _ => {}
        }
        let (word, next) = word_at(header, at);
        match word {
            b"as" => return false,
            b"ImportError" | b"ModuleNotFoundError" => return true,
            _ => at = next.max(at + 1),
        }
    }
    false
}

#[cfg(test)]
mod unit {
    use super::super::candidates::candidates;
    use super::*;

    fn read(source: &str) -> Vec<String> {
        let starts: Vec<_> = candidates(source.as_bytes()).map(|c| Start { at: c.start, in_header: false }).collect();
        let places = places(source, &starts, &[]);
        places.iter().map(|p| format!("{}:{}", p.scope, p.contexts.names().collect::<Vec<_>>().join(","))).collect()
    }

    #[test]
    fn scopes() {
        assert_eq!(read("import a\n"), [":"]);
        assert_eq!(
            read("class A:\n  def f(\n self):\n    import a\n  import b\nimport c"),
            ["A.f:function", "A:class", ":"]
        );
        assert_eq!(read("async def f(): import a; import b\nimport c"), ["f:function", "f:function", ":"]);
        assert_eq!(read("def f():\n  class B:\n\timport a"), ["f.B:function,class"]);
    }

    #[test]
    fn branches() {
        assert_eq!(
            read("if x:\n  import a\nelif y: import b\nelse:\n  import c\nimport d"),
            [":conditional", ":conditional", ":conditional", ":"]
        );
        assert_eq!(
            read("match x:\n  case 1: import a\nmatch = 1; import b\nwith x: import c"),
            [":conditional", ":", ":"]
        );
        assert_eq!(
            read("import sys\nif sys.version_info >= (3, 11):\n  import a\nelse:\n  import b\n")[1..],
            [":version-guarded,conditional", ":version-guarded,conditional"]
        );
    }

    #[test]
    fn guards() {
        assert_eq!(
            read("try:\n  import a\nexcept (ImportError, X) as e:\n  import b\nelse:\n  import c\nimport d"),
            [":guarded", ":guarded,conditional", ":conditional", ":"]
        );
        assert_eq!(read("try:\n  import a\nexcept ValueError:\n  pass\n"), [":"]);
        assert_eq!(read("try:\n  import a\nexcept ValueError:\n  pass\nexcept ImportError: pass"), [":guarded"]);
        assert_eq!(read("try:\n  if x:\n    import a\nfinally:\n  pass"), [":conditional"]);
        assert_eq!(read("try:\n  def f(): import a\nexcept ImportError: pass"), ["f:function"]);
        assert_eq!(read("try: import a\nexcept X as ImportError: pass"), [":"]);
        assert_eq!(read("try: import a\nexcept d['ImportError']: pass"), [":"]);
        assert_eq!(read("try: import a\nexcept (X, # y\n  ImportError): pass"), [":guarded"]);
    }

    #[test]
    fn type_checking() {
        let block = "if TYPE_CHECKING:\n  import a\nelse:\n  import b\n";
        let read_last = |head: &str| read(&format!("{head}{block}")).split_off(1).join(" ");
        assert_eq!(read_last("from typing import TYPE_CHECKING\n"), ":type-checking,conditional :conditional");
        assert_eq!(read_last("from acme import TYPE_CHECKING\n"), ":conditional :conditional");
        let rebound = "from typing import TYPE_CHECKING\nTYPE_CHECKING = True\n";
        assert_eq!(read_last(rebound), ":conditional :conditional");
    }

    #[test]
    fn brackets_that_never_close_do_not_swallow_scopes() {
        assert_eq!(read("x = (\ndef f():\n    import a\n"), ["f:function"]);
        assert_eq!(read("x = (1,\nimport a\ndef f():\n    import b\n"), [":", "f:function"]);
    }
}
