//! Requirement files, as pip reads them: lines are joined, comments cut, and options told from requirements in pip's own
//! order ("Requirements File Format"). Knows which names such files usually have.

use super::manifest::{Manifest, Meant, is_open};
use super::{compiled, pyproject};
use crate::dependency::Standing;
use crate::excerpt::Excerpt;
use crate::readers::commands::words::{Word, words};
use crate::readers::python::hiding;
use crate::readers::{Detail, Reader, Sink, Wanted, comments, decode};
use crate::source::Source;
use crate::span::Span;
use crate::surface::Surface;
use crate::text::Text;

/// Reads requirement files; as constraints where its name or another file says so.
pub(in crate::readers) struct Requirements {
    /// Whether the file only constrains what is installed.
    pub(in crate::readers) constrains: bool,
}

const SUFFIXES: [&[u8]; 4] = [b".txt", b".in", b".pip", b".lock"];
const STEMS: [&[u8]; 6] = [b"requirements", b"requirement", b"reqs", b"req", b"constraints", b"constraint"];

impl Reader for Requirements {
    fn name(&self) -> &'static str {
        if self.constrains { "constraints" } else { "requirements" }
    }

    fn about(&self) -> &'static str {
        if self.constrains {
            "constraints*.txt, *-constraints.txt, and what `-c` names"
        } else {
            "requirements*.txt and *.in, *requirements.txt, requirements/**/*.txt and *.in, and what `-r` names"
        }
    }

    fn claims(&self, folder: &[u8], file_name: &[u8]) -> Option<Surface> {
        let name = file_name.to_ascii_lowercase();
        let suffix = SUFFIXES.iter().find(|suffix| name.ends_with(suffix))?;
        let stem = name.get(..name.len() - suffix.len())?;
        let is_lock = *suffix == b".lock";
        let mut words = stem.split(|b| matches!(b, b'-' | b'_' | b'.')).filter(|word| !word.is_empty());
        let has = |words: &[&[u8]], stems: &[&[u8]]| {
            words.iter().any(|word| {
                stems.iter().any(|own| word == own || (own.len() > 4 && (word.starts_with(own) || word.ends_with(own))))
            })
        };
        let words: Vec<&[u8]> = words.by_ref().collect();
        let in_folder = folder.split(|b| *b == b'/').any(is_folder) && !is_lock && !is_prose(stem);
        let fits = has(&words, &STEMS) || in_folder;
        // `requirements.lock` comes from rye; any other lock has a reader of its own.
        let fits = fits && (!is_lock || stem.starts_with(b"requirements"));
        let constrains = has(&words, &STEMS[4..]);
        (fits && constrains == self.constrains).then_some(Surface::Dependencies)
    }

    fn declares(&self, _: &[u8]) -> bool {
        !self.constrains
    }

    fn read(&self, source: &Source<'_>, surface: Surface, wanted: &Wanted<'_>, _: Detail, sink: &mut dyn Sink) {
        if wanted.distributions.is_none() {
            return;
        }
        let Some(text) = decode::decode_or_tell(source.bytes, sink) else { return };
        if wanted.comments {
            comments::tell_lines(&text, sink);
        }
        let mut manifest = Manifest::new(surface);
        // pip honours the cookies of Python (PEP 263).
        if let Some((at, encoding)) = hiding(source.bytes) {
            let message = format!("the encoding `{encoding}` is not read: it could hide requirements");
            manifest.limit(Span::empty(at), message);
        }
        let group = group(source);
        let standing = if self.constrains { Standing::Constraint } else { Standing::Declared };
        read(&text, Meant { standing, group: Some(&group) }, &mut manifest);
        if !self.constrains {
            let project = || wanted.beside.and_then(|beside| beside("pyproject.toml"));
            let own = || project().and_then(|bytes| pyproject::own_name(&bytes));
            compiled::tell_apart(text.content(), &own, &mut manifest);
        }
        manifest.hand_over(&text, wanted, sink);
    }
}

/// How words begin that say that requirements are not those of the running program.
const OTHERS: [&str; 20] = [
    "dev", "test", "doc", "lint", "ci", "typing", "mypy", "build", "release", "bench", "tool", "local", "debug",
    "style", "format", "coverage", "pre", "extra", "example", "qa",
];

/// Whether a folder usually holds requirement files.
pub(in crate::readers) fn is_folder(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with(b"requirement") || name.ends_with(b"requirements") || name == b"reqs"
}

/// Text files beside requirements that are prose.
fn is_prose(stem: &[u8]) -> bool {
    [&b"readme"[..], b"license", b"changelog", b"notes", b"notice", b"authors"]
        .iter()
        .any(|prose| stem.starts_with(prose))
}

