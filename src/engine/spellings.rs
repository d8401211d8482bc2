//! Every spelling of reaching a name, and what a rule makes of it. Knows the table in `data/spellings.txt`; must not know how
//! the outcome is shown.

use super::{Engine, Follow, Keep};
use crate::context::{Context, Contexts};
use crate::level::Level;
use crate::name::{is_identifier, top};
use crate::policy::{Policy, Rule};
use crate::project::{Layout, Project, Tree};
use crate::readers;
use crate::repo_path::RepoPath;
use crate::source::Source;
use jiff::civil::Date;
use rustc_hash::FxHashMap;

/// How an entry of a policy is spelt in code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// As a module: everything beneath it is covered too.
    Module,
    /// As a member of a module that is not covered itself.
    Member,
}

/// A spelling that was tried.
#[derive(Clone, Debug)]
pub struct Tried {
    /// Its id.
    pub id: &'static str,
    /// What it is, in a line.
    pub about: &'static str,
    /// The name it spells.
    pub name: String,
    /// How.
    pub mode: Mode,
    /// Whether it must be a finding.
    pub must: bool,
    /// The level it must have.
    pub level: Level,
    /// What is wrong, if anything: in words, with the place.
    pub wrong: Option<String>,
}

/// Code that reaches a name, or only looks so.
struct Spelling {
    id: &'static str,
    about: &'static str,
    contexts: Contexts,
    only: Option<Mode>,
    plain: bool,
    /// The one name that it spells; none when it can be any.
    name: Option<&'static str>,
    files: Vec<(&'static str, Vec<&'static str>)>,
}

fn table() -> Vec<Spelling> {
    let mut spellings: Vec<Spelling> = Vec::new();
    for line in include_str!("../data/spellings.txt").lines() {
        if let Some(head) = line.strip_prefix("=== ") {
            let (id, about) = head.split_once(" | ").unwrap_or((head, ""));
            let contexts = Contexts::default();
            spellings.push(Spelling { id, about, contexts, only: None, plain: false, name: None, files: Vec::new() });
            continue;
        }
        let Some(spelling) = spellings.last_mut() else { continue };
        if let Some(path) = line.strip_prefix("--- ") {
            spelling.files.push((path, Vec::new()));
        } else if let Some((_, lines)) = spelling.files.last_mut() {
            lines.push(line);
        } else if let Some(contexts) = line.strip_prefix("contexts: ") {
            for context in contexts.split(", ").filter_map(Context::parse) {
                spelling.contexts.insert(context);
            }
        } else if let Some(only) = line.strip_prefix("only: ") {
            spelling.only = Some(if only == "module" { Mode::Module } else { Mode::Member });
        } else if let Some(name) = line.strip_prefix("name: ") {
            spelling.name = Some(name);
        } else if line == "plain: yes" {
            spelling.plain = true;
        }
    }
    spellings
}

/// Tries every spelling of every name that a rule forbids; empty when it forbids none by name.
#[must_use]
pub fn try_spellings(policy: &Policy, rule: &Rule, today: Date) -> Vec<Tried> {
    let mut tried = Vec::new();
    let spellings = table();
    for name in rule.judge.spelt() {
        let member = name.rsplit_once('.').map(|(module, member)| (Mode::Member, module, member));
        for (mode, module, member) in [(Mode::Module, name, "get")].into_iter().chain(member) {
            for spelling in &spellings {
                let fits = spelling.only.is_none_or(|only| only == mode)
                    && !(spelling.plain && module.contains('.'))
                    && spelling.name.is_none_or(|name| name == module || name == format!("{module}.{member}"))
                    && !spelling.files.iter().any(|(path, _)| path.contains('{') && module.contains('.'));
                if fits {
                    tried.push(spelling.try_on(policy, rule, today, (mode, module, member)));
                }
            }
        }
    }
    tried
}

