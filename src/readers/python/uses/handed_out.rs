//! What a module hands out under one name: where it binds that name at module level, and to what. Knows the same steps as
//! reading uses, run backwards: from the name to what it is assigned from.

use super::harvest::Harvest;
use super::imported::Imported;
use super::lines::{self, CodeLine};
use super::mentions;
use super::names::Names;
use super::resolve::{Resolver, Value};
use super::{MOST_ROUNDS, Reading};
use crate::name::{identifier_len, normalise};
use crate::readers::handed_out::{HandedOut, Origin};
use crate::readers::{Wanted, python::candidates::candidates, python::statement::Statement};
use crate::span::Span;
use crate::text::{Positions, Text};

/// Reads what a module hands out under a name.
pub(in crate::readers::python) fn read(source: &Text<'_>, name: &str) -> HandedOut {
    let text = source.content();
    let wanted = Wanted { uses: true, ..Wanted::IMPORTS };
    let hints = super::Hints { imports: &[], places: Vec::new() };
    let mut reading = Reading::new(text, &wanted, hints);
    reading.names.add(name);
    let mut found = HandedOut::default();
    // A star in front of a binding that always runs brings the name in no more.
    let mut after = 0;
    for _ in 0..MOST_ROUNDS * 8 {
        let Some(harvest) = reading.read_module() else { break };
        let mut is_new = false;
        for root in &harvest.roots {
            is_new |= reading.names.add(root);
        }
        if !is_new {
            found.origins = origins(&harvest, &reading.names, name, &mut source.positions());
            found.is_bound = is_bound(&harvest, &reading.names, name);
            after = last_sure(&harvest, &reading.names, name);
            break;
        }
    }
    found.stars = stars(text, after, &mut source.positions());
    found.is_listed = is_listed(text, name);
    found
}

impl Reading<'_> {
    /// Reads the lines at module level that mention a name; none when nothing does.
    fn read_module(&self) -> Option<Harvest> {
        let bytes = self.text.as_bytes();
        let mut places = mentions::mentions(self.text, &self.names, &self.meanings, &[], self.wanted);
        let last = places.last().copied()?;
        let tokens = mentions::tokens(bytes, last);
        mentions::in_code(bytes, &mut places, &tokens);
        let (mut lines, frames) = lines::lines_at(bytes, &places, &mentions::tall(bytes, &tokens));
        // Only `global` binds at module level from elsewhere.
        let has_global = lines.iter().any(|line| is_global(bytes, line));
        if !has_global {
            lines.retain(|line| line.frame == 0);
        }
        let flat = self.lay_out(&lines);
        let imported = Imported::default();
        let mut harvest = self.walk(&lines, frames, &flat, &imported);
        harvest.scopes.settle(&harvest.bindings);
        Some(harvest)
    }
}

fn is_global(bytes: &[u8], line: &CodeLine) -> bool {
    bytes.get(line.start..line.end).is_some_and(|code| code.starts_with(b"global"))
}

fn is_bound(harvest: &Harvest, names: &Names, name: &str) -> bool {
    names.id(name).is_some_and(|id| !harvest.scopes.bindings(0, id).is_empty())
}

/// Where the last binding stands that always runs.
fn last_sure(harvest: &Harvest, names: &Names, name: &str) -> usize {
    let bindings = names.id(name).map(|id| harvest.scopes.bindings(0, id)).unwrap_or_default();
    let sure = bindings.iter().filter_map(|index| harvest.bindings.get(*index));
    sure.filter(|binding| binding.is_direct && binding.scope == 0).map(|binding| binding.at).max().unwrap_or(0)
}

fn origins(harvest: &Harvest, names: &Names, name: &str, positions: &mut Positions<'_>) -> Vec<Origin> {
    let Some(id) = names.id(name) else { return Vec::new() };
    let resolver = Resolver::new(harvest, names);
    let mut origins = Vec::new();
    let bindings =
        || harvest.scopes.bindings(0, id).iter().filter_map(|index| Some((*index, harvest.bindings.get(*index)?)));
    // The last one that always runs ends all earlier ones.
    let last = bindings().filter(|(_, binding)| binding.is_direct && binding.scope == 0).map(|(_, b)| b.at).max();
    for (index, binding) in bindings().filter(|(_, binding)| last.is_none_or(|last| binding.at >= last)) {
        for value in resolver.values(index) {
            if let Value::Name { name: reached, level, .. } = value {
                let span = Span::new(binding.at, binding.at + name.len());
                let (start, end) = (positions.at(span.start), positions.at(span.end));
                origins.push(Origin { name: reached.clone(), level: *level, start, end });
            }
        }
    }
    origins
}

