//! What one manifest says, put together in any order and handed over in that of the text. Knows how a requirement becomes a
//! fact; must not know any format.

use super::address;
use super::marker;
use super::requirement::{self, Malformed};
use super::unreadable::{Hides, Unreadable};
use crate::accepts::Accepts;
use crate::context::{Context, Contexts};
use crate::dependency::{Dependency, Graph, Origin, Pulled, Standing};
use crate::distribution::{is_distribution, normalise};
use crate::excerpt::Excerpt;
use crate::fact::{Fact, Role};
use crate::readers::{Include, Sink, Wanted};
use crate::span::Span;
use crate::surface::Surface;
use crate::text::Text;
use crate::versions::Versions;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// How a requirement is meant that stands somewhere.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::readers) struct Meant<'g> {
    pub(in crate::readers) standing: Standing,
    pub(in crate::readers) group: Option<&'g str>,
}

impl<'g> Meant<'g> {
    /// Declared in a group.
    pub(in crate::readers) fn declared(group: &'g str) -> Self {
        Self { standing: Standing::Declared, group: Some(group) }
    }
}

/// A dependency with its places.
struct Found {
    span: Span,
    statement: Span,
    versions: Versions,
    open: bool,
    dependency: Dependency,
}

/// What a manifest says so far.
pub(in crate::readers) struct Manifest {
    surface: Surface,
    found: Vec<Found>,
    unreadable: Unreadable,
    includes: Vec<Include>,
    /// What markers mean: a file has few of them, many times.
    markers: FxHashMap<String, Versions>,
}

/// More markers than this are not remembered.
const MOST_MARKERS: usize = 10_000;

impl Manifest {
    pub(in crate::readers) fn new(surface: Surface) -> Self {
        Self {
            surface,
            found: Vec::new(),
            unreadable: Unreadable::default(),
            includes: Vec::new(),
            markers: FxHashMap::default(),
        }
    }

    /// Takes a requirement; a text that is none is told where it may hide something.
    pub(in crate::readers) fn require(&mut self, text: &Excerpt<'_>, meant: Meant<'_>) {
        self.require_in(text, text.whole(), meant);
    }

    /// The same for a requirement that stands in a longer statement.
    pub(in crate::readers) fn require_in(&mut self, text: &Excerpt<'_>, statement: Span, meant: Meant<'_>) {
        if address::is_address(text.text().trim()) {
            self.address(&text.trim(), statement, meant);
            return;
        }
        let parts = match requirement::parse(text.text()) {
            Ok(parts) => parts,
            Err(_) if address::is_local(text.text().trim()) => return,
            Err(Malformed { at, message }) => {
                if is_open(text.text()) {
                    self.half_open(text, statement, meant);
                } else {
                    let place = Span { start: text.start(at), end: text.end(text.text().len()) };
                    let place = Span { end: place.end.max(place.start), ..place };
                    self.unreadable.push(place, message.into(), Hides::Text(text.text().to_owned()));
                }
                return;
            }
        };
        let piece = |range: &std::ops::Range<usize>| text.text().get(range.clone()).unwrap_or_default();
        let name = normalise(piece(&parts.name));
        let specifier = parts.specifier.as_ref().map(|range| (piece(range).to_owned(), text.span(range.clone())));
        let marker = parts.marker.as_ref().map(|range| (piece(range).to_owned(), text.span(range.clone())));
        let (accepts, origin) = match (&parts.url, &specifier) {
            (Some(url), _) => (
                address::version(piece(url)).map_or(Accepts::Unknown, |v| Accepts::one(&v)),
                address::origin(piece(url)),
            ),
            (None, Some((specifier, _))) => (Accepts::parse(specifier), Origin::Index),
            (None, None) => (Accepts::Any, Origin::Index),
        };
        let dependency = Dependency {
            name,
            written: piece(&(parts.name.start..parts.end)).to_owned(),
            name_span: text.span(parts.name.clone()),
            extras: parts.extras.as_ref().map(|range| requirement::extras(piece(range))).unwrap_or_default(),
            extras_span: parts.extras.clone().map(|range| text.span(range)),
            specifier,
            marker,
            accepts,
            standing: meant.standing,
            origin,
            group: meant.group.map(str::to_owned),
            ..Dependency::default()
        };
        self.push(text.span(parts.name.start..parts.end), statement, dependency);
    }

    /// Takes a requirement that only the running program completes: by its name, where that is whole.
    pub(in crate::readers) fn half_open(&mut self, text: &Excerpt<'_>, statement: Span, meant: Meant<'_>) {
        let content = text.text();
        let len = content.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(content.len());
        let behind = content.get(len..).unwrap_or_default().trim_start();
        let name = content.get(..len).unwrap_or_default();
        if !is_distribution(name) || !behind.starts_with(['=', '<', '>', '~', '!', '[', '@', ';', '(', '$', '{']) {
            self.open(text.whole(), statement, meant);
            return;
        }
        let dependency = Dependency {
            name: normalise(name),
            written: content.trim().to_owned(),
            name_span: text.span(0..len),
            accepts: Accepts::Unknown,
            standing: meant.standing,
            group: meant.group.map(str::to_owned),
            ..Dependency::default()
        };
        self.push(text.span(0..len), statement, dependency);
    }

