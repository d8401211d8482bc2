//! Revisions: which commit a name means, and where two lines of history part. Knows what a shallow clone cannot tell.

use super::command::{Git, GitError};

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Its id, in full.
    pub id: String,
}

const DEEPER: &str = "fetch more history: `git fetch --unshallow`, or `fetch-depth: 0` in the checkout step; \
on a pull request, `fetch-depth: 2` and `--since HEAD^1` are enough";

/// The commit that a name means.
///
/// # Errors
/// When it means none, or several.
pub fn resolve(git: &Git, name: &str) -> Result<Revision, GitError> {
    if name.is_empty() || name.starts_with('-') {
        let help = "name a branch, a tag or a commit: `--since origin/main`";
        return Err(GitError::new(format!("`{name}` is no revision"), help));
    }
    let wanted = format!("{name}^{{commit}}");
    let answered = git.ask(&["rev-parse", "--verify", "--end-of-options", &wanted])?;
    if answered.err.contains("ambiguous") {
        let help = "write it in full: `refs/heads/NAME`, `refs/tags/NAME`, or more digits of the id";
        return Err(GitError::new(format!("the revision `{name}` is ambiguous"), help));
    }
    let id = String::from_utf8_lossy(&answered.out).trim().to_owned();
    if answered.is_success && is_id(&id) {
        return Ok(Revision { id });
    }
    if name == "HEAD" {
        return Err(GitError::new("there is no commit yet", "make the first commit, then ask what changed"));
    }
    let help = if is_shallow(git) {
        DEEPER.to_owned()
    } else {
        "correct the name; `git fetch` brings what is missing, `git branch -a` lists what is there".to_owned()
    };
    Err(GitError::new(format!("there is no revision `{name}`"), help))
}

/// The commit that is checked out.
///
/// # Errors
/// When there is none yet.
pub fn head(git: &Git) -> Result<Revision, GitError> {
    resolve(git, "HEAD")
}

fn is_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn is_shallow(git: &Git) -> bool {
    git.ask(&["rev-parse", "--is-shallow-repository"]).is_ok_and(|answered| answered.out.starts_with(b"true"))
}

/// Where the histories of two commits part.
///
/// # Errors
/// When they have nothing in common, or the clone is too shallow to tell.
pub fn merge_base(git: &Git, one: &Revision, other: &Revision) -> Result<Revision, GitError> {
    if one == other {
        return Ok(one.clone());
    }
    let answered = git.ask(&["merge-base", "--end-of-options", &one.id, &other.id])?;
    let id = String::from_utf8_lossy(&answered.out).lines().next().unwrap_or_default().to_owned();
    let is_shallow = is_shallow(git);
    if !answered.is_success || !is_id(&id) {
        let (what, help) = if is_shallow {
            ("this clone is too shallow to tell where the two histories part", DEEPER)
        } else {
            ("the two histories have nothing in common", "name a revision from which this one comes")
        };
        return Err(GitError::new(what, help));
    }
    let base = Revision { id };
    // An ancestor is the answer however shallow the clone is.
    if is_shallow && base != *one && base != *other {
        check_depth(git, one, other, &base)?;
    }
    Ok(base)
}

/// Where history was cut off behind the point of parting, another one may lie nearer.
fn check_depth(git: &Git, one: &Revision, other: &Revision, base: &Revision) -> Result<(), GitError> {
    let not_base = format!("^{}", base.id);
    let between = git.run(&["rev-list", "--end-of-options", &one.id, &other.id, &not_base])?;
    let path = git.run(&["rev-parse", "--git-path", "shallow"])?;
    let path = git.top().join(String::from_utf8_lossy(&path).trim());
    let cut = std::fs::read_to_string(&path).unwrap_or_default();
    let between = String::from_utf8_lossy(&between).into_owned();
    let is_cut = between.lines().any(|commit| cut.lines().any(|cut| cut.trim() == commit));
    if is_cut {
        let what = "this clone is too shallow to be sure where the two histories part";
        return Err(GitError::new(what, DEEPER));
    }
    Ok(())
}
