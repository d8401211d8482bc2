//! The GitHub Action: its own shell steps, run as GitHub's runner runs them, in real clones of real repositories, with
//! a release that they download, check and unpack. Only the runner (`runner`), what it makes of the log (`runner_log`)
//! and of expressions (`expressions`), and the events (`pulls`) are ours.

mod changes;
mod events;
mod expressions;
mod inputs;
mod install;
mod lints;
mod places;
mod pulls;
mod releases;
mod reports;
mod runner;
mod source_build;
mod words;
