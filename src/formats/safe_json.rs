//! JSON that means what it says and does nothing where it is printed: what steers a terminal, hides or reorders text, and
//! the sign `##[`, by which text becomes a command of a CI runner anywhere in a line, are written as `\uXXXX`. Readers get
//! back the same text. Knows strings of JSON only.

use super::escape;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};
use std::io::{self, Write};

/// Writes a value on one line.
///
/// # Errors
/// When the writer refuses.
pub(crate) fn to_writer(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    Ok(value.serialize(&mut Serializer::with_formatter(out, Safe(CompactFormatter)))?)
}

/// Writes a value on many lines, as people read it.
///
/// # Errors
/// When the writer refuses.
pub(crate) fn to_writer_pretty(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    Ok(value.serialize(&mut Serializer::with_formatter(out, Safe(PrettyFormatter::new())))?)
}

/// Another way to lay JSON out, with safe strings.
struct Safe<F>(F);

impl<F: Formatter> Formatter for Safe<F> {
    /// A fragment holds no character that JSON itself wants escaped, so `##[` is never torn apart.
    fn write_string_fragment<W: Write + ?Sized>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        if fragment.bytes().all(|b| b < 0x7F) && !fragment.contains("##[") {
            return out.write_all(fragment.as_bytes());
        }
        let mut done = 0;
        for (at, c) in fragment.char_indices() {
            let is_command = c == '[' && fragment.get(..at).is_some_and(|before| before.ends_with("##"));
            if !is_command && (!escape::is_treacherous(c) || c == '\n') {
                continue;
            }
            out.write_all(fragment.get(done..at).unwrap_or_default().as_bytes())?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            done = at + c.len_utf8();
        }
        out.write_all(fragment.get(done..).unwrap_or_default().as_bytes())
    }

    fn begin_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_get_back_what_was_there() {
        let text = "##[error]a ##\u{7f}[ \u{9b}\u{202e}\u{E0001}\n\"\\é\u{1F600}";
        let mut out = Vec::new();
        to_writer(&mut out, &[text]).unwrap();
        let json = String::from_utf8(out).unwrap();
        let expected = "[\"##\\u005berror]a ##\\u007f[ \\u009b\\u202e\\udb40\\udc01\\n\\\"\\\\é\u{1F600}\"]";
        assert_eq!(json, expected);
        assert_eq!(serde_json::from_str::<Vec<String>>(&json).unwrap(), [text]);
    }

    #[test]
    fn the_layout_stays() {
        let value = serde_json::json!({ "a": [1, { "b": [] }], "c": {} });
        let mut out = Vec::new();
        to_writer_pretty(&mut out, &value).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string_pretty(&value).unwrap());
    }
}
