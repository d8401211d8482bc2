//! Where modules start, as imports and folders suggest. Knows how Python finds modules; must not know policies.

use super::{Seen, Survey};
use crate::name;
use crate::project::{libraries, standard_library};
use crate::repo_path::RepoPath;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};

/// A further root is worth writing down from so many files on that need it.
const WORTH: usize = 2;
/// At most so many further roots; a tree that needs more is put together by a program.
const MOST_ROOTS: usize = 12;
/// A relative import climbs so far.
const MOST_DOTS: u32 = 64;
/// Folders that usually hold the code of others.
const VENDORED: [&[u8]; 6] = [b"vendor", b"_vendor", b"vendored", b"third_party", b"thirdparty", b"3rdparty"];

/// What a tree suggests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suggested {
    /// Roots besides the usual ones, with how many files need each.
    pub roots: Vec<(RepoPath, usize)>,
    /// Folders whose import name differs from their path, that name, and how many files use it.
    pub packages: Vec<(RepoPath, String, usize)>,
    /// Folders with the code of others, and how many files of Python each holds.
    pub vendored: Vec<(RepoPath, usize)>,
    /// Folders that may as well be the project's own, how many files each holds, and how many others import from it.
    pub maybe_own: Vec<(RepoPath, usize, usize)>,
    /// Names of all modules and folders with Python, wherever they lie, as code could spell them.
    pub local: BTreeSet<String>,
    /// The oldest Python that a manifest admits, and that manifest.
    pub target: Option<((u8, u8), &'static str)>,
}

/// Looks at all files. `usual` are the roots that count without being named.
#[must_use]
pub fn suggest(survey: &Survey, usual: &[RepoPath]) -> Suggested {
    let folders = Folders::of(survey);
    let mut vendored = folders.vendored();
    let maybe_own = take_own(&mut vendored, survey, usual);
    let own: Vec<&Seen> =
        survey.code().filter(|seen| !vendored.iter().any(|(folder, _)| seen.path.is_beneath(folder))).collect();
    let packages = hyphenated(&own, &folders, usual);
    let roots = further_roots(&own, &folders, usual, &packages);
    let local = folders.homes.keys().map(|name| name.replace('-', "_")).collect();
    Suggested { roots, packages, vendored, maybe_own, local, target: None }
}

/// Folders that hold Python, and what lies directly in each.
struct Folders {
    /// Importable names and the folders in which they lie.
    homes: FxHashMap<String, BTreeSet<RepoPath>>,
    /// Folders with an `__init__`: Python does not start from within a package.
    packages: FxHashSet<RepoPath>,
    /// How many files of Python lie in a folder, at any depth.
    sizes: BTreeMap<RepoPath, usize>,
}

impl Folders {
    fn of(survey: &Survey) -> Self {
        let mut all = Self { homes: FxHashMap::default(), packages: FxHashSet::default(), sizes: BTreeMap::new() };
        for seen in survey.code() {
            let file = String::from_utf8_lossy(seen.path.file_name()).into_owned();
            let Some(stem) = file.strip_suffix(".py").or_else(|| file.strip_suffix(".pyi")) else { continue };
            let mut folder = seen.path.parent();
            if stem == "__init__" {
                all.packages.insert(folder.clone());
            } else {
                all.homes.entry(name::normalise(stem).into_owned()).or_default().insert(folder.clone());
            }
            loop {
                *all.sizes.entry(folder.clone()).or_default() += 1;
                if folder.as_bytes().is_empty() {
                    break;
                }
                let above = folder.parent();
                let top = String::from_utf8_lossy(folder.file_name()).into_owned();
                all.homes.entry(name::normalise(&top).into_owned()).or_default().insert(above.clone());
                folder = above;
            }
        }
        all
    }

