//! `sarif` and `sarif-full`: against the official schema, against what GitHub says it requires, and against the files that
//! they speak of.

use super::harness::{folder, policy, project, python, run, write};
use jsonschema::Validator;
use policy::context::Contexts;
use policy::fact::Confidence;
use policy::finding::{Finding, Link, PolicyLine, Related};
use policy::fingerprint::Fingerprint;
use policy::formats::paths::Paths;
use policy::formats::{Sources, Style, Telling};
use policy::level::Level;
use policy::policy::{Extensions, Policy, load};
use policy::problem::{Problem, ProblemKind};
use policy::repo_path::RepoPath;
use policy::report::{Asked, Report, Scope, Summary};
use policy::surface::Surface;
use policy::text::Position;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, LazyLock};

/// Names and messages that mean something to somebody: terminals, runners, Markdown, addresses, drives.
const HOSTILE: [&[u8]; 14] = [
    b"a\nb.py",
    b"100%41.py",
    b"::error::x.py",
    b"##[group]x.py",
    b"a,b.py",
    b"a\x1b[31m.py",
    b"a\xe2\x80\xaeb.py",
    b"a|b.py",
    b"`a`<b>.py",
    "😀é.py".as_bytes(),
    b"\xff\xfe.py",
    b"a #b?c.py",
    b"-x/C:/d:e.py",
    b"[x](http:/evil.example).py",
];

static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let text = std::fs::read_to_string(project().join("tests/schemas/sarif-2.1.0.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
});

struct Nothing;

impl Sources for Nothing {
    fn bytes(&self, _: &RepoPath) -> Option<Vec<u8>> {
        None
    }
}

impl Extensions for Nothing {
    fn pack(&self, _: &str) -> Option<&'static str> {
        None
    }
    fn packs(&self) -> Vec<&'static str> {
        Vec::new()
    }
    fn file(&self, _: &RepoPath) -> Result<String, String> {
        Err("is not there".to_owned())
    }
}

fn hostile_policy() -> Policy {
    let long = "why ".repeat(1_000);
    let text = format!(
        "version: 1\nrules:\n  long:\n    forbid: [requests]\n    why: {long}\n    docs: https://x.example/a\n  \
         hostile:\n    forbid: [aiohttp]\n    why: \"[x](http://evil.example) <b> ::error::x ##[group]x {{0}} \\e\"\n    \
         docs: https://x.example/a)](b\n    examples:\n      - bad: \"```\\nimport aiohttp\"\n  silent:\n    \
         forbid: [httpx]\n    level: none\n    owner: \"@a\"\n"
    );
    load::load(RepoPath::from_bytes(b"policy.yaml"), &text, "0.1.0", &Nothing).unwrap_or_else(|_| panic!("{text}"))
}

fn finding(level: Level, n: u32) -> Finding {
    let bytes = HOSTILE[n as usize % HOSTILE.len()];
    let text = String::from_utf8_lossy(bytes).into_owned();
    let path = Arc::new(RepoPath::from_bytes(&[format!("f{n}/").as_bytes(), bytes].concat()));
    let rule = ["long", "hostile", "policy/missing-target", "gone::error::x"][n as usize % 4];
    let at = |column| Position { line: 1 + n % 300, column, offset: n };
    let (start, end) = if n.is_multiple_of(50) { (at(1), at(1)) } else { (at(3), at(11)) };
    Finding {
        rule: rule.into(),
        level,
        path: path.clone(),
        start,
        end,
        statement: n,
        name: text.as_str().into(),
        matched: "requests".into(),
        surface: Surface::Code,
        contexts: Contexts::default(),
        scope: "f".into(),
        message: format!("`{text}` is forbidden; see [x](http://evil.example) {{0}}").into(),
        help: text.as_str().into(),
        ordinal: 0,
        fingerprint: Fingerprint::new(rule, path.as_bytes(), "f", &text, 0),
        policy: PolicyLine { path: Arc::new(RepoPath::from_bytes(b"policy.yaml")), start: at(1), end: at(2) },
        confidence: Confidence::Certain,
        related: (0..n % 4).map(|_| Related { name: text.as_str().into(), start, end }).collect(),
        uses: 0,
        chain: vec![Link { path, name: text.as_str().into(), start, end }],
        within: None,
        dependency: None,
        owners: None,
        reason: None,
    }
}

fn findings(count: u32) -> Vec<Finding> {
    let levels = [Level::Error, Level::Warn, Level::Note];
    (0..count).map(|n| finding(levels[n as usize % 3], n)).collect()
}

