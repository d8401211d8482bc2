//! `--add-suppressions`: writes a comment at each finding. Knows where a comment may stand in each kind of file; every file is judged
//! again before it is written, and left alone where that does not give what was asked for.

use super::common::fail;
use super::output::to_file;
use super::{Exit, Shell};
use crate::disk::{DiskTree, Place, Reading, plain, read_file, to_disk};
use crate::engine::{Engine, FileReport, Follow, Keep};
use crate::finding::Finding;
use crate::policy::Policy;
use crate::project::{Project, Tree};
use crate::readers;
use crate::repo_path::RepoPath;
use crate::report::Report;
use crate::source::Source;
use crate::suppression;
use crate::surface::Surface;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What a run with `--add-suppressions` came to.
#[derive(Default)]
pub(super) struct Added {
    comments: usize,
    files: usize,
    /// Files that were left alone, and why.
    left: Vec<(RepoPath, &'static str)>,
}

/// Writes comments for the findings of a report, and tells what became of them.
pub(super) fn add(place: &Place, policy: &Policy, report: &Report, reason: &str, shell: &mut Shell<'_>) -> Exit {
    let probe = format!("{} allow(rule) -- {reason}", suppression::MARK);
    if reason.contains(char::is_control) || !matches!(suppression::read(&probe), Some(Ok(_))) {
        return fail(shell, "this is no reason", "write `--reason \"…\"` in one line");
    }
    let mut by_file: BTreeMap<&RepoPath, Vec<&Finding>> = BTreeMap::new();
    for finding in report.findings.iter().filter(|finding| !finding.rule.starts_with("policy/")) {
        by_file.entry(&finding.path).or_default().push(finding);
    }
    let tree = DiskTree::new(place.root.clone());
    let project = Project::new(policy.layout(|path| tree.is_folder(path)), &tree);
    let engine = Engine::new(policy, &project, shell.today, Keep::Findings);
    let mut added = Added::default();
    for (path, findings) in by_file {
        match add_to_file(&engine, &place.root, path, &findings, reason) {
            Ok(comments) => {
                added.comments += comments;
                added.files += 1;
            }
            Err(Refused::Because(why)) => added.left.push((path.clone(), why)),
            Err(Refused::System(what)) => return fail(shell, &format!("`{path}` {what}"), "make the file writable"),
        }
    }
    for (path, why) in &added.left {
        fail(shell, &format!("{path}: {why}"), "exempt the path under `allow-in`, or put it into the baseline");
    }
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let (comments, files) = (plural(added.comments, "comment"), plural(added.files, "file"));
    let _ = writeln!(shell.err, "{comments} added in {files}");
    if added.left.is_empty() { Exit::Clean } else { Exit::Failed }
}

enum Refused {
    Because(&'static str),
    System(String),
}

fn add_to_file(
    engine: &Engine<'_>,
    root: &Path,
    path: &RepoPath,
    findings: &[&Finding],
    reason: &str,
) -> Result<usize, Refused> {
    let Some((reader, surface)) = readers::by_path(path) else {
        return Err(Refused::Because("only files that are read by their names can be changed"));
    };
    if matches!(surface, Surface::Locks | Surface::Notebooks | Surface::Docs) {
        return Err(Refused::Because("comments are not written into files of this kind"));
    }
    let is_free = |finding: &&&Finding| {
        engine.policy.rule(&finding.rule).is_some_and(|rule| rule.is_suppressible(path, engine.today))
    };
    let free: Vec<&&Finding> = findings.iter().filter(is_free).collect();
    if free.len() < findings.len() {
        return Err(Refused::Because("it breaks a rule that cannot be suppressed"));
    }
    let is_link = |disk: &Path| disk.symlink_metadata().is_ok_and(|meta| meta.is_symlink());
    let disk = to_disk(root, path).ok_or(Refused::Because("cannot be a file name on this system"))?;
    if is_link(&disk) {
        return Err(Refused::Because("is a link: the comment belongs into what it leads to"));
    }
    let mut bytes = Vec::new();
    let len = read_file(&disk, Reading::Unknown, &mut bytes).map_err(|error| Refused::System(error.explain().0))?;
    bytes.truncate(len);
    let mut rules_at: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for finding in free {
        let line = line_start(&bytes, finding.statement as usize);
        // Behind a line that goes on, a comment would end the statement.
        if goes_on(bytes.get(..line).unwrap_or_default()) {
            return Err(Refused::Because("no comment can stand where it would be needed"));
        }
        rules_at.entry(line).or_default().insert(&finding.rule);
    }
    let text = with_comments(&bytes, &rules_at, reason);
    let check = |bytes: &[u8]| {
        let source = Source { path, bytes };
        let follow = if engine.follows() { Follow::Yes } else { Follow::No };
        engine.check(&source, reader, surface, follow)
    };
    let (before, after) = (check(&bytes), check(&text));
    // Exactly what was asked for is suppressed now, and nothing else has come or gone.
    let told =
        |report: &FileReport| report.findings.iter().filter(|finding| !finding.rule.starts_with("policy/")).count();
    let all = told(&before) + before.suppressed.len();
    let is_done = told(&after) + findings.len() <= told(&before) && told(&after) + after.suppressed.len() == all;
    if !is_done || after.problems.len() > before.problems.len() {
        return Err(Refused::Because("no comment can stand where it would be needed"));
    }
    to_file(&disk, |out| out.write_all(&text)).map_err(|error| Refused::System(plain(&error)))?;
    Ok(rules_at.len())
}

/// Whether what stands in front of a line ends with a backslash.
fn goes_on(before: &[u8]) -> bool {
    let before = before.strip_suffix(b"\n").unwrap_or(before);
    before.strip_suffix(b"\r").unwrap_or(before).ends_with(b"\\")
}

fn line_start(bytes: &[u8], at: usize) -> usize {
    memchr::memrchr2(b'\n', b'\r', bytes.get(..at).unwrap_or(bytes)).map_or(0, |at| at + 1)
}

/// The file with a comment of its own line above each of these lines, indented as they are, with the line end of the file.
fn with_comments(bytes: &[u8], rules_at: &BTreeMap<usize, BTreeSet<&str>>, reason: &str) -> Vec<u8> {
    let newline: &[u8] = match memchr::memchr(b'\n', bytes) {
        Some(at) if at > 0 && bytes.get(at - 1) == Some(&b'\r') => b"\r\n",
        None if memchr::memchr(b'\r', bytes).is_some() => b"\r",
        _ => b"\n",
    };
    let mut text = Vec::with_capacity(bytes.len() + rules_at.len() * 80);
    let mut from = 0;
    for (line, rules) in rules_at {
        // A byte order mark stays the first thing.
        let line = if *line == 0 && bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { *line };
        text.extend_from_slice(bytes.get(from..line).unwrap_or_default());
        let rest = bytes.get(line..).unwrap_or_default();
        let indent = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        text.extend_from_slice(rest.get(..indent).unwrap_or_default());
        let rules: Vec<&str> = rules.iter().copied().collect();
        text.extend_from_slice(format!("# {} allow({}) -- {reason}", suppression::MARK, rules.join(", ")).as_bytes());
        text.extend_from_slice(newline);
        from = line;
    }
    text.extend_from_slice(bytes.get(from..).unwrap_or_default());
    text
}
