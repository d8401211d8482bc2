//! The shell around the file system: finds the root and the policy, selects files, reads them. Knows paths of this
//! platform; judges nothing.

pub mod git_index;
mod ignore_file;
mod installed;
mod read;
mod root;
mod select;
mod skip;
mod tree;
mod walk;

pub use installed::installed;
pub use read::{MAX_BYTES, ReadError, Reading, plain, read_file};
pub use root::{POLICY_NAMES, Place, PlaceError, Request, absolute, locate, nearby, work_tree};
pub use select::{Selection, included, named, whole};
pub use skip::{Selected, Skip};
pub use tree::{DiskTree, to_disk};
pub use walk::Walk;
