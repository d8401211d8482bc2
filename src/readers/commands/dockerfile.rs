//! Container files (Dockerfile reference): what `RUN` and its like install. Knows instructions, continued lines and here
//! documents; whatever it does not know it passes over.

use super::installs;
use super::words::{Variables, Word, commands, words};
use crate::excerpt::Excerpt;
use crate::readers::dependencies::manifest::Manifest;
use crate::readers::dependencies::read_manifest;
use crate::readers::tree::{Item, json};
use crate::readers::{Detail, Reader, Sink, Wanted};
use crate::source::Source;
use crate::span::Span;
use crate::surface::Surface;

/// Reads `Dockerfile` and `Containerfile`.
pub(in crate::readers) struct Dockerfile;

impl Reader for Dockerfile {
    fn name(&self) -> &'static str {
        "dockerfile"
    }

    fn about(&self) -> &'static str {
        "Dockerfile*, *.dockerfile, Containerfile*, *.containerfile"
    }

    fn claims(&self, _: &[u8], file_name: &[u8]) -> Option<Surface> {
        let name = file_name.to_ascii_lowercase();
        let fits = |own: &[u8]| {
            name.strip_prefix(own)
                .is_some_and(|rest| rest.is_empty() || matches!(rest.first(), Some(b'.' | b'-' | b'_')))
                || name.strip_suffix(own).is_some_and(|rest| rest.ends_with(b"."))
        };
        let is_prose =
            [&b".md"[..], b".rst", b".txt", b".dockerignore", b".ignore"].iter().any(|end| name.ends_with(end));
        (!is_prose && (fits(b"dockerfile") || fits(b"containerfile"))).then_some(Surface::Containers)
    }

    fn read(&self, source: &Source<'_>, surface: Surface, wanted: &Wanted<'_>, _: Detail, sink: &mut dyn Sink) {
        read_manifest(source, surface, wanted, sink, |text, manifest| {
            let whole = Excerpt::verbatim(text.content(), 0);
            let mut variables = Variables::default();
            for instruction in instructions(&whole) {
                take(&instruction, &mut variables, manifest);
            }
        });
    }
}

/// An instruction with its lines joined, and the bodies of its here documents.
struct Instruction {
    text: Excerpt<'static>,
    bodies: Vec<Excerpt<'static>>,
}

/// The sign that joins lines: a directive at the very top may name another.
fn escape(text: &str) -> char {
    for line in text.lines() {
        let Some(directive) = line.trim().strip_prefix('#').and_then(|rest| rest.split_once('=')) else { break };
        if directive.0.trim().eq_ignore_ascii_case("escape") {
            return if directive.1.trim() == "`" { '`' } else { '\\' };
        }
    }
    '\\'
}

fn instructions(whole: &Excerpt<'_>) -> Vec<Instruction> {
    let sign = escape(whole.text());
    let mut found = Vec::new();
    let mut open: Option<Excerpt<'static>> = None;
    let mut lines = whole.lines().peekable();
    while let Some(line) = lines.next() {
        let content = line.text();
        // Comments and blank lines do not end what goes on.
        if content.trim().is_empty() || content.trim_start().starts_with('#') {
            continue;
        }
        let trimmed = content.trim_end_matches([' ', '\t']);
        let goes_on = trimmed.ends_with(sign)
            && !trimmed.trim_end_matches(sign).is_empty()
            && !trimmed.ends_with(&format!("{sign}{sign}"))
            || trimmed.trim() == sign.to_string();
        let end = if goes_on { trimmed.len() - 1 } else { content.len() };
        let mut text = open.take().unwrap_or_default();
        text.append(&line, 0..end);
        if goes_on {
            open = Some(text);
            continue;
        }
        let mut bodies = Vec::new();
        for (name, is_stripped) in heredocs(text.text()) {
            let mut body = Excerpt::default();
            for line in lines.by_ref() {
                let own = if is_stripped { line.text().trim_start_matches('\t') } else { line.text() };
                if own == name {
                    break;
                }
                body.append(&line, 0..line.text().len());
                body.push_for("\n", Span::empty(line.whole().end as usize));
            }
            bodies.push(body);
        }
        found.push(Instruction { text, bodies });
    }
    found.extend(open.map(|text| Instruction { text, bodies: Vec::new() }));
    found
}

