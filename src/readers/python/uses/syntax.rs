//! Syntax of some statements as a flat table. Knows which nodes of the grammar matter; must not know scopes or names.
//! Made without recursion: chains of attributes may be many thousand levels deep.

use super::grammar::NUMBERS;
pub(in crate::readers::python) use super::grammar::{Field, Kind};
use tree_sitter::Tree;

/// The number of a node in its table.
pub(in crate::readers::python) type Id = u32;
const NOTHING: Id = Id::MAX;

#[derive(Clone, Copy, Debug)]
struct Node {
    kind: Kind,
    field: Field,
    start: u32,
    end: u32,
    parent: Id,
    first: Id,
    next: Id,
}

/// Nodes that have a name in the grammar, in the order of the text.
pub(in crate::readers::python) struct Syntax {
    nodes: Vec<Node>,
}

impl Syntax {
    /// Takes over a tree of a text that begins at `base`.
    pub(in crate::readers::python) fn new(tree: &Tree, base: usize) -> Self {
        let (kinds, fields) = &*NUMBERS;
        let mut nodes: Vec<Node> = Vec::new();
        // The last child so far of each open node.
        let mut open: Vec<(Id, Id)> = Vec::new();
        let mut cursor = tree.walk();
        let mut is_new = true;
        loop {
            let mut entered = false;
            if is_new {
                let node = cursor.node();
                let field = cursor.field_id().and_then(|id| fields.get(usize::from(id.get()))).copied();
                let is_told = node.is_named() || field == Some(Field::Operator);
                if is_told || node.child_count() > 0 {
                    let kind = if node.is_error() || node.is_missing() {
                        Kind::Error
                    } else {
                        kinds.get(usize::from(node.kind_id())).copied().unwrap_or(Kind::Other)
                    };
                    let id = Id::try_from(nodes.len()).unwrap_or(NOTHING);
                    let parent = open.last().map_or(NOTHING, |(parent, _)| *parent);
                    nodes.push(Node {
                        kind,
                        field: field.unwrap_or(Field::Other),
                        start: crate::span::to_u32(base + node.start_byte()),
                        end: crate::span::to_u32(base + node.end_byte()),
                        parent,
                        first: NOTHING,
                        next: NOTHING,
                    });
                    if let Some((parent, last)) = open.last_mut() {
                        let before = if *last == NOTHING { *parent } else { *last };
                        let is_first = *last == NOTHING;
                        *last = id;
                        if let Some(before) = nodes.get_mut(before as usize) {
                            *(if is_first { &mut before.first } else { &mut before.next }) = id;
                        }
                    }
                    if cursor.goto_first_child() {
                        open.push((id, NOTHING));
                        entered = true;
                    }
                }
            }
            if entered {
                continue;
            }
            if cursor.goto_next_sibling() {
                is_new = true;
            } else if cursor.goto_parent() {
                open.pop();
                is_new = false;
            } else {
                return Self { nodes };
            }
        }
    }

    /// Nothing.
    pub(in crate::readers::python) fn empty() -> Self {
        Self { nodes: Vec::new() }
    }

    fn node(&self, id: Id) -> Option<&Node> {
        self.nodes.get(id as usize)
    }

    /// What a node is.
    pub(in crate::readers::python) fn kind(&self, id: Id) -> Kind {
        self.node(id).map_or(Kind::Other, |node| node.kind)
    }

    /// The part it plays.
    pub(in crate::readers::python) fn field(&self, id: Id) -> Field {
        self.node(id).map_or(Field::Other, |node| node.field)
    }

    /// Where it stands in the parsed text.
    pub(in crate::readers::python) fn range(&self, id: Id) -> (usize, usize) {
        self.node(id).map_or((0, 0), |node| (node.start as usize, node.end as usize))
    }

    /// The node above.
    pub(in crate::readers::python) fn parent(&self, id: Id) -> Option<Id> {
        self.node(id).map(|node| node.parent).filter(|parent| *parent != NOTHING)
    }

    /// The nodes directly beneath, in order.
    pub(in crate::readers::python) fn children(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        let first = self.node(id).map_or(NOTHING, |node| node.first);
        std::iter::successors(Some(first), |id| self.node(*id).map(|node| node.next)).take_while(|id| *id != NOTHING)
    }

    /// The child that plays a part.
    pub(in crate::readers::python) fn child(&self, id: Id, field: Field) -> Option<Id> {
        self.children(id).find(|child| self.field(*child) == field)
    }

    /// Every node.
    pub(in crate::readers::python) fn ids(&self) -> impl Iterator<Item = Id> + use<> {
        0..Id::try_from(self.nodes.len()).unwrap_or(NOTHING)
    }
}
