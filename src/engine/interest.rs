//! Which imports anybody wants to see. Knows what rules ask for and remembers their answers; must not know what they say
//! of an import.

use super::reach::{Reach, Reached};
use crate::kinds::Stake;
use crate::name::{normalise, top};
use crate::policy::Policy;
use crate::project::{Project, libraries};
use crate::readers::quoted::Quoted;
use crate::readers::wanted::{Asked, Notes, Tops, Wanted};
use crate::repo_path::RepoPath;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::sync::LazyLock;
use thread_local::ThreadLocal;

/// Names that a thread remembers at most, so that hostile sources cannot fill the memory.
const MOST: usize = 100_000;

type Answers = RefCell<FxHashMap<Box<str>, bool>>;
type Stakes = RefCell<FxHashMap<Box<str>, Stake>>;

/// Of strings, only those handed to functions that load modules can mean modules of the project.
static LOADERS: LazyLock<Quoted> = LazyLock::new(|| Quoted::of([]));

/// Answers which names are wanted, and remembers them for each thread: this is asked for every import.
#[derive(Default)]
pub(super) struct Interest {
    /// Whether first-party names are followed to what they lead to.
    follows: bool,
    /// Whether nothing else is of interest.
    only: bool,
    tops: ThreadLocal<Answers>,
    names: ThreadLocal<Answers>,
    stakes: ThreadLocal<Stakes>,
}

impl Interest {
    /// Of what is asked for, and of first-party names that may lead to it.
    pub(super) fn following() -> Self {
        Self { follows: true, ..Self::default() }
    }

    /// Of first-party names that lead to what is asked for, and of nothing else.
    pub(super) fn only() -> Self {
        Self { follows: true, only: true, ..Self::default() }
    }

    /// Hands out what is wanted of a file.
    pub(super) fn with<T>(
        &self,
        policy: &Policy,
        project: &Project<'_>,
        path: &RepoPath,
        reach: &Reach,
        (notes, quoted): (Option<&dyn Notes>, Option<&Quoted>),
        read: impl FnOnce(&Wanted<'_>) -> T,
    ) -> T {
        let index = &policy.index;
        // A folder may be spelt in another form than imports of it.
        let is_own = |own: &str| index.names(own) || index.names(&normalise(own));
        let is_own_package = || index.has_names() && project.top_of(path).is_none_or(|top| is_own(&top));
        let relative = if index.all || self.follows || is_own_package() { Some(1) } else { index.relative };
        let wanted = |tops| Wanted {
            tops,
            relative,
            stars: index.stars,
            private: index.private,
            uses: index.uses,
            strings: quoted,
            open: index.open,
            words: &index.words,
            notes,
            distributions: None,
            comments: false,
            beside: None,
        };
        let (tops, names) = (self.tops.get_or_default(), self.names.get_or_default());
        let stakes = self.stakes.get_or_default();
        if self.only {
            let (names, stakes) = (self.names.get_or_default(), self.stakes.get_or_default());
            let asked = Leading { policy, project, path, reach, names, stakes };
            let nothing =
                Wanted { relative: Some(1), uses: true, strings: quoted.or(Some(&LOADERS)), ..Wanted::nothing(&asked) };
            return read(&nothing);
        }
        let asked = Remembered { policy, project, path, reach: self.follows.then_some(reach), tops, names, stakes };
        read(&wanted(if index.all { Tops::All(Some(&asked)) } else { Tops::Asked(&asked) }))
    }
}

/// First-party names that lead to what is asked for.
struct Leading<'r> {
    policy: &'r Policy,
    project: &'r Project<'r>,
    path: &'r RepoPath,
    reach: &'r Reach,
    names: &'r Answers,
    stakes: &'r Stakes,
}