impl Spelling {
    fn try_on(&self, policy: &Policy, rule: &Rule, today: Date, (mode, module, member): (Mode, &str, &str)) -> Tried {
        let fill =
            |text: &str| text.replace("{module}", module).replace("{top}", top(module)).replace("{member}", member);
        let mut files: FxHashMap<Vec<u8>, String> = FxHashMap::default();
        let mut marked: Places = Vec::new();
        for (path, lines) in &self.files {
            let path = fill(path);
            for (number, line) in (1_u32..).zip(lines) {
                let Some((_, mark)) = line.rsplit_once("#!") else { continue };
                let (mark, contexts) = mark.split_once(' ').unwrap_or((mark, ""));
                let meant = match mode {
                    Mode::Module => "m",
                    Mode::Member => "u",
                };
                if mark.is_empty() || mark == meant {
                    let own = contexts.split(", ").filter_map(Context::parse);
                    let contexts = own.fold(self.contexts, Contexts::with);
                    let level = rule.level_from(rule.level.max(Level::Note), (contexts, crate::surface::Surface::Code));
                    marked.push((path.clone(), number, level));
                }
            }
            files.insert(path.into_bytes(), lines.iter().map(|line| fill(line) + "\n").collect());
        }
        let name = match mode {
            Mode::Module => module.to_owned(),
            Mode::Member => format!("{module}.{member}"),
        };
        marked.retain(|(.., level)| *level != Level::None);
        let level = marked.last().map_or(Level::None, |(.., level)| *level);
        let must = !marked.is_empty();
        let wrong = judge(policy, rule, today, &Memory(files)).and_then(|found| compare(&marked, &found));
        Tried { id: self.id, about: self.about, name, mode, must, level, wrong: wrong.err() }
    }
}

/// Places of findings, with their levels.
type Places = Vec<(String, u32, Level)>;

fn judge(policy: &Policy, rule: &Rule, today: Date, tree: &Memory) -> Result<Places, String> {
    let target = rule.python.as_ref().map_or((3, crate::project::standard_library::NEWEST), |(versions, _)| {
        versions.nearest((3, crate::project::standard_library::NEWEST))
    });
    let layout = Layout { roots: vec![RepoPath::default(), RepoPath::from_bytes(b"src")], target, ..Layout::default() };
    let project = Project::new(layout, tree);
    let mut engine = Engine::new(policy, &project, today, Keep::Findings);
    engine.anywhere = true;
    engine.overridden = false;
    engine.target = target;
    let mut found = Vec::new();
    for (path, text) in &tree.0 {
        let path = RepoPath::from_bytes(path);
        let Some((reader, surface)) = readers::by_path(&path) else { continue };
        let report = engine.check(&Source { path: &path, bytes: text.as_bytes() }, reader, surface, Follow::Yes);
        if let Some(problem) = report.problems.first() {
            return Err(problem.message.to_string());
        }
        let own = report.findings.iter().filter(|finding| finding.rule == rule.id);
        found.extend(own.map(|finding| (path.to_string(), finding.start.line, finding.level)));
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn compare(marked: &Places, found: &Places) -> Result<(), String> {
    let has = |places: &Places, path: &String, line: u32| places.iter().any(|(p, l, _)| p == path && *l == line);
    if let Some((path, line, _)) = marked.iter().find(|(path, line, _)| !has(found, path, *line)) {
        return Err(format!("no finding in {path}:{line}"));
    }
    if let Some((path, line, _)) = found.iter().find(|(path, line, _)| !has(marked, path, *line)) {
        return Err(format!("a finding in {path}:{line}"));
    }
    if let Some((path, line, own)) = found.iter().find(|place| !marked.contains(place)) {
        return Err(format!("level `{}` in {path}:{line}", own.as_str()));
    }
    Ok(())
}

/// Files by their paths.
struct Memory(FxHashMap<Vec<u8>, String>);

impl Memory {
    fn beneath<'m>(&'m self, folder: &'m RepoPath) -> impl Iterator<Item = Vec<u8>> + 'm {
        let below = |path: &Vec<u8>| RepoPath::from_bytes(path).strip_folder(folder).map(<[u8]>::to_vec);
        self.0.keys().filter_map(below)
    }
}

impl Tree for Memory {
    fn is_folder(&self, path: &RepoPath) -> bool {
        !self.entries(path).is_empty()
    }

    fn is_file(&self, path: &RepoPath) -> bool {
        self.0.contains_key(path.as_bytes())
    }

    fn entries(&self, folder: &RepoPath) -> Vec<(Vec<u8>, bool)> {
        let first = |rest: Vec<u8>| match memchr::memchr(b'/', &rest) {
            Some(slash) => (rest.get(..slash).unwrap_or_default().to_vec(), true),
            None => (rest, false),
        };
        self.beneath(folder).map(first).collect()
    }

    fn holds_python(&self, path: &RepoPath) -> bool {
        self.beneath(path).next().is_some()
    }

    fn read(&self, path: &RepoPath) -> Option<Vec<u8>> {
        self.0.get(path.as_bytes()).map(|text| text.clone().into_bytes())
    }

    fn mentions(&self, path: &RepoPath, word: &str) -> Option<bool> {
        self.0.get(path.as_bytes()).map(|text| is_identifier(word) && text.contains(word))
    }
}