    /// The outermost folders with the code of others.
    fn vendored(&self) -> Vec<(RepoPath, usize)> {
        let mut found: Vec<(RepoPath, usize)> = Vec::new();
        for (folder, size) in &self.sizes {
            let is_inner = found.iter().any(|(outer, _)| folder.is_beneath(outer));
            let is_tested = folder.segments().any(|segment| segment == b"tests" || segment == b"test");
            if VENDORED.contains(&folder.file_name()) && !is_inner && !is_tested {
                found.push((folder.clone(), *size));
            }
        }
        found
    }
}

/// Takes those out that go by a plain word and are imported by their full name: a shop has vendors, too.
fn take_own(
    vendored: &mut Vec<(RepoPath, usize)>,
    survey: &Survey,
    usual: &[RepoPath],
) -> Vec<(RepoPath, usize, usize)> {
    let mut own = Vec::new();
    vendored.retain(|(folder, size)| {
        let by_name = |seen: &&Seen| {
            !seen.path.is_beneath(folder) && seen.imports.iter().any(|import| leads(import, seen, folder, usual))
        };
        let files = if folder.file_name() == b"vendor" { survey.code().filter(by_name).count() } else { 0 };
        if files > 0 {
            own.push((folder.clone(), *size, files));
        }
        files == 0
    });
    own
}

/// Whether an import leads into a folder by the way to it, from a usual root or any folder around the file that imports.
fn leads(import: &super::Imported, seen: &Seen, folder: &RepoPath, usual: &[RepoPath]) -> bool {
    let below = import.name.replace('.', "/");
    let is_there = |base: &RepoPath| base.join(below.as_bytes()).is_beneath(folder);
    if import.level == 0 && usual.iter().any(is_there) {
        return true;
    }
    let mut base = seen.path.parent();
    for _ in 1..import.level.min(MOST_DOTS) {
        base = base.parent();
    }
    loop {
        if is_there(&base) {
            return true;
        }
        if import.level > 0 || base.as_bytes().is_empty() {
            return false;
        }
        base = base.parent();
    }
}

/// Folders with a hyphen that somebody imports with an underscore in its place.
fn hyphenated(own: &[&Seen], folders: &Folders, usual: &[RepoPath]) -> Vec<(RepoPath, String, usize)> {
    let mut wanted: BTreeMap<String, (RepoPath, FxHashSet<&RepoPath>)> = BTreeMap::new();
    for folder in folders.sizes.keys().filter(|folder| folder.file_name().contains(&b'-')) {
        for root in usual {
            let Some(below) = folder.strip_folder(root) else { continue };
            let Ok(text) = std::str::from_utf8(below) else { continue };
            let dotted = text.replace('-', "_").replace('/', ".");
            if name::is_dotted(&dotted) {
                wanted.entry(dotted).or_insert_with(|| (folder.clone(), FxHashSet::default()));
            }
        }
    }
    for seen in own {
        for import in seen.imports.iter().filter(|import| import.level == 0) {
            // Every beginning of the name may be such a folder.
            for (end, _) in import.name.match_indices('.').chain([(import.name.len(), "")]) {
                let beginning = import.name.get(..end).unwrap_or_default();
                if let Some((_, files)) = wanted.get_mut(beginning) {
                    files.insert(&seen.path);
                }
            }
        }
    }
    let used = wanted.into_iter().filter(|(_, (_, files))| !files.is_empty());
    used.map(|(name, (folder, files))| (folder, name, files.len())).collect()
}

