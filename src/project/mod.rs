//! The Python project around a source: what a file is called as a module, what a relative import reaches, and which
//! names are first-party. Knows roots and packages; asks a [`Tree`] for what exists; must not know rules.

pub mod libraries;
mod modules;
pub mod standard_library;
#[cfg(test)]
mod test_tree;

use crate::name;
use crate::repo_path::RepoPath;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::{OnceLock, PoisonError, RwLock};

/// What exists beneath the root. The disk, a git tree or a test can answer.
pub trait Tree: Sync {
    /// Whether a regular file stands here.
    fn is_file(&self, path: &RepoPath) -> bool;
    /// Whether a folder stands here.
    fn is_folder(&self, path: &RepoPath) -> bool;
    /// What lies directly in a folder: names, and whether each is a folder.
    fn entries(&self, folder: &RepoPath) -> Vec<(Vec<u8>, bool)>;
    /// Whether this folder holds, at any depth, a `.py` or `.pyi` file.
    fn holds_python(&self, path: &RepoPath) -> bool;
    /// The bytes of a file; `None` when it cannot be read.
    fn read(&self, path: &RepoPath) -> Option<Vec<u8>>;
    /// Whether the file holds this word; `None` when it cannot be read.
    fn mentions(&self, path: &RepoPath, word: &str) -> Option<bool> {
        let bytes = self.read(path)?;
        let finder = memchr::memmem::Finder::new(word);
        let is_part = |at: usize| bytes.get(at).copied().is_some_and(name::is_identifier_byte);
        let found =
            finder.find_iter(&bytes).any(|at| !at.checked_sub(1).is_some_and(is_part) && !is_part(at + word.len()));
        // A star import may bring any name in.
        Some(found || memchr::memmem::find(&bytes, b"import *").is_some())
    }
}

/// Where Python modules start, as the policy says.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// Folders in which first-party modules start, relative to the root; the root itself is the empty path.
    pub roots: Vec<RepoPath>,
    /// Folders whose import name differs from their path.
    pub packages: Vec<(RepoPath, String)>,
    /// Top-level names whose local folder is meant to stand in for the library.
    pub shadows: Vec<String>,
    /// The Python version whose standard library counts, as `(3, minor)`.
    pub target: (u8, u8),
}

/// A layout and what exists in it.
pub struct Project<'t> {
    layout: Layout,
    tree: &'t dyn Tree,
    /// What lies in the roots, listed once when it is first asked for.
    tops: OnceLock<Tops>,
    /// Which of the folders in the roots hold Python.
    first_party: RwLock<FxHashMap<String, bool>>,
}

/// A file, seen as the module it is imported as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Importer {
    /// The package that relative imports start from: the module itself for `__init__`, else its parent.
    pub package: Vec<String>,
}

impl Importer {
    /// The absolute name of a relative import; `None` above the top.
    #[must_use]
    pub fn resolve(&self, level: u32, name: &str) -> Option<String> {
        let up = (level as usize).checked_sub(1)?;
        let keep = self.package.len().checked_sub(up)?;
        // A file that lies in no package starts from the root, but nothing leads above it.
        if keep == 0 && up > 0 {
            return None;
        }
        let base = self.package.get(..keep)?.join(".");
        Some(name::join(&base, name))
    }
}

/// Names that lie directly in the roots.
#[derive(Default)]
struct Tops {
    /// Modules, and the first parts of renamed packages.
    modules: FxHashSet<String>,
    /// Folders, which are packages if they hold Python.
    folders: FxHashMap<String, Vec<RepoPath>>,
}

impl Tops {
    fn list(layout: &Layout, tree: &dyn Tree) -> Self {
        let mut tops = Self::default();
        tops.modules.extend(layout.packages.iter().map(|(_, name)| name::top(name).to_owned()));
        for root in &layout.roots {
            for (entry, is_folder) in tree.entries(root) {
                // Names are compared in the form in which code spells them.
                let Ok(text) = std::str::from_utf8(&entry) else { continue };
                let name = name::normalise(text);
                if is_folder {
                    tops.folders.entry(name.into_owned()).or_default().push(root.join(&entry));
                } else if let Some(stem) = name.strip_suffix(".py").or_else(|| name.strip_suffix(".pyi")) {
                    tops.modules.insert(stem.to_owned());
                }
            }
        }
        tops
    }
}

