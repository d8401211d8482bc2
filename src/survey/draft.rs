//! A first policy as text, with a comment beside every line that says what it is for. Knows how policies are written; must
//! not know how they are judged.

use super::layout::Suggested;
use super::places::{exclude, python};
use super::scalar::{comment, glob, scalar};
use super::wrappers::{Family, Usage, Wrapper};
use super::{Library, Survey};
use crate::repo_path::RepoPath;
use crate::report::Counts;
use std::fmt::Write as _;

/// Whether a pack is pulled in by a first policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stance {
    /// What it says holds for everybody.
    Taken,
    /// It is a matter of taste, which a team decides.
    Offered,
}

/// A pack, and what it would find today.
#[derive(Clone, Debug)]
pub struct Tried {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// Whether it is pulled in.
    pub stance: Stance,
    /// What it would find.
    pub counts: Counts,
}

/// Everything that a first policy is made of.
pub struct Draft<'d> {
    /// What the tree looks like.
    pub survey: &'d Survey,
    /// The version of the tool, without its last number.
    pub version: &'d str,
    /// Third-party libraries that are imported.
    pub libraries: &'d [Library],
    /// Where modules start.
    pub suggested: &'d Suggested,
    /// Whether `src` is a root by itself.
    pub has_src: bool,
    /// Packs and what they would find.
    pub packs: &'d [Tried],
    /// Families and how they are used.
    pub families: &'d [(&'static Family, Usage)],
    /// Files in which something could not be read, and what.
    pub unread: &'d [(RepoPath, String)],
    /// How many imports no manifest declares, and how many requirements nothing imports.
    pub undeclared: (usize, usize),
}

/// A list of libraries that is longer than this helps nobody.
const MOST_LIBRARIES: usize = 80;
/// Modules that may be meant, as far as they are told.
const MOST_WRAPPERS: usize = 3;
/// Names that a wrapper hands out, as far as they are told.
const MOST_HANDED: usize = 5;
/// Files that cannot be read, as far as they are listed.
const MOST_UNREAD: usize = 10;
/// Where lists are broken, in characters.
const LINE: usize = 100;