fn report(findings: Vec<Finding>) -> Report {
    Report {
        policy: None,
        scope: Scope::Full,
        asked: Asked::default(),
        also_fails: None,
        complete: true,
        summary: Summary::default(),
        verdict: None,
        ratchet: None,
        suppressed: vec![],
        findings,
        problems: vec![],
        excused: vec![],
    }
}

fn tell(report: &Report, name: &str) -> String {
    let policy = hostile_policy();
    let format = policy::formats::by_name(name).unwrap();
    let paths = Paths::new(Path::new("/w/a b"), Path::new("/w"), Some(Path::new("/w")));
    let style = Style { color: false, width: 100, limit: usize::MAX, fail_level: Level::Error, group_by: None };
    let pages = || policy.pages(jiff::civil::date(2026, 1, 1));
    let telling =
        Telling { report, policies: vec![&policy.source], paths: &paths, sources: &Nothing, style, pages: &pages };
    let mut out = Vec::new();
    format.write(&telling, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Reads a file back: it must be what the schema says.
fn valid(text: &str) -> Value {
    let value: Value = serde_json::from_str(text).unwrap();
    let errors: Vec<String> =
        SCHEMA.iter_errors(&value).take(5).map(|e| format!("{e} at {}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    value
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty())
}

/// What GitHub would refuse, drop or warn of (GitHub Docs, "SARIF support for code scanning", and its table of limits).
fn refused(log: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut check = |holds: bool, what: String| {
        if !holds && wrong.len() < 10 {
            wrong.push(what);
        }
    };
    check(is_text(&log["$schema"]) && log["version"] == "2.1.0", "the head".to_owned());
    check((1..=20).contains(&list(log, "runs").len()), "the number of runs".to_owned());
    for run in list(log, "runs") {
        let driver = &run["tool"]["driver"];
        check(is_text(&driver["name"]), "no tool".to_owned());
        let rules = list(driver, "rules");
        check((1..=25_000).contains(&rules.len()), format!("{} rules", rules.len()));
        let ids: BTreeSet<&str> = rules.iter().filter_map(|rule| rule["id"].as_str()).collect();
        check(ids.len() == rules.len(), "two rules with one id".to_owned());
        for rule in rules {
            for text in [&rule["id"], &rule["help"]["text"], &rule["help"]["markdown"]] {
                check(is_text(text), format!("an empty text in {rule}"));
            }
            for text in [&rule["shortDescription"]["text"], &rule["fullDescription"]["text"]] {
                check(is_text(text) && text.as_str().unwrap().chars().count() <= 1_024, format!("a text in {rule}"));
            }
            check(rule["name"].as_str().is_none_or(|name| name.chars().count() <= 255), format!("name of {rule}"));
            check(list(&rule["properties"], "tags").len() <= 10, format!("tags of {rule}"));
            check(rule["properties"].get("security-severity").is_none(), "a question of security".to_owned());
            check(is_level(&rule["defaultConfiguration"]["level"]), format!("level of {rule}"));
        }
        check(list(run, "results").len() <= 25_000, format!("{} results", list(run, "results").len()));
        let mut keys = BTreeSet::new();
        for result in list(run, "results") {
            check(is_text(&result["message"]["text"]) && is_level(&result["level"]), format!("words of {result}"));
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            check(rules[index]["id"] == result["ruleId"], format!("rule of {result}"));
            check(list(result, "locations").len() == 1, format!("places of {result}"));
            check(list(result, "relatedLocations").len() <= 1_000, format!("related places of {result}"));
            for place in list(result, "locations") {
                let place = &place["physicalLocation"];
                let uri = place["artifactLocation"]["uri"].as_str().unwrap_or_default();
                check(is_plain_reference(uri), format!("address {uri}"));
                check(place["artifactLocation"].get("uriBaseId").is_none(), "a base".to_owned());
                let at = |key: &str| place["region"][key].as_u64().unwrap_or_default();
                let (start, end) = ((at("startLine"), at("startColumn")), (at("endLine"), at("endColumn")));
                check(start.0 >= 1 && start.1 >= 1 && end.0 >= 1 && end.1 >= 1 && end >= start, format!("{place}"));
            }
            let own = result["partialFingerprints"].as_object();
            check(own.is_some_and(|own| !own.is_empty() && own.values().all(is_text)), format!("keys of {result}"));
            check(own.is_some_and(|own| !own.contains_key("primaryLocationLineHash")), "GitHub's key".to_owned());
            check(keys.insert(result["partialFingerprints"]["policyKey/v1"].to_string()), format!("key of {result}"));
            check(result.get("suppressions").is_none() && result.get("baselineState").is_none(), format!("{result}"));
        }
    }
    wrong
}

fn is_level(value: &Value) -> bool {
    ["error", "warning", "note"].contains(&value.as_str().unwrap_or_default())
}

/// A relative reference of nothing but segments (RFC 3986, 4.2), whose `%` all begin an escape.
fn is_plain_reference(uri: &str) -> bool {
    let escapes = uri.split('%').skip(1);
    let are_escapes = escapes.into_iter().all(|rest| {
        rest.get(..2).is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b)))
    });
    let is_allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b);
    let are_segments = uri.split('/').all(|segment| !["", ".", ".."].contains(&segment));
    uri.bytes().all(is_allowed) && are_escapes && are_segments
}

