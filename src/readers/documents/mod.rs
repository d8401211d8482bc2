//! Code in other files: cells of notebooks, blocks of documents. This file knows the readers beside it.

mod cells;
mod markdown;
mod notebook;
mod remarks;
mod restructured;

pub(super) use markdown::Markdown;
pub(super) use notebook::Notebook;
pub(super) use restructured::Restructured;
