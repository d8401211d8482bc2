//! What holds for every format: it has a reader here, tells every report, ends in a line end, steers no terminal and gives no
//! command to a CI runner.

use super::reports::{self, tell};
use super::{ELSEWHERE, READERS};
use policy::formats::FORMATS;
use policy::report::Report;
use std::time::Instant;

/// Text for people: one paragraph or more, nothing to be read by machines.
pub(super) fn lines(report: &Report, text: &str) {
    assert!(report.findings.is_empty() || !text.trim().is_empty());
}

/// One line for each finding.
pub(super) fn one_line_each(report: &Report, text: &str) {
    assert_eq!(text.lines().count(), report.findings.len());
}

#[test]
fn every_format_has_a_reader() {
    for format in FORMATS {
        let name = format.name();
        let is_read = READERS.iter().any(|(own, _)| *own == name);
        assert!(is_read != ELSEWHERE.contains(&name), "`{name}` needs one reader, in `formats::READERS` or elsewhere");
    }
}

#[test]
fn every_format_is_read_back() {
    for case in reports::cases() {
        for (name, read) in READERS {
            let started = Instant::now();
            let text = tell(&case.report, name);
            assert!(text.is_empty() || text.ends_with('\n'), "{name}: {}", case.name);
            eprintln!("{name}: {}", case.name);
            read(&case.report, &text);
            eprintln!("{name}: {} {:?}", case.name, started.elapsed());
        }
    }
}

#[test]
fn no_format_lets_text_steer_a_terminal() {
    for format in FORMATS {
        let name = format.name();
        let text = tell(&reports::hostile(), name);
        let bad = text.chars().find(|c| policy::formats::escape::is_treacherous(*c) && *c != '\n');
        assert_eq!(bad, None, "{name}");
        assert!(!text.contains("##["), "{name}");
    }
}

#[test]
fn thirty_thousand_findings_take_no_time_and_little_space() {
    let (few, many) = (reports::many(3_000), reports::many(30_000));
    for format in FORMATS {
        let name = format.name();
        let started = Instant::now();
        let (small, large) = (tell(&few, name).len(), tell(&many, name).len());
        let took = started.elapsed().as_secs_f64();
        eprintln!("{name}: {large} bytes in {took:.2} s");
        assert!(large <= 12 * small.max(1_000), "{name}: {large} bytes, {small} for a tenth");
        // A debug build on a busy machine; anything quadratic takes minutes.
        assert!(took < 60.0, "{name}: {took} s");
    }
}
