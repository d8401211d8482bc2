//! Pieces of Python and of shell that one file holds, read as one program: what one cell imports, the next one uses. Knows
//! magics and prompts; a cell that is broken is read alone, so that it hides none of the others.

use crate::excerpt::Excerpt;
use crate::readers::commands::installs;
use crate::readers::commands::words::Variables;
use crate::readers::dependencies::manifest::Manifest;
use crate::readers::python;
use crate::readers::{Detail, Sink, Unread, Wanted, comments};
use crate::span::{Span, to_u32};
use crate::surface::Surface;
use crate::text::{Positions, Text};

/// What a piece is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Python,
    Shell,
}

/// A piece of code with its number in the file.
pub(super) struct Cell {
    pub(super) language: Language,
    pub(super) index: u32,
    pub(super) code: Excerpt<'static>,
}

/// Cell magics behind which Python follows.
const PYTHON_MAGICS: [&str; 12] =
    ["time", "timeit", "capture", "prun", "python", "python3", "pypy", "memit", "mprun", "lprun", "snakeviz", "px"];
/// Line magics behind which Python follows.
const TIMING_MAGICS: [&str; 5] = ["%time", "%timeit", "%prun", "%memit", "%mprun"];
/// Line magics behind which a command follows.
const SYSTEM_MAGICS: [&str; 2] = ["%sx ", "%system "];
/// What is a magic without a sign in front, and is no Python.
const AUTOMAGICS: [&str; 5] = ["pip install", "conda install", "mamba install", "uv pip install", "uv add"];
const SHELL_MAGICS: [&str; 5] = ["bash", "sh", "script", "!", "system"];

/// Reads all pieces of a file.
pub(super) fn read(
    file: &Text<'_>,
    cells: Vec<Cell>,
    kind: &'static str,
    surface: Surface,
    wanted: &Wanted<'_>,
    detail: Detail,
    sink: &mut dyn Sink,
) {
    let mut manifest = Manifest::new(surface);
    let mut together = Excerpt::default();
    let mut parts = Vec::new();
    let mut alone = Vec::new();
    for cell in cells {
        if wanted.comments {
            // Behind magics and prompts too, which are no Python.
            python::comments::read(
                &comments::piece(file, &cell.code),
                surface == Surface::Notebooks && cell.index == 1,
                sink,
            );
        }
        match cell.language {
            Language::Shell => installs::script(&without_prompts(&cell.code), &mut Variables::default(), &mut manifest),
            Language::Python => {
                let Some(code) = without_magics(&cell.code, &mut manifest) else { continue };
                if python::is_closed(code.text()) {
                    parts.push((to_u32(together.text().len()), cell.index));
                    together.append(&code, 0..code.text().len());
                    together.push_for("\n", Span::empty(code.whole().end as usize));
                } else {
                    alone.push((code, vec![(0, cell.index)]));
                }
            }
        }
    }
    let pieces = (!parts.is_empty()).then_some((together, parts)).into_iter().chain(alone);
    for (code, parts) in pieces {
        let text = Text::taken(file, code, kind, parts);
        sink.begins();
        if surface == Surface::Docs {
            python::read_text(&text, surface, wanted, detail, &mut Lenient(sink));
        } else {
            python::read_text(&text, surface, wanted, detail, sink);
        }
    }
    manifest.hand_over(file, wanted, sink);
}

/// Code in documents is there to be read: what is broken in it runs nowhere.
struct Lenient<'s>(&'s mut dyn Sink);

impl Sink for Lenient<'_> {
    fn fact(&mut self, positions: &mut Positions<'_>, fact: &crate::fact::Fact<'_>) {
        self.0.fact(positions, fact);
    }

    fn needs_place(&mut self, fact: &crate::fact::Fact<'_>) -> bool {
        self.0.needs_place(fact)
    }

    fn worked(&mut self, tier: crate::readers::Tier, bytes: usize) {
        self.0.worked(tier, bytes);
    }

    fn unread(&mut self, _: &mut Positions<'_>, _: Unread) {}
}

