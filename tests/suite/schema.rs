//! `policy schema`: a policy that the tool reads is never red in an editor, and what is wrong in shape is. The reader of policies is the
//! judge; the schema is compared with it, also over policies with one key or value changed.

use super::harness::{project, run};
use jsonschema::Validator;
use policy::document::yaml::{self, Node};
use policy::policy::{Extensions, load};
use policy::repo_path::RepoPath;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const COMMITTED: &str = "schema/policy.schema.json";

fn told() -> String {
    let folder = tempfile::tempdir().unwrap();
    let run = run(folder.path(), &["schema"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    run.stdout
}

fn schema() -> Value {
    serde_json::from_str(&told()).unwrap()
}

fn validator() -> Validator {
    jsonschema::draft7::new(&schema()).unwrap()
}

#[test]
fn the_committed_schema_is_what_the_tool_tells() {
    let file = project().join(COMMITTED);
    let told = told();
    if std::env::var_os("POLICY_UPDATE").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, &told).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == told, "{COMMITTED} is out of date: `policy schema --output {COMMITTED}` writes it");
}

#[test]
fn the_schema_is_one() {
    let schema = schema();
    assert!(jsonschema::draft7::meta::is_valid(&schema), "{:?}", jsonschema::draft7::meta::validate(&schema));
}

/// Every key that an editor offers comes with a title and words.
#[test]
fn every_key_is_explained() {
    let schema = schema();
    let mut seen = 0;
    let mut open = vec![(String::new(), &schema)];
    while let Some((place, value)) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items.iter().map(|item| (place.clone(), item))),
            Value::Object(map) => {
                let properties = map.get("properties").and_then(Value::as_object);
                // A condition repeats what is explained elsewhere.
                let is_condition = map.len() == 1 || place.ends_with("/if");
                for (key, property) in properties.into_iter().flatten().filter(|_| !is_condition) {
                    seen += 1;
                    let is_told =
                        |word: &str| property.get(word).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
                    assert!(is_told("title") && is_told("description"), "{place}/{key} is not explained: {property}");
                }
                open.extend(map.iter().map(|(key, value)| (format!("{place}/{key}"), value)));
            }
            _ => {}
        }
    }
    assert!(seen > 100, "only {seen} keys");
}

/// Packs, and files beneath a folder.
struct Files {
    root: PathBuf,
}

impl Extensions for Files {
    fn pack(&self, name: &str) -> Option<&'static str> {
        policy::packs::text(name)
    }

    fn packs(&self) -> Vec<&'static str> {
        policy::packs::PACKS.iter().map(|(name, _)| *name).collect()
    }

    fn file(&self, path: &RepoPath) -> Result<String, String> {
        std::fs::read_to_string(self.root.join(path.to_string())).map_err(|_| "does not exist".to_owned())
    }

    fn installed(&self, path: &RepoPath) -> Result<Vec<(String, String)>, String> {
        if path.to_string().contains("mutant") { Err("does not exist".to_owned()) } else { Ok(Vec::new()) }
    }
}

/// What the reader says of a policy: nothing, or its first mistakes.
fn mistakes(text: &str, root: &Path) -> Vec<String> {
    let loaded = load::load(RepoPath::from_bytes(b"policy.yaml"), text, "0.1.0", &Files { root: root.to_path_buf() });
    let all = |broken: Vec<policy::policy::Broken>| {
        let own = broken.into_iter().take(1).flat_map(|broken| broken.mistakes);
        own.map(|mistake| mistake.message.to_string()).collect::<Vec<_>>()
    };
    match loaded {
        Ok(_) => Vec::new(),
        Err(broken) => Some(all(broken))
            .filter(|own| !own.is_empty())
            .unwrap_or(vec!["a policy that it pulls in is wrong".to_owned()]),
    }
}

/// A policy as the YAML servers of editors see it: the core schema of YAML 1.2.
fn as_editors_do(text: &str) -> Option<Value> {
    let mut wrong = Vec::new();
    let tree = yaml::parse(text, &mut wrong)?;
    wrong.is_empty().then(|| value_of(&tree))
}

