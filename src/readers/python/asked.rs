//! Tier 1: whether anybody asks about the statement at a candidate. Knows what is wanted and how to look at a statement
//! cheaply; must not know whether the place is code.

use super::candidates::Candidate;
use super::statement::Statement;
use crate::name::{identifier_len, is_identifier_byte, is_private, top};
use crate::readers::Wanted;
use crate::readers::wanted::Notes;

/// Tier 1: whether the statement at a candidate, if it is code, imports something wanted or is too broken to tell.
pub(super) fn is_wanted(
    text: &str,
    candidate: &Candidate,
    wanted: &Wanted<'_>,
    statement: &mut Statement,
    name: &mut String,
) -> bool {
    let bytes = text.as_bytes();
    if !candidate.continued && surely_speaks_of_others(text, candidate, wanted) {
        return false;
    }
    statement.read(text, candidate);
    if speaks_of_wanted(bytes, statement, wanted, name) {
        return true;
    }
    if candidate.continued && candidate.from.is_some() {
        statement.read(text, &candidate.as_plain());
        return speaks_of_wanted(bytes, statement, wanted, name);
    }
    false
}

/// Takes note of what the statement at a candidate imports, if its top-level name is of interest.
pub(super) fn note(text: &str, candidate: &Candidate, notes: &dyn Notes, statement: &mut Statement) {
    let bytes = text.as_bytes();
    let start = candidate.from.map_or(candidate.keyword + 6, |from| from + 4);
    let rest = bytes.get(start..).unwrap_or_default();
    let blank = rest.iter().take_while(|b| **b == b' ').count();
    let rest = rest.get(blank..).unwrap_or_default();
    let len = identifier_len(rest);
    // Relative ones begin with a dot; whatever is no plain word is read in full.
    if candidate.from.is_some() && len > 0 && !candidate.continued {
        let word = text.get(start + blank..start + blank + len).unwrap_or_default();
        if word.is_ascii() && !notes.is_noted(word) {
            return;
        }
    }
    statement.read(text, candidate);
    for alias in &statement.aliases {
        let own = statement.name(alias);
        if statement.is_from {
            notes.note(statement.module(), statement.level, Some(own));
        } else if notes.is_noted(top(own)) {
            notes.note(own, 0, None);
        }
    }
}

/// A quick look at the first name of a statement, which settles most of them: a from-import of one unwanted module,
/// or a plain import of nothing else.
fn surely_speaks_of_others(text: &str, candidate: &Candidate, wanted: &Wanted<'_>) -> bool {
    let bytes = text.as_bytes();
    let word_at = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        let blank = rest.iter().take_while(|b| **b == b' ').count();
        let rest = rest.get(blank..).unwrap_or_default();
        let len = identifier_len(rest);
        (from + blank, from + blank + len)
    };
    if let Some(from) = candidate.from
        && let Some((level, end)) = dots(bytes, from + 4)
    {
        let is_wanted = wanted.relative.is_some_and(|least| level >= least);
        return !is_wanted && (!wanted.asks_for_forms() || surely_has_no_form(bytes, end, candidate.keyword, wanted));
    }
    let (start, end) = word_at(candidate.from.map_or(candidate.keyword + 6, |from| from + 4));
    let Some(word) = text.get(start..end).filter(|word| !word.is_empty()) else { return false };
    let is_module = !word.as_bytes().first().is_some_and(u8::is_ascii_digit) && word.is_ascii();
    if !is_module || wanted.absolute(word) {
        return false;
    }
    if matches!(word, "as" | "from" | "import") {
        return false;
    }
    if candidate.from.is_some() {
        return !wanted.asks_for_forms() || surely_has_no_form(bytes, start, candidate.keyword, wanted);
    }
    let rest = bytes.get(end..).unwrap_or_default();
    let path = rest.iter().take_while(|b| is_identifier_byte(**b) || **b == b'.').count();
    let mut segments = rest.get(..path).unwrap_or_default().split(|&b| b == b'.').skip(1);
    let is_whole = segments.all(|s| s.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_'));
    let is_private = || wanted.private && has_private_word(bytes.get(start..end + path).unwrap_or_default());
    is_whole && matches!(rest.get(path), None | Some(b'\n')) && !is_private()
}

