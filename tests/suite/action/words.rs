//! `action/words.sh` splits as a shell does, and expands nothing.

use super::pulls::has_tools;
use crate::suite::harness::project;
use proptest::prelude::*;
use std::process::Command;

/// The words of each text, as the script splits it; none where it refuses. One shell for all.
fn split(texts: &[String]) -> Vec<Option<Vec<String>>> {
    let script = "set -euo pipefail; . action/words.sh\n\
        for text in \"$@\"; do\n\
        if split \"$text\"; then printf 'ok\\0'; for word in ${words[@]+\"${words[@]}\"}; do printf '=%s\\0' \"$word\"; done\n\
        else printf 'refused\\0'; fi; done";
    let mut bash = Command::new("bash");
    bash.args(["--noprofile", "--norc", "-c", script, "bash"]).args(texts).current_dir(project()).env("LC_ALL", "C");
    let output = bash.output().expect("bash");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut all: Vec<Option<Vec<String>>> = Vec::new();
    for part in String::from_utf8(output.stdout).expect("text").split_terminator('\0') {
        match part.strip_prefix('=') {
            Some(word) => all.last_mut().and_then(Option::as_mut).expect("an answer").push(word.to_owned()),
            None => all.push((part == "ok").then(Vec::new)),
        }
    }
    all
}

#[test]
fn words_of_a_shell() {
    if !has_tools("words") {
        return;
    }
    let cases: &[(&str, Option<&[&str]>)] = &[
        ("", Some(&[])),
        (" \t\r\n ", Some(&[])),
        ("a b", Some(&["a", "b"])),
        ("a\nb\r\n  c", Some(&["a", "b", "c"])),
        ("'a b' \"c d\" e\\ f", Some(&["a b", "c d", "e f"])),
        ("a'b'\"c\"d", Some(&["abcd"])),
        ("'' \"\"", Some(&["", ""])),
        (r#""a\"b\\c\d" 'a\b'"#, Some(&[r#"a"b\c\d"#, r"a\b"])),
        ("$(id) `id` $HOME * ~ {a,b} !! #", Some(&["$(id)", "`id`", "$HOME", "*", "~", "{a,b}", "!!", "#"])),
        ("a;b&c|d>e<f(g)", Some(&["a;b&c|d>e<f(g)"])),
        ("-- -e -n -", Some(&["--", "-e", "-n", "-"])),
        ("größe 'ほげ'", Some(&["größe", "ほげ"])),
        ("'a", None),
        ("\"a", None),
        ("a\\", None),
        ("\"a\\", None),
    ];
    let texts: Vec<String> = cases.iter().map(|(text, _)| (*text).to_owned()).collect();
    let words = |given: &[&str]| given.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    for ((text, expected), got) in cases.iter().zip(split(&texts)) {
        assert_eq!(got, expected.map(words), "{text:?}");
    }
}

/// One of the ways in which a word can be quoted.
fn quoted(word: &str, way: usize) -> String {
    match way {
        0 => format!("'{}'", word.replace('\'', "'\\''")),
        1 => format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\"")),
        _ if word.is_empty() => "''".to_owned(),
        _ => word.chars().map(|sign| format!("\\{sign}")).collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever words hold, quoting brings them through, in each way and for hundreds at a time.
    #[test]
    fn quoting_brings_every_word_through(
        lines in prop::collection::vec(prop::collection::vec(("[\u{1}-\u{7f}é]{0,6}", 0usize..3), 0..6), 40)
    ) {
        if !has_tools("quoted words") {
            return Ok(());
        }
        // A backslash takes one byte: signs of several are quoted in the other ways.
        let way = |word: &str, way: usize| if word.is_ascii() { way } else { way % 2 };
        let quote = |line: &Vec<(String, usize)>| {
            line.iter().map(|(word, own)| quoted(word, way(word, *own))).collect::<Vec<_>>().join(" ")
        };
        let texts: Vec<String> = lines.iter().map(quote).collect();
        for (line, got) in lines.iter().zip(split(&texts)) {
            let expected: Vec<String> = line.iter().map(|(word, _)| word.clone()).collect();
            prop_assert_eq!(got, Some(expected));
        }
    }
}
