//! Paths as addresses (RFC 3986). Knows which bytes stand for themselves; must not know reports.

use crate::formats::paths::Paths;
use crate::repo_path::RepoPath;
use std::fmt::Write as _;

/// A path as a relative reference from the top of the work tree; a policy that lies outside of the root as a `file` address.
///
/// Every byte but `/` and the unreserved ones (section 2.3) is percent-encoded as it is, whether it is UTF-8 or not. So no
/// segment can be taken for a scheme, a query or a fragment.
#[must_use]
pub(super) fn uri(path: &RepoPath, paths: &Paths) -> String {
    match paths.top_path(path) {
        // The top itself.
        Some(path) if path.as_bytes().is_empty() => "./".to_owned(),
        Some(path) => encoded(path.as_bytes()),
        None => {
            let bytes: Vec<u8> = path.as_bytes().iter().map(|byte| if *byte == b'\\' { b'/' } else { *byte }).collect();
            let slash = if bytes.starts_with(b"/") { "" } else { "/" };
            format!("file://{slash}{}", encoded(&bytes))
        }
    }
}

fn encoded(bytes: &[u8]) -> String {
    let mut uri = String::with_capacity(bytes.len());
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(byte) {
            uri.push(char::from(*byte));
        } else {
            // Writing to memory does not fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn bytes_are_encoded_as_they_are() {
        let paths = Paths::new(Path::new("/w/re po"), Path::new("/w"), Some(Path::new("/w")));
        let uri = |path: &[u8]| uri(&RepoPath::from_bytes(path), &paths);
        assert_eq!(uri(b"a/b.py"), "re%20po/a/b.py");
        assert_eq!(uri(b"%41#?:\xff.py"), "re%20po/%2541%23%3F%3A%FF.py");
        assert_eq!(uri(b"/etc/policy.yaml"), "file:///etc/policy.yaml");
    }
}
