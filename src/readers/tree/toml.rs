//! TOML as a tree. The only file that names the TOML engine, which goes on behind errors. Tables that are opened twice stay
//! two entries: whoever looks for a path finds both.

use super::{Item, Tree, Value};
use crate::excerpt::Excerpt;
use crate::span::Span;
use std::borrow::Cow;
use toml_parser::decoder::Encoding;
use toml_parser::parser::{EventReceiver, RecursionGuard, parse_document};
use toml_parser::{ErrorSink, ParseError, Raw, Source, Span as EventSpan};

/// Arrays and inline tables nested deeper than this are not read.
const MAX_DEPTH: u32 = 128;
/// A header and a dotted key beneath it have at most so many parts.
const MOST_KEYS: usize = 100;
/// Pieces of a long document have at least so many bytes.
const PIECE: usize = 64 << 10;

/// Reads as much of a document as can be read.
#[must_use]
pub fn parse(text: &str) -> Tree<'_> {
    parse_without(text, &[])
}

/// The same without the values of some keys, which take most of a lock file.
pub(in crate::readers) fn parse_without<'t>(text: &'t str, skipped: &'static [&'static str]) -> Tree<'t> {
    let root = Open { span: Span::default(), value: Value::Map(Vec::new()), key: Vec::new() };
    let mut builder = Builder {
        skipped,
        text,
        base: 0,
        wrong: Vec::new(),
        header: Vec::new(),
        key: Vec::new(),
        in_header: false,
        open: vec![root],
    };
    let mut broken = Vec::new();
    let mut tokens = Vec::new();
    for (start, piece) in pieces(text) {
        tokens.clear();
        tokens.extend(Source::new(piece).lex());
        let mut errors: Vec<ParseError> = Vec::new();
        builder.base = start;
        parse_document(&tokens, &mut RecursionGuard::new(&mut builder, MAX_DEPTH), &mut errors);
        while builder.open.len() > 1 {
            builder.close();
        }
        broken.extend(errors.iter().map(|error| {
            let span = error.unexpected().or(error.context()).map_or(0..0, |span| span.start()..span.end());
            let place = Span::new((start + span.start).min(text.len()), (start + span.end).min(text.len()));
            (place, error.description().to_owned())
        }));
    }
    if builder.in_header {
        builder.wrong.push((Span::new(text.len(), text.len()), "a header that is never closed"));
    }
    broken.extend(builder.wrong.drain(..).map(|(span, message)| (span, message.to_owned())));
    broken.sort_by_key(|(span, _)| *span);
    let value = builder.open.pop().map_or(Value::Map(Vec::new()), |root| root.value);
    Tree { root: Item { span: Span::new(0, text.len()), value }, broken }
}

/// A long document in pieces, so that no more than a piece of it is in tokens at a time. Pieces begin at headers of arrays of
/// tables; where a text of several lines may hold what looks like one, there is but one piece.
fn pieces(text: &str) -> Vec<(usize, &str)> {
    let has = |quotes: &str| memchr::memmem::find(text.as_bytes(), quotes.as_bytes()).is_some();
    if text.len() <= PIECE || has("\"\"\"") || has("'''") {
        return vec![(0, text)];
    }
    let mut found = Vec::new();
    let mut start = 0;
    for at in memchr::memmem::find_iter(text.as_bytes(), b"\n[[package") {
        let is_header =
            text.get(at + 1..).is_some_and(|rest| rest.starts_with("[[package]]") || rest.starts_with("[[packages]]"));
        if is_header && at + 1 - start >= PIECE {
            found.push((start, text.get(start..=at).unwrap_or_default()));
            start = at + 1;
        }
    }
    found.push((start, text.get(start..).unwrap_or_default()));
    found
}

/// A collection that is still open.
struct Open<'t> {
    span: Span,
    value: Value<'t>,
    /// The dotted key that it will be the value of.
    key: Vec<Excerpt<'t>>,
}

struct Builder<'t> {
    skipped: &'static [&'static str],
    text: &'t str,
    /// Where the piece at hand starts.
    base: usize,
    /// What is no value, or never closed.
    wrong: Vec<(Span, &'static str)>,
    /// The keys of the header above.
    header: Vec<Excerpt<'t>>,
    /// The dotted key that waits for its value.
    key: Vec<Excerpt<'t>>,
    in_header: bool,
    open: Vec<Open<'t>>,
}

impl<'t> Builder<'t> {
    fn place(&self, span: EventSpan) -> Span {
        Span::new(self.base + span.start(), self.base + span.end())
    }

