//! Tier 3: what code does with the names that it imports, and with strings that name modules. This file knows the steps:
//!
//! ```text
//!   wanted imports -> names -> mentions -> logical lines -> flat text -> syntax -> bindings and loads -> what they lead to
//!                       ^                                                                                      |
//!                       └───────────────── names that are assigned something wanted ───────────────────────────┘
//! ```
//!
//! Only lines that mention a name are parsed, each as a statement of its own, so that nothing else of the file matters.
//! It must not know rules.

mod annotations;
mod assignments;
mod definitions;
mod flat;
pub(super) mod grammar;
pub(super) mod handed_out;
mod harvest;
mod imported;
mod lines;
pub(super) mod literals;
mod mentions;
mod names;
mod parse;
mod resolve;
mod scopes;
mod shapes;
mod spots;
mod string_places;
mod strings;
pub(super) mod syntax;
mod tell;
mod walk;

use super::candidates::Candidate;
use super::lexer::Token;
use super::statement::Statement;
use crate::call::Call;
use crate::context::Contexts;
use crate::fact::{Confidence, Role};
use crate::name::top;
use crate::problem::ProblemKind;
use crate::readers::{Unread, Wanted};
use crate::span::Span;
use flat::{Flat, Layout};
use harvest::Harvest;
use imported::Imported;
use lines::{CodeLine, Frame};
use mentions::Meanings;
use names::Names;
use resolve::{Resolver, Value};
use scopes::Scopes;
use shapes::Shapes;
use walk::Walk;

/// Names that are handed on from line to line more often than this are told as a problem.
const MOST_ROUNDS: usize = 10;

/// Something that code does with a name.
pub(super) struct Use {
    pub role: Role,
    pub name: String,
    pub level: u32,
    pub span: Span,
    /// The logical line it stands in.
    pub statement: Span,
    pub in_header: bool,
    pub contexts: Contexts,
    pub confidence: Confidence,
    pub origin: Option<Span>,
    /// Where what it leads to is assigned from name to name.
    pub hops: Vec<u32>,
    /// The first name, the path of its scope, and whether an import binds it.
    pub bound: Option<(String, String, bool)>,
    pub call: Option<Call>,
    pub open: bool,
}

/// What reading a file gave.
#[derive(Default)]
pub(super) struct Found {
    pub uses: Vec<Use>,
    pub unread: Vec<Unread>,
    /// Names that are bound at module level to something wanted, with what they lead to.
    pub bound: Vec<(String, String, u32)>,
    /// How many bytes were parsed.
    pub parsed: usize,
    /// Literals of more than one line, as far as they were looked for.
    pub literals: Vec<(usize, usize)>,
}

/// Where to look.
pub(super) struct Hints<'h> {
    /// Wanted import statements that stand in code.
    pub imports: &'h [&'h Candidate],
    /// Places of strings and dynamic imports, in any order.
    pub places: Vec<usize>,
}

/// Reads what code does.
pub(super) fn read(text: &str, wanted: &Wanted<'_>, hints: Hints<'_>) -> Found {
    let mut reading = Reading::new(text, wanted, hints);
    let mut rounds = 0;
    loop {
        if !reading.has_anything() {
            return Found::default();
        }
        let round = reading.read_once();
        let is_new = reading.names.len() > round.names || reading.has_new_attributes;
        if !is_new || rounds >= MOST_ROUNDS {
            let mut found = round.found;
            if is_new {
                found.unread.push(Unread {
                    span: Span::empty(0),
                    kind: ProblemKind::Limit,
                    message: "imported names are handed on from one name to the next too often to be followed".into(),
                    help: "use the imported name itself, or list the file under `unanalysed`",
                });
            }
            return found;
        }
        rounds += 1;
    }
}

struct Reading<'r> {
    text: &'r str,
    wanted: &'r Wanted<'r>,
    names: Names,
    meanings: Meanings,
    /// Wanted import statements, in order.
    imports: Vec<Span>,
    /// Modules of wanted star imports, with their dots and places.
    stars: Vec<(String, u32, Span)>,
    places: Vec<usize>,
    has_new_attributes: bool,
    imported: Option<Imported>,
}

struct Round {
    found: Found,
    /// How many names there were.
    names: usize,
}

