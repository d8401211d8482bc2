//! A change cannot get past the gate that judges it. Each tamper is a change on a branch of a small real repository
//! that brings a new violation in, or weakens what would find it; the gate is what a workflow runs in the checkout of a
//! pull request. No tamper may end with 0, and honest changes must.

mod code;
mod files;
mod history;
mod policies;
pub(crate) mod repository;
mod settings;
mod trouble;
mod waivers;

use repository::{FOUND, LEGACY, PASSED, Repo, compare, judge};

#[test]
fn honest_changes_pass() {
    judge(&[
        ("nothing is changed", PASSED, "", |_| {}),
        ("a clean file is new", PASSED, "", |r| r.write("app/new.py", "import json\n")),
        ("a clean file is changed", PASSED, "", |r| r.append("app/clean.py", "import json\n")),
        ("an old finding is mended", PASSED, "", |r| {
            r.edit("old/legacy.py", "    import requests\n\n    return requests.get(url)", "    return url");
        }),
        ("all old findings are mended", PASSED, "", |r| r.write("old/legacy.py", "import os\n")),
        ("an old finding is mended, and the baseline says so", PASSED, "", |r| {
            r.edit("old/legacy.py", "    import requests\n\n    return requests.post(url)", "    return url");
            r.edit("policy.baseline", "http\told/legacy.py\tsend\trequests\t0\n", "");
        }),
        ("old findings are further down", PASSED, "", |r| {
            r.write("old/legacy.py", format!("import os\n\nHOME = os.getcwd()\n\n\n{LEGACY}"));
        }),
        ("old findings are laid out otherwise", PASSED, "", |r| {
            r.write("old/legacy.py", LEGACY.replace("    import requests\n\n", "    import requests  # for now\n"));
        }),
        ("a file with old findings is moved", PASSED, "", |r| {
            r.git(&["mv", "old/legacy.py", "app/older.py"]);
        }),
        ("a folder with old findings is moved", PASSED, "", |r| {
            r.git(&["mv", "old", "older"]);
        }),
        ("a file with old findings is removed", PASSED, "", |r| r.remove("old/legacy.py")),
        ("the wrapper uses what it may", PASSED, "", |r| {
            r.write("wrapper/upload.py", "import requests\n\n\ndef put(url):\n    requests.put(url, timeout=5)\n");
        }),
        ("a comment of the policy is changed", PASSED, "", |r| r.append("policy.yaml", "# agreed in January\n")),
        ("a rule says why", PASSED, "", |r| {
            r.edit("policy.yaml", "    allow-in: [/wrapper/]\n", "    allow-in: [/wrapper/]\n    why: retries\n");
        }),
        ("a rule is new", PASSED, "", |r| r.append("policy.yaml", "  colour: { forbid: [termcolor] }\n")),
        ("a rule is stricter", PASSED, "", |r| r.edit("policy.yaml", "[pytz]\n    level", "[pytz, ujson]\n    level")),
        ("the base itself has a finding beyond its baseline", PASSED, "", |r| {
            r.before(Repo::violate);
            r.append("app/clean.py", "import json\n");
        }),
        ("the base itself has a file that cannot be read", PASSED, "", |r| {
            r.before(|r| r.write("app/odd.py", b"# caf\xe9\nimport os\n"));
            r.append("app/clean.py", "import json\n");
        }),
        ("the base goes on, with a finding", PASSED, "", |r| {
            r.write("app/new.py", "import json\n");
            r.commit();
            r.meanwhile(|r| r.write("app/other.py", "import requests\n"));
        }),
        ("a finding is committed and taken back", PASSED, "", |r| {
            r.violate();
            r.commit();
            r.git(&["revert", "--no-edit", "HEAD"]);
        }),
    ]);
}

#[test]
fn plain_violations_are_found() {
    judge(&[
        ("of the rule for requests", FOUND, "app/new.py error[http]", Repo::violate),
        ("in a file that was there", FOUND, "app/clean.py error[http]", |r| {
            r.append("app/clean.py", "import requests\n");
        }),
        ("in a file with old findings", FOUND, "old/legacy.py error[http]", |r| {
            r.append("old/legacy.py", "\n\ndef drop(url):\n    import requests\n\n    requests.delete(url)\n");
        }),
        ("of a protected rule", FOUND, "error[payments]", |r| r.write("app/new.py", "import stripe\n")),
        ("of a rule that is pulled in", FOUND, "error[team/json]", |r| r.write("app/new.py", "import simplejson\n")),
    ]);
}

#[test]
fn what_is_not_committed_is_not_judged() {
    let repo = Repo::base();
    repo.write("app/clean.py", "import json\n");
    repo.commit();
    repo.violate();
    repo.append("app/clean.py", "import requests\n");
    repo.edit("policy.yaml", "[requests, aiohttp]", "[httpx]");
    let complaint = compare("a dirty work tree", &repo.gate(), PASSED, "");
    assert!(complaint.is_empty(), "{complaint}");
}

#[test]
fn where_the_base_has_no_policy_the_one_that_is_new_judges() {
    let repo = Repo::base();
    repo.before(|r| {
        r.git(&["rm", "--quiet", "-r", "policy.yaml", "policy.baseline", "rules"]);
    });
    repo.write("policy.yaml", "version: 1\nrules:\n  http: { forbid: [requests] }\n");
    repo.violate();
    repo.commit();
    let run = repo.gate();
    let complaint = compare("introduced", &run, FOUND, "app/new.py error[http] introduced");
    assert!(complaint.is_empty() && !run.stdout.contains("legacy"), "{complaint}{}", run.stdout);
}