    fn decode(&mut self, span: EventSpan, encoding: Option<Encoding>, is_key: bool) -> Excerpt<'t> {
        let start = self.base + span.start();
        let raw = self.text.get(start..self.base + span.end()).unwrap_or_default();
        let quotes = match encoding {
            None => 0,
            Some(Encoding::LiteralString | Encoding::BasicString) => 1,
            Some(Encoding::MlLiteralString | Encoding::MlBasicString) => 3,
        };
        let is_closed = quotes == 0
            || (raw.len() >= 2 * quotes
                && raw.starts_with(['"', '\''])
                && raw.ends_with(raw.get(..quotes).unwrap_or_default()));
        if !is_closed {
            self.wrong.push((self.place(span), "a string that is never closed"));
            return Excerpt::verbatim(raw.get(quotes..).unwrap_or_default(), start + quotes);
        }
        let inner = raw.get(quotes..raw.len().saturating_sub(quotes)).unwrap_or_default();
        let has_escapes =
            matches!(encoding, Some(Encoding::BasicString | Encoding::MlBasicString)) && inner.contains('\\');
        let starts_with_line = quotes == 3 && inner.starts_with(['\n', '\r']);
        if !has_escapes && !starts_with_line {
            return Excerpt::verbatim(inner, start + quotes);
        }
        let mut decoded: Cow<'t, str> = Cow::Borrowed("");
        let raw = Raw::new_unchecked(raw, encoding, span);
        if is_key {
            raw.decode_key(&mut decoded, &mut ());
        } else {
            let _ = raw.decode_scalar(&mut decoded, &mut ());
        }
        super::aligned(&decoded, inner, start + quotes)
    }

    fn put(&mut self, key: Vec<Excerpt<'t>>, item: Item<'t>) {
        let Some(open) = self.open.last_mut() else { return };
        match &mut open.value {
            Value::List(items) => items.push(item),
            Value::Map(entries) => {
                let mut key = key.into_iter().rev();
                let Some(last) = key.next() else { return };
                let span = item.span;
                let wrapped = key.fold((last, item), |(name, item), outer| {
                    (outer, Item { span, value: Value::Map(vec![(name, item)]) })
                });
                add(entries, wrapped);
            }
            _ => {}
        }
    }

    /// Whether the value of the key at hand is passed over.
    fn is_skipped(&self) -> bool {
        self.key.last().is_some_and(|key| self.skipped.contains(&key.text()))
    }

    fn start(&mut self, span: EventSpan, value: Value<'t>) {
        let key = std::mem::take(&mut self.key);
        let span = self.place(span);
        self.open.push(Open { span, value, key });
    }

    fn close(&mut self) {
        if self.open.len() < 2 {
            return;
        }
        if let Some(done) = self.open.pop() {
            self.put(done.key, Item { span: done.span, value: done.value });
        }
    }

    /// Opens the table of a header: beneath the one before, where that begins with the same keys.
    fn enter(&mut self, is_array: bool, span: EventSpan) {
        while self.open.len() > 1 {
            self.close();
        }
        let header = std::mem::take(&mut self.header);
        let place = self.place(span);
        let Some(root) = self.open.first_mut() else { return };
        if insert(&mut root.value, &header, is_array, place).is_none() {
            return;
        }
        self.header = header;
    }

    /// The table of the header above; the root's own before any.
    fn table(&mut self) -> Option<&mut Vec<(Excerpt<'t>, Item<'t>)>> {
        let root = self.open.first_mut()?;
        let mut value = &mut root.value;
        for _ in 0..self.header.len() {
            let Value::Map(entries) = value else { return None };
            value = &mut entries.last_mut()?.1.value;
            if let Value::List(items) = value {
                value = &mut items.last_mut()?.value;
            }
        }
        match value {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// Puts a finished pair into the table of the header.
    fn finish(&mut self, item: Item<'t>) {
        if item.value == Value::Other && self.is_skipped() {
            self.key.clear();
            return;
        }
        let key = std::mem::take(&mut self.key);
        if self.open.len() > 1 {
            self.put(key, item);
            return;
        }
        let mut key = key.into_iter().rev();
        let Some(last) = key.next() else { return };
        let span = item.span;
        let wrapped =
            key.fold((last, item), |(name, item), outer| (outer, Item { span, value: Value::Map(vec![(name, item)]) }));
        if let Some(table) = self.table() {
            add(table, wrapped);
        }
    }
}

/// Adds a pair; parts of one dotted key (`a.version = "1"`, `a.extras = []`) that follow one another become one map.
fn add<'t>(entries: &mut Vec<(Excerpt<'t>, Item<'t>)>, (key, item): (Excerpt<'t>, Item<'t>)) {
    if let Value::Map(_) = item.value
        && let Some((last, Item { value: Value::Map(inner), .. })) = entries.last_mut()
        && last.text() == key.text()
        && let Value::Map(more) = item.value
    {
        inner.extend(more);
        return;
    }
    entries.push((key, item));
}

