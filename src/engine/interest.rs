//! Which imports anybody wants to see. Knows what rules ask for and remembers their answers; must not know what they say
//! of an import.

use crate::name::normalise;
use crate::policy::Policy;
use crate::project::Project;
use crate::readers::wanted::{Tops, Wanted};
use crate::repo_path::RepoPath;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use thread_local::ThreadLocal;

/// Names that a thread remembers at most, so that hostile sources cannot fill the memory.
const MOST: usize = 100_000;

/// Answers which top-level names are wanted, and remembers them for each thread: this is asked for every import.
#[derive(Default)]
pub(super) struct Interest {
    answers: ThreadLocal<RefCell<FxHashMap<Box<str>, bool>>>,
}

impl Interest {
    /// Hands out what is wanted of a file.
    pub(super) fn with<T>(
        &self,
        policy: &Policy,
        project: &Project<'_>,
        path: &RepoPath,
        read: impl FnOnce(&Wanted<'_>) -> T,
    ) -> T {
        let index = &policy.index;
        let is_named = |top: &str| index.names(top);
        // A folder may be spelt in another form than imports of it.
        let own = |own: &str| index.names(own) || index.names(&normalise(own));
        let relative = index.all || index.relative || project.top_of(path).is_none_or(|top| own(&top));
        let wanted = |tops| Wanted { tops, relative, stars: index.stars, private: index.private };
        if index.all {
            return read(&wanted(Tops::All));
        }
        if !index.has_answering() {
            return read(&wanted(Tops::Those(&is_named)));
        }
        let answers = self.answers.get_or_default();
        let is_wanted = |top: &str| {
            if let Some(&answer) = answers.borrow().get(top) {
                return answer;
            }
            let answer = is_named(top) || index.is_wanted(&policy.rules, top, project);
            let mut answers = answers.borrow_mut();
            if answers.len() < MOST {
                answers.insert(top.into(), answer);
            }
            answer
        };
        read(&wanted(Tops::Those(&is_wanted)))
    }
}
