//! Shell scripts as commands of words, with the way back to the text. Knows quotes, expansions, separators and here
//! documents as POSIX shells have them; nothing is ever run. Must not know what commands do.

mod assignments;
mod expansions;
mod redirections;
mod variables;

use crate::excerpt::Excerpt;
use crate::span::Span;
pub(in crate::readers) use variables::Variables;

/// A word of a command.
#[derive(Clone, Debug, Default)]
pub(in crate::readers) struct Word {
    /// Without quotes; known variables are put in.
    pub(in crate::readers) text: Excerpt<'static>,
    /// Whether something in it only the running shell knows.
    pub(in crate::readers) open: bool,
}

/// Scripts within scripts are read so deep.
const MAX_DEPTH: usize = 8;
/// A simple command.
pub(in crate::readers) struct Command {
    pub(in crate::readers) words: Vec<Word>,
    /// From its first to its last word.
    pub(in crate::readers) span: Span,
    /// What a here document feeds it.
    pub(in crate::readers) fed: Option<Excerpt<'static>>,
    /// Whether this is a script within scripts, too deep to be read.
    pub(in crate::readers) too_deep: bool,
}

/// Takes a script apart; assignments are remembered in `variables`.
pub(in crate::readers) fn commands(script: &Excerpt<'_>, variables: &mut Variables) -> Vec<Command> {
    let mut out = Vec::new();
    let mut put_in = 0;
    Splitter::new(script, variables, &mut out, 0, &mut put_in).run();
    out
}

/// The words of one line of options, as Python's `shlex` splits it: quotes and backslashes alone have a meaning.
pub(in crate::readers) fn words(line: &Excerpt<'_>) -> Vec<Word> {
    let (mut variables, mut out, mut put_in) = (Variables::default(), Vec::new(), 0);
    let mut splitter = Splitter::new(line, &mut variables, &mut out, 0, &mut put_in);
    splitter.is_plain = true;
    splitter.run();
    out.into_iter().flat_map(|command| command.words).collect()
}

/// The words of one line of options, as text: what a shell would hand over if it expanded nothing.
#[must_use]
pub fn option_words(line: &str) -> Vec<String> {
    words(&Excerpt::verbatim(line, 0)).iter().map(|word| word.text.text().to_owned()).collect()
}

struct Splitter<'s, 'v> {
    script: &'s Excerpt<'s>,
    bytes: &'s [u8],
    at: usize,
    variables: &'v mut Variables,
    out: &'v mut Vec<Command>,
    words: Vec<Word>,
    word: Option<Word>,
    /// Where the command's first word starts, and the last one ends.
    range: Option<(usize, usize)>,
    heredocs: Vec<(String, bool)>,
    /// The command that waits for here documents.
    waiting: Option<usize>,
    depth: usize,
    put_in: &'v mut usize,
    /// How many branches and loops are open.
    branches: usize,
    /// Whether what follows depends on whether something else succeeded.
    is_conditional: bool,
    /// How many here documents had no end.
    endless: usize,
    /// Whether quotes and backslashes alone have a meaning.
    is_plain: bool,
}

impl<'s, 'v> Splitter<'s, 'v> {
    fn new(
        script: &'s Excerpt<'s>,
        variables: &'v mut Variables,
        out: &'v mut Vec<Command>,
        depth: usize,
        put_in: &'v mut usize,
    ) -> Self {
        let bytes = script.text().as_bytes();
        let (words, heredocs) = (Vec::new(), Vec::new());
        Self {
            script,
            bytes,
            at: 0,
            variables,
            out,
            words,
            word: None,
            range: None,
            heredocs,
            waiting: None,
            depth,
            put_in,
            branches: 0,
            is_conditional: false,
            endless: 0,
            is_plain: false,
        }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn rest(&self) -> &'s str {
        self.script.text().get(self.at..).unwrap_or_default()
    }

    fn run(mut self) {
        while self.at < self.bytes.len() {
            self.step();
        }
        self.end_command();
    }