impl<'r> Reading<'r> {
    fn new(text: &'r str, wanted: &'r Wanted<'r>, hints: Hints<'_>) -> Self {
        let mut reading = Self {
            text,
            wanted,
            names: Names::default(),
            meanings: Meanings::new(),
            imports: Vec::new(),
            stars: Vec::new(),
            places: hints.places,
            has_new_attributes: false,
            imported: None,
        };
        reading.places.sort_unstable();
        let mut statement = Statement::default();
        for candidate in hints.imports {
            statement.read(text, candidate);
            reading.imports.push(statement.span);
            reading.seed(&statement);
        }
        for word in wanted.words {
            match word.strip_prefix('.') {
                Some(method) => reading.names.add_method(method),
                None => {
                    reading.names.add(word);
                }
            }
        }
        reading
    }

    /// The names that a wanted import binds, where their uses are wanted.
    fn seed(&mut self, statement: &Statement) {
        for alias in &statement.aliases {
            let own = statement.name(alias);
            let module = statement.module();
            let full = if statement.is_from && !module.is_empty() { format!("{module}.{own}") } else { own.to_owned() };
            if own == "*" {
                // What lies wholly beneath a ban is told at the import.
                let is_told = self.wanted.uses(&format!("{module}.__any__"), statement.level);
                if self.wanted.uses(module, statement.level) && !is_told {
                    let is_known = self.stars.iter().any(|(own, level, _)| own == module && *level == statement.level);
                    if !is_known {
                        self.stars.push((module.to_owned(), statement.level, alias.span));
                    }
                }
                continue;
            }
            let (local, name) = match statement.bound(alias) {
                Some(bound) => (bound, full.as_str()),
                None if statement.is_from => (own, full.as_str()),
                None => (top(own), top(own)),
            };
            if self.wanted.uses(name, statement.level) {
                self.names.add(local);
                if let Some(id) = self.names.id(local) {
                    mentions::meaning(&mut self.meanings, id, name.to_owned(), statement.level);
                }
            }
        }
    }

    fn has_anything(&self) -> bool {
        self.names.len() > 0 || !self.places.is_empty() || !self.stars.is_empty()
    }

    /// Reads everything with the names that are known by now.
    fn read_once(&mut self) -> Round {
        let bytes = self.text.as_bytes();
        self.has_new_attributes = false;
        let names_before = self.names.len();
        let mut places = mentions::mentions(self.text, &self.names, &self.meanings, &self.imports, self.wanted);
        let is_bound_in_class = || {
            let is_inner = |span: &Span| !super::blocks::is_flush_left(bytes, span.start as usize);
            let is_attribute = |name: &str| memchr::memmem::find(bytes, format!(".{name}").as_bytes()).is_some();
            self.imports.iter().any(is_inner) && self.names.iter().any(|(_, name)| is_attribute(name))
        };
        if places.is_empty() && self.places.is_empty() && self.stars.is_empty() && !is_bound_in_class() {
            return Round { found: Found::default(), names: names_before };
        }
        let last = places.last().into_iter().chain(self.places.last()).copied().max().unwrap_or(0);
        let end = if self.stars.is_empty() { last } else { bytes.len() };
        let tokens = mentions::tokens(bytes, end);
        self.add_words_of_stars(&tokens);
        if self.names.len() > names_before {
            places = mentions::mentions(self.text, &self.names, &self.meanings, &self.imports, self.wanted);
        }
        let names_before = self.names.len();
        mentions::in_code(bytes, &mut places, &tokens);
        let in_code = places.clone();
        places.extend_from_slice(&self.places);
        places.extend(self.imports.iter().map(|span| span.start as usize));
        places.sort_unstable();
        places.dedup();
        let tall = mentions::tall(bytes, &tokens);
        let (lines, frames) = lines::lines_at(bytes, &places, &tall);
        let imported = self.imported.take().unwrap_or_else(|| Imported::read(self.text, &tokens));
        let flat = self.lay_out(&lines);
        let mut harvest = self.walk(&lines, frames, &flat, &imported);
        self.imported = Some(imported);
        harvest.scopes.settle(&harvest.bindings);
        let names = self.names.clone();
        let resolver = Resolver::new(&harvest, &names);
        let mut found = self.tell(&resolver, &harvest, &lines);
        found.unread.extend(self.broken(&harvest, &lines, &in_code));
        self.add_heirs(&resolver, &harvest);
        found.bound = self.bound(&resolver, &harvest);
        found.literals = tall;
        found.parsed = flat.text.len();
        Round { found, names: names_before }
    }

