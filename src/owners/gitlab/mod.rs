//! CODEOWNERS as GitLab reads it. Knows sections, exclusions and what it takes for an owner; must not know how the rules
//! of a file are asked.
//!
//! Patterns are those of a shell, matched against whole paths: without a slash at the start they hold at any depth, and
//! only one with a slash at the end reaches what lies beneath a folder. A malformed owner is left out and the rest of its
//! line holds. There are no comments behind a rule: what they name counts as an owner.

mod heading;
mod owner;

use super::lines::{lines, shown, split, words};
use super::pattern::{Part, Pattern, Reach, parts};
use super::segment::Bracket;
use super::{Mistake, Reading, Rule};
use heading::Heading;
use owner::{malformed, owners};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Reads a file.
#[must_use]
pub(super) fn read(bytes: &[u8]) -> Reading {
    let mut reading = Reading::default();
    // Sections by name, in which letters count without case. The first, without a name, holds what no heading precedes.
    let mut sections: FxHashMap<String, usize> = FxHashMap::default();
    let mut section = 0;
    let mut defaults: Arc<[String]> = Arc::default();
    for (line, text) in lines(bytes) {
        let mut note = |what: Option<String>| reading.mistakes.extend(what.map(|what| Mistake { line, what }));
        if let Some(heading) = Heading::read(text) {
            note(heading.fault(text));
            let next = sections.len() + 1;
            section = *sections.entry(String::from_utf8_lossy(heading.name).to_lowercase()).or_insert(next);
            defaults = owners(heading.owners).collect();
            continue;
        }
        let (path, rest) = split(text);
        let excluded = path.strip_prefix(b"!");
        if path.starts_with(b"[") || path.starts_with(b"^[") || excluded.is_some_and(<[u8]>::is_empty) {
            let why = if excluded.is_some() { "names no path" } else { "is no heading: its `]` is missing" };
            note(Some(format!("{} {why}", shown(path))));
            continue;
        }
        let own: Arc<[String]> = match excluded {
            Some(_) => Arc::default(),
            None if rest.is_empty() => Arc::clone(&defaults),
            None => owners(rest).collect(),
        };
        if excluded.is_none() {
            note(malformed(rest).or_else(|| own.is_empty().then(|| format!("{} names no owner", shown(path)))));
        }
        let pattern = compile(excluded.unwrap_or(path));
        reading.rules.push(Rule { pattern, section, owners: own, excludes: excluded.is_some() });
    }
    reading
}

/// Whether a file says something that only GitLab understands: a heading, a role, or a group within a group.
#[must_use]
pub(super) fn speaks(bytes: &[u8]) -> bool {
    lines(bytes).any(|(_, text)| match Heading::read(text) {
        Some(heading) => heading.is_clean() && !heading.name.is_empty(),
        None => words(split(text).1).take_while(|word| !word.starts_with(b"#")).any(|word| {
            word.starts_with(b"@@") || word.starts_with(b"@") && word.split(|byte| *byte == b'/').nth(2).is_some()
        }),
    })
}

