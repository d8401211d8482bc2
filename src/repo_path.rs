//! Paths inside the checked tree. Knows their one spelling (`/`, relative to the root, bytes kept);
//! must not touch the disk.

use std::fmt;
use std::path::Path;
use std::sync::LazyLock;

/// A path relative to the root: bytes as the file system has them, `/` between segments.
///
/// Bytes, not `str`: a file name need not be UTF-8. Order is byte order, which fixes the order of reports.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RepoPath(Box<[u8]>);

impl RepoPath {
    /// Takes bytes that already are relative and `/`-separated.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// The root itself.
    #[must_use]
    pub fn root() -> &'static Self {
        static ROOT: LazyLock<RepoPath> = LazyLock::new(RepoPath::default);
        &ROOT
    }

    /// Takes a relative path of this platform.
    #[must_use]
    pub fn from_relative(path: &Path) -> Self {
        let mut bytes = Vec::new();
        for part in path.components() {
            if let std::path::Component::Normal(part) = part {
                if !bytes.is_empty() {
                    bytes.push(b'/');
                }
                bytes.extend_from_slice(part.as_encoded_bytes());
            }
        }
        Self(bytes.into())
    }

    /// The raw bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Segments from the top down; none for the root itself.
    #[must_use]
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.0.split(|&b| b == b'/').filter(|s| !s.is_empty())
    }

    /// The last segment.
    #[must_use]
    pub fn file_name(&self) -> &[u8] {
        self.segments().next_back().unwrap_or_default()
    }

    /// The folder that holds this path; the root for a path of one segment.
    #[must_use]
    pub fn parent(&self) -> RepoPath {
        let end = memchr::memrchr(b'/', &self.0).unwrap_or(0);
        Self::from_bytes(self.0.get(..end).unwrap_or_default())
    }

    /// This path with one more segment.
    #[must_use]
    pub fn join(&self, segment: &[u8]) -> RepoPath {
        let mut bytes = Vec::with_capacity(self.0.len() + 1 + segment.len());
        bytes.extend_from_slice(&self.0);
        if !bytes.is_empty() {
            bytes.push(b'/');
        }
        bytes.extend_from_slice(segment);
        Self(bytes.into())
    }

    /// Whether this path is `folder` or lies beneath it; everything lies beneath the root.
    #[must_use]
    pub fn is_beneath(&self, folder: &RepoPath) -> bool {
        folder.0.is_empty()
            || self.0.strip_prefix(&*folder.0).is_some_and(|rest| rest.is_empty() || rest.first() == Some(&b'/'))
    }

    /// The path below `folder`, when it lies there.
    #[must_use]
    pub fn strip_folder(&self, folder: &RepoPath) -> Option<&[u8]> {
        if folder.0.is_empty() {
            return Some(&self.0);
        }
        let rest = self.0.strip_prefix(&*folder.0)?;
        if rest.is_empty() {
            return Some(rest);
        }
        rest.strip_prefix(b"/")
    }
}

/// UTF-8 as it is; bytes that are not UTF-8 as `\xHH`. Control characters are left to each format.
impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            f.write_str(chunk.valid())?;
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02X}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_not_utf8_are_shown_escaped() {
        assert_eq!(RepoPath::from_bytes(b"a/\xff.py").to_string(), "a/\\xFF.py");
    }

    #[test]
    fn beneath_respects_segment_borders() {
        let folder = RepoPath::from_bytes(b"apps/api");
        assert!(RepoPath::from_bytes(b"apps/api/x.py").is_beneath(&folder));
        assert!(!RepoPath::from_bytes(b"apps/api2/x.py").is_beneath(&folder));
        assert_eq!(RepoPath::from_bytes(b"apps/api/x.py").strip_folder(&folder), Some(&b"x.py"[..]));
    }
}
