//! `policy` keeps a Python code base on the libraries and import paths that its team has agreed on.
//!
//! This page is the architecture. Data runs one way:
//!
//! ```text
//!   working tree ─┐                                          policy.yaml
//!   index, commit ┤                                               │ text -> tree -> rules
//!   named files ──┼─> Source ──> Reader ──> Facts ──> Engine <── Policy (index of rules)
//!   standard input┘             tiers 0-2              ▲  │
//!               disk, git     (and comments)           │  └──> Findings + Problems ──> baseline ──> Report ──> Format
//!          (walk, ignore files, blobs)              Project                      (and the base's findings)
//!                                            (modules, first-party)
//! ```
//!
//! Left of facts nobody knows rules; right of facts nobody knows file formats; right of findings nobody knows either.
//! The engine is pure: disk, clock, environment and terminal live in the shells.
//!
//! | layer | modules |
//! |---|---|
//! | vocabulary: plain data | `span`, `excerpt`, `text`, `repo_path`, `source`, `surface`, `name`, `context`, `versions`, `level`, `builtins`, `call`, `distribution`, `accepts`, `dependency`, `suppression`, `fact`, `problem`, `fingerprint`, `finding`, `report`, `owners`, `page`, `treacherous` |
//! | bytes to facts | `readers` (Python: candidates, lexer, blocks; tree-sitter behind one guarded call; manifests and locks; commands in containers and pipelines; notebooks and documents) |
//! | the project around a file | `project` |
//! | text to policy | `document` (YAML with spans, mistakes), `pattern` (globs, names), `kinds` (what verbs mean), `policy` |
//! | what a tree looks like, for a first policy | `survey` |
//! | judgement | `engine` |
//! | what may stay | `baseline` |
//! | telling | `formats` |
//! | whether a gate is real | `doctor` |
//! | data | `packs` (the texts in `rules/`) |
//! | shells | `disk`, `git`, `parallel`, `cli` |
//!
//! Four seams, each one file plus one line in a static table: a verb ([`kinds::KINDS`]), a file format or language
//! ([`readers::READERS`]), an output format ([`formats::FORMATS`]), a command ([`cli::COMMANDS`]). Help, completions and
//! conformance tests iterate the tables. `tests/suite/architecture.rs` enforces the direction of imports.
//!
//! How Python is read, each tier sound for the next:
//!
//! 0. Every file: a PEP 263 cookie we can honour, decodable, no NUL byte.
//! 1. Candidates: every `import` in the bytes that could be a statement, since `import` is a hard keyword. A candidate's
//!    own module is tested against the rules, so the number of rules costs nothing. No candidate: the file is clean.
//! 2. Lexer: strings and comments in one linear pass, only as far as the last candidate. Scopes and contexts only where
//!    something was found. It agrees with `CPython`'s `ast` on every file that `CPython` accepts (`tests/oracle`).
//! 3. tree-sitter, behind limits, for uses, calls and strings: the logical lines that mention an imported name, laid out
//!    flat, each a statement of its own (`readers::python::uses`). Scopes and bindings are ours, and agree with `CPython`'s
//!    `symtable`. What a first-party module hands out is followed from file to file (`engine`): in a full run a second
//!    pass looks at those files only that may take a forbidden name from such a module.
//!
//! How everything else is read: bytes become text (`readers::decode`), text becomes one kind of tree whatever it was written
//! in (`readers::tree`), and every string of it is an [`excerpt::Excerpt`], which knows the way back through escapes, joined
//! lines and cells. A manifest reader says which places of the tree hold requirements; a command reader takes scripts apart
//! into words and looks installers up in one table; a document reader hands cells and blocks to the Python tiers. What they
//! give are facts about distributions ([`dependency::Dependency`]) beside those about names.
//!
//! What is new: a change is judged on both sides by one policy, and what the base has too is not told (`cli::change`). The base
//! is an overlay over the head, so that only changed files are read from git; files that did not change are judged where a name
//! that they may take leads elsewhere now. With the policy of another commit, nothing of the head but its sources counts, and
//! what the change does to its own gate is a finding (`cli::change::gate`).
//!
//! No silent green: what could not be read, parsed, matched or written is a [`problem::Problem`], and the run exits 2.

pub mod accepts;
pub mod baseline;
pub mod builtins;
pub mod call;
pub mod cli;
pub mod context;
pub mod dependency;
pub mod disk;
pub mod distribution;
pub mod doctor;
pub mod document;
pub mod engine;
pub mod excerpt;
pub mod fact;
pub mod finding;
pub mod fingerprint;
pub mod formats;
pub mod git;
pub mod kinds;
pub mod level;
pub mod name;
pub mod owners;
pub mod packs;
pub mod page;
pub mod parallel;
pub mod pattern;
pub mod policy;
pub mod problem;
pub mod project;
pub mod readers;
pub mod repo_path;
pub mod report;
pub mod source;
pub mod span;
pub mod suppression;
pub mod surface;
pub mod survey;
pub mod text;
pub mod treacherous;
pub mod versions;
