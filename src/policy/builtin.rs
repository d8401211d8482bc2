//! The findings that the tool makes of itself, about the policy rather than the code. Knows their ids and default
//! levels; each is made where its trouble is seen.

use crate::level::Level;

/// One built-in finding.
pub struct Builtin {
    /// Its id, with the reserved prefix.
    pub id: &'static str,
    /// Its level, unless the policy sets another.
    pub level: Level,
    /// What it says, in one line.
    pub about: &'static str,
}

/// An `allow-in`, `in`, override or `shadows` entry that matches nothing.
pub const UNMATCHED: &str = "policy/unmatched-exemption";
/// An `allow-in` entry or an override past its `until`.
pub const EXPIRED: &str = "policy/expired-exemption";
/// An `allow-in` entry that exempts more than its `max`.
pub const EXCEEDED: &str = "policy/exceeded-exemption";
/// A first-party successor or a canonical file that does not exist.
pub const MISSING_TARGET: &str = "policy/missing-target";
/// A local module with the name of a forbidden library.
pub const SHADOWED: &str = "policy/shadowed-library";
/// A library that is one letter away from a known one.
pub const SUSPICIOUS: &str = "policy/suspicious-name";
/// A policy file beneath the root, which is not read.
pub const UNREAD: &str = "policy/unread-policy";

/// A suppression that covers nothing.
pub const UNUSED_SUPPRESSION: &str = "policy/unused-suppression";
/// A comment that is meant to suppress, but cannot.
pub const INVALID_SUPPRESSION: &str = "policy/invalid-suppression";
/// A suppression past its `until`.
pub const EXPIRED_SUPPRESSION: &str = "policy/expired-suppression";
/// More suppressed findings of a rule than its `max-suppressions`.
pub const EXCEEDED_SUPPRESSIONS: &str = "policy/exceeded-suppressions";
/// A change that makes the policy judge less.
pub const WEAKENED: &str = "policy/policy-weakened";
/// A change that brings in code which nobody can read.
pub const OPAQUE: &str = "policy/opaque-code";

/// Every built-in finding.
pub const BUILTINS: [Builtin; 13] = [
    Builtin { id: UNMATCHED, level: Level::Warn, about: "an exemption, override or scope matches nothing" },
    Builtin { id: EXPIRED, level: Level::Warn, about: "an exemption or override is past its date and no longer holds" },
    Builtin { id: EXCEEDED, level: Level::Error, about: "an exemption is used more often than its `max` allows" },
    Builtin {
        id: MISSING_TARGET,
        level: Level::Warn,
        about: "a first-party successor or a canonical file does not exist",
    },
    Builtin { id: SHADOWED, level: Level::Warn, about: "a local module has the name of a forbidden library" },
    Builtin { id: SUSPICIOUS, level: Level::Warn, about: "a name is one letter away from a known library" },
    Builtin { id: UNUSED_SUPPRESSION, level: Level::Warn, about: "a suppression comment covers no finding" },
    Builtin {
        id: INVALID_SUPPRESSION,
        level: Level::Warn,
        about: "a suppression comment suppresses nothing: it is malformed, names no rule, gives no reason, or may not",
    },
    Builtin { id: EXPIRED_SUPPRESSION, level: Level::Warn, about: "a suppression comment is past its date" },
    Builtin {
        id: EXCEEDED_SUPPRESSIONS,
        level: Level::Error,
        about: "more findings of a rule are suppressed than its `max-suppressions` allows",
    },
    Builtin {
        id: WEAKENED,
        level: Level::Error,
        about: "a change makes the policy judge less: told with `--policy-ref`",
    },
    Builtin {
        id: OPAQUE,
        level: Level::Error,
        about: "a change brings in code that cannot be read: told with `--policy-ref`",
    },
    Builtin { id: UNREAD, level: Level::Warn, about: "a policy file beneath the root is neither read nor pulled in" },
];

/// The level of a built-in finding that no policy sets.
#[must_use]
pub fn default_level(id: &str) -> Level {
    BUILTINS.iter().find(|builtin| builtin.id == id).map_or(Level::Warn, |builtin| builtin.level)
}
