//! Reads the text of a policy file, whichever it is. Knows length and encoding; must not know what it says.

use crate::document::yaml::MAX_BYTES;
use std::path::Path;

/// Why a policy cannot be had.
pub(super) enum Unreadable {
    /// It has so many bytes.
    TooLong(u64),
    /// Words that follow its name.
    Words(String),
}

/// Looks at the length first, so that a huge file costs nothing.
pub(super) fn read_text(file: &Path) -> Result<String, Unreadable> {
    let words = |error: &std::io::Error| Unreadable::Words(format!("cannot be read: {error}"));
    let meta = std::fs::metadata(file).map_err(|error| words(&error))?;
    if !meta.is_file() {
        return Err(Unreadable::Words("is no regular file".to_owned()));
    }
    if meta.len() > MAX_BYTES as u64 {
        return Err(Unreadable::TooLong(meta.len()));
    }
    let bytes = std::fs::read(file).map_err(|error| words(&error))?;
    from_bytes(&bytes)
}

/// The same for bytes that were read already.
pub(super) fn from_bytes(bytes: &[u8]) -> Result<String, Unreadable> {
    if bytes.len() > MAX_BYTES {
        return Err(Unreadable::TooLong(bytes.len() as u64));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    std::str::from_utf8(bytes)
        .map(str::to_owned)
        .map_err(|error| Unreadable::Words(format!("is not UTF-8 (byte {})", error.valid_up_to())))
}
