//! A tree for tests: a list of paths.

use super::{Layout, Project, Tree};
use crate::repo_path::RepoPath;

/// Files by their paths. Every file mentions every word but `missing`.
pub(super) struct Files(pub &'static [&'static str]);

impl Tree for Files {
    fn is_folder(&self, path: &RepoPath) -> bool {
        !self.entries(path).is_empty()
    }

    fn is_file(&self, path: &RepoPath) -> bool {
        self.0.iter().any(|file| file.as_bytes() == path.as_bytes())
    }
    fn entries(&self, folder: &RepoPath) -> Vec<(Vec<u8>, bool)> {
        let below = |file: &&str| RepoPath::from_bytes(file.as_bytes()).strip_folder(folder).map(<[u8]>::to_vec);
        let first = |rest: Vec<u8>| match rest.iter().position(|b| *b == b'/') {
            Some(slash) => (rest[..slash].to_vec(), true),
            None => (rest, false),
        };
        self.0.iter().filter_map(below).map(first).collect()
    }
    fn holds_python(&self, path: &RepoPath) -> bool {
        self.0.iter().any(|file| RepoPath::from_bytes(file.as_bytes()).is_beneath(path))
    }
    fn read(&self, _: &RepoPath) -> Option<Vec<u8>> {
        None
    }
    fn mentions(&self, _: &RepoPath, word: &str) -> Option<bool> {
        Some(word != "missing")
    }
}

/// A project of these files with a `src` folder and a renamed package.
pub(super) fn project(files: &'static Files) -> Project<'static> {
    let path = |text: &str| RepoPath::from_bytes(text.as_bytes());
    let layout = Layout {
        roots: vec![path(""), path("src")],
        packages: vec![(path("packages/error-handling"), "packages.error_handling".to_owned())],
        shadows: vec![],
        target: (3, 13),
    };
    Project::new(layout, files)
}