/// How many dots begin a module, and where they end; `None` when there is none, or nobody can be sure.
fn dots(bytes: &[u8], from: usize) -> Option<(u32, usize)> {
    let rest = bytes.get(from..)?;
    let start = rest.iter().position(|b| *b != b' ')?;
    let end = start + rest.get(start..)?.iter().position(|b| *b != b'.')?;
    let next = rest.get(end..)?.iter().find(|b| **b != b' ')?;
    let is_sure = end > start && is_identifier_byte(*next);
    is_sure.then(|| (crate::span::to_u32(end - start), from + end))
}

/// Whether a from-import, whose module starts at `module`, surely has no form that is wanted: a star or a private name.
fn surely_has_no_form(bytes: &[u8], module: usize, keyword: usize, wanted: &Wanted<'_>) -> bool {
    let rest = bytes.get(keyword + 6..).unwrap_or_default();
    let rest = rest.trim_ascii_start();
    let names = if rest.first() == Some(&b'(') {
        rest.get(..memchr::memchr(b')', rest).unwrap_or(rest.len()))
    } else {
        rest.get(..memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len()))
    };
    let names = names.unwrap_or_default();
    let has_private = || has_private_word(names) || has_private_word(bytes.get(module..keyword).unwrap_or_default());
    // A comment may hold a closing parenthesis, and a backslash joins lines.
    memchr::memchr2(b'#', b'\\', names).is_none()
        && !(wanted.stars && memchr::memchr(b'*', names).is_some())
        && !(wanted.private && has_private())
}

/// Whether a word may be private: it begins with an underscore and is no dunder.
fn has_private_word(text: &[u8]) -> bool {
    let begins_private = |at: usize| {
        let is_inside = at.checked_sub(1).and_then(|before| text.get(before)).copied().is_some_and(is_identifier_byte);
        if is_inside {
            return false;
        }
        let rest = text.get(at..).unwrap_or_default();
        let word = rest.get(..identifier_len(rest)).unwrap_or_default();
        !(word.starts_with(b"__") && word.ends_with(b"__"))
    };
    // Letters beyond ASCII may be an underscore after NFKC.
    memchr::memchr_iter(b'_', text).any(begins_private) || !text.is_ascii()
}

fn speaks_of_wanted(bytes: &[u8], statement: &Statement, wanted: &Wanted<'_>, name: &mut String) -> bool {
    let module = statement.module();
    let is_named = if statement.level > 0 {
        wanted.relative.is_some_and(|least| statement.level >= least)
    } else if statement.is_from {
        !module.is_empty()
            && wanted.absolute(module)
            && statement.aliases.iter().any(|alias| {
                name.clear();
                name.push_str(module);
                name.push('.');
                name.push_str(statement.name(alias));
                wanted.name(name) || wanted.uses(name, 0)
            })
    } else {
        statement
            .aliases
            .iter()
            .map(|alias| statement.name(alias))
            .any(|name| wanted.absolute(name) && (wanted.name(name) || wanted.uses(top(name), 0)))
    };
    let has_form = || {
        statement.aliases.iter().any(|alias| wanted.form(statement.name(alias)))
            || (wanted.private && is_private(module))
    };
    is_named || (wanted.asks_for_forms() && has_form()) || may_hide_wanted(bytes, statement, wanted)
}

/// Whether a broken statement could name something wanted: it has no readable module at all, or a wanted word
/// stands in its unreadable rest.
pub(super) fn may_hide_wanted(bytes: &[u8], statement: &Statement, wanted: &Wanted<'_>) -> bool {
    let Some(broken) = statement.broken else { return false };
    if wanted.is_all() {
        return true;
    }
    let rest = bytes.get(broken..).unwrap_or_default();
    let is_joined = |end: &usize| end.checked_sub(1).and_then(|at| rest.get(at)) == Some(&b'\\');
    let end = memchr::memchr2_iter(b'\n', b'\r', rest).find(|end| !is_joined(end));
    let line = end.and_then(|end| rest.get(..end)).unwrap_or(rest);
    if (wanted.stars && memchr::memchr(b'*', line).is_some()) || (wanted.private && has_private_word(line)) {
        return true;
    }
    if statement.level > 0 {
        return wanted.relative.is_some_and(|least| statement.level >= least);
    }
    if statement.is_from && !statement.module().is_empty() {
        return wanted.absolute(statement.module());
    }
    let has_wanted_word = line
        .split(|&b| !is_identifier_byte(b))
        .filter_map(|word| std::str::from_utf8(word).ok())
        .any(|word| !word.is_empty() && wanted.absolute(word));
    // `import {{ name }}` may become anything.
    has_wanted_word
        || (statement.aliases.is_empty() && line.iter().any(|b| matches!(b, b'{' | b'$' | b'%' | b'<' | b'@')))
}
