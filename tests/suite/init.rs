//! What `policy init` writes is a policy, whatever the tree looks like; so is what it leaves to be uncommented; and what it says
//! that it finds is what `policy check` finds.

use super::harness::{copy, folder, project, run, write};
use policy::formats::escape::is_treacherous;
use std::path::Path;
use tempfile::TempDir;

/// Trees to start from, without a policy.
fn trees() -> Vec<(&'static str, TempDir)> {
    let copied = |from: &str| {
        let place = tempfile::tempdir().unwrap();
        copy(&project().join(from), place.path());
        let _ = std::fs::remove_file(place.path().join("policy.yaml"));
        place
    };
    vec![
        ("maily", copied("tests/projects/maily")),
        ("migration", copied("tests/cases/init-migration/tree")),
        ("one file", folder(&[("a.py", "import requests, redis\n")])),
        ("nothing", folder(&[])),
        ("broken", folder(&[("a.py", "import requests\nx = \"\"\"\nimport imp\n"), ("b.py", "import httpx\n")])),
        (
            "several wrappers",
            folder(&[
                ("a/http_client.py", "import httpx\n"),
                ("b/http_client.py", "import requests\n"),
                ("c.py", "import a.http_client, b.http_client\n"),
                ("d.py", "from a import http_client\nfrom b import http_client as other\n"),
            ]),
        ),
        ("hostile", hostile()),
    ]
}

/// Names that mean something in YAML, in globs, or in a terminal, wherever `init` may want to write them down.
fn hostile() -> TempDir {
    let place = folder(&[]);
    let mut users = String::new();
    let mut names =
        vec!["a: b", "x #y", "'q'", "\"q\"", "[x]", "{y}", "*z", "?", "!n", "& a", "- d", "no", "1.0", "é-è", "  s"];
    if cfg!(unix) {
        names.extend([
            "new\nline",
            "esc\u{1b}[31m",
            "back\\slash",
            "col:on",
            "bidi\u{202e}x",
            "lri\u{2066}b\u{200f}",
            "rli\u{2067}\u{200e}\u{e0041}",
        ]);
    }
    for (n, name) in names.iter().enumerate() {
        write(place.path(), &format!("pack-age{n}/{name}/http_client.py"), b"import httpx\nimport redis\n");
        write(place.path(), &format!("{name}/vendor/a.py"), b"import requests\n");
        write(place.path(), &format!("{name}/app{n}/__init__.py"), b"import requests\n");
        write(place.path(), &format!("{name}/app{n}/b.py"), format!("import app{n}, pack_age{n}\n").as_bytes());
        write(place.path(), &format!("{name}/app{n}/c.py"), format!("from app{n} import b\n").as_bytes());
        users.push_str(&format!("import app{n}.b\n"));
    }
    write(place.path(), "users.py", users.as_bytes());
    write(place.path(), "libs.py", "import lib_é, 安全, yes, no, null, x1e5\n".as_bytes());
    write(place.path(), "pyproject.toml", b"[project]\nrequires-python = \">=3.9\\u0022 # x\"\n");
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::ffi::OsStrExt;
        let odd = place.path().join(std::ffi::OsStr::from_bytes(b"bad\xff-name"));
        std::fs::create_dir_all(odd.join("vendor")).unwrap();
        std::fs::write(odd.join("vendor/redis_client.py"), "import redis\n").unwrap();
        std::fs::write(odd.join("redis_client.py"), "import redis\n").unwrap();
    }
    place
}