fn decoded(uri: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = uri.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        if *first == b'%' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(&tail[..2]).unwrap(), 16).unwrap());
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    bytes
}

#[test]
fn an_empty_report_is_valid_and_clean() {
    for name in ["sarif", "sarif-full"] {
        let log = valid(&tell(&report(vec![]), name));
        assert_eq!(refused(&log), Vec::<String>::new());
        assert_eq!(log["runs"][0]["results"], serde_json::json!([]));
        assert_eq!(log["runs"][0]["invocations"], serde_json::json!([{ "executionSuccessful": true }]));
    }
}

#[test]
fn the_reports_of_all_formats_are_valid() {
    for case in super::formats::reports::cases() {
        let log = valid(&tell(&case.report, "sarif"));
        assert_eq!(refused(&log), Vec::<String>::new(), "{}", case.name);
        assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], case.report.complete, "{}", case.name);
        let full = valid(&tell(&case.report, "sarif-full"));
        assert_eq!(list(&full["runs"][0], "results").len(), case.report.findings.len(), "{}", case.name);
    }
}

#[test]
fn hostile_names_stay_names() {
    let report = report(findings(200));
    let text = tell(&report, "sarif");
    let log = valid(&text);
    assert_eq!(refused(&log), Vec::<String>::new());
    assert_eq!(tell(&report, "sarif"), text, "the same bytes again");
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}') && !text.contains("\\u00"), "{text}");
    // A link in plain text is one to viewers of SARIF. What Markdown makes of it, the tests of pages say.
    let is_link = |line: &&str| line.contains("](") && !line.trim_start().starts_with("\"markdown\"");
    assert_eq!(text.lines().find(is_link), None);
    for (result, finding) in list(&log["runs"][0], "results").iter().zip(&report.findings) {
        let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
        assert_eq!(decoded(uri), [b"a b/", finding.path.as_bytes()].concat(), "{uri}");
        assert!(!result["message"]["text"].as_str().unwrap().contains("]("));
    }
    let rules = list(&log["runs"][0]["tool"]["driver"], "rules");
    let rule = |id: &str| rules.iter().find(|rule| rule["id"] == id).unwrap();
    assert_eq!(rule("long")["helpUri"], "https://x.example/a");
    assert!(rule("hostile").get("helpUri").is_none());
    assert!(rule("hostile")["help"]["markdown"].as_str().unwrap().contains("````python\n```\nimport aiohttp\n````"));
    assert_eq!(rule("silent")["defaultConfiguration"], serde_json::json!({ "enabled": false, "level": "note" }));
}

