//! Which modules of the project wrap a kind of library already. Knows who imports whom; must not know policies.

use super::Survey;
use crate::project::Project;
use crate::repo_path::RepoPath;
use std::collections::{BTreeMap, BTreeSet};

/// Libraries of one kind, for which a team usually agrees on one client.
#[derive(Debug)]
pub struct Family {
    /// The pack that lists them.
    pub pack: &'static str,
    /// What a rule about them is called.
    pub rule: &'static str,
    /// What they are for.
    pub what: &'static str,
    /// Words in the names of modules that wrap one of them.
    hints: &'static [&'static str],
    /// What such a module or package may be called and nothing else.
    name: &'static str,
    /// Why there should be one way.
    pub why: &'static str,
}

/// Every family: one for each pack of libraries of one kind.
pub static FAMILIES: [Family; 2] = [
    Family {
        pack: "http-clients",
        rule: "http-client",
        what: "HTTP",
        hints: &["client", "clients", "wrapper", "session", "fetch", "gateway"],
        name: "http",
        why: "timeouts, retries and tracing are set up in one place",
    },
    Family {
        pack: "redis-clients",
        rule: "redis-client",
        what: "Redis",
        hints: &["client", "clients", "wrapper", "pool", "connection", "cache", "store"],
        name: "redis",
        why: "pools, timeouts and key prefixes are set up in one place",
    },
];

/// A module that wraps libraries of a family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrapper {
    /// The file.
    pub path: RepoPath,
    /// What it is imported as.
    pub module: String,
    /// What it wraps.
    pub libraries: Vec<String>,
    /// How many files import it.
    pub importers: usize,
    /// Another file that is imported by the same name, where there is one.
    pub namesake: Option<RepoPath>,
    /// Names of these libraries that it hands out as they are, in order, and how many files take one.
    pub handed: (Vec<String>, usize),
}

/// A name of a library that a file takes from a module of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Who takes it.
    pub file: RepoPath,
    /// What it is, by its name in the library.
    pub name: String,
    /// The modules that hand it on.
    pub through: Vec<RepoPath>,
}

/// How files use the libraries of a family.
#[derive(Clone, Debug, Default)]
pub struct Uses {
    /// Libraries, and who imports them.
    pub direct: BTreeMap<String, BTreeSet<RepoPath>>,
    /// What is taken from modules that import them.
    pub taken: Vec<Taken>,
}

/// How a family is used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Libraries, those that most files import first, and how many do.
    pub libraries: Vec<(String, usize)>,
    /// Modules that wrap some of them, the most imported first.
    pub wrappers: Vec<Wrapper>,
    /// How many files import one of the libraries, or take something of one from elsewhere; wrappers aside.
    pub past: usize,
}

/// A wrapper is imported by so many files at least.
const WORTH: usize = 2;
/// From so many files on, it is clear that it is meant to be one.
const CLEAR: usize = 3;

impl Usage {
    /// Looks for wrappers among those who use the libraries of the family, which `how` tells; `importers` tells who imports which
    /// file.
    #[must_use]
    pub fn of(
        family: &Family,
        how: &Uses,
        importers: &BTreeMap<RepoPath, BTreeSet<&RepoPath>>,
        survey: &Survey,
        project: &Project<'_>,
    ) -> Self {
        let direct = &how.direct;
        let mut libraries: Vec<(String, usize)> =
            direct.iter().map(|(library, files)| (library.clone(), files.len())).collect();
        libraries.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let users: BTreeSet<&RepoPath> = direct.values().flatten().collect();
        let mut wrappers: Vec<Wrapper> = Vec::new();
        for path in users.iter().filter(|path| !is_test(path) && family.suits(path)) {
            let count = reach(path, importers).len();
            let module = project.module_name(path);
            let is_open = crate::name::is_dotted(&module) && !crate::name::is_private(&module);
            if count >= WORTH && is_open {
                let wraps = direct.iter().filter(|(_, files)| files.contains(*path));
                let libraries = wraps.map(|(library, _)| library.clone()).collect();
                let namesake = survey.namesake(path, project).cloned();
                wrappers.push(Wrapper {
                    path: (*path).clone(),
                    module,
                    libraries,
                    importers: count,
                    namesake,
                    handed: how.handed_by(path),
                });
            }
        }
        wrappers.sort_by(|a, b| b.importers.cmp(&a.importers).then_with(|| a.path.cmp(&b.path)));
        // One that half as many files import is as likely to be meant; one far behind is only another user.
        let most = wrappers.first().map_or(0, |wrapper| wrapper.importers);
        wrappers.retain(|wrapper| wrapper.importers * 2 >= most);
        let is_wrapper = |path: &RepoPath| wrappers.iter().any(|wrapper| wrapper.path == *path);
        let around = how.taken.iter().filter(|taken| !taken.through.iter().any(is_wrapper)).map(|taken| &taken.file);
        let past: BTreeSet<&RepoPath> = users.iter().copied().chain(around).filter(|path| !is_wrapper(path)).collect();
        Self { libraries, past: past.len(), wrappers }
    }
}