impl Asked for Leading<'_> {
    fn top(&self, top: &str) -> bool {
        self.reach.may_lead(top) || self.reach.may_hold(top, self.project)
    }

    fn name(&self, name: &str) -> bool {
        let name = name.strip_suffix(".*").unwrap_or(name);
        remember(self.names, name, || self.reach.may_lead(name) || self.reach.may_hold(name, self.project))
    }

    fn uses(&self, name: &str, level: u32) -> bool {
        let stake = |name: &str| {
            let rules = &self.policy.rules;
            let ask = |name: &str| self.policy.index.stake(rules, name, self.project);
            let reached = self.reach.of(name, self.project);
            let of = |reached: &Reached| {
                let holds = self.reach.may_hold(&reached.name, self.project);
                ask(&reached.name).max(if holds { Stake::Related } else { Stake::None })
            };
            let stake = reached.iter().map(of).max().unwrap_or_default();
            if self.reach.may_hold(name, self.project) { stake.max(Stake::Related) } else { stake }
        };
        if level > 0 {
            let absolute = self.project.importer(self.path).resolve(level, name);
            return absolute.is_some_and(|name| stake(&name) > Stake::None);
        }
        remember(self.stakes, name, || stake(name)) > Stake::None
    }

    fn depends(&self, name: &str, level: u32) -> bool {
        self.uses(name, level)
    }
}

/// The answers of one thread.
struct Remembered<'r> {
    policy: &'r Policy,
    project: &'r Project<'r>,
    tops: &'r Answers,
    names: &'r Answers,
    stakes: &'r Stakes,
    path: &'r RepoPath,
    /// Follows first-party names.
    reach: Option<&'r Reach>,
}

impl Remembered<'_> {
    /// What uses of a name may be; those of a relative import depend on the file.
    fn stake(&self, name: &str, level: u32) -> Stake {
        let ask = |name: &str| {
            let stake = |name: &str| self.policy.index.stake(&self.policy.rules, name, self.project);
            let own = stake(name);
            let Some(reach) = self.reach.filter(|_| self.project.is_first_party(top(name))) else { return own };
            // Which name of a module is meant, only its use tells.
            if reach.may_hold(name, self.project) {
                return own.max(Stake::Related);
            }
            let reached = reach.of(name, self.project);
            let of = |reached: &Reached| {
                let holds = reach.may_hold(&reached.name, self.project);
                stake(&reached.name).max(if holds { Stake::Related } else { Stake::None })
            };
            reached.iter().map(of).max().unwrap_or_default().max(own)
        };
        if level > 0 {
            // A relative import never means a library, whatever its package is called.
            let is_own = |name: &String| !libraries::knows(top(name)) && self.project.is_first_party(top(name));
            let absolute = self.project.importer(self.path).resolve(level, name).filter(is_own);
            return absolute.map(|name| ask(&name)).unwrap_or_default();
        }
        remember(self.stakes, name, || ask(name))
    }
}

impl Asked for Remembered<'_> {
    fn top(&self, top: &str) -> bool {
        let index = &self.policy.index;
        if self.reach.is_some() && self.project.is_first_party(top) {
            return true;
        }
        if !index.has_answering() {
            return index.names(top);
        }
        remember(self.tops, top, || index.names(top) || index.is_wanted(&self.policy.rules, top, self.project))
    }

    fn uses(&self, name: &str, level: u32) -> bool {
        self.stake(name, level) > Stake::None
    }

    fn depends(&self, name: &str, level: u32) -> bool {
        self.stake(name, level) == Stake::Own
    }

    fn name(&self, name: &str) -> bool {
        let index = &self.policy.index;
        let rules = &self.policy.rules;
        if self.reach.is_some() && self.project.is_first_party(top(name)) {
            return true;
        }
        remember(self.names, name, || index.may_concern(rules, name) || index.is_wanted(rules, top(name), self.project))
    }
}

fn remember<T: Copy>(answers: &RefCell<FxHashMap<Box<str>, T>>, name: &str, ask: impl FnOnce() -> T) -> T {
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
