//! Takes the facts of one file. Knows which of them a survey is about.

use super::{Imported, Seen};
use crate::dependency::Standing;
use crate::fact::{Fact, Role};
use crate::readers::{Sink, Unread};
use crate::repo_path::RepoPath;
use crate::surface::Surface;
use crate::text::Positions;
use std::collections::BTreeSet;

/// What is gathered of one file.
#[derive(Debug)]
pub struct Gathering {
    seen: Seen,
}

impl Gathering {
    /// Nothing gathered yet.
    #[must_use]
    pub fn new(path: &RepoPath, surface: Surface) -> Self {
        Self { seen: Seen { path: path.clone(), surface, imports: BTreeSet::new(), declared: BTreeSet::new() } }
    }

    /// What was gathered.
    #[must_use]
    pub fn end(self) -> Seen {
        self.seen
    }
}

impl Sink for Gathering {
    fn needs_place(&mut self, _: &Fact<'_>) -> bool {
        false
    }

    fn fact(&mut self, _: &mut Positions<'_>, fact: &Fact<'_>) {
        match fact.role {
            Role::Import => {
                self.seen.imports.insert(Imported { level: fact.level, name: fact.name.into() });
            }
            Role::Dependency => {
                let is_declared = fact.dependency.is_some_and(|own| own.standing == Standing::Declared);
                if is_declared && !fact.name.is_empty() {
                    self.seen.declared.insert(fact.name.to_owned());
                }
            }
            _ => {}
        }
    }

    /// What could not be read is told when the tree is judged.
    fn unread(&mut self, _: &mut Positions<'_>, _: Unread) {}
}