fn by_rule(folder: &Path) -> (Vec<(String, usize)>, serde_json::Value) {
    let told = run(folder, &["check", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&told.stdout).unwrap();
    let mut counts = std::collections::BTreeMap::new();
    for finding in report["findings"].as_array().unwrap() {
        *counts.entry(finding["rule"].as_str().unwrap().to_owned()).or_insert(0) += 1;
    }
    (counts.into_iter().collect(), report)
}

#[test]
fn what_init_says_is_what_check_finds() {
    for (name, tree) in trees() {
        let dry = run(tree.path(), &["init", "--dry-run"]);
        let told = run(tree.path(), &["init"]);
        assert_eq!((dry.code, told.code), (0, 0), "{name}: {}", told.stderr);
        for text in [&told.stdout, &dry.stdout, &dry.stderr] {
            assert!(text.chars().all(|c| c == '\n' || !is_treacherous(c)), "{name}: {text:?}");
        }
        let written = std::fs::read_to_string(tree.path().join("policy.yaml")).unwrap();
        assert_eq!(dry.stdout, written, "{name}");
        let (counts, report) = by_rule(tree.path());
        assert!(
            report["problems"].as_array().unwrap().iter().all(|problem| problem["kind"] != "policy"),
            "{name}: {report}"
        );
        for (rule, count) in counts {
            let line = format!("{count:>7}  {rule}\n");
            assert!(
                told.stdout.contains(&line) || told.stdout.contains(" more rules\n"),
                "{name}: {line} {}",
                told.stdout
            );
        }
        assert_eq!(run(tree.path(), &["test"]).code, 0, "{name}");
        // What nothing needs is not said: no finding is about the policy itself.
        let about_itself: Vec<_> =
            by_rule(tree.path()).0.into_iter().filter(|(rule, _)| rule.starts_with("policy/")).collect();
        assert!(about_itself.is_empty() || name == "hostile", "{name}: {about_itself:?}");
    }
}

#[test]
fn whatever_is_left_to_be_uncommented_is_right_as_well() {
    for (name, tree) in trees() {
        let drafted = run(tree.path(), &["init", "--dry-run"]).stdout;
        let (head, rules) = drafted.split_once("and why.\n").unwrap();
        let head = head
            .replace("  # - pack:", "  - pack:")
            .replace("# unanalysed:", "unanalysed:")
            .replace("#   - {", "  - {");
        // A sentence stays a comment.
        let open = |line: &str| {
            let line = line.strip_prefix("# ").unwrap_or(if line == "#" { "" } else { line });
            let (blank, rest) = line.split_at(line.len() - line.trim_start().len());
            let words = rest.strip_prefix("# ").unwrap_or_default();
            let is_prose = !words.starts_with(' ') && words.split(':').next().unwrap_or_default().contains(' ');
            if is_prose { line.to_owned() } else { format!("{blank}{}", rest.strip_prefix("# ").unwrap_or(rest)) }
        };
        let rules: Vec<String> = rules.lines().map(open).collect();
        let text = format!("{head}and why.\n{}\n", rules.join("\n"));
        write(tree.path(), "policy.yaml", text.as_bytes());
        let listed = run(tree.path(), &["rules"]);
        assert_eq!(listed.code, 0, "{name}: {}\n{text}", listed.stderr);
        assert!(listed.stdout.contains("declared-and-used\twarn"), "{name}: {text}");
        // What was expected to be unreadable is.
        assert!(run(tree.path(), &["check", "--quiet", "--allow-empty"]).code < 2, "{name}: {text}");
    }
}

#[test]
fn nothing_is_ever_overwritten() {
    for taken in ["policy.yaml", ".policy.yaml"] {
        let tree = folder(&[("a.py", "import requests\n"), (taken, "mine")]);
        let told = run(tree.path(), &["init"]);
        assert_eq!(told.code, 2);
        assert!(told.stderr.contains("there already is a policy"), "{}", told.stderr);
        assert_eq!(std::fs::read_to_string(tree.path().join(taken)).unwrap(), "mine");
    }
    #[cfg(unix)]
    {
        // A link that leads nowhere is something, too.
        let tree = folder(&[("a.py", "import requests\n")]);
        std::os::unix::fs::symlink("elsewhere.yaml", tree.path().join("policy.yaml")).unwrap();
        assert_eq!(run(tree.path(), &["init"]).code, 2);
        assert!(!tree.path().join("elsewhere.yaml").exists());
    }
}

#[test]
fn it_is_written_at_the_top_of_the_work_tree() {
    let tree = folder(&[(".git/HEAD", "ref: refs/heads/main\n"), ("a/b/c.py", "import requests\n")]);
    let told = run(&tree.path().join("a/b"), &["init"]);
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert!(tree.path().join("policy.yaml").exists());
    assert!(told.stdout.contains("1 library imported"), "{}", told.stdout);
    // A policy of a folder beneath would not be read.
    let told = run(tree.path(), &["init", "--root", "a/b"]);
    assert_eq!(told.code, 2, "{}", told.stdout);
    assert!(told.stderr.contains("error: a policy above holds here already: `"), "{}", told.stderr);
    assert!(!tree.path().join("a/b/policy.yaml").exists());
    assert_eq!(run(&tree.path().join("a/b"), &["init", "--root", ".", "--dry-run"]).code, 0);
}

#[test]
fn a_policy_beneath_the_root_is_named() {
    let tree = folder(&[(".git/HEAD", "ref: refs/heads/main\n"), ("a/b/c.py", "import requests\n")]);
    let told = run(tree.path(), &["init", "--root", "a/b"]).stdout;
    assert!(told.contains("\nnext: read a/b/policy.yaml and "), "{told}");
    assert!(told.contains("\n  policy check --root a/b   keeps it so\n"), "{told}");
    assert_eq!(run(tree.path(), &["check", "--root", "a/b"]).code, 0);
    let told = run(tree.path(), &["init"]).stdout;
    assert!(told.contains("\n`a/b/policy.yaml` is another policy, which a run from here does not read"), "{told}");
    assert!(told.contains("      1  policy/unread-policy\n"), "{told}");
}

#[test]
fn the_next_step_does_what_is_said() {
    let next = |files: &[(&str, &str)]| {
        let tree = folder(files);
        let told = run(tree.path(), &["init"]).stdout;
        (told, run(tree.path(), &["check"]).code, run(tree.path(), &["check", "--allow-empty"]).code)
    };
    let (told, plain, allowed) = next(&[]);
    assert_eq!((plain, allowed), (2, 0));
    assert!(told.contains("\nit finds nothing today: there is nothing to check\n"), "{told}");
    assert!(told.contains("\n  policy check --allow-empty  passes;"), "{told}");
    let (told, plain, _) = next(&[("a.py", "x = \"\"\"\nimport imp\n")]);
    assert_eq!(plain, 2);
    assert!(told.contains("\nit finds nothing today in what can be read\n"), "{told}");
    assert!(told.contains("\n  policy check              exits with 2 until"), "{told}");
    assert!(!told.contains("keeps it so"), "{told}");
    let (told, plain, _) = next(&[("a.py", "import os\n")]);
    assert_eq!(plain, 0);
    assert!(told.contains("\nit finds nothing today\n") && told.contains(" keeps it so\n"), "{told}");
}

/// A service with a client of its own, which three files import.
fn service(place: &Path, name: &str) {
    write(place, &format!("services/{name}/app/__init__.py"), b"");
    write(place, &format!("services/{name}/app/http_client.py"), b"import requests\n");
    for n in 1..=3 {
        write(place, &format!("services/{name}/app/u{n}.py"), b"from app.http_client import x\n");
    }
}

#[test]
fn clients_of_the_same_name_are_told_apart() {
    let tree = folder(&[]);
    service(tree.path(), "api");
    service(tree.path(), "mail");
    let drafted = run(tree.path(), &["init", "--dry-run"]).stdout;
    assert!(
        drafted.contains("Wrapped by services/api/app/http_client.py, services/mail/app/http_client.py."),
        "{drafted}"
    );
    assert!(drafted.contains(" goes by the name app.http_client, too."), "{drafted}");
    assert!(drafted.contains("\n#   http-client:\n"), "{drafted}");

    // One of them is no client of a library: the name still says nothing.
    write(tree.path(), "services/mail/app/http_client.py", b"x = 1\n");
    let drafted = run(tree.path(), &["init", "--dry-run"]).stdout;
    assert!(drafted.contains("Wrapped by services/api/app/http_client.py. services/mail/"), "{drafted}");
    assert!(drafted.contains("\n#   http-client:\n"), "{drafted}");

    // Alone it is the client of three files.
    std::fs::remove_dir_all(tree.path().join("services/mail")).unwrap();
    let drafted = run(tree.path(), &["init", "--dry-run"]).stdout;
    assert!(drafted.contains("http_client.py wraps requests, and 3 files import it. 0 files go past it."), "{drafted}");
    assert!(drafted.contains("\n  http-client:\n"), "{drafted}");
}

#[test]
fn who_uses_the_client_breaks_no_rule_about_it() {
    let drafted = |client: &str, taken: &str| {
        let tree = folder(&[("acme/__init__.py", ""), ("acme/http_client.py", client)]);
        for n in 1..=3 {
            write(tree.path(), &format!("acme/u{n}.py"), format!("{taken}\n").as_bytes());
        }
        assert_eq!(run(tree.path(), &["init"]).code, 0);
        assert_eq!(run(tree.path(), &["check"]).code, 0, "{client}");
        assert_eq!(run(tree.path(), &["test"]).code, 0, "{client}");
        std::fs::read_to_string(tree.path().join("policy.yaml")).unwrap()
    };
    // What the client raises is caught elsewhere.
    let client = "import requests\nfrom requests import RequestException\ndef get(u): return requests.get(u)\n";
    let text = drafted(client, "from acme.http_client import get, RequestException");
    let sentence = " 3 files take from it what it hands out as it is: requests.RequestException.\n";
    assert!(text.contains(sentence), "{text}");
    assert!(text.contains("\n    forbid: { name: [requests], except: [requests.RequestException] } # its"), "{text}");
    // A call that nobody has wrapped goes around whatever the client sets up.
    let text = drafted("from httpx import get\n", "from acme.http_client import get");
    assert!(text.contains(" it hands out as it is: httpx.get. With one agreed client:\n"), "{text}");
    assert!(text.contains("\n#   http-client:\n"), "{text}");
    // Several libraries have several requirements.
    let text = drafted("import httpx, requests\ndef get(): ...\n", "from acme.http_client import get");
    let several = "{ name: [httpx, requests] } # their requirements may stay: the client is made of them\n";
    assert!(text.contains(several), "{text}");
}

#[test]
fn only_what_the_policy_stumbles_over_is_listed_as_unread() {
    let tree = folder(&[("a.py", "import os\n"), ("requirements.txt", "requests ==== 2\n")]);
    write(tree.path(), "pyproject.toml", b"[project\nname = \"x\n");
    let drafted = run(tree.path(), &["init"]).stdout;
    assert_eq!(run(tree.path(), &["check"]).code, 0);
    let text = std::fs::read_to_string(tree.path().join("policy.yaml")).unwrap();
    assert!(!text.contains("cannot be read") && !drafted.contains("cannot be read"), "{drafted}{text}");

    write(tree.path(), "b.py", b"import os\nx = \"\"\"\nimport imp\n");
    std::fs::remove_file(tree.path().join("policy.yaml")).unwrap();
    assert!(run(tree.path(), &["init"]).stdout.contains("1 problem: something cannot be read"));
    let text = std::fs::read_to_string(tree.path().join("policy.yaml")).unwrap();
    assert!(text.contains("\n#   - { in: /b.py, why: expected }"), "{text}");
    assert!(!text.contains("in: /requirements.txt"), "{text}");
}

#[test]
fn what_is_left_out_is_told_and_vendors_of_a_shop_stay() {
    let tree = folder(&[("lib/vendor/x.py", "import requests\n"), ("lib/vendor/y.py", ""), ("shop/__init__.py", "")]);
    write(tree.path(), "shop/vendor/models.py", b"import requests\n");
    write(tree.path(), "shop/views.py", b"from shop.vendor.models import Vendor\n");
    let told = run(tree.path(), &["init"]).stdout;
    assert!(told.contains("\nit excludes 2 Python files as the code of others: lib/vendor/\n"), "{told}");
    let text = std::fs::read_to_string(tree.path().join("policy.yaml")).unwrap();
    let expected = "\nexclude:\n  - lib/vendor/ # code of others: 2 files\n  \
                    # - shop/vendor/ # where it is the code of others: 1 file; 1 file imports it by name\n";
    assert!(text.contains(expected), "{text}");
    assert!(text.contains("HTTP goes through requests (1 file)."), "{text}");

    std::fs::remove_file(tree.path().join("policy.yaml")).unwrap();
    std::fs::remove_dir_all(tree.path().join("lib")).unwrap();
    let drafted = run(tree.path(), &["init", "--dry-run"]);
    assert!(!drafted.stderr.contains("it excludes"), "{}", drafted.stderr);
    assert!(drafted.stdout.contains("\n# exclude:\n#   - shop/vendor/ # where"), "{}", drafted.stdout);
}
