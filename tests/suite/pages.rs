//! Pages about rules: what is written into a folder, byte by byte, and that no text of a policy becomes more than text.

use super::harness::{copy, folder, project, run};
use pulldown_cmark::{Event, Options, Parser, Tag};
use std::collections::BTreeMap;
use std::path::Path;

const ALL: [&str; 6] = ["explain", "--all", "--format", "markdown", "--output", "rules"];

fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    entries.map(|entry| (entry.file_name().into_string().unwrap(), read(&entry.path()))).collect()
}

/// Links, and whatever else is neither text nor code nor layout.
fn odd_events(markdown: &str) -> (Vec<String>, Vec<String>) {
    let (mut links, mut others) = (Vec::new(), Vec::new());
    for event in Parser::new_ext(markdown, Options::all()) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => links.push(dest_url.to_string()),
            Event::Start(
                Tag::Image { .. }
                | Tag::HtmlBlock
                | Tag::FootnoteDefinition(_)
                | Tag::BlockQuote(_)
                | Tag::MetadataBlock(_)
                | Tag::Emphasis
                | Tag::Strikethrough,
            )
            | Event::Html(_)
            | Event::InlineHtml(_)
            | Event::FootnoteReference(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::Rule
            | Event::TaskListMarker(_) => others.push(format!("{event:?}")),
            _ => {}
        }
    }
    (links, others)
}

#[test]
fn a_folder_of_pages_is_what_it_was() {
    let place = tempfile::tempdir().unwrap();
    copy(&project().join("tests/cases/explain/tree"), place.path());
    let written = run(place.path(), &[&ALL[..], &["--today", "2026-03-20"]].concat());
    assert_eq!(written.code, 0, "{}", written.stderr);
    let pages = files(&place.path().join("rules"));
    let expected = project().join("tests/cases/explain/pages");
    if std::env::var_os("POLICY_UPDATE").is_some() {
        let _ = std::fs::remove_dir_all(&expected);
        copy(&place.path().join("rules"), &expected);
    }
    assert_eq!(pages, files(&expected), "POLICY_UPDATE=1 rewrites them");
    // Every page is led to, under its name, and there is no other link but to the documents that the policy names.
    let (_, index) = pages["README.md"].split_once('\n').unwrap();
    let (mut links, others) = odd_events(index);
    assert_eq!(others, Vec::<String>::new());
    links.push("README.md".to_owned());
    links.sort();
    assert_eq!(links, pages.keys().cloned().collect::<Vec<_>>());
}

#[test]
fn no_text_of_a_policy_becomes_more_than_text() {
    let hostile = [
        "<script>alert(1)</script>",
        "![x](http://evil.example/x.png)",
        "[x](javascript:alert(1)) [y][z] [^1]",
        "a | b || c \\| d",
        "` `` ``` ```` <b>",
        "``` \\u{1b}[31m",
        "# head",
        "- list",
        "1. list",
        "> quote",
        "===",
        "---",
        "&lt;b&gt; &#60;b&#62;",
        "::error::x ##[group]x",
        "*a* _b_ ~~c~~ $d$ $$e$$",
        "\u{202e}bidi\u{200b}\u{1b}[31m",
        "<!-- x --> </details>",
        "[ ] task",
        "line\nline\n\n    code\n<b>\n",
    ];
    for text in hostile {
        let quoted = serde_json::to_string(text).unwrap().replace("\\u001b", "\\e");
        let policy = format!(
            "version: 1\nrules:\n  a:\n    forbid: [requests]\n    why: {quoted}\n    owner: {quoted}\n    instead: acme.x\n    \
             docs: https://x.example/{}\n    allow-in:\n      - {{ in: a/, why: {quoted}, owner: {quoted} }}\n    examples:\n      \
             - bad: {quoted}\n        good: {quoted}\n",
            "a)](http://evil.example)<b>`|"
        );
        let place = folder(&[("policy.yaml", &policy)]);
        let written = run(place.path(), &ALL);
        assert_eq!(written.code, 0, "{text}: {}", written.stderr);
        for (name, page) in files(&place.path().join("rules")) {
            let (_, page) = page.split_once('\n').unwrap();
            let (links, others) = odd_events(page);
            assert_eq!(others, Vec::<String>::new(), "{text}: {name}:\n{page}");
            assert!(name == "README.md" || links.is_empty(), "{text}: {name}: {links:?}");
            assert!(!page.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{text}: {name}");
            for line in page.lines() {
                assert!(!line.trim_start().starts_with("::") && !line.contains("##["), "{text}: {name}: {line}");
            }
        }
    }
}

#[test]
fn somebody_elses_files_stay() {
    let place = folder(&[("policy.yaml", super::harness::FORBID_REQUESTS), ("rules/http.md", "# mine\n")]);
    let refused = run(place.path(), &ALL);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("rules/http.md`: its first line"), "{}", refused.stderr);
    assert_eq!(files(&place.path().join("rules")).len(), 1, "nothing was written");
    // What only begins like the mark is not marked.
    std::fs::remove_file(place.path().join("rules/http.md")).unwrap();
    assert_eq!(run(place.path(), &ALL).code, 0);
    let page = place.path().join("rules/http.md");
    let text = std::fs::read_to_string(&page).unwrap();
    std::fs::write(&page, text.replacen(" -->", " --> mine", 1)).unwrap();
    assert_eq!(run(place.path(), &ALL).code, 2);
    // An edited page is ours, and its file stays the same one when nothing changes.
    std::fs::write(&page, format!("{text}edited\n")).unwrap();
    assert_eq!(run(place.path(), &ALL).code, 0);
    assert_eq!(std::fs::read_to_string(&page).unwrap(), text);
}

#[cfg(unix)]
#[test]
fn links_and_folders_in_the_way_are_no_pages() {
    let place = folder(&[("policy.yaml", super::harness::FORBID_REQUESTS), ("outside.md", "# mine\n")]);
    std::fs::create_dir(place.path().join("rules")).unwrap();
    std::os::unix::fs::symlink(place.path().join("outside.md"), place.path().join("rules/http.md")).unwrap();
    assert!(run(place.path(), &ALL).stderr.contains("it is a link"));
    std::fs::remove_file(place.path().join("rules/http.md")).unwrap();
    std::fs::create_dir(place.path().join("rules/http.md")).unwrap();
    assert!(run(place.path(), &ALL).stderr.contains("it is a folder"));
    assert_eq!(std::fs::read_to_string(place.path().join("outside.md")).unwrap(), "# mine\n");
    let full = run(place.path(), &["explain", "http", "--format", "markdown", "--output", "/dev/full"]);
    assert_eq!(full.code, 2, "{}", full.stderr);
    let full = run(place.path(), &["explain", "http", "--format", "markdown", "--output", "/dev/stdout"]);
    assert_eq!(full.code, 0, "{}", full.stderr);
    assert!(full.stdout.contains("# `http`"));
}
