//! What a change does to the gate that judges it: a weaker policy, a larger baseline, new suppressions, code that nobody can read,
//! local modules in the place of libraries. Knows both policies and the change; judges no file.

use crate::baseline::{self, Entry};
use crate::cli::policy_file;
use crate::cli::ratchet;
use crate::disk::POLICY_NAMES;
use crate::document::mistake::Mistake;
use crate::engine::{About, Engine};
use crate::finding::Finding;
use crate::git::{Change, CommitTree, Version};
use crate::level::Level;
use crate::policy::builtin::{OPAQUE, SHADOWED, WEAKENED};
use crate::policy::{Broken, Policy, PolicySource, Weaker, weaker};
use crate::project::{Project, Tree, libraries};
use crate::readers;
use crate::repo_path::RepoPath;
use crate::span::Span;
use crate::text::Position;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Suffixes of files that Python runs and that nobody can read.
const OPAQUE_SUFFIXES: [&str; 11] = ["pyc", "pyo", "pyz", "egg", "pth", "so", "pyd", "whl", "dll", "dylib", "egg-link"];

const KIND: u32 = 0o170_000;
const SUBMODULE: u32 = 0o160_000;
const LINK: u32 = 0o120_000;

/// What to look at.
pub(in crate::cli) struct Gate<'g> {
    /// Judges; its policy is the one that decides.
    pub(in crate::cli) engine: &'g Engine<'g>,
    /// The head, with paths from the root.
    pub(in crate::cli) head: &'g CommitTree<'g>,
    /// The base.
    pub(in crate::cli) base: &'g dyn Tree,
    /// The root on disk.
    pub(in crate::cli) root: &'g Path,
    /// What changed.
    pub(in crate::cli) changes: &'g [Change],
    /// The baseline that decides.
    pub(in crate::cli) entries: &'g [Entry],
    /// Findings that comments suppress at the head and not at the base.
    pub(in crate::cli) suppressed: &'g [Finding],
    /// A policy of the head further out, from the top of the work tree.
    pub(in crate::cli) outer: Option<&'g RepoPath>,
}

