//! Words that name distributions in a command, each as its tool spells it: requirements, `ruff@0.6`, `name@^1`,
//! `python3-requests`.

use super::words::Word;
use crate::accepts::Accepts;
use crate::dependency::{Dependency, Origin, Standing};
use crate::distribution::normalise;
use crate::readers::dependencies::manifest::{Manifest, Meant};
use crate::readers::dependencies::poetry;
use crate::span::Span;

/// What a command says of a distribution.
pub(super) const MEANT: Meant<'static> = Meant { standing: Standing::Installed, group: None };

/// A requirement; one whose version the shell puts in is known by its name.
pub(super) fn requirement(word: &Word, span: Span, manifest: &mut Manifest) {
    if word.open {
        manifest.half_open(&word.text, span, MEANT);
    } else {
        manifest.require_in(&word.text, span, MEANT);
    }
}

/// `ruff@0.6.0`, `ruff@latest`, or a requirement.
pub(super) fn tool_requirement(word: &Word, span: Span, manifest: &mut Manifest) {
    let text = word.text.text();
    match text.split_once('@') {
        Some((name, version)) if !word.open && !version.contains(['/', ':']) && !name.contains(' ') => {
            let accepts = if version == "latest" { Accepts::Any } else { Accepts::one(version) };
            let bare = name.split('[').next().unwrap_or_default();
            let dependency = Dependency {
                name: normalise(bare),
                written: text.to_owned(),
                name_span: word.text.span(0..bare.len()),
                specifier: Some((version.to_owned(), word.text.span(name.len() + 1..text.len()))),
                accepts,
                standing: Standing::Installed,
                ..Dependency::default()
            };
            manifest.push(word.text.whole(), span, dependency);
        }
        _ => requirement(word, span, manifest),
    }
}

/// `name@^1`, `name[extra]>=1`, or a requirement.
pub(super) fn poetry_requirement(word: &Word, span: Span, manifest: &mut Manifest) {
    let text = word.text.text();
    let len = text.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(text.len());
    let behind = text.get(len..).unwrap_or_default();
    let brackets = if behind.starts_with('[') { behind.find(']').map_or(0, |at| at + 1) } else { 0 };
    let constraint = behind.get(brackets..).unwrap_or_default();
    let is_plain = len > 0 && !constraint.contains(['/', ';']) && !constraint.starts_with(" @");
    if word.open || !is_plain {
        requirement(word, span, manifest);
        return;
    }
    let specifier = constraint.trim_start_matches('@').trim();
    let accepts = if specifier.is_empty() || specifier.eq_ignore_ascii_case("latest") {
        Accepts::Any
    } else {
        poetry::accepts(specifier.trim_start_matches(':'))
    };
    let start = text.len() - specifier.len();
    let dependency = Dependency {
        name: normalise(text.get(..len).unwrap_or_default()),
        written: text.to_owned(),
        name_span: word.text.span(0..len),
        specifier: (!specifier.is_empty()).then(|| (specifier.to_owned(), word.text.span(start..text.len()))),
        accepts,
        standing: Standing::Installed,
        ..Dependency::default()
    };
    manifest.push(word.text.whole(), span, dependency);
}

/// `python3-requests`, `py3-requests=2.32.3-r0`.
pub(super) fn system(word: &Word, span: Span, manifest: &mut Manifest) {
    let text = word.text.text();
    let own = text.split(['=', '<', '>', '~', '/', ':']).next().unwrap_or_default();
    let prefixes = ["python3-", "python-", "py3-", "python3.", "python3", "python2-"];
    let found = prefixes.iter().find_map(|prefix| own.strip_prefix(prefix).map(|rest| (prefix.len(), rest)));
    let Some((from, rest)) = found else { return };
    // `python3.11-requests`, `python311-requests`.
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-').len();
    let name = rest.get(digits..).unwrap_or_default();
    if !crate::distribution::is_distribution(name) || word.open {
        return;
    }
    let dependency = Dependency {
        name: normalise(name),
        written: text.to_owned(),
        name_span: word.text.span(from + digits..own.len()),
        accepts: if own.len() == text.len() { Accepts::Any } else { Accepts::Unknown },
        standing: Standing::Installed,
        origin: Origin::System,
        guessed: true,
        ..Dependency::default()
    };
    manifest.push(word.text.whole(), span, dependency);
}
