//! Requirement files that a resolver wrote (`pip-compile`, `uv pip compile`, `uv export`): comments say who pulls in whom.
//! Knows these comments; the requirements themselves are read as anywhere.

use super::manifest::Manifest;
use crate::distribution::normalise;
use rustc_hash::FxHashMap;

/// Who pulls in whom, as far as comments say; nothing for a file that somebody wrote.
fn pullers(text: &str) -> FxHashMap<String, Vec<String>> {
    let mut found: FxHashMap<String, Vec<String>> = FxHashMap::default();
    let mut name = String::new();
    let mut in_list = false;
    for line in text.lines() {
        let trimmed = line.trim();
        let Some(comment) = trimmed.strip_prefix('#').map(str::trim) else {
            if !trimmed.is_empty() && !trimmed.starts_with('-') {
                let end = trimmed.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
                name = normalise(trimmed.get(..end.unwrap_or(trimmed.len())).unwrap_or_default());
            }
            in_list = false;
            if let Some((_, by)) = trimmed.split_once("# via ") {
                let by = by.split(',').map(|by| by.trim().to_owned());
                found.entry(name.clone()).or_default().extend(by);
            }
            continue;
        };
        // Comments in front of the first requirement are about the file.
        if name.is_empty() || !line.starts_with([' ', '\t']) {
            in_list = false;
        } else if comment == "via" {
            in_list = true;
        } else if let Some(by) = comment.strip_prefix("via ") {
            found.entry(name.clone()).or_default().extend(by.split(',').map(|by| by.trim().to_owned()));
        } else if in_list && !comment.is_empty() {
            found.entry(name.clone()).or_default().push(comment.to_owned());
        }
    }
    found
}

/// Tells what a resolver put in from what somebody asked for: by a file (`-r requirements.in`), or for the project itself.
pub(super) fn tell_apart(text: &str, own: &dyn Fn() -> Option<String>, manifest: &mut Manifest) {
    if memchr::memmem::find(text.as_bytes(), b"# via").is_none() {
        return;
    }
    let by_name = pullers(text);
    let own = own();
    let is_asked =
        |by: &String| by.starts_with('-') || by.contains('(') || own.as_ref().is_some_and(|own| normalise(by) == *own);
    manifest.resolve(&by_name, &is_asked);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_say_who_pulls_in_whom() {
        let text = "# via nobody\na==1 \\\n    --hash=x\n    # via\n    #   -r in.txt\n    #   b\nidna==3  # via a, b\nc==1\n    # via B_x\n# via a\n";
        let found = pullers(text);
        assert_eq!(found["a"], ["-r in.txt", "b"]);
        assert_eq!(found["idna"], ["a", "b"]);
        assert_eq!(found["c"], ["B_x"]);
        assert_eq!(found.len(), 3);
    }
}
