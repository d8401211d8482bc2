//! Runs work over selected files in parallel. Knows reading, panics and order; the caller knows what the work is.

use super::progress::Progress;
use crate::disk::{ReadError, Reading, Selected, read_file, to_disk};
use crate::engine::{FileReport, panicked};
use crate::parallel;
use crate::problem::{Problem, ProblemKind};
use crate::repo_path::RepoPath;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

thread_local! {
    /// One buffer for each thread: files are read into it one after the other.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A buffer that grew beyond this for one long file is given back.
const KEEP_BYTES: usize = 4 << 20;

/// Reads a file's bytes into a buffer.
pub(super) type Load<'l> = &'l (dyn Fn(&Selected, &mut Vec<u8>) -> Result<usize, ReadError> + Sync);

/// Reads files beneath `root`.
pub(super) fn from_disk(root: &Path) -> impl Fn(&Selected, &mut Vec<u8>) -> Result<usize, ReadError> + Sync {
    move |file, buffer| {
        let known = if file.listed { Reading::Listed } else { Reading::Unknown };
        match to_disk(root, &file.path) {
            Some(path) => read_file(&path, known, buffer),
            None => Err(ReadError::Special),
        }
    }
}

/// What there is to do, and with what.
pub(crate) struct Batch<'b> {
    /// The threads.
    pub(crate) pool: &'b rayon::ThreadPool,
    /// The files, in the order of their results.
    pub(crate) files: &'b [Selected],
    /// How they are read.
    pub(crate) load: Load<'b>,
    /// Counts finished files.
    pub(crate) progress: &'b Progress,
    /// Counts bytes.
    pub(crate) bytes: &'b AtomicU64,
}

/// Runs `work` over all files; `consume` gets the results of some files at a time, in the order of the files. A file
/// that cannot be read, or on which the work panics, gives what `failed` makes of it.
pub(super) fn each_file<T: Send>(
    batch: &Batch<'_>,
    work: impl Fn(&Selected, &[u8]) -> T + Sync,
    failed: impl Fn(FileReport) -> T + Sync,
    consume: impl FnMut(Vec<T>) + Send,
) {
    let one = |file: &Selected| -> T {
        let attempt = catch_unwind(AssertUnwindSafe(|| {
            BUFFER.with(|buffer| {
                let mut buffer = buffer.take();
                let result = (batch.load)(file, &mut buffer).map(|len| {
                    batch.bytes.fetch_add(len as u64, Ordering::Relaxed);
                    work(file, buffer.get(..len).unwrap_or_default())
                });
                if buffer.capacity() <= KEEP_BYTES {
                    BUFFER.set(buffer);
                }
                result
            })
        }));
        match attempt {
            Ok(Ok(result)) => result,
            Ok(Err(error)) => failed(unreadable(&file.path, &error)),
            Err(payload) => failed(panicked(&file.path, &*payload)),
        }
    };
    let chunk = |range: std::ops::Range<usize>| {
        let files = batch.files.get(range).unwrap_or_default();
        let results: Vec<T> = files.iter().map(one).collect();
        batch.progress.add(files.len());
        results
    };
    parallel::in_order(batch.pool, batch.files.len(), chunk, consume);
}

fn unreadable(path: &RepoPath, error: &ReadError) -> FileReport {
    let (message, help) = error.explain();
    let problem = Problem::new(ProblemKind::Unreadable, Some(path.clone()), message, help);
    FileReport { problems: vec![problem], ..FileReport::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers;

    #[test]
    fn a_panic_in_one_file_is_a_problem_of_that_file() {
        let (reader, surface) = readers::by_name(b"", b"a.py").unwrap();
        let files: Vec<Selected> = (0..100)
            .map(|n| RepoPath::from_bytes(format!("{n:03}.py").as_bytes()))
            .map(|path| Selected { path, reader, surface, listed: true })
            .collect();
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let mut seen = Vec::new();
        each_file(
            &Batch {
                pool: &parallel::pool(2).unwrap(),
                files: &files,
                load: &|_, _| Ok(0),
                progress: &Progress::start(0, false),
                bytes: &AtomicU64::new(0),
            },
            |file, _| {
                assert!(file.path.as_bytes() != b"042.py", "injected");
                file.path.to_string()
            },
            |report| format!("{}: {}", report.problems[0].kind.as_str(), report.problems[0].message),
            |mut part| seen.append(&mut part),
        );
        std::panic::set_hook(hook);
        assert_eq!(seen.len(), 100);
        assert_eq!(seen[42], "internal: the tool failed on this file: injected");
        assert_eq!(seen[43], "043.py");
    }
}
