//! Path patterns: anchored at the root, `*` within a segment, `**` across; without an inner `/` at any depth; a folder
//! means everything beneath. Case-sensitive.

use super::{Malformed, wildcard};
use crate::repo_path::RepoPath;

/// A path pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    text: String,
    parts: Vec<Part>,
    /// Ends in `/`: the path itself must be a folder.
    folder: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(Vec<u8>),
    Wild(Vec<u8>),
    Deep,
}

impl Glob {
    /// Reads a pattern.
    ///
    /// # Errors
    /// When it uses signs that mean something in other tools but not here, or leads out of the root.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        refuse_foreign_signs(text)?;
        let body = text.strip_prefix("./").or_else(|| text.strip_prefix('/'));
        let is_anchored_by_start = body.is_some();
        let body = body.unwrap_or(text);
        let folder = body.ends_with('/') || body.is_empty() || body == ".";
        let body = body.trim_end_matches('/');
        let segments: Vec<&str> = body.split('/').filter(|s| !s.is_empty() && *s != ".").collect();
        if segments.contains(&"..") {
            return Err(malformed("a pattern cannot lead out of the root", None, "name a path beneath the root"));
        }
        let mut parts: Vec<Part> = Vec::with_capacity(segments.len() + 1);
        if segments.len() == 1 && !is_anchored_by_start {
            parts.push(Part::Deep);
        }
        for segment in segments {
            parts.push(match segment {
                "**" => Part::Deep,
                _ if segment.contains("**") => {
                    let single = segment.replace("**", "*");
                    return Err(malformed(
                        "`**` must stand alone between slashes",
                        Some(text.replace(segment, &single)),
                        "write `*` within a segment, `**/` across segments",
                    ));
                }
                _ if segment.contains('*') => Part::Wild(segment.as_bytes().to_vec()),
                _ => Part::Literal(segment.as_bytes().to_vec()),
            });
        }
        Ok(Self { text: text.to_owned(), parts, folder })
    }

    /// The one path that a text names, anchored at the root: `src` is the folder there, not any of that name. `None` for
    /// patterns that may match more, and for absolute paths.
    ///
    /// # Errors
    /// As for a pattern.
    pub fn one_path(text: &str) -> Result<Option<RepoPath>, Malformed> {
        let glob = Self::parse(&format!("./{}", text.trim_start_matches("./")))?;
        Ok(glob.literal().filter(|_| !text.starts_with('/')))
    }

    /// The pattern as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The path, when the pattern is nothing but one path from the root.
    #[must_use]
    pub fn literal(&self) -> Option<RepoPath> {
        let mut path = RepoPath::default();
        for part in &self.parts {
            match part {
                Part::Literal(segment) => path = path.join(segment),
                Part::Wild(_) | Part::Deep => return None,
            }
        }
        Some(path)
    }

    /// Whether a file lies in what the pattern names.
    #[must_use]
    pub fn matches(&self, path: &RepoPath) -> bool {
        let segments: Vec<&[u8]> = path.segments().collect();
        // A folder pattern must leave at least the file's own name.
        let usable = if self.folder { segments.len().saturating_sub(1) } else { segments.len() };
        let usable = segments.get(..usable).unwrap_or_default();
        wildcard::shortest_prefix(
            &self.parts,
            usable.len(),
            0,
            |part| *part == Part::Deep,
            |part, index| {
                let segment = usable.get(index).copied().unwrap_or_default();
                match part {
                    Part::Literal(literal) => literal == segment,
                    Part::Wild(pattern) => wildcard::segment(pattern, segment),
                    Part::Deep => false,
                }
            },
        )
        .is_some()
    }
}