#[test]
fn more_than_an_upload_holds_is_cut_from_below_and_said() {
    let mut report = report(findings(30_000));
    report.complete = true;
    let text = tell(&report, "sarif");
    let log = valid(&text);
    assert_eq!(refused(&log), Vec::<String>::new());
    let results = list(&log["runs"][0], "results");
    let count = |level: &str| results.iter().filter(|result| result["level"] == level).count();
    assert_eq!((count("error"), count("warning"), count("note")), (10_000, 10_000, 5_000));
    let note = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(note["descriptor"]["id"], "cut");
    assert!(note["message"]["text"].as_str().unwrap().starts_with("5000 of 30000 findings are left out"), "{note}");
    let full = tell(&report, "sarif-full");
    assert_eq!(list(&valid(&full)["runs"][0], "results").len(), 30_000);
    let Some(python) = python("the size of a SARIF upload") else { return };
    let mut child = Command::new(python)
        .args(["-c", "import gzip,sys; print(len(gzip.compress(sys.stdin.buffer.read())))"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let size = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    assert!(size.trim().parse::<usize>().unwrap() < 10_000_000, "{} bytes become {size}", text.len());
}

#[test]
fn an_incomplete_run_says_so() {
    let mut report = report(findings(3));
    let path = Some(RepoPath::from_bytes(HOSTILE[10]));
    let place = Position { line: 2, column: 3, offset: 9 };
    let mut problem = Problem::new(ProblemKind::Syntax, path.clone(), "x\n::error::\u{1b}", "y");
    problem.place = Some((place, place));
    let policy = Problem::new(ProblemKind::Policy, None, "wrong", "");
    report.problems = vec![problem; 2_000];
    report.problems.push(policy);
    report.excused = vec![Problem::new(ProblemKind::Unreadable, path, "expected", "")];
    report.complete = false;
    for (name, told) in [("sarif", 1_002), ("sarif-full", 2_001)] {
        let log = valid(&tell(&report, name));
        assert!(name != "sarif" || refused(&log).is_empty());
        let invocation = &log["runs"][0]["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], false);
        let notes = list(invocation, "toolExecutionNotifications");
        assert_eq!(notes.len(), told, "{name}");
        assert_eq!(notes[0]["level"], "error");
        assert_eq!(notes[0]["message"]["text"], "x\\n::error::\\x1b (y)");
        assert_eq!(notes.last().unwrap()["level"], "note");
        let kinds = list(&log["runs"][0]["tool"]["driver"], "notifications");
        for note in notes {
            let index = usize::try_from(note["descriptor"]["index"].as_u64().unwrap()).unwrap();
            assert_eq!(kinds[index]["id"], note["descriptor"]["id"]);
        }
    }
}

#[test]
fn only_the_full_form_holds_what_is_suppressed() {
    let mut report = report(findings(2));
    report.suppressed = findings(3);
    report.suppressed[1].reason = Some("see [x](y)\n".into());
    assert_eq!(list(&valid(&tell(&report, "sarif"))["runs"][0], "results").len(), 2);
    let log = valid(&tell(&report, "sarif-full"));
    let results = list(&log["runs"][0], "results");
    let suppressed: Vec<usize> = results.iter().map(|result| list(result, "suppressions").len()).collect();
    assert_eq!(suppressed, [0, 0, 1, 1, 1]);
    let reasons: Vec<&Value> = results[2..].iter().map(|result| &result["suppressions"][0]["justification"]).collect();
    assert_eq!(reasons, [&Value::Null, &"see [x] (y)\\n".into(), &Value::Null]);
    assert!(results.iter().all(|result| result.get("suppressions").is_some()), "all or none (3.27.23)");
    let keys: BTreeSet<&str> =
        results.iter().filter_map(|result| result["partialFingerprints"]["policyKey/v1"].as_str()).collect();
    assert_eq!(keys.len(), 5, "each result has a key of its own");
}

/// A policy that is broken leaves a file that nobody can take for a clean run.
#[test]
fn a_broken_policy_is_a_failed_run() {
    let place = folder(&[("policy.yaml", "version: 1\nrules:\n  a:\n    forbidd: [x]\n"), ("a.py", "import x\n")]);
    let told = run(place.path(), &["check", "--format", "sarif"]);
    assert_eq!(told.code, 2);
    let log = valid(&told.stdout);
    assert_eq!(refused(&log), Vec::<String>::new());
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert!(!list(invocation, "toolConfigurationNotifications").is_empty(), "{invocation}");
}

/// The text of a region, cut by code points out of the lines of a file.
fn cut(text: &str, region: &Value) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines: Vec<String> = vec![String::new()];
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        lines.last_mut().unwrap().push(c);
        if c == '\n' || (c == '\r' && characters.peek() != Some(&'\n')) {
            lines.push(String::new());
        }
    }
    let at = |key: &str| usize::try_from(region[key].as_u64().unwrap()).unwrap();
    let (first, last) = (at("startLine"), at("endLine"));
    let mut cut = String::new();
    for number in first..=last {
        let line: Vec<char> = lines[number - 1].chars().collect();
        let start = if number == first { at("startColumn") - 1 } else { 0 };
        let end = if number == last { at("endColumn") - 1 } else { line.len() };
        cut.extend(&line[start..end]);
    }
    cut
}

/// Regions of a run, each with the file's text and the bytes that `json` says are meant.
fn regions_are_tokens(root: &Path) -> usize {
    let sarif = run(root, &["check", "--format", "sarif"]);
    let json = run(root, &["check", "--format", "json"]);
    let log = valid(&sarif.stdout);
    assert_eq!(refused(&log), Vec::<String>::new());
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    let results = list(&log["runs"][0], "results");
    assert_eq!(results.len(), list(&json, "findings").len());
    let mut compared = 0;
    for (result, finding) in results.iter().zip(list(&json, "findings")) {
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        let path = os_path(&decoded(uri));
        // The top of a work tree may lie above the root.
        let file = root.ancestors().map(|folder| folder.join(&path)).find(|file| file.is_file());
        let bytes = std::fs::read(file.unwrap_or_else(|| panic!("{uri} names no file"))).unwrap();
        let Ok(text) = std::str::from_utf8(&bytes) else { continue };
        let at = |key: &str| usize::try_from(finding[key]["offset"].as_u64().unwrap()).unwrap();
        let (start, end) = (at("start"), at("end"));
        if start != end {
            assert_eq!(cut(text, &place["region"]), text[start..end], "{uri}: {}", result["message"]["text"]);
            compared += 1;
        }
    }
    compared
}

#[cfg(unix)]
fn os_path(bytes: &[u8]) -> std::path::PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(bytes).into()
}

