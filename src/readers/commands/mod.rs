//! Commands that install distributions, wherever scripts stand. This file knows the readers beside it.

mod dockerfile;
mod installers;
pub(super) mod installs;
mod makefile;
mod pre_commit;
mod requirement_words;
mod script;
pub(super) mod words;
mod workflow;

pub(super) use dockerfile::Dockerfile;
pub(super) use makefile::Makefile;
pub(super) use pre_commit::PreCommit;
pub(super) use script::Script;
pub(super) use workflow::Workflow;