impl Draft<'_> {
    /// The whole policy.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = self.head();
        self.packs(&mut text);
        python(self.suggested, self.has_src, true, &mut text);
        exclude(self.suggested, true, &mut text);
        self.unanalysed(&mut text);
        self.rules(&mut text);
        text
    }

    /// How many rules of its own the policy has.
    #[must_use]
    pub fn own_rules(&self) -> usize {
        self.families
            .iter()
            .map(|(_, usage)| active(usage).map_or(0, |wrapper| 1 + usize::from(!others(usage, wrapper).is_empty())))
            .sum()
    }

    fn head(&self) -> String {
        let code = self.survey.code().count();
        format!(
            "# What this team has agreed on. `policy check` enforces it; `policy explain RULE` tells about a rule.\n\
             # Written by `policy init` from what it saw: {}, {} imported, {}.\n\
             # Change whatever the team has not agreed on.\n\
             version: 1\n\
             requires: \">={}\" # the version of the tool\n",
            count(code, "Python file", "Python files"),
            count(self.libraries.len(), "library", "libraries"),
            count(self.survey.manifests(), "manifest", "manifests"),
            self.version,
        )
    }

    fn packs(&self, text: &mut String) {
        let _ = writeln!(
            text,
            "\n# Rules that come with the tool. `policy explain pack:NAME` tells what is in one.\nextends:"
        );
        for pack in &self.packs_of(Stance::Taken) {
            let _ = writeln!(text, "  - pack:{} # {}: {}", pack.name, today(pack.counts), first_lower(pack.about));
        }
        for pack in &self.packs_of(Stance::Offered) {
            let _ = writeln!(text, "  # - pack:{} # {}: {}", pack.name, today(pack.counts), first_lower(pack.about));
        }
    }

    fn packs_of(&self, stance: Stance) -> Vec<&Tried> {
        self.packs.iter().filter(|pack| pack.stance == stance).collect()
    }

    /// What nobody could read ends every run with 2, until somebody says that it is expected.
    fn unanalysed(&self, text: &mut String) {
        let listed: Vec<(String, &str)> =
            self.unread.iter().filter_map(|(path, what)| Some((glob(path, false)?, what.as_str()))).collect();
        if listed.is_empty() {
            return;
        }
        text.push_str("\n# Something in these files cannot be read, so runs end with 2. Mend them, or say that it is expected:\n# unanalysed:\n");
        for (path, what) in listed.iter().take(MOST_UNREAD) {
            let _ = writeln!(text, "#   - {{ in: {path}, why: expected }} # {}", comment(what));
        }
        if let Some(more) = listed.len().checked_sub(MOST_UNREAD).filter(|more| *more > 0) {
            let _ = writeln!(text, "# and {more} more, which `policy check` tells");
        }
    }

    fn rules(&self, text: &mut String) {
        let used = self.families.iter().filter(|(_, usage)| !usage.libraries.is_empty());
        let mut parts: Vec<Part> = used
            .flat_map(|(family, usage)| match active(usage) {
                Some(wrapper) => decided(family, usage, wrapper),
                None => vec![open(family, usage)],
            })
            .collect();
        parts.push(self.declared());
        parts.extend(self.approved());
        // Without a rule that holds, the key itself waits to be uncommented, and comments stay comments then.
        let waits = !parts.iter().any(|part| part.holds);
        let mark = if waits { "# " } else { "" };
        text.push_str("\n# One decision of the team each: what is forbidden, what to use instead, and why.\n");
        let _ = writeln!(text, "{mark}rules:");
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                let _ = writeln!(text, "{}", mark.trim_end());
            }
            if !part.why.is_empty() {
                let _ = writeln!(text, "{mark}  # {}", part.why);
            }
            let own = if part.holds || waits { "" } else { "# " };
            for line in part.rule.lines() {
                let _ = writeln!(text, "{mark}  {own}{line}");
            }
        }
    }

    /// What only a tool can say that sees code and manifests.
    fn declared(&self) -> Part {
        let (undeclared, unused) = self.undeclared;
        let why = format!(
            "Imports that no manifest declares (today {undeclared}), and requirements that nothing imports (today {unused}):"
        );
        let rule = "declared-and-used:\n  require: [declared, used]\n  level: warn\n".to_owned();
        Part { why, rule, holds: false }
    }

    /// Whatever is imported today, and nothing else.
    fn approved(&self) -> Option<Part> {
        if self.libraries.is_empty() || self.libraries.len() > MOST_LIBRARIES {
            return None;
        }
        let mut names: Vec<&str> = self.libraries.iter().map(|library| library.top.as_str()).collect();
        names.sort_unstable();
        let words = ["stdlib", "first-party"].into_iter().map(str::to_owned).chain(names.into_iter().map(scalar));
        let mut rule = "approved-libraries:\n  allow-only:\n".to_owned();
        let mut line = "    import: [".to_owned();
        for (at, word) in words.enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            if line.chars().count() + word.chars().count() > LINE {
                let _ = writeln!(rule, "{line},");
                line = format!("      {word}");
            } else {
                let _ = write!(line, "{comma}{word}");
            }
        }
        let _ = writeln!(rule, "{line}]\n  level: warn");
        let why = "A new library is a decision, too: only what is imported today may be.".to_owned();
        Some(Part { why, rule, holds: false })
    }
}

/// A rule, or one to uncomment.
struct Part {
    /// One line about it; may be empty.
    why: String,
    /// Its lines, as they would stand below `rules` without their indentation.
    rule: String,
    /// Whether it holds from the start.
    holds: bool,
}

/// A policy that finds out what a first one would find: all packs, and what is declared and used.
#[must_use]
pub fn trial(suggested: &Suggested, has_src: bool, packs: impl Iterator<Item = &'static str>) -> String {
    let packs: Vec<String> = packs.map(|name| format!("pack:{name}")).collect();
    let mut text = format!("version: 1\nextends: [{}]\n", packs.join(", "));
    python(suggested, has_src, false, &mut text);
    exclude(suggested, false, &mut text);
    text.push_str("rules:\n  declared: { require: declared, level: warn }\n  used: { require: used, level: warn }\n");
    text
}

/// The wrapper of a rule that holds from the start.
fn active(usage: &Usage) -> Option<&Wrapper> {
    usage.agreed().filter(|wrapper| glob(&wrapper.path, false).is_some())
}

/// Libraries of a family that the wrapper does without.
fn others<'u>(usage: &'u Usage, wrapper: &Wrapper) -> Vec<&'u str> {
    let all = usage.libraries.iter().map(|(library, _)| library.as_str());
    let mut others: Vec<&str> = all.filter(|library| !wrapper.libraries.iter().any(|own| own == library)).collect();
    others.sort_unstable();
    others
}

