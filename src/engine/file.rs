//! One file: what its reader finds, judged. Knows how facts become findings; must not know other files.

use super::importers::Noting;
use super::manifests::{self, Nearby};
use super::required::Met;
use super::{Engine, FileReport, Follow, Handed, Keep};
use crate::context::Context;
use crate::fact::{Fact, Role};
use crate::finding::Link;
use crate::kinds::{Stake, View};
use crate::name::top;
use crate::policy::Rule;
use crate::problem::{Problem, ProblemKind};
use crate::project::Importer;
use crate::readers::comments::{self, Comment};
use crate::readers::wanted::{Distributions, Notes};
use crate::readers::{Detail, Include, Reader, Sink, Tier, Unread, Wanted};
use crate::repo_path::RepoPath;
use crate::source::Source;
use crate::surface::Surface;
use crate::text::{Position, Positions, Within};
use crate::versions::Version;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

impl Engine<'_> {
    /// Judges one file.
    #[must_use]
    pub fn check(&self, source: &Source<'_>, reader: &dyn Reader, surface: Surface, follow: Follow) -> FileReport {
        let detail = if self.needs_place { Detail::Whole } else { Detail::Names };
        let follow = if surface.is_module() { follow } else { Follow::No };
        let mut judging = Judging::new(self, source, follow);
        if self.policy.index.judges_use && surface.is_module() {
            judging.report.imports = manifests::applications(source.bytes);
        }
        let interest = match follow {
            Follow::No | Follow::Note => &self.interest,
            Follow::Yes => &self.following,
            Follow::Only => &self.only,
        };
        let noting =
            Noting { project: self.project, path: source.path, tops: &self.tops, keys: std::cell::RefCell::default() };
        let notes = (follow == Follow::Note).then_some(&noting as &dyn Notes);
        let beside = self.project.beside(source.path);
        let comments = comments::may_stand_in(source.bytes);
        interest.with(self.policy, self.project, source.path, &self.reach, (notes, self.quoted.as_ref()), |wanted| {
            let distributions = self.distributions.as_ref().filter(|_| follow != Follow::Only);
            let distributions = distributions.map(|asked| asked as &dyn Distributions);
            let wanted = &Wanted { distributions, comments, beside: Some(&beside), ..*wanted };
            reader.read(source, surface, wanted, detail, &mut judging);
        });
        if follow != Follow::Only && self.imported.is_none() {
            judging.require(source, reader, surface);
        }
        // What a string names is taken like what is imported.
        for name in std::mem::take(&mut judging.named_by_strings) {
            if let Some((module, member)) = name.rsplit_once('.') {
                noting.note(module, 0, Some(member));
            }
        }
        FileReport { keys: noting.keys.into_inner(), ..judging.finish() }
    }
}

/// Where a finding stands, and the offset of its statement.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub start: Position,
    pub end: Position,
    pub statement: u32,
    pub within: Option<Within>,
}

impl Place {
    /// A finding about a whole file is empty, at its start.
    pub(super) const WHOLE_FILE: Self = {
        let first = Position { line: 1, column: 1, offset: 0 };
        Self { start: first, end: first, statement: 0, within: None }
    };
}

/// Judges facts as they come.
pub(super) struct Judging<'e, 'a> {
    pub engine: &'e Engine<'a>,
    pub path: &'e RepoPath,
    /// What stands in the file, and what it says of its own dependencies.
    pub bytes: &'e [u8],
    pub own_dependencies: OnceCell<Option<rustc_hash::FxHashSet<String>>>,
    /// Put together when it is first asked for.
    pub importer: OnceCell<Importer>,
    pub shared_path: Option<Arc<RepoPath>>,
    /// For each rule that was asked so far: whether it speaks for this file.
    pub speaks: FxHashMap<usize, bool>,
    pub used: FxHashMap<(usize, usize), usize>,
    pub met: Met,
    /// What was made of complaints, by rule and by where the fact stands: uses hang on them.
    pub told: FxHashMap<(usize, u32), Told>,
    pub follow: Follow,
    /// First-party names in strings, where the file may be looked at again.
    pub named_by_strings: Vec<String>,
    /// The way to the name that is judged, where first-party modules stand between.
    pub chain: Vec<Link>,
    pub report: FileReport,
}

/// What was made of a complaint.
#[derive(Clone, Copy, Debug)]
pub(super) enum Told {
    /// A finding, by its position.
    Finding(usize),
    /// An exemption frees it.
    Exempt,
    /// Its level is `none`.
    Silent,
}

