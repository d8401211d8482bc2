//! What commands install. Knows wrappers, interpreters and the table of installers; must not know where commands stand.

use super::installers::{INSTALLERS, Installer, Means, Takes, WRAPPERS};
use super::requirement_words::{MEANT, poetry_requirement, requirement, system, tool_requirement};
use super::words::{Command, Variables, Word, commands};
use crate::excerpt::Excerpt;
use crate::readers::dependencies::conda;
use crate::readers::dependencies::manifest::Manifest;
use crate::span::Span;

/// Scripts handed to shells are read so deep.
const MAX_DEPTH: usize = 6;
/// So many words are looked at for a command that another program runs.
const MOST_WORDS: usize = 64;
/// Programs that take a script as an argument.
const SHELLS: [&str; 9] = ["sh", "bash", "zsh", "dash", "ash", "ksh", "eval", "su", "ssh"];
/// Programs that run a command in a container.
const ENTERING: [&str; 8] = ["docker", "podman", "nerdctl", "kubectl", "oc", "docker-compose", "lxc", "singularity"];
const TOO_DEEP: &str = "scripts within scripts are nested too deep to be read";

/// Takes everything that a script installs.
pub(in crate::readers) fn script(text: &Excerpt<'_>, variables: &mut Variables, manifest: &mut Manifest) {
    deeper(text, variables, manifest, 0);
}

fn deeper(text: &Excerpt<'_>, variables: &mut Variables, manifest: &mut Manifest, depth: usize) {
    // Without one of these words nothing is installed.
    if !["install", "add", "uv", "pip", "conda", "mamba", "create"].iter().any(|word| text.text().contains(word)) {
        return;
    }
    for command in commands(text, variables) {
        if command.too_deep {
            manifest.unread(command.span, TOO_DEEP);
            continue;
        }
        one(&command, variables, manifest, depth);
    }
}

/// Takes what one command installs, given as its words.
pub(in crate::readers) fn words(words: Vec<Word>, span: Span, manifest: &mut Manifest) {
    one(&Command { words, span, fed: None, too_deep: false }, &mut Variables::default(), manifest, 0);
}

fn one(command: &Command, variables: &mut Variables, manifest: &mut Manifest, depth: usize) {
    let words = unwrapped(&command.words);
    let Some(first) = words.first() else { return };
    let program = program(first.text.text());
    if SHELLS.contains(&program) {
        if depth >= MAX_DEPTH {
            manifest.unread(command.span, TOO_DEEP);
            return;
        }
        // A script as an argument (`sh -c "..."`), or fed by a here document.
        let inner = words.iter().skip(1).filter(|word| word.text.text().contains(' '));
        for word in inner {
            deeper(&word.text, variables, manifest, depth + 1);
        }
        if let Some(fed) = &command.fed {
            deeper(fed, variables, manifest, depth + 1);
        }
        return;
    }
    // `docker run image sh -c "..."`, `docker exec name pip install x`.
    if let Some(from) = handed_on(program, words).filter(|_| depth < MAX_DEPTH) {
        let words = words.get(from..).unwrap_or_default().to_vec();
        one(&Command { words, span: command.span, fed: None, too_deep: false }, variables, manifest, depth + 1);
        return;
    }
    let own;
    let words = match module_of(words) {
        Some((from, None)) => words.get(from..).unwrap_or_default(),
        Some((from, Some(module))) => {
            own = std::iter::once(module)
                .chain(words.get(from..).unwrap_or_default().iter().cloned())
                .collect::<Vec<_>>();
            &own
        }
        None => words,
    };
    let Some((installer, from)) = installer(words) else { return };
    let rest = words.get(from..).unwrap_or_default();
    take(installer, rest, command, variables, manifest, depth);
}

