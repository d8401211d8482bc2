//! Name patterns: a dotted name covers itself and everything beneath; `=name` exactly that name; `*` stays within a
//! segment, `**` spans segments. Compared after NFKC.

use super::{Malformed, wildcard};
use crate::name::{is_identifier, normalise};

/// A pattern over dotted names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamePattern {
    text: String,
    exact: bool,
    parts: Vec<Part>,
    /// The dotted name, when there is no wildcard.
    literal: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Wild(String),
    Deep,
}

/// How well a pattern fits a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// `from m import *` may bring the name in.
    Possible,
    /// The name is covered.
    Certain,
}

/// How specific a pattern is; greater decides.
pub type Rank = (usize, usize, bool);

impl NamePattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// When it is no dotted name with wildcards.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let (exact, body) = match text.strip_prefix('=') {
            Some(body) => (true, body),
            None => (false, text),
        };
        if body.is_empty() {
            return Err(malformed("a name is empty", None, "write a dotted name, such as `requests.sessions`"));
        }
        let mut parts = Vec::new();
        for segment in body.split('.') {
            parts.push(match segment {
                "" => return Err(misplaced_dot(text)),
                "**" => Part::Deep,
                _ if segment.contains("**") => {
                    let spelling = text.replace(segment, &segment.replace("**", "*"));
                    let help = "write `*` within a segment, `**` for whole segments";
                    return Err(malformed("`**` must be a whole segment", Some(spelling), help));
                }
                _ if segment.contains('*') && is_identifier(&format!("_{}", segment.replace('*', ""))) => {
                    Part::Wild(normalise(segment).into_owned())
                }
                _ => {
                    let normal = normalise(segment);
                    if !is_identifier(&normal) {
                        return Err(no_identifier(text, segment));
                    }
                    Part::Literal(normal.into_owned())
                }
            });
        }
        let literals: Option<Vec<&str>> = parts
            .iter()
            .map(|part| match part {
                Part::Literal(name) => Some(name.as_str()),
                Part::Wild(_) | Part::Deep => None,
            })
            .collect();
        let literal = literals.map(|segments| segments.join("."));
        Ok(Self { text: text.to_owned(), exact, parts, literal })
    }

    /// The pattern as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The dotted name, when the pattern is one.
    #[must_use]
    pub fn literal(&self) -> Option<&str> {
        self.literal.as_deref()
    }

    /// The top-level name that every match has; `None` when a wildcard stands there.
    #[must_use]
    pub fn top(&self) -> Option<&str> {
        match self.parts.first() {
            Some(Part::Literal(name)) => Some(name),
            _ => None,
        }
    }

    /// Whether it is this name alone, and so covers it and everything beneath.
    #[must_use]
    pub fn is_whole(&self, name: &str) -> bool {
        !self.exact && self.literal.as_deref() == Some(name)
    }

    /// How specific the pattern is: segments, then literal ones, then exactness.
    #[must_use]
    pub fn rank(&self) -> Rank {
        let segments = self.parts.iter().filter(|part| **part != Part::Deep).count();
        let literals = self.parts.iter().filter(|part| matches!(part, Part::Literal(_))).count();
        (segments, literals, self.exact)
    }

    /// Whether the pattern covers a normalised dotted name. A star import is given as `module.*` with `star` set.
    #[must_use]
    pub fn fit(&self, name: &str, star: bool) -> Option<Fit> {
        if star {
            return self.fit_star(name);
        }
        if let Some(literal) = &self.literal {
            let rest = name.strip_prefix(literal.as_str())?;
            return (rest.is_empty() || (!self.exact && rest.starts_with('.'))).then_some(Fit::Certain);
        }
        let segments: Vec<&str> = name.split('.').collect();
        self.covers(&segments, false).then_some(Fit::Certain)
    }

    /// Whether it may cover something beneath a name that it does not cover itself.
    #[must_use]
    pub fn may_lie_beneath(&self, name: &str) -> bool {
        if let Some(literal) = &self.literal {
            literal.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))
        } else {
            let head = self.parts.iter().map_while(|part| match part {
                Part::Literal(name) => Some(name.as_str()),
                Part::Wild(_) | Part::Deep => None,
            });
            self.fit(name, false).is_none() && head.zip(name.split('.')).all(|(own, other)| own == other)
        }
    }

    /// `from m import *`: certain when `m` is covered, possible when a public name beneath it may be.
    fn fit_star(&self, name: &str) -> Option<Fit> {
        let segments: Vec<&str> = name.split('.').collect();
        let module = segments.split_last().map(|(_, module)| module).unwrap_or_default();
        if !self.exact && self.covers(module, false) {
            return Some(Fit::Certain);
        }
        if !self.covers(&segments, true) {
            return None;
        }
        let takes_any = match self.parts.last() {
            Some(Part::Wild(last)) => last == "*",
            Some(Part::Deep) => true,
            _ => false,
        };
        Some(if takes_any { Fit::Certain } else { Fit::Possible })
    }

    fn covers(&self, segments: &[&str], star: bool) -> bool {
        let min = if self.exact { segments.len() } else { 0 };
        wildcard::shortest_prefix(
            &self.parts,
            segments.len(),
            min,
            |part| *part == Part::Deep,
            |part, index| {
                let segment = segments.get(index).copied().unwrap_or_default();
                let is_star = star && index + 1 == segments.len();
                match part {
                    // A star import brings in no name with a leading underscore.
                    Part::Literal(name) | Part::Wild(name) if is_star => !name.starts_with('_'),
                    Part::Literal(name) => name == segment,
                    Part::Wild(pattern) => wildcard::segment(pattern.as_bytes(), segment.as_bytes()),
                    Part::Deep => false,
                }
            },
        )
        .is_some()
    }
}

