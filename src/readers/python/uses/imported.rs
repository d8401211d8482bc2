//! What the local names of a file mean, by its import statements alone: enough to recognise functions that load modules by
//! their names. Knows no scopes.

use crate::readers::python::candidates::candidates;
use crate::readers::python::lexer::Token;
use crate::readers::python::statement::Statement;
use rustc_hash::FxHashMap;

/// A name that is imported in more ways than this means the first ones.
const MOST: usize = 8;

/// Local names and what they are imported as.
#[derive(Debug, Default)]
pub(super) struct Imported(FxHashMap<String, Vec<String>>);

impl Imported {
    /// Reads every import statement that stands outside of `tokens`.
    pub(super) fn read(text: &str, tokens: &[Token]) -> Self {
        let mut imported = Self::default();
        let mut statement = Statement::default();
        for candidate in candidates(text.as_bytes()) {
            let index = tokens.partition_point(|token| token.end <= candidate.keyword);
            if tokens.get(index).is_some_and(|token| token.start <= candidate.keyword) {
                continue;
            }
            statement.read(text, &candidate);
            if statement.level > 0 {
                continue;
            }
            for alias in &statement.aliases {
                let own = statement.name(alias);
                let name = if statement.is_from { format!("{}.{own}", statement.module()) } else { own.to_owned() };
                let local = match statement.bound(alias) {
                    Some(bound) => bound,
                    // `import a.b` binds `a`, which means itself.
                    None if !statement.is_from => continue,
                    None => own,
                };
                let meanings = imported.0.entry(local.to_owned()).or_default();
                if meanings.len() < MOST && !meanings.contains(&name) {
                    meanings.push(name);
                }
            }
        }
        imported
    }

    /// What a dotted name may mean, besides itself.
    pub(super) fn meanings(&self, dotted: &str) -> Vec<String> {
        let (first, rest) = dotted.split_at(dotted.find('.').unwrap_or(dotted.len()));
        self.0.get(first).into_iter().flatten().map(|name| format!("{name}{rest}")).collect()
    }
}
