//! Pages: what a rule, a built-in finding, a pack or a verb says of itself, for whoever tells it. Plain data; holds no
//! policy, no findings and no layout.

use crate::level::Level;
use jiff::civil::Date;

/// What a page is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Subject {
    /// A rule of a policy.
    #[default]
    Rule,
    /// A finding that the tool makes of itself.
    Builtin,
    /// A pack that comes with the tool.
    Pack,
    /// A verb of the policy language.
    Verb,
}

/// Everything that is to be said of one subject. What does not apply is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// What it is about.
    pub subject: Subject,
    /// Its full id: `http-client`, `pack/id`, `policy/missing-target`, `pack:NAME`, or the key of a verb.
    pub id: String,
    /// What it is, in one line.
    pub about: String,
    /// Its usual level on the day the page was made.
    pub level: Option<Level>,
    /// Where it stands in the policy.
    pub place: Option<Place>,
    /// The lines that pulled its policy in, innermost first.
    pub pulled_by: Vec<Place>,
    /// What the root's policy changes of it, in order.
    pub changes: Vec<Change>,
    /// Its verb.
    pub verb: &'static str,
    /// What the verb speaks of, as written.
    pub entries: Vec<String>,
    /// When its level changes, earliest first.
    pub steps: Vec<Step>,
    /// What to use instead.
    pub instead: Option<String>,
    /// Names with a successor of their own.
    pub replacements: Vec<(String, String)>,
    /// Why it is there; may have several lines.
    pub why: Option<String>,
    /// Where to read on: a web address.
    pub docs: Option<String>,
    /// Who decides.
    pub owner: Option<String>,
    /// Patterns of paths for which it speaks; everywhere when empty.
    pub within: Vec<String>,
    /// Patterns of paths for which it is silent nevertheless.
    pub without: Vec<String>,
    /// For which Python it holds.
    pub python: Option<Python>,
    /// Levels of facts in a context.
    pub contexts: Vec<(&'static str, Level)>,
    /// Levels of facts on a surface.
    pub surfaces: Vec<(&'static str, Level)>,
    /// Groups of dependencies that it speaks of; all when empty.
    pub groups: Vec<String>,
    /// Whether comments may suppress its findings.
    pub suppressible: bool,
    /// How many of its findings comments may suppress.
    pub most_suppressed: Option<usize>,
    /// Who may do it nevertheless.
    pub exemptions: Vec<Exempt>,
    /// Code that it does and does not complain about.
    pub examples: Vec<Sample>,
    /// A piece of a policy to write, with what that is for.
    pub to_write: Option<(&'static str, String)>,
    /// The rules of a pack.
    pub rules: Vec<(String, Level)>,
}

/// A line of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The policy, relative to the root; `pack:NAME` for a pack.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
}

/// A level that begins on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The level.
    pub level: Level,
    /// The first day on which it holds (UTC).
    pub from: Date,
    /// How far ahead that is, where it is: `in 12 days`.
    pub ahead: Option<String>,
}

/// The last day of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Until {
    /// The last day on which it holds (UTC).
    pub date: Date,
    /// Whether that day is over.
    pub is_over: bool,
    /// How much time is left, where it is less than a year: `in 12 days`.
    pub left: Option<String>,
}

/// For which versions of Python a rule holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Python {
    /// As written: `>=3.11`.
    pub range: String,
    /// The version that the project is for.
    pub target: (u8, u8),
    /// Whether the rule holds for that one.
    pub holds: bool,
}

/// What an override makes of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where it stands.
    pub place: Place,
    /// The level it sets.
    pub level: Option<Level>,
    /// The successor it names.
    pub instead: Option<String>,
    /// The owner it names.
    pub owner: Option<String>,
    /// Whether it lets comments suppress findings.
    pub suppressible: Option<bool>,
    /// Patterns of paths for which it holds; everywhere when empty.
    pub within: Vec<String>,
    /// Its last day.
    pub until: Option<Until>,
    /// Why.
    pub why: Option<String>,
}

/// An exemption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exempt {
    /// Which files, and which class or function in them: `tests/a.py::f`.
    pub place: String,
    /// For which names; all when empty.
    pub names: Vec<String>,
    /// Locked packages that nothing but these pulls in.
    pub via: Vec<String>,
    /// How many findings it may exempt.
    pub most: Option<usize>,
    /// Its last day.
    pub until: Option<Until>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Why.
    pub why: Option<String>,
}

/// Code that a rule complains about, and code that it does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// What is a finding.
    pub bad: Option<String>,
    /// What is none.
    pub good: Option<String>,
    /// The file it is taken to stand in.
    pub path: Option<String>,
}

impl Page {
    /// The comment that suppresses one finding, where comments may: to be pasted behind a statement or alone above it.
    #[must_use]
    pub fn comment(&self) -> Option<String> {
        self.suppressible.then(|| format!("# policy: allow({}) -- reason", self.id))
    }
}
