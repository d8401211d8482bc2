//! The same bytes out, whatever the threads; and a part of the tree is judged as the whole is.

use super::harness::{finish, folder, policy, project, run, write};
use std::collections::BTreeSet;

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let tree = folder(&[(
        "policy.yaml",
        "version: 1\nrules:\n  a: { forbid: [requests], allow-in: [{ in: d3/, max: 4 }] }\n  b: { forbid: { import: [any] }, level: note }\n",
    )]);
    for n in 0..700 {
        let text = format!("import requests\nfrom x{n} import y\ndef f():\n    import os, requests.a{n}\n");
        write(tree.path(), &format!("d{}/f{n}.py", n % 9), text.as_bytes());
    }
    write(tree.path(), "broken.py", b"import {{x}}\nx = '''\nimport requests\n");
    for arguments in [
        &["check", "--format", "json"][..],
        &["check", "--format", "jsonl"],
        &["check", "--format", "concise"],
        &["check", "--format", "github"],
        &["check"],
        &["facts"],
    ] {
        let outputs: BTreeSet<(String, i32)> = ["1", "2", "8"]
            .iter()
            .map(|threads| finish(policy(tree.path()).args(arguments).args(["--threads", threads])))
            .map(|run| (run.stdout, run.code))
            .collect();
        assert_eq!(outputs.len(), 1, "{arguments:?}");
    }
}

#[test]
fn a_part_is_judged_as_the_whole_is() {
    let root = project().join("tests/projects/maily");
    let lines = |arguments: &[&str]| -> Vec<String> {
        let run = run(&root, &[&["check", "--format", "jsonl"], arguments].concat());
        run.stdout.lines().filter(|line| line.contains("\"type\":\"finding\"")).map(str::to_owned).collect()
    };
    let whole = lines(&[]);
    let by_folder: Vec<String> =
        ["apps/ai-service", "apps/api", "packages", "tests"].iter().flat_map(|f| lines(&[f])).collect();
    assert_eq!(whole, by_folder);
    let mut paths: Vec<String> = whole
        .iter()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["path"].as_str().unwrap().to_owned())
        .collect();
    paths.dedup();
    let by_file: Vec<String> = paths.iter().flat_map(|path| lines(&[path])).collect();
    assert_eq!(whole, by_file);
    let summary = run(&root, &["check", "apps/api", "--format", "json"]).stdout;
    assert!(summary.contains("\"scope\": \"partial\""));
}

#[test]
fn findings_keep_their_identity_when_lines_move() {
    let prints = |text: &str| -> Vec<String> {
        let tree = folder(&[("policy.yaml", super::harness::FORBID_REQUESTS), ("a.py", text)]);
        let run = run(tree.path(), &["check", "--format", "jsonl"]);
        let findings = run.stdout.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        findings.filter_map(|finding| finding["fingerprint"].as_str().map(str::to_owned)).collect()
    };
    let text = "import requests\ndef f():\n    import requests\n    import requests\n";
    let before = prints(text);
    assert_eq!(before.len(), 3);
    assert_eq!(before.iter().collect::<BTreeSet<_>>().len(), 3);
    assert_eq!(before, prints(&format!("# moved\n\nx = 1\n{}", text.replace("    ", "\t"))));
    // Fixed for good: baselines of users depend on it.
    assert_eq!(before[0], "7d93a476c7a5065fbb5a7adf7131aa95");
}
