//! Syntax of some statements as a flat table. Knows which nodes of the grammar matter; must not know scopes or names.
//! Made without recursion: chains of attributes may be many thousand levels deep.

use std::sync::LazyLock;
use tree_sitter::{Language, Tree};

/// What a node is, as far as anybody asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    AliasedPattern,
    Arguments,
    Assignment,
    Attribute,
    AugmentedAssignment,
    Binary,
    Block,
    Boolean,
    Call,
    CaseClause,
    CasePattern,
    ClassDefinition,
    ClassPattern,
    Comprehension,
    Concatenated,
    Conditional,
    ConstrainedType,
    DefaultParameter,
    Delete,
    Dictionary,
    DictionaryPattern,
    DottedName,
    Error,
    Escape,
    ExceptClause,
    Exec,
    ExpressionList,
    False,
    For,
    ForInClause,
    FunctionDefinition,
    GenericType,
    Global,
    Identifier,
    Interpolation,
    KeywordArgument,
    KeywordPattern,
    Lambda,
    List,
    ListPattern,
    MemberType,
    Named,
    None,
    Nonlocal,
    Number,
    Other,
    Pair,
    Parameters,
    Parenthesized,
    Pass,
    PatternTarget,
    Set,
    Splat,
    DoubleSplat,
    SplatPattern,
    String,
    StringContent,
    StringEnd,
    StringStart,
    Subscript,
    True,
    Tuple,
    TypeAlias,
    Type,
    TypeParameters,
    TypedParameter,
    Unary,
}

/// Node names of the grammar, with what they are to us.
const KINDS: &[(&str, Kind)] = &[
    ("as_pattern", Kind::AliasedPattern),
    ("argument_list", Kind::Arguments),
    ("assignment", Kind::Assignment),
    ("attribute", Kind::Attribute),
    ("augmented_assignment", Kind::AugmentedAssignment),
    ("binary_operator", Kind::Binary),
    ("block", Kind::Block),
    ("boolean_operator", Kind::Boolean),
    ("call", Kind::Call),
    ("case_clause", Kind::CaseClause),
    ("case_pattern", Kind::CasePattern),
    ("class_definition", Kind::ClassDefinition),
    ("class_pattern", Kind::ClassPattern),
    ("list_comprehension", Kind::Comprehension),
    ("set_comprehension", Kind::Comprehension),
    ("dictionary_comprehension", Kind::Comprehension),
    ("generator_expression", Kind::Comprehension),
    ("concatenated_string", Kind::Concatenated),
    ("conditional_expression", Kind::Conditional),
    ("constrained_type", Kind::ConstrainedType),
    ("default_parameter", Kind::DefaultParameter),
    ("typed_default_parameter", Kind::DefaultParameter),
    ("delete_statement", Kind::Delete),
    ("dictionary", Kind::Dictionary),
    ("dict_pattern", Kind::DictionaryPattern),
    ("dotted_name", Kind::DottedName),
    ("ERROR", Kind::Error),
    ("escape_sequence", Kind::Escape),
    ("except_clause", Kind::ExceptClause),
    ("exec_statement", Kind::Exec),
    ("expression_list", Kind::ExpressionList),
    ("false", Kind::False),
    ("for_statement", Kind::For),
    ("for_in_clause", Kind::ForInClause),
    ("function_definition", Kind::FunctionDefinition),
    ("generic_type", Kind::GenericType),
    ("global_statement", Kind::Global),
    ("identifier", Kind::Identifier),
    ("interpolation", Kind::Interpolation),
    ("format_expression", Kind::Interpolation),
    ("keyword_argument", Kind::KeywordArgument),
    ("keyword_pattern", Kind::KeywordPattern),
    ("lambda", Kind::Lambda),
    ("list", Kind::List),
    ("list_pattern", Kind::ListPattern),
    ("pattern_list", Kind::ListPattern),
    ("tuple_pattern", Kind::ListPattern),
    ("member_type", Kind::MemberType),
    ("named_expression", Kind::Named),
    ("none", Kind::None),
    ("nonlocal_statement", Kind::Nonlocal),
    ("integer", Kind::Number),
    ("float", Kind::Number),
    ("pair", Kind::Pair),
    ("parameters", Kind::Parameters),
    ("lambda_parameters", Kind::Parameters),
    ("parenthesized_expression", Kind::Parenthesized),
    ("pass_statement", Kind::Pass),
    ("as_pattern_target", Kind::PatternTarget),
    ("set", Kind::Set),
    ("list_splat", Kind::Splat),
    ("list_splat_pattern", Kind::Splat),
    ("dictionary_splat", Kind::DoubleSplat),
    ("dictionary_splat_pattern", Kind::DoubleSplat),
    ("splat_pattern", Kind::SplatPattern),
    ("string", Kind::String),
    ("string_content", Kind::StringContent),
    ("string_end", Kind::StringEnd),
    ("string_start", Kind::StringStart),
    ("subscript", Kind::Subscript),
    ("true", Kind::True),
    ("tuple", Kind::Tuple),
    ("type_alias_statement", Kind::TypeAlias),
    ("type", Kind::Type),
    ("type_parameter", Kind::TypeParameters),
    ("typed_parameter", Kind::TypedParameter),
    ("unary_operator", Kind::Unary),
];

