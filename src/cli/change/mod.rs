//! What a change adds: both sides of it, from the disk, the index or commits, judged by one policy and compared. Knows `--since`,
//! `--staged` and `--policy-ref`; a run without them needs nothing of it.

pub(super) mod between;
mod commit_files;
mod compare;
mod gate;
mod head;
pub(super) mod history;
mod newly;
mod typed;
