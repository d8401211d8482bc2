//! What `require` asks of dependencies: that each is pinned, that what is imported is declared, and that what is declared is
//! used. Each is a judge of its own.

use super::distributions::{dependency, is_unverifiable, shown};
use super::words::is_stdlib;
use super::{Around, Asks, Complaint, Judge, View};
use crate::dependency::{Dependency, Origin, Standing};
use crate::document::fields::Spanned;
use crate::fact::{Fact, Role};
use crate::level::Level;
use crate::name::top;
use crate::project::{Project, libraries, standard_library};
use crate::surface::Surface;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Demand {
    /// Every declaration names exactly one version.
    Pinned,
    /// A manifest in scope declares every third-party import.
    Declared,
    /// Something that a declaration brings in is imported in the scope of its manifest.
    Used,
}

impl Demand {
    /// What is asked, in one line.
    pub(super) fn about(self) -> &'static str {
        match self {
            Demand::Pinned => "every declaration names exactly one version",
            Demand::Declared => "a manifest in scope declares every third-party import",
            Demand::Used => "something imports what a declaration brings in",
        }
    }
}

/// Every demand with its spelling.
pub(super) const DEMANDS: [(&str, Demand); 3] =
    [("pinned", Demand::Pinned), ("declared", Demand::Declared), ("used", Demand::Used)];

/// A rule that asks one or more of these.
pub(super) struct Demands(pub(super) Vec<(Demand, Spanned)>);

impl Demands {
    fn has(&self, demand: Demand) -> bool {
        self.0.iter().any(|(own, _)| *own == demand)
    }

    /// The demand that a fact does not meet.
    fn unmet(&self, view: &View<'_>) -> Option<Demand> {
        let fact = view.fact;
        let fails = |demand: Demand| match demand {
            Demand::Pinned => is_unpinned(view),
            Demand::Used => is_unused(view),
            Demand::Declared => fact.is_statement() && is_undeclared(view),
        };
        // What is used only shows in the end, when everything else was judged.
        let is_end = view.around.is_some_and(Around::knows_imports);
        let mut asked = self.0.iter().map(|(demand, _)| *demand).filter(|demand| (*demand == Demand::Used) == is_end);
        asked.find(|demand| fails(*demand))
    }
}

fn is_unpinned(view: &View<'_>) -> bool {
    let Some(dependency) = dependency(view) else { return false };
    let counts = match dependency.standing {
        Standing::Declared | Standing::Override => true,
        Standing::Installed => dependency.origin != Origin::System,
        Standing::Constraint | Standing::Locked => false,
    };
    counts && dependency.origin != Origin::Path && !dependency.accepts.is_one() && !names_a_commit(dependency)
}

/// Whether a repository is asked for at one commit: `git+https://host/name@` and forty digits.
fn names_a_commit(dependency: &Dependency) -> bool {
    let address = dependency.written.split(['#', ' ']).find(|part| part.contains('@') && part.contains("://"));
    let revision = address.and_then(|address| address.rsplit('@').next());
    dependency.origin == Origin::Vcs
        && revision.is_some_and(|text| text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn is_unused(view: &View<'_>) -> bool {
    let Some(dependency) = dependency(view) else { return false };
    let counts = dependency.standing == Standing::Declared
        && dependency.origin != Origin::Path
        && (dependency.origin != Origin::Conda || libraries::is_known_distribution(&dependency.name))
        && !view.fact.open
        && !libraries::is_tool(&dependency.name);
    counts && view.around.is_some_and(|around| around.is_used(view.path, &dependency.name) == Some(false))
}

fn is_undeclared(view: &View<'_>) -> bool {
    let own = top(view.reached);
    // What installs a `setup.py` brings setuptools along (PEP 517); examples in documents are not part of anything.
    let is_given = matches!(own, "setuptools" | "pkg_resources") && view.path.file_name() == b"setup.py";
    let is_third_party = view.fact.level == 0
        && !is_given
        && view.fact.surface != Surface::Docs
        && !is_stdlib(own, view.python)
        && !standard_library::knows(own)
        && !view.project.is_first_party(own);
    let name = view.reached.strip_suffix(".*").unwrap_or(view.reached);
    is_third_party && view.around.is_some_and(|around| around.is_declared(view.path, name) != Some(true))
}

impl Judge for Demands {
    fn asks(&self) -> Asks {
        Asks {
            some: self.has(Demand::Declared),
            all: self.has(Demand::Used),
            dynamic: self.has(Demand::Used),
            strings: self.has(Demand::Used),
            // What cannot be read of a manifest may be what declares an import.
            every_distribution: true,
            ..Asks::default()
        }
    }

    fn hears(&self, fact: &Fact<'_>) -> bool {
        match fact.role {
            Role::Dependency => self.has(Demand::Pinned) || self.has(Demand::Used),
            _ => self.has(Demand::Declared) && fact.is_statement(),
        }
    }

    fn wants(&self, top: &str, project: &Project<'_>) -> bool {
        !standard_library::is_everywhere(top) && !project.is_first_party(top)
    }

    fn judges_use(&self) -> bool {
        self.has(Demand::Used)
    }

    fn asks_declared(&self) -> bool {
        self.has(Demand::Declared)
    }

    fn usual_groups(&self) -> &'static [&'static str] {
        // What developers need to work is rarely imported.
        if self.has(Demand::Used) { &["runtime", "extra:*"] } else { &[] }
    }

    fn judge<'j>(&'j self, view: &View<'_>) -> Option<Complaint<'j>> {
        let unmet = self.unmet(view)?;
        let (_, written) = self.0.iter().find(|(demand, _)| *demand == unmet)?;
        let unsure = match unmet {
            Demand::Pinned => dependency(view).is_some_and(is_unverifiable),
            Demand::Declared => view.around.is_some_and(|around| around.is_unsure(view.path)),
            Demand::Used => false,
        };
        Some(Complaint {
            matched: &written.text,
            span: written.span,
            successor: None,
            possible: false,
            at_most: unsure.then_some(Level::Warn),
        })
    }

    fn entries(&self) -> Vec<String> {
        self.0.iter().map(|(_, written)| written.text.clone()).collect()
    }

    fn message(&self, view: &View<'_>, _: &Complaint<'_>, _: Option<&str>) -> String {
        let Some(dependency) = dependency(view) else {
            let name = top(view.reached);
            let is_served = view.around.is_some_and(|around| around.is_declared(view.path, view.reached).is_some());
            let is_unsure = view.around.is_some_and(|around| around.is_unsure(view.path));
            return if is_unsure {
                format!(
                    "`{name}` is imported here, but no manifest in scope that can be read whole declares what brings it in"
                )
            } else if is_served {
                format!("`{name}` is imported here, but no manifest in scope declares what brings it in")
            } else {
                format!("`{name}` is imported here, but no manifest serves this file")
            };
        };
        match self.unmet(view) {
            Some(Demand::Used) => {
                let folder = view.around.map(|around| around.served(view.path)).unwrap_or_default();
                let place =
                    if folder.as_bytes().is_empty() { "the project".to_owned() } else { format!("`{folder}/`") };
                format!("{} is declared here, but nothing in {place} imports it: it can be removed", shown(dependency))
            }
            _ if view.fact.open => "nobody knows what is installed here, so that it cannot be pinned".to_owned(),
            _ if is_unverifiable(dependency) => {
                format!("whether {} is pinned to one version cannot be checked", shown(dependency))
            }
            _ => format!("{} is not pinned to one version", shown(dependency)),
        }
    }
}