impl Uses {
    /// What a module hands out as it is, and how many files take something of it.
    fn handed_by(&self, path: &RepoPath) -> (Vec<String>, usize) {
        let through = || self.taken.iter().filter(|taken| taken.through.contains(path));
        let names: BTreeSet<&String> = through().map(|taken| &taken.name).collect();
        let files: BTreeSet<&RepoPath> = through().map(|taken| &taken.file).collect();
        (names.into_iter().cloned().collect(), files.len())
    }
}

impl Wrapper {
    /// Whether all that it hands out as it is may be taken from anywhere: what is raised has to be caught.
    #[must_use]
    pub fn hands_out_errors_only(&self) -> bool {
        self.handed.0.iter().all(|name| {
            let last = name.rsplit('.').next().unwrap_or_default();
            ["Error", "Exception", "Warning"].iter().any(|end| last.ends_with(end))
        })
    }
}

impl Family {
    /// Whether a file is called like something that wraps a library of this family: by a word of its name, or by the whole name
    /// of a package.
    fn suits(&self, path: &RepoPath) -> bool {
        let text = |segment: &[u8]| String::from_utf8_lossy(segment).to_ascii_lowercase();
        let file = text(path.file_name());
        let stem = file.rsplit_once('.').map_or(file.as_str(), |(stem, _)| stem);
        if stem == "__init__" {
            return text(path.parent().file_name()) == self.name;
        }
        stem.split('_').any(|word| self.hints.contains(&word))
    }
}

impl Usage {
    /// The wrapper that everything else shall go through, where it is clear which one that is: there is no other, several files
    /// import it, no other module has its name, using it breaks no rule about it, and whoever goes past it is no large
    /// majority.
    #[must_use]
    pub fn agreed(&self) -> Option<&Wrapper> {
        match self.wrappers.as_slice() {
            [wrapper] => {
                let is_clear = wrapper.importers >= CLEAR && wrapper.importers * 2 >= self.past;
                let is_right = wrapper.namesake.is_none() && wrapper.hands_out_errors_only();
                (is_clear && is_right).then_some(wrapper)
            }
            _ => None,
        }
    }
}

/// Who imports a file, by itself or through the package that hands it out.
fn reach<'r>(path: &RepoPath, importers: &BTreeMap<RepoPath, BTreeSet<&'r RepoPath>>) -> BTreeSet<&'r RepoPath> {
    let mut all: BTreeSet<&RepoPath> = importers.get(path).cloned().unwrap_or_default();
    let package = path.parent().join(b"__init__.py");
    if all.contains(&package) {
        all.extend(importers.get(&package).into_iter().flatten());
        all.remove(&package);
    }
    all
}

/// Whether a file is a test.
fn is_test(path: &RepoPath) -> bool {
    let file = path.file_name();
    let is_test_folder = path.segments().any(|segment| segment == b"tests" || segment == b"test");
    is_test_folder || file.starts_with(b"test_") || file == b"conftest.py"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_may_be_a_wrapper() {
        let [http, redis] = &FAMILIES;
        let suits = |family: &Family, path: &str| family.suits(&RepoPath::from_bytes(path.as_bytes()));
        assert!(suits(http, "packages/error-handling/python/http_client.py"));
        assert!(suits(http, "acme/http/__init__.py"));
        assert!(suits(redis, "packages/database/src/redis/redis_client.py"));
        assert!(suits(redis, "app/cache.py"));
        assert!(!suits(http, "httpie/utils.py"));
        assert!(!suits(http, "acme/http/views.py"));
        assert!(!suits(redis, "celery/backends/redis.py"));
    }
}