    /// Takes what is installed as it lies there: a repository, by its name; a folder, which is the project's own.
    pub(in crate::readers) fn editable(&mut self, text: &Excerpt<'_>, statement: Span, meant: Meant<'_>) {
        let names_address = || requirement::parse(text.text()).is_ok_and(|parts| parts.url.is_some());
        if address::is_address(text.text()) || names_address() {
            self.require_in(text, statement, meant);
        } else if is_open(text.text()) {
            self.open(text.whole(), statement, meant);
        }
    }

    /// Takes an address without a name in front: of a repository or of an archive.
    fn address(&mut self, text: &Excerpt<'_>, statement: Span, meant: Meant<'_>) {
        let (url, marker) = match text.text().find(" ;") {
            Some(at) => (text.part(0..at), Some(text.part(at + 2..text.text().len()).trim())),
            None => (text.clone(), None),
        };
        let Some(guess) = address::name(url.text()) else {
            if !address::is_local(url.text()) {
                self.open(url.whole(), statement, meant);
            }
            return;
        };
        let dependency = Dependency {
            name: normalise(&guess),
            written: url.text().to_owned(),
            name_span: url.whole(),
            marker: marker.map(|marker| (marker.text().to_owned(), marker.whole())),
            accepts: address::version(url.text()).map_or(Accepts::Unknown, |version| Accepts::one(&version)),
            standing: meant.standing,
            origin: address::origin(url.text()),
            group: meant.group.map(str::to_owned),
            guessed: true,
            ..Dependency::default()
        };
        self.push(url.whole(), statement, dependency);
    }

    /// Takes a dependency as it is.
    pub(in crate::readers) fn push(&mut self, span: Span, statement: Span, dependency: Dependency) {
        let versions = dependency.marker.as_ref().map(|(marker, _)| self.versions(marker));
        self.push_for(span, statement, versions.unwrap_or_default(), dependency);
    }

    /// The versions of Python that a marker admits.
    fn versions(&mut self, marker: &str) -> Versions {
        if let Some(known) = self.markers.get(marker) {
            return *known;
        }
        let versions = marker::versions(marker);
        if self.markers.len() < MOST_MARKERS {
            self.markers.insert(marker.to_owned(), versions);
        }
        versions
    }

    /// The same, meant for some versions of Python.
    pub(in crate::readers) fn push_for(
        &mut self,
        span: Span,
        statement: Span,
        versions: Versions,
        dependency: Dependency,
    ) {
        let statement = Span { start: statement.start.min(span.start), end: statement.end.max(span.end) };
        self.found.push(Found { span, statement, versions, open: false, dependency });
    }

    /// Something is depended on whose name only the running program knows.
    pub(in crate::readers) fn open(&mut self, span: Span, statement: Span, meant: Meant<'_>) {
        if span.is_empty() {
            return;
        }
        let dependency = Dependency {
            standing: meant.standing,
            group: meant.group.map(str::to_owned),
            accepts: Accepts::Unknown,
            name_span: span,
            ..Dependency::default()
        };
        let statement = Span { start: statement.start.min(span.start), end: statement.end.max(span.end) };
        self.found.push(Found { span, statement, versions: Versions::ANY, open: true, dependency });
    }

    /// Takes a file that this one pulls in.
    pub(in crate::readers) fn include(&mut self, path: &Excerpt<'_>, constrains: bool) {
        self.includes_one(path, constrains, false);
    }

    /// The same for a file that a command reads, wherever it is run.
    pub(in crate::readers) fn include_by_command(&mut self, path: &Excerpt<'_>, constrains: bool) {
        self.includes_one(path, constrains, true);
    }

    fn includes_one(&mut self, path: &Excerpt<'_>, constrains: bool, by_command: bool) {
        if !path.is_empty() {
            self.includes.push(Include { path: path.text().to_owned(), span: path.whole(), constrains, by_command });
        }
    }

    /// Something could not be read; told where its own text may hold what is asked about.
    pub(in crate::readers) fn unread(&mut self, span: Span, message: impl Into<std::borrow::Cow<'static, str>>) {
        self.unreadable.push(span, message.into(), Hides::Own);
    }

    /// The file is broken; told where it may hold what is asked about.
    pub(in crate::readers) fn broken(&mut self, span: Span, message: String) {
        self.unreadable.push(span, message.into(), Hides::File);
    }

