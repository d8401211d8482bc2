//! Every format in the table, on every report of `reports`: as its reader's own schema, parser or rules see it.

mod annotations;
mod every;
mod json;
mod pages;
pub(crate) mod reports;
mod xml;

/// Formats whose proofs stand in another file.
const ELSEWHERE: &[&str] = &["sarif", "sarif-full"];

/// What reads a format: panics where the text is not what a report is told as.
type Reader = fn(&policy::report::Report, &str);

/// The reader of each format. One without a line here fails `every_format_has_a_reader`.
const READERS: &[(&str, Reader)] = &[
    ("human", every::lines),
    ("concise", every::one_line_each),
    ("json", json::json),
    ("jsonl", json::jsonl),
    ("github", annotations::annotations),
    ("gitlab", json::gitlab),
    ("rdjson", json::rdjson),
    ("rdjsonl", json::rdjsonl),
    ("junit", xml::junit),
    ("checkstyle", xml::checkstyle),
    ("markdown", pages::page),
];
