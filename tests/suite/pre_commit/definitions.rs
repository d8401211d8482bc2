//! What the definitions of hooks promise: three ways to install, each with the same three hooks.

use crate::suite::harness::project;
use serde_json::{Map, Value};

/// The definitions of one file, in their order.
pub(super) fn hooks(file: &str) -> Vec<Map<String, Value>> {
    let text = std::fs::read_to_string(project().join(file)).expect("the definitions");
    serde_yaml::from_str(&text).expect("YAML")
}

/// The file at the top, and the one of the mirror.
pub(super) const OWN: &str = ".pre-commit-hooks.yaml";
pub(super) const MIRROR: &str = "pre-commit-mirror/.pre-commit-hooks.yaml";

#[test]
fn three_ways_have_the_same_three_hooks() {
    let all: Vec<_> = [OWN, MIRROR].into_iter().flat_map(hooks).collect();
    let ids: Vec<&str> = all.iter().map(|hook| hook["id"].as_str().unwrap()).collect();
    let ways = ["policy-src", "policy-system", "policy"];
    let wanted: Vec<String> =
        ways.iter().flat_map(|way| ["", "-manifests", "-project"].map(|part| format!("{way}{part}"))).collect();
    assert_eq!(ids, wanted);
    for (at, hook) in all.iter().enumerate() {
        let language = ["rust", "system", "python"][at / 3];
        assert_eq!(hook["language"], language, "{}", ids[at]);
        // A call at a time, on whatever files; before a commit, a merge and a push, never after the fact.
        assert_eq!(hook["require_serial"], true);
        assert_eq!(hook["stages"], serde_json::json!(["pre-commit", "pre-merge-commit", "pre-push", "manual"]));
        assert_eq!(hook["minimum_pre_commit_version"], "3.2.0");
        let same = |hook: &Map<String, Value>| {
            let mut rest = hook.clone();
            for key in ["id", "language", "description"] {
                rest.remove(key);
            }
            rest
        };
        assert_eq!(same(hook), same(&all[at % 3]), "{} differs", ids[at]);
    }
    for hook in all.iter().skip(2).step_by(3) {
        assert_eq!((&hook["pass_filenames"], &hook["always_run"]), (&Value::Bool(false), &Value::Bool(true)));
        assert!(!hook.contains_key("files") && !hook.contains_key("types_or"));
    }
}
