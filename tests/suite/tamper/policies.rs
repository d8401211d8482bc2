//! The policy of the base judges, whatever the change does to policy files; and what it weakens is told.

use super::repository::{Case, EITHER, FOUND, GATE, Repo, STOPPED, compare, judge, judge_one};

/// A change to policy files.
type Edit = (&'static str, fn(&Repo));

const HTTP: &str = "  http:
    forbid: [requests, aiohttp]
    allow-in: [/wrapper/]
    contexts: { dynamic: error, string: error }
";

/// Each lets something pass that the base does not.
const WEAKER: &[Edit] = &[
    ("a rule is gone", |r| r.edit("policy.yaml", HTTP, "")),
    ("a rule is called otherwise", |r| r.edit("policy.yaml", "  http:\n", "  http-client:\n")),
    ("a rule forbids something else", |r| forbid(r, "[httpx]")),
    ("a rule forbids one library less", |r| forbid(r, "[aiohttp]")),
    ("a rule forbids a part only", |r| forbid(r, "[requests.sessions, aiohttp]")),
    ("a rule forbids code only", |r| forbid(r, "{ name: [requests, aiohttp] }")),
    ("a rule forbids dependencies only", |r| forbid(r, "{ dependency: [requests, aiohttp] }")),
    ("a rule has an exception", |r| forbid(r, "{ library: [requests, aiohttp], except: [requests.Session] }")),
    ("a rule is switched off", |r| key(r, "level: none")),
    ("a rule warns only", |r| key(r, "level: warn")),
    ("a rule notes only", |r| key(r, "level: note")),
    ("a rule begins much later", |r| key(r, "level: { error: 2999-01-01 }")),
    ("a rule notes for a long time", |r| key(r, "level: { note: 2020-01-01, error: 2999-01-01 }")),
    ("a rule holds elsewhere", |r| key(r, "in: [old/]")),
    ("a rule holds not here", |r| key(r, "not-in: [app/]")),
    ("one more folder is exempt", |r| r.edit("policy.yaml", "[/wrapper/]", "[/wrapper/, app/]")),
    ("an exemption is wider", |r| r.edit("policy.yaml", "[/wrapper/]", "[wrapper/]")),
    ("everything is exempt", |r| r.edit("policy.yaml", "[/wrapper/]", "[\"**\"]")),
    ("one name is exempt, with a reason", |r| {
        r.edit(
            "policy.yaml",
            "[/wrapper/]",
            "[/wrapper/, { in: app/new.py, name: requests, why: needed, until: 2999-01-01 }]",
        );
    }),
    ("an exemption lasts longer", |r| {
        r.before(|r| r.edit("policy.yaml", "[/wrapper/]", "[/wrapper/, { in: bin/, why: old, until: 2999-01-01 }]"));
        r.edit("policy.yaml", "2999-01-01", "2999-12-31");
    }),
    ("an exemption may be used more often", |r| {
        r.before(|r| r.edit("policy.yaml", "[/wrapper/]", "[/wrapper/, { in: bin/, why: old, max: 1 }]"));
        r.edit("policy.yaml", "max: 1", "max: 9");
    }),
    ("a folder is excluded", |r| root(r, "exclude: [app/]")),
    ("a file is excluded", |r| root(r, "exclude: [app/new.py]")),
    ("a context is switched off", |r| r.edit("policy.yaml", "string: error", "string: error, function: none")),
    ("a context is as by default", |r| r.edit("policy.yaml", "    contexts: { dynamic: error, string: error }\n", "")),
    ("a surface is switched off", |r| key(r, "surfaces: { code: none }")),
    ("a surface notes only", |r| key(r, "surfaces: { dependencies: note }")),
    ("a rule is for another Python", |r| key(r, "python: \"<3.10\"")),
    ("a rule is for groups that nobody has", |r| key(r, "groups: [\"extra:nobody\"]")),
    ("a protected rule is protected no more", |r| r.edit("policy.yaml", "    suppressible: false\n", "")),
    ("a protected rule says that it is none", |r| r.edit("policy.yaml", "suppressible: false", "suppressible: true")),
    ("more suppressions are allowed", |r| r.edit("policy.yaml", "max-suppressions: 1", "max-suppressions: 99")),
    ("any number of suppressions is allowed", |r| r.edit("policy.yaml", "    max-suppressions: 1\n", "")),
    ("a rule that is pulled in is overridden", |r| {
        r.append("policy.yaml", "overrides:\n  - { rule: team/json, level: none, why: no time }\n");
    }),
    ("a rule that is pulled in is overridden in a folder", |r| {
        r.append("policy.yaml", "overrides:\n  - { rule: \"team/*\", in: app/, level: note, why: no time }\n");
    }),
    ("nothing is pulled in", |r| r.edit("policy.yaml", "extends: [rules/team.yaml]\n", "")),
    ("nothing is pulled in, and nothing is there", |r| {
        r.edit("policy.yaml", "extends: [rules/team.yaml]\n", "");
        r.remove("rules/team.yaml");
    }),
    ("something else is pulled in", |r| {
        r.write("rules/mild.yaml", "version: 1\nrules:\n  json: { forbid: [ujson] }\n");
        r.edit("policy.yaml", "rules/team.yaml", "rules/mild.yaml");
    }),
    ("what is pulled in forbids something else", |r| r.edit("rules/team.yaml", "simplejson", "ujson")),
    ("what is pulled in warns only", |r| r.append("rules/team.yaml", "    level: warn\n")),
    ("the baseline has one entry more", |r| r.append("policy.baseline", "http\told/more.py\t\trequests\t0\n")),
    ("the baseline has the new findings", |r| {
        r.write("policy.baseline", BASELINE);
    }),
    ("another baseline is named", |r| {
        r.write("agreed.baseline", BASELINE);
        root(r, "baseline: agreed.baseline");
    }),
    ("the hidden name of the policy is used", |r| {
        r.git(&["mv", "policy.yaml", ".policy.yaml"]);
        r.edit(".policy.yaml", HTTP, "");
    }),
    ("a weaker policy does not want to hear of it", |r| {
        r.edit("policy.yaml", HTTP, "");
        root(r, "policy: { policy-weakened: none, opaque-code: none, shadowed-library: none }");
    }),
    ("a rule is weaker in one commit, and the violation is in the next", |r| {
        key(r, "level: none");
        r.git(&["commit", "--quiet", "--all", "-m", "one"]);
    }),
];

/// Each may or may not be told by itself; none lets anything pass.
const BESIDE: &[Edit] = &[
    ("the library is called a module of ours", |r| {
        root(r, "python: { shadows: [requests, stripe, pytz, simplejson] }");
    }),
    ("first-party modules start elsewhere", |r| root(r, "python: { roots: [old] }")),
    ("a folder is imported by the library's name", |r| root(r, "python: { packages: { wrapper: requests } }")),
    ("another Python is meant", |r| root(r, "python: { target: \"3.9\" }")),
    ("the library's distribution imports something else", |r| root(r, "libraries: { requests: httpx }")),
    ("problems are expected", |r| root(r, "unanalysed: [{ in: app/, why: broken on purpose }]")),
    ("findings about the change are switched off", |r| root(r, "policy: { policy-weakened: none }")),
    ("the baseline is removed", |r| r.remove("policy.baseline")),
    ("a second policy lies in the folder", |r| r.write("app/policy.yaml", MILD)),
    ("a second policy lies hidden in the folder", |r| r.write("app/.policy.yaml", MILD)),
    ("a policy has a suffix that nobody reads", |r| r.write("policy.yml", MILD)),
    ("a baseline lies in the folder", |r| r.write("app/policy.baseline", BASELINE)),
    ("settings lie in the project file", |r| r.write("pyproject.toml", "[tool.policy]\nexclude = [\"app/\"]\n")),
    ("the policy has line ends of another system", |r| {
        r.write("policy.yaml", super::repository::POLICY.replace('\n', "\r\n"));
    }),
];

const MILD: &str = "version: 1\nrules:\n  mild: { forbid: [ujson] }\n";

const BASELINE: &str = "# policy-baseline 1
clock\tapp/new.py\t\tpytz\t0
http\tapp/new.py\t\trequests\t0
http\tapp/new.py\tlate\trequests\t0
http\told/legacy.py\tload\trequests\t0
http\told/legacy.py\tsend\trequests\t0
payments\tapp/new.py\t\tstripe\t0
team/json\tapp/new.py\t\tsimplejson\t0
";

/// One violation of every rule, in places that one or another edit wants to hide.
const VIOLATIONS: &str = "import pytz
import requests
import simplejson
import stripe


def late(url):
    import requests

    return requests.get(url)
";

fn forbid(r: &Repo, what: &str) {
    r.edit("policy.yaml", "forbid: [requests, aiohttp]", &format!("forbid: {what}"));
}

/// One more key of the rule for requests.
fn key(r: &Repo, line: &str) {
    r.edit("policy.yaml", "  http:\n", &format!("  http:\n    {line}\n"));
}

/// One more key of the policy.
fn root(r: &Repo, line: &str) {
    r.edit("policy.yaml", "version: 1\n", &format!("version: 1\n{line}\n"));
}

#[test]
fn a_weaker_policy_does_not_judge_the_change_that_brings_it() {
    let words = "error[http] error[payments] error[clock] error[team/json] app/new.py";
    with_violations(WEAKER, &format!("{words} policy/policy-weakened"));
    with_violations(BESIDE, words);
}

#[track_caller]
fn with_violations(edits: &[Edit], words: &str) {
    let base = Repo::base();
    let judged = edits.iter().map(|(name, edit)| {
        judge_one(&base, name, FOUND, words, &|repo| {
            edit(repo);
            repo.write("app/new.py", VIOLATIONS);
        })
    });
    let wrong: String = judged.collect();
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn a_weaker_policy_is_told_before_anyone_makes_use_of_it() {
    let base = Repo::base();
    let judged = WEAKER.iter().map(|(name, edit)| judge_one(&base, name, FOUND, "error[policy/policy-weakened]", edit));
    let wrong: String = judged.collect();
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn a_policy_above_the_one_of_the_base_does_not_take_its_place() {
    for name in ["policy.yaml", ".policy.yaml"] {
        let repo = Repo::base();
        repo.before(|r| {
            r.write("service/.keep", "");
            for path in ["policy.yaml", "policy.baseline", "rules", "old", "app", "wrapper"] {
                r.git(&["mv", path, "service/"]);
            }
        });
        repo.write(name, MILD);
        repo.write("service/app/new.py", "import requests\n");
        repo.commit();
        let inside = repo.policy_in(&repo.folder().join("service"), GATE);
        let named = repo.policy(&[GATE, &["service"]].concat());
        let wrong = [compare(name, &inside, EITHER, ""), compare(name, &named, EITHER, "")].concat();
        assert!(wrong.is_empty(), "\n{wrong}");
    }
}

#[test]
fn a_policy_that_cannot_be_used_stops_the_gate() {
    judge(BROKEN);
    #[cfg(unix)]
    judge(LINKED);
}

/// Each with a violation, so that nothing else could end with 0 either.
const BROKEN: &[Case] = &[
    ("the policy is removed", STOPPED, "policy.yaml", |r| gone(r, "policy.yaml")),
    ("the policy is empty", STOPPED, "policy.yaml", |r| replaced(r, "policy.yaml", "")),
    ("the policy is a comment", STOPPED, "policy.yaml", |r| replaced(r, "policy.yaml", "# version: 1\n")),
    ("the policy has no rule", STOPPED, "policy.yaml", |r| replaced(r, "policy.yaml", "version: 1\nrules: {}\n")),
    ("the policy is no YAML", STOPPED, "policy.yaml", |r| replaced(r, "policy.yaml", "version: 1\nrules: [\n")),
    ("the policy is of a later version", STOPPED, "policy.yaml", |r| broken(r, "version: 1", "version: 2")),
    ("the policy wants a later tool", STOPPED, "policy.yaml", |r| {
        broken(r, "version: 1\n", "version: 1\nrequires: \">=99\"\n");
    }),
    ("the policy has an unknown key", STOPPED, "policy.yaml", |r| broken(r, "    level:", "    levels:")),
    ("a rule stands there twice", STOPPED, "policy.yaml", |r| {
        broken(r, "  payments:", "  http:\n    forbid: [os]\n  payments:");
    }),
    ("a rule is an alias", STOPPED, "policy.yaml", |r| broken(r, "forbid: [pytz]", "<<: *mild")),
    ("a second document follows", STOPPED, "policy.yaml", |r| {
        broken(r, "    max-suppressions: 1\n", "---\nrules: {}\n");
    }),
    ("the policy is not UTF-8", STOPPED, "policy.yaml", |r| {
        r.violate();
        r.write("policy.yaml", b"version: 1\n# \xff\xfe\nrules: {}\n");
    }),
    ("the policy is called otherwise", STOPPED, "policy.yaml", |r| {
        r.violate();
        r.git(&["mv", "policy.yaml", "Policy.yaml"]);
    }),
    ("two policies lie beside one another", STOPPED, ".policy.yaml", |r| replaced(r, ".policy.yaml", MILD)),
    ("the policy is a folder", STOPPED, "policy.yaml", |r| {
        gone(r, "policy.yaml");
        r.write("policy.yaml/policy.yaml", MILD);
    }),
    ("the policy is a repository", STOPPED, "policy.yaml", |r| {
        gone(r, "policy.yaml");
        r.git(&["add", "--all"]);
        let commit = r.git(&["rev-parse", "main"]);
        r.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{commit},policy.yaml")]);
        r.commit_index();
    }),
    ("what is pulled in is removed", STOPPED, "rules/team.yaml", |r| gone(r, "rules/team.yaml")),
    ("what is pulled in is broken", STOPPED, "rules/team.yaml", |r| {
        replaced(r, "rules/team.yaml", "version: 1\nrules: [\n");
    }),
    ("what is pulled in pulls itself in", STOPPED, "rules/team.yaml", |r| {
        replaced(r, "rules/team.yaml", "version: 1\nextends: [team.yaml]\nrules:\n  json: { forbid: [simplejson] }\n");
    }),
    ("something outside is pulled in", STOPPED, "policy.yaml", |r| broken(r, "rules/team.yaml", "../team.yaml")),
    ("a baseline is named that is not there", STOPPED, "nowhere", |r| {
        broken(r, "version: 1\n", "version: 1\nbaseline: nowhere\n");
    }),
    ("the baseline lies outside", EITHER, "", |r| broken(r, "version: 1\n", "version: 1\nbaseline: ../all.baseline\n")),
    ("the baseline is of a later version", EITHER, "", |r| replaced(r, "policy.baseline", "# policy-baseline 2\n")),
    ("the baseline is broken", EITHER, "", |r| {
        replaced(r, "policy.baseline", "# policy-baseline 1\nhttp\tapp/new.py\n");
    }),
    ("the baseline has patterns", EITHER, "", |r| {
        replaced(r, "policy.baseline", "# policy-baseline 1\nhttp\tapp/*\t*\trequests\t0\n");
    }),
    ("the baseline is a folder", EITHER, "", |r| {
        gone(r, "policy.baseline");
        r.write("policy.baseline/all", BASELINE);
    }),
];

#[cfg(unix)]
const LINKED: &[Case] = &[
    ("the policy leads to a weaker one", EITHER, "", |r| linked(r, "policy.yaml", "app/mild.yaml")),
    ("the policy leads out of the repository", STOPPED, "policy.yaml", |r| linked(r, "policy.yaml", "../mild.yaml")),
    ("the policy leads nowhere", STOPPED, "policy.yaml", |r| linked(r, "policy.yaml", "gone.yaml")),
    ("the policy leads to itself", STOPPED, "policy.yaml", |r| linked(r, "policy.yaml", "policy.yaml")),
    ("what is pulled in leads to something weaker", EITHER, "", |r| linked(r, "rules/team.yaml", "../app/mild.yaml")),
    ("what is pulled in leads out of the repository", EITHER, "", |r| linked(r, "rules/team.yaml", "../../mild.yaml")),
    ("the baseline leads to a larger one", EITHER, "", |r| linked(r, "policy.baseline", "app/all.baseline")),
    ("the baseline leads out of the repository", EITHER, "", |r| linked(r, "policy.baseline", "../all.baseline")),
    ("the folder of what is pulled in is a link", EITHER, "", |r| {
        gone(r, "rules/team.yaml");
        r.write("app/rules/team.yaml", MILD);
        let _ = std::fs::remove_dir(r.folder().join("rules"));
        r.link("app/rules", "rules");
    }),
];

#[cfg(unix)]
fn linked(r: &Repo, path: &str, target: &str) {
    gone(r, path);
    r.link(target, path);
    r.write("app/mild.yaml", MILD);
    r.write("app/all.baseline", BASELINE);
    std::fs::write(r.outside("mild.yaml"), MILD).expect("a file");
    std::fs::write(r.outside("all.baseline"), BASELINE).expect("a file");
}

#[track_caller]
fn gone(r: &Repo, path: &str) {
    r.violate();
    r.remove(path);
}

#[track_caller]
fn replaced(r: &Repo, path: &str, text: &str) {
    r.violate();
    r.write(path, text);
}

#[track_caller]
fn broken(r: &Repo, from: &str, to: &str) {
    r.violate();
    r.edit("policy.yaml", from, to);
}

/// The outermost policy counts. One that a change adds further out would switch an inner one off.
#[test]
fn a_policy_further_out_is_told() {
    let repo = Repo::base();
    let inner = "version: 1\nrules:\n  http:\n    forbid: [requests]\n";
    repo.before(|repo| {
        repo.remove("policy.yaml");
        repo.write("services/shop/policy.yaml", inner);
        repo.write("services/shop/a.py", "import os\n");
    });
    repo.write("policy.yaml", "version: 1\nrules:\n  nothing:\n    forbid: [nobody_has_this]\n");
    repo.commit();
    let run =
        repo.policy_in(&repo.folder().join("services/shop"), &["check", "--since", "main", "--policy-ref", "main"]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("`policy.yaml` lies further out"), "{}", run.stdout);
    // Where the root is named, nothing further out counts.
    let arguments = ["check", "--root", "services/shop", "services/shop", "--since", "main", "--policy-ref", "main"];
    let run = repo.policy(&arguments);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}
