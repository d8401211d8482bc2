//! What must hold of a call besides its name. Knows arguments; must not know how conditions are written.

use crate::call::{Call, Written};

/// Conditions on a call; none, for a rule about every call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Conditions {
    /// Arguments that are not there: names, of which none is handed over.
    pub missing: Vec<String>,
    /// Arguments with these values.
    pub with: Vec<(String, Written)>,
    /// Nothing is handed over.
    pub no_arguments: bool,
}

impl Conditions {
    /// Whether a call surely meets all of them. Where `*` or `**` may hand over more, nobody knows what is missing.
    pub(super) fn hold(&self, call: Option<&Call>) -> bool {
        if self.missing.is_empty() && self.with.is_empty() && !self.no_arguments {
            return true;
        }
        let Some(call) = call else { return false };
        let lacks = |name: &String| !call.open && call.named(name).is_none();
        self.missing.iter().all(lacks)
            && self.with.iter().all(|(name, value)| call.named(name) == Some(value))
            && (!self.no_arguments || call.is_empty())
    }

    /// How they are shown.
    pub(super) fn describe(&self) -> String {
        let mut parts: Vec<String> = self.missing.iter().map(|name| format!("without `{name}`")).collect();
        parts.extend(self.with.iter().map(|(name, value)| format!("with `{name}={}`", value.as_python())));
        if self.no_arguments {
            parts.push("without arguments".to_owned());
        }
        parts.join(" and ")
    }
}
