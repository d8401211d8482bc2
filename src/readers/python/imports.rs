//! Import statements: candidates of tier 1, told as facts where tier 2 says that they stand in code. Knows how the tiers
//! fit together; must not know what uses make of what is imported.

use super::asked;
use super::blocks::{self, Place};
use super::candidates::{Candidate, candidates};
use super::lexer::{Lexer, TokenKind};
use super::statement::Statement;
use crate::context::Context;
use crate::fact::{Fact, Role};
use crate::problem::ProblemKind;
use crate::readers::{Detail, Sink, Unread, Wanted};
use crate::span::Span;
use crate::surface::Surface;
use crate::text::{Positions, Text};

/// Tells the import statements that are wanted.
pub(super) fn read(text: &Text<'_>, surface: Surface, wanted: &Wanted<'_>, detail: Detail, sink: &mut dyn Sink) {
    let (content, bytes) = (text.content(), text.content().as_bytes());
    let mut statement = Statement::default();
    let mut name = String::with_capacity(128);
    let is_asked = |candidate: &Candidate| {
        wanted.is_all() || asked::is_wanted(content, candidate, wanted, &mut statement, &mut name)
    };
    let mut asked: Vec<Candidate> = Vec::with_capacity(if wanted.is_all() { 64 } else { 0 });
    asked.extend(candidates(bytes).filter(is_asked));
    if asked.is_empty() {
        return;
    }
    let has_inner = detail == Detail::Whole && asked.iter().any(|c| !blocks::is_flush_left(bytes, c.start));
    let mut literals = Vec::new();
    let (found, hidden) = standing_in_code(bytes, asked, has_inner.then_some(&mut literals));
    let mut kept: Vec<(Candidate, Place)> = Vec::with_capacity(found.len());
    for candidate in found {
        kept.push((candidate, Place::default()));
    }
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
    for unread in hidden {
        teller.sink.unread(&mut teller.positions, unread);
    }
}

/// Tier 2: lexes up to the last candidate and keeps those that stand in code. Candidates inside a literal that never
/// closes are told as unread, once for each literal.
/// `literals` receives those of more than one line.
fn standing_in_code(
    bytes: &[u8],
    asked: Vec<Candidate>,
    mut literals: Option<&mut Vec<(usize, usize)>>,
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
    let starts: Vec<usize> = inner.iter().map(|(candidate, _)| candidate.start).collect();
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
            };
            take(self.sink, &mut self.positions, &fact);
        }
    }
}
