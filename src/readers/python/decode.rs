//! Bytes to text as `CPython` does it (PEP 263, PEP 3120). Knows byte order marks, cookies and the encodings that
//! are read; must not know any syntax.

use crate::problem::ProblemKind;
use crate::readers::decode::transcode;
use crate::text::Text;
use encoding_rs::{Encoding, ISO_8859_15, WINDOWS_1252};
use std::borrow::Cow;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Why bytes are no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Undecodable {
    /// Stored offset of the trouble.
    pub offset: usize,
    /// Which kind of problem it is.
    pub kind: ProblemKind,
    /// What is wrong.
    pub message: Cow<'static, str>,
    /// What to do about it.
    pub help: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Codec {
    Utf8,
    Ascii,
    Latin1,
    Table(&'static Encoding),
}

/// Decodes a Python source file.
///
/// # Errors
/// When the file holds a NUL byte, names an encoding that is not read here, or is not valid in its encoding.
pub(super) fn decode(bytes: &[u8]) -> Result<Text<'_>, Undecodable> {
    if let Some(offset) = memchr::memchr(0, bytes) {
        return Err(Undecodable {
            offset,
            kind: ProblemKind::Undecodable,
            message: "a NUL byte: this is no Python source".into(),
            help: "Python refuses such a file; remove it, or list it under `unanalysed`",
        });
    }
    let (content, base) = match bytes.strip_prefix(BOM) {
        Some(rest) => (rest, BOM.len()),
        None => (bytes, 0),
    };
    let cookie = cookie(content);
    let codec = match cookie {
        None => Codec::Utf8,
        Some(name) => codec(name.text).ok_or_else(|| unsupported(name, base))?,
    };
    if base > 0 && codec != Codec::Utf8 {
        return Err(Undecodable {
            offset: 0,
            kind: ProblemKind::Undecodable,
            message: "a UTF-8 byte order mark and a coding cookie that names another encoding".into(),
            help: "remove the byte order mark or the cookie",
        });
    }
    match codec {
        Codec::Utf8 => match simdutf8::basic::from_utf8(content) {
            Ok(text) => Ok(Text::stored(text, base)),
            Err(_) => Err(invalid_utf8(content, base)),
        },
        _ if content.is_ascii() => Ok(Text::stored(std::str::from_utf8(content).unwrap_or_default(), base)),
        Codec::Ascii => Err(bad_byte(content.iter().position(|b| !b.is_ascii()).unwrap_or(0), "ascii")),
        Codec::Latin1 => Ok(transcode(content, char::from)),
        Codec::Table(encoding) => {
            if encoding == WINDOWS_1252
                && let Some(at) = content.iter().position(|b| matches!(b, 0x81 | 0x8D | 0x8F | 0x90 | 0x9D))
            {
                return Err(bad_byte(at, "cp1252"));
            }
            Ok(transcode(content, |byte| {
                let one = [byte];
                let (text, _) = encoding.decode_without_bom_handling(&one);
                text.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER)
            }))
        }
    }
}

fn invalid_utf8(content: &[u8], base: usize) -> Undecodable {
    let at = std::str::from_utf8(content).err().map_or(0, |e| e.valid_up_to());
    let byte = content.get(at).copied().unwrap_or_default();
    Undecodable {
        offset: base + at,
        kind: ProblemKind::Undecodable,
        message: format!("byte 0x{byte:02x} is not UTF-8, and no coding cookie names another encoding").into(),
        help: "save the file as UTF-8, or name its encoding in the first line: `# -*- coding: latin-1 -*-`",
    }
}

fn bad_byte(offset: usize, encoding: &str) -> Undecodable {
    Undecodable {
        offset,
        kind: ProblemKind::Undecodable,
        message: format!("a byte that the declared encoding `{encoding}` does not have").into(),
        help: "correct the coding cookie, or save the file as UTF-8",
    }
}

fn unsupported(cookie: Cookie<'_>, base: usize) -> Undecodable {
    let name: String = cookie.text.iter().take(40).map(|&b| char::from(b)).collect();
    Undecodable {
        offset: base + cookie.offset,
        kind: ProblemKind::Undecodable,
        message: format!("the encoding `{name}` is not read: it could hide code").into(),
        help: "save the file as UTF-8 (ascii, latin-1, cp1252 and iso-8859-15 are read too)",
    }
}

/// The place and name of an encoding that a cookie names and in which ASCII text may be spelt otherwise, so that it hides.
pub(in crate::readers) fn hiding(bytes: &[u8]) -> Option<(usize, String)> {
    let cookie = cookie(bytes)?;
    let label: Vec<u8> = cookie.text.iter().map(|b| if *b == b'_' { b'-' } else { *b }).collect();
    let joined: Vec<u8> = label.iter().copied().filter(|b| *b != b'-').collect();
    let keeps_ascii = |label: &[u8]| Encoding::for_label(label).is_some_and(Encoding::is_ascii_compatible);
    if codec(cookie.text).is_some() || keeps_ascii(&label) || keeps_ascii(&joined) {
        return None;
    }
    Some((cookie.offset, String::from_utf8_lossy(cookie.text).chars().take(40).collect()))
}

