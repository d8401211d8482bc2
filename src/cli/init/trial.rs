//! Judges a tree by a policy that is not written yet. Knows how runs are started.

use super::super::extensions::Extended;
use super::super::run::Run;
use super::super::side::Means;
use super::super::target::{self, Target};
use super::super::{Exit, Shell, common};
use crate::disk::{POLICY_NAMES, Place};
use crate::finding::Finding;
use crate::packs;
use crate::policy::Policy;
use crate::policy::load::load;
use crate::problem::ProblemKind;
use crate::repo_path::RepoPath;
use crate::report::{Counts, Report};
use crate::survey::draft::{Stance, Tried};
use crate::survey::wrappers::FAMILIES;
use std::path::Path;
use std::sync::atomic::AtomicU64;

/// Packs whose rules hold for everybody; what others say is for a team to decide.
const TAKEN: [&str; 2] = ["deprecated-libraries", "python-removed"];

/// Names of all packs.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    packs::PACKS.iter().map(|(name, _)| *name)
}

/// Packs that are no families, and what each finds.
pub(super) fn packs(findings: &[Finding]) -> Vec<Tried> {
    let others = packs::PACKS.iter().filter(|(name, _)| !FAMILIES.iter().any(|family| family.pack == *name));
    let tried = |(name, text): &(&'static str, &'static str)| {
        let prefix = format!("{name}/");
        let mut counts = Counts::default();
        findings
            .iter()
            .filter(|finding| finding.rule.starts_with(&prefix))
            .for_each(|finding| counts.add(finding.level));
        let stance = if TAKEN.contains(name) { Stance::Taken } else { Stance::Offered };
        Tried { name, about: packs::about(text), stance, counts }
    };
    others.map(tried).collect()
}

/// Files in which something could not be read, and what: those of which a policy may say that it is expected.
pub(super) fn unread(report: &Report) -> Vec<(RepoPath, String)> {
    let own = report
        .problems
        .iter()
        .filter(|problem| !matches!(problem.kind, ProblemKind::Internal | ProblemKind::Selection));
    let mut unread: Vec<(RepoPath, String)> =
        own.filter_map(|problem| Some((problem.path.clone()?, problem.message.to_string()))).collect();
    unread.dedup_by(|a, b| a.0 == b.0);
    unread
}

/// The policy that a text is; none where it is wrong.
pub(super) fn policy(text: &str) -> Option<Policy> {
    let path = RepoPath::from_bytes(POLICY_NAMES[0].as_bytes());
    load(path, text, env!("CARGO_PKG_VERSION"), &Extended { root: Path::new("") }).ok()
}

/// Judges everything beneath the root by this text.
///
/// # Errors
/// When the text is no policy, which is a fault of the tool; it has been told.
pub(super) fn run(text: &str, place: &Place, pool: &rayon::ThreadPool, shell: &mut Shell<'_>) -> Result<Report, Exit> {
    let Some(mut policy) = policy(text) else {
        let help = "write a policy by hand; five lines are enough";
        return Err(common::fail(shell, "the tool failed: what it drafted is no policy", help));
    };
    policy.set_day(shell.today);
    let target = Target::Paths { paths: vec![place.root.clone()], allow_empty: true };
    let exclude = policy.excluded();
    let selection = target::select(&target, place, &exclude, pool, false, shell)?;
    let bytes = AtomicU64::new(0);
    let means = Means::plain(pool, &bytes, shell);
    let working = shell.working.clone();
    let run = Run { place, policy: &policy, target: &target, baseline: None, means, working: &working };
    Ok(run.on_disk(selection).report)
}
