//! Import statements: candidates of tier 1, told as facts where tier 2 says that they stand in code. Knows how the tiers
//! fit together; must not know what uses make of what is imported.

use super::asked;
use super::blocks::{self, Place, Start};
use super::candidates::{Candidate, candidates, candidates_and_more};
use super::lexer::{Lexer, TokenKind};
use super::statement::Statement;
use super::string_hints::{Places, imports_setup};
use super::uses;
use crate::context::Context;
use crate::fact::{Bound, Fact, Role};
use crate::problem::ProblemKind;
use crate::readers::{Detail, Sink, Tier, Unread, Wanted};
use crate::span::Span;
use crate::surface::Surface;
use crate::text::{Positions, Text};

/// Tells the import statements that are wanted, and what code does with them.
pub(super) fn read(text: &Text<'_>, surface: Surface, wanted: &Wanted<'_>, detail: Detail, sink: &mut dyn Sink) {
    let (content, bytes) = (text.content(), text.content().as_bytes());
    let mut statement = Statement::default();
    let mut name = String::with_capacity(128);
    let is_asked = |candidate: &Candidate| {
        if let Some(notes) = wanted.notes {
            asked::note(content, candidate, notes, &mut statement);
        }
        wanted.is_all() || asked::is_wanted(content, candidate, wanted, &mut statement, &mut name)
    };
    let mut asked: Vec<Candidate> = Vec::with_capacity(if wanted.is_all() { 64 } else { 0 });
    let mut hints = Places::default();
    match wanted.strings {
        Some(quoted) => {
            let all = candidates_and_more(bytes, |at| hints.note(bytes, at));
            let mut has_setup = false;
            let all = all.inspect(|candidate| has_setup |= imports_setup(bytes, candidate));
            asked.extend(all.filter(is_asked));
            hints.take_quoted(bytes, quoted.places(bytes));
            if has_setup {
                hints.found.extend(memchr::memmem::find_iter(bytes, b"entry_points"));
            }
        }
        None => asked.extend(candidates(bytes).filter(is_asked)),
    }
    let has_words =
        wanted.words.iter().any(|word| memchr::memmem::find(bytes, word.trim_start_matches('.').as_bytes()).is_some());
    if !hints.in_literals.is_empty() && memchr::memmem::find(bytes, b"exec").is_none() {
        hints.in_literals.clear();
    }
    if asked.is_empty() && hints.found.is_empty() && hints.in_literals.is_empty() && !has_words {
        return;
    }
    let has_inner = detail == Detail::Whole && asked.iter().any(|c| !blocks::is_flush_left(bytes, c.start));
    let mut literals = Vec::new();
    let (found, hidden) = standing_in_code(bytes, asked, has_inner.then_some(&mut literals), &mut hints);
    let mut kept: Vec<(Candidate, Place)> = Vec::with_capacity(found.len());
    for candidate in found {
        kept.push((candidate, Place::default()));
    }
    let lexed = kept.last().map_or(0, |(candidate, _)| candidate.keyword);
    let mut teller = Teller { bytes, surface, wanted, name, positions: text.positions(), sink };
    if has_inner {
        let is_needed = |candidate: &Candidate| {
            statement.read(content, candidate);
            teller.needs_place(&statement, candidate)
        };
        locate(content, &mut kept, &literals, is_needed);
    }
    for (candidate, place) in &kept {
        statement.read(content, candidate);
        teller.tell(&statement, candidate, place);
    }
    teller.sink.worked(Tier::Lexed, lexed);
    for unread in hidden {
        teller.sink.unread(&mut teller.positions, unread);
    }
    let places = hints.of_code(bytes);
    if wanted.uses || !places.is_empty() {
        let imports: Vec<&Candidate> = kept.iter().map(|(candidate, _)| candidate).collect();
        let hints = uses::Hints { imports: &imports, places };
        let done = uses::read(content, wanted, hints);
        if done.parsed > 0 {
            teller.sink.worked(Tier::Parsed, done.parsed);
        }
        teller.tell_uses(content, done, detail);
    }
}

