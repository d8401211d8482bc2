//! Scripts as simple commands, read strictly: what stands in a group, a loop or a condition is told as such, and so is everything behind
//! what is not understood. Knows the grammar of POSIX shells as far as this takes; must not know what commands do.

/// What stands between two commands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Link {
    /// A new line, or the end.
    #[default]
    End,
    Semicolon,
    And,
    Or,
    Pipe,
    Background,
    Bracket,
}

/// A word without its quotes. Expansions stay as they are written.
#[derive(Clone, Debug, Default)]
pub(super) struct Word {
    pub(super) text: String,
    /// Whether something in it only the running shell knows.
    pub(super) open: bool,
    /// Whether some of it stands in quotes.
    pub(super) quoted: bool,
}

/// A simple command.
#[derive(Debug)]
pub(super) struct Simple {
    pub(super) words: Vec<Word>,
    /// Where its output goes.
    pub(super) targets: Vec<String>,
    pub(super) before: Link,
    pub(super) after: Link,
    /// The lines of the script in front of it.
    pub(super) line: u32,
    /// Why nobody can tell whether it runs.
    pub(super) doubt: Option<&'static str>,
}

/// Words that open something.
const OPENERS: [&str; 5] = ["if", "for", "while", "until", "{"];
const CLOSERS: [&str; 3] = ["fi", "done", "}"];
/// Words in the middle of something, behind which a command follows.
const MIDDLE: [&str; 5] = ["then", "do", "else", "elif", "!"];
/// Words behind which nothing is understood.
const ODD: [&str; 6] = ["case", "esac", "select", "function", "coproc", "[["];

/// Whether a word belongs to the grammar, and a command may follow.
pub(super) fn is_reserved(word: &Word) -> bool {
    let text = word.text.as_str();
    !word.quoted && (OPENERS.contains(&text) || MIDDLE.contains(&text))
}

const GROUPED: &str = "it stands in a condition, a loop or a group";

/// Takes a script apart.
pub(super) fn read(text: &str) -> Vec<Simple> {
    let mut scan = Scan { text, ..Scan::default() };
    while let Some(byte) = scan.text.as_bytes().get(scan.at).copied() {
        scan.step(byte);
    }
    scan.end_command(Link::End);
    scan.out
}

#[derive(Default)]
struct Scan<'t> {
    text: &'t str,
    at: usize,
    line: u32,
    out: Vec<Simple>,
    words: Vec<Word>,
    targets: Vec<String>,
    word: Option<Word>,
    /// The line of the first word.
    first: u32,
    /// The next word is where output goes.
    is_target: bool,
    /// The next word ends a here document, whose lines may be indented.
    is_mark: Option<bool>,
    marks: Vec<(String, bool)>,
    before: Link,
    depth: usize,
    odd: Option<&'static str>,
}