/// Modules of star imports.
fn stars(text: &str, after: usize, positions: &mut Positions<'_>) -> Vec<Origin> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    if memchr::memchr(b'*', bytes).is_none() {
        return found;
    }
    let mut statement = Statement::default();
    let mut code: Option<Vec<_>> = None;
    for candidate in candidates(bytes).filter(|candidate| candidate.from.is_some() && candidate.start >= after) {
        statement.read(text, &candidate);
        if statement.aliases.iter().any(|alias| statement.name(alias) == "*") {
            let tokens = code.get_or_insert_with(|| mentions::tokens(bytes, bytes.len()));
            let index = tokens.partition_point(|token| token.end <= candidate.keyword);
            if tokens.get(index).is_none_or(|token| token.start > candidate.keyword) {
                let (start, end) = (positions.at(statement.span.start), positions.at(statement.span.end));
                let name = statement.module().to_owned();
                found.push(Origin { name, level: statement.level, start, end });
            }
        }
    }
    found
}

/// Whether `__all__` lists a name; none when there is no `__all__`, or it is put together from something else.
fn is_listed(text: &str, name: &str) -> Option<bool> {
    let bytes = text.as_bytes();
    memchr::memmem::find(bytes, b"__all__")?;
    let all: Vec<usize> = memchr::memmem::find_iter(bytes, b"__all__").collect();
    let tokens = mentions::tokens(bytes, all.last().copied()?);
    let mut all = all;
    mentions::in_code(bytes, &mut all, &tokens);
    let (lines, _) = lines::lines_at(bytes, &all, &mentions::tall(bytes, &tokens));
    let mut is_plain = false;
    for line in lines.iter().filter(|line| line.frame == 0) {
        let code = text.get(line.start..line.end).unwrap_or_default();
        let Some(rest) = code.strip_prefix("__all__") else { continue };
        if ['"', '\''].iter().any(|quote| code.contains(&format!("{quote}{name}{quote}"))) {
            return Some(true);
        }
        // Names in the list are names of other lists.
        let mut at = 0;
        let mut has_name = false;
        let mut quote = None;
        let bytes = rest.as_bytes();
        while let Some(&byte) = bytes.get(at) {
            match quote {
                Some(open) if byte == open => quote = None,
                Some(_) => {}
                None if matches!(byte, b'"' | b'\'') => quote = Some(byte),
                None => {
                    let len = identifier_len(bytes.get(at..).unwrap_or_default());
                    let word = rest.get(at..at + len).unwrap_or_default();
                    has_name |= len > 0 && !matches!(&*normalise(word), "list" | "tuple" | "str" | "extend" | "append");
                    at += len.saturating_sub(1);
                }
            }
            at += 1;
        }
        if has_name {
            return None;
        }
        is_plain = true;
    }
    is_plain.then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reached(text: &str) -> Vec<String> {
        read(&Text::stored(text, 0), "fetch")
            .origins
            .into_iter()
            .map(|o| format!("{}{}", ".".repeat(o.level as usize), o.name))
            .collect()
    }

    #[test]
    fn names_are_followed_to_what_they_are_assigned_from() {
        assert_eq!(reached("from requests import get as fetch\n"), ["requests.get"]);
        assert_eq!(reached("import requests\nfetch = requests.get\n"), ["requests.get"]);
        assert_eq!(reached("import requests as r\na = r\nb, fetch = 1, a.get\n"), ["requests.get"]);
        assert_eq!(reached("from .x import fetch\n"), [".x.fetch"]);
        assert_eq!(
            reached("try:\n  from a import fetch\nexcept ImportError:\n  from b import fetch\n"),
            ["a.fetch", "b.fetch"]
        );
        assert_eq!(reached("def f():\n  global fetch\n  from a import fetch\n"), ["a.fetch"]);
        assert_eq!(reached("def fetch():\n  from a import fetch\n"), Vec::<String>::new());
        assert_eq!(reached("import a\ndef f():\n  fetch = a\n"), Vec::<String>::new());
    }

    #[test]
    fn stars_matter_where_nothing_binds_the_name() {
        let read = |text: &str| read(&Text::stored(text, 0), "fetch");
        let found = read("from .x import *\n");
        assert_eq!(found.stars.iter().map(|star| (star.name.as_str(), star.level)).collect::<Vec<_>>(), [("x", 1)]);
        assert!(!found.is_bound);
        assert!(read("from .x import *\ndef fetch(): ...\n").stars.is_empty());
    }

    #[test]
    fn lists_of_public_names() {
        let listed = |text: &str| read(&Text::stored(text, 0), "fetch").is_listed;
        assert_eq!(listed("fetch = 1\n"), None);
        assert_eq!(listed("__all__ = ['fetch']\n"), Some(true));
        assert_eq!(listed("__all__ = ['a']\n__all__ += ['fetch']\n"), Some(true));
        assert_eq!(listed("__all__ = ['a']\n"), Some(false));
        assert_eq!(listed("__all__ = ['a'] + x.__all__\n"), None);
    }
}
