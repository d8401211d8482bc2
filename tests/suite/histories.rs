//! Laws of the baseline, over generated histories of edits whose truth is known from the edits: never a wrong "new", never a
//! missed one, and each entry permits one finding.

mod edits;
mod labels;
mod merges;
mod model;
mod moves;

use labels::History;
use model::{File, Key, POLICY, Project, Tape};
use policy::baseline::{Around, Entry, Matched, apply, entries, holds, read, write};
use policy::engine::{Engine, Follow, Keep};
use policy::finding::Finding;
use policy::policy::Policy;
use policy::project::{self, Tree};
use policy::readers;
use policy::repo_path::RepoPath;
use policy::source::Source;
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestCaseError, TestRunner};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

static RULES: LazyLock<Policy> = LazyLock::new(|| super::packs::loaded(POLICY));

/// A finding of the engine, for those that are made without text.
static SAMPLE: LazyLock<Finding> = LazyLock::new(|| {
    let texts = Texts(BTreeMap::from([(b"a.py".to_vec(), "import requests\n".to_owned())]));
    texts.judged().remove(0)
});

/// A project as text.
struct Texts(BTreeMap<Vec<u8>, String>);

impl Texts {
    fn of(project: &Project) -> Self {
        Self(project.files.iter().map(|file| (file.path.clone().into_bytes(), file.render())).collect())
    }

    fn judged(&self) -> Vec<Finding> {
        let project = project::Project::new(RULES.layout(|path| self.is_folder(path)), self);
        let engine = Engine::new(&RULES, &project, jiff::civil::date(2026, 1, 1), Keep::Findings);
        let mut findings = Vec::new();
        for (path, text) in &self.0 {
            let path = RepoPath::from_bytes(path);
            let (reader, surface) = readers::by_path(&path).unwrap();
            let report = engine.check(&Source { path: &path, bytes: text.as_bytes() }, reader, surface, Follow::No);
            assert!(report.problems.is_empty(), "{:?}\n{text}", report.problems);
            findings.extend(report.findings);
        }
        findings
    }
}

impl Tree for Texts {
    fn is_file(&self, path: &RepoPath) -> bool {
        self.0.contains_key(path.as_bytes())
    }

    fn is_folder(&self, path: &RepoPath) -> bool {
        !self.entries(path).is_empty()
    }

    fn entries(&self, folder: &RepoPath) -> Vec<(Vec<u8>, bool)> {
        let below = self.0.keys().filter_map(|path| {
            let path = RepoPath::from_bytes(path);
            let mut rest = path.strip_folder(folder)?.splitn(2, |&b| b == b'/');
            Some((rest.next()?.to_vec(), rest.next().is_some()))
        });
        below.filter(|(name, _)| !name.is_empty()).collect()
    }

    fn holds_python(&self, path: &RepoPath) -> bool {
        self.is_folder(path)
    }

    fn read(&self, path: &RepoPath) -> Option<Vec<u8>> {
        self.0.get(path.as_bytes()).map(|text| text.clone().into_bytes())
    }
}

/// What exists, by the text alone; git's knowledge comes from the history.
struct Read<'r>(&'r Texts, &'r History);

impl Around for Read<'_> {
    fn exists(&self, path: &RepoPath) -> bool {
        self.0.is_file(path)
    }

    fn renamed(&self, path: &RepoPath) -> Option<RepoPath> {
        self.1.renamed(path)
    }

    fn has_scope(&self, path: &RepoPath, scope: &str) -> bool {
        let (reader, _) = readers::by_path(path).unwrap();
        self.0.read(path).is_none_or(|bytes| reader.has_scope(&bytes, scope))
    }
}

/// Where nothing is gone.
struct Unchanged;

impl Around for Unchanged {
    fn exists(&self, _: &RepoPath) -> bool {
        true
    }

    fn renamed(&self, _: &RepoPath) -> Option<RepoPath> {
        None
    }