impl Scan<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn step(&mut self, byte: u8) {
        match byte {
            b' ' | b'\t' | b'\r' => {
                self.end_word();
                self.at += 1;
            }
            b'\n' => {
                self.end_command(Link::End);
                self.at += 1;
                self.line += 1;
                self.skip_documents();
            }
            b'#' if self.word.is_none() => self.at += self.rest().find('\n').unwrap_or(self.rest().len()),
            b'&' if self.rest().starts_with("&>") => self.redirect(1),
            b';' | b'&' | b'|' | b'(' | b')' => self.separate(byte),
            b'<' | b'>' => self.redirect(0),
            _ => self.in_word(byte),
        }
    }

    fn separate(&mut self, byte: u8) {
        let is_double = self.rest().as_bytes().get(1) == Some(&byte);
        if byte == b'(' && (self.word.is_some() || !self.words.is_empty()) {
            self.odd = self.odd.or(Some("a function is defined in front of it"));
        }
        let link = match byte {
            b'|' if is_double => Link::Or,
            b'&' if is_double => Link::And,
            b'|' => Link::Pipe,
            b'&' => Link::Background,
            b';' => Link::Semicolon,
            _ => Link::Bracket,
        };
        self.end_command(link);
        match byte {
            b'(' => self.depth += 1,
            b')' => self.close(),
            _ => {}
        }
        self.at += if is_double && matches!(byte, b'|' | b'&') { 2 } else { 1 };
    }

    fn close(&mut self) {
        match self.depth.checked_sub(1) {
            Some(depth) => self.depth = depth,
            None => self.odd = self.odd.or(Some("a bracket in front of it closes nothing")),
        }
    }

    fn redirect(&mut self, skipped: usize) {
        if self.word.as_ref().is_some_and(|word| word.text.bytes().all(|byte| byte.is_ascii_digit())) {
            self.word = None;
        }
        self.end_word();
        self.at += skipped;
        let rest = self.rest();
        let len = rest.len() - rest.trim_start_matches(['<', '>', '&', '|']).len();
        let sign = rest.get(..len).unwrap_or_default();
        let is_document = sign == "<<";
        let is_indented = is_document && rest.as_bytes().get(2) == Some(&b'-');
        let is_substitution = rest.as_bytes().get(len) == Some(&b'(');
        self.at += len.max(1) + usize::from(is_indented);
        if is_substitution {
            self.odd = self.odd.or(Some("a command stands in `<(…)` in front of it"));
        }
        if is_document {
            self.is_mark = Some(is_indented);
        } else {
            self.is_target = true;
        }
    }

    fn skip_documents(&mut self) {
        for (mark, is_indented) in std::mem::take(&mut self.marks) {
            loop {
                let rest = self.rest();
                if rest.is_empty() {
                    self.odd = self.odd.or(Some("a here document has no end"));
                    break;
                }
                let len = rest.find('\n').unwrap_or(rest.len());
                let line = rest.get(..len).unwrap_or_default().trim_end_matches('\r');
                let is_end = if is_indented { line.trim_start_matches('\t') == mark } else { line == mark };
                self.at += (len + 1).min(rest.len());
                self.line += 1;
                if is_end {
                    break;
                }
            }
        }
    }

    /// Takes bytes as they are.
    fn take(&mut self, len: usize) {
        let part = self.rest().get(..len).unwrap_or(self.rest()).to_owned();
        self.line += crate::span::to_u32(memchr::memchr_iter(b'\n', part.as_bytes()).count());
        self.at += part.len();
        self.word.get_or_insert_default().text.push_str(&part);
    }

    fn in_word(&mut self, byte: u8) {
        if self.words.is_empty() && self.word.is_none() {
            self.first = self.line;
        }
        match byte {
            b'\\' => self.escape(),
            b'\'' => {
                self.at += 1;
                self.word.get_or_insert_default().quoted = true;
                let len = self.closing(b'\'');
                self.take(len);
                self.at += 1;
            }
            b'"' => self.in_quotes(),
            b'$' | b'`' => self.expand(),
            _ => {
                let stops = |b: u8| b" \t\r\n;&|()<>\\'\"$`".contains(&b);
                let rest = self.rest().as_bytes();
                let more = rest.iter().skip(1).position(|b| stops(*b)).map_or(rest.len(), |at| at + 1);
                self.take(more);
            }
        }
    }

    fn escape(&mut self) {
        let rest = self.rest();
        let ends = ["\\\n", "\\\r\n"];
        if let Some(end) = ends.into_iter().find(|end| rest.starts_with(end)) {
            self.at += end.len();
            self.line += 1;
            return;
        }
        self.at += 1;
        self.word.get_or_insert_default().quoted = true;
        let len = self.rest().chars().next().map_or(0, char::len_utf8);
        self.take(len);
    }

    /// How far a quote goes.
    fn closing(&mut self, quote: u8) -> usize {
        let found = memchr::memchr(quote, self.rest().as_bytes());
        if found.is_none() {
            self.odd = self.odd.or(Some("a quote has no end"));
        }
        found.unwrap_or(self.rest().len())
    }

    fn in_quotes(&mut self) {
        self.at += 1;
        self.word.get_or_insert_default().quoted = true;
        loop {
            match self.rest().as_bytes().first() {
                Some(b'"') => {
                    self.at += 1;
                    return;
                }
                Some(b'\\') if matches!(self.rest().as_bytes().get(1), Some(b'"' | b'\\' | b'$' | b'`')) => {
                    self.at += 1;
                    self.take(1);
                }
                Some(b'\\') if self.rest().starts_with("\\\n") => self.escape(),
                Some(b'$' | b'`') => self.expand(),
                Some(_) => {
                    let len = self.rest().char_indices().skip(1).find(|(_, c)| matches!(c, '"' | '\\' | '$' | '`'));
                    let len = len.map_or(self.rest().len(), |(at, _)| at);
                    self.take(len);
                }
                None => {
                    self.odd = self.odd.or(Some("a quote has no end"));
                    return;
                }
            }
        }
    }

    /// `$NAME`, `${…}`, `$(…)`, and GitHub's `${{ … }}`, all as they are written.
    fn expand(&mut self) {
        self.word.get_or_insert_default().open = true;
        let rest = self.rest();
        let len = if rest.starts_with("${{") {
            rest.find("}}").map(|at| at + 2)
        } else if rest.starts_with("${") {
            rest.find('}').map(|at| at + 1)
        } else if rest.starts_with("$(") {
            balanced(rest)
        } else if rest.starts_with('`') {
            rest.get(1..).and_then(|rest| rest.find('`')).map(|at| at + 2)
        } else {
            Some(1)
        };
        let odd = match len {
            None => Some("an expansion has no end"),
            Some(_) if rest.starts_with("$'") => Some("`$'…'` in front of it is not read"),
            Some(_) => None,
        };
        let len = len.unwrap_or(rest.len());
        self.odd = self.odd.or(odd);
        self.take(len);
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        if let Some(is_indented) = self.is_mark.take() {
            self.marks.push((word.text, is_indented));
        } else if std::mem::take(&mut self.is_target) {
            self.targets.push(word.text);
        } else {
            self.words.push(word);
        }
    }

    fn end_command(&mut self, link: Link) {
        self.end_word();
        let is_empty = self.words.is_empty();
        if !is_empty {
            self.keep(link);
            self.before = link;
        } else if link != Link::End {
            // `) || x`: what follows depends on the group.
            self.before = link;
        } else if !matches!(self.before, Link::And | Link::Or | Link::Pipe) {
            self.before = Link::End;
        }
        self.targets.clear();
        self.is_target = false;
    }

    fn keep(&mut self, after: Link) {
        let words = std::mem::take(&mut self.words);
        let lead = words.iter().take_while(|word| is_reserved(word)).count();
        for word in words.iter().take(lead + 1).filter(|word| !word.quoted) {
            match word.text.as_str() {
                text if OPENERS.contains(&text) => self.depth += 1,
                text if ODD.contains(&text) => {
                    self.odd = self.odd.or(Some("the script has `case`, `[[` or a function in front of it"));
                }
                _ => {}
            }
        }
        let in_front = match self.before {
            Link::And => Some("what stands in front of `&&` decides whether it runs"),
            Link::Or => Some("what stands in front of `||` decides whether it runs"),
            Link::Pipe => Some("it stands behind a pipe"),
            _ => None,
        };
        let turned = words.first().is_some_and(|word| word.text == "!" && !word.quoted);
        let turned = turned.then_some("`!` turns its exit code around");
        let grouped = (self.depth > 0 || lead > 0).then_some(GROUPED);
        let doubt = self.odd.or(turned).or(grouped).or(in_front);
        if words.first().is_some_and(|word| !word.quoted && CLOSERS.contains(&word.text.as_str())) {
            self.close();
        }
        let (before, targets) = (self.before, std::mem::take(&mut self.targets));
        self.out.push(Simple { words, targets, before, after, line: self.first, doubt });
    }
}

/// How far `$(…)` goes; `None` where that is not clear.
fn balanced(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0_usize, None);
    for (at, byte) in text.bytes().enumerate() {
        match (byte, quote) {
            (b'\\', _) => return None,
            (b'\'' | b'"', None) => quote = Some(byte),
            (own, Some(open)) if own == open => quote = None,
            (b'(', None) => depth += 1,
            (b')', None) => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}