    fn step(&mut self) {
        match self.peek(0) {
            b if self.is_plain && !b.is_ascii_whitespace() => self.in_word(),
            b' ' | b'\t' | b'\r' => {
                self.end_word();
                self.at += 1;
            }
            b'\n' => {
                self.end_command();
                self.is_conditional = false;
                self.at += 1;
                self.feed();
            }
            b'#' if self.word.is_none() => {
                self.at += self.rest().find('\n').unwrap_or(self.rest().len());
            }
            // `2>&1` and `&>file` are redirections.
            b'&' if self.peek(1) == b'>' => self.redirect(1),
            b'(' if self.array() => {}
            b @ (b';' | b'(' | b')' | b'|' | b'&') => {
                self.end_command();
                let is_logic = matches!(b, b'|' | b'&') && self.peek(1) == b;
                self.is_conditional = is_logic;
                self.at += 1 + usize::from(is_logic);
            }
            b'<' | b'>' => self.redirect(0),
            _ => self.in_word(),
        }
    }

    fn take(&mut self, len: usize) {
        let (start, end) = (self.at, (self.at + len).min(self.bytes.len()));
        let text = self.script.part(start..end);
        let word = self.word.get_or_insert_default();
        word.text.append(&text, 0..text.text().len());
        self.at = end;
    }

    fn in_word(&mut self) {
        if self.word.is_none() && self.range.is_none() {
            self.range = Some((self.at, self.at));
        }
        match self.peek(0) {
            b'\\' if self.peek(1) == b'\n' => self.at += 2,
            b'\\' if self.peek(1) == b'\r' && self.peek(2) == b'\n' => self.at += 3,
            b'\\' => {
                self.at += 1;
                let len = self.rest().chars().next().map_or(0, char::len_utf8);
                self.word.get_or_insert_default();
                self.take(len);
            }
            b'\'' => {
                self.at += 1;
                self.word.get_or_insert_default();
                let len = self.rest().find('\'').unwrap_or(self.rest().len());
                self.take(len);
                self.at += 1;
            }
            b'"' => self.in_quotes(),
            b'$' if !self.is_plain && self.peek(1) == b'\'' => self.in_escaped_quotes(),
            b'$' if !self.is_plain && self.peek(1) == b'"' => {
                self.at += 1;
                self.in_quotes();
            }
            b'$' if !self.is_plain => self.expand(false),
            b'`' if !self.is_plain => self.backticks(),
            _ => {
                let len = self
                    .rest()
                    .find([' ', '\t', '\r', '\n', ';', '(', ')', '|', '&', '<', '>', '\\', '\'', '"', '$', '`']);
                self.take(len.unwrap_or(self.rest().len()).max(1));
            }
        }
        if let Some((_, end)) = &mut self.range {
            *end = self.at;
        }
    }

    /// `$'...'`, in which a backslash escapes quotes.
    fn in_escaped_quotes(&mut self) {
        self.at += 2;
        self.word.get_or_insert_default();
        while self.at < self.bytes.len() {
            match self.peek(0) {
                b'\'' => break,
                b'\\' => {
                    self.at += 1;
                    let len = self.rest().chars().next().map_or(0, char::len_utf8);
                    self.take(len);
                }
                _ => {
                    let len = self.rest().find(['\'', '\\']).unwrap_or(self.rest().len());
                    self.take(len.max(1));
                }
            }
        }
        self.at += 1;
    }

    fn in_quotes(&mut self) {
        self.at += 1;
        self.word.get_or_insert_default();
        while self.at < self.bytes.len() {
            match self.peek(0) {
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' if self.peek(1) == b'\n' => self.at += 2,
                b'\\' if matches!(self.peek(1), b'"' | b'\\' | b'$' | b'`') => {
                    self.at += 1;
                    self.take(1);
                }
                b'\\' => self.take(1),
                b'$' if !self.is_plain => self.expand(true),
                b'`' if !self.is_plain => self.backticks(),
                _ => {
                    let len = self.rest().find(['"', '\\', '$', '`']).unwrap_or(self.rest().len());
                    self.take(len.max(1));
                }
            }
        }
    }

