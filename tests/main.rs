//! The one integration test binary. Each module says what it proves; `harness` runs the real binary in real folders.

mod suite {
    pub mod architecture;
    pub mod cases;
    pub mod documents;
    pub mod formats;
    pub mod harness;
    pub mod hazards;
    pub mod maily;
    pub mod odd_files;
    pub mod oracle;
    pub mod policy_text;
    pub mod properties;
    pub mod readers;
    pub mod steady;
}