impl<'e, 'a> Judging<'e, 'a> {
    fn new(engine: &'e Engine<'a>, source: &Source<'e>, follow: Follow) -> Self {
        Self {
            engine,
            path: source.path,
            bytes: source.bytes,
            own_dependencies: OnceCell::new(),
            importer: OnceCell::new(),
            shared_path: None,
            speaks: FxHashMap::default(),
            used: FxHashMap::default(),
            met: Met::default(),
            told: FxHashMap::default(),
            follow,
            named_by_strings: Vec::new(),
            chain: Vec::new(),
            report: FileReport::default(),
        }
    }

    fn importer(&self) -> &Importer {
        self.importer.get_or_init(|| self.engine.project.importer(self.path))
    }

    /// The same fact for the target: a version test that lets the target through guards nothing.
    pub(super) fn for_target<'f>(&self, fact: &Fact<'f>) -> Fact<'f> {
        let is_admitted = fact.versions.admits(self.engine.target);
        let contexts = if is_admitted { fact.contexts.without(Context::VersionGuarded) } else { fact.contexts };
        Fact { contexts, ..*fact }
    }

    /// The absolute name of what a fact reaches.
    fn reached<'f>(&self, fact: &Fact<'f>) -> Cow<'f, str> {
        if fact.level == 0 {
            return fact.name.into();
        }
        // Above the top it reaches nothing that has a name, but it is an import all the same.
        let above = || format!("{}{}", ".".repeat(fact.level as usize), fact.name);
        self.importer().resolve(fact.level, fact.name).unwrap_or_else(above).into()
    }

    pub(super) fn speaks(&mut self, index: usize, rule: &Rule) -> bool {
        self.engine.anywhere
            || rule.scope.is_everywhere()
            || *self.speaks.entry(index).or_insert_with(|| rule.scope.covers(self.path))
    }

    /// The rules that complain about a fact.
    fn complaining(&self, fact: &Fact<'_>, reached: &str, python: Version) -> Vec<usize> {
        let engine = self.engine;
        let complains = |index: &usize| {
            let view = View { fact, reached, path: self.path, project: engine.project, python, around: None };
            let rule = engine.policy.rules.get(*index);
            rule.is_some_and(|rule| rule.judge.hears(fact) && rule.judge.judge(&view).is_some())
        };
        engine.policy.index.rules(top(reached)).filter(complains).collect()
    }

    /// Judges a fact by every rule but `done`; those that complain.
    fn judge(
        &mut self,
        fact: &Fact<'_>,
        reached: &str,
        python: Version,
        done: &[usize],
        positions: &mut Positions<'_>,
    ) -> Vec<usize> {
        let engine = self.engine;
        let mut told = Vec::new();
        // Handed out so that views may look at it while findings are made.
        let own = std::mem::take(&mut self.own_dependencies);
        let around = Nearby { engine, own: Some((self.bytes, &own)) };
        for index in engine.policy.index.rules(top(reached)) {
            let Some(rule) = engine.policy.rules.get(index) else { continue };
            let view = View { fact, reached, path: self.path, project: engine.project, python, around: Some(&around) };
            if rule.judge.hears(fact)
                && rule.holds_for(python)
                && !done.contains(&index)
                && let Some(complaint) = rule.judge.judge(&view)
                && self.speaks(index, rule)
                && !self.is_agreed(rule, &complaint)
            {
                told.push(index);
                self.weigh(index, rule, &view, &complaint, positions);
            }
        }
        self.own_dependencies = own;
        told
    }

    fn finish(mut self) -> FileReport {
        for finding in &mut self.report.findings {
            finding.related.sort_by_key(|related| (related.start.offset, related.end.offset));
        }
        self.report.put_in_order();
        self.report.used = self.used.into_iter().collect();
        self.report.used.sort_unstable();
        self.report
    }
}

impl Sink for Judging<'_, '_> {
    fn needs_place(&mut self, fact: &Fact<'_>) -> bool {
        let engine = self.engine;
        let reached = self.reached(fact);
        let around = Nearby { engine, own: None };
        let view = View {
            fact,
            reached: &reached,
            path: self.path,
            project: engine.project,
            python: engine.target,
            around: Some(&around),
        };
        let matters = |at: usize, rule: &Rule| {
            rule.judge.hears(fact)
                && !matches!(self.hangs_on(at, fact), Some(Told::Finding(_) | Told::Silent))
                && (rule.judge.place_matters(&view)
                    || !rule.judge.required().is_empty()
                    || ((engine.keep == Keep::Findings || rule.treats_places_apart())
                        && rule.judge.judge(&view).is_some()))
        };
        if self.follow.is_followed() && !engine.reach.of(&reached, engine.project).is_empty() {
            return true;
        }
        let mut rules =
            engine.policy.index.rules(top(&reached)).filter_map(|at| Some((at, engine.policy.rules.get(at)?)));
        rules.any(|(at, rule)| matters(at, rule))
    }

