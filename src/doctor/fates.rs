//! What becomes of an exit code in a script: which failures end it, and which get lost. Knows lists, pipes and `set -e`; must not know
//! whose exit code it is.

use super::script::{Link, Simple};
use super::shells::Shell;

/// What becomes of an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It fails the script.
    Decides,
    /// It gets lost, for this reason.
    Lost(&'static str),
    /// Nobody can tell, for this reason.
    Unsure(&'static str),
}

/// How the lists of a script end, so that no search is needed.
pub(super) struct Ends {
    /// For each command, the first one at or behind it that ends its pipe, and that ends its list.
    of: Vec<(usize, usize)>,
    /// For each command, whether `||` stands somewhere behind it in its list.
    has_or: Vec<bool>,
    /// From here on, a script looks at an exit code, or ends itself.
    last_asking: Option<usize>,
}

impl Ends {
    pub(super) fn of(all: &[Simple]) -> Self {
        let (mut of, mut has_or) = (vec![(0, 0); all.len()], vec![false; all.len()]);
        let (mut pipe, mut list, mut or) = (0, 0, false);
        for (at, command) in all.iter().enumerate().rev() {
            if command.after != Link::Pipe {
                pipe = at;
            }
            match command.after {
                Link::Pipe | Link::And => {}
                Link::Or => or = true,
                _ => (list, or) = (at, false),
            }
            if let (Some(own), Some(own_or)) = (of.get_mut(at), has_or.get_mut(at)) {
                (*own, *own_or) = ((pipe, list), or);
            }
        }
        let is_asking = |command: &Simple| {
            command.words.iter().any(|word| word.text.contains("$?") || word.text.contains("PIPESTATUS"))
                || command.words.first().is_some_and(|word| matches!(word.text.as_str(), "exit" | "return"))
        };
        Self { of, has_or, last_asking: all.iter().rposition(is_asking) }
    }

    /// What becomes of the exit code of a command.
    pub(super) fn fate(&self, all: &[Simple], at: usize, shell: Shell) -> Fate {
        let (pipe, list) = self.of.get(at).copied().unwrap_or((at, at));
        let Some(end) = all.get(pipe) else { return Fate::Unsure("how it ends") };
        let is_last = all.get(list + 1..).is_none_or(|rest| rest.iter().all(is_closing));
        if pipe > at && !shell.pipes {
            return Fate::Lost("a pipe ends with the exit code of its last command");
        }
        match end.after {
            Link::Background => Fate::Lost("it runs in the background (`&`)"),
            Link::Or => otherwise(all.get(pipe + 1), is_last || shell.stops),
            Link::And if self.has_or.get(pipe).copied().unwrap_or(true) => {
                Fate::Unsure("what stands behind `||` may take its place")
            }
            // `set -e` lets pass what fails in front of `&&`.
            Link::And if !is_last => Fate::Lost("a script goes on behind a failure in front of `&&`"),
            Link::Bracket => Fate::Unsure("a group ends as its last command does"),
            _ if is_last || shell.stops => Fate::Decides,
            _ => match all.get(list + 1).map(|next| texts(next)).as_deref() {
                Some(["exit"] | ["exit", "$?"]) => Fate::Decides,
                // `exit 0` takes its place for certain.
                Some(["exit", "0"]) => Fate::Lost("`exit 0` takes its place"),
                _ if self.last_asking.is_some_and(|asking| asking > list) => {
                    Fate::Unsure("the script goes on behind it, and asks for an exit code later")
                }
                _ => Fate::Lost("the script goes on behind it, without `set -e`"),
            },
        }
    }
}

fn texts(command: &Simple) -> Vec<&str> {
    command.words.iter().map(|word| word.text.as_str()).collect()
}

/// `fi`, `done`, `}`.
fn is_closing(command: &Simple) -> bool {
    command.words.iter().all(|word| !word.quoted && matches!(word.text.as_str(), "fi" | "done" | "}"))
}

/// What becomes of an exit code in front of `||`; `ends` says whether the list's own decides.
fn otherwise(next: Option<&Simple>, ends: bool) -> Fate {
    let Some(next) = next else { return Fate::Unsure("nothing stands behind `||`") };
    let words = texts(next);
    let is_whole = !matches!(next.after, Link::And | Link::Or | Link::Pipe | Link::Bracket | Link::Background);
    match words.as_slice() {
        // A group in brackets begins with a bracket that is no word.
        _ if next.before != Link::Or || !is_whole => Fate::Unsure("what stands behind `||` takes its place"),
        ["exit"] | ["exit", "$?"] => Fate::Decides,
        ["exit", code] if code.parse::<u8>().is_ok_and(|code| code > 0) => Fate::Decides,
        ["false"] if ends => Fate::Decides,
        ["exit", "0"] | ["true" | ":" | "echo" | "printf", ..] => Fate::Lost("what stands behind `||` takes its place"),
        _ => Fate::Unsure("what stands behind `||` takes its place"),
    }
}
