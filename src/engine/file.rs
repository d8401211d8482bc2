//! One file: what its reader finds, judged. Knows how facts become findings; must not know other files.

use super::Engine;
use super::importers::Noting;
use super::required::Met;
use crate::context::{Context, Contexts};
use crate::fact::{Fact, Role};
use crate::finding::{Finding, Link, MOST_RELATED, Related};
use crate::fingerprint::Fingerprint;
use crate::kinds::{Complaint, Stake, View};
use crate::level::Level;
use crate::name::top;
use crate::policy::Rule;
use crate::problem::{Problem, ProblemKind};
use crate::project::Importer;
use crate::readers::wanted::Notes;
use crate::readers::{Detail, Reader, Sink, Unread};
use crate::repo_path::RepoPath;
use crate::report::Counts;
use crate::source::Source;
use crate::surface::Surface;
use crate::text::{Position, Positions};
use crate::versions::Version;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

/// What is kept of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// How many findings there are.
    Counts,
    /// The findings themselves.
    Findings,
}

/// How often one exemption was used in one file: `(rule, exemption)` by position.
pub type Used = ((usize, usize), usize);

/// What there is to say about one file.
#[derive(Clone, Debug, Default)]
pub struct FileReport {
    /// Findings by level.
    pub counts: Counts,
    /// In order; empty when only counts are kept.
    pub findings: Vec<Finding>,
    /// In order.
    pub problems: Vec<Problem>,
    /// Exemptions that were used.
    pub used: Vec<Used>,
    /// Absolute names under which the file hands out what rules ask about.
    pub handed_out: Vec<String>,
    /// What it imports of first-party modules, as numbers.
    pub keys: Vec<u32>,
}

/// How first-party names are treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// By what they are called.
    No,
    /// The same, taking note of who imports what and who hands out what.
    Note,
    /// By what they lead to.
    Yes,
    /// The same for a file that was judged by what they are called: what that adds.
    Only,
}

impl Follow {
    fn is_followed(self) -> bool {
        matches!(self, Follow::Yes | Follow::Only)
    }
}

impl FileReport {
    /// Adds what a second look at the same file gave.
    pub fn add(&mut self, mut more: FileReport) {
        self.counts.merge(more.counts);
        self.findings.append(&mut more.findings);
        more.problems.retain(|problem| !self.problems.contains(problem));
        self.problems.append(&mut more.problems);
        self.used.append(&mut more.used);
        self.put_in_order();
    }

    fn put_in_order(&mut self) {
        self.findings.sort_by(Finding::order);
        let mut ordinals = FxHashMap::default();
        for finding in &mut self.findings {
            let key = (finding.rule.clone(), finding.scope.clone(), finding.name.clone());
            let ordinal = ordinals.entry(key).or_insert(0);
            finding.fingerprint = Fingerprint::new(
                &finding.rule,
                finding.path.as_bytes(),
                &finding.scope,
                &finding.name,
                *ordinal,
            );
            *ordinal += 1_usize;
        }
        self.problems.sort();
    }
}

impl Engine<'_> {
    /// Judges one file.
    #[must_use]
    pub fn check(&self, source: &Source<'_>, reader: &dyn Reader, surface: Surface, follow: Follow) -> FileReport {
        let detail = if self.needs_place { Detail::Whole } else { Detail::Names };
        let mut judging = Judging::new(self, source.path, follow);
        let interest = match follow {
            Follow::No | Follow::Note => &self.interest,
            Follow::Yes => &self.following,
            Follow::Only => &self.only,
        };
        let noting =
            Noting { project: self.project, path: source.path, tops: &self.tops, keys: std::cell::RefCell::default() };
        let notes = (follow == Follow::Note).then_some(&noting as &dyn Notes);
        interest.with(self.policy, self.project, source.path, &self.reach, notes, |wanted| {
            reader.read(source.bytes, surface, wanted, detail, &mut judging);
        });
        if follow != Follow::Only {
            judging.require(source, reader, surface);
        }
        FileReport { keys: noting.keys.into_inner(), ..judging.finish() }
    }
}

/// Where a finding stands, and the offset of its statement.
#[derive(Clone, Copy)]
struct Place {
    start: Position,
    end: Position,
    statement: u32,
}

