//! Calls as data: what is handed over. Knows literals only; must not know what a rule asks of them.

/// A value as it is written in code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// A number, as it is spelt.
    Number(String),
    /// A string.
    Text(String),
    /// Anything else.
    Other,
}

impl Written {
    /// How Python spells it.
    #[must_use]
    pub fn as_python(&self) -> String {
        match self {
            Written::None => "None".to_owned(),
            Written::Bool(true) => "True".to_owned(),
            Written::Bool(false) => "False".to_owned(),
            Written::Number(number) => number.clone(),
            Written::Text(text) => format!("{text:?}"),
            Written::Other => "...".to_owned(),
        }
    }
}

/// The arguments of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    /// Those without a name, in order, up to the first `*`.
    pub positional: Vec<Written>,
    /// Those with a name.
    pub named: Vec<(String, Written)>,
    /// Whether `*x` or `**x` may hand over more.
    pub open: bool,
}

impl Call {
    /// Whether nothing is handed over.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.positional.is_empty() && self.named.is_empty() && !self.open
    }

    /// The argument of a name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Written> {
        self.named.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }
}
