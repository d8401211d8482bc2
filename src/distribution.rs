//! Names of distributions: what requirements call a library. Knows their spelling; must not know what code imports of them.

/// Whether a text can be the name of a distribution (dependency specifiers, "Names").
#[must_use]
pub fn is_distribution(text: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(is_inner)
}

/// The spelling in which names of distributions, extras and groups are compared (PEP 503).
#[must_use]
pub fn normalise(distribution: &str) -> String {
    let mut normal = String::with_capacity(distribution.len());
    for c in distribution.chars() {
        match c {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            _ => normal.extend(c.to_lowercase()),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_case_and_separators() {
        assert_eq!(normalise("a.b__C"), "a-b-c");
        assert_eq!(normalise("Typing_Extensions"), normalise("typing-extensions"));
        assert!(is_distribution("A.b-c_1") && !is_distribution("-a") && !is_distribution("a-") && !is_distribution(""));
    }
}