/// Tier 2: lexes up to the last candidate and keeps those that stand in code. Candidates inside a literal that never
/// closes are told as unread, once for each literal.
/// `literals` receives those of more than one line.
fn standing_in_code(
    bytes: &[u8],
    asked: Vec<Candidate>,
    mut literals: Option<&mut Vec<(usize, usize)>>,
    hints: &mut Places,
) -> (Vec<Candidate>, Vec<Unread>) {
    let mut lexer = Lexer::new(bytes);
    let mut found = Vec::with_capacity(asked.len());
    let mut hidden: Vec<Unread> = Vec::new();
    let mut token = lexer.next_token();
    let mut code_start = 0;
    for candidate in asked {
        while let Some(passed) = token.filter(|token| token.end <= candidate.keyword) {
            code_start = passed.end;
            if let Some(literals) = &mut literals
                && passed.kind != TokenKind::Comment
                && bytes.get(passed.start..passed.end).is_some_and(|text| memchr::memchr(b'\n', text).is_some())
            {
                literals.push((passed.start, passed.end));
            }
            token = lexer.next_token();
        }
        match token {
            Some(around) if around.start <= candidate.keyword => {
                let is_open = around.kind == TokenKind::Literal { closed: false };
                if around.kind != TokenKind::Comment {
                    hints.in_literals.push(around.start);
                }
                let span = Span::new(around.start, around.start + 1);
                if is_open && hidden.last().is_none_or(|last| last.span != span) {
                    hidden.push(Unread {
                        span,
                        kind: ProblemKind::Syntax,
                        message: "this string never closes, and an import stands inside it".into(),
                        help: "close the string; if the file is broken on purpose, list it under `unanalysed`",
                    });
                }
            }
            _ => found.push(candidate.starting_at(code_start)),
        }
    }
    if lexer.gave_up() {
        hidden.push(Unread {
            span: Span::empty(0),
            kind: ProblemKind::Limit,
            message: "too many formatted strings that never close: imports may have been misread".into(),
            help: "mend the strings; if the file is broken on purpose, list it under `unanalysed`",
        });
    }
    (found, hidden)
}

/// Finds scope and contexts of those candidates that are not plainly at module level, and for which somebody needs them.
fn locate(
    text: &str,
    kept: &mut [(Candidate, Place)],
    literals: &[(usize, usize)],
    mut is_needed: impl FnMut(&Candidate) -> bool,
) {
    let bytes = text.as_bytes();
    let mut inner: Vec<&mut (Candidate, Place)> =
        kept.iter_mut().filter(|(c, _)| !blocks::is_flush_left(bytes, c.start) && is_needed(c)).collect();
    if inner.is_empty() {
        return;
    }
    let starts: Vec<Start> =
        inner.iter().map(|(candidate, _)| Start { at: candidate.start, in_header: false }).collect();
    for ((_, place), found) in inner.iter_mut().zip(blocks::places(text, &starts, literals)) {
        *place = found;
    }
}

/// Hands statements over as facts.
struct Teller<'t> {
    bytes: &'t [u8],
    surface: Surface,
    wanted: &'t Wanted<'t>,
    /// The name at hand, reused.
    name: String,
    positions: Positions<'t>,
    sink: &'t mut dyn Sink,
}

