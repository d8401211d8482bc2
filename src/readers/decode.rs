//! Bytes to text for everything that is no Python source. Knows byte order marks and UTF-16; must not know any syntax.

use super::{Sink, Unread};
use crate::problem::ProblemKind;
use crate::span::{Span, to_u32};
use crate::text::{Shift, Text};

const UTF8: &[u8] = b"\xEF\xBB\xBF";
const UTF32: [&[u8]; 2] = [b"\xFF\xFE\x00\x00", b"\x00\x00\xFE\xFF"];

/// Decodes UTF-8 and, behind their marks, UTF-16; other bytes are taken as one character each: what is asked for is ASCII.
///
/// # Errors
/// When the bytes are no text: UTF-32, or NUL bytes.
pub(super) fn decode(bytes: &[u8]) -> Result<Text<'_>, Unread> {
    if UTF32.iter().any(|mark| bytes.starts_with(mark)) {
        return Err(undecodable(0, "the encoding UTF-32 is not read"));
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
        return Ok(utf16(rest, u16::from_le_bytes));
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
        return Ok(utf16(rest, u16::from_be_bytes));
    }
    if let Some(at) = memchr::memchr(0, bytes) {
        return Err(undecodable(at, "a NUL byte: this is no text, or UTF-16 without a byte order mark"));
    }
    let (content, base) = bytes.strip_prefix(UTF8).map_or((bytes, 0), |rest| (rest, UTF8.len()));
    match simdutf8::basic::from_utf8(content) {
        Ok(text) => Ok(Text::stored(text, base)),
        Err(_) => Ok(as_characters(bytes)),
    }
}

/// The same; trouble is told to a sink.
pub(super) fn decode_or_tell<'b>(bytes: &'b [u8], sink: &mut dyn Sink) -> Option<Text<'b>> {
    match decode(bytes) {
        Ok(text) => Some(text),
        Err(unread) => {
            sink.unread(&mut as_characters(bytes).positions(), unread);
            None
        }
    }
}

fn undecodable(at: usize, message: &'static str) -> Unread {
    let help = "save the file as UTF-8, or exclude it";
    Unread { span: Span::empty(at), kind: ProblemKind::Undecodable, message: message.into(), help }
}

/// Bytes that are no text, one character for each, so that trouble in them has a place.
#[must_use]
pub(super) fn as_characters(bytes: &[u8]) -> Text<'static> {
    transcode(bytes, char::from)
}

/// One character for each byte; remembers where UTF-8 takes more.
pub(super) fn transcode(content: &[u8], to_char: impl Fn(u8) -> char) -> Text<'static> {
    let mut text = String::with_capacity(content.len() + content.len() / 8);
    let mut shifts = Vec::new();
    let mut longer = 0;
    for &byte in content {
        let c = if byte.is_ascii() { char::from(byte) } else { to_char(byte) };
        text.push(c);
        if c.len_utf8() > 1 {
            longer += i32::from(c.len_utf8() > 1) + i32::from(c.len_utf8() > 2);
            shifts.push(Shift { after: to_u32(text.len()), longer });
        }
    }
    Text::transcoded(text, shifts, 0)
}

/// UTF-16 behind its mark; half a pair becomes a replacement character.
fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Text<'static> {
    let units =
        bytes.chunks_exact(2).map(|pair| unit([pair.first().copied().unwrap_or(0), pair.get(1).copied().unwrap_or(0)]));
    let mut text = String::with_capacity(bytes.len() / 2);
    let mut shifts = Vec::with_capacity(bytes.len() / 2);
    let mut longer = 0_i32;
    for c in char::decode_utf16(units) {
        let c = c.unwrap_or(char::REPLACEMENT_CHARACTER);
        text.push(c);
        // Both lengths are at most 4.
        longer += i32::try_from(c.len_utf8()).unwrap_or(0) - i32::try_from(c.len_utf16() * 2).unwrap_or(0);
        shifts.push(Shift { after: to_u32(text.len()), longer });
    }
    Text::transcoded(text, shifts, 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_leads_back_to_its_bytes() {
        let bytes: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain("é\nredis".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let text = decode(&bytes).unwrap();
        assert_eq!(text.content(), "é\nredis");
        let at = text.positions().at(3);
        assert_eq!((at.line, at.column, at.offset), (2, 1, 6));
    }

    #[test]
    fn what_is_no_text_is_told() {
        assert!(decode(b"a\x00b").is_err());
        assert!(decode(b"\xFF\xFE\x00\x00a").is_err());
        assert_eq!(decode(b"caf\xe9 redis").unwrap().content(), "café redis");
    }
}