fn value_of(node: &Node) -> Value {
    match &node.value {
        yaml::Value::Null | yaml::Value::Refused => Value::Null,
        yaml::Value::List(items) => items.iter().map(value_of).collect(),
        yaml::Value::Map(entries) => entries.iter().map(|(key, value)| (key.text.clone(), value_of(value))).collect(),
        yaml::Value::Scalar { text, plain: false } => json!(text),
        yaml::Value::Scalar { text, .. } => match text.as_str() {
            "true" | "True" | "TRUE" => json!(true),
            "false" | "False" | "FALSE" => json!(false),
            _ => text
                .parse::<i64>()
                .map(Value::from)
                .or_else(|_| text.parse::<f64>().map(Value::from))
                .unwrap_or(json!(text)),
        },
    }
}

/// Every policy of the project that the tool reads: texts, each with the folder it stands in.
fn policies() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = ["tests", "rules", "docs", "benches"].map(|name| project().join(name)).into();
    open.push(project().join("README.md"));
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).unwrap().flatten().map(|entry| entry.path()));
            continue;
        }
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        match path.extension().and_then(|suffix| suffix.to_str()) {
            Some("yaml" | "yml") if text.contains("version:") => found.push((path, text)),
            Some("md") => {
                let blocks = text.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix("yaml\n"));
                found.extend(
                    blocks.filter(|block| block.contains("version: 1")).map(|block| (path.clone(), block.to_owned())),
                );
            }
            _ => {}
        }
    }
    found.sort();
    found
}

#[test]
fn what_the_tool_reads_is_never_red() {
    let validator = validator();
    let (mut count, mut red) = (0, String::new());
    for (path, text) in policies() {
        let root = path.parent().unwrap();
        if !mistakes(&text, root).is_empty() {
            continue;
        }
        count += 1;
        let value = as_editors_do(&text).unwrap();
        for error in validator.iter_errors(&value).take(3) {
            red.push_str(&format!("{} {}: {error}\n", path.display(), error.instance_path()));
        }
    }
    assert!(red.is_empty(), "{red}");
    assert!(count > 100, "only {count} policies");
}

/// What no schema can know. Each: words of the mistake, and why.
const UNKNOWABLE: &[(&str, &str)] = &[
    ("`3.1` is no Python version", "YAML takes `3.10` for the number 3.1"),
    ("does not exist", "it sees one document, and neither files nor folders"),
    ("there is no rule", "which rules are pulled in, stands in other files"),
    (
        "nobody knows what code imports of the distribution",
        "the table of libraries is larger than any editor wants to load",
    ),
    ("cannot be imported as", "it cannot compare the name of a file with that of a module"),
    ("`true` is no name", "`dynamic: true` is a trap, and a module called `true` is none"),
];

/// The same, in the mistakes that sessions show.
const UNKNOWABLE_TOO: &[(&str, &str)] = &[
    ("a policy that it pulls in is wrong", "it sees one document"),
    ("leads out of the root", "it does not know where a policy lies"),
    ("a baseline lies beneath the root", "nor that"),
    ("YAML cut off", "comments are gone when it is asked"),
];

/// Policies with mistakes, as sessions show them: red, or one of those that no schema can know.
#[test]
fn mistakes_of_shape_are_red() {
    let validator = validator();
    let unknowable = || UNKNOWABLE.iter().chain(UNKNOWABLE_TOO).map(|(words, _)| *words);
    let (mut red, mut wrong) = (0, String::new());
    for (path, text) in policies().into_iter().filter(|(path, _)| path.to_string_lossy().contains("mistakes")) {
        let told = mistakes(&text, path.parent().unwrap());
        let Some(value) = as_editors_do(&text).filter(|_| !told.is_empty()) else { continue };
        if validator.is_valid(&value) {
            for message in told.iter().filter(|told| !unknowable().any(|words| told.contains(words))) {
                wrong.push_str(&format!("{}: {message}\n", path.display()));
            }
        } else {
            red += 1;
        }
    }
    assert!(wrong.is_empty(), "not red:\n{wrong}");
    assert!(red >= 2, "only {red} are red");
}

