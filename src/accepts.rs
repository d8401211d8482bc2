//! Sets of versions of a distribution: what a declaration accepts, against what a rule asks for (PEP 440). Knows versions
//! only; must not know how a format spells them.

use pep440_rs::{Operator, Version, VersionSpecifier, VersionSpecifiers};
use std::str::FromStr;
use version_ranges::Ranges;

/// More specifiers for one distribution are not read.
const MOST_SPECIFIERS: usize = 200;

/// Which versions a declaration accepts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Accepts {
    /// Any: it names none.
    #[default]
    Any,
    /// Those of a set.
    Some(Ranges<Version>),
    /// Nobody can tell: a URL, a variable, a version that is none.
    Unknown,
}

/// What a declaration is to a rule that asks for some versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Accepts nothing else.
    Inside,
    /// Accepts others too.
    Partly,
    /// Accepts others only.
    Outside,
    /// Accepts no version at all.
    Nothing,
    /// Nobody can tell.
    Unknown,
}

/// Versions that a rule speaks of.
#[derive(Clone, Debug)]
pub struct Range {
    specifiers: VersionSpecifiers,
    ranges: Ranges<Version>,
}

impl Range {
    /// Reads version specifiers (PEP 440); `None` when they are none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.bytes().filter(|b| *b == b',').count() > MOST_SPECIFIERS {
            return None;
        }
        let specifiers = VersionSpecifiers::from_str(text).ok().filter(|all| all.iter().next().is_some())?;
        let ranges = set(&specifiers, Side::Rule);
        Some(Self { specifiers, ranges })
    }

    /// Whether no version at all is meant.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// What a declaration is to a rule that asks for these versions.
    #[must_use]
    pub fn judge(&self, accepts: &Accepts) -> Verdict {
        let own = match accepts {
            Accepts::Any => return Verdict::Partly,
            Accepts::Unknown => return Verdict::Unknown,
            Accepts::Some(own) => own,
        };
        if own.is_empty() {
            return Verdict::Nothing;
        }
        if let Some(version) = own.as_singleton() {
            let is_inside = self.specifiers.iter().all(|specifier| admits(specifier, version));
            return if is_inside { Verdict::Inside } else { Verdict::Outside };
        }
        if own.subset_of(&self.ranges) {
            Verdict::Inside
        } else if own.is_disjoint(&self.ranges) {
            Verdict::Outside
        } else {
            Verdict::Partly
        }
    }
}

impl Accepts {
    /// Reads version specifiers, as leniently as pip once did: a comma at the end, `>=1.0.*`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = text.trim().trim_end_matches(',').trim_end();
        if text.is_empty() {
            return Accepts::Any;
        }
        // Each excluded version splits a set: nobody writes so many.
        if text.bytes().filter(|b| *b == b',').count() > MOST_SPECIFIERS {
            return Accepts::Unknown;
        }
        let parsed = VersionSpecifiers::from_str(text).or_else(|_| VersionSpecifiers::from_str(&without_stars(text)));
        parsed.map_or(Accepts::Unknown, |specifiers| Accepts::Some(set(&specifiers, Side::Declaration)))
    }

    /// Exactly one version.
    #[must_use]
    pub fn one(text: &str) -> Self {
        Version::from_str(text.trim()).map_or(Accepts::Unknown, |version| Accepts::Some(Ranges::singleton(version)))
    }

    /// Whether exactly one version is accepted.
    #[must_use]
    pub fn is_one(&self) -> bool {
        matches!(self, Accepts::Some(ranges) if ranges.as_singleton().is_some())
    }

    /// Whether no version can fit.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        matches!(self, Accepts::Some(ranges) if ranges.is_empty())
    }

    /// What either accepts.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Accepts::Unknown, _) | (_, Accepts::Unknown) => Accepts::Unknown,
            (Accepts::Any, _) | (_, Accepts::Any) => Accepts::Any,
            (Accepts::Some(one), Accepts::Some(other)) => Accepts::Some(one.union(&other)),
        }
    }

    /// What both accept.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Accepts::Unknown, _) | (_, Accepts::Unknown) => Accepts::Unknown,
            (Accepts::Any, one) | (one, Accepts::Any) => one,
            (Accepts::Some(one), Accepts::Some(other)) => Accepts::Some(one.intersection(&other)),
        }
    }

    /// Whether a version may be meant.
    #[must_use]
    pub fn may_be(&self, version: &Version) -> bool {
        match self {
            Accepts::Some(ranges) => ranges.contains(version),
            Accepts::Any | Accepts::Unknown => true,
        }
    }
}

/// Who names versions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// A rule: to the letter.
    Rule,
    /// A declaration: `==5.*` begins with 5, since what comes before is installed by nobody who does not ask for it.
    Declaration,
}

