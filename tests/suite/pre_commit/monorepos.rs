//! Projects with policies of their own in one repository, with the hooks that docs/pre-commit.md writes for them.

use super::repository::{Hooked, pre_commit};
use crate::suite::harness::project;

/// The hooks of the page with this first id, under the ids of the definitions that run the binary under test.
fn documented(first: &str) -> Vec<String> {
    let page = std::fs::read_to_string(project().join("docs/pre-commit.md")).expect("the page");
    let (_, part) = page.split_once("## In monorepos\n").expect("the part about monorepos");
    let blocks = part.split("```yaml\n").skip(1).filter_map(|block| block.split("```").next());
    let block = blocks.into_iter().find(|block| block.trim_start().starts_with(&format!("- id: {first}\n")));
    let hooks = block.expect("such hooks").split("      - id: policy").skip(1);
    hooks.map(|hook| format!("policy-system{}", hook.trim_end())).collect()
}

/// `services/shop` and `services/billing`, each with a policy, and none at the top.
fn projects(hooks: &[String]) -> Hooked {
    let hooked = Hooked::new(&hooks.iter().map(String::as_str).collect::<Vec<_>>());
    let repo = &hooked.repo;
    for file in ["policy.yaml", "policy.baseline"] {
        repo.remove(file);
    }
    repo.write("services/shop/policy.yaml", "version: 1\nrules:\n  http:\n    forbid: [requests]\n");
    repo.write("services/shop/a.py", "import os\n");
    repo.write("services/billing/policy.yaml", "version: 1\nrules:\n  clock:\n    forbid: [pytz]\n");
    repo.write("services/billing/b.py", "import os\n");
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--no-verify", "-m", "projects"]);
    hooked
}

#[test]
fn without_hooks_of_their_own_projects_are_not_judged() {
    if !pre_commit("without_hooks_of_their_own_projects_are_not_judged") {
        return;
    }
    let hooked = projects(&["policy-system".to_owned()]);
    hooked.repo.append("services/shop/a.py", "import json\n");
    hooked.repo.append("services/billing/b.py", "import json\n");
    hooked.repo.git(&["add", "--all"]);
    hooked.refuses(&["- exit code: 2", "lies outside of the root"]);
}

#[test]
fn each_project_has_a_hook_that_judges_it_as_a_whole() {
    if !pre_commit("each_project_has_a_hook_that_judges_it_as_a_whole") {
        return;
    }
    let hooks = documented("policy-project");
    assert_eq!(hooks.len(), 2, "{hooks:?}");
    let hooked = projects(&hooks);
    let repo = &hooked.repo;
    for file in ["services/shop/a.py", "services/billing/b.py"] {
        repo.append(file, "import requests\nimport pytz\n");
    }
    repo.git(&["add", "--all"]);
    let told =
        hooked.refuses(&["policy (shop)", "policy (billing)", "services/shop/a.py:2:8", "services/billing/b.py:3:8"]);
    assert!(!told.contains("shop/a.py:3") && !told.contains("billing/b.py:2"), "{told}");
    repo.write("services/shop/a.py", "import pytz\n");
    repo.write("services/billing/b.py", "import requests\n");
    repo.git(&["add", "--all"]);
    hooked.passes(&[]);
}

#[test]
fn hooks_about_files_get_those_of_their_project() {
    if !pre_commit("hooks_about_files_get_those_of_their_project") {
        return;
    }
    let hooked = projects(&documented("policy"));
    let repo = &hooked.repo;
    for file in ["app/new.py", "services/billing/b.py", "services/shopping.py"] {
        repo.write(file, "import requests\n");
    }
    // pre-commit takes these for Python, and the tool reads neither.
    for file in ["services/shop/wscript", "services/shop/site.wsgi"] {
        repo.write(file, "import requests\n");
    }
    repo.write("services/shop/notes.txt", "requests\n");
    repo.write("services/billing/requirements.txt", "requests\n");
    repo.git(&["add", "--all"]);
    hooked.passes(&[]);
    repo.append("services/shop/a.py", "import requests\n");
    repo.write("services/shop/requirements.txt", "requests\n");
    repo.git(&["add", "--all"]);
    let told = hooked.refuses(&["services/shop/a.py:2:8", "services/shop/requirements.txt:1:1", "- exit code: 1"]);
    assert!(!told.contains("exit code: 2"), "{told}");
}