/// Makes the way to a table. Only the last entry of each map is looked at, so that many headers take no longer.
fn insert<'v, 't>(
    value: &'v mut Value<'t>,
    header: &[Excerpt<'t>],
    is_array: bool,
    span: Span,
) -> Option<&'v mut Value<'t>> {
    let mut value = value;
    for (at, key) in header.iter().enumerate() {
        let is_last = at + 1 == header.len();
        let Value::Map(entries) = value else { return None };
        let goes_on = entries.last().is_some_and(|(own, item)| {
            own.text() == key.text()
                && match &item.value {
                    Value::Map(_) => !(is_last && is_array),
                    Value::List(items) => {
                        (!is_last || is_array) && items.last().is_some_and(|last| matches!(last.value, Value::Map(_)))
                    }
                    _ => false,
                }
        });
        if !goes_on {
            let map = Item { span, value: Value::Map(Vec::new()) };
            let item = if is_last && is_array { Item { span, value: Value::List(Vec::new()) } } else { map };
            entries.push((key.clone(), item));
        }
        value = &mut entries.last_mut()?.1.value;
        if let Value::List(items) = value {
            if is_last {
                items.push(Item { span, value: Value::Map(Vec::new()) });
            }
            value = &mut items.last_mut()?.value;
        }
    }
    Some(value)
}

impl EventReceiver for Builder<'_> {
    fn std_table_open(&mut self, _: EventSpan, _: &mut dyn ErrorSink) {
        (self.in_header, self.header) = (true, Vec::new());
        self.key.clear();
    }

    fn std_table_close(&mut self, span: EventSpan, _: &mut dyn ErrorSink) {
        self.in_header = false;
        self.enter(false, span);
    }

    fn array_table_open(&mut self, _: EventSpan, _: &mut dyn ErrorSink) {
        (self.in_header, self.header) = (true, Vec::new());
        self.key.clear();
    }

    fn array_table_close(&mut self, span: EventSpan, _: &mut dyn ErrorSink) {
        self.in_header = false;
        self.enter(true, span);
    }

    fn inline_table_open(&mut self, span: EventSpan, _: &mut dyn ErrorSink) -> bool {
        let is_skipped = self.is_skipped();
        self.start(span, if is_skipped { Value::Other } else { Value::Map(Vec::new()) });
        !is_skipped
    }

    fn inline_table_close(&mut self, span: EventSpan, _: &mut dyn ErrorSink) {
        self.end(span);
    }

    fn array_open(&mut self, span: EventSpan, _: &mut dyn ErrorSink) -> bool {
        let is_skipped = self.is_skipped();
        self.start(span, if is_skipped { Value::Other } else { Value::List(Vec::new()) });
        !is_skipped
    }

    fn array_close(&mut self, span: EventSpan, _: &mut dyn ErrorSink) {
        self.end(span);
    }

    fn simple_key(&mut self, span: EventSpan, encoding: Option<Encoding>, _: &mut dyn ErrorSink) {
        let key = self.decode(span, encoding, true);
        if self.header.len() + self.key.len() >= MOST_KEYS {
            self.wrong.push((self.place(span), "keys are nested too deep"));
            return;
        }
        if self.in_header {
            self.header.push(key);
        } else {
            self.key.push(key);
        }
    }

    fn scalar(&mut self, span: EventSpan, encoding: Option<Encoding>, _: &mut dyn ErrorSink) {
        let place = self.place(span);
        let is_read = encoding.is_some() && !self.is_skipped();
        if encoding.is_none() && !is_plain_value(self.text.get(place.range()).unwrap_or_default()) {
            self.wrong.push((place, "this is no value"));
        }
        let value = if is_read { Value::Text(self.decode(span, encoding, false)) } else { Value::Other };
        self.finish(Item { span: place, value });
    }

    fn newline(&mut self, span: EventSpan, _: &mut dyn ErrorSink) {
        if self.in_header {
            self.in_header = false;
            self.wrong.push((self.place(span), "a header that is never closed"));
        }
        // A key without a value ends with its line.
        if self.open.len() < 2 && !self.in_header {
            self.key.clear();
        }
    }
}