impl Place {
    /// A finding about a whole file is empty, at its start.
    const WHOLE_FILE: Self = {
        let first = Position { line: 1, column: 1, offset: 0 };
        Self { start: first, end: first, statement: 0 }
    };
}

/// Judges facts as they come.
struct Judging<'e, 'a> {
    engine: &'e Engine<'a>,
    path: &'e RepoPath,
    /// Put together when it is first asked for.
    importer: OnceCell<Importer>,
    shared_path: Option<Arc<RepoPath>>,
    /// For each rule that was asked so far: whether it speaks for this file.
    speaks: FxHashMap<usize, bool>,
    used: FxHashMap<(usize, usize), usize>,
    met: Met,
    /// What was made of complaints, by rule and by where the fact stands: uses hang on them.
    told: FxHashMap<(usize, u32), Told>,
    follow: Follow,
    /// The way to the name that is judged, where first-party modules stand between.
    chain: Vec<Link>,
    report: FileReport,
}

/// What was made of a complaint.
#[derive(Clone, Copy, Debug)]
enum Told {
    /// A finding, by its position.
    Finding(usize),
    /// An exemption frees it.
    Exempt,
    /// Its level is `none`.
    Silent,
}

impl<'e, 'a> Judging<'e, 'a> {
    fn new(engine: &'e Engine<'a>, path: &'e RepoPath, follow: Follow) -> Self {
        Self {
            engine,
            path,
            importer: OnceCell::new(),
            shared_path: None,
            speaks: FxHashMap::default(),
            used: FxHashMap::default(),
            met: Met::default(),
            told: FxHashMap::default(),
            follow,
            chain: Vec::new(),
            report: FileReport::default(),
        }
    }