/// The part that a node plays in the one above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Alias,
    Arguments,
    Attribute,
    Body,
    Function,
    Key,
    Left,
    Name,
    Object,
    Operator,
    Other,
    Parameters,
    ReturnType,
    Right,
    Subscript,
    Superclasses,
    Type,
    TypeParameters,
    Value,
}

const FIELDS: &[(&str, Field)] = &[
    ("alias", Field::Alias),
    ("arguments", Field::Arguments),
    ("attribute", Field::Attribute),
    ("body", Field::Body),
    ("consequence", Field::Body),
    ("function", Field::Function),
    ("key", Field::Key),
    ("left", Field::Left),
    ("name", Field::Name),
    ("object", Field::Object),
    ("operator", Field::Operator),
    ("parameters", Field::Parameters),
    ("return_type", Field::ReturnType),
    ("right", Field::Right),
    ("subscript", Field::Subscript),
    ("superclasses", Field::Superclasses),
    ("type", Field::Type),
    ("type_parameters", Field::TypeParameters),
    ("value", Field::Value),
];

/// Kinds and fields by the numbers that the grammar gives them.
static NUMBERS: LazyLock<(Vec<Kind>, Vec<Field>)> = LazyLock::new(|| {
    let language: Language = tree_sitter_python::LANGUAGE.into();
    let kind = |id: usize| {
        let name = u16::try_from(id).ok().and_then(|id| language.node_kind_for_id(id)).unwrap_or_default();
        KINDS.iter().find(|(own, _)| *own == name).map_or(Kind::Other, |(_, kind)| *kind)
    };
    let field = |id: usize| {
        let name = u16::try_from(id).ok().and_then(|id| language.field_name_for_id(id)).unwrap_or_default();
        FIELDS.iter().find(|(own, _)| *own == name).map_or(Field::Other, |(_, field)| *field)
    };
    let kinds = (0..language.node_kind_count()).map(kind).collect();
    let fields = (0..=language.field_count()).map(field).collect();
    (kinds, fields)
});

/// The number of a node in its table.
pub(super) type Id = u32;
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
pub(super) struct Syntax {
    nodes: Vec<Node>,
}

impl Syntax {
    /// Takes over a tree of a text that begins at `base`.
    pub(super) fn new(tree: &Tree, base: usize) -> Self {
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
    pub(super) fn empty() -> Self {
        Self { nodes: Vec::new() }
    }

    fn node(&self, id: Id) -> Option<&Node> {
        self.nodes.get(id as usize)
    }

    /// What a node is.
    pub(super) fn kind(&self, id: Id) -> Kind {
        self.node(id).map_or(Kind::Other, |node| node.kind)
    }

    /// The part it plays.
    pub(super) fn field(&self, id: Id) -> Field {
        self.node(id).map_or(Field::Other, |node| node.field)
    }

    /// Where it stands in the parsed text.
    pub(super) fn range(&self, id: Id) -> (usize, usize) {
        self.node(id).map_or((0, 0), |node| (node.start as usize, node.end as usize))
    }

    /// The node above.
    pub(super) fn parent(&self, id: Id) -> Option<Id> {
        self.node(id).map(|node| node.parent).filter(|parent| *parent != NOTHING)
    }

    /// The nodes directly beneath, in order.
    pub(super) fn children(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        let first = self.node(id).map_or(NOTHING, |node| node.first);
        std::iter::successors(Some(first), |id| self.node(*id).map(|node| node.next)).take_while(|id| *id != NOTHING)
    }

    /// The child that plays a part.
    pub(super) fn child(&self, id: Id, field: Field) -> Option<Id> {
        self.children(id).find(|child| self.field(*child) == field)
    }

    /// Every node.
    pub(super) fn ids(&self) -> impl Iterator<Item = Id> + use<> {
        0..Id::try_from(self.nodes.len()).unwrap_or(NOTHING)
    }
}