/// Names of the here documents that an instruction opens, and whether tabs in front of their lines do not count.
fn heredocs(text: &str) -> Vec<(String, bool)> {
    let keyword = text.split_whitespace().find(|word| !word.eq_ignore_ascii_case("onbuild")).unwrap_or_default();
    if !["run", "copy", "add"].iter().any(|own| keyword.eq_ignore_ascii_case(own)) {
        return Vec::new();
    }
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("<<") {
        let behind = rest.get(at + 2..).unwrap_or_default();
        let is_quoted = rest.get(..at).is_some_and(|before| before.ends_with(['"', '\'']));
        if behind.starts_with('<') {
            rest = behind.trim_start_matches('<');
            continue;
        }
        let (is_stripped, name) = behind.strip_prefix('-').map_or((false, behind), |name| (true, name));
        let name = name.trim_start_matches([' ', '\t']);
        let own = match name.chars().next() {
            Some(quote @ ('"' | '\'')) => name.get(1..).and_then(|inner| inner.split(quote).next()).unwrap_or_default(),
            _ => name.split([' ', '\t', ';', '&', '|', '>', '<', ')']).next().unwrap_or_default(),
        };
        if !own.is_empty() && !is_quoted {
            names.push((own.to_owned(), is_stripped));
        }
        rest = behind;
    }
    names
}

fn take(instruction: &Instruction, variables: &mut Variables, manifest: &mut Manifest) {
    let text = instruction.text.trim();
    let content = text.text();
    let len = content.find(char::is_whitespace).unwrap_or(content.len());
    let keyword = content.get(..len).unwrap_or_default().to_ascii_uppercase();
    let rest = text.part(len..content.len()).trim();
    match keyword.as_str() {
        "ONBUILD" => {
            let inner = Instruction { text: owned(&rest), bodies: instruction.bodies.clone() };
            if !rest.text().to_ascii_uppercase().starts_with("ONBUILD") {
                take(&inner, variables, manifest);
            }
        }
        "ARG" | "ENV" => remember(&rest, variables),
        "RUN" | "CMD" | "ENTRYPOINT" => run(&without_flags(&rest), &instruction.bodies, variables, manifest),
        _ => {}
    }
}

/// `ARG name=value`, `ENV a=1 b=2` and `ENV name value`.
fn remember(text: &Excerpt<'static>, variables: &mut Variables) {
    let all = words(text);
    let Some(first) = all.first().map(|word| word.text.text().to_owned()) else { return };
    if first.contains('=') {
        for word in &all {
            if let Some((name, value)) = word.text.text().split_once('=') {
                let start = name.len() + 1;
                let value = word.text.part(start..start + value.len());
                variables.set(name, Word { text: value, open: word.open });
            }
        }
    } else if all.len() > 1 {
        let from = text.text().find(&first).unwrap_or(0) + first.len();
        variables.set(&first, Word { text: text.part(from..text.text().len()).trim(), open: false });
    }
}

fn without_flags(text: &Excerpt<'static>) -> Excerpt<'static> {
    let content = text.text();
    let mut at = 0;
    while let Some(rest) = content.get(at..).filter(|rest| rest.starts_with("--")) {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let behind = rest.get(end..).unwrap_or_default();
        at += end + behind.len() - behind.trim_start().len();
    }
    text.part(at..content.len())
}

fn run(text: &Excerpt<'static>, bodies: &[Excerpt<'static>], variables: &mut Variables, manifest: &mut Manifest) {
    if text.text().starts_with('[') {
        let tree = json::parse(text.text());
        if tree.broken.is_empty() && !tree.root.items().is_empty() {
            let words = tree.root.items().iter().filter_map(Item::text).map(|word| {
                let mut own = Excerpt::default();
                let place = word.whole();
                // Places in the text of the instruction, and from there in the file.
                own.append(text, place.range());
                let own =
                    if own.text() == word.text() { own } else { stands_for(word.text(), text.span(place.range())) };
                Word { text: own, open: false }
            });
            installs::words(words.collect(), text.whole(), manifest);
            return;
        }
    }
    // The body of a lone here document is the script.
    if text.text().starts_with("<<") && !bodies.is_empty() && commands(text, &mut Variables::default()).is_empty() {
        for body in bodies {
            installs::script(body, variables, manifest);
        }
        return;
    }
    let mut script = text.clone();
    for (body, (name, _)) in bodies.iter().zip(heredocs(&format!("RUN {}", text.text()))) {
        let at = Span::empty(script.whole().end as usize);
        script.push_for("\n", at);
        script.append(body, 0..body.text().len());
        script.push_for(&name, Span::empty(body.whole().end as usize));
    }
    installs::script(&script, variables, manifest);
}

fn owned(text: &Excerpt<'_>) -> Excerpt<'static> {
    let mut own = Excerpt::default();
    own.append(text, 0..text.text().len());
    own
}

fn stands_for(text: &str, place: Span) -> Excerpt<'static> {
    let mut own = Excerpt::default();
    own.push_for(text, place);
    own
}
