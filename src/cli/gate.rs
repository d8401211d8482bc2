//! What a change does to the gate that judges it: a weaker policy, a larger baseline, new suppressions, code that nobody can read,
//! local modules in the place of libraries. Knows both policies and the change; judges no file.

use super::policy_file;
use super::ratchet;
use crate::baseline::{self, Entry};
use crate::disk::POLICY_NAMES;
use crate::document::mistake::Mistake;
use crate::engine::{About, Engine};
use crate::finding::Finding;
use crate::git::{Change, CommitTree, Version};
use crate::level::Level;
use crate::policy::builtin::{OPAQUE, SHADOWED, WEAKENED};
use crate::policy::{Broken, Policy, PolicySource, weaker};
use crate::project::{Project, Tree, libraries};
use crate::repo_path::RepoPath;
use crate::span::Span;
use crate::text::Position;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Suffixes of files that Python runs and that nobody can read.
const OPAQUE_SUFFIXES: [&str; 7] = ["pyc", "pyo", "pyz", "egg", "pth", "so", "pyd"];

const KIND: u32 = 0o170_000;
const SUBMODULE: u32 = 0o160_000;

/// What to look at.
pub(super) struct Gate<'g> {
    /// Judges; its policy is the one that decides.
    pub(super) engine: &'g Engine<'g>,
    /// The head, with paths from the root.
    pub(super) head: &'g CommitTree<'g>,
    /// The base.
    pub(super) base: &'g dyn Tree,
    /// The root on disk.
    pub(super) root: &'g Path,
    /// What changed.
    pub(super) changes: &'g [Change],
    /// The baseline that decides.
    pub(super) entries: &'g [Entry],
    /// Findings that comments suppress at the head and not at the base.
    pub(super) suppressed: &'g [Finding],
}