#[derive(Clone, Copy)]
struct Cookie<'a> {
    text: &'a [u8],
    offset: usize,
}

/// The cookie of line 1, or of line 2 if line 1 is blank or a comment.
fn cookie(content: &[u8]) -> Option<Cookie<'_>> {
    let first_end = line_end(content, 0);
    let first = content.get(..first_end)?;
    if let Some(found) = cookie_in_line(first) {
        return Some(found);
    }
    let code = first.iter().find(|b| !matches!(b, b' ' | b'\t' | 0x0C));
    if !matches!(code, None | Some(b'#')) {
        return None;
    }
    let mut second = first_end;
    if content.get(second) == Some(&b'\r') {
        second += 1;
    }
    if content.get(second) == Some(&b'\n') {
        second += 1;
    }
    let found = cookie_in_line(content.get(second..line_end(content, second))?)?;
    Some(Cookie { offset: found.offset + second, ..found })
}

fn line_end(content: &[u8], from: usize) -> usize {
    let rest = content.get(from..).unwrap_or_default();
    memchr::memchr2(b'\n', b'\r', rest).map_or(content.len(), |at| from + at)
}

/// `^[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)`
fn cookie_in_line(line: &[u8]) -> Option<Cookie<'_>> {
    let hash = line.iter().position(|b| !matches!(b, b' ' | b'\t' | 0x0C))?;
    if line.get(hash) != Some(&b'#') {
        return None;
    }
    let mut from = hash;
    while let Some(at) = memchr::memmem::find(line.get(from..)?, b"coding") {
        let mut at = from + at + b"coding".len();
        from = at;
        if !matches!(line.get(at), Some(b':' | b'=')) {
            continue;
        }
        at += 1;
        while matches!(line.get(at), Some(b' ' | b'\t')) {
            at += 1;
        }
        let rest = line.get(at..)?;
        let len = rest
            .iter()
            .position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.')))
            .unwrap_or(rest.len());
        if len > 0 {
            return Some(Cookie { text: rest.get(..len)?, offset: at });
        }
    }
    None
}

/// The codec behind a cookie, with the aliases that `CPython` accepts for it; `None` for any other.
fn codec(name: &[u8]) -> Option<Codec> {
    let name: String =
        name.iter().map(|b| if matches!(b, b'-' | b'.') { '_' } else { char::from(b.to_ascii_lowercase()) }).collect();
    // CPython's tokenizer takes anything that starts like one of these for the plain name.
    for (prefix, codec) in [
        ("utf_8", Codec::Utf8),
        ("latin_1", Codec::Latin1),
        ("iso_8859_1", Codec::Latin1),
        ("iso_latin_1", Codec::Latin1),
    ] {
        if name.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('_')) {
            return Some(codec);
        }
    }
    match name.as_str() {
        "utf8" | "u8" | "utf" | "utf8_ucs2" | "utf8_ucs4" | "cp65001" => Some(Codec::Utf8),
        "ascii" | "us_ascii" | "646" | "ansi_x3.4_1968" | "ansi_x3_4_1968" | "ansi_x3.4_1986" | "cp367" | "ibm367"
        | "iso646_us" | "iso_646.irv_1991" | "us" => Some(Codec::Ascii),
        "latin1" | "latin" | "l1" | "8859" | "cp819" | "ibm819" | "iso8859" | "iso8859_1" | "iso_ir_100"
        | "csisolatin1" => Some(Codec::Latin1),
        "cp1252" | "windows_1252" | "1252" => Some(Codec::Table(WINDOWS_1252)),
        "iso8859_15" | "iso_8859_15" | "latin9" | "latin_9" | "l9" => Some(Codec::Table(ISO_8859_15)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> Result<String, Undecodable> {
        decode(bytes).map(|t| t.content().to_owned())
    }

    #[test]
    fn cookies_are_honoured_or_refused() {
        assert_eq!(text(b"# coding: latin-1\nx='\xe9'").unwrap(), "# coding: latin-1\nx='é'");
        assert_eq!(text(b"#!x\n# vim: fileencoding=cp1252\n'\x80'").unwrap().chars().nth_back(1), Some('€'));
        assert_eq!(text(b"#\r# coding=iso-8859-15\r'\xa4'").unwrap().chars().nth_back(1), Some('€'));
        for refused in ["utf-7", "utf-16", "shift_jis", "gbk", "rot13", "unicode_escape", "nonsense"] {
            assert!(text(format!("# coding: {refused}\n").as_bytes()).is_err(), "{refused}");
        }
    }

    #[test]
    fn a_cookie_behind_code_is_no_cookie() {
        assert!(text(b"x = 1\n# coding: utf-7\n").is_ok());
        assert!(text(b"\n\n# coding: utf-7\n").is_ok());
    }

    #[test]
    fn trouble_has_a_place() {
        assert_eq!(text(b"\xEF\xBB\xBFab\xff").unwrap_err().offset, 5);
        assert_eq!(text(b"a\0").unwrap_err().offset, 1);
        assert!(text(b"\xEF\xBB\xBF# coding: latin-1\n").is_err());
        assert!(text(b"# coding: ascii\n\xc3\xa9").is_err());
    }
}
