//! Reads and compiles the policy file. Knows how its trouble is told; must not know commands.

use super::common::fail;
use super::extensions::{Committed, Extended};
use super::policy_text::{Unreadable, from_bytes, read_text};
use super::{Exit, Shell, common};
use crate::disk::Place;
use crate::document::mistake::Mistake;
use crate::formats::paths::Paths;
use crate::formats::{self, Style};
use crate::packs;
use crate::policy::{Broken, Policy, PolicySource, load};
use crate::project::Tree;
use crate::repo_path::RepoPath;
use crate::span::Span;
use clap::ArgMatches;
use jiff::civil::Date;
use std::path::Path;

/// How a policy could not be had.
pub(super) enum Refusal {
    /// It was told, and there is no more to say.
    Told(Exit),
    /// The policy, or one that it pulls in, is wrong.
    Broken(Vec<Broken>),
}

/// Reads the policy of a place.
///
/// # Errors
/// When there is none, it cannot be read, or it is wrong.
pub(super) fn read(place: &Place, shell: &mut Shell<'_>) -> Result<Policy, Refusal> {
    let Some(file) = &place.policy else {
        let help = "`policy init` writes a first one; `--policy FILE` names one that lies elsewhere";
        let what = format!("there is no policy.yaml in `{}` or above it", place.root.display());
        return Err(Refusal::Told(fail(shell, &what, help)));
    };
    let path = repo_path(&place.root, file);
    match read_text(file) {
        Ok(text) => {
            let loaded = load::load(path, &text, env!("CARGO_PKG_VERSION"), &Extended { root: &place.root });
            let mut policy = loaded.map_err(Refusal::Broken)?;
            policy.set_day(shell.today);
            Ok(policy)
        }
        Err(Unreadable::TooLong(bytes)) => {
            let mistakes = vec![load::too_long(bytes)];
            Err(Refusal::Broken(vec![Broken { source: PolicySource::new(path, ""), mistakes }]))
        }
        Err(Unreadable::Words(what)) => {
            let what = format!("the policy `{}` {what}", file.display());
            Err(Refusal::Told(fail(shell, &what, "make it a readable UTF-8 file")))
        }
    }
}

/// The policy of a commit, whose files have paths from the root; trouble is not told yet.
///
/// # Errors
/// When there is none, it cannot be read, or it is wrong.
pub(super) fn from_tree(tree: &dyn Tree, root: &Path, path: &RepoPath, today: Date) -> Result<Policy, Vec<Broken>> {
    let broken = |message: String| {
        let help = "commit a readable policy";
        let mistakes = vec![Mistake::new(Span::default(), message, help)];
        vec![Broken { source: PolicySource::new(path.clone(), ""), mistakes }]
    };
    let Some(bytes) = tree.read(path) else {
        return Err(broken(format!("the policy `{path}` is no file of the commit")));
    };
    let text = match from_bytes(&bytes) {
        Ok(text) => text,
        Err(Unreadable::TooLong(bytes)) => {
            let mistakes = vec![load::too_long(bytes)];
            return Err(vec![Broken { source: PolicySource::new(path.clone(), ""), mistakes }]);
        }
        Err(Unreadable::Words(what)) => return Err(broken(format!("the policy `{path}` {what}"))),
    };
    let mut policy = load::load(path.clone(), &text, env!("CARGO_PKG_VERSION"), &Committed { tree, root })?;
    policy.set_day(today);
    Ok(policy)
}

/// The policy's path as reports show it: relative to the root, or as it lies outside.
fn repo_path(root: &Path, file: &Path) -> RepoPath {
    match file.strip_prefix(root) {
        Ok(below) => RepoPath::from_relative(below),
        Err(_) => RepoPath::from_bytes(file.as_os_str().as_encoded_bytes()),
    }
}

/// Draws the mistakes of a policy on standard error.
pub(super) fn tell(broken: &[Broken], paths: &Paths, style: Style, shell: &mut Shell<'_>) -> Exit {
    for Broken { source, mistakes } in broken {
        let _ = formats::draw_mistakes(source, &formats::policy_name(source, paths), mistakes, style, &mut shell.err);
    }
    let count: usize = broken.iter().map(|broken| broken.mistakes.len()).sum();
    let plural = if count == 1 { "mistake" } else { "mistakes" };
    let _ = writeln!(shell.err, "{count} {plural} in the policy; nothing was checked");
    Exit::Failed
}

/// A pack on its own, as a policy whose rules have no prefix; `None` when there is no such pack.
#[must_use]
pub(super) fn pack(name: &str) -> Option<Policy> {
    let text = packs::text(name)?;
    let path = RepoPath::from_bytes(format!("pack:{name}").as_bytes());
    load::load(path, text, env!("CARGO_PKG_VERSION"), &Extended { root: Path::new("") }).ok()
}

/// Reads the policy for a command that cannot go on without one; any trouble is told.
///
/// # Errors
/// The exit of the command.
pub(super) fn read_or_tell(place: &Place, style: Style, shell: &mut Shell<'_>) -> Result<Policy, Exit> {
    read(place, shell).map_err(|refusal| match refusal {
        Refusal::Told(exit) => exit,
        Refusal::Broken(broken) => {
            let paths = Paths::new(&place.root, &shell.working, place.work_tree.as_deref());
            tell(&broken, &paths, style, shell)
        }
    })
}

/// Root and policy for a command that looks from the working folder; any trouble is told. `columns` are those of the stream
/// that the command draws on.
///
/// # Errors
/// The exit of the command.
pub(super) fn here(
    matches: &ArgMatches,
    columns: Option<usize>,
    shell: &mut Shell<'_>,
) -> Result<(Place, Policy, Style), Exit> {
    let place = common::place(matches, shell.working.clone(), shell)?;
    let style = common::style(matches, columns, shell.color);
    let policy = read_or_tell(&place, style, shell)?;
    Ok((place, policy, style))
}