    fn has_scope(&self, _: &RepoPath, _: &str) -> bool {
        true
    }
}

/// A finding without text.
fn finding((rule, path, scope, name): &Key, ordinal: usize) -> Finding {
    let mut finding = Finding {
        rule: rule.as_str().into(),
        path: Arc::new(RepoPath::from_bytes(path.as_bytes())),
        scope: scope.as_str().into(),
        name: name.as_str().into(),
        ..SAMPLE.clone()
    };
    finding.set_ordinal(ordinal);
    finding
}

/// Findings of a project, without its text.
fn made(keys: impl IntoIterator<Item = Key>) -> Vec<Finding> {
    let mut seen: BTreeMap<Key, usize> = BTreeMap::new();
    let mut findings = Vec::new();
    for key in keys {
        let ordinal = seen.entry(key.clone()).or_insert(0);
        findings.push(finding(&key, *ordinal));
        *ordinal += 1;
    }
    findings
}

fn made_of(project: &Project) -> Vec<Finding> {
    made(project.found().into_iter().map(|(key, _)| key))
}

fn key(finding: &Finding) -> Key {
    let text = |part: &str| part.to_owned();
    (text(&finding.rule), finding.path.to_string(), text(&finding.scope), text(&finding.name))
}

/// How many there are of each key.
fn counted(keys: impl IntoIterator<Item = Key>) -> BTreeMap<Key, usize> {
    let mut counts = BTreeMap::new();
    for key in keys {
        *counts.entry(key).or_insert(0) += 1;
    }
    counts
}

/// What is told, by key.
fn told(findings: &[Finding], matched: &Matched) -> BTreeMap<Key, usize> {
    counted(
        findings.iter().zip(&matched.permitted).filter(|(_, permitted)| !**permitted).map(|(finding, _)| key(finding)),
    )
}

fn kept(entries: &[Entry], matched: &Matched) -> Vec<Entry> {
    entries.iter().zip(&matched.used).filter(|(_, used)| used.is_some()).map(|(entry, _)| entry.clone()).collect()
}

/// Each entry permits at most one finding, of its own rule and name, and each permitted one has its entry.
fn each_permits_one(entries: &[Entry], findings: &[Finding], matched: &Matched) -> Result<(), TestCaseError> {
    prop_assert_eq!((matched.used.len(), matched.permitted.len()), (entries.len(), findings.len()));
    let mut permitted = vec![false; findings.len()];
    for (entry, used) in entries.iter().zip(&matched.used) {
        let Some(used) = *used else { continue };
        prop_assert!(!std::mem::replace(&mut permitted[used], true), "two entries permit finding {}", used);
        prop_assert_eq!((&*entry.rule, &*entry.name), (&*findings[used].rule, &*findings[used].name));
    }
    prop_assert_eq!(&permitted, &matched.permitted);
    Ok(())
}

/// Laws that hold of any entries and findings. What is told.
fn laws(
    entries: &[Entry],
    findings: &[Finding],
    around: &dyn Around,
    tape: &mut Tape,
) -> Result<BTreeMap<Key, usize>, TestCaseError> {
    let matched = apply(entries, findings, around);
    each_permits_one(entries, findings, &matched)?;
    let new = told(findings, &matched);
    // Neither order nor places nor words matter.
    let (mut other_entries, mut others) = (entries.to_vec(), findings.to_vec());
    for finding in &mut others {
        finding.start.line += 7;
        finding.statement = 0;
        finding.message = "other words".into();
        finding.level = policy::level::Level::Note;
    }
    prop_assert_eq!(&apply(entries, &others, around), &matched);
    tape.shuffle(&mut other_entries);
    tape.shuffle(&mut others);
    prop_assert_eq!(&told(&others, &apply(&other_entries, &others, around)), &new, "the order matters");
    // Tightened, nothing else is told and nothing is stale. Left out is what `moves::tightening_tells_nothing_else` shows.
    let tight = kept(entries, &matched);
    let has = |entries: &[Entry], path: &str| entries.iter().any(|entry| entry.path.to_string() == path);
    if new.keys().all(|(_, path, ..)| has(&tight, path) || !has(entries, path)) {
        let again = apply(&tight, findings, around);
        prop_assert_eq!(&told(findings, &again), &new, "tightening changes what is told");
        prop_assert!(again.used.iter().all(Option::is_some), "stale after tightening: {:?}", again.used);
    }
    Ok(new)
}

