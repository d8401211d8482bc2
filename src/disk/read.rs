//! Reads one file without ever blocking. Knows which things under a name are no regular file; must not know what the
//! bytes mean.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// A file longer than this, in bytes, is not read.
pub const MAX_BYTES: usize = 256 << 20;

/// Why a file was not read.
#[derive(Debug)]
pub enum ReadError {
    /// The system refused.
    Io(io::Error),
    /// A pipe, a device or a folder.
    Special,
    /// Longer than [`MAX_BYTES`].
    TooLong,
    /// Git does not have it.
    Missing,
    /// Git could not hand it out, in its own words.
    Object(String),
}

impl ReadError {
    /// What is wrong, and what to do about it.
    #[must_use]
    pub fn explain(&self) -> (String, &'static str) {
        match self {
            ReadError::Io(error) => {
                (format!("cannot be read: {}", plain(error)), "make the file readable, or exclude it")
            }
            ReadError::Special => {
                ("is no regular file, so it is not opened".to_owned(), "remove it, or exclude it in the policy")
            }
            ReadError::TooLong => (
                format!("is longer than {} MiB and is not read", MAX_BYTES >> 20),
                "exclude it in the policy if it is generated",
            ),
            ReadError::Missing => (
                "is not among the objects of this clone".to_owned(),
                "fetch what is missing: `git fetch --refetch`, or clone without `--filter`",
            ),
            ReadError::Object(said) => {
                (format!("cannot be had from git: {said}"), "`git fsck` tells whether the repository is whole")
            }
        }
    }
}

/// An error of the system without its number and without paths that nobody named, which differs between platforms.
#[must_use]
pub fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at path ").next().unwrap_or_default();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}

/// How a file is known to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A folder listing said that it is a regular file.
    Listed,
    /// Nothing is known of it yet.
    Unknown,
}

/// Reads a regular file into the front of `buffer` and says how long it is. Follows links. The buffer only grows and is
/// never cleared: filling it with zeros for each file would cost as much as reading.
///
/// # Errors
/// When it is not there, not allowed, no regular file, or too long.
pub fn read_file(path: &Path, known: Reading, buffer: &mut Vec<u8>) -> Result<usize, ReadError> {
    if known == Reading::Unknown && !std::fs::metadata(path).map_err(ReadError::Io)?.is_file() {
        return Err(ReadError::Special);
    }
    let mut file = open(path).map_err(ReadError::Io)?;
    fill(&mut file, buffer, MAX_BYTES)
}

/// Reads the first bytes of a regular file, as many as `buffer` is long.
///
/// # Errors
/// When the file cannot be opened or read.
pub(super) fn read_head(path: &Path, buffer: &mut [u8]) -> io::Result<usize> {
    open(path)?.read(buffer)
}

/// Opens without waiting for the other end, should a pipe have taken the file's place meanwhile.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NONBLOCK | libc::O_CLOEXEC);
    }
    options.open(path)
}

/// Reads to the end. Does not ask for the length first: one call less for each file.
fn fill(file: &mut File, buffer: &mut Vec<u8>, max: usize) -> Result<usize, ReadError> {
    let mut len = 0;
    loop {
        if buffer.len() - len < 1 << 10 {
            buffer.resize((buffer.len() * 2).max(1 << 17), 0);
        }
        let Some(free) = buffer.get_mut(len..) else { break };
        match file.read(free) {
            Ok(0) => break,
            Ok(read) => len += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(ReadError::Io(error)),
        }
        if len > max {
            return Err(ReadError::TooLong);
        }
    }
    Ok(len)
}
