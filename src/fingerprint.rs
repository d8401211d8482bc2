//! The identity of a finding across edits. Fixed for good: baselines of users depend on it.
//! Knows no line numbers and no message.

use std::fmt;
use xxhash_rust::xxh3::Xxh3;

/// xxh3-128 over rule, path, scope path, name and ordinal, each length-prefixed.
///
/// Every part is fed as its length in bytes (`u64`, little endian) followed by its bytes; the ordinal as decimal
/// digits. Shown as 32 lower-case hexadecimal digits, most significant first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(u128);

impl Fingerprint {
    /// Computes the identity. `ordinal` counts, from 0, the findings of one file that agree in all other parts.
    #[must_use]
    pub fn new(rule: &str, path: &[u8], scope: &str, name: &str, ordinal: usize) -> Self {
        let mut hash = Xxh3::new();
        let ordinal = ordinal.to_string();
        for part in [rule.as_bytes(), path, scope.as_bytes(), name.as_bytes(), ordinal.as_bytes()] {
            hash.update(&(part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Self(hash.digest128())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        let a = Fingerprint::new("r", b"a", "bc", "n", 0);
        let b = Fingerprint::new("r", b"ab", "c", "n", 0);
        assert_ne!(a, b);
    }
}
