//! The baseline as text: `# policy-baseline 1`, then one entry a line, sorted: rule, path, scope, name, ordinal, between tabs.
//! Knows escapes and what a broken file looks like; must not know what entries are for.

use super::Entry;
use crate::repo_path::RepoPath;
use std::fmt::Write;

const HEAD: &str = "# policy-baseline ";
const VERSION: &str = "1";

/// Why a text is no baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: &'static str,
}

const RESTORE: &str = "take the file from the last good commit: `git checkout REV -- FILE`";

/// Reads a baseline. Equal lines count once; their order does not matter.
///
/// # Errors
/// The first thing that is wrong: what is not understood permits nothing, and is told.
pub fn read(bytes: &[u8]) -> Result<Vec<Entry>, Mistake> {
    let wrong = |line: usize, message: &str, help: &'static str| Mistake { line, message: message.to_owned(), help };
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(wrong(1, "this baseline is no UTF-8", RESTORE));
    };
    let mut lines = text.split_inclusive('\n').zip(1..);
    let version = lines.next().and_then(|(line, _)| line.trim_end().strip_prefix(HEAD));
    match version {
        Some(VERSION) => {}
        Some(other) if !other.is_empty() && other.bytes().all(|b| b.is_ascii_digit()) => {
            let message = format!("this baseline is of version {other}, and this tool knows version {VERSION} only");
            return Err(Mistake {
                line: 1,
                message,
                help: "use the version of the tool that wrote it, or a newer one",
            });
        }
        _ => return Err(wrong(1, "this is no baseline: it does not begin with `# policy-baseline 1`", RESTORE)),
    }
    let mut entries = Vec::new();
    for (line, number) in lines {
        let Some(content) = line.strip_suffix('\n') else {
            return Err(wrong(number, "this baseline is cut short in the middle of a line", RESTORE));
        };
        let content = content.strip_suffix('\r').unwrap_or(content);
        if content.is_empty() {
            continue;
        }
        if ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|mark| content.starts_with(mark)) {
            let help = "resolve the conflict: an entry stays only if both sides kept it; \
                        then `policy baseline --tighten` removes what no longer occurs";
            return Err(wrong(number, "this baseline has a merge conflict", help));
        }
        let entry = entry(content);
        entries.push(entry.ok_or_else(|| wrong(number, "this line is no entry of a baseline", RESTORE))?);
    }
    entries.sort();
    entries.dedup();
    Ok(entries)
}

fn entry(line: &str) -> Option<Entry> {
    let mut fields = line.split('\t');
    let mut field = || fields.next().map(unescape)?;
    let rule = text(field()?)?;
    let path = RepoPath::from_bytes(&field()?);
    let scope = text(field()?)?;
    let name = text(field()?)?;
    let ordinal = text(field()?)?.parse().ok()?;
    // A path starts from the root and stays beneath it.
    let is_beneath = path.as_bytes().split(|&b| b == b'/').all(|segment| !matches!(segment, b"" | b"." | b".."));
    (fields.next().is_none() && !rule.is_empty() && is_beneath).then_some(Entry { rule, path, scope, name, ordinal })
}

fn text(bytes: Vec<u8>) -> Option<Box<str>> {
    String::from_utf8(bytes).ok().map(Into::into)
}

/// Undoes `\t`, `\n`, `\\` and `\xHH`; `None` for any other escape.
fn unescape(field: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let (&kind, after) = rest.split_first()?;
        rest = after;
        match kind {
            b't' => bytes.push(b'\t'),
            b'n' => bytes.push(b'\n'),
            b'\\' => bytes.push(b'\\'),
            b'x' => {
                let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
                bytes.push(u8::from_str_radix(digits, 16).ok()?);
                rest = rest.get(2..)?;
            }
            _ => return None,
        }
    }
    Some(bytes)
}

/// Writes a baseline: sorted, with line feeds, without totals, so that changes of different places merge.
#[must_use]
pub fn write(entries: &[Entry]) -> String {
    let mut lines: Vec<String> = entries.iter().map(line).collect();
    lines.sort();
    lines.dedup();
    let mut text = format!("{HEAD}{VERSION}\n");
    for line in lines {
        text.push_str(&line);
        text.push('\n');
    }
    text
}

fn line(entry: &Entry) -> String {
    let mut line = String::new();
    for part in [entry.rule.as_bytes(), entry.path.as_bytes(), entry.scope.as_bytes(), entry.name.as_bytes()] {
        escape(part, &mut line);
        line.push('\t');
    }
    // Writing to memory does not fail.
    let _ = write!(line, "{}", entry.ordinal);
    line
}

fn escape(bytes: &[u8], line: &mut String) {
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\t' => line.push_str("\\t"),
                '\n' => line.push_str("\\n"),
                '\\' => line.push_str("\\\\"),
                c if c.is_ascii_control() => {
                    let _ = write!(line, "\\x{:02X}", u32::from(c));
                }
                c => line.push(c),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(line, "\\x{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &[u8], scope: &str, ordinal: usize) -> Entry {
        Entry {
            rule: "pack/no-old".into(),
            path: RepoPath::from_bytes(path),
            scope: scope.into(),
            name: "requests.get".into(),
            ordinal,
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut entries = vec![
            entry(b"a b/\xff\t\n\\\r.py", "A.f", 10),
            entry("ä.py".as_bytes(), "", 2),
            entry(b"\xED\xA0\x80.py", "", 0),
        ];
        let text = write(&entries);
        entries.sort();
        assert_eq!(read(text.as_bytes()).unwrap(), entries);
        assert_eq!(read(text.replace('\n', "\r\n").as_bytes()).unwrap(), entries);
        assert!(text.contains("a b/\\xFF\\t\\n\\\\\\x0D.py"), "{text}");
    }

    #[test]
    fn what_is_no_baseline_is_told() {
        let good = write(&[entry(b"a.py", "", 0)]);
        for (text, line) in [
            (String::new(), 1),
            ("rules:\n".to_owned(), 1),
            ("# policy-baseline 2\n".to_owned(), 1),
            (good.trim_end().to_owned(), 2),
            (good.replace("\t0", ""), 2),
            (good.replace("\t0", "\tx"), 2),
            (good.replace("a.py", "a\\q.py"), 2),
            (good.replace("a.py", "a\\xg0.py"), 2),
            (good.replace("a.py", ""), 2),
            (format!("{good}<<<<<<< HEAD\n"), 3),
        ] {
            assert_eq!(read(text.as_bytes()).unwrap_err().line, line, "{text}");
        }
        assert!(read(b"# policy-baseline 1\n\xff").is_err());
    }
}