impl Teller<'_> {
    /// Hands a statement over.
    fn tell(&mut self, statement: &Statement, candidate: &Candidate, place: &Place) {
        self.each(statement, candidate, place, |sink, positions, fact| sink.fact(positions, fact));
        if let Some(broken) = statement.broken
            && asked::may_hide_wanted(self.bytes, statement, self.wanted)
        {
            let start = statement.span.start as usize;
            let unread = Unread {
                span: Span::new(start, broken.max(start + 1)),
                kind: ProblemKind::Syntax,
                message: "this import statement cannot be read to its end".into(),
                help: "mend the statement; if the file is a template or broken on purpose, list it under `unanalysed`",
            };
            self.sink.unread(&mut self.positions, unread);
        }
    }

    /// Hands over what code does.
    fn tell_uses(&mut self, text: &str, found: uses::Found, detail: Detail) {
        for (local, name, level) in &found.bound {
            self.sink.binds(local, name, *level);
        }
        let places = if detail == Detail::Whole { self.places_of_uses(text, &found) } else { Vec::new() };
        for (index, used) in found.uses.iter().enumerate() {
            let place = places.get(index).cloned().unwrap_or_default();
            let fact = used.fact(self.surface, &place);
            self.sink.fact(&mut self.positions, &fact);
        }
        for unread in found.unread {
            self.sink.unread(&mut self.positions, unread);
        }
    }

    /// Where uses stand, for which somebody needs to know that. A use stands in the contexts of its import, and in the guards around
    /// itself: that it stands in a function says nothing of an import on top of the file.
    fn places_of_uses(&mut self, text: &str, found: &uses::Found) -> Vec<Place> {
        let mut places = vec![Place::default(); found.uses.len()];
        let mut starts: Vec<(Start, usize, bool)> = Vec::new();
        for (index, used) in found.uses.iter().enumerate() {
            let nowhere = Place::default();
            let fact = used.fact(self.surface, &nowhere);
            if self.sink.needs_place(&fact) {
                starts.push((Start { at: used.span.start as usize, in_header: used.in_header }, index, true));
                if let Some(origin) = used.origin {
                    starts.push((Start { at: origin.start as usize, in_header: false }, index, false));
                }
            }
        }
        starts.sort_unstable();
        let wanted: Vec<Start> = starts.iter().map(|(start, ..)| *start).collect();
        let located = blocks::places(text, &wanted, &found.literals);
        for ((_, index, is_own), located) in starts.into_iter().zip(located) {
            let Some(place) = places.get_mut(index) else { continue };
            if is_own {
                place.scope = located.scope;
                let has_import = found.uses.get(index).is_some_and(|used| used.origin.is_some());
                let own = if has_import { located.contexts.guards() } else { located.contexts };
                place.contexts = place.contexts.union(own);
            } else {
                place.contexts = place.contexts.union(located.contexts);
            }
            place.versions = place.versions.and(located.versions);
        }
        places
    }

    /// Whether anybody needs to know where a statement stands.
    fn needs_place(&mut self, statement: &Statement, candidate: &Candidate) -> bool {
        let mut is_needed = false;
        self.each(statement, candidate, &Place::default(), |sink, _, fact| {
            is_needed = is_needed || sink.needs_place(fact);
        });
        is_needed
    }

    fn each(
        &mut self,
        statement: &Statement,
        candidate: &Candidate,
        place: &Place,
        mut take: impl FnMut(&mut dyn Sink, &mut Positions<'_>, &Fact<'_>),
    ) {
        let contexts = if candidate.lazy { place.contexts.with(Context::Lazy) } else { place.contexts };
        let module = statement.module();
        for alias in &statement.aliases {
            let own = statement.name(alias);
            let module_len = if statement.is_from { module.len() } else { own.len() };
            self.name.clear();
            if statement.is_from && !module.is_empty() {
                self.name.push_str(module);
                self.name.push('.');
            }
            self.name.push_str(own);
            let fact = Fact {
                surface: self.surface,
                role: Role::Import,
                name: &self.name,
                module_len,
                alias: statement.bound(alias),
                level: statement.level,
                contexts,
                versions: place.versions,
                scope: &place.scope,
                span: alias.span,
                statement: statement.span,
                ..Fact::default()
            };
            take(self.sink, &mut self.positions, &fact);
        }
    }
}

impl uses::Use {
    /// The same as a fact.
    fn fact<'f>(&'f self, surface: Surface, place: &'f Place) -> Fact<'f> {
        let bound = self.bound.as_ref();
        Fact {
            surface,
            role: self.role,
            name: &self.name,
            module_len: self.name.len(),
            alias: None,
            level: self.level,
            contexts: place.contexts.union(self.contexts),
            versions: place.versions,
            scope: &place.scope,
            span: self.span,
            statement: self.statement,
            confidence: self.confidence,
            origin: self.origin,
            hops: &self.hops,
            bound: bound.map(|(name, scope, by_import)| Bound { name, scope, by_import: *by_import }),
            call: self.call.as_ref(),
            open: self.open,
            dependency: None,
        }
    }
}
