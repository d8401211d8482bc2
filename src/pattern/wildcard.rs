//! `*` within one segment, and `**` across segments. Linear in pattern times text, whatever the pattern.

/// Whether `text` matches `pattern`, where `*` stands for any bytes.
#[must_use]
pub(super) fn segment(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p, t));
                p += 1;
            }
            Some(byte) if text.get(t) == Some(byte) => {
                p += 1;
                t += 1;
            }
            _ => match retry {
                Some((star, from)) => {
                    p = star + 1;
                    t = from + 1;
                    retry = Some((star, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).unwrap_or_default().iter().all(|&b| b == b'*')
}

/// How many leading segments a sequence of patterns takes, at least: the shortest prefix that it matches and that is
/// no shorter than `min`. `is_deep` tells which patterns stand for any number of segments.
#[must_use]
pub(super) fn shortest_prefix<P>(
    patterns: &[P],
    segments: usize,
    min: usize,
    is_deep: impl Fn(&P) -> bool,
    matches: impl Fn(&P, usize) -> bool,
) -> Option<usize> {
    let (mut p, mut s) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    loop {
        match patterns.get(p) {
            None if s >= min => return Some(s),
            Some(pattern) if is_deep(pattern) => {
                retry = Some((p, s));
                p += 1;
                continue;
            }
            Some(pattern) if s < segments && matches(pattern, s) => {
                p += 1;
                s += 1;
                continue;
            }
            _ => {}
        }
        match retry {
            Some((deep, from)) if from < segments => {
                p = deep + 1;
                s = from + 1;
                retry = Some((deep, from + 1));
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_within_a_segment() {
        for (pattern, text, hit) in [
            ("*", "", true),
            ("*.py", "a.py", true),
            ("test_*_x*", "test_a_b_xy", true),
            ("a*b", "ab", true),
            ("a*b", "abc", false),
            ("**", "x", true),
        ] {
            assert_eq!(segment(pattern.as_bytes(), text.as_bytes()), hit, "{pattern} {text}");
        }
    }

    #[test]
    fn hostile_patterns_stay_linear() {
        let text = "a".repeat(20_000);
        assert!(!segment("*a*a*a*a*a*a*a*b".as_bytes(), text.as_bytes()));
    }
}