    /// Part of the file was not looked at, whatever it holds.
    pub(in crate::readers) fn limit(&mut self, span: Span, message: String) {
        self.unreadable.push(span, message.into(), Hides::Anything);
    }

    /// A distribution comes from somewhere else than an index, so that nobody can tell which version is installed.
    pub(in crate::readers) fn comes_from(&mut self, name: &str, origin: Origin) {
        for found in self.found.iter_mut().filter(|found| found.dependency.name == name) {
            if found.dependency.origin == Origin::Index {
                found.dependency.origin = origin;
                found.dependency.accepts = Accepts::Unknown;
            }
        }
    }

    /// A distribution is the project itself, which asks for its own extras: it depends on nothing by that.
    pub(in crate::readers) fn is_own(&mut self, name: &str) {
        self.found.retain(|found| found.dependency.name != name || found.dependency.origin != Origin::Index);
    }

    /// Tells what others pull in, by name, from what somebody asked for: `is_asked` knows who counts as somebody.
    pub(in crate::readers) fn resolve(
        &mut self,
        pullers: &FxHashMap<String, Vec<String>>,
        is_asked: &dyn Fn(&String) -> bool,
    ) {
        let mut names: Vec<String> = self.found.iter().map(|found| found.dependency.name.clone()).collect();
        names.sort_unstable();
        names.dedup();
        let by = |name: &str| pullers.get(name).map(Vec::as_slice).unwrap_or_default();
        // What nobody in the file pulls in may as well have been asked for.
        let is_there = |own: &String, name: &str| {
            let own = normalise(own);
            own != name && names.binary_search(&own).is_ok()
        };
        let is_root = |name: &str| by(name).iter().any(is_asked) || !by(name).iter().any(|own| is_there(own, name));
        let mut pulls: FxHashMap<String, Vec<String>> = FxHashMap::default();
        for name in &names {
            for own in by(name) {
                pulls.entry(normalise(own)).or_default().push(name.clone());
            }
        }
        let nodes = names.iter().map(|name| (name.clone(), pulls.remove(name).unwrap_or_default())).collect();
        let graph = Arc::new(Graph::new(nodes, is_root));
        for found in &mut self.found {
            let own = &mut found.dependency;
            if let Ok(node) = names.binary_search(&own.name)
                && !is_root(&own.name)
                && (own.accepts.is_one() || own.origin != Origin::Index)
            {
                own.standing = Standing::Locked;
                own.pulled = Some(Pulled { graph: Arc::clone(&graph), node });
            }
        }
    }

    /// Names of what is declared so far.
    pub(in crate::readers) fn names(&self) -> impl Iterator<Item = &str> {
        self.found.iter().map(|found| found.dependency.name.as_str()).filter(|name| !name.is_empty())
    }

    /// Hands over what is wanted.
    pub(in crate::readers) fn hand_over(mut self, text: &Text<'_>, wanted: &Wanted<'_>, sink: &mut dyn Sink) {
        let Some(asked) = wanted.distributions else { return };
        let mut positions = text.positions();
        // One place is told once, however many ways lead to it.
        self.found.sort_by(|a, b| {
            (a.span, a.dependency.standing as u8, &a.dependency.group).cmp(&(
                b.span,
                b.dependency.standing as u8,
                &b.dependency.group,
            ))
        });
        self.found.dedup_by(|a, b| {
            let (one, other) = (&a.dependency, &b.dependency);
            a.span == b.span
                && one.name == other.name
                && one.standing == other.standing
                && one.written == other.written
                && one.accepts == other.accepts
        });
        for found in &self.found {
            let is_wanted = if found.open { asked.all() } else { asked.wants(&found.dependency.name) };
            if !is_wanted {
                continue;
            }
            let mut contexts = Contexts::default();
            if found.versions != Versions::ANY {
                contexts.insert(Context::VersionGuarded);
            }
            if found.dependency.pulled.is_some() {
                contexts.insert(Context::Transitive);
            }
            sink.fact(
                &mut positions,
                &Fact {
                    surface: self.surface,
                    role: Role::Dependency,
                    name: &found.dependency.name,
                    module_len: found.dependency.name.len(),
                    contexts,
                    versions: found.versions,
                    span: found.span,
                    statement: found.statement,
                    open: found.open,
                    dependency: Some(&found.dependency),
                    ..Fact::default()
                },
            );
        }
        self.includes.sort_by_key(|include| include.span);
        for include in self.includes {
            sink.includes(&mut positions, include);
        }
        self.unreadable.hand_over(text, asked, &mut positions, sink);
    }
}

/// Whether a text holds something that only the running program knows: a variable, a template, a field.
pub(in crate::readers) fn is_open(text: &str) -> bool {
    text.contains('$')
        || text.contains("{{")
        || text.contains("{%")
        || (text.contains('{') && text.contains('}'))
        || text.contains("%(")
}