/// `runtime` for `requirements.txt`; what its name says otherwise: `group:dev` for `requirements-dev.txt`,
/// `dev-requirements.in` and `requirements/dev.txt`.
fn group(source: &Source<'_>) -> String {
    let name = String::from_utf8_lossy(source.path.file_name()).to_lowercase();
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
    let words = stem.split(['-', '_', '.']).filter(|word| !word.is_empty());
    let is_usual = |word: &&str| !STEMS.iter().any(|own| word.as_bytes().starts_with(own));
    // A file that only others call requirements is theirs.
    let is_named = words.clone().any(|word| STEMS.iter().any(|own| word.contains(&*String::from_utf8_lossy(own))));
    let rest: Vec<&str> = words.filter(is_usual).collect();
    // A file in a folder of requirements is what its project runs with, unless its name says what else it is for.
    let in_folder = source.path.parent().segments().any(is_folder);
    let is_for_others = rest.iter().any(|word| OTHERS.iter().any(|own| word.starts_with(own)));
    match rest.join("-").as_str() {
        _ if (in_folder || !is_named) && !is_for_others => "runtime".to_owned(),
        "" | "base" | "main" | "common" | "prod" | "production" | "runtime" | "default" => "runtime".to_owned(),
        rest => format!("group:{rest}"),
    }
}

/// Takes every line of a requirement file.
pub(in crate::readers) fn read(text: &Text<'_>, meant: Meant<'_>, manifest: &mut Manifest) {
    let whole = Excerpt::verbatim(text.content(), 0);
    for line in logical_lines(&whole) {
        one(&line, meant, manifest);
    }
}

/// Lines joined as pip joins them, without comments: `\` at the end goes on, but a comment line ends it.
pub(super) fn logical_lines(text: &Excerpt<'_>) -> Vec<Excerpt<'static>> {
    let mut lines = Vec::new();
    let mut open: Option<Excerpt<'static>> = None;
    for (start, end) in physical_lines(text.text()) {
        let line = text.text().get(start..end).unwrap_or_default();
        let is_comment = comment_at(line) == Some(0) || line.trim_start().starts_with('#');
        let goes_on = line.ends_with('\\') && !is_comment;
        let own = if goes_on { line.trim_matches('\\') } else { line };
        let from = start + if goes_on { line.len() - line.trim_start_matches('\\').len() } else { 0 };
        let mut joined = open.take().unwrap_or_default();
        if is_comment && !joined.is_empty() {
            joined.push_for(" ", crate::span::Span::empty(text.start(start) as usize));
        }
        joined.append(text, from..from + own.len());
        if goes_on {
            open = Some(joined);
        } else {
            lines.push(joined);
        }
    }
    lines.extend(open);
    let without_comment = lines.into_iter().map(|line| {
        let end = comment_at(line.text()).unwrap_or(line.text().len());
        line.part(0..end).trim()
    });
    without_comment.filter(|line| !line.is_empty()).collect()
}

/// Where a comment begins: at a `#` at the start or behind white space, with that white space.
fn comment_at(line: &str) -> Option<usize> {
    let mut places = line.match_indices('#').map(|(at, _)| at);
    let at = places
        .find(|at| line.get(..*at).is_some_and(|before| before.is_empty() || before.ends_with(char::is_whitespace)))?;
    Some(line.get(..at).map_or(0, |before| before.trim_end().len()))
}

/// Lines as Python splits texts: at more than line feeds.
fn physical_lines(text: &str) -> Vec<(usize, usize)> {
    let mut lines = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let is_end =
            matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}');
        if is_end {
            lines.push((start, at));
            let is_pair = c == '\r' && chars.peek().is_some_and(|(_, next)| *next == '\n');
            if is_pair {
                chars.next();
            }
            start = at + c.len_utf8() + usize::from(is_pair);
        }
    }
    if start < text.len() {
        lines.push((start, text.len()));
    }
    lines
}

/// Takes one logical line: a requirement, and options behind it, or options alone.
pub(super) fn one(line: &Excerpt<'_>, meant: Meant<'_>, manifest: &mut Manifest) {
    let text = line.text();
    let mut end = text.len();
    let mut at = 0;
    for token in text.split(' ') {
        if token.starts_with('-') {
            end = at;
            break;
        }
        at += token.len() + 1;
    }
    let requirement = line.part(0..end.min(text.len())).trim();
    // Statements and comments of a template stand for nothing.
    if requirement.text().starts_with("{%") || requirement.text().starts_with("{#") {
        return;
    }
    if !requirement.is_empty() {
        manifest.require_in(&requirement, line.whole(), meant);
        return;
    }
    options(&words(line), line, meant, manifest);
}

