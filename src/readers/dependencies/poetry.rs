//! Version constraints as poetry writes them (documentation, "Dependency specification"), as sets of versions: `^1.2`,
//! `~1.2`, `1.*`, `1.2`, `||`. Knows their spelling only.

use crate::accepts::Accepts;

/// Which versions a constraint accepts.
pub(in crate::readers) fn accepts(text: &str) -> Accepts {
    let text = text.trim();
    if text.is_empty() {
        return Accepts::Unknown;
    }
    let alternatives = text.replace("||", "|");
    let mut any: Option<Accepts> = None;
    for alternative in alternatives.split('|') {
        let own = all_of(alternative);
        any = Some(match any {
            Some(other) => other.or(own),
            None => own,
        });
    }
    any.unwrap_or_default()
}

/// Constraints that hold together: separated by commas or white space, which may also stand behind an operator.
fn all_of(text: &str) -> Accepts {
    let mut all = Accepts::Any;
    let mut parts: Vec<String> = Vec::new();
    for word in text.split([',', ' ', '\t', '\n']).filter(|word| !word.is_empty()) {
        match parts.last_mut() {
            Some(last) if last.chars().all(|c| "<>=!~^".contains(c)) => last.push_str(word),
            _ => parts.push(word.to_owned()),
        }
    }
    if parts.is_empty() {
        return Accepts::Unknown;
    }
    for part in parts {
        all = all.and(one(&part));
    }
    all
}

fn one(text: &str) -> Accepts {
    let version = text.trim_start_matches(|c| "<>=!~^".contains(c));
    let operator = text.get(..text.len() - version.len()).unwrap_or_default();
    let version = version.trim_start_matches(['v', 'V']);
    let is_any = version.split('.').all(|part| matches!(part, "*" | "x" | "X"));
    if is_any {
        return if matches!(operator, "" | "=" | "==") { Accepts::Any } else { Accepts::Unknown };
    }
    let stem = version.trim_end_matches(".*");
    let has_star = stem.len() < version.len();
    let written = match (operator, has_star) {
        ("" | "=" | "==", false) => format!("=={version}"),
        ("" | "=" | "==", true) => format!("=={stem}.*"),
        ("!=", true) => format!("!={stem}.*"),
        (">" | ">=" | "<" | "<=", _) => format!("{operator}{stem}"),
        ("^", false) => match caret(version) {
            Some(upper) => format!(">={version},<{upper}"),
            None => return Accepts::Unknown,
        },
        ("~", false) => match tilde(version) {
            Some(upper) => format!(">={version},<{upper}"),
            None => return Accepts::Unknown,
        },
        ("~=", false) if release(version).is_some_and(|(_, parts)| parts.len() == 1) => match tilde(version) {
            Some(upper) => format!(">={version},<{upper}"),
            None => return Accepts::Unknown,
        },
        _ => text.to_owned(),
    };
    Accepts::parse(&written)
}

/// Epoch and release segments of a version.
fn release(version: &str) -> Option<(&str, Vec<u64>)> {
    let (epoch, rest) = match version.split_once('!') {
        Some((epoch, rest)) => (version.get(..=epoch.len())?, rest),
        None => ("", version),
    };
    let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
    let parts =
        rest.get(..end)?.trim_end_matches('.').split('.').map(str::parse).collect::<Result<Vec<u64>, _>>().ok()?;
    Some((epoch, parts))
}

/// The version below which `^version` stays: the first segment that is not zero may not grow.
fn caret(version: &str) -> Option<String> {
    let (epoch, parts) = release(version)?;
    let given = parts.len().min(3);
    let place = parts.iter().take(3).position(|part| *part > 0).unwrap_or(given.saturating_sub(1));
    bumped(epoch, &parts, place)
}

/// The same for `~version`: the second segment may not grow, or the first where it stands alone.
fn tilde(version: &str) -> Option<String> {
    let (epoch, parts) = release(version)?;
    bumped(epoch, &parts, usize::from(parts.len() > 1))
}

fn bumped(epoch: &str, parts: &[u64], place: usize) -> Option<String> {
    let mut upper: Vec<String> = parts.iter().take(place).map(u64::to_string).collect();
    upper.push(parts.get(place)?.checked_add(1)?.to_string());
    upper.resize(parts.len().max(place + 1), "0".to_owned());
    Some(format!("{epoch}{}", upper.join(".")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_are_what_the_documentation_says() {
        for (written, pep440) in [
            ("^1.2.3", ">=1.2.3,<2.0.0"),
            ("^0.2.3", ">=0.2.3,<0.3.0"),
            ("^0.0.3", ">=0.0.3,<0.0.4"),
            ("^0.0", ">=0.0,<0.1"),
            ("^0", ">=0,<1"),
            ("^0.0.0.3", ">=0.0.0.3,<0.0.1.0"),
            ("~1", ">=1,<2"),
            ("~1.2.3.4", ">=1.2.3.4,<1.3"),
            ("~1!2.3", ">=1!2.3,<1!2.4"),
            ("~=1", ">=1,<2"),
            ("1.2", "==1.2"),
            ("1.*", "==1.*"),
            ("==1.2.*.*", "==1.2.*"),
            (">=1.2.*", ">=1.2"),
            ("v1.2", "==1.2"),
            (">= 1.2, < 2", ">=1.2,<2"),
            (">=1.2 <2", ">=1.2,<2"),
            ("^2023.1", ">=2023.1,<2024.0"),
        ] {
            assert_eq!(accepts(written), Accepts::parse(pep440), "{written}");
        }
        assert_eq!(accepts("*"), Accepts::Any);
        assert_eq!(accepts("^1 || *"), Accepts::Any);
        assert!(accepts(">=2,<1").is_nothing());
        assert_eq!(accepts("latest"), Accepts::Unknown);
        assert_eq!(accepts(">=1,<2|>=3,<4"), Accepts::parse(">=1,<2").or(Accepts::parse(">=3,<4")));
    }
}
