//! Pages of rules, as people read them: at a terminal, in a folder of documents, in reports that explain their rules. Knows pages
//! and text; must not know policies.

mod markdown;
mod names;
mod text;

pub(super) use markdown::is_plain_address;
pub use markdown::{PAGE_MARK, index_markdown, page_markdown};
pub use names::{INDEX_NAME, page_name};
pub use text::page_text;