    fn end_word(&mut self) {
        if let Some(word) = self.word.take() {
            self.words.push(word);
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        let words = std::mem::take(&mut self.words);
        let range = self.range.take();
        if words.is_empty() {
            // A here document may feed nothing but a redirection.
            return;
        }
        self.remember(&words);
        let span = range.map(|(start, end)| self.script.span(start..end)).unwrap_or_default();
        self.out.push(Command { words, span, fed: None, too_deep: false });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(script: &str) -> Vec<Vec<String>> {
        let commands = commands(&Excerpt::verbatim(script, 0), &mut Variables::default());
        commands.iter().map(|c| c.words.iter().map(|w| w.text.text().to_owned()).collect()).collect()
    }

    #[test]
    fn commands_end_where_shells_end_them() {
        assert_eq!(split("a b && c; d | e # f\ng"), [vec!["a", "b"], vec!["c"], vec!["d"], vec!["e"], vec!["g"]]);
        assert_eq!(
            split("pip install 'a>=1' \"b\\\"c\" d\\ e \\\n  f"),
            [vec!["pip", "install", "a>=1", "b\"c", "d e", "f"]]
        );
        assert_eq!(split("a>=1 b 2>&1 >x c"), [vec!["a", "b", "c"]]);
        assert_eq!(split("x <<EOF y\nz\nEOF\nw"), [vec!["x", "y"], vec!["w"]]);
        assert_eq!(split("(cd x && a)"), [vec!["cd", "x"], vec!["a"]]);
    }

    #[test]
    fn known_variables_are_put_in() {
        assert_eq!(split("P='a b'\nx $P \"$P\" ${P} ${Q:-d}")[1], ["x", "a", "b", "a b", "a", "b", "d"]);
        assert_eq!(split("for p in a b; do x $p \"$p\"; done")[1], ["do", "x", "a", "b", "a", "b"]);
        assert_eq!(split("P=(a 'b c')\nP+=(d)\nx \"${P[@]}\"")[0], ["x", "a", "b", "c", "d"]);
        assert_eq!(split("P=a\nP+=b\nx $P")[2], ["x", "ab"]);
        assert_eq!(split("if t; then P=a; else P=b; fi\nx $P").last().unwrap(), &["x", "a", "b"]);
        assert_eq!(split("P=a\nfor x in y; do if t; then z; fi; P=b; done; x $P").last().unwrap(), &["x", "a", "b"]);
        assert_eq!(split("P=a; t && P=b; x $P").last().unwrap(), &["x", "a", "b"]);
        assert_eq!(split("P=a; x $P; P=b; x $P").last().unwrap(), &["x", "b"]);
        assert_eq!(split("x $'a\\'b' c")[0], ["x", "a'b", "c"]);
        assert_eq!(split("let x=1<<3\ny z").last().unwrap(), &["y", "z"]);
        let mut variables = Variables::default();
        let found = commands(&Excerpt::verbatim("x a$Q $(y b)", 0), &mut variables);
        assert_eq!(found[0].words[1].text.text(), "b");
        assert!(found[1].words[1].open && found[1].words[2].open);
    }

    #[test]
    fn words_lead_back() {
        let script = "pip install \\\n  \"requests\"";
        let found = commands(&Excerpt::verbatim(script, 0), &mut Variables::default());
        let span = found[0].words[2].text.whole();
        assert_eq!(&script[span.range()], "requests");
    }

    #[test]
    fn nothing_takes_longer_than_it_should() {
        for script in [
            "$(".repeat(5_000),
            "`".repeat(5_000),
            "\"$(".repeat(3_000),
            "((((".repeat(5_000),
            "<<".repeat(5_000),
            "x=$x$x;".repeat(5_000),
        ] {
            split(&script);
        }
        let bomb: String =
            (1..64).fold("a0=xxxxxxxxxx;".to_owned(), |text, n| format!("{text}a{n}=$a{}$a{};", n - 1, n - 1));
        split(&bomb);
    }
}
