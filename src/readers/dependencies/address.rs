//! Addresses of archives and repositories where a requirement may stand. Knows how they begin and what they say of a name;
//! nothing is ever fetched.

use crate::dependency::Origin;

const ARCHIVES: [&str; 9] = [".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst", ".tar", ".egg"];
const BUILT: [&str; 2] = [".whl", ".egg"];
const VCS: [&str; 4] = ["git+", "hg+", "svn+", "bzr+"];

/// Whether a text is an address, or a path to an archive, rather than a name.
pub(super) fn is_address(text: &str) -> bool {
    let first = text.split([' ', ';', '@', '[', '=', '<', '>', '!', '~', '(']).next().unwrap_or_default();
    let scheme = text.split("://").next().unwrap_or_default();
    let is_scheme = scheme.len() < text.len() && scheme.chars().all(|c| c.is_ascii_alphanumeric() || c == '+');
    is_scheme
        || VCS.iter().any(|vcs| text.starts_with(vcs))
        || text.starts_with("git@")
        || text.starts_with("file:")
        || (!text.contains(" @ ") && archive(first).is_some())
}

/// Whether a text is a path beneath or beside the manifest.
pub(super) fn is_local(text: &str) -> bool {
    text.starts_with('.')
        || text.starts_with('/')
        || text.starts_with("file:")
        || text.starts_with('~')
        || text.contains('/') && !text.contains(char::is_whitespace) && !text.contains("://")
        || text.contains('\\') && !text.contains(char::is_whitespace)
}

/// Where an address leads.
pub(super) fn origin(text: &str) -> Origin {
    if VCS.iter().any(|vcs| text.starts_with(vcs)) || text.starts_with("git@") || text.starts_with("git://") {
        Origin::Vcs
    } else if is_local(text) || !text.contains("://") {
        Origin::Path
    } else {
        Origin::Url
    }
}

/// The name of a distribution that an address gives away: in its fragment, its file name, or the repository's name.
pub(super) fn name(text: &str) -> Option<String> {
    let (address, fragment) = text.split_once('#').unwrap_or((text, ""));
    let egg = fragment.split('&').find_map(|part| part.strip_prefix("egg="));
    if let Some(egg) = egg {
        let end = egg.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(egg.len());
        return valid(egg.get(..end)?);
    }
    let address = address.split(['?', ' ']).next().unwrap_or_default();
    let (address, _) = without_revision(address);
    let address = address.split('[').next().unwrap_or_default();
    if let Some(stem) = archive(address) {
        let is_wheel = BUILT.iter().any(|suffix| address.ends_with(suffix));
        // `…/NAME/archive/refs/heads/main.zip` is called by its repository.
        if let Some((repository, _)) = address.split_once("/archive/") {
            return valid(repository.rsplit('/').next()?);
        }
        return if is_wheel { valid(stem.split('-').next()?) } else { valid(split_version(stem).0) };
    }
    if !VCS.iter().any(|vcs| text.starts_with(vcs)) && !text.starts_with("git@") && !text.starts_with("git://") {
        return None;
    }
    let last = address.trim_end_matches('/').rsplit(['/', ':']).next()?;
    valid(last.strip_suffix(".git").unwrap_or(last))
}

/// The version that an archive's name gives away.
pub(super) fn version(text: &str) -> Option<String> {
    let address = text.split(['#', '?', ' ']).next()?;
    let stem = archive(address).filter(|_| !address.contains("/archive/"))?;
    if BUILT.iter().any(|suffix| address.ends_with(suffix)) {
        return stem.split('-').nth(1).map(str::to_owned);
    }
    let (_, version) = split_version(stem);
    version.map(str::to_owned)
}

fn valid(name: &str) -> Option<String> {
    crate::distribution::is_distribution(name).then(|| name.to_owned())
}

/// `…@revision` of a repository.
fn without_revision(address: &str) -> (&str, Option<&str>) {
    let host = address.find("://").map_or(0, |at| at + 3);
    // Before the path of an address, `:` and `@` belong to credentials and ports; `git@host:path` has no scheme.
    let ends: &[char] = if host > 0 { &['/'] } else { &['/', ':'] };
    let path = address.get(host..).and_then(|rest| rest.find(ends)).map_or(host, |at| host + at);
    match address.get(path..).and_then(|rest| rest.rfind('@')) {
        Some(at) => (address.get(..path + at).unwrap_or_default(), address.get(path + at + 1..)),
        None => (address, None),
    }
}

/// The name of an archive's file without its suffix.
fn archive(address: &str) -> Option<&str> {
    let file = address.rsplit(['/', '\\']).next()?;
    ARCHIVES.iter().find_map(|suffix| file.strip_suffix(suffix)).filter(|stem| !stem.is_empty())
}

/// `name-1.2` taken apart at the last hyphen in front of a digit.
fn split_version(stem: &str) -> (&str, Option<&str>) {
    let places = stem.match_indices('-').map(|(at, _)| at);
    let mut fits = places.filter(|at| stem.as_bytes().get(at + 1).is_some_and(u8::is_ascii_digit));
    match fits.next_back() {
        Some(at) => (stem.get(..at).unwrap_or_default(), stem.get(at + 1..)),
        None => (stem, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_guessed_in_order_of_trust() {
        for (address, guess, own) in [
            (
                "git+https://github.com/psf/requests.git@v2.31#egg=Requests[socks]&subdirectory=x",
                Some("Requests"),
                None,
            ),
            ("git+ssh://git@github.com/psf/requests.git@main", Some("requests"), None),
            ("git+https://github.com/psf/requests", Some("requests"), None),
            ("git+https://user:token@github.com/psf/requests.git@v1", Some("requests"), None),
            ("git+https://user:token@github.com/psf/requests.git", Some("requests"), None),
            ("https://x/packages/requests-2.31.0-py3-none-any.whl", Some("requests"), Some("2.31.0")),
            ("https://x/zope.interface-5.0.tar.gz#sha256=1", Some("zope.interface"), Some("5.0")),
            ("https://github.com/psf/requests/archive/refs/tags/v2.zip", Some("requests"), None),
            ("./wheels/redis-4.5.5-py3-none-any.whl", Some("redis"), Some("4.5.5")),
            ("file:///srv/app", None, None),
            ("https://x/y", None, None),
        ] {
            assert_eq!(name(address).as_deref(), guess, "{address}");
            assert_eq!(version(address).as_deref(), own, "{address}");
            assert!(is_address(address), "{address}");
        }
        assert!(!is_address("requests") && !is_address("requests @ https://x/y.whl") && !is_address("a>=1; x"));
        assert!(is_local(".") && is_local("./a[dev]") && is_local("../b") && is_local("libs/c") && !is_local("redis"));
        assert_eq!(origin("git+https://x/y"), Origin::Vcs);
        assert_eq!(origin("https://x/y.zip"), Origin::Url);
    }
}