/// Values that stand in for others: each is right somewhere and wrong elsewhere.
fn others(value: &Value) -> Vec<Value> {
    let mut others = vec![
        Value::Null,
        json!([]),
        json!({}),
        json!(5),
        json!(true),
        json!("two words"),
        json!("a/b?"),
        json!({ "mutant": "x" }),
        json!([{ "mutant": "x" }]),
        json!([[value]]),
        json!([value]),
        json!([null]),
    ];
    others.retain(|other| other != value);
    others
}

/// The same document with one key misspelt, removed or turned into another one of its neighbours, or one value of another kind.
fn mutants(whole: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    let mut open = vec![String::new()];
    while let Some(place) = open.pop() {
        let at = |place: &str| whole.pointer(place).unwrap().clone();
        let mut change = |what: &str, place: &str, new: Value| {
            let mut mutant = whole.clone();
            *mutant.pointer_mut(place).unwrap() = new;
            found.push((format!("{place}: {what}"), mutant));
        };
        let value = at(&place);
        for other in others(&value) {
            change(&format!("becomes {other}"), &place, other);
        }
        match &value {
            Value::Object(map) => {
                for key in map.keys() {
                    let mut less = map.clone();
                    let own = less.remove(key).unwrap();
                    change(&format!("lacks {key}"), &place, Value::Object(less.clone()));
                    less.insert(format!("{key}x"), own);
                    change(&format!("has {key} misspelt"), &place, Value::Object(less));
                    open.push(format!("{place}/{}", key.replace('~', "~0").replace('/', "~1")));
                }
                let mut more = map.clone();
                more.insert("mutant".to_owned(), json!("x"));
                change("has one key more", &place, Value::Object(more));
            }
            Value::Array(items) => open.extend((0..items.len()).map(|at| format!("{place}/{at}"))),
            _ => {}
        }
    }
    found
}

/// A change without the numbers and ids in its place.
fn kind_of(what: &str) -> String {
    let (place, change) = what.split_once(": ").unwrap_or((what, ""));
    let mut parts: Vec<&str> = place.split('/').collect();
    if let Some(id) = parts.get_mut(2).filter(|_| place.starts_with("/rules/")) {
        *id = "*";
    }
    parts.retain(|part| part.parse::<usize>().is_err());
    format!("{}: {change}", parts.join("/"))
}

#[test]
fn what_is_wrong_in_shape_is_red_and_nothing_else() {
    let validator = validator();
    let (mut count, mut refused) = (0, 0);
    let mut wrong: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let mut used: BTreeMap<&str, usize> = BTreeMap::new();
    // Of the same change at the same place of different policies, a few are enough.
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (path, text) in policies() {
        let root = path.parent().unwrap();
        // The long ones say little that the others do not.
        if text.len() > 4_000 || !mistakes(&text, root).is_empty() {
            continue;
        }
        for (what, mutant) in mutants(&as_editors_do(&text).unwrap()) {
            let kind = seen.entry(kind_of(&what)).or_default();
            *kind += 1;
            if *kind > 3 {
                continue;
            }
            count += 1;
            let told = mistakes(&mutant.to_string(), root);
            let red = validator.iter_errors(&mutant).next();
            refused += usize::from(!told.is_empty());
            let message = match (&red, told.first()) {
                (Some(error), None) => format!("red, but right: {error}"),
                (None, Some(message)) => {
                    if let Some((words, _)) =
                        UNKNOWABLE.iter().find(|(words, _)| told.iter().any(|told| told.contains(words)))
                    {
                        *used.entry(words).or_default() += 1;
                        continue;
                    }
                    format!("not red: {message}")
                }
                _ => continue,
            };
            let entry =
                wrong.entry(message.chars().take(150).collect()).or_insert((0, format!("{} {what}", path.display())));
            entry.0 += 1;
        }
    }
    let told: String =
        wrong.iter().map(|(message, (count, first))| format!("{count} x {message}\n    {first}\n")).collect();
    assert!(wrong.is_empty(), "of {count} documents, {refused} of them wrong:\n{told}");
    assert!(count > 5_000 && refused * 2 > count, "{count} documents, {refused} of them wrong");
    let stale: Vec<&str> =
        UNKNOWABLE.iter().map(|(words, _)| *words).filter(|words| !used.contains_key(words)).collect();
    assert!(stale.is_empty(), "no longer needed: {stale:?}");
}
