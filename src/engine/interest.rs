//! Which imports anybody wants to see. Knows what rules ask for and remembers their answers; must not know what they say
//! of an import.

use crate::name::{normalise, top};
use crate::policy::Policy;
use crate::project::Project;
use crate::readers::wanted::{Asked, Tops, Wanted};
use crate::repo_path::RepoPath;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use thread_local::ThreadLocal;

/// Names that a thread remembers at most, so that hostile sources cannot fill the memory.
const MOST: usize = 100_000;

type Answers = RefCell<FxHashMap<Box<str>, bool>>;

/// Answers which names are wanted, and remembers them for each thread: this is asked for every import.
#[derive(Default)]
pub(super) struct Interest {
    tops: ThreadLocal<Answers>,
    names: ThreadLocal<Answers>,
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
        // A folder may be spelt in another form than imports of it.
        let is_own = |own: &str| index.names(own) || index.names(&normalise(own));
        let is_own_package = || index.has_names() && project.top_of(path).is_none_or(|top| is_own(&top));
        let relative = if index.all || is_own_package() { Some(1) } else { index.relative };
        let wanted = |tops| Wanted { tops, relative, stars: index.stars, private: index.private, uses: false, strings: None, open: false, words: &[] };
        if index.all {
            return read(&wanted(Tops::All));
        }
        let (tops, names) = (self.tops.get_or_default(), self.names.get_or_default());
        read(&wanted(Tops::Asked(&Remembered { policy, project, tops, names })))
    }
}

/// The answers of one thread.
struct Remembered<'r> {
    policy: &'r Policy,
    project: &'r Project<'r>,
    tops: &'r Answers,
    names: &'r Answers,
}

impl Asked for Remembered<'_> {
    fn top(&self, top: &str) -> bool {
        let index = &self.policy.index;
        if !index.has_answering() {
            return index.names(top);
        }
        remember(self.tops, top, || index.names(top) || index.is_wanted(&self.policy.rules, top, self.project))
    }

    fn name(&self, name: &str) -> bool {
        let index = &self.policy.index;
        let rules = &self.policy.rules;
        remember(self.names, name, || index.may_concern(rules, name) || index.is_wanted(rules, top(name), self.project))
    }
}

fn remember(answers: &Answers, name: &str, ask: impl FnOnce() -> bool) -> bool {
    if let Some(&answer) = answers.borrow().get(name) {
        return answer;
    }
    let answer = ask();
    let mut answers = answers.borrow_mut();
    if answers.len() < MOST {
        answers.insert(name.into(), answer);
    }
    answer
}