/// Judges a whole history: its baseline through text, then all laws. Whether its truth is clear.
fn judge(
    history: &History,
    old: &[Finding],
    now: &[Finding],
    around: &dyn Around,
    tape: &mut Tape,
) -> Result<bool, TestCaseError> {
    let baseline = read(write(&entries(old)).as_bytes()).unwrap();
    prop_assert_eq!(baseline.len(), old.len());
    let unchanged = apply(&baseline, old, &Unchanged);
    prop_assert!(unchanged.permitted.iter().all(|permitted| *permitted));
    prop_assert!(unchanged.used.iter().all(Option::is_some));
    let new = laws(&baseline, now, around, tape)?;
    let promise = history.promise();
    if !promise.is_clear {
        return Ok(false);
    }
    let all = counted(now.iter().map(key));
    let permits = |key: &Key| *promise.permits.get(key).unwrap_or(&0);
    let expected: BTreeMap<Key, usize> = (all.iter())
        .map(|(key, count)| (key.clone(), count.saturating_sub(permits(key))))
        .filter(|(_, count)| *count > 0)
        .collect();
    prop_assert_eq!(&new, &expected, "told, and what is new");
    // The same by the labels of the findings: what was fixed may make room, what was moved too far is lost.
    let found = history.after.found();
    let added = found.iter().filter(|(_, is_new)| *is_new).count();
    let stayed = counted(found.into_iter().filter(|(_, is_new)| !is_new).map(|(key, _)| key));
    let lost: usize = stayed.iter().map(|(key, count)| count.saturating_sub(permits(key))).sum();
    let fixed = old.len() - stayed.values().sum::<usize>();
    let count: usize = new.values().sum();
    prop_assert!(
        count <= added + lost && count + fixed >= added,
        "{} told, {} added, {} lost, {} fixed",
        count,
        added,
        lost,
        fixed
    );
    Ok(true)
}

fn runner(cases: u32, seed: u64) -> TestRunner {
    let rng_seed = RngSeed::Fixed(seed);
    TestRunner::new(ProptestConfig { cases, failure_persistence: None, rng_seed, ..ProptestConfig::default() })
}