impl Gate<'_> {
    /// Findings about the change itself.
    ///
    /// # Errors
    /// When the head's own policy is missing or wrong.
    pub(super) fn look(&self) -> Result<Vec<Finding>, Vec<Broken>> {
        let own = self.own_policy()?;
        let mut found = Vec::new();
        self.weaker(&own, &mut found);
        self.larger_baseline(&own, &mut found);
        self.suppressions(&mut found);
        self.opaque(&mut found);
        self.shadows(&mut found);
        number(&mut found);
        found.sort_by(Finding::order);
        Ok(found)
    }

    /// The head's own policy: in the same folder, under either name.
    fn own_policy(&self) -> Result<Policy, Vec<Broken>> {
        let path = &*self.engine.policy.source.path;
        let broken = |message: String, help: &'static str| {
            let mistakes = vec![Mistake::new(Span::default(), message, help)];
            vec![Broken { source: PolicySource::new(path.clone(), ""), mistakes }]
        };
        let usual: Vec<RepoPath> = POLICY_NAMES.iter().map(|name| path.parent().join(name.as_bytes())).collect();
        let there: Vec<&RepoPath> = usual.iter().filter(|path| self.head.listing().get(path).is_some()).collect();
        let own = if !usual.contains(path) {
            path
        } else if let [own] = there.as_slice() {
            own
        } else if there.is_empty() {
            let help = "keep the policy: a change without one cannot be judged for later ones";
            return Err(broken(format!("the policy `{path}` is gone"), help));
        } else {
            let message = "both `policy.yaml` and `.policy.yaml` lie in this folder".to_owned();
            return Err(broken(message, "keep one of them"));
        };
        let policy = policy_file::from_commit(self.head, self.root, own, self.engine.today)?;
        if let Some((named, span)) = &policy.baseline
            && !self.head.is_file(named)
        {
            let message = format!("the baseline `{named}` is no file of the commit");
            let mistakes = vec![Mistake::new(*span, message, "commit it, or remove `baseline`")];
            return Err(vec![Broken { source: policy.source.clone(), mistakes }]);
        }
        Ok(policy)
    }

    fn push(&self, about: About<'_>, found: &mut Vec<Finding>) {
        found.extend(self.engine.own_finding(about));
    }

    fn weaker(&self, own: &Policy, found: &mut Vec<Finding>) {
        for difference in weaker(self.engine.policy, own, self.engine.today) {
            let placed = difference.place.map(|(source, span)| own.place_of(source, span));
            let path = placed.map_or_else(|| own.source.path.clone(), |(source, _)| source.path.clone());
            self.push(
                About {
                    id: WEAKENED,
                    path,
                    place: placed.map(|(source, span)| source.place(span)),
                    name: &difference.name,
                    message: difference.message,
                    help: "let the owners of the policy agree to it in a change of its own",
                },
                found,
            );
        }
    }

    /// Entries that the head's own baseline has more, after renames.
    fn larger_baseline(&self, own: &Policy, found: &mut Vec<Finding>) {
        let (path, _) = ratchet::named_by(own);
        let mut told = |name: &str, message: String| {
            self.push(
                About {
                    id: WEAKENED,
                    path: Arc::new(path.clone()),
                    place: None,
                    name,
                    message,
                    help: "mend the code instead: a baseline only ever gets smaller in a change",
                },
                found,
            );
        };
        let is_there = self.head.listing().get(&path).is_some();
        let Some(bytes) = self.head.read(&path) else {
            if is_there {
                told("baseline", format!("the baseline `{path}` is no regular file any more"));
            }
            return;
        };
        let entries = match baseline::read(&bytes) {
            Ok(entries) => entries,
            Err(mistake) => {
                told(
                    "baseline",
                    format!("the baseline `{path}` is broken: line {}: {}", mistake.line, mistake.message),
                );
                return;
            }
        };
        let renames = super::compare::renames(self.changes);
        let key = |entry: &Entry, path: &RepoPath| {
            (entry.rule.clone(), path.clone(), entry.scope.clone(), entry.name.clone())
        };
        let mut known: BTreeMap<_, usize> = BTreeMap::new();
        for entry in self.entries {
            *known.entry(key(entry, &entry.path)).or_insert(0) += 1;
        }
        let former: FxHashMap<&RepoPath, &RepoPath> = renames.iter().map(|(old, new)| (new, old)).collect();
        let mut more: BTreeMap<(Box<str>, RepoPath), usize> = BTreeMap::new();
        for entry in &entries {
            // An entry may have followed its file.
            let paths = [Some(&entry.path), former.get(&entry.path).copied()];
            let left = paths.into_iter().flatten().find_map(|path| {
                let left = known.get(&key(entry, path)).copied().unwrap_or(0);
                (left > 0).then_some((key(entry, path), left))
            });
            match left {
                Some((key, left)) => {
                    known.insert(key, left - 1);
                }
                None => *more.entry((entry.rule.clone(), entry.path.clone())).or_insert(0) += 1,
            }
        }
        for ((rule, file), count) in more {
            told(&rule, format!("the baseline permits {count} more of `{rule}` in `{file}`"));
        }
    }

    /// New suppressions, one finding for each rule and file.
    fn suppressions(&self, found: &mut Vec<Finding>) {
        type Group = (usize, (Position, Position));
        let mut groups: BTreeMap<(&RepoPath, &str), Group> = BTreeMap::new();
        for finding in self.suppressed {
            let group = groups.entry((&finding.path, &finding.rule)).or_insert((0, (finding.start, finding.end)));
            group.0 += 1;
        }
        for ((path, rule), (count, place)) in groups {
            let findings = if count == 1 { "1 finding" } else { &format!("{count} findings") };
            self.push(
                About {
                    id: WEAKENED,
                    path: Arc::new(path.clone()),
                    place: Some(place),
                    name: rule,
                    message: format!("{findings} of `{rule}` here are newly suppressed"),
                    help: "mend the code, or let the owners of the policy agree to an exemption",
                },
                found,
            );
        }
    }

    /// Submodules, and files that Python would run but nobody can read.
    fn opaque(&self, found: &mut Vec<Finding>) {
        let policy = self.engine.policy;
        for change in self.changes {
            let Some(new) = &change.new else { continue };
            let speaks = policy.rules.iter().any(|rule| rule.scope.covers(&new.path));
            if !speaks || policy.exclude.iter().any(|(glob, _)| glob.matches(&new.path)) {
                continue;
            }
            let is_submodule = new.mode & KIND == SUBMODULE;
            let is_same = |old: &Version| is_opaque(&old.path) && old.id == new.id;
            let is_known = change.old.as_ref().is_some_and(is_same);
            let message = if is_submodule {
                format!(
                    "the submodule `{}` is new or leads to another commit: what is in it, nobody checks here",
                    new.path
                )
            } else if is_opaque(&new.path) && !is_known {
                format!("`{}` is new or has changed, and what it does cannot be read", new.path)
            } else {
                continue;
            };
            self.push(
                About {
                    id: OPAQUE,
                    path: Arc::new(new.path.clone()),
                    place: None,
                    name: &new.path.to_string(),
                    message,
                    help: "commit sources instead, or let the owners of the policy exclude the path",
                },
                found,
            );
        }
    }

    /// Top-level modules that are new and called like a library.
    fn shadows(&self, found: &mut Vec<Finding>) {
        let policy = self.engine.policy;
        let after = Project::new(policy.layout(|path| self.head.is_folder(path)), self.head);
        let before = Project::new(policy.layout(|path| self.base.is_folder(path)), self.base);
        let mut told: BTreeMap<String, Arc<RepoPath>> = BTreeMap::new();
        for path in self.changes.iter().filter_map(|change| change.new.as_ref()).map(|version| &version.path) {
            for name in after.module_names(path) {
                let top = crate::name::top(&name).to_owned();
                let is_forbidden = || policy.rules.iter().any(|rule| rule.judge.forbids_name(&top));
                if !told.contains_key(&top)
                    && after.is_first_party(&top)
                    && !before.is_first_party(&top)
                    && !after.is_shadow(&top)
                    && (libraries::knows(&top) || is_forbidden())
                {
                    told.insert(top, Arc::new(path.clone()));
                }
            }
        }
        // As far as the policy does not say otherwise, such a change does not pass.
        let is_set = policy.builtin_levels.iter().any(|(id, _)| *id == SHADOWED);
        for (top, path) in told {
            let from = found.len();
            self.push(
                About {
                    id: SHADOWED,
                    path,
                    place: None,
                    name: &top,
                    message: format!("a new local module is called `{top}`, like the library"),
                    help: "rename it; imports of that name are judged as if it were the library",
                },
                found,
            );
            for finding in found.iter_mut().skip(from).filter(|_| !is_set) {
                finding.level = Level::Error;
            }
        }
    }
}

fn is_opaque(path: &RepoPath) -> bool {
    let name = path.file_name().to_ascii_lowercase();
    OPAQUE_SUFFIXES.iter().any(|suffix| name.strip_suffix(suffix.as_bytes()).is_some_and(|stem| stem.ends_with(b".")))
}

/// Counts findings that agree in all else.
fn number(findings: &mut [Finding]) {
    type Key = (Arc<str>, Arc<RepoPath>, Box<str>);
    let mut ordinals: FxHashMap<Key, usize> = FxHashMap::default();
    for finding in findings {
        let ordinal = ordinals.entry((finding.rule.clone(), finding.path.clone(), finding.name.clone())).or_insert(0);
        finding.set_ordinal(*ordinal);
        *ordinal += 1;
    }
}
