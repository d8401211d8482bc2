//! Blobs by their ids, from `git cat-file --batch`: one process for each thread that asks. Knows its protocol; must not know
//! paths.

use super::command::{Git, GitError};
use crate::disk::{MAX_BYTES, ReadError};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout};
use std::sync::{Mutex, PoisonError};

/// More threads than this share processes.
const MOST: usize = 8;

/// Reads blobs.
pub struct Blobs {
    git: Git,
    processes: Vec<Mutex<Option<Process>>>,
}

struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Drop for Process {
    fn drop(&mut self) {
        // It ends by itself once nobody can ask any more; a process that hangs is not waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Blobs {
    /// Blobs of a repository; nothing is started yet.
    #[must_use]
    pub fn of(git: &Git) -> Self {
        Self { git: git.clone(), processes: (0..MOST).map(|_| Mutex::new(None)).collect() }
    }

    /// Reads a blob into the front of `buffer`, which only grows, and says how long it is.
    ///
    /// # Errors
    /// When there is no such blob, it is too long, or git is gone.
    pub fn read(&self, id: &str, buffer: &mut Vec<u8>) -> Result<usize, ReadError> {
        let slot = rayon::current_thread_index().unwrap_or(0) % MOST;
        let Some(process) = self.processes.get(slot) else { return Err(ReadError::Special) };
        let mut process = process.lock().unwrap_or_else(PoisonError::into_inner);
        let mut live = match process.take() {
            Some(live) => live,
            None => start(&self.git).map_err(|error| ReadError::Object(error.what))?,
        };
        let read = ask(&mut live, id, buffer);
        // What is left of a broken answer belongs to nobody.
        if read.is_ok() || matches!(&read, Err(ReadError::Missing)) {
            *process = Some(live);
        }
        read
    }
}

fn start(git: &Git) -> Result<Process, GitError> {
    let mut child = git.start(&["cat-file", "--batch"])?;
    let gone = || GitError::new("git hands out no objects", "try `git cat-file --batch` by hand");
    let input = child.stdin.take().ok_or_else(gone)?;
    let output = BufReader::with_capacity(1 << 16, child.stdout.take().ok_or_else(gone)?);
    Ok(Process { child, input, output })
}

fn ask(process: &mut Process, id: &str, buffer: &mut Vec<u8>) -> Result<usize, ReadError> {
    // Ids come from git; anything else would be a command of its own.
    if !id.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(ReadError::Missing);
    }
    process.input.write_all(format!("{id}\n").as_bytes()).map_err(ReadError::Io)?;
    process.input.flush().map_err(ReadError::Io)?;
    let mut header = String::new();
    process.output.read_line(&mut header).map_err(ReadError::Io)?;
    let mut fields = header.split_whitespace();
    let (_, kind, size) = (fields.next(), fields.next(), fields.next());
    if kind == Some("missing") {
        return Err(ReadError::Missing);
    }
    let size: usize = match (kind, size.and_then(|size| size.parse().ok())) {
        (Some("blob"), Some(size)) => size,
        _ => return Err(ReadError::Object("git's answer cannot be understood".to_owned())),
    };
    if size > MAX_BYTES {
        return Err(ReadError::TooLong);
    }
    if buffer.len() < size + 1 {
        buffer.resize(size + 1, 0);
    }
    let ended = || ReadError::Io(io::Error::from(io::ErrorKind::UnexpectedEof));
    process.output.read_exact(buffer.get_mut(..=size).ok_or_else(ended)?).map_err(ReadError::Io)?;
    Ok(size)
}
