//! Which rules speak of an import. Derived from what judges ask for, so that the number of rules costs nothing and no
//! fast path has a meaning of its own.

use super::Rule;
use crate::kinds::Stake;
use crate::name::top;
use crate::project::Project;
use rustc_hash::FxHashMap;

/// Who asks for a top-level name.
#[derive(Debug, Default)]
struct Asking {
    all: Vec<usize>,
    /// Those that ask for nothing but top-level names.
    only: Vec<usize>,
}

/// Rules by what they ask for.
#[derive(Debug, Default)]
pub struct Index {
    /// Every top-level name that is asked for, with the rules that ask for nothing else, and with all that ask for it.
    by_top: FxHashMap<Box<str>, Asking>,
    /// Rules that ask for more than top-level names.
    general: Vec<usize>,
    /// Rules that answer by themselves which top-level names they want.
    answering: Vec<usize>,
    /// Rules with imports that every file must have.
    pub requiring: Vec<usize>,
    /// Whether any rule asks for every import.
    pub all: bool,
    /// Relative imports with at least so many dots are asked for as such.
    pub relative: Option<u32>,
    /// Whether any rule asks for every star import.
    pub stars: bool,
    /// Whether any rule asks for every private name.
    pub private: bool,
    /// Whether any rule asks for uses.
    pub uses: bool,
    /// Whether any rule asks for dynamic imports.
    pub dynamic: bool,
    /// Whether any rule asks for those whose name only the running program knows.
    pub open: bool,
    /// Top-level names that strings and dynamic imports may name; none when nobody asks for either.
    pub strings: Option<Vec<String>>,
    /// Builtins, and methods with their dot, whose calls are asked for.
    pub words: Vec<String>,
    /// Distributions that are asked for, with the rules that do.
    by_distribution: FxHashMap<Box<str>, Vec<usize>>,
    /// Rules that ask for every dependency.
    about_all: Vec<usize>,
    /// Whether any rule does.
    pub every_distribution: bool,
    /// Whether any rule judges whether what is declared is used.
    pub judges_use: bool,
}

impl Index {
    /// Indexes rules by their position.
    #[must_use]
    pub fn new(rules: &[Rule]) -> Self {
        let mut index = Self::default();
        let mut quoted = Vec::new();
        for (position, rule) in rules.iter().enumerate() {
            let asks = rule.judge.asks();
            let is_general =
                asks.open || asks.all || asks.some || asks.relative.is_some() || asks.stars || asks.private;
            if asks.strings || asks.dynamic {
                quoted.extend(asks.tops.iter().filter(|top| !top.is_empty()).cloned());
            }
            index.every_distribution |= asks.every_distribution;
            index.judges_use |= rule.judge.judges_use();
            if asks.every_distribution {
                index.about_all.push(position);
            } else {
                for name in asks.distributions {
                    let asking = index.by_distribution.entry(name.into()).or_default();
                    if asking.last() != Some(&position) {
                        asking.push(position);
                    }
                }
            }
            for top in asks.tops {
                let asking = index.by_top.entry(top.into()).or_default();
                if asking.all.last() != Some(&position) {
                    asking.all.push(position);
                    if !is_general {
                        asking.only.push(position);
                    }
                }
            }
            if is_general {
                index.general.push(position);
            }
            if asks.some {
                index.answering.push(position);
            }
            if !rule.judge.required().is_empty() {
                index.requiring.push(position);
            }
            index.uses |= asks.uses;
            index.dynamic |= asks.dynamic || asks.open;
            index.open |= asks.open;
            index.words.extend(asks.words);
            index.all |= asks.all;
            index.relative = index.relative.into_iter().chain(asks.relative).min();
            index.stars |= asks.stars;
            index.private |= asks.private;
        }
        index.words.sort_unstable();
        index.words.dedup();
        let is_wanted = index.dynamic || !quoted.is_empty();
        quoted.sort_unstable();
        quoted.dedup();
        index.strings = is_wanted.then_some(quoted);
        index
    }

    /// What uses of an absolute name may be to any rule.
    #[must_use]
    pub fn stake(&self, rules: &[Rule], name: &str, project: &Project<'_>) -> Stake {
        let asking = self.rules(top(name)).filter_map(|at| rules.get(at));
        // Where whatever lies in a library is worth a note, its import has it, and nobody wants to know how often it is used.
        let stake = |rule: &Rule| match rule.judge.stake(name, project) {
            Stake::Related if rule.is_at_most_a_note() && rule.judge.forbids_name(top(name)) => Stake::None,
            stake => stake,
        };
        asking.map(stake).max().unwrap_or_default()
    }

    /// The segments directly beneath a name with which uses of it may be complaints; none when any may be.
    #[must_use]
    pub fn members(&self, rules: &[Rule], name: &str, project: &Project<'_>) -> Option<Vec<String>> {
        let mut members = Vec::new();
        for rule in self.rules(top(name)).filter_map(|at| rules.get(at)) {
            members.extend(rule.judge.members(name, project)?.into_iter().map(str::to_owned));
        }
        members.sort_unstable();
        members.dedup();
        Some(members)
    }

    /// Positions of the rules that want to see imports of a top-level name.
    pub fn rules(&self, top: &str) -> impl Iterator<Item = usize> {
        let named = if self.by_top.is_empty() { None } else { self.by_top.get(top) };
        named.into_iter().flat_map(|asking| &asking.only).chain(&self.general).copied()
    }

    /// Positions of the rules that want to see dependencies on a distribution, in order.
    #[must_use]
    pub fn about_distribution(&self, name: &str) -> Vec<usize> {
        let named = self.by_distribution.get(name).into_iter().flatten();
        let mut rules: Vec<usize> = named.chain(&self.about_all).copied().collect();
        rules.sort_unstable();
        rules
    }

    /// Whether any rule asks for dependencies.
    #[must_use]
    pub fn asks_for_distributions(&self) -> bool {
        self.every_distribution || !self.by_distribution.is_empty()
    }

    /// The distributions that are asked for by name, in order.
    #[must_use]
    pub fn distributions(&self) -> Vec<String> {
        let mut names: Vec<String> = self.by_distribution.keys().map(std::string::ToString::to_string).collect();
        names.sort_unstable();
        names
    }

    /// Whether any rule names top-level names.
    #[must_use]
    pub fn has_names(&self) -> bool {
        !self.by_top.is_empty()
    }

    /// Whether any rule names this top-level name.
    #[must_use]
    pub fn names(&self, top: &str) -> bool {
        self.by_top.contains_key(top)
    }

    /// Whether any rule answers by itself.
    #[must_use]
    pub fn has_answering(&self) -> bool {
        !self.answering.is_empty()
    }

    /// Whether an import of this absolute name may be a complaint of a rule that named its top-level name.
    #[must_use]
    pub fn may_concern(&self, rules: &[Rule], name: &str) -> bool {
        let asking = self.by_top.get(top(name)).into_iter().flat_map(|asking| &asking.all);
        asking.filter_map(|&at| rules.get(at)).any(|rule| rule.judge.may_concern(name))
    }

    /// Whether a rule that answers by itself wants imports of this top-level name.
    #[must_use]
    pub fn is_wanted(&self, rules: &[Rule], top: &str, project: &Project<'_>) -> bool {
        self.answering.iter().filter_map(|&at| rules.get(at)).any(|rule| rule.judge.wants(top, project))
    }
}
