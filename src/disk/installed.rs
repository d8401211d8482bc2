//! What is installed in an environment: `*.dist-info` folders (packaging specification, "Recording installed projects").
//! Knows folders and files; nothing is ever run.

use super::read::{Reading, plain, read_file};
use std::path::{Path, PathBuf};

/// At most so many distributions are looked at.
const MOST: usize = 20_000;

/// The distributions in an environment or in its `site-packages`, each with a name that code imports of it.
///
/// # Errors
/// Why there are none, as words that follow the folder's name.
pub fn installed(folder: &Path) -> Result<Vec<(String, String)>, String> {
    if !folder.is_dir() {
        return Err("is no folder".to_owned());
    }
    let mut pairs = Vec::new();
    for packages in site_packages(folder) {
        let entries = std::fs::read_dir(&packages).map_err(|error| format!("cannot be listed: {}", plain(&error)))?;
        for entry in entries.flatten().take(MOST) {
            let name = entry.file_name().to_string_lossy().into_owned();
            let Some(stem) = name.strip_suffix(".dist-info") else { continue };
            let Some((distribution, _)) = stem.rsplit_once('-') else { continue };
            for import in imports(&entry.path()) {
                pairs.push((distribution.to_owned(), import));
            }
        }
    }
    if pairs.is_empty() {
        return Err("holds no installed distribution".to_owned());
    }
    pairs.sort();
    pairs.dedup();
    Ok(pairs)
}

/// The folder itself, or those beneath it where Python installs: `lib/python3.x/site-packages`, `Lib/site-packages`.
fn site_packages(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![folder.to_path_buf(), folder.join("Lib/site-packages")];
    for lib in ["lib", "lib64"] {
        let Ok(entries) = std::fs::read_dir(folder.join(lib)) else { continue };
        found.extend(entries.flatten().map(|entry| entry.path().join("site-packages")));
    }
    found.retain(|path| path.is_dir());
    found.sort();
    found
}

/// What a distribution brings in: the modules and packages that its record lists, else its `top_level.txt`.
fn imports(info: &Path) -> Vec<String> {
    let read = |name: &str| {
        let mut bytes = Vec::new();
        let len = read_file(&info.join(name), Reading::Unknown, &mut bytes).ok()?;
        bytes.truncate(len);
        String::from_utf8(bytes).ok()
    };
    let mut names: Vec<String> = Vec::new();
    if let Some(record) = read("RECORD") {
        for line in record.lines() {
            let path = line.split(',').next().unwrap_or_default().trim_matches('"');
            names.extend(import_of(path));
        }
    }
    if names.is_empty() {
        names.extend(read("top_level.txt").unwrap_or_default().lines().map(|line| line.trim().replace('/', ".")));
    }
    names.sort();
    names.dedup();
    // What lies beneath a listed package says nothing more.
    let all = names.clone();
    names.retain(|name| {
        !all.iter().any(|other| name.strip_prefix(other.as_str()).is_some_and(|rest| rest.starts_with('.')))
    });
    names.retain(|name| crate::name::is_dotted(name));
    names
}

/// The package or module that a recorded file makes importable: `a/b/__init__.py` is `a.b`, `c.py` is `c`.
fn import_of(path: &str) -> Option<String> {
    if path.starts_with("..") || path.starts_with('/') {
        return None;
    }
    if let Some(package) = path.strip_suffix("/__init__.py").or_else(|| path.strip_suffix("/__init__.pyi")) {
        return Some(package.replace('/', "."));
    }
    let is_module = !path.contains('/');
    let stem = path.strip_suffix(".py").or_else(|| {
        path.split_once('.').filter(|(_, rest)| rest.ends_with("so") || rest.ends_with("pyd")).map(|(stem, _)| stem)
    });
    stem.filter(|_| is_module).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_say_what_is_imported() {
        assert_eq!(import_of("google/cloud/storage/__init__.py").as_deref(), Some("google.cloud.storage"));
        assert_eq!(import_of("six.py").as_deref(), Some("six"));
        assert_eq!(import_of("_yaml.cpython-312-x86_64-linux-gnu.so").as_deref(), Some("_yaml"));
        assert_eq!(import_of("../../bin/x.py"), None);
        assert_eq!(import_of("a/b.py"), None);
    }
}