/// A cell without magics and shell commands, which are taken as such; `None` when it is no Python at all.
fn without_magics(code: &Excerpt<'static>, manifest: &mut Manifest) -> Option<Excerpt<'static>> {
    let first = code.lines().find(|line| !line.text().trim().is_empty());
    let magic = first.as_ref().and_then(|line| line.text().trim().strip_prefix("%%"));
    if let Some(magic) = magic {
        let name = magic.split_whitespace().next().unwrap_or_default();
        if SHELL_MAGICS.contains(&name) {
            let at = code.text().find('\n').map_or(code.text().len(), |at| at + 1);
            installs::script(&code.part(at..code.text().len()), &mut Variables::default(), manifest);
            return None;
        }
        if !PYTHON_MAGICS.contains(&name) {
            return None;
        }
    }
    if !code.text().contains(['%', '!', '?']) && !AUTOMAGICS.iter().any(|magic| code.text().contains(magic)) {
        return Some(code.clone());
    }
    let mut python = Excerpt::default();
    let mut goes_on = false;
    let mut start = 0;
    for raw in code.text().split('\n') {
        let line = code.part(start..start + raw.trim_end_matches('\r').len());
        let content = line.text();
        let trimmed = content.trim_start();
        let indent = content.len() - trimmed.len();
        let command = if goes_on { None } else { command_at(trimmed).map(|at| start + indent + at) };
        let timed = if goes_on { None } else { timed_at(trimmed) };
        if let Some(at) = timed {
            python.append(&line, 0..indent);
            python.append(&line, indent + at..content.len());
        } else if command.is_some() || goes_on {
            if let Some(at) = command {
                let script = code.part(at..continued(code.text(), start));
                installs::script(&script, &mut Variables::default(), manifest);
            }
            goes_on = content.trim_end().ends_with('\\');
            python.append(&line, 0..indent);
            python.push_for("pass", line.whole());
        } else {
            python.append(&line, 0..content.len());
        }
        python.push_for("\n", Span::empty(line.whole().end as usize));
        start += raw.len() + 1;
    }
    Some(python)
}

/// Where a command ends that begins on the line at `start` and may go on over several.
fn continued(text: &str, start: usize) -> usize {
    let mut end = start;
    loop {
        let rest = text.get(end..).unwrap_or_default();
        let len = rest.find('\n').unwrap_or(rest.len());
        let goes_on = rest.get(..len).is_some_and(|line| line.trim_end().ends_with('\\'));
        end = (end + len + 1).min(text.len());
        if !goes_on || end >= text.len() {
            return end;
        }
    }
}

/// Where the statement begins that a line magic runs: `%time import x`, `%timeit -n 5 f()`.
fn timed_at(line: &str) -> Option<usize> {
    let (magic, _) = line.split_once(' ').filter(|(magic, _)| TIMING_MAGICS.contains(magic))?;
    let mut at = magic.len();
    loop {
        let rest = line.get(at..)?;
        at += rest.len() - rest.trim_start().len();
        let word = line.get(at..)?.split_whitespace().next()?;
        if !word.starts_with('-') {
            return Some(at);
        }
        at += word.len();
    }
}

/// Where the command of a magic line begins: `!pip`, `%pip`, `%sx pip`, `x = !pip`, `pip install`. `None` for Python.
fn command_at(line: &str) -> Option<usize> {
    if AUTOMAGICS.iter().any(|magic| line.strip_prefix(magic).is_some_and(|rest| rest.starts_with(' '))) {
        return Some(0);
    }
    if let Some(magic) = SYSTEM_MAGICS.iter().find(|magic| line.starts_with(**magic)) {
        return Some(magic.len());
    }
    if line.starts_with("!!") {
        return Some(2);
    }
    if line.starts_with(['!', '%']) {
        return Some(if line.starts_with("%%") { line.len() } else { 1 });
    }
    if line.starts_with('?') || line.trim_end().ends_with('?') {
        return Some(line.len());
    }
    let (name, rest) = line.split_once('=')?;
    let is_name = name.trim().chars().all(|c| c.is_alphanumeric() || "_, ".contains(c)) && !name.trim().is_empty();
    let behind = rest.trim_start();
    (is_name && behind.starts_with(['!', '%'])).then(|| line.len() - behind.len() + 1)
}

/// A console session without what the machine said: only lines behind `$`, `%`, `#` or `>` are commands, where there are any.
fn without_prompts(code: &Excerpt<'static>) -> Excerpt<'static> {
    let prompt = |line: &str| {
        let trimmed = line.trim_start();
        let at = line.len() - trimmed.len();
        ["$ ", "% ", "> ", "(venv) $ ", "(.venv) $ "]
            .iter()
            .find(|sign| trimmed.starts_with(**sign))
            .map(|sign| at + sign.len())
    };
    if !code.lines().any(|line| prompt(line.text()).is_some()) {
        return code.clone();
    }
    let mut commands = Excerpt::default();
    let mut goes_on = false;
    for line in code.lines() {
        let at = prompt(line.text());
        if let Some(from) = at.or(goes_on.then_some(0)) {
            commands.append(&line, from..line.text().len());
            commands.push_for("\n", Span::empty(line.whole().end as usize));
            goes_on = line.text().ends_with('\\');
        }
    }
    commands
}

/// Code of an interactive session, without prompts and without what it printed; anything else as it is.
pub(super) fn without_sessions(code: Excerpt<'static>) -> Excerpt<'static> {
    let is_prompt = |line: &str| line.trim_start().starts_with(">>>");
    if !code.lines().any(|line| is_prompt(line.text())) {
        return code;
    }
    let mut python = Excerpt::default();
    for line in code.lines() {
        let content = line.text();
        let trimmed = content.trim_start();
        let at = content.len() - trimmed.len();
        if trimmed.starts_with(">>>") || trimmed.starts_with("...") {
            let from = at + 3 + usize::from(trimmed.as_bytes().get(3) == Some(&b' '));
            python.append(&line, from..content.len());
            python.push_for("\n", Span::empty(line.whole().end as usize));
        }
    }
    python
}

/// The language of a block by the first word of what is written behind its fence.
pub(super) fn language(info: &str) -> Option<Language> {
    let word =
        info.trim().trim_start_matches('{').split(['}', ' ', ',', '\t', '{', '.']).find(|word| !word.is_empty())?;
    let word = word.to_ascii_lowercase();
    match word.as_str() {
        "python" | "py" | "python3" | "py3" | "python2" | "pycon" | "ipython" | "ipython3" | "pytb" | "testcode"
        | "doctest" | "code-cell" => Some(Language::Python),
        "sh" | "bash" | "shell" | "zsh" | "console" | "shell-session" | "bash-session" | "terminal" => {
            Some(Language::Shell)
        }
        _ => None,
    }
}