    fn importer(&self) -> &Importer {
        self.importer.get_or_init(|| self.engine.project.importer(self.path))
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

    fn speaks(&mut self, index: usize, rule: &Rule) -> bool {
        self.engine.anywhere
            || rule.scope.is_everywhere()
            || *self.speaks.entry(index).or_insert_with(|| rule.scope.covers(self.path))
    }

    /// Whether an exemption frees a fact from a rule; the first that does is used up by one.
    fn is_exempt(&mut self, index: usize, rule: &Rule, fact: &Fact<'_>, reached: &str, counts: bool) -> bool {
        if self.engine.anywhere {
            return false;
        }
        for (position, exemption) in rule.exemptions.iter().enumerate() {
            if exemption.is_expired(self.engine.today)
                || !exemption.covers_path(self.path)
                || !exemption.covers(fact.scope, reached, fact.is_star())
            {
                continue;
            }
            let used = self.used.entry((index, position)).or_insert(0);
            *used += usize::from(counts);
            // Counted within each file, so that a file is judged the same in part and in full runs.
            if exemption.max.is_none_or(|max| *used <= max) {
                return true;
            }
        }
        false
    }

    fn complain(&mut self, rule: &Rule, view: &View<'_>, complaint: &Complaint<'_>, level: Level, place: Place) {
        self.report.counts.add(level);
        if self.engine.keep == Keep::Counts {
            return;
        }
        let path = self.shared_path.get_or_insert_with(|| Arc::new(self.path.clone()));
        let instead = rule.instead_in(self.path, self.engine.today);
        let fact = view.fact;
        let mut message = rule.judge.message(view, complaint, instead);
        let is_told = |to: &str| complaint.successor.is_some() || message.contains(&format!("`{to}"));
        if let Some(instead) = instead.filter(|instead| !is_told(instead)) {
            message.push_str("; use `");
            message.push_str(instead);
            message.push('`');
        }
        if let Some(first) = self.chain.first() {
            message.push_str(&format!("; `{}` hands it out ({}:{})", first.name, first.path, first.start.line));
        }
        let finding = Finding {
            rule: rule.id.clone(),
            level,
            path: path.clone(),
            start: place.start,
            end: place.end,
            statement: place.statement,
            name: view.reached.into(),
            matched: complaint.matched.into(),
            surface: fact.surface,
            contexts: fact.contexts,
            scope: fact.scope.into(),
            message: message.into(),
            help: rule.help.clone(),
            fingerprint: Fingerprint::new("", b"", "", "", 0),
            policy: self.engine.policy.source_of(rule).line(complaint.span),
            confidence: fact.confidence,
            related: Vec::new(),
            uses: 0,
            chain: self.chain.clone(),
        };
        self.report.findings.push(finding);
    }

    /// The rules that complain about a fact.
    fn complaining(&self, fact: &Fact<'_>, reached: &str, python: Version) -> Vec<usize> {
        let engine = self.engine;
        let complains = |index: &usize| {
            let view = View { fact, reached, path: self.path, project: engine.project, python };
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
        for index in engine.policy.index.rules(top(reached)) {
            let Some(rule) = engine.policy.rules.get(index) else { continue };
            let view = View { fact, reached, path: self.path, project: engine.project, python };
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
        told
    }

    /// Whether a first-party name on the way is what the rule itself names as successor.
    fn is_agreed(&self, rule: &Rule, complaint: &Complaint<'_>) -> bool {
        if self.chain.is_empty() {
            return false;
        }
        let instead = rule.instead_in(self.path, self.engine.today);
        let mut agreed = complaint.successor.into_iter().chain(instead);
        agreed.any(|agreed| self.chain.iter().any(|link| *link.name == *agreed))
    }

    /// Takes note of a name under which this file may hand out what rules ask about.
    fn hand_out(&mut self, fact: &Fact<'_>, reached: &str) {
        if fact.role == Role::String || fact.origin.is_some() || fact.contexts.contains(Context::Dynamic) {
            return;
        }
        let local = fact.alias.unwrap_or_else(|| {
            let own = fact.name;
            if fact.module_len < own.len() { own.rsplit('.').next().unwrap_or(own) } else { top(own) }
        });
        self.hand_out_as(local, reached);
    }

    fn hand_out_as(&mut self, local: &str, reached: &str) {
        let engine = self.engine;
        if self.follow != Follow::No
            && engine.policy.index.stake(&engine.policy.rules, reached, engine.project) > Stake::None
        {
            let module = engine.project.module_name(self.path);
            self.report.handed_out.push(crate::name::join(&module, local));
        }
    }

    /// Makes a finding of a complaint, or a related place of one that it hangs on, or nothing.
    fn weigh(
        &mut self,
        index: usize,
        rule: &Rule,
        view: &View<'_>,
        complaint: &Complaint<'_>,
        positions: &mut Positions<'_>,
    ) {
        let fact = view.fact;
        let key = (index, fact.span.start);
        let hangs_on = self.hangs_on(index, fact);
        match hangs_on {
            Some(Told::Finding(at)) => {
                self.told.insert(key, Told::Finding(at));
                self.relate(at, view.reached, fact, positions);
                return;
            }
            Some(Told::Silent) => return,
            Some(Told::Exempt) | None => {}
        }
        let starred = Fact { contexts: fact.contexts.with(Context::Star), ..*fact };
        let view = if complaint.possible { &View { fact: &starred, ..*view } } else { view };
        let level = self.level(rule, view.fact.contexts);
        if level == Level::None {
            self.told.entry(key).or_insert(Told::Silent);
            return;
        }
        // A use of what was imported under an exemption does not use it up a second time.
        let counts = hangs_on.is_none();
        if self.is_exempt(index, rule, fact, view.reached, counts) {
            self.told.entry(key).or_insert(Told::Exempt);
            return;
        }
        // Places cost more than counting.
        let place = match self.engine.keep {
            Keep::Counts => Place::WHOLE_FILE,
            Keep::Findings => Place {
                start: positions.at(fact.span.start),
                end: positions.at(fact.span.end),
                statement: positions.stored(fact.statement.start),
            },
        };
        self.told.insert(key, Told::Finding(self.report.findings.len()));
        self.complain(rule, view, complaint, level, place);
    }

    /// What was made of the import that a use goes back to, or of the assignment that handed it on.
    fn hangs_on(&self, rule: usize, fact: &Fact<'_>) -> Option<Told> {
        let origin = fact.origin?;
        let places = std::iter::once(origin.start).chain(fact.hops.iter().copied());
        let mut told = places.filter_map(|place| self.told.get(&(rule, place)));
        told.next().copied()
    }

    /// Adds a use to the finding that it hangs on.
    fn relate(&mut self, at: usize, reached: &str, fact: &Fact<'_>, positions: &mut Positions<'_>) {
        let Some(finding) = self.report.findings.get_mut(at) else { return };
        finding.uses += 1;
        if finding.related.len() < MOST_RELATED {
            let (start, end) = (positions.at(fact.span.start), positions.at(fact.span.end));
            finding.related.push(Related { name: reached.into(), start, end });
        }
    }

    /// The level of a fact, before exemptions; examples are judged by the rule alone.
    fn level(&self, rule: &Rule, contexts: Contexts) -> Level {
        if !self.engine.overridden {
            // Examples of a rule that is switched off hold all the same.
            return rule.level_from(rule.level.max(Level::Note), contexts);
        }
        if rule.overrides.is_empty() {
            return rule.level_of(contexts);
        }
        rule.level_in(self.path, self.engine.today, contexts)
    }

    /// Complains of imports that a file lacks. A file that could not be read may have them, and one without code needs
    /// none.
    fn require(&mut self, source: &Source<'_>, reader: &dyn Reader, surface: Surface) {
        let engine = self.engine;
        // Where text is broken, that is told beside what the readable rest lacks.
        let is_unread = |problem: &Problem| problem.kind != ProblemKind::Syntax;
        if engine.policy.index.requiring.is_empty() || self.report.problems.iter().any(is_unread) {
            return;
        }
        let mut is_blank = None;
        for (index, position) in self.met.missing(engine.policy, surface) {
            let Some(rule) = engine.policy.rules.get(index) else { continue };
            let Some(required) = rule.judge.required().get(position) else { continue };
            let name = required.pattern.literal().unwrap_or_default();
            let fact = Fact { surface, role: Role::Import, name, module_len: name.len(), ..Fact::default() };
            let level = self.level(rule, fact.contexts);
            if !rule.holds_for(engine.target)
                || !self.speaks(index, rule)
                || level == Level::None
                || *is_blank.get_or_insert_with(|| reader.is_blank(source.bytes))
                || self.is_exempt(index, rule, &fact, name, true)
            {
                continue;
            }
            let view =
                View { fact: &fact, reached: name, path: self.path, project: engine.project, python: engine.target };
            let complaint = Complaint {
                matched: &required.written.text,
                span: required.written.span,
                successor: None,
                possible: false,
            };
            self.complain(rule, &view, &complaint, level, Place::WHOLE_FILE);
        }
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
        let view = View { fact, reached: &reached, path: self.path, project: engine.project, python: engine.target };
        let matters = |at: usize, rule: &Rule| {
            rule.judge.hears(fact)
                && !matches!(self.hangs_on(at, fact), Some(Told::Finding(_) | Told::Silent))
                && (rule.judge.place_matters(&view)
                    || !rule.judge.required().is_empty()
                    || ((engine.keep == Keep::Findings || rule.treats_places_apart())
                        && rule.judge.judge(&view).is_some()))
        };
        let mut rules = engine.policy.index.rules(top(&reached)).filter_map(|at| Some((at, engine.policy.rules.get(at)?)));
        rules.any(|(at, rule)| matters(at, rule))
    }

    fn fact(&mut self, positions: &mut Positions<'_>, fact: &Fact<'_>) {
        let reached = self.reached(fact);
        let reached = &*reached;
        let engine = self.engine;
        // A version test that lets the target through guards nothing.
        let python = fact.versions.nearest(engine.target);
        let contexts = if fact.versions.admits(engine.target) {
            fact.contexts.without(Context::VersionGuarded)
        } else {
            fact.contexts
        };
        let fact = &Fact { contexts, ..*fact };
        let mut told = if self.follow == Follow::Only {
            self.complaining(fact, reached, python)
        } else {
            self.judge(fact, reached, python, &[], positions)
        };
        if self.follow.is_followed() && !fact.is_star() && !reached.is_empty() {
            let role = if fact.role == Role::Call { Role::Call } else { Role::Use };
            for through in &*engine.reach.of(reached, engine.project) {
                let fact = &Fact { role, level: 0, name: &through.name, module_len: through.name.len(), ..*fact };
                self.chain.clone_from(&through.chain);
                let more = self.judge(fact, &through.name, python, &told, positions);
                told.extend(more);
                self.hand_out(fact, &through.name);
            }
            self.chain.clear();
        }
        if self.follow != Follow::No && fact.is_statement() {
            if fact.is_star() {
                let module = reached.strip_suffix(".*").unwrap_or_default();
                for name in engine.reach.in_module(module) {
                    self.report.handed_out.push(crate::name::join(&engine.project.module_name(self.path), &name));
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