    /// A star import brings in names that only their use tells.
    fn add_words_of_stars(&mut self, tokens: &[Token]) {
        for (module, level, _) in self.stars.clone() {
            let wanted = self.wanted;
            let is_asked = |word: &str| wanted.uses(&format!("{module}.{word}"), level);
            for word in mentions::words(self.text, tokens, is_asked) {
                self.names.add(&word);
            }
        }
    }

    fn lay_out(&self, lines: &[CodeLine]) -> Flat {
        let mut layout = Layout::new(self.text, &self.places);
        for line in lines {
            layout.add(line);
        }
        layout.finish()
    }

    fn walk(&self, lines: &[CodeLine], frames: Vec<Frame>, flat: &Flat, imported: &Imported) -> Harvest {
        let mut harvest = Harvest {
            scopes: Scopes::new(&frames),
            frames,
            bindings: Vec::new(),
            attribute_bindings: Vec::new(),
            heirs: Vec::new(),
            loads: Vec::new(),
            methods: Vec::new(),
            spots: Vec::new(),
            bases: Vec::new(),
            roots: Vec::new(),
            broken: Vec::new(),
        };
        let seeks = walk::Seeks { strings: self.wanted.strings.is_some(), open: self.wanted.open };
        parse::each(flat, |syntax, range, outcome| {
            let Some(syntax) = syntax else {
                harvest.broken.extend(range.map(|line| (line, outcome)));
                return;
            };
            let shapes = Shapes { syntax, flat: &flat.text, names: &self.names, imported };
            let mut walk = Walk::new(shapes, flat, lines, &mut harvest, seeks);
            walk.run(outcome.is_some());
            if outcome.is_some() {
                harvest.broken.extend(range.map(|line| (line, outcome)));
            }
        });
        // Imports of lines that could not be parsed are bound all the same.
        let empty = syntax::Syntax::empty();
        let shapes = Shapes { syntax: &empty, flat: &flat.text, names: &self.names, imported };
        for (line, _) in harvest.broken.clone() {
            let frame = lines.get(line).map_or(0, |line| line.frame);
            let mut walk = Walk::new(shapes, flat, lines, &mut harvest, seeks);
            walk.line = line;
            for (_, statement) in flat.imports.iter().filter(|(start, _)| flat.line(*start) == line) {
                walk.bind_import(statement, frame);
            }
        }
        harvest
    }

    /// Names that are bound to what is of interest become of interest themselves.
    fn add_heirs(&mut self, resolver: &Resolver<'_>, harvest: &Harvest) {
        let mut heirs: Vec<(String, Vec<Value>, bool)> = Vec::new();
        for (name, scope, values) in resolver.heirs() {
            let is_class = harvest.scopes.kind(scope) == scopes::ScopeKind::Class;
            heirs.push((name.to_owned(), values, is_class));
            if is_class && let Some(frame) = harvest.frames.get(scope) {
                heirs.push((frame.name.clone(), Vec::new(), false));
            }
        }
        for (class, attribute, values) in resolver.attribute_values() {
            heirs.push((attribute.to_owned(), values.to_vec(), true));
            if let Some(frame) = harvest.frames.get(class) {
                heirs.push((frame.name.clone(), Vec::new(), false));
            }
        }
        for (name, values, is_attribute) in heirs {
            let mut is_wanted = values.is_empty();
            for value in &values {
                match value {
                    Value::Name { name: leads, level, .. } if self.wanted.uses(leads, *level) => is_wanted = true,
                    Value::Text(text) if self.wanted.strings.is_some() && self.wanted.absolute(text) => {
                        is_wanted |= crate::name::is_dotted(text);
                    }
                    _ => {}
                }
            }
            if !is_wanted {
                continue;
            }
            if is_attribute {
                self.has_new_attributes |= self.names.add_attribute(&name);
            } else {
                self.names.add(&name);
            }
            let Some(id) = self.names.id(&name) else { continue };
            for value in values {
                if let Value::Name { name, level, .. } = value {
                    mentions::meaning(&mut self.meanings, id, name, level);
                }
            }
        }
    }
}
