//! Which rules speak of a name. Derived from what judges ask for, so that the number of rules costs nothing and no fast
//! path has a meaning of its own.

use super::Rule;
use crate::kinds::Asks;
use crate::readers::wanted::Tops;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Rules by the top-level name of what they ask for.
#[derive(Debug, Default)]
pub struct Index {
    by_top: FxHashMap<Box<str>, Vec<usize>>,
    everywhere: Vec<usize>,
}

impl Index {
    /// Indexes rules by their position.
    #[must_use]
    pub fn new(rules: &[Rule]) -> Self {
        let mut index = Self::default();
        for (position, rule) in rules.iter().enumerate() {
            match rule.judge.asks() {
                Asks::Everything => index.everywhere.push(position),
                Asks::Tops(tops) => {
                    for top in tops {
                        index.by_top.entry(top.into()).or_default().push(position);
                    }
                }
            }
        }
        index
    }

    /// Positions of the rules that want to see imports of a top-level name.
    pub fn rules(&self, top: &str) -> impl Iterator<Item = usize> {
        let named = if self.by_top.is_empty() { None } else { self.by_top.get(top) };
        named.into_iter().flatten().chain(&self.everywhere).copied()
    }

    /// Whether any rule asks for this top-level name.
    #[must_use]
    pub fn asks_for(&self, top: &str) -> bool {
        !self.everywhere.is_empty() || self.by_top.contains_key(top)
    }

    /// What readers have to look for.
    #[must_use]
    pub fn tops(&self) -> Tops {
        if self.everywhere.is_empty() {
            let tops: FxHashSet<Box<str>> = self.by_top.keys().cloned().collect();
            Tops::Named(Arc::new(tops))
        } else {
            Tops::All
        }
    }
}
