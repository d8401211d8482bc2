//! Makefiles (GNU make manual, "Writing Recipes"): what recipes install. Knows variables and recipe lines; rules are not
//! followed.

use super::installs;
use super::words::{Variables, Word, commands};
use crate::excerpt::Excerpt;
use crate::readers::dependencies::read_manifest;
use crate::readers::{Detail, Reader, Sink, Wanted};
use crate::source::Source;
use crate::span::Span;
use crate::surface::Surface;

/// Reads makefiles.
pub(in crate::readers) struct Makefile;

impl Reader for Makefile {
    fn name(&self) -> &'static str {
        "makefile"
    }

    fn about(&self) -> &'static str {
        "Makefile, GNUmakefile, *.mk"
    }

    fn claims(&self, _: &[u8], file_name: &[u8]) -> Option<Surface> {
        let is_named =
            matches!(file_name, b"Makefile" | b"makefile" | b"GNUmakefile") || file_name.starts_with(b"Makefile.");
        (is_named || file_name.ends_with(b".mk")).then_some(Surface::Ci)
    }

    fn read(&self, source: &Source<'_>, surface: Surface, wanted: &Wanted<'_>, _: Detail, sink: &mut dyn Sink) {
        read_manifest(source, surface, wanted, sink, |text, manifest| {
            let whole = Excerpt::verbatim(text.content(), 0);
            let mut variables = Variables::default();
            let mut recipes = Vec::new();
            let mut lines = whole.lines();
            while let Some(line) = lines.next() {
                let mut joined = Excerpt::default();
                joined.append(&line, 0..line.text().len());
                while joined.text().ends_with('\\') {
                    let Some(next) = lines.next() else { break };
                    joined.push_for("\n", Span::empty(joined.whole().end as usize));
                    joined.append(&next, 0..next.text().len());
                }
                if joined.text().starts_with('\t') {
                    recipes.push(joined);
                } else {
                    assign(&joined, &mut variables);
                }
            }
            for recipe in recipes {
                let shell = for_shell(&recipe);
                installs::script(&shell, &mut variables, manifest);
            }
        });
    }
}

/// `NAME = value`, `:=`, `?=`, `+=`.
fn assign(line: &Excerpt<'static>, variables: &mut Variables) {
    let content = line.text();
    let Some(at) = content.find('=') else { return };
    let name = content.get(..at).unwrap_or_default();
    let adds = name.ends_with('+');
    let name = name.trim_end_matches([':', '?', '+', '!']).trim().trim_start_matches("export ").trim().to_owned();
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c)) {
        return;
    }
    let end = content.find(" #").filter(|end| *end > at).unwrap_or(content.len());
    let value = for_shell(&line.part(at + 1..end).trim());
    let open = value.text().contains('$');
    let word = if open { expanded(&value, variables) } else { Word { text: value, open } };
    if adds {
        variables.append(&name, &word, " ");
    } else {
        variables.set(&name, word);
    }
}

/// A value with those of other variables put in, as far as they are known here.
fn expanded(value: &Excerpt<'static>, variables: &mut Variables) -> Word {
    let mut whole = Word::default();
    for word in commands(value, variables).into_iter().flat_map(|command| command.words) {
        if !whole.text.is_empty() {
            whole.text.push_for(" ", word.text.whole());
        }
        whole.text.append(&word.text, 0..word.text.text().len());
        whole.open |= word.open;
    }
    whole
}

/// Text as the shell gets it: `$(NAME)` is its `${NAME}`, `$$` its `$`, and signs in front of a command are make's own.
fn for_shell(text: &Excerpt<'static>) -> Excerpt<'static> {
    let content = text.text();
    let mut shell = Excerpt::default();
    let start = content.len() - content.trim_start_matches(['\t', ' ', '@', '-', '+']).len();
    let mut at = start;
    while let Some(found) = content.get(at..).and_then(|rest| rest.find('$')) {
        let sign = at + found;
        shell.append(text, at..sign);
        let behind = content.get(sign + 1..).unwrap_or_default();
        let close = if behind.starts_with('(') { ')' } else { '}' };
        let inner = behind.get(1..).unwrap_or_default();
        let len = inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(inner.len());
        let (inner, after) = inner.split_at(len);
        let is_name = !inner.is_empty() && after.starts_with(close);
        if behind.starts_with('$') {
            shell.push_for("$", text.span(sign..sign + 2));
            at = sign + 2;
        } else if behind.starts_with(['(', '{']) && is_name {
            let end = (sign + 3 + inner.len()).min(content.len());
            shell.push_for(&format!("${{{inner}}}"), text.span(sign..end));
            at = end;
        } else {
            shell.append(text, sign..sign + 1);
            at = sign + 1;
        }
    }
    shell.append(text, at..content.len());
    shell
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn make_speaks_to_the_shell() {
        let text = |line: &str| {
            let mut own = Excerpt::default();
            own.push(line, 0);
            for_shell(&own).text().to_owned()
        };
        assert_eq!(text("\t@-$(PIP) install $(A) $$X"), "${PIP} install ${A} $X");
        let mut variables = Variables::default();
        for line in ["A := one", "A += two # no", "export B ?= x", "C = $(A) $(B)"] {
            let mut own = Excerpt::default();
            own.push(line, 0);
            assign(&own, &mut variables);
        }
        assert_eq!(variables.get("A").map(|value| value.word.text.text()), Some("one two"));
        assert_eq!(variables.get("C").map(|value| value.word.text.text()), Some("one two x"));
        assert_eq!(variables.get("B").map(|value| value.word.text.text()), Some("x"));
    }
}