fn refuse_foreign_signs(text: &str) -> Result<(), Malformed> {
    if text.is_empty() {
        return Err(malformed("a pattern is empty", None, "name a file or folder; `/` is the whole root"));
    }
    if let Some(rest) = text.strip_prefix('!') {
        return Err(malformed(
            "a pattern cannot be negated",
            Some(rest.to_owned()),
            "put what is to be left out under `not-in`",
        ));
    }
    if text.contains("::") {
        let help = "only `allow-in` can name a function; name the file here";
        return Err(malformed("a function cannot be named here", text.split("::").next().map(str::to_owned), help));
    }
    if text.contains('\\') {
        let spelling = text.replace('\\', "/");
        return Err(malformed("paths are written with `/` everywhere", Some(spelling), "use `/`"));
    }
    for (sign, message, help) in [
        ('?', "`?` is no wildcard here", "`*` stands for any part of a name"),
        ('[', "`[` begins no set of letters here", "`*` stands for any part of a name; or write several patterns"),
        ('{', "`{` begins no alternatives here", "write one pattern for each alternative"),
    ] {
        if text.contains(sign) {
            return Err(malformed(message, alternatives(text, sign), help));
        }
    }
    Ok(())
}

/// The right spelling for a pattern with a foreign sign.
fn alternatives(text: &str, sign: char) -> Option<String> {
    match sign {
        '?' => Some(text.replace('?', "*")),
        '[' => {
            let (start, end) = (text.find('[')?, text.find(']')?);
            Some(format!("{}*{}", text.get(..start)?, text.get(end + 1..)?.trim_start_matches('*')))
        }
        _ => {
            let (start, end) = (text.find('{')?, text.find('}')?);
            let (head, tail) = (text.get(..start)?, text.get(end + 1..)?);
            let each: Vec<_> =
                text.get(start + 1..end)?.split(',').map(|x| format!("{head}{}{tail}", x.trim())).collect();
            Some(each.join(", "))
        }
    }
}

fn malformed(message: &str, spelling: Option<String>, help: &str) -> Malformed {
    Malformed { message: message.to_owned(), spelling, help: help.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_patterns_match() {
        for (pattern, path, hit) in [
            ("tests/", "tests/a.py", true),
            ("tests/", "apps/tests/a.py", true),
            ("tests/", "tests", false),
            ("/tests/", "apps/tests/a.py", false),
            ("./tests/", "tests/x/a.py", true),
            ("conftest.py", "a/b/conftest.py", true),
            ("conftest.py", "conftest.pyi", false),
            ("*.py", "a/b.py", true),
            ("apps/api", "apps/api/x.py", true),
            ("apps/api", "x/apps/api/x.py", false),
            ("apps/*/scripts/", "apps/a/scripts/x.py", true),
            ("apps/*/scripts/", "apps/a/b/scripts/x.py", false),
            ("apps/**/scripts/", "apps/a/b/scripts/x.py", true),
            ("apps/**/scripts/", "apps/scripts/x.py", true),
            ("**/x.py", "x.py", true),
            ("**/x.py", "a/b/x.py", true),
            ("apps/**", "apps/a.py", true),
            ("Apps/", "apps/a.py", false),
            (".", "a.py", true),
            ("/", "a/b.py", true),
        ] {
            let glob = Glob::parse(pattern).unwrap();
            assert_eq!(glob.matches(&RepoPath::from_bytes(path.as_bytes())), hit, "{pattern} {path}");
        }
    }

    #[test]
    fn foreign_signs_show_the_right_spelling() {
        for (pattern, spelling) in [
            ("a?.py", Some("a*.py")),
            ("test_[ab].py", Some("test_*.py")),
            ("{a,b}/x.py", Some("a/x.py, b/x.py")),
            ("!tests/", Some("tests/")),
            ("apps\\api", Some("apps/api")),
            ("a/**b/", Some("a/*b/")),
            ("a.py::f", Some("a.py")),
            ("../x", None),
            ("", None),
        ] {
            assert_eq!(Glob::parse(pattern).unwrap_err().spelling.as_deref(), spelling, "{pattern}");
        }
    }
}