impl<'t> Project<'t> {
    /// A project with this layout.
    #[must_use]
    pub fn new(layout: Layout, tree: &'t dyn Tree) -> Self {
        Self { layout, tree, tops: OnceLock::new(), first_party: RwLock::default() }
    }

    /// The layout.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// How a file is imported: by the deepest root or renamed package that holds it; outside of all of them by its
    /// path from the root. A folder whose name is no identifier keeps that name, so that relative imports resolve
    /// there as anywhere; a dot in it becomes `-`.
    #[must_use]
    pub fn importer(&self, path: &RepoPath) -> Importer {
        let mut package = self.module_of(&path.parent());
        if package.iter().any(|segment| !segment.is_ascii()) {
            package = package.iter().map(|segment| name::normalise(segment).into_owned()).collect();
        }
        Importer { package }
    }

    /// The top-level package that a file belongs to, without putting its whole name together.
    #[must_use]
    pub fn top_of<'p>(&'p self, path: &'p RepoPath) -> Option<std::borrow::Cow<'p, str>> {
        let (home, name) = self.home(path);
        if let Some(name) = name {
            return Some(name::top(name).into());
        }
        let rest = path.strip_folder(home)?;
        let end = memchr::memchr(b'/', rest)?;
        Some(String::from_utf8_lossy(rest.get(..end)?))
    }

    /// The deepest root that holds a path; outside of all of them, the root of everything.
    #[must_use]
    pub fn root_of(&self, path: &RepoPath) -> &RepoPath {
        let around = self.layout.roots.iter().filter(|root| path.is_beneath(root));
        around.max_by_key(|root| root.as_bytes().len()).unwrap_or(RepoPath::root())
    }

    /// The deepest root or renamed package that holds a path; outside of all of them, the root of everything.
    fn home(&self, path: &RepoPath) -> (&RepoPath, Option<&str>) {
        let renamed = self.layout.packages.iter().map(|(path, name)| (path, Some(name.as_str())));
        let roots = self.layout.roots.iter().map(|path| (path, None));
        let home = renamed.chain(roots).filter(|(folder, _)| path.is_beneath(folder));
        let home = home.max_by_key(|(folder, name)| (folder.as_bytes().len(), name.is_some()));
        home.unwrap_or((RepoPath::root(), None))
    }

    /// The absolute name of a file as a module; a package goes by its folder.
    #[must_use]
    pub fn module_name(&self, path: &RepoPath) -> String {
        let package = self.importer(path).package.join(".");
        let name = String::from_utf8_lossy(path.file_name()).into_owned();
        let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
        if stem == "__init__" { package } else { name::join(&package, &name::normalise(stem)) }
    }