    fn comment(&mut self, comment: &Comment<'_>) {
        self.suppression(comment);
    }

    fn begins(&mut self) {
        self.told.clear();
    }

    fn includes(&mut self, positions: &mut Positions<'_>, include: Include) {
        if self.engine.imported.is_none() {
            self.include(positions, &include);
        }
    }

    fn fact(&mut self, positions: &mut Positions<'_>, fact: &Fact<'_>) {
        if fact.role == Role::Dependency {
            self.dependency(positions, fact);
            return;
        }
        if self.engine.imported.is_some() {
            return;
        }
        let reached = self.reached(fact);
        let reached = &*reached;
        let engine = self.engine;
        if engine.policy.index.judges_use
            && fact.level == 0
            && fact.surface != Surface::Docs
            && matches!(fact.role, Role::Import | Role::String)
            && self.follow != Follow::Only
        {
            self.report.imports.push(reached.strip_suffix(".*").unwrap_or(reached).into());
        }
        if self.follow == Follow::Note && fact.role == Role::String && engine.project.is_first_party(top(reached)) {
            self.named_by_strings.push(reached.to_owned());
        }
        let python = fact.versions.nearest(engine.target);
        let fact = &self.for_target(fact);
        let mut told = if self.follow == Follow::Only {
            self.complaining(fact, reached, python)
        } else {
            self.judge(fact, reached, python, &[], positions)
        };
        if self.follow.is_followed() && !fact.is_star() && !reached.is_empty() {
            let role = if fact.role == Role::Call { Role::Call } else { Role::Use };
            for through in &*engine.reach.of(reached, engine.project) {
                let through_fact =
                    &Fact { role, level: 0, name: &through.name, module_len: through.name.len(), ..*fact };
                self.chain.clone_from(&through.chain);
                let more = self.judge(through_fact, &through.name, python, &told, positions);
                told.extend(more);
                self.hand_out(fact, &through.name);
            }
            self.chain.clear();
        }
        if self.follow != Follow::No && fact.is_statement() {
            if fact.is_star() {
                let module = reached.strip_suffix(".*").unwrap_or_default();
                // What a star brings in of a library, only its importers tell.
                if engine.policy.index.stake(&engine.policy.rules, module, engine.project) > Stake::None
                    && fact.level == 0
                {
                    for own in engine.project.module_names(self.path) {
                        self.report.handed_out.push(Handed { name: crate::name::join(&own, "*"), members: None });
                    }
                }
                for handed in engine.reach.in_module(module) {
                    let name = crate::name::join(&engine.project.module_name(self.path), &handed.name);
                    self.report.handed_out.push(Handed { name, ..handed });
                }
            } else if fact.level == 0 || !told.is_empty() {
                // A relative import never means a library, whatever the name of its package.
                self.hand_out(fact, reached);
            }
        }
        if fact.is_statement() && !engine.policy.index.requiring.is_empty() {
            self.met.see(engine.policy, fact, reached);
        }
    }

    fn binds(&mut self, local: &str, name: &str, level: u32) {
        if self.follow == Follow::No {
            return;
        }
        let fact = Fact { name, level, ..Fact::default() };
        let reached = self.reached(&fact).into_owned();
        if level == 0 {
            self.hand_out_as(local, &reached);
        }
        if self.follow.is_followed() {
            let engine = self.engine;
            for through in &*engine.reach.of(&reached, engine.project) {
                self.hand_out_as(local, &through.name);
            }
        }
    }

    fn worked(&mut self, tier: Tier, bytes: usize) {
        let work = &mut self.report.work;
        let (files, sum) = match tier {
            Tier::Lexed => (&mut work.lexed.0, &mut work.lexed.1),
            Tier::Parsed => (&mut work.parsed.0, &mut work.parsed.1),
        };
        *files += 1;
        *sum += bytes;
    }

    fn unread(&mut self, positions: &mut Positions<'_>, unread: Unread) {
        self.report.problems.push(unread.into_problem(self.path, positions));
    }
}

/// A panic while judging a file, as a problem of that file.
#[must_use]
pub fn panicked(path: &RepoPath, payload: &(dyn std::any::Any + Send)) -> FileReport {
    let said = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let problem = Problem::new(
        ProblemKind::Internal,
        Some(path.clone()),
        format!("the tool failed on this file: {}", said.unwrap_or("no message")),
        "please report this with the file; until then, list it under `unanalysed`",
    );
    FileReport { problems: vec![problem], ..FileReport::default() }
}
