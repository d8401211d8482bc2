//! The story of the project in one small tree: `tests/projects/maily`, in the middle of its migration.
