//! Owners as GitLab finds them among words. Knows users, groups, roles and e-mail addresses; must not know lines.

use crate::owners::lines::{is_email, shown, words};

/// All owners that a text names.
pub(super) fn owners(text: &[u8]) -> impl Iterator<Item = String> {
    words(text).filter_map(owner).map(|owner| String::from_utf8_lossy(owner).into_owned())
}

/// What is wrong with the words behind a pattern or a heading.
pub(super) fn malformed(text: &[u8]) -> Option<String> {
    let word = words(text).find(|word| owner(word).is_none())?;
    Some(if word.starts_with(b"#") {
        "GitLab knows no comments behind a rule: every owner that they name counts".to_owned()
    } else {
        format!("{} is no owner: write `@user`, `@group/subgroup`, `@@role` or an e-mail address", shown(word))
    })
}

/// The user, group, role or e-mail address that a word names. Signs of a sentence around it do not count.
fn owner(word: &[u8]) -> Option<&[u8]> {
    let is_mark = |byte: &u8| byte.is_ascii_punctuation() && !b"@_-/".contains(byte);
    let start = word.iter().position(|byte| !is_mark(byte))?;
    let end = word.iter().rposition(|byte| !is_mark(byte))?;
    let word = word.get(start..=end)?;
    let is_owner = if let Some(role) = word.strip_prefix(b"@@") {
        let role = role.to_ascii_lowercase();
        [&b"developer"[..], b"maintainer", b"owner"].contains(&role.strip_suffix(b"s").unwrap_or(&role))
    } else if let Some(name) = word.strip_prefix(b"@") {
        let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.-".contains(byte);
        name.split(|byte| *byte == b'/').all(|part| !part.is_empty() && part.iter().all(is_inner))
    } else {
        is_email(word)
    };
    is_owner.then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_an_owner() {
        for (word, expected) in [
            ("@a", Some("@a")),
            ("@a.b/c-d/e_f", Some("@a.b/c-d/e_f")),
            ("(@a),", Some("@a")),
            ("@@developer", Some("@@developer")),
            ("@@Maintainers", Some("@@Maintainers")),
            ("@@guest", None),
            ("a@b.c", Some("a@b.c")),
            ("a", None),
            ("@", None),
            ("@a/", None),
            ("#", None),
        ] {
            assert_eq!(owner(word.as_bytes()), expected.map(str::as_bytes), "{word}");
        }
    }
}
