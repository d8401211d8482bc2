//! The hooks do what users of pre-commit expect: they take the files that the tool reads and no others, and judge what
//! is about to be committed. The real pre-commit runs the real definitions in real repositories.

mod commits;
mod definitions;
mod installs;
mod monorepos;
mod names;
mod ranges;
mod repository;
