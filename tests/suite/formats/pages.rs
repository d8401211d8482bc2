//! `markdown` as pages: rendered by two renderers, one of them GitHub's own where Python is, and looked at as HTML. No link, no
//! picture, no tag and no attribute comes out of it, whatever the report says.

use super::reports::{self, HOSTILE, cases, finding, many, report, tell};
use crate::suite::harness;
use policy::level::Level;
use policy::report::Report;
use pulldown_cmark::{Options, Parser};
use std::process::Command;

/// GitHub drops a summary that is longer than 1 MiB; the format keeps to half of that.
const BUDGET: usize = 512 * 1024;

/// The elements that a page is made of.
const ELEMENTS: &[&str] =
    &["page", "h2", "h3", "p", "ul", "li", "strong", "code", "table", "thead", "tbody", "tr", "th", "td"];

pub(super) fn page(report: &Report, text: &str) {
    assert!(text.len() <= BUDGET, "{} bytes", text.len());
    let mut html = String::new();
    let options = Options::all() - Options::ENABLE_SMART_PUNCTUATION;
    pulldown_cmark::html::push_html(&mut html, Parser::new_ext(text, options));
    inert(&html);
    // The verdict comes first, and no row is broken in the middle.
    let verdict = if !report.complete {
        "not complete"
    } else if report.summary.findings.error > 0 {
        "failed"
    } else {
        "passed"
    };
    assert!(text.starts_with(&format!("## policy: {verdict}")), "{text:.200}");
    whole_rows(&html);
    if report.findings.len() > 20_000 || report.problems.len() > 20_000 {
        assert!(text.contains(" are cut here"), "a cut is said");
    }
}

/// Nothing but the elements of a page, none with an attribute, and no text that GitHub makes a link of.
fn inert(html: &str) {
    let html = format!("<page>{html}</page>");
    let options = roxmltree::ParsingOptions { nodes_limit: u32::MAX, ..Default::default() };
    let document = roxmltree::Document::parse_with_options(&html, options).unwrap_or_else(|error| {
        let line = html.lines().nth(error.pos().row as usize - 1).unwrap_or_default();
        panic!("{error}: {line:.400}")
    });
    for node in document.descendants() {
        assert!(!node.is_comment() && !node.is_pi(), "{node:?}");
        if node.is_element() {
            let name = node.tag_name().name();
            assert!(ELEMENTS.contains(&name), "<{name}>");
            assert_eq!(node.attributes().count(), 0, "<{name}> has attributes");
        }
        let is_code = node.parent().is_some_and(|parent| parent.has_tag_name("code"));
        if let Some(text) = node.text().filter(|_| node.is_text() && !is_code) {
            let is_reference = |sign: &str| {
                text.match_indices(sign)
                    .any(|(at, _)| text[at + sign.len()..].starts_with(|c: char| c.is_ascii_alphanumeric()))
            };
            assert!(!["@", "#", "GH-", "://", "www."].into_iter().any(is_reference), "{text:.400}");
        }
    }
}

/// Every row of a table has as many cells as its head has.
fn whole_rows(html: &str) {
    let document = format!("<page>{html}</page>");
    let options = roxmltree::ParsingOptions { nodes_limit: u32::MAX, ..Default::default() };
    let document = roxmltree::Document::parse_with_options(&document, options).unwrap();
    for table in document.descendants().filter(|node| node.has_tag_name("table")) {
        let head = table.descendants().filter(|node| node.has_tag_name("th")).count();
        for row in table.descendants().filter(|node| node.has_tag_name("tr")) {
            assert_eq!(row.children().filter(roxmltree::Node::is_element).count(), head);
        }
    }
}

/// GitHub's own renderer with everything on, raw tags too.
const RENDER: &str = "
import sys
import cmarkgfm
from cmarkgfm.cmark import Options
for path in sys.argv[1:]:
    with open(path, encoding='utf-8', newline='') as file:
        text = file.read()
    options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
    extensions = ['table', 'autolink', 'strikethrough', 'tasklist']
    html = cmarkgfm.markdown_to_html_with_extensions(text, options=options, extensions=extensions)
    with open(path + '.html', 'w', encoding='utf-8', newline='') as file:
        file.write(html)
";

#[test]
fn pages_are_inert_in_the_renderer_of_github() {
    let Some(python) = harness::python_with("pages in GitHub's renderer", "cmarkgfm") else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(python);
    command.args(["-c", RENDER]).env("PYTHONPATH", harness::peers());
    let cases = cases();
    for (number, case) in cases.iter().enumerate() {
        let name = format!("{number}.md");
        harness::write(folder.path(), &name, tell(&case.report, "markdown").as_bytes());
        command.arg(folder.path().join(name));
    }
    // What the proof is worth: hostile text as it is does come alive.
    harness::write(folder.path(), "raw.md", HOSTILE.join("\n\n").as_bytes());
    command.arg(folder.path().join("raw.md"));
    let run = harness::finish(&mut command);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for (number, case) in cases.iter().enumerate() {
        eprintln!("{}", case.name);
        let html = std::fs::read_to_string(folder.path().join(format!("{number}.md.html"))).unwrap();
        inert(&html);
        whole_rows(&html);
        let rows = html.matches("<tr>").count();
        let page = tell(&case.report, "markdown");
        let told = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| ---")).count();
        assert_eq!(rows, told, "{}: a row was lost", case.name);
    }
    let raw = std::fs::read_to_string(folder.path().join("raw.md.html")).unwrap();
    assert!(raw.contains("<a href=\"http://www.evil.example\"") && raw.contains("<img"), "{raw}");
}

#[test]
fn a_cut_names_what_it_cut() {
    let text = tell(&many(30_000), "markdown");
    let cut = text.lines().find(|line| line.contains(" are cut here")).unwrap();
    let more: usize = cut.split(' ').next().unwrap().parse().unwrap();
    let (_, table) = text.split_once("### Findings").unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(rows + more, 30_000, "{cut}");
    assert!(text.len() > BUDGET - 8 * 1024, "the page uses its budget");
    // Errors are not what is cut.
    assert!(table.lines().filter(|line| line.contains("| error |")).count() > 5_000 || !table.contains("| note |"));
    assert!(text.lines().last().unwrap().starts_with("**Next:**"));
}

#[test]
fn problems_come_before_everything_else() {
    let text = tell(&reports::hostile(), "markdown");
    let at = |what: &str| text.find(what).unwrap();
    assert!(at("### Problems") < at("### Rules") && at("### Rules") < at("### Findings"));
    let owned = finding(Level::Error, b"a.py", 0);
    assert!(!tell(&report(vec![owned], vec![]), "markdown").contains("owners"), "no column for what nobody knows");
}
