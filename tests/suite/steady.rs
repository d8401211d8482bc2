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
    let by_folder: Vec<String> = [
        ".github",
        "Dockerfile",
        "apps/ai-service",
        "apps/api",
        "docs",
        "notebooks",
        "packages",
        "requirements.txt",
        "tests",
    ]
    .iter()
    .flat_map(|f| lines(&[f]))
    .collect();
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

/// Code in odd layouts, for rules that ask for more than top-level names.
const ODD: &str = "\
from httpx._client import *
from acme.a import *
from typing import *
from os import (path,  # a ) here
    _exit)
from os import \\
    _exit, getcwd
import json; import _thread, re
from ..up import x
from .here import _y
from . import *
if True: from yaml import load; import torch
import numpy as np, numpy as n, numpy
from ﬁle import a
from a import ＿b
def f():
    from aiohttp import (
        client
    )
try:
    from sys import version_info
    import tomllib
except ImportError:
    import tomli as tomllib
import sys
if sys.version_info < (3, 11) and x: import tomli
if sys.version_info < (3, 12):
    import imp
else:
    import imp
from requests import a b
";

/// A policy in which every verb has its say.
const EVERY: &str = "version: 1
python: { target: '3.12' }
extends: [pack:import-hygiene, pack:python-removed]
rules:
  names: { forbid: [aiohttp, requests] }
  deep: { forbid: { name: [typing.Text, os.getcwd], import: [third-party], except: [stdlib] } }
  beneath: { forbid: { name: [acme.a.b], except: [acme.a] } }
  stars: { forbid: { star: [third-party, typing] } }
  private: { forbid: { private: any } }
  moved: { moved: { yaml.load: yaml.safe_load } }
  only: { allow-only: { import: [stdlib, first-party] } }
  one-name: { canonical: { pkg/up.py: pkg.up } }
  aliases: { import-as: { numpy: np } }
  lazy: { placement: { torch: lazy, any: top-level } }
  flat: { relative: none }
  gone: { forbid: [imp] }
  future: { require: { import: __future__.annotations } }
";

/// What a rule says does not depend on which others ask, on how much is kept, or on what else is checked.
#[test]
fn each_rule_alone_says_what_it_says_among_others() {
    let tree = folder(&[
        ("policy.yaml", EVERY),
        ("pkg/sub/a.py", ODD),
        ("imp.py", ""),
        ("pkg/up.py", "import up\nfrom pkg import up\n"),
    ]);
    let lines = |arguments: &[&str]| -> (i32, Vec<String>) {
        let out = run(tree.path(), &[&["check", "--format", "concise"], arguments].concat());
        (out.code, out.stdout.lines().map(str::to_owned).collect())
    };
    let (code, all) = lines(&["pkg/sub/a.py"]);
    assert!(code == 2 && all.len() > 40, "{}", all.len());
    let listed = run(tree.path(), &["rules"]).stdout;
    let mut told = 0;
    for rule in listed.lines().filter_map(|line| line.split('\t').next()) {
        let (code, alone) = lines(&["--rule", rule, "pkg/sub/a.py"]);
        let among: Vec<&String> = all.iter().filter(|line| line.contains(&format!("[{rule}]"))).collect();
        assert_eq!(alone.iter().collect::<Vec<_>>(), among, "{rule}");
        let (quiet, _) = lines(&["--quiet", "--rule", rule, "pkg/sub/a.py"]);
        assert_eq!(code, quiet, "{rule}");
        told += alone.len();
    }
    assert_eq!(told, all.len());
}