/// Where a command begins that another program runs: a shell with a script behind `-c`, or, behind a program that enters
/// containers, an installer.
fn handed_on(program: &str, words: &[Word]) -> Option<usize> {
    let text = |at: usize| words.get(at).map(|word| word.text.text()).unwrap_or_default();
    let has_script =
        |at: usize| text(at + 1).starts_with('-') && text(at + 1).contains('c') && text(at + 2).contains(' ');
    let is_shell = |at: &usize| SHELLS.contains(&self::program(text(*at))) && has_script(*at);
    let enters = ENTERING.contains(&program);
    let is_installer = |at: &usize| {
        enters
            && (module_of(words.get(*at..).unwrap_or_default()).is_some()
                || installer(words.get(*at..).unwrap_or_default()).is_some())
    };
    (1..words.len().min(MOST_WORDS)).find(|at| is_shell(at) || is_installer(at))
}

/// Words without those in front that only run the others.
fn unwrapped(mut words: &[Word]) -> &[Word] {
    while let Some(first) = words.first() {
        let text = first.text.text();
        let is_assignment = text
            .split_once('=')
            .is_some_and(|(name, _)| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
        if is_assignment {
            words = words.get(1..).unwrap_or_default();
            continue;
        }
        // `function f { pip ...; }`
        if text == "function" {
            words = words.get(2..).unwrap_or_default();
            continue;
        }
        let wrapper = WRAPPERS.iter().find(|(name, _)| *name == program(text));
        let Some((name, values)) = wrapper else { break };
        let mut at = 1;
        while let Some(word) = words.get(at).map(|word| word.text.text()).filter(|word| word.starts_with('-')) {
            // `-Hu app` is `-H -u app`.
            let bundled =
                word.get(word.len().saturating_sub(1)..).filter(|_| word.len() > 2 && !word.starts_with("--"));
            let takes_value = |last: &str| values.iter().any(|value| value.strip_prefix('-') == Some(last));
            at += 1 + usize::from(values.contains(&word) || bundled.is_some_and(takes_value));
        }
        // `timeout 60 pip ...`, `chroot /x pip ...`, `gosu user pip ...`
        at += usize::from(matches!(*name, "timeout" | "chroot" | "gosu" | "su-exec"));
        // `retry 3 pip ...`
        let is_count = |word: &Word| !word.text.is_empty() && word.text.text().bytes().all(|b| b.is_ascii_digit());
        at += usize::from(name.ends_with("retry") && words.get(at).is_some_and(is_count));
        words = words.get(at..).unwrap_or_default();
    }
    words
}

/// The name of a program without its folder and the suffix of Windows.
fn program(text: &str) -> &str {
    let name = text.rsplit(['/', '\\']).next().unwrap_or(text).trim_start_matches('@');
    name.strip_suffix(".exe").or_else(|| name.strip_suffix(".EXE")).unwrap_or(name)
}

/// Behind `python -m`: where the module's name stands, or the words behind it where it is glued (`-mpip`). An interpreter by a
/// variable counts too (`$PYTHON -m pip`).
fn module_of(words: &[Word]) -> Option<(usize, Option<Word>)> {
    let first = words.first()?;
    let text = program(first.text.text());
    let is_interpreter = text.starts_with("python")
        || text.starts_with("pypy")
        || text == "py"
        || first.open
        || text.contains("python}")
        || text.contains("sys.executable")
        || text.contains("PYTHON");
    if !is_interpreter {
        return None;
    }
    let mut is_value = false;
    for (at, word) in words.iter().enumerate().skip(1) {
        let text = word.text.text();
        if !text.starts_with('-') && !is_value {
            break;
        }
        is_value = matches!(text, "-W" | "-X");
        // `-m`, `-Im`, `-mpip`.
        let Some(sign) = text.find('m').filter(|sign| {
            text.get(1..*sign).is_some_and(|own| own.chars().all(|c| c.is_ascii_uppercase() || "sux".contains(c)))
        }) else {
            continue;
        };
        let glued =
            (sign + 1 < text.len()).then(|| Word { text: word.text.part(sign + 1..text.len()), open: word.open });
        return Some((at + 1, glued));
    }
    None
}

/// The installer that words call, and where its arguments begin. Options may stand between its words.
fn installer(words: &[Word]) -> Option<(&'static Installer, usize)> {
    let mut best: Option<(&'static Installer, usize)> = None;
    for installer in INSTALLERS {
        let mut at = 0;
        let mut rest = installer.words.iter();
        let fits_first = rest.next().is_some_and(|name| words.first().is_some_and(|word| is_called(word, name)));
        if !fits_first {
            continue;
        }
        at += 1;
        let mut fits = true;
        for name in rest {
            while words.get(at).is_some_and(|word| word.text.text().starts_with('-')) {
                let text = words.get(at).map(|word| word.text.text()).unwrap_or_default();
                at += 1 + usize::from(!text.contains('=') && takes_value(installer, text));
            }
            if words.get(at).is_none_or(|word| word.text.text() != *name) {
                fits = false;
                break;
            }
            at += 1;
        }
        if fits && best.is_none_or(|(other, _)| other.words.len() < installer.words.len()) {
            best = Some((installer, at));
        }
    }
    best
}

/// `pip`, `pip3`, `pip3.11`, `.venv/bin/pip`, `pip.exe`.
fn is_called(word: &Word, name: &str) -> bool {
    let text = program(word.text.text());
    // `$PIP` and `$(command -v pip3)` are what they are called.
    if word.open && name == "pip" && word.text.text().to_ascii_lowercase().contains("pip") {
        return true;
    }
    match text.strip_prefix(name) {
        Some("") => true,
        Some(version) => {
            matches!(name, "pip" | "easy_install")
                && version.trim_start_matches('-').chars().all(|c| c.is_ascii_digit() || c == '.')
        }
        None => false,
    }
}

/// Whether a list of options holds one.
fn has(options: &str, option: &str) -> bool {
    options.split_whitespace().any(|own| own == option)
}

fn takes_value(installer: &Installer, option: &str) -> bool {
    installer.values.iter().any(|values| has(values, option))
        || installer.options.iter().copied().flatten().any(|(name, _)| *name == option)
}

/// What an option means, with its full name: long ones may be cut short where the tool lets them.
fn meaning(installer: &Installer, option: &str) -> Option<Means> {
    let of = |name: &str| {
        let known = installer.options.iter().copied().flatten().find(|(own, _)| *own == name).map(|(_, means)| *means);
        known.or_else(|| installer.values.iter().any(|values| has(values, name)).then_some(Means::Other))
    };
    let exact = of(option);
    // What may be a flag takes nothing away from what follows.
    let is_flag = installer.flags.is_none_or(|flags| flags.split_whitespace().any(|own| own.starts_with(option)));
    if exact.is_some() || is_flag || !option.starts_with("--") || option.len() < 4 {
        return exact;
    }
    let by_start =
        installer.options.iter().copied().flatten().find(|(own, _)| own.starts_with(option)).map(|(_, means)| *means);
    let is_other =
        || installer.values.iter().flat_map(|values| values.split_whitespace()).any(|own| own.starts_with(option));
    by_start.or_else(|| is_other().then_some(Means::Other))
}

fn take(
    installer: &Installer,
    words: &[Word],
    command: &Command,
    variables: &mut Variables,
    manifest: &mut Manifest,
    depth: usize,
) {
    let mut positional: Vec<&Word> = Vec::new();
    let mut tool = None;
    let mut at = 0;
    let mut options_are_over = false;
    while let Some(word) = words.get(at) {
        let text = word.text.text();
        at += 1;
        if options_are_over || !text.starts_with('-') || text == "-" {
            positional.push(word);
            // What follows belongs to the command that is run.
            if matches!(installer.takes, Takes::Tool | Takes::Command) {
                positional.extend(words.get(at..).unwrap_or_default());
                break;
            }
            continue;
        }
        if text == "--" {
            options_are_over = true;
            continue;
        }
        let Some((means, value)) = option(installer, word, words.get(at), &mut at) else { continue };
        match means {
            Means::File => manifest.include_by_command(&value.text, false),
            Means::Constraints => manifest.include_by_command(&value.text, true),
            Means::Editable => manifest.editable(&value.text, command.span, MEANT),
            Means::Requirement => requirement(&value, command.span, manifest),
            Means::Requirements => {
                for part in listed(&value.text) {
                    requirement(&Word { text: part, open: value.open }, command.span, manifest);
                }
            }
            Means::Files => {
                for part in listed(&value.text) {
                    manifest.include_by_command(&part, false);
                }
            }
            Means::Tool => {
                requirement(&value, command.span, manifest);
                tool = Some(value);
            }
            Means::Other => {}
        }
    }
    match installer.takes {
        Takes::Requirements => positional.iter().for_each(|word| requirement(word, command.span, manifest)),
        Takes::Behind => positional.iter().skip(1).for_each(|word| requirement(word, command.span, manifest)),
        Takes::Tool if tool.is_none() => {
            positional.iter().take(1).for_each(|word| tool_requirement(word, command.span, manifest));
        }
        Takes::Poetry => positional.iter().for_each(|word| poetry_requirement(word, command.span, manifest)),
        Takes::Conda => {
            for word in positional {
                if word.open || word.text.text().contains("${") {
                    manifest.open(word.text.whole(), command.span, MEANT);
                } else {
                    conda::require(&word.text, command.span, MEANT, manifest);
                }
            }
        }
        Takes::System => positional.iter().for_each(|word| system(word, command.span, manifest)),
        Takes::Files => positional.iter().for_each(|word| manifest.include_by_command(&word.text, false)),
        Takes::Command if depth < MAX_DEPTH => {
            let words = positional.into_iter().cloned().collect();
            one(&Command { words, span: command.span, fed: None, too_deep: false }, variables, manifest, depth + 1);
        }
        Takes::Command | Takes::Tool | Takes::Nothing => {}
    }
}

/// An option that takes a value, and the value: behind `=`, in the same word, or in the next one.
fn option(installer: &Installer, word: &Word, next: Option<&Word>, at: &mut usize) -> Option<(Means, Word)> {
    let text = word.text.text();
    let cut = |from: usize| Word { text: word.text.part(from..text.len()), open: word.open };
    if text.starts_with("--") {
        let (name, value) = text.split_once('=').map_or((text, None), |(name, _)| (name, Some(name.len() + 1)));
        let means = meaning(installer, name)?;
        return Some(if let Some(from) = value {
            (means, cut(from))
        } else {
            *at += 1;
            (means, next.cloned()?)
        });
    }
    // `-qUr file` and `-rfile`.
    for (offset, letter) in text.char_indices().skip(1) {
        if let Some(means) = meaning(installer, &format!("-{letter}")) {
            let from = offset + letter.len_utf8();
            if from < text.len() {
                let from = from + usize::from(text.get(from..).is_some_and(|rest| rest.starts_with('=')));
                return Some((means, cut(from)));
            }
            *at += 1;
            return Some((means, next.cloned()?));
        }
    }
    None
}

/// Parts between commas, but for those within brackets and in front of a version.
fn listed(text: &Excerpt<'static>) -> Vec<Excerpt<'static>> {
    let mut parts = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    let content = text.text();
    for (at, c) in content.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                let rest = content.get(at + 1..).unwrap_or_default().trim_start();
                if !rest.starts_with(['!', '=', '<', '>', '~']) {
                    parts.push(text.part(start..at).trim());
                    start = at + 1;
                }
            }
            _ => {}
        }
    }
    parts.push(text.part(start..content.len()).trim());
    parts
}
