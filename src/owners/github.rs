//! CODEOWNERS as GitHub reads it. Knows which lines it skips, where its patterns are anchored and what it takes for an
//! owner; must not know how the rules of a file are asked.
//!
//! Patterns are those of `.gitignore`, but for three things: `!` and `[ ]` do nothing, a pattern cannot hold `#`, and a
//! `*` that is the whole last segment does not reach beneath the folders that it matches. A line with a fault is skipped
//! whole.

use super::lines::{is_email, lines, shown, split, words};
use super::pattern::{Part, Pattern, Reach, parts};
use super::segment::Bracket;
use super::{Mistake, Reading, Rule};

/// A file must be smaller than this: 3 MB.
const TOO_LARGE: usize = 3 * 1024 * 1024;

/// Reads a file.
#[must_use]
pub(super) fn read(bytes: &[u8]) -> Reading {
    let mut reading = Reading::default();
    if bytes.len() >= TOO_LARGE {
        let what = "GitHub does not load a file of 3 MB or more, so nobody owns anything".to_owned();
        reading.mistakes.push(Mistake { line: 1, what });
        return reading;
    }
    for (line, text) in lines(bytes) {
        let (pattern, rest) = split(text);
        let owners: Vec<&[u8]> = words(rest).take_while(|word| !word.starts_with(b"#")).collect();
        let fault =
            fault(pattern).or_else(|| owners.iter().find(|owner| !is_owner(owner)).map(|owner| stranger(owner)));
        match fault {
            Some(what) => reading.mistakes.push(Mistake { line, what }),
            None => reading.rules.push(Rule {
                pattern: compile(pattern),
                section: 0,
                owners: owners.iter().map(|owner| String::from_utf8_lossy(owner).into_owned()).collect(),
                excludes: false,
            }),
        }
    }
    reading
}

/// Why GitHub does not take a pattern.
fn fault(pattern: &[u8]) -> Option<String> {
    let why = if pattern.starts_with(b"!") {
        "`!` excludes nothing on GitHub; name the path on a later line without owners instead"
    } else if pattern.contains(&b'#') {
        "a pattern cannot hold `#` on GitHub, not even behind a backslash; write `?` for it"
    } else if has_bare_bracket(pattern) {
        "`[` and `]` begin no set on GitHub; put a backslash before each if the name holds them"
    } else if pattern.windows(3).any(|three| three == b"***") {
        "three `*` in a row are no pattern; write `**` between slashes, or `*`"
    } else if pattern == b"/" {
        "`/` matches nothing on GitHub; write `*` for everything"
    } else {
        return None;
    };
    Some(format!("{why}: the line of {} is skipped", shown(pattern)))
}

fn has_bare_bracket(pattern: &[u8]) -> bool {
    let mut is_escaped = false;
    pattern.iter().any(|byte| {
        let is_bare = b"[]".contains(byte) && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        is_bare
    })
}

fn stranger(owner: &[u8]) -> String {
    format!("{} is no owner: write `@user`, `@org/team` or an e-mail address; the line is skipped", shown(owner))
}

/// Whether a word names a user, a team or an e-mail address.
fn is_owner(word: &[u8]) -> bool {
    let is_name =
        |name: &[u8]| !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte));
    match word.strip_prefix(b"@") {
        Some(name) => {
            let slash = name.iter().position(|byte| *byte == b'/').unwrap_or(name.len());
            let team = name.get(slash + 1..);
            name.get(..slash).is_some_and(is_name) && team.is_none_or(is_name)
        }
        None => is_email(word) && word.iter().rev().take_while(|byte| **byte != b'@').any(|byte| *byte == b'.'),
    }
}