#[cfg(not(unix))]
fn os_path(bytes: &[u8]) -> std::path::PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

#[test]
fn regions_are_the_offending_tokens() {
    let rules = "version: 1\nrules:\n  http:\n    forbid: [requests]\n    allow-in: [nowhere/]\n";
    let place = folder(&[
        ("policy.yaml", rules),
        ("bom.py", "\u{feff}import requests\n"),
        ("cr.py", "x = 1\rimport requests\rrequests.get('😀')\r"),
        ("crlf.py", "x = 1\r\nimport os, requests as r\r\nr.get()\r\n"),
        ("wide.py", "s = '😀é'; import requests\n\t\nif s:\n\timport requests.api\n"),
        ("lines.py", "from requests import (\n    get,  # 😀\n    post,\n)\n"),
        ("form.py", "x = '\u{2028}\u{c}'; import requests\n"),
        ("requirements.txt", "# é\nrequests==2 ; python_version > '3'\n"),
        (
            "a.ipynb",
            r##"{"cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "source": ["# é\n", "import requests\n"]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"##,
        ),
        ("a.md", "é\n\n```python\nimport requests\n```\n"),
    ]);
    assert!(regions_are_tokens(place.path()) >= 12);
    assert!(regions_are_tokens(&project().join("tests/projects/maily")) >= 20);
}

#[cfg(unix)]
#[test]
fn files_with_hostile_names_are_found_again() {
    use std::os::unix::ffi::OsStrExt;
    let place = folder(&[("policy.yaml", super::harness::FORBID_REQUESTS)]);
    for name in HOSTILE {
        let file = place.path().join(std::ffi::OsStr::from_bytes(name));
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, "import requests\n").unwrap();
    }
    write(place.path(), "C:/x.py", b"import requests\n");
    write(place.path(), "d:e.py", b"import requests\n");
    assert_eq!(regions_are_tokens(place.path()), HOSTILE.len() + 2);
    // Beneath the top of a work tree, every path begins with the folder of the root.
    let git = Command::new("git").args(["init", "--quiet"]).current_dir(place.path()).status().unwrap();
    assert!(git.success());
    write(place.path(), "sub/policy.yaml", super::harness::FORBID_REQUESTS.as_bytes());
    write(place.path(), "sub/d:e.py", b"import requests\n");
    let told =
        super::harness::finish(policy(&place.path().join("sub")).args(["check", "--root", ".", "--format", "sarif"]));
    let log = valid(&told.stdout);
    let first = &log["runs"][0]["results"][0];
    assert_eq!(first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "sub/d%3Ae.py");
    assert_eq!(first["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"], "sub/policy.yaml");
}

#[test]
fn a_suppression_says_why() {
    let rules = "version: 1\nrules:\n  http:\n    forbid: [requests]\n  future:\n    require: { import: __future__.annotations }\n";
    let place = folder(&[
        ("policy.yaml", rules),
        (
            "a.py",
            "# policy: allow-file(future) -- older Pythons\nimport requests  # policy: allow(http) -- the wrapper\n",
        ),
    ]);
    let told = run(place.path(), &["check", "--format", "sarif-full"]);
    let log = valid(&told.stdout);
    let results = list(&log["runs"][0], "results");
    let why = |result: &Value| result["suppressions"][0]["justification"].clone();
    assert_eq!(results.iter().map(why).collect::<Vec<_>>(), ["older Pythons", "the wrapper"], "{}", told.stdout);
}