fn options(words: &[Word], line: &Excerpt<'_>, meant: Meant<'_>, manifest: &mut Manifest) {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        let text = word.text.text();
        let found = KINDS.iter().find_map(|(short, long, least, kind)| {
            if let Some(rest) =
                text.strip_prefix("--").map(|rest| rest.split_once('=').map_or((rest, None), |(n, v)| (n, Some(v))))
            {
                let (name, value) = rest;
                let is_it = name == *long || (name.len() >= *least && long.starts_with(name));
                return is_it.then(|| (*kind, value.map(|value| text.len() - value.len())));
            }
            let rest = text.strip_prefix(short)?;
            let from = short.len() + usize::from(rest.starts_with('='));
            Some((*kind, (!rest.is_empty()).then_some(from)))
        });
        let Some((kind, from)) = found else { continue };
        let value = if let Some(from) = from {
            Some(word.text.part(from..text.len()))
        } else {
            at += 1;
            words.get(at - 1).map(|next| next.text.clone())
        };
        let Some(value) = value.filter(|value| !value.is_empty()) else { continue };
        match kind {
            Kind::Other => {}
            Kind::Editable => manifest.editable(&value, line.whole(), meant),
            Kind::File | Kind::Constraints => {
                let constrains = kind == Kind::Constraints || meant.standing == Standing::Constraint;
                if is_open(value.text()) || word.open {
                    manifest.open(value.whole(), line.whole(), meant);
                }
                manifest.include(&value, constrains);
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Constraints,
    Editable,
    Other,
}

/// Options with a value: short and long, how much of the long one is needed, and what it means.
const KINDS: [(&str, &str, usize, Kind); 7] = [
    ("-r", "requirement", 8, Kind::File),
    ("-c", "constraint", 4, Kind::Constraints),
    ("-e", "editable", 2, Kind::Editable),
    ("-i", "index-url", 3, Kind::Other),
    ("-f", "find-links", 2, Kind::Other),
    ("-i", "extra-index-url", 3, Kind::Other),
    ("-i", "trusted-host", 1, Kind::Other),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        logical_lines(&Excerpt::verbatim(text, 0)).iter().map(|line| line.text().to_owned()).collect()
    }

    #[test]
    fn lines_are_joined_as_pip_does() {
        assert_eq!(lines("a \\\n  --hash=x \\\n  # no\nb#c # d\n\n#e\nf\\"), ["a   --hash=x", "b#c", "f"]);
        assert_eq!(lines("a\\ \nb"), ["a\\", "b"]);
        assert_eq!(lines("a\rb\u{2028}c\r\nd"), ["a", "b", "c", "d"]);
    }

    #[test]
    fn names_say_which_files_are_read() {
        let claims = |folder: &str, name: &str| {
            let by =
                |constrains: bool| Requirements { constrains }.claims(folder.as_bytes(), name.as_bytes()).is_some();
            (by(false), by(true))
        };
        for name in [
            "requirements.txt",
            "requirements-dev.in",
            "dev-requirements.txt",
            "requirements_test.txt",
            "Requirements.TXT",
            "requirements.lock",
            "test_requirements.txt",
        ] {
            assert_eq!(claims("", name), (true, false), "{name}");
        }
        for name in ["constraints.txt", "upper-constraints.txt", "constraints-3.12.txt", "requirements-constraints.txt"]
        {
            assert_eq!(claims("", name), (false, true), "{name}");
        }
        assert_eq!(claims("requirements", "dev.txt"), (true, false));
        assert_eq!(claims("a/requirements", "README.txt"), (false, false));
        for name in ["notes.txt", "poetry.lock", "requirements.md", "a.in", "robots.txt"] {
            assert_eq!(claims("", name), (false, false), "{name}");
        }
    }

    #[test]
    fn names_say_which_group() {
        let of = |name: &str| {
            let path = crate::repo_path::RepoPath::from_bytes(name.as_bytes());
            group(&Source { path: &path, bytes: b"" })
        };
        assert_eq!(of("requirements.txt"), "runtime");
        assert_eq!(of("requirements/base.in"), "runtime");
        assert_eq!(of("requirements-dev.txt"), "group:dev");
        assert_eq!(of("a/test-requirements.txt"), "group:test");
        assert_eq!(of("requirements/pip.txt"), "runtime");
        assert_eq!(of("requirements/docs.txt"), "group:docs");
    }
}
