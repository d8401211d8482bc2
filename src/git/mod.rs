//! The shell around git: revisions, what changed between them, and the files of a commit or of the index. The only place that
//! starts a process, and that process is always git, with everything switched off that a hostile repository could set.

mod changes;
mod command;
mod hooks;
mod listing;
mod objects;
mod revisions;
mod tree;
mod work_tree;

pub use changes::{Change, Version, between_commits, staged};
pub use command::{Git, GitError};
pub use hooks::hooks_folder;
pub use listing::{Listing, of_commit, of_index};
pub use objects::Blobs;
pub use revisions::{Revision, head, merge_base, resolve};
pub use tree::{Answer, CommitTree, Overlay};
pub use work_tree::{Unstaged, unstaged};