/// Rules for a family with one wrapper: for what that is made of, and for everything else.
fn decided(family: &Family, usage: &Usage, wrapper: &Wrapper) -> Vec<Part> {
    let others = others(usage, wrapper);
    let made_of: Vec<String> = wrapper.libraries.iter().map(|library| scalar(library)).collect();
    let path = glob(&wrapper.path, false).unwrap_or_default();
    let mut why = format!(
        "{} wraps {}, and {} it. {} past it.",
        comment(&wrapper.path.to_string()),
        made_of.join(" and "),
        if wrapper.importers == 1 {
            "1 file imports".to_owned()
        } else {
            format!("{} files import", wrapper.importers)
        },
        if usage.past == 1 { "1 file goes".to_owned() } else { format!("{} files go", usage.past) },
    );
    why.push_str(&handed(wrapper));
    let errors: Vec<String> = wrapper.handed.0.iter().map(|name| scalar(name)).collect();
    let except = if errors.is_empty() { String::new() } else { format!(", except: [{}]", errors.join(", ")) };
    let stays = if made_of.len() == 1 {
        "its requirement may stay: the client is made of it"
    } else {
        "their requirements may stay: the client is made of them"
    };
    let end = |library: Option<&String>| {
        let bad = scalar(&format!("import {}", library.map_or("", String::as_str)));
        let good = scalar(&format!("import {}", wrapper.module));
        format!("  examples:\n    - bad: {bad}\n      good: {good}\n")
    };
    let middle = format!(
        "  instead: {}\n  why: \"{} goes through one client: {}.\"\n",
        scalar(&wrapper.module),
        family.what,
        family.why
    );
    let mut rule = format!(
        "{}:\n  forbid: {{ name: [{}]{except} }} # {stays}\n{middle}  allow-in: [{path}] # the client itself\n",
        family.rule,
        made_of.join(", "),
    );
    rule.push_str(&end(made_of.first()));
    let mut parts = vec![Part { why, rule, holds: true }];
    if !others.is_empty() {
        let names: Vec<String> = others.iter().map(|library| scalar(library)).collect();
        let forbidden = format!("  forbid: [{}] # in code, manifests, locks and containers\n", names.join(", "));
        let rule = format!("old-{}s:\n{forbidden}{middle}{}", family.rule, end(names.first()));
        parts.push(Part { why: String::new(), rule, holds: true });
    }
    parts
}

/// What a wrapper hands out as it is, as a sentence; nothing where that is nothing.
fn handed(wrapper: &Wrapper) -> String {
    let (names, files) = &wrapper.handed;
    if names.is_empty() {
        return String::new();
    }
    let listed: Vec<String> = names.iter().take(MOST_HANDED).map(|name| comment(name)).collect();
    let more = names.len() - listed.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let files = if *files == 1 { "1 file takes".to_owned() } else { format!("{files} files take") };
    format!(" {files} from it what it hands out as it is: {}{more}.", listed.join(", "))
}

/// A rule to uncomment once a team has decided.
fn open(family: &Family, usage: &Usage) -> Part {
    let listed: Vec<String> = usage
        .libraries
        .iter()
        .map(|(library, files)| format!("{} ({})", comment(library), count(*files, "file", "files")))
        .collect();
    let names: Vec<String> = usage.libraries.iter().map(|(library, _)| scalar(library)).collect();
    let mut why = format!("{} goes through {}.", family.what, listed.join(", "));
    let own = family.rule.replace('-', "_");
    let (mut instead, mut within) = (format!("your_package.{own}"), format!("your_package/{own}.py"));
    let wrappers: Vec<String> =
        usage.wrappers.iter().take(MOST_WRAPPERS).map(|own| comment(&own.path.to_string())).collect();
    if !wrappers.is_empty() {
        let more = usage.wrappers.len() - wrappers.len();
        let more = if more > 0 { format!(", and by {more} more") } else { String::new() };
        let _ = write!(why, " Wrapped by {}{more}.", wrappers.join(", "));
    }
    if let Some((wrapper, other)) = usage.wrappers.iter().find_map(|own| Some((own, own.namesake.as_ref()?))) {
        let _ = write!(why, " {} goes by the name {}, too.", comment(&other.to_string()), comment(&wrapper.module));
    } else if let [wrapper] = usage.wrappers.as_slice()
        && let Some(path) = glob(&wrapper.path, false)
    {
        (instead, within) = (scalar(&wrapper.module), path);
        why.push_str(&handed(wrapper));
    }
    why.push_str(" With one agreed client:");
    let rule = format!(
        "{}:\n  forbid: {{ name: [{}] }}\n  instead: {instead}\n  why: \"{} goes through one client: {}.\"\n  allow-in: [{within}]\n",
        family.rule,
        names.join(", "),
        family.what,
        family.why,
    );
    Part { why, rule, holds: false }
}

/// `12 findings today`, or that there are none.
fn today(counts: Counts) -> String {
    match counts.total() {
        0 => "nothing today".to_owned(),
        1 => "1 finding today".to_owned(),
        total => format!("{total} findings today"),
    }
}

/// A number of things.
#[must_use]
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A sentence within a sentence.
fn first_lower(text: &str) -> String {
    let mut chars = text.chars();
    let is_word = chars.clone().nth(1).is_some_and(char::is_lowercase);
    match chars.next() {
        Some(first) if is_word && !text.starts_with("Python") => first.to_lowercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}
