//! Which file a first-party dotted name leads to. Knows packages, modules, namespace packages and stubs; must not know who
//! asks.

use super::Project;
use crate::repo_path::RepoPath;

impl Project<'_> {
    /// Whether a first-party dotted name leads to a module, or to a name that its module mentions. `None` when the
    /// name is not first-party.
    #[must_use]
    pub fn exists(&self, dotted: &str) -> Option<bool> {
        let segments: Vec<&str> = dotted.split('.').collect();
        if !self.is_first_party(segments.first()?) {
            return None;
        }
        let bases = self.bases(&segments);
        Some(bases.iter().any(|(base, rest)| self.leads_somewhere(base, rest)))
    }

    /// The file or namespace folder that a dotted name is the whole module name of.
    #[must_use]
    pub fn module(&self, dotted: &str) -> Option<RepoPath> {
        let segments: Vec<&str> = dotted.split('.').collect();
        self.bases(&segments).iter().find_map(|(base, rest)| match self.follow(base, rest) {
            (place, []) => place,
            _ => None,
        })
    }

    /// The module that a dotted name leads into, and which segment of the name it hands out; `None` where the name is that
    /// of a module, or leads nowhere.
    #[must_use]
    pub fn locate(&self, dotted: &str) -> Option<(RepoPath, std::ops::Range<usize>)> {
        let segments: Vec<&str> = dotted.split('.').collect();
        let bases = self.bases(&segments);
        let (file, left) = bases.iter().find_map(|base| self.handing_out(base))?;
        let at = segments.len() - left;
        let start: usize = segments.iter().take(at).map(|segment| segment.len() + 1).sum();
        let len = segments.get(at)?.len();
        Some((file, start..start + len))
    }

    /// The file or namespace folder that an absolute import leads to for whoever starts from this root: where several roots
    /// have such a module, the one in the deepest root around `home` is meant.
    #[must_use]
    pub fn reached_from(&self, home: &RepoPath, dotted: &str) -> Option<RepoPath> {
        let segments: Vec<&str> = dotted.split('.').collect();
        let mut bases = self.bases(&segments);
        let depth = |base: &RepoPath| if home.is_beneath(base) { base.as_bytes().len() + 1 } else { 0 };
        // Renamed packages have fewer segments left, and stay first.
        bases.sort_by_key(|(base, rest)| (rest.len(), std::cmp::Reverse(depth(base))));
        bases.iter().find_map(|base| {
            let module = || match self.follow(&base.0, base.1) {
                (place, []) => place,
                _ => None,
            };
            self.handing_out(base).map(|(file, _)| file).or_else(module)
        })
    }

    /// The file beneath one base that hands out the rest of a name, and how many segments that is.
    fn handing_out(&self, (base, rest): &(RepoPath, &[&str])) -> Option<(RepoPath, usize)> {
        match self.follow(base, rest) {
            (Some(file), left @ [_, ..]) if self.tree.is_file(&file) => Some((file, left.len())),
            _ => None,
        }
    }

    /// Whether a dotted name is that of a module, or of a package that may lack `__init__`.
    #[must_use]
    pub fn is_module_name(&self, dotted: &str) -> bool {
        self.module(dotted).is_some()
    }

    /// Whether a dotted name leads to a file, or to its stub, or to the package that it is the `__init__` of.
    #[must_use]
    pub fn is_module(&self, dotted: &str, path: &RepoPath) -> bool {
        let module = |path: &RepoPath| {
            let stem = [&b".pyi"[..], b".py"].iter().find_map(|suffix| path.file_name().strip_suffix(*suffix));
            match stem {
                Some(b"__init__") => path.parent(),
                Some(stem) => path.parent().join(stem),
                None => path.clone(),
            }
        };
        self.module(dotted).is_some_and(|found| module(&found) == module(path))
    }

    /// Whether a file, or a folder with Python in it, stands at a path.
    #[must_use]
    pub fn holds(&self, path: &RepoPath) -> bool {
        self.tree.is_file(path) || self.tree.holds_python(path)
    }

    /// Folders in which the rest of a dotted name may be found: renamed packages first.
    fn bases<'s>(&self, segments: &'s [&'s str]) -> Vec<(RepoPath, &'s [&'s str])> {
        let mut bases: Vec<(RepoPath, &'s [&'s str])> = Vec::new();
        for (path, name) in &self.layout.packages {
            let depth = name.split('.').count();
            if name.split('.').eq(segments.iter().take(depth).copied())
                && let Some(rest) = segments.get(depth..)
            {
                bases.push((path.clone(), rest));
            }
        }
        bases.extend(self.layout.roots.iter().map(|root| (root.clone(), segments)));
        bases
    }

    /// Goes from a folder along segments, as Python does: a package comes before a module of the same name, and a module
    /// before a folder without `__init__`. The last module or folder, and the segments that are left.
    fn follow<'s>(&self, base: &RepoPath, segments: &'s [&'s str]) -> (Option<RepoPath>, &'s [&'s str]) {
        let mut place = None;
        let mut folder = base.clone();
        for (index, segment) in segments.iter().enumerate() {
            let below = folder.join(segment.as_bytes());
            let rest = segments.get(index + 1..).unwrap_or_default();
            if let Some(init) = self.module_file(&below, "__init__") {
                place = Some(init);
            } else if let Some(file) = self.module_file(&folder, segment) {
                return (Some(file), rest);
            } else if self.tree.holds_python(&below) {
                place = Some(below.clone());
            } else {
                return (place, segments.get(index..).unwrap_or_default());
            }
            folder = below;
        }
        // A renamed package is its own folder.
        (place.or_else(|| self.module_file(base, "__init__")).or_else(|| Some(base.clone())), &[])
    }

    fn leads_somewhere(&self, base: &RepoPath, segments: &[&str]) -> bool {
        match self.follow(base, segments) {
            (Some(_), []) => true,
            (Some(file), rest) if self.tree.is_file(&file) => {
                // Beneath a package, one name that its `__init__` mentions; beneath a module, any.
                let is_package = file.file_name().starts_with(b"__init__.");
                (!is_package || rest.len() == 1)
                    && rest.iter().all(|word| self.tree.mentions(&file, word).unwrap_or(true))
            }
            _ => false,
        }
    }

    /// The source or stub of a module directly in a folder.
    pub(super) fn module_file(&self, folder: &RepoPath, name: &str) -> Option<RepoPath> {
        ["py", "pyi"].iter().find_map(|suffix| {
            let path = folder.join(format!("{name}.{suffix}").as_bytes());
            self.tree.is_file(&path).then_some(path)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_tree::{self, Files};
    use super::*;

    static FILES: Files = Files(&[
        "src/acme/http.py",
        "src/acme/typed.pyi",
        "src/acme/both.py",
        "src/acme/both/__init__.py",
        "src/acme/part.py",
        "src/acme/part/deep.py",
        "src/space/inner/a.py",
        "packages/error-handling/python/http_client.py",
        "lib.v2.py",
    ]);

    fn project() -> Project<'static> {
        test_tree::project(&FILES)
    }

    #[test]
    fn successors_are_looked_up() {
        let project = project();
        for (name, exists) in [
            ("acme.http.get", Some(true)),
            ("acme.http.missing", Some(false)),
            ("acme.nowhere", Some(false)),
            ("acme.both.anything", Some(true)),
            ("space.inner", Some(true)),
            ("space.inner.get", Some(false)),
            ("packages.error_handling.python.http_client", Some(true)),
            ("httpx.get", None),
        ] {
            assert_eq!(project.exists(name), exists, "{name}");
        }
    }

    #[test]
    fn the_root_around_the_importer_comes_first() {
        static TWICE: Files = Files(&["src/app/http.py", "app/http.py", "app/only.py"]);
        let project = test_tree::project(&TWICE);
        for (home, name, file) in [
            ("src", "app.http.get", "src/app/http.py"),
            ("", "app.http", "app/http.py"),
            ("src", "app.only.x", "app/only.py"),
        ] {
            let found = project.reached_from(&RepoPath::from_bytes(home.as_bytes()), name);
            assert_eq!(found.map(|path| path.to_string()).as_deref(), Some(file), "{home} {name}");
        }
    }

    #[test]
    fn modules_are_found_as_python_finds_them() {
        let project = project();
        for (name, file) in [
            ("acme.http", Some("src/acme/http.py")),
            ("src.acme.http", Some("src/acme/http.py")),
            ("acme.typed", Some("src/acme/typed.pyi")),
            ("acme.both", Some("src/acme/both/__init__.py")),
            ("acme.part", Some("src/acme/part.py")),
            ("acme.part.deep", None),
            ("acme", Some("src/acme")),
            ("space.inner", Some("src/space/inner")),
            ("packages.error_handling.python.http_client", Some("packages/error-handling/python/http_client.py")),
            ("packages.error_handling", Some("packages/error-handling")),
            ("lib.v2", None),
            ("acme.http.get", None),
        ] {
            let found = project.module(name).map(|path| path.to_string());
            assert_eq!(found.as_deref(), file, "{name}");
        }
    }
}