/// Every version that all specifiers admit.
fn set(specifiers: &VersionSpecifiers, side: Side) -> Ranges<Version> {
    // Nothing comes before this one.
    let least = Version::new([0]).with_min(Some(0));
    specifiers.iter().fold(Ranges::higher_than(least), |all, one| all.intersection(&set_of(one, side)))
}

/// Every version that one specifier admits. Upper bounds lie below every release in front of the version that they name, so
/// that `==1.*`, `~=1.0` and `<2` end at one place.
fn set_of(specifier: &VersionSpecifier, side: Side) -> Ranges<Version> {
    let version = specifier.version().clone();
    let is_plain = !version.any_prerelease() && !version.is_post();
    match specifier.operator() {
        Operator::TildeEqual => {
            let release = version.release();
            let upper = bumped(&version, release.len().saturating_sub(1));
            Ranges::higher_than(version).intersection(&Ranges::strictly_lower_than(upper))
        }
        Operator::LessThan if version.is_post() => Ranges::strictly_lower_than(version.with_dev(Some(0))),
        Operator::LessThan if is_plain => Ranges::strictly_lower_than(version.with_min(Some(0))),
        Operator::LessThan => Ranges::strictly_lower_than(version),
        Operator::GreaterThan if version.is_post() && version.dev().is_none() => Ranges::strictly_higher_than(version),
        Operator::EqualStar | Operator::NotEqualStar if is_plain => {
            let upper = bumped(&version, version.release().len());
            let is_equal = *specifier.operator() == Operator::EqualStar;
            let low = if is_equal && side == Side::Declaration { version } else { version.with_min(Some(0)) };
            let own = Ranges::from_range_bounds(low..upper);
            if is_equal { own } else { own.complement() }
        }
        _ => Ranges::from(specifier.clone()),
    }
}

/// Below every release of the version whose first `len` segments are one more in the last of them.
fn bumped(version: &Version, len: usize) -> Version {
    let mut release: Vec<u64> = version.release().iter().take(len.max(1)).copied().collect();
    if let Some(last) = release.last_mut() {
        *last = last.saturating_add(1);
    }
    Version::new(release).with_epoch(version.epoch()).with_min(Some(0))
}

/// Whether a specifier admits a version; the local part of one counts only where the specifier names such.
fn admits(specifier: &VersionSpecifier, version: &Version) -> bool {
    let own = if specifier.version().is_local() { version.clone() } else { version.clone().without_local() };
    set_of(specifier, Side::Rule).contains(&own)
}

/// Ordered comparisons with a star, which PEP 440 does not have: the star says nothing.
fn without_stars(text: &str) -> String {
    let one = |part: &str| {
        let is_ordered = !part.trim_start().starts_with("==") && !part.trim_start().starts_with("!=");
        let plain = part.trim_end().strip_suffix(".*").filter(|_| is_ordered);
        plain.unwrap_or(part).to_owned()
    };
    text.split(',').map(one).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_verdicts_and_those_beside_them() {
        let range = Range::parse(">=4.5.5").unwrap();
        for (written, verdict) in [
            (">=5", Verdict::Inside),
            ("==4.5.5", Verdict::Inside),
            ("==4.5.5+cu1", Verdict::Inside),
            ("~=4.6", Verdict::Inside),
            (">=4", Verdict::Partly),
            ("", Verdict::Partly),
            ("!=4.5.4", Verdict::Partly),
            ("<4", Verdict::Outside),
            ("==4.5.5rc1", Verdict::Outside),
            (">=5,<4", Verdict::Nothing),
            (">=x", Verdict::Unknown),
            (">=5.*", Verdict::Inside),
            ("==5.*", Verdict::Inside),
        ] {
            assert_eq!(range.judge(&Accepts::parse(written)), verdict, "{written}");
        }
        for (range, written, verdict) in [
            ("<5", "~=4.2", Verdict::Inside),
            (">=5,<6", "==5.*", Verdict::Inside),
            ("<1.5", "~=1.4.2", Verdict::Inside),
            ("==4.2.*", "==4", Verdict::Outside),
            ("!=4.2.*", "==4", Verdict::Inside),
            ("<4.2.post1", "<=4.2", Verdict::Inside),
            ("<0.5.0,==0.*", "<0.5.0", Verdict::Inside),
            ("<2", "<0", Verdict::Nothing),
            ("!=1.0", "==1.0+cu1", Verdict::Outside),
            ("==1.0+cu1", "==1.0", Verdict::Outside),
            (">=5", ">=5.0rc1", Verdict::Partly),
            ("~=1.0a1,<1.0.post1", "==1.0", Verdict::Inside),
        ] {
            assert_eq!(Range::parse(range).unwrap().judge(&Accepts::parse(written)), verdict, "{written} in {range}");
        }
        let epoch = Range::parse("<1!0").unwrap();
        assert_eq!(epoch.judge(&Accepts::parse("==2024.1")), Verdict::Inside);
        assert_eq!(epoch.judge(&Accepts::parse("==1!1.0")), Verdict::Outside);
    }
}