/// A pattern without faults.
fn compile(text: &[u8]) -> Pattern {
    let body = text.strip_prefix(b"/").unwrap_or(text);
    let folder = body.strip_suffix(b"/");
    let mut parts = parts(folder.unwrap_or(body), Bracket::Literal);
    // A slash that is not the last sign anchors.
    let is_anchored = parts.len() > 1 || body.len() < text.len();
    if !is_anchored {
        parts.insert(0, Part::Deep);
    }
    let reach = match parts.last() {
        _ if folder.is_some() => Reach::Beneath,
        Some(Part::Deep) => Reach::Beneath,
        Some(last) if is_anchored && *last == Part::any() => Reach::Itself,
        _ => Reach::ItselfAndBeneath,
    };
    Pattern::new(parts, reach)
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
            ("*", &["a", "a/b.py"][..], &[][..]),
            ("**", &["a", "a/b.py"], &[]),
            ("*.py", &["a.py", "x/y/a.py", "x.py/a"], &["a.pyi"]),
            ("/src/shop/", &["src/shop/a", "src/shop/x/a"], &["src/shop", "x/src/shop/a"]),
            ("docs/*", &["docs/a"], &["docs/x/a", "docs", "x/docs/a"]),
            ("apps/", &["apps/a", "x/apps/y/a"], &["apps", "x/apps"]),
            ("/src/pay", &["src/pay", "src/pay/a"], &["src/payx", "x/src/pay"]),
            ("**/gen", &["gen/a", "src/gen/x/a", "gen"], &["genx"]),
            ("a/b", &["a/b", "a/b/c"], &["x/a/b"]),
            ("/*", &["a"], &["a/b"]),
            ("/a*", &["ab", "ab/c"], &["x/ab"]),
            ("/*/", &["a/b", "a/b/c"], &["a"]),
            ("a/*/c", &["a/b/c", "a/b/c/d"], &["a/c", "a/b/b/c"]),
            ("a/**", &["a/b", "a/b/c"], &["a", "x/a/b"]),
            ("a/**/", &["a/b", "a/b/c"], &["a"]),
            ("a/**/c", &["a/c", "a/b/b/c", "a/c/d"], &["x/a/c"]),
            ("**/*", &["a", "a/b"], &[]),
            ("a/b*/**/c?", &["a/bb/x/cc", "a/b/cd/e"], &["a/b/c"]),
            ("f\\*o", &["f*o"], &["foo"]),
            ("a\\ b/", &["a b/c"], &["a/c"]),
            ("/app/\\[id\\]/", &["app/[id]/page"], &["app/i/page"]),
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
    fn lines_with_faults_are_skipped() {
        let start = "* @all\n";
        for (line, word) in [
            ("!a @x", "`!`"),
            ("\\#a @x", "`#`"),
            ("a#b @x", "`#`"),
            ("a.[ch] @x", "`[`"),
            ("***/a @x", "three"),
            ("/ @x", "`/`"),
            ("a x", "`x` is no owner"),
            ("a @x @", "`@` is no owner"),
            ("a @o/t/u", "no owner"),
            ("a @@developer", "no owner"),
            ("a @x@y", "no owner"),
            ("a x@localhost", "no owner"),
        ] {
            let reading = read(format!("{start}{line}\n").as_bytes());
            assert_eq!(reading.rules.len(), 1, "{line}");
            let [mistake] = &reading.mistakes[..] else { panic!("{line}: {:?}", reading.mistakes) };
            assert!(mistake.line == 2 && mistake.what.contains(word), "{line}: {}", mistake.what);
        }
    }

    #[test]
    fn comments_may_follow_a_rule() {
        let reading = read(b"*.py @py #not @this\na # nobody\n#b @x\n");
        assert_eq!(reading.mistakes, []);
        let owners: Vec<_> = reading.rules.iter().map(|rule| rule.owners.to_vec()).collect();
        assert_eq!(owners, [vec!["@py".to_owned()], vec![]]);
    }

    #[test]
    fn a_file_of_three_megabytes_is_not_loaded() {
        let mut text = b"* @x\n".repeat(TOO_LARGE / 5);
        text.truncate(TOO_LARGE - 1);
        assert!(!read(&text).rules.is_empty());
        text.resize(TOO_LARGE, b'\n');
        assert!(read(&text).rules.is_empty() && read(&text).mistakes.len() == 1);
    }

    /// Where both agree, git is the oracle: patterns whose last segment is not `*` alone, nor `**/`.
    #[test]
    fn git_ignores_what_the_same_pattern_owns() {
        use std::process::{Command, Stdio};
        let folder = tempfile::tempdir().unwrap();
        let git = |arguments: &[&str]| {
            let mut command = Command::new("git");
            command.arg("-C").arg(folder.path()).args(arguments).stdin(Stdio::null());
            command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").output()
        };
        if !git(&["init", "-q"]).is_ok_and(|output| output.status.success()) {
            return;
        }
        let names = ["a", "b", "ab", "a.py", "a b"];
        let mut paths: Vec<String> = names.map(str::to_owned).to_vec();
        for _ in 0..2 {
            let deeper: Vec<String> =
                paths.iter().flat_map(|path| names.map(|name| format!("{path}/{name}"))).collect();
            paths.extend(deeper);
            paths.sort();
            paths.dedup();
        }
        let patterns = [
            "a",
            "/a",
            "a/",
            "/a/",
            "*.py",
            "/*.py",
            "a/b",
            "a/b/",
            "a*",
            "/a*/",
            "a/*/b",
            "a/**",
            "**/a/b",
            "**/b/",
            "a/**/b",
            "?b",
            "a/?",
            "a\\ b",
            "**/a*/b",
            "a**",
            "/**/a",
            "a/**/*.py",
            "*/b",
            "/*/",
            "b/**/a/**",
            "a/a*b",
        ];
        for pattern in patterns {
            std::fs::write(folder.path().join(".gitignore"), format!("{pattern}\n")).unwrap();
            let mut arguments = vec!["check-ignore", "--no-index", "--"];
            arguments.extend(paths.iter().map(String::as_str));
            let output = git(&arguments).unwrap();
            let ignored = String::from_utf8(output.stdout).unwrap();
            let ignored: Vec<&str> = ignored.lines().map(|path| path.trim_matches('"')).collect();
            for path in &paths {
                assert_eq!(hit(pattern, path), ignored.contains(&path.as_str()), "{pattern} {path}");
            }
        }
    }
}