/// Runs so many histories; how many of them were clear.
fn run(cases: u32, seed: u64, one: impl Fn(&History, &mut Tape) -> Result<bool, TestCaseError>) -> u32 {
    let clear = Cell::new(0);
    let choices = |range: std::ops::Range<usize>| prop::collection::vec(any::<u32>(), range);
    let outcome = runner(cases, seed).run(&(choices(20..250), choices(30..100)), |(first, edits)| {
        let mut tape = Tape::new(edits);
        let history = History::new(&mut Tape::new(first), &mut tape);
        let told = |error: TestCaseError| TestCaseError::fail(format!("{error}\n{}", story(&history)));
        let is_clear = one(&history, &mut tape).map_err(told)?;
        clear.set(clear.get() + u32::from(is_clear));
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    clear.get()
}

/// A history as people read it.
fn story(history: &History) -> String {
    let shown = |project: &Project| -> String {
        let file = |file: &File| format!("--- {} (was {:?})\n{}", file.path, file.was, file.render());
        project.files.iter().map(file).collect()
    };
    format!("{}\n=== then: {:?}\n{}", shown(&history.before), history.steps, shown(&history.after))
}

#[test]
fn what_is_told_of_real_text_is_what_is_new() {
    let clear = run(3_300, 6, |history, tape| {
        let (before, after) = (Texts::of(&history.before), Texts::of(&history.after));
        let (old, now) = (before.judged(), after.judged());
        // The text says what the model says.
        prop_assert_eq!(counted(old.iter().map(key)), counted(made_of(&history.before).iter().map(key)));
        prop_assert_eq!(counted(now.iter().map(key)), counted(made_of(&history.after).iter().map(key)));
        judge(history, &old, &now, &Read(&after, history), tape)
    });
    assert!(clear > 3_000, "{clear}");
}

#[test]
fn what_is_told_of_any_history_is_what_is_new() {
    let deletions = Cell::new(0);
    let clear = run(9_000, 7, |history, tape| {
        let (old, now) = (made_of(&history.before), made_of(&history.after));
        let is_clear = judge(history, &old, &now, history, tape)?;
        // A file that goes takes what is told of it along, and permits nothing elsewhere.
        let mut less = history.clone();
        let gone = less.after.files.remove(tape.below(less.after.files.len()));
        // In the place of another, it kept that one from being seen as moved.
        let stands_in =
            gone.was.as_ref() != Some(&gone.path) && history.before.files.iter().any(|file| file.path == gone.path);
        if is_clear && !stands_in && less.promise().is_clear {
            let tell = |history: &History| {
                let findings = made_of(&history.after);
                told(&findings, &apply(&entries(&old), &findings, history))
            };
            let mut elsewhere = tell(history);
            elsewhere.retain(|(_, path, ..), _| *path != gone.path);
            prop_assert_eq!(&tell(&less), &elsewhere, "without {}", gone.path);
            deletions.set(deletions.get() + 1);
        }
        Ok(is_clear)
    });
    assert!(clear > 8_000 && deletions.get() > 6_500, "{clear} clear, {} deletions", deletions.get());
}

fn hostile() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop::sample::select(vec![
            "a", ".", "\t", "\n", "\r", "\\", "\\x0", "\0", "é", "\u{2028}", "\u{85}", " ", "#", "=", "<<<<<<<",
            "\u{feff}",
        ]),
        0..8,
    )
    .prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, rng_seed: RngSeed::Fixed(8), ..ProptestConfig::default() })]

    /// What is written is read again, whatever the names are.
    #[test]
    fn hostile_names_come_back(
        named in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..6), hostile(), hostile(), 0..12_usize), 0..12),
        is_windows in any::<bool>(),
    ) {
        let mut wanted: Vec<Entry> = (named.into_iter())
            .map(|(path, scope, name, ordinal)| {
                let path = RepoPath::from_bytes(&[b"p/x", &*path.split(|b| *b == b'/').collect::<Vec<_>>().concat()].concat());
                Entry { rule: "pack/rule".into(), path, scope: scope.into(), name: name.into(), ordinal }
            })
            .collect();
        let text = write(&wanted);
        prop_assert_eq!(text.lines().count(), 1 + wanted.iter().collect::<std::collections::BTreeSet<_>>().len());
        prop_assert!(!text.contains(['\r', '\0', '\u{1}']), "{:?}", text);
        let read_again = read(if is_windows { text.replace('\n', "\r\n") } else { text.clone() }.as_bytes()).unwrap();
        wanted.sort();
        wanted.dedup();
        prop_assert_eq!(&read_again, &wanted);
        prop_assert_eq!(write(&read_again), text);
    }
}

#[test]
fn what_the_tool_says_of_itself_is_never_permitted() {
    let own =
        ["policy/unused-suppression", "http"].map(|rule| (rule.to_owned(), "a.py".into(), String::new(), "x".into()));
    let findings = made(own);
    assert_eq!(entries(&findings).len(), 1);
    let all: Vec<Entry> = findings.iter().map(Entry::of).collect();
    assert_eq!(apply(&all, &findings, &Unchanged).permitted, [false, true]);
    assert!(!holds(&findings[0]));
}