fn compile(text: &[u8]) -> Pattern {
    let body = text.strip_prefix(b"/").unwrap_or(text);
    if text == b"*" || body.is_empty() {
        return Pattern::new(Vec::new(), Reach::Beneath);
    }
    let folder = body.strip_suffix(b"/");
    let mut parts = parts(folder.unwrap_or(body), Bracket::Set);
    // `**` means something only before a slash.
    if let (None, Some(last @ Part::Deep)) = (folder, parts.last_mut()) {
        *last = Part::any();
    }
    if body.len() == text.len() {
        parts.insert(0, Part::Deep);
    }
    Pattern::new(parts, if folder.is_some() { Reach::Beneath } else { Reach::Itself })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit(pattern: &str, path: &str) -> bool {
        compile(pattern.as_bytes()).matches(&path.split('/').map(str::as_bytes).collect::<Vec<_>>())
    }

    #[test]
    fn patterns_match_as_the_documentation_says() {
        for (pattern, hits, misses) in [
            ("*", &["a", "a/.b"][..], &[][..]),
            ("/", &["a", "a/b"], &[]),
            ("a.py", &["a.py", "x/y/a.py"], &["a.pyi", "a.py/a"]),
            ("shop/a.py", &["shop/a.py", "src/shop/a.py"], &["xshop/a.py"]),
            ("/a.py", &["a.py"], &["x/a.py"]),
            ("docs/", &["docs/a", "x/docs/y/a"], &["docs"]),
            ("/docs/", &["docs/a", "docs/x/a"], &["x/docs/a"]),
            ("docs", &["docs", "x/docs"], &["docs/a"]),
            ("/docs/*", &["docs/a"], &["docs/x/a"]),
            ("/docs/**", &["docs/a"], &["docs/x/a", "docs"]),
            ("/docs/**/*", &["docs/a", "docs/x/a"], &["docs"]),
            ("/src/*.py", &["src/a.py", "src/.py"], &["src/x/a.py"]),
            ("/src/*/a.py", &["src/x/a.py"], &["src/a.py", "src/x/y/a.py"]),
            ("/src/**/a.py", &["src/a.py", "src/x/y/a.py"], &["a.py"]),
            ("**/gen/", &["gen/a", "x/gen/y/a"], &["gen"]),
            ("**/*.py", &["a.py", "x/a.py"], &["a.pyi"]),
            ("a\\ b/", &["a b/c"], &["a/c"]),
            ("\\#a", &["#a", "x/#a"], &["a"]),
            ("*.[ch]", &["a.c", "x/a.h"], &["a.d"]),
            ("Docs/", &["Docs/a"], &["docs/a"]),
        ] {
            for (paths, expected) in [(hits, true), (misses, false)] {
                for path in paths {
                    assert_eq!(hit(pattern, path), expected, "{pattern} {path}");
                }
            }
        }
    }

    #[test]
    fn lines_become_rules_of_sections() {
        let text = "a @x\n[Docs][2] @d @e\nb\nc @y\n^[Other]\nd\n[dOCS] @f\ne # see @g.\n!f @ignored";
        let reading = read(text.as_bytes());
        let rules: Vec<_> =
            reading.rules.iter().map(|rule| (rule.section, rule.owners.join(" "), rule.excludes)).collect();
        let expected =
            [(0, "@x", false), (1, "@d @e", false), (1, "@y", false), (2, "", false), (1, "@g", false), (1, "", true)];
        assert_eq!(rules, expected.map(|(section, owners, excludes)| (section, owners.to_owned(), excludes)));
        assert_eq!(reading.mistakes.iter().map(|mistake| mistake.line).collect::<Vec<_>>(), [6, 8]);
    }

    #[test]
    fn mistakes_name_the_line() {
        for (line, word) in [
            ("[Docs", "`]` is missing"),
            ("[]", "without a name"),
            ("^[Docs][2]", "optional"),
            ("[ab]c.py @x", "heading"),
            ("[Docs] x", "`x` is no owner"),
            ("a", "names no owner"),
            ("a x @y", "`x` is no owner"),
            ("!", "names no path"),
        ] {
            let reading = read(format!("\n{line}\n").as_bytes());
            let [mistake] = &reading.mistakes[..] else { panic!("{line}: {:?}", reading.mistakes) };
            assert!(mistake.line == 2 && mistake.what.contains(word), "{line}: {}", mistake.what);
        }
    }

    #[test]
    fn what_only_gitlab_understands() {
        for (text, expected) in [
            ("* @x\n[Docs]\n", true),
            ("^[Docs][2] @x\n", true),
            ("* @@owner\n", true),
            ("* @a/b/c\n", true),
            ("* @x # see @a/b/c\n", false),
            ("[ab]*.py @x\n", false),
            ("@a/b/c/ @x\n", false),
            ("# [Docs]\n!a\n", false),
        ] {
            assert_eq!(speaks(text.as_bytes()), expected, "{text}");
        }
    }
}
