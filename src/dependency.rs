//! What a manifest, a lock or a command says of a distribution. Plain data between readers and rules; knows no format.

use crate::accepts::Accepts;
use crate::span::Span;
use std::sync::Arc;

/// How a distribution is spoken of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Standing {
    /// It is to be installed.
    #[default]
    Declared,
    /// If it is installed, then so.
    Constraint,
    /// Whoever asks for it gets this.
    Override,
    /// This is what was resolved.
    Locked,
    /// A command installs it.
    Installed,
}

impl Standing {
    /// The spelling used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Standing::Declared => "declared",
            Standing::Constraint => "constraint",
            Standing::Override => "override",
            Standing::Locked => "locked",
            Standing::Installed => "installed",
        }
    }
}

/// Where a distribution comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A package index.
    #[default]
    Index,
    /// An archive at an address.
    Url,
    /// A repository.
    Vcs,
    /// A folder or file beside the manifest.
    Path,
    /// A channel of conda, which holds more than Python.
    Conda,
    /// The package manager of a system, which calls it by what code imports.
    System,
}

impl Origin {
    /// The spelling used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Origin::Index => "index",
            Origin::Url => "url",
            Origin::Vcs => "vcs",
            Origin::Path => "path",
            Origin::Conda => "conda",
            Origin::System => "system",
        }
    }
}

/// What is said of a distribution in one place.
#[derive(Clone, Debug, Default)]
pub struct Dependency {
    /// Its name in the spelling in which names are compared; empty when only the running program knows it.
    pub name: String,
    /// The requirement as it is written, without marker and options.
    pub written: String,
    /// Where the name stands, in decoded text.
    pub name_span: Span,
    /// Extras that are asked for, with the place of the brackets.
    pub extras: Vec<String>,
    /// Where these stand.
    pub extras_span: Option<Span>,
    /// Which versions, as written.
    pub specifier: Option<(String, Span)>,
    /// Where or for whom it holds (PEP 508), as written.
    pub marker: Option<(String, Span)>,
    /// Which versions are accepted.
    pub accepts: Accepts,
    /// How it is spoken of.
    pub standing: Standing,
    /// Where it comes from.
    pub origin: Origin,
    /// `runtime`, `build`, `extra:x`, `group:x`; none for commands and most locks.
    pub group: Option<String>,
    /// Whether the name is a guess from an address or a file name.
    pub guessed: bool,
    /// For a locked one: who pulls it in.
    pub pulled: Option<Pulled>,
}

/// A node in the graph of a lock file.
#[derive(Clone, Debug)]
pub struct Pulled {
    /// The graph.
    pub graph: Arc<Graph>,
    /// Which node.
    pub node: usize,
}

/// Who pulls in whom in a lock file.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    names: Vec<String>,
    /// For each node, whom it pulls in.
    pulls: Vec<Vec<usize>>,
    /// For each node, who pulls it in.
    pulled_by: Vec<Vec<usize>>,
    /// Nodes that are asked for by a manifest.
    roots: Vec<usize>,
}

impl Graph {
    /// A graph of these nodes, with whom each pulls in and which are asked for, by name.
    #[must_use]
    pub fn new(nodes: Vec<(String, Vec<String>)>, is_root: impl Fn(&str) -> bool) -> Self {
        let mut places: rustc_hash::FxHashMap<&str, Vec<usize>> = rustc_hash::FxHashMap::default();
        for (at, (name, _)) in nodes.iter().enumerate() {
            places.entry(name).or_default().push(at);
        }
        let mut pulled_by = vec![Vec::new(); nodes.len()];
        let mut pulls = vec![Vec::new(); nodes.len()];
        for (at, (_, others)) in nodes.iter().enumerate() {
            for other in others.iter().filter_map(|other| places.get(other.as_str())).flatten() {
                if let (Some(by), Some(own)) = (pulled_by.get_mut(*other), pulls.get_mut(at)) {
                    by.push(at);
                    own.push(*other);
                }
            }
        }
        let roots = nodes.iter().enumerate().filter(|(_, (name, _))| is_root(name)).map(|(at, _)| at).collect();
        Self { names: nodes.into_iter().map(|(name, _)| name).collect(), pulls, pulled_by, roots }
    }

    /// Names of those that pull a node in, in order, each once.
    #[must_use]
    pub fn pullers(&self, node: usize) -> Vec<&str> {
        let by = self.pulled_by.get(node).into_iter().flatten();
        let mut names: Vec<&str> = by.filter_map(|at| self.names.get(*at)).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Whether a node is pulled in also where some packages pull in nothing.
    #[must_use]
    pub fn is_pulled_without(&self, node: usize, without: &[String]) -> bool {
        let is_out = |at: usize| self.names.get(at).is_some_and(|name| without.contains(name));
        let mut seen = vec![false; self.names.len()];
        let mut open: Vec<usize> = self.roots.iter().copied().filter(|root| !is_out(*root)).collect();
        if self.roots.is_empty() {
            // Nobody says what is asked for: whoever pulls it in directly counts.
            return self.pulled_by.get(node).is_none_or(|by| by.is_empty() || by.iter().any(|at| !is_out(*at)));
        }
        while let Some(at) = open.pop() {
            if at == node {
                return true;
            }
            if let Some(seen) = seen.get_mut(at) {
                if *seen {
                    continue;
                }
                *seen = true;
            }
            open.extend(self.pulls.get(at).into_iter().flatten().copied().filter(|next| !is_out(*next)));
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pulled_in_otherwise_too_is_seen() {
        let node = |name: &str, pulls: &[&str]| (name.to_owned(), pulls.iter().map(|p| (*p).to_owned()).collect());
        let nodes =
            vec![node("app", &["b"]), node("b", &["requests"]), node("c", &["requests"]), node("requests", &[])];
        let graph = Graph::new(nodes, |name| matches!(name, "app" | "c"));
        assert_eq!(graph.pullers(3), ["b", "c"]);
        assert!(graph.is_pulled_without(3, &["b".to_owned()]));
        assert!(graph.is_pulled_without(3, &["c".to_owned()]));
        assert!(!graph.is_pulled_without(3, &["app".to_owned(), "c".to_owned()]));
    }
}
