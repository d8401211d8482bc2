//! The one integration test binary. Each module says what it proves; `harness` runs the real binary in real folders.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::format_push_string,
    clippy::format_collect,
    reason = "a test that cannot go on fails, and what it says is for people"
)]

mod suite {
    #[cfg(unix)]
    pub(crate) mod action;
    pub(crate) mod architecture;
    pub(crate) mod cases;
    pub(crate) mod composition;
    pub(crate) mod doctor;
    pub(crate) mod documents;
    pub(crate) mod formats;
    pub(crate) mod harness;
    pub(crate) mod hazards;
    pub(crate) mod help;
    pub(crate) mod histories;
    pub(crate) mod init;
    pub(crate) mod maily;
    pub(crate) mod man;
    pub(crate) mod manifests;
    pub(crate) mod odd_files;
    pub(crate) mod oracle;
    pub(crate) mod outputs;
    pub(crate) mod packaging;
    pub(crate) mod packs;
    pub(crate) mod pages;
    pub(crate) mod policy_text;
    pub(crate) mod pre_commit;
    pub(crate) mod properties;
    pub(crate) mod readers;
    pub(crate) mod runner_log;
    pub(crate) mod samples;
    pub(crate) mod sarif;
    pub(crate) mod schema;
    pub(crate) mod since;
    pub(crate) mod steady;
    pub(crate) mod tamper;
    pub(crate) mod uses;
}