fn misplaced_dot(text: &str) -> Malformed {
    let body: Vec<&str> = text.split('.').filter(|s| !s.is_empty()).collect();
    let spelling = body.join(".");
    malformed(
        "a name neither starts nor ends with a dot, and has no two in a row",
        (!spelling.is_empty()).then_some(spelling),
        "a name covers itself and everything beneath; relative names are written from the root",
    )
}

fn no_identifier(text: &str, segment: &str) -> Malformed {
    if segment.contains(['<', '>', '~', '!', '[', ';']) || segment.contains("==") {
        return malformed(
            &format!("`{text}` is a requirement, not a name"),
            None,
            "name the library alone; if a comma split the value, quote the whole: \"urllib3>=1.26,<2\"",
        );
    }
    if segment.contains('-') {
        return malformed(
            &format!("`{text}` is no dotted name: `-` cannot stand in an import"),
            Some(text.replace('-', "_")),
            "write the import name; a folder with `-` gets one under `python: packages:`",
        );
    }
    if segment.contains('/') {
        let spelling = text.trim_end_matches(".py").trim_end_matches('/').replace('/', ".");
        return malformed("this is a path, not a dotted name", Some(spelling), "names are written with dots");
    }
    malformed(&format!("`{segment}` is no identifier"), None, "write a dotted name, such as `requests.sessions`")
}

fn malformed(message: &str, spelling: Option<String>, help: &str) -> Malformed {
    Malformed { message: message.to_owned(), spelling, help: help.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(pattern: &str, name: &str) -> Option<Fit> {
        NamePattern::parse(pattern).unwrap().fit(name, name.ends_with('*'))
    }

    #[test]
    fn names_cover_what_lies_beneath() {
        for (pattern, name, hit) in [
            ("requests", "requests", true),
            ("requests", "requests.sessions.Session", true),
            ("requests", "requests_mock", false),
            ("requests", "my.requests", false),
            ("telnetlib", "telnetlib3", false),
            ("=requests", "requests", true),
            ("=requests", "requests.get", false),
            ("acme.*.internal", "acme.a.internal.x", true),
            ("acme.*.internal", "acme.a.b.internal", false),
            ("acme.**.internal", "acme.a.b.internal", true),
            ("acme.**.internal", "acme.internal", true),
            ("**._*", "a.b._c.d", true),
            ("const.SUPPORT_*", "const.SUPPORT_X", true),
            ("=acme.*", "acme.a", true),
            ("=acme.*", "acme.a.b", false),
            ("=acme.*", "acme", false),
        ] {
            assert_eq!(fit(pattern, name).is_some(), hit, "{pattern} {name}");
        }
    }

    #[test]
    fn star_imports() {
        assert_eq!(fit("m", "m.*"), Some(Fit::Certain));
        assert_eq!(fit("m", "m.n.*"), Some(Fit::Certain));
        assert_eq!(fit("m.x", "m.*"), Some(Fit::Possible));
        assert_eq!(fit("=m.x", "m.*"), Some(Fit::Possible));
        assert_eq!(fit("m.*", "m.*"), Some(Fit::Certain));
        assert_eq!(fit("m.SUPPORT_*", "m.*"), Some(Fit::Possible));
        assert_eq!(fit("m._x", "m.*"), None);
        assert_eq!(fit("**._*", "m.*"), None);
        assert_eq!(fit("=m", "m.*"), None);
        assert_eq!(fit("m.x.y", "m.*"), None);
        assert_eq!(fit("other", "m.*"), None);
    }

    #[test]
    fn malformed_names_show_the_right_spelling() {
        for (pattern, spelling) in [
            (".requests", Some("requests")),
            ("a..b", Some("a.b")),
            ("packages.error-handling", Some("packages.error_handling")),
            ("apps/api/x.py", Some("apps.api.x")),
            ("urllib3>=1.26", None),
            ("<2", None),
            ("1a", None),
        ] {
            assert_eq!(NamePattern::parse(pattern).unwrap_err().spelling.as_deref(), spelling, "{pattern}");
        }
    }
}
