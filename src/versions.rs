//! Sets of Python versions: those for which a piece of code is meant. Knows numbers only; must not know how a set was
//! found or what follows from it.

/// A Python version, as major and minor number.
pub type Version = (u8, u8);

/// Minor versions of Python 3 that a set can tell apart: 3.0 to 3.40. Python 2 is 2.7, and whatever follows 3 is 4.0.
const MINORS: u8 = 41;

/// A set of Python versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions(u64);

impl Versions {
    /// Every version.
    pub const ANY: Self = Self((1 << (MINORS + 2)) - 1);

    /// The versions for which `holds` is true.
    #[must_use]
    pub fn those(holds: impl Fn(Version) -> bool) -> Self {
        Self(every().filter(|(_, version)| holds(*version)).fold(0, |set, (bit, _)| set | 1 << bit))
    }

    /// Whether a version is in the set.
    #[must_use]
    pub fn admits(self, version: Version) -> bool {
        self.0 & (1 << bit(version)) != 0
    }

    /// The versions in both sets.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The version in the set that is nearest to a target, the newer of two; the target itself for an empty set.
    #[must_use]
    pub fn nearest(self, target: Version) -> Version {
        if self.admits(target) {
            return target;
        }
        let distance = |at: u8| (at.abs_diff(bit(target)), std::cmp::Reverse(at));
        let admitted = every().filter(|(_, version)| self.admits(*version));
        admitted.min_by_key(|(at, _)| distance(*at)).map_or(target, |(_, version)| version)
    }
}

impl Default for Versions {
    fn default() -> Self {
        Self::ANY
    }
}

fn bit((major, minor): Version) -> u8 {
    match major {
        0..=2 => 0,
        3 => 1 + minor.min(MINORS - 1),
        _ => MINORS + 1,
    }
}

fn every() -> impl Iterator<Item = (u8, Version)> {
    let three = (0..MINORS).map(|minor| (minor + 1, (3, minor)));
    std::iter::once((0, (2, 7))).chain(three).chain(std::iter::once((MINORS + 1, (4, 0))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_version_is_in_the_set() {
        let old = Versions::those(|version| version < (3, 11));
        assert!(old.admits((2, 7)) && old.admits((3, 10)) && !old.admits((3, 11)));
        assert_eq!(old.nearest((3, 13)), (3, 10));
        assert_eq!(old.nearest((3, 8)), (3, 8));
        assert_eq!(Versions::those(|version| version.0 == 2).nearest((3, 13)), (2, 7));
        assert_eq!(old.and(Versions::those(|version| version > (3, 11))).nearest((3, 12)), (3, 12));
    }
}