impl Gate<'_> {
    /// Findings about the change itself.
    ///
    /// # Errors
    /// When the head's own policy is missing or wrong.
    pub(in crate::cli) fn look(&self) -> Result<Vec<Finding>, Vec<Broken>> {
        let own = self.own_policy()?;
        let mut found = Vec::new();
        self.weaker(&own, &mut found);
        self.displaced(&mut found);
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
        let policy = policy_file::from_tree(self.head, self.root, own, self.engine.today)?;
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
        // Where the base lags behind the policy that decides, that is not this change's doing.
        let path = &self.engine.policy.source.path;
        let base = policy_file::from_tree(self.base, self.root, path, self.engine.today).ok();
        let earlier = base.map(|base| weaker(self.engine.policy, &base, self.engine.today)).unwrap_or_default();
        let is_new = |difference: &Weaker| {
            !earlier.iter().any(|known| known.name == difference.name && known.message == difference.message)
        };
        for difference in weaker(self.engine.policy, own, self.engine.today).into_iter().filter(is_new) {
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

    /// A policy further out counts, and the one that decides here would no longer be read.
    fn displaced(&self, found: &mut Vec<Finding>) {
        let Some(outer) = self.outer else { return };
        self.push(
            About {
                id: WEAKENED,
                path: self.engine.policy.source.path.clone(),
                place: None,
                name: &outer.to_string(),
                message: format!("`{outer}` lies further out: once it is merged, it counts, and this policy is no longer read"),
                help: "let the owners of the policy agree to it in a change of its own, or pull this policy in by `extends`",
            },
            found,
        );
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
        // What the base permits already, this change did not bring.
        let earlier = self.base.read(&path).and_then(|bytes| baseline::read(&bytes).ok()).unwrap_or_default();
        let renames = super::newly::renames(self.changes);
        let key = |entry: &Entry, path: &RepoPath| (entry.rule.clone(), path.clone(), entry.name.clone());
        let mut known: BTreeMap<_, usize> = BTreeMap::new();
        for entry in self.entries {
            *known.entry(key(entry, &entry.path)).or_insert(0) += 1;
        }
        let former: FxHashMap<&RepoPath, &RepoPath> = renames.iter().map(|(old, new)| (new, old)).collect();
        let mut more: BTreeMap<(Box<str>, RepoPath), usize> = BTreeMap::new();
        // A rule that does not judge here is no weaker for what is permitted of it.
        let judges = |entry: &&Entry| self.engine.policy.rule(&entry.rule).is_some();
        for entry in entries.iter().filter(judges).filter(|entry| !earlier.contains(entry)) {
            // An entry may have followed its file; in it, classes and functions may have been renamed.
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
            let are = if count == 1 { "is" } else { "are" };
            self.push(
                About {
                    id: WEAKENED,
                    path: Arc::new(path.clone()),
                    place: Some(place),
                    name: rule,
                    message: format!("{findings} of `{rule}` here {are} newly suppressed"),
                    help: "mend the code, or let the owners of the policy agree to an exemption",
                },
                found,
            );
        }
    }

    /// Submodules, links out of the commit, files that Python would run but nobody can read, and attributes by which a checkout
    /// holds something else than the commit.
    fn opaque(&self, found: &mut Vec<Finding>) {
        for change in self.changes {
            let Some(new) = &change.new else { continue };
            let Some(message) = self.is_opaque(change, new) else { continue };
            let name = new.path.to_string();
            let help = "commit sources instead, or let the owners of the policy exclude the path";
            let path = Arc::new(new.path.clone());
            self.push(About { id: OPAQUE, path, place: None, name: &name, message, help }, found);
        }
    }

    /// Why nobody can read what a file brings in.
    fn is_opaque(&self, change: &Change, new: &Version) -> Option<String> {
        let path = &new.path;
        let is_same = change.old.as_ref().is_some_and(|old| old.id == new.id && self.is_judged(&old.path));
        if path.file_name() == b".gitattributes" {
            let before = change.old.as_ref().and_then(|old| self.base.read(&old.path)).unwrap_or_default();
            let line = new_conversion(&self.head.read(path)?, &before)?;
            return Some(format!("`{line}` checks out something else than the commit holds"));
        }
        if is_same || !self.is_judged(path) {
            return None;
        }
        if new.mode & KIND == SUBMODULE {
            let what = "is new or leads to another commit: what is in it, nobody checks here";
            return Some(format!("the submodule `{path}` {what}"));
        }
        if new.mode & KIND == LINK && !self.head.leads_somewhere(path) {
            return Some(format!("the link `{path}` leads to nothing that the commit holds"));
        }
        if is_binary(path) {
            return Some(format!("`{path}` is new or has changed, and what it does cannot be read"));
        }
        let is_pointer = readers::by_path(path).is_some()
            && self.head.read(path).is_some_and(|bytes| bytes.starts_with(b"version https://git-lfs"));
        is_pointer.then(|| format!("`{path}` is a pointer to a file that the commit does not hold"))
    }

    /// Whether any rule may speak of code at a path, beneath it, or beside it.
    fn is_judged(&self, path: &RepoPath) -> bool {
        let policy = self.engine.policy;
        let (beneath, beside) = (path.join(b"x.py"), path.parent().join(b"x.py"));
        let is_excluded = |path: &RepoPath| policy.exclude.iter().any(|(glob, _)| glob.matches(path));
        let folder = format!("{path}/");
        policy.rules.iter().any(|rule| {
            let within = rule.scope.within.iter();
            let reaches_beneath =
                within.map(|(glob, _)| glob.as_str().trim_start_matches('/')).any(|glob| glob.starts_with(&folder));
            let speaks = |path: &RepoPath| rule.scope.covers(path) && !is_excluded(path);
            reaches_beneath || speaks(path) || speaks(&beneath) || speaks(&beside)
        })
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

fn is_binary(path: &RepoPath) -> bool {
    let name = path.file_name().to_ascii_lowercase();
    let has = |suffix: &&str| name.strip_suffix(suffix.as_bytes()).is_some_and(|stem| stem.ends_with(b"."));
    // `lib.so.1` is one, too.
    OPAQUE_SUFFIXES.iter().any(has) || memchr::memmem::find(&name, b".so.").is_some()
}

/// A line of attributes that was not there before and by which files are converted when they are checked out.
fn new_conversion(now: &[u8], before: &[u8]) -> Option<String> {
    let lines = |bytes: &[u8]| -> Vec<String> {
        String::from_utf8_lossy(bytes).lines().map(|line| line.trim().to_owned()).collect()
    };
    let known = lines(before);
    lines(now).into_iter().find(|line| {
        let converts = ["filter", "working-tree-encoding", "ident"];
        let has = |word: &str| {
            converts
                .iter()
                .any(|name| word == *name || word.strip_prefix(name).is_some_and(|rest| rest.starts_with('=')))
        };
        !line.starts_with('#') && line.split_whitespace().skip(1).any(has) && !known.contains(line)
    })
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
