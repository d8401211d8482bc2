//! The names whose bindings and uses are looked for in one file. Knows their spelling; must not know scopes.

use crate::name::normalise;
use rustc_hash::{FxHashMap, FxHashSet};

/// The number of a name.
pub(super) type NameId = usize;

/// Names of interest.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    ids: FxHashMap<String, NameId>,
    texts: Vec<String>,
    attributes: FxHashSet<NameId>,
    methods: FxHashSet<NameId>,
}

impl Names {
    /// Adds a name; whether it was new.
    pub(super) fn add(&mut self, text: &str) -> bool {
        if self.ids.contains_key(text) {
            return false;
        }
        self.ids.insert(text.to_owned(), self.texts.len());
        self.texts.push(text.to_owned());
        true
    }

    /// Adds a name that attributes have; whether that is new.
    pub(super) fn add_attribute(&mut self, text: &str) -> bool {
        self.add(text);
        self.ids.get(text).is_some_and(|id| self.attributes.insert(*id))
    }

    /// The number of a name as it is spelt in code.
    pub(super) fn id(&self, spelt: &str) -> Option<NameId> {
        if spelt.is_ascii() { self.ids.get(spelt).copied() } else { self.ids.get(&*normalise(spelt)).copied() }
    }

    /// The number of an attribute of interest.
    pub(super) fn attribute(&self, spelt: &str) -> Option<NameId> {
        self.id(spelt).filter(|id| self.attributes.contains(id))
    }

    /// Adds a method that is asked for by its name.
    pub(super) fn add_method(&mut self, text: &str) {
        self.add(text);
        self.methods.extend(self.ids.get(text));
    }

    /// The number of a method that is asked for.
    pub(super) fn method(&self, spelt: &str) -> Option<NameId> {
        if self.methods.is_empty() { None } else { self.id(spelt).filter(|id| self.methods.contains(id)) }
    }

    /// Whether a name matters behind a dot.
    pub(super) fn is_attribute(&self, id: NameId) -> bool {
        self.attributes.contains(&id) || self.methods.contains(&id)
    }

    /// The name of a number.
    pub(super) fn text(&self, id: NameId) -> &str {
        self.texts.get(id).map_or("", String::as_str)
    }

    /// Every name, with its number.
    pub(super) fn iter(&self) -> impl Iterator<Item = (NameId, &str)> {
        self.texts.iter().map(String::as_str).enumerate()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }
}