impl Builder<'_> {
    fn end(&mut self, span: EventSpan) {
        if self.open.len() < 2 {
            return;
        }
        if let Some(done) = self.open.pop() {
            self.key = done.key;
            self.finish(Item { span: Span::new(done.span.start as usize, self.base + span.end()), value: done.value });
        }
    }
}

/// Whether a text without quotes may be a value: a boolean, a number, a date.
fn is_plain_value(text: &str) -> bool {
    let unsigned = text.trim_start_matches(['+', '-']);
    matches!(text, "true" | "false")
        || matches!(unsigned, "inf" | "nan")
        || (unsigned.starts_with(|c: char| c.is_ascii_digit())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || "+-_.: ".contains(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str, path: &[&str]) -> Vec<(String, u32)> {
        let tree = parse(text);
        let found = tree.root.at(path);
        let of = |item: &Item<'_>| item.text().map(|text| (text.text().to_owned(), text.whole().start));
        found
            .into_iter()
            .flat_map(
                |item| if item.items().is_empty() { vec![of(item)] } else { item.items().iter().map(of).collect() },
            )
            .flatten()
            .collect()
    }

    #[test]
    fn paths_are_found_however_tables_are_opened() {
        let text = "[a]\nb.c = 'x'\n[d]\n[a.b]\ne = { f = [\"y\\u007a\"] }\n";
        assert_eq!(texts(text, &["a", "b", "c"]), [("x".to_owned(), 11)]);
        assert_eq!(parse("a.b = 'x'\na.c = 'y'\n").root.at(&["a"])[0].entries().len(), 2);
        assert_eq!(texts(text, &["a", "b", "e", "f"]), [("yz".to_owned(), 36)]);
    }

    #[test]
    fn tables_beneath_arrays_of_tables_belong_to_the_last() {
        let text = "[[p]]\nname = 'a'\n[p.d]\nx = '1'\n[[p]]\nname = 'b'\n[p.d]\ny = '2'\n[[p]]\nname = 'c'\n";
        let tree = parse(text);
        let packages: Vec<_> = tree.root.at(&["p"]).into_iter().flat_map(Item::items).collect();
        let read: Vec<_> = packages.iter().map(|p| (p.text_of("name"), p.at(&["d", "*"]).len())).collect();
        assert_eq!(read, [(Some("a"), 1), (Some("b"), 1), (Some("c"), 0)]);
    }

    #[test]
    fn what_is_passed_over_has_no_value() {
        let tree = parse_without(
            "[p]\nfiles = [{ a = 'x', b = [1] }, 'y']\nname = 'n'\nd = { files = 'z', e = 'f' }\n",
            &["files"],
        );
        assert!(tree.broken.is_empty());
        assert!(tree.root.at(&["p", "files"]).is_empty());
        assert_eq!(tree.root.at(&["p", "name"])[0].text().map(Excerpt::text), Some("n"));
        assert_eq!(tree.root.at(&["p", "d", "e"])[0].text().map(Excerpt::text), Some("f"));
    }

    #[test]
    fn what_is_broken_hides_nothing_behind_it() {
        let tree = parse("[a]\nb = = 'x'\n<<<<<<< HEAD\ne = \n=======\n[c]\nd = 'y'\n");
        assert!(!tree.broken.is_empty());
        assert_eq!(tree.root.at(&["c", "d"]).len(), 1);
        for bad in ["a = [redis\"]", "a = \"x\nb = 1", "a = f", "[", "[a\nb = 1", "a = 'x", "a = 0.1.0\""] {
            assert!(!parse(bad).broken.is_empty(), "{bad}");
        }
        for good in ["a = 1", "a = -0.5e3", "a = 1979-05-27T07:32:00Z", "a = true", "a = 0x1F", "a = \"\"", ""] {
            assert_eq!(parse(good).broken, [], "{good}");
        }
        let dotted = "a.".repeat(50_000);
        for deep in [
            format!("{dotted}b = 1"),
            format!("[{dotted}b]"),
            format!("[[{dotted}b]]"),
            format!("a = {{ {dotted}b = 1 }}"),
        ] {
            assert!(!parse(&deep).broken.is_empty());
        }
        let deep = "[".repeat(10_000);
        assert!(!parse(&format!("a = {deep}")).broken.is_empty());
    }
}