/// Folders from which files beneath them import what lies directly there.
fn further_roots(
    own: &[&Seen],
    folders: &Folders,
    usual: &[RepoPath],
    packages: &[(RepoPath, String, usize)],
) -> Vec<(RepoPath, usize)> {
    let is_usual =
        |top: &str| folders.homes.get(top).is_some_and(|homes| usual.iter().any(|root| homes.contains(root)));
    let is_renamed = |top: &str| packages.iter().any(|(_, name, _)| name::top(name) == top);
    let mut needs: BTreeMap<&RepoPath, FxHashSet<&RepoPath>> = BTreeMap::new();
    for seen in own {
        let tops: BTreeSet<&str> = seen.imports.iter().filter_map(super::Imported::top).collect();
        for top in tops {
            let is_known = standard_library::knows(top) || libraries::is_third_party(top);
            if is_known || is_usual(top) || is_renamed(top) {
                continue;
            }
            // The deepest folder above the file that has it is the one from which Python finds it.
            let homes = folders.homes.get(top).into_iter().flatten();
            let homes = homes.filter(|home| seen.path.is_beneath(home) && !folders.packages.contains(*home));
            let home = homes.max_by_key(|home| home.as_bytes().len());
            if let Some(home) = home {
                needs.entry(home).or_default().insert(&seen.path);
            }
        }
    }
    let mut roots: Vec<(RepoPath, usize)> =
        needs.into_iter().map(|(home, files)| (home.clone(), files.len())).filter(|(_, n)| *n >= WORTH).collect();
    roots.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    roots.truncate(MOST_ROOTS);
    roots.sort();
    roots
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surface::Surface;
    use crate::survey::Imported;

    fn survey(files: &[(&str, &[&str])]) -> Survey {
        let seen = |(path, imports): &(&str, &[&str])| Seen {
            path: RepoPath::from_bytes(path.as_bytes()),
            surface: Surface::Code,
            imports: imports.iter().map(|name| Imported { level: 0, name: (*name).into() }).collect(),
            declared: BTreeSet::new(),
        };
        Survey { files: files.iter().map(seen).collect() }
    }

    fn usual() -> Vec<RepoPath> {
        vec![RepoPath::default(), RepoPath::from_bytes(b"src")]
    }

    #[test]
    fn folders_with_a_hyphen_are_found_by_who_imports_them() {
        let files = survey(&[
            ("packages/error-handling/python/http_client.py", &["httpx"]),
            ("apps/api/main.py", &["packages.error_handling.python.http_client.get"]),
            ("apps/ai-service/main.py", &["os"]),
        ]);
        let packages = suggest(&files, &usual()).packages;
        let folder = RepoPath::from_bytes(b"packages/error-handling");
        assert_eq!(packages, [(folder, "packages.error_handling".to_owned(), 1)]);
    }

    #[test]
    fn services_with_roots_of_their_own_are_found() {
        let files = survey(&[
            ("services/api/app/__init__.py", &[]),
            ("services/api/app/a.py", &["app.b", "requests", "utils"]),
            ("services/api/app/b.py", &["app.a.x", "app"]),
            ("services/api/redis/x.py", &[]),
            ("services/api/app/c.py", &["redis", "json"]),
            ("utils.py", &[]),
            ("pkg/__init__.py", &[]),
            ("pkg/a.py", &["helper"]),
            ("pkg/b.py", &["helper"]),
            ("pkg/helper.py", &[]),
        ]);
        assert_eq!(suggest(&files, &usual()).roots, [(RepoPath::from_bytes(b"services/api"), 2)]);
    }

    #[test]
    fn code_of_others_is_found_once() {
        let files = survey(&[("a/vendor/x/vendor/y.py", &[]), ("a/vendor/z.py", &[]), ("b.py", &[])]);
        assert_eq!(suggest(&files, &usual()).vendored, [(RepoPath::from_bytes(b"a/vendor"), 2)]);
    }

    #[test]
    fn vendors_of_a_shop_are_no_code_of_others() {
        let files = survey(&[
            ("shop/vendor/models.py", &["requests", "shop.vendor.names"]),
            ("shop/views.py", &["shop.vendor.models.Vendor"]),
            ("lib/vendor/x.py", &[]),
            ("lib/a.py", &["lib.vendors.x", "vendored"]),
            ("pip/_vendor/x.py", &[]),
            ("pip/a.py", &["pip._vendor.x"]),
        ]);
        let path = |text: &str| RepoPath::from_bytes(text.as_bytes());
        let suggested = suggest(&files, &usual());
        assert_eq!(suggested.vendored, [(path("lib/vendor"), 1), (path("pip/_vendor"), 1)]);
        assert_eq!(suggested.maybe_own, [(path("shop/vendor"), 1, 1)]);
    }
}
