//! Filters of triggers: which branches and paths start a workflow (GitHub docs, "Filter pattern cheat sheet"). Knows the patterns; must
//! not know what is filtered.

/// Whether a list of patterns lets a name through: the last pattern that matches decides, and `!` takes out again. `None` where a
/// pattern is of a kind that is not read here (`?`, `+`, `[`).
pub(super) fn lets_through(patterns: &[String], name: &str) -> Option<bool> {
    let mut through = false;
    for pattern in patterns {
        let (body, takes_out) = match pattern.strip_prefix('!') {
            Some(body) => (body, true),
            None => (pattern.as_str(), false),
        };
        if body.contains(['?', '+', '[', '\\']) {
            return None;
        }
        if matches(body.as_bytes(), name.as_bytes()) {
            through = !takes_out;
        }
    }
    Some(through)
}

/// `*` matches anything but `/`, `**` anything.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    // Where the last star stands, and how much it took: `*` and `**` each.
    let (mut at, mut own) = (0, 0);
    let mut deep: Option<(usize, usize, bool)> = None;
    let mut flat: Option<(usize, usize)> = None;
    loop {
        let rest = pattern.get(own..).unwrap_or_default();
        if rest.starts_with(b"**") {
            // `**/x` is `x` as well, and never the end of another name.
            let is_whole = rest.starts_with(b"**/");
            own += if is_whole { 3 } else { 2 };
            deep = Some((own, at, is_whole));
            flat = None;
            continue;
        }
        if rest.starts_with(b"*") {
            own += 1;
            flat = Some((own, at));
            continue;
        }
        match (rest.first(), name.get(at)) {
            (None, None) => return true,
            (Some(a), Some(b)) if a == b => {
                own += 1;
                at += 1;
                continue;
            }
            _ => {}
        }
        if let Some((after, from)) = flat.filter(|(_, from)| name.get(*from).is_some_and(|b| *b != b'/')) {
            flat = Some((after, from + 1));
            (own, at) = (after, from + 1);
            continue;
        }
        let Some((after, from, is_whole)) = deep else { return false };
        let rest = name.get(from..).unwrap_or_default();
        let step =
            if is_whole { memchr::memchr(b'/', rest).map(|slash| slash + 1) } else { (!rest.is_empty()).then_some(1) };
        let Some(step) = step else { return false };
        deep = Some((after, from + step, is_whole));
        flat = None;
        (own, at) = (after, from + step);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_the_cheat_sheet_says() {
        let one = |pattern: &str, name: &str| lets_through(&[pattern.to_owned()], name);
        for (pattern, name, through) in [
            ("**", "a/b.py", true),
            ("*", "a.py", true),
            ("*", "a/b.py", false),
            ("**.py", "a/b.py", true),
            ("*.py", "a/b.py", false),
            ("**/*.py", "b.py", true),
            ("src/**", "src/a/b.py", true),
            ("src/**", "lib/a.py", false),
            ("docs/*", "docs/a.md", true),
            ("docs/*", "docs/a/b.md", false),
            ("**/docs/**", "x/docs/a.md", true),
            ("**/docs/**", "xdocs/a.md", false),
            ("main", "main", true),
            ("releases/**", "main", false),
        ] {
            assert_eq!(one(pattern, name), Some(through), "{pattern} {name}");
        }
        assert_eq!(one("v[12]", "v1"), None);
        let list =
            |patterns: &[&str], name| lets_through(&patterns.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>(), name);
        assert_eq!(list(&["**", "!docs/**"], "docs/a"), Some(false));
        assert_eq!(list(&["!docs/**", "**"], "docs/a"), Some(true));
    }
}