    /// Every name by which a file can be loaded as a module: from each root and renamed package that holds it.
    #[must_use]
    pub fn module_names(&self, path: &RepoPath) -> Vec<String> {
        let mut names = vec![self.module_name(path)];
        let name = String::from_utf8_lossy(path.file_name()).into_owned();
        let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem).to_owned();
        for root in &self.layout.roots {
            let folder = path.parent();
            let Some(rest) = folder.strip_folder(root) else { continue };
            let rest = RepoPath::from_bytes(rest);
            let mut segments: Vec<String> = rest
                .segments()
                .map(|segment| name::normalise(&String::from_utf8_lossy(segment)).into_owned())
                .collect();
            if stem != "__init__" {
                segments.push(name::normalise(&stem).into_owned());
            }
            let dotted = segments.join(".");
            if !dotted.is_empty() && name::is_dotted(&dotted) && !names.contains(&dotted) {
                names.push(dotted);
            }
        }
        names
    }

    /// Whether a module or a package of this name lies in a folder, root or not.
    #[must_use]
    pub fn has_module(&self, folder: &RepoPath, name: &str) -> bool {
        let file = |suffix: &str| self.tree.is_file(&folder.join(format!("{name}{suffix}").as_bytes()));
        file(".py") || file("/__init__.py") || file(".pyi")
    }

    /// What lies directly in a folder, in order of its names: these, and whether each is a folder.
    #[must_use]
    pub fn entries(&self, folder: &RepoPath) -> Vec<(Vec<u8>, bool)> {
        let mut entries = self.tree.entries(folder);
        entries.sort_unstable();
        entries
    }

    /// The bytes of a file; `None` when it cannot be read.
    #[must_use]
    pub fn read(&self, path: &RepoPath) -> Option<Vec<u8>> {
        self.tree.read(path)
    }

    /// Hands out files in the folder of a file.
    pub fn beside(&self, path: &RepoPath) -> impl Fn(&str) -> Option<Vec<u8>> {
        let folder = path.parent();
        move |name| self.read(&folder.join(name.as_bytes()))
    }

    fn module_of(&self, folder: &RepoPath) -> Vec<String> {
        let (home, name) = self.home(folder);
        let rest = RepoPath::from_bytes(folder.strip_folder(home).unwrap_or_default());
        let head = name.into_iter().flat_map(|name| name.split('.')).map(str::to_owned);
        // A dot in a folder's name is no step into a package.
        head.chain(rest.segments().map(|s| String::from_utf8_lossy(s).replace('.', "-"))).collect()
    }

    /// Whether a top-level name lies beneath a root and contains Python. Looked up once for each name.
    #[must_use]
    pub fn is_first_party(&self, top: &str) -> bool {
        let tops = self.tops.get_or_init(|| Tops::list(&self.layout, self.tree));
        if tops.modules.contains(top) {
            return true;
        }
        let Some(folders) = tops.folders.get(top) else { return false };
        if let Some(&answer) = self.first_party.read().unwrap_or_else(PoisonError::into_inner).get(top) {
            return answer;
        }
        // There are no more answers than folders in the roots.
        let answer = folders.iter().any(|folder| self.tree.holds_python(folder));
        self.first_party.write().unwrap_or_else(PoisonError::into_inner).insert(top.to_owned(), answer);
        answer
    }

    /// Local modules with the name of a widely used library, which are not listed as shadows; in order.
    #[must_use]
    pub fn local_libraries(&self) -> Vec<String> {
        let tops = self.tops.get_or_init(|| Tops::list(&self.layout, self.tree));
        let mut names: Vec<&String> = tops.modules.iter().chain(tops.folders.keys()).collect();
        names.retain(|top| libraries::is_third_party(top) && self.is_first_party(top) && !self.is_shadow(top));
        names.sort_unstable();
        names.dedup();
        names.into_iter().cloned().collect()
    }

    /// Whether the policy says that the local folder of this name stands in for the library, and there is one.
    #[must_use]
    pub fn is_shadow(&self, top: &str) -> bool {
        self.layout.shadows.iter().any(|name| name == top) && self.is_first_party(top)
    }
}

#[cfg(test)]
mod tests {
    use super::test_tree::{self, Files};
    use super::*;

    static FILES: Files = Files(&[
        "src/acme/http.py",
        "packages/error-handling/python/http_client.py",
        "redis/a.py",
        "acme2/__init__.py",
    ]);

    fn project() -> Project<'static> {
        test_tree::project(&FILES)
    }

    fn resolve(file: &str, level: u32, name: &str) -> Option<String> {
        project().importer(&RepoPath::from_bytes(file.as_bytes())).resolve(level, name)
    }

    #[test]
    fn relative_imports_resolve_from_the_deepest_root() {
        assert_eq!(resolve("src/acme/http.py", 1, "x").as_deref(), Some("acme.x"));
        assert_eq!(resolve("src/acme/__init__.py", 1, "x").as_deref(), Some("acme.x"));
        assert_eq!(
            resolve("packages/error-handling/python/a.py", 2, "x").as_deref(),
            Some("packages.error_handling.x")
        );
        assert_eq!(resolve("apps/ai-service/utils/a.py", 1, "b").as_deref(), Some("apps.ai-service.utils.b"));
        assert_eq!(resolve("apps/v1.0/a.py", 1, "b").as_deref(), Some("apps.v1-0.b"));
        assert_eq!(resolve("a.py", 1, "x").as_deref(), Some("x"));
        assert_eq!(resolve("apps/a.py", 2, "x"), None);
        assert_eq!(resolve("apps/a.py", 3, "x"), None);
    }

    #[test]
    fn first_party_is_what_holds_python_beneath_a_root() {
        let project = project();
        assert!(project.is_first_party("acme"));
        assert!(project.is_first_party("packages"));
        assert!(project.is_first_party("redis"));
        assert!(!project.is_first_party("requests"));
    }
}
