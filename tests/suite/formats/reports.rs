//! Reports to be told: an empty one, ordinary ones, incomplete ones, enormous ones, and ones in which every text that
//! comes from elsewhere is hostile.

use policy::context::Contexts;
use policy::dependency::Standing;
use policy::fact::Confidence;
use policy::finding::{Depended, Finding, PolicyLine};
use policy::fingerprint::Fingerprint;
use policy::formats::paths::Paths;
use policy::formats::{Sources, Style, Telling};
use policy::level::Level;
use policy::problem::{Problem, ProblemKind};
use policy::repo_path::RepoPath;
use policy::report::{Asked, PolicyInfo, Ratchet, Report, Scope, Summary, Verdict};
use policy::surface::Surface;
use policy::text::{Position, Within};
use std::path::Path;
use std::sync::Arc;

/// What files hold when they are asked for: the same bytes, whatever their name.
pub(crate) struct Same(pub &'static [u8]);

impl Sources for Same {
    fn bytes(&self, _: &RepoPath) -> Option<Vec<u8>> {
        Some(self.0.to_vec())
    }
}

/// Lines that are hostile themselves, with room for every place that the findings here stand at.
pub(crate) const HOSTILE_FILE: Same =
    Same(b"::error::\x1b[31m ##[group] import x \xe2\x80\xae\t ............\n::error::\xff.................................\n");

/// One report under a name.
pub(crate) struct Case {
    pub name: &'static str,
    pub report: Report,
}

/// Text that some reader would take for more than text.
pub(crate) const HOSTILE: &[&str] = &[
    "a\nb\r\nc\rd",
    "100%25 %0A %0D %3A",
    "::error::x",
    " \t::stop-commands::token",
    "\u{85}::error::x",
    "\u{2028}::error file=a::x",
    "\n::set-env name=PATH::x",
    "##[error]x",
    "a ##[group]b ##\u{ad}[error]c",
    ",line=9,title=x::",
    "\x1b[31m\x1b]0;x\x07",
    "\u{202e}\u{2066}x\u{200b}\u{feff}",
    "a | b \\| c ||",
    "`a` ``b`` ```c``` `",
    "<img src=x onerror=y> <script>x</script> </td></table>",
    "</error></testcase>\"'&amp;<!-- ]]> --><![CDATA[x",
    "\u{1F600} \u{10FFFF} e\u{301}",
    "\0\u{1}\u{b}\u{FFFE}\u{FFFF}\u{7f}\u{9b}",
    "![x](http://evil.example/x.png) [x](javascript:x) [x]: http://evil.example",
    "http://evil.example www.evil.example evil@evil.example @team #1 GH-1 deadbeef :boom: $x$",
    "*a* _b_ ~~c~~ # d",
    "- [ ] a",
    "| --- | --- |",
    "\\",
    "[[ATTACHMENT|/etc/passwd]]",
    "\",\"fingerprint\":\"x",
    "",
];

fn at(line: u32, column: u32, offset: u32) -> Position {
    Position { line, column, offset }
}

/// An ordinary finding, the n-th of its file.
pub(crate) fn finding(level: Level, path: &[u8], n: u32) -> Finding {
    let path = Arc::new(RepoPath::from_bytes(path));
    Finding {
        rule: format!("rule-{}", n % 7).into(),
        level,
        path: path.clone(),
        start: at(1 + n, 3, 40 * n + 2),
        end: at(1 + n, 11, 40 * n + 10),
        statement: 40 * n,
        name: "requests".into(),
        matched: "requests".into(),
        surface: Surface::Code,
        contexts: Contexts::default(),
        scope: "Client.fetch".into(),
        message: "`requests` is forbidden; use `acme.http`".into(),
        help: "Retries live there.\nsee https://wiki.acme.example/http".into(),
        ordinal: n as usize,
        fingerprint: Fingerprint::new("rule", path.as_bytes(), "Client.fetch", "requests", n as usize),
        policy: PolicyLine {
            path: Arc::new(RepoPath::from_bytes(b"policy.yaml")),
            start: at(4, 5, 30),
            end: at(4, 9, 34),
        },
        confidence: Confidence::Certain,
        related: Vec::new(),
        uses: 0,
        chain: Vec::new(),
        within: None,
        dependency: None,
        owners: None,
        reason: None,
    }
}

/// The same with one text in every place for text.
pub(crate) fn with(text: &str, mut finding: Finding) -> Finding {
    // What no file can be called.
    let mut path = text.replace('\0', "").replace("//", "/").into_bytes();
    path.extend_from_slice(b"\xff\xfe.py");
    finding.path = Arc::new(RepoPath::from_bytes(&path));
    finding.rule = format!("r{text}").into();
    finding.name = text.into();
    finding.matched = text.into();
    finding.scope = text.into();
    finding.message = text.into();
    finding.help = format!("{text}\n{text}").into();
    finding.policy.path = finding.path.clone();
    finding.owners = Some(vec![text.into(), "@acme/core".into()].into());
    finding.dependency = Some(Depended {
        standing: Standing::Declared,
        specifier: Some(text.into()),
        marker: Some(text.into()),
        group: Some(text.into()),
        pulled_by: vec![text.into()],
    });
    finding
}

/// A report with totals that fit.
pub(crate) fn report(findings: Vec<Finding>, problems: Vec<Problem>) -> Report {
    let mut summary = Summary { files: 3, analysed: 3 - problems.len().min(3), ..Summary::default() };
    for finding in &findings {
        summary.findings.add(finding.level);
    }
    Report {
        policy: Some(PolicyInfo { path: RepoPath::from_bytes(b"policy.yaml"), hash: "0".repeat(32) }),
        scope: Scope::Full,
        asked: Asked::default(),
        also_fails: None,
        complete: problems.is_empty(),
        summary,
        verdict: None,
        ratchet: None,
        suppressed: vec![],
        findings,
        problems,
        excused: vec![],
    }
}

pub(crate) const LEVELS: [Level; 3] = [Level::Error, Level::Warn, Level::Note];

fn each_level(count: u32) -> Vec<Finding> {
    (0..count).map(|n| finding(LEVELS[n as usize % 3], b"acme/old.py", n)).collect()
}

fn problem(path: Option<&[u8]>, text: &str) -> Problem {
    let path = path.map(RepoPath::from_bytes);
    Problem::new(ProblemKind::Unreadable, path, text.to_owned(), text.to_owned())
}

fn problems(text: &str) -> Vec<Problem> {
    let mut placed = problem(Some(b"acme/broken.py"), text);
    placed.place = Some((at(2, 1, 60), at(2, 3, 62)));
    placed.kind = ProblemKind::Syntax;
    vec![problem(None, text), problem(Some(b""), text), placed, problem(Some(b"\xff\n.py"), text)]
}

/// Every text of the list in every place for text.
pub(crate) fn hostile() -> Report {
    let findings = HOSTILE.iter().zip(0..).map(|(text, n)| with(text, finding(LEVELS[n as usize % 3], b"", n % 2)));
    let mut report = report(findings.collect(), HOSTILE.iter().flat_map(|text| problems(text)).collect());
    report.ratchet = Some(Ratchet {
        path: RepoPath::from_bytes(HOSTILE.concat().replace('\0', "").as_bytes()),
        entries: 9,
        used: 2,
        stale: HOSTILE.iter().map(|text| (*text).to_owned()).collect(),
    });
    report.summary.baselined = 2;
    report
}

/// Findings with unusual places: of a whole file, over several lines, in a cell of a notebook.
fn places() -> Report {
    let mut whole = finding(Level::Warn, b"acme/whole.py", 0);
    (whole.start, whole.end) = (at(1, 1, 0), at(1, 1, 0));
    let mut long = finding(Level::Error, b"acme/long.py", 0);
    long.end = at(4, 2, 90);
    let mut cell = finding(Level::Error, b"acme/book.ipynb", 1);
    cell.within = Some(Within { kind: "cell", index: 2, line: 3, column: 1 });
    let mut equal = finding(Level::Note, b"acme/whole.py", 0);
    equal.scope = "".into();
    report(vec![cell, long, whole, equal.clone(), equal.clone(), equal], vec![])
}

fn of_a_change() -> Report {
    let mut report = report(each_level(3), vec![]);
    report.summary.suppressed = 1;
    report.summary.baselined = 4;
    report.excused = problems("is expected");
    report.verdict = Some(Verdict {
        source: "commit",
        head: "1".repeat(40),
        base: Some("2".repeat(40)),
        policy_ref: Some("3".repeat(40)),
        introduced: false,
        new_only: true,
        known: 5,
        cut: None,
    });
    for finding in &mut report.findings {
        finding.owners = Some(vec!["@acme/core".into(), "a@acme.example".into()].into());
    }
    report
}

/// So many findings in one line of one file, and so many in a statement each.
pub(crate) fn many(count: u32) -> Report {
    let mut findings = Vec::new();
    for n in 0..count {
        let mut own = finding(LEVELS[n as usize % 3], if n % 2 == 0 { b"acme/a.py" } else { b"acme/b.py" }, n);
        own.name = format!("acme.x{n}").into();
        if n % 2 == 1 {
            (own.start, own.end) = (at(1, 2 * n + 1, 2 * n), at(1, 2 * n + 2, 2 * n + 1));
        }
        findings.push(own);
    }
    findings.sort_by(Finding::order);
    report(findings, vec![])
}

/// Every report that every format must tell; [`many`] besides.
pub(crate) fn cases() -> Vec<Case> {
    let long = "x`|<\u{202e}".repeat(20_000);
    let case = |name, report| Case { name, report };
    vec![
        case("nothing", report(vec![], vec![])),
        case("ordinary", report(each_level(3), vec![])),
        case("incomplete", report(each_level(2), problems("could not be read"))),
        case("only problems", report(vec![], problems("could not be read"))),
        case("places", places()),
        case("of a change", of_a_change()),
        case("hostile", hostile()),
        case("long", report(vec![with(&long, finding(Level::Error, b"", 0))], problems(&long))),
        case("many problems", report(each_level(40), vec![problem(Some(b"x.py"), "is not readable"); 30_000])),
    ]
}

/// A report as a format tells it, from a root that lies two folders below the top of the work tree.
pub(crate) fn tell(report: &Report, name: &str) -> String {
    tell_from(report, name, &HOSTILE_FILE)
}

/// The same with other bytes in the files.
pub(crate) fn tell_from(report: &Report, name: &str, sources: &dyn Sources) -> String {
    let format = policy::formats::by_name(name).unwrap();
    let paths = Paths::new(Path::new("/w/apps/api"), Path::new("/w/apps/api"), Some(Path::new("/w")));
    let style = Style { color: false, width: 100, limit: usize::MAX, fail_level: Level::Error, group_by: None };
    let telling = Telling { report, policies: Vec::new(), paths: &paths, sources, style, pages: &Vec::new };
    let mut out = Vec::new();
    format.write(&telling, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
