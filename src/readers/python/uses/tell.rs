//! From loads and strings to uses: what they lead to, as far as anybody asks. Knows what is wanted; must not know syntax.

use super::harvest::{At, Harvest, Load};
use super::lines::{CodeLine, Frame};
use super::resolve::{Resolver, Value};
use super::shapes::Root;
use super::{Found, Reading, Use, parse, strings};
use crate::context::{Context, Contexts};
use crate::fact::{Confidence, Role};
use crate::problem::ProblemKind;
use crate::readers::Unread;
use crate::span::Span;

impl Reading<'_> {
    /// What the loads and strings lead to, as far as anybody asks.
    pub(super) fn tell(&self, resolver: &Resolver<'_>, harvest: &Harvest, lines: &[CodeLine]) -> Found {
        let mut uses = Vec::new();
        for load in &harvest.loads {
            self.tell_load(load, resolver, harvest, lines, &mut uses);
        }
        for (method, load) in &harvest.methods {
            let name = format!(".{}", self.names.text(*method));
            uses.push(plain(load, name, lines, Confidence::Likely));
        }
        for spot in &harvest.spots {
            strings::tell(spot, resolver, self.wanted, lines, &mut uses);
        }
        // What others hang on comes first.
        let order = |used: &Use| (used.role != Role::Import, used.hops.len(), used.span);
        uses.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.name.cmp(&b.name)));
        uses.dedup_by(|a, b| a.role == b.role && a.span == b.span && a.name == b.name);
        Found { uses, ..Found::default() }
    }

    fn tell_load(
        &self,
        load: &Load,
        resolver: &Resolver<'_>,
        harvest: &Harvest,
        lines: &[CodeLine],
        uses: &mut Vec<Use>,
    ) {
        if resolver.is_unbound(load) {
            self.tell_unbound(load, lines, uses);
            return;
        }
        for lead in resolver.leads(load) {
            let Value::Name { name, level, origin, hops, is_dynamic, .. } = lead.value else { continue };
            if !self.wanted.uses(&name, level) {
                continue;
            }
            let contexts = if is_dynamic { context(Role::Import) } else { Contexts::default() };
            let local = match load.root {
                Root::Name(id, _) => self.names.text(id).to_owned(),
                _ => String::new(),
            };
            let bound = lead.bound.map(|(owner, by_import)| (local, Frame::path(&harvest.frames, owner), by_import));
            uses.push(Use {
                level,
                origin: Some(origin),
                hops,
                bound,
                contexts,
                ..plain(load, name, lines, lead.confidence)
            });
        }
    }

    /// A name that nobody binds is a builtin, or comes from a star import.
    fn tell_unbound(&self, load: &Load, lines: &[CodeLine], uses: &mut Vec<Use>) {
        let Root::Name(id, _) = load.root else { return };
        let local = self.names.text(id);
        let is_builtin = crate::builtins::is_builtin(local);
        if is_builtin && self.wanted.words.iter().any(|word| word == local) {
            let name = format!("builtins.{local}{}", load.suffix);
            uses.push(plain(load, name, lines, Confidence::Certain));
        }
        for (module, level, span) in self.stars.iter().filter(|_| !is_builtin) {
            let name = format!("{module}.{local}{}", load.suffix);
            if self.wanted.uses(&name, *level) {
                let plain = plain(load, name, lines, Confidence::Likely);
                uses.push(Use { level: *level, origin: Some(*span), ..plain });
            }
        }
    }

    /// What is bound at module level, other than by import statements.
    pub(super) fn bound(&self, resolver: &Resolver<'_>, harvest: &Harvest) -> Vec<(String, String, u32)> {
        let mut bound = Vec::new();
        for (id, local) in self.names.iter() {
            for &index in harvest.scopes.bindings(0, id) {
                for value in resolver.values(index) {
                    if let Value::Name { name, level, .. } = value
                        && self.wanted.uses(name, *level)
                    {
                        bound.push((local.to_owned(), name.clone(), *level));
                    }
                }
            }
        }
        bound
    }

    /// Lines that could not be parsed, where a name stands in them whose uses may be complaints.
    pub(super) fn broken(&self, harvest: &Harvest, lines: &[CodeLine], mentions: &[usize]) -> Vec<Unread> {
        let mut unread = Vec::new();
        for (number, refusal) in &harvest.broken {
            let Some(line) = lines.get(*number) else { continue };
            let first = mentions.partition_point(|at| *at < line.start);
            let last = mentions.partition_point(|at| *at < line.end);
            let depends = |at: &&usize| {
                let rest = self.text.get(**at..).unwrap_or_default();
                let word = rest.get(..crate::name::identifier_len(rest.as_bytes())).unwrap_or_default();
                let Some(id) = self.names.id(word) else { return false };
                let meanings = self.meanings.get(id).map(Vec::as_slice).unwrap_or_default();
                meanings.is_empty() || meanings.iter().any(|(name, level)| self.wanted.depends(name, *level))
            };
            let named = mentions.get(first..last).unwrap_or_default().iter().find(depends);
            let in_line = |at: &&usize| **at >= line.start && **at < line.end;
            let Some(at) = named.or_else(|| self.places.iter().find(in_line)) else { continue };
            unread.push(match refusal {
                Some(parse::Outcome::Refused(refusal)) => Unread {
                    span: Span::new(*at, *at + 1),
                    kind: ProblemKind::Limit,
                    message: refusal.message().into(),
                    help: "shorten or simplify the statement, or list the file under `unanalysed`",
                },
                _ => Unread {
                    span: Span::new(*at, *at + 1),
                    kind: ProblemKind::Syntax,
                    message: "this statement cannot be parsed, and a name stands in it that a rule asks about".into(),
                    help: "mend the statement; if the file is broken on purpose, list it under `unanalysed`",
                },
            });
        }
        unread
    }
}

/// A use without what only some have.
fn plain(load: &Load, name: String, lines: &[CodeLine], confidence: Confidence) -> Use {
    Use {
        role: if load.call.is_some() { Role::Call } else { Role::Use },
        name,
        level: 0,
        span: load.at.span,
        statement: statement(lines, load.at),
        in_header: load.at.in_header,
        contexts: Contexts::default(),
        confidence,
        origin: None,
        hops: Vec::new(),
        bound: None,
        call: load.call.clone(),
        open: false,
    }
}

/// The logical line of a place.
pub(super) fn statement(lines: &[CodeLine], at: At) -> Span {
    lines.get(at.line).map_or(at.span, |line| Span::new(line.start, line.end))
}

/// The context of what a string names.
pub(super) fn context(role: Role) -> Contexts {
    Contexts::default().with(if role == Role::Import { Context::Dynamic } else { Context::String })
}
