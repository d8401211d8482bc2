#!/usr/bin/env python3
"""Where one forbidden library can enter a code base, and who sees it there.

Writes a small project in which `requests` enters in one way per file, and beside it things that only look like it. Runs this tool
and its peers over it, each configured as well as its own rules allow, and prints a table. A peer sees a way if it reports
something in that file; it is wrong if it reports something in a file without the library. Its rules are about Python: semgrep and
ast-grep could be given rules of another kind for each kind of other file, by whoever writes these. Files that are not valid
Python 3 are refused by ruff, import-linter and deptry, who say so. With the pattern `requests.$F(...)`, semgrep also sees what a
module hands out, and takes a parameter of that name for the library.

  python3 -m venv peers && peers/bin/pip install ruff==0.17.6 import-linter==2.16 deptry==0.25.1 semgrep==1.182.0 ast-grep-cli==0.51.1
  python3 tests/oracle/peers.py --policy target/release/policy --peers peers/bin
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

NOTEBOOK = json.dumps({"cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None,
                                  "source": ["import requests\n"]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})

# What it is called, the file, and what stands in it.
WAYS = [
    ("`import requests`", "app/plain.py", "import requests\n"),
    ("`import os, requests as r`", "app/among.py", "import os, requests as r\n"),
    ("`from requests.adapters import HTTPAdapter`", "app/member.py", "from requests.adapters import HTTPAdapter\n"),
    ("in a function", "app/function.py", "def f():\n    import requests\n    return requests\n"),
    ("star import", "app/star.py", "from requests import *\n"),
    ("`importlib.import_module(\"requests\")`", "app/dynamic.py", "import importlib\nm = importlib.import_module(\"requests\")\n"),
    ("`__import__(\"requests\")`", "app/dunder.py", "m = __import__(\"requests\")\n"),
    ("`mock.patch(\"requests.get\")`", "app/patched.py", "from unittest import mock\n\n\n@mock.patch(\"requests.get\")\ndef test(get):\n    pass\n"),
    ("handed out by a module that may import it", "app/through.py", "from app.wrapper import requests\n\nrequests.get(\"x\")\n"),
    ("type stub", "app/typed.pyi", "from requests import Session\ns: Session\n"),
    ("Python 2", "app/old.py", "print \"x\"\nimport requests\n"),
    ("file with a syntax error elsewhere", "app/broken.py", "import requests\n\ndef f(:\n    pass\n"),
    ("notebook", "app/book.ipynb", NOTEBOOK),
    ("code block of a document", "docs/use.md", "# Use\n\n```python\nimport requests\n```\n"),
    ("requirement file", "requirements.txt", "requests==2.32.0\n"),
    ("`pyproject.toml`", "service/pyproject.toml", "[project]\nname = \"service\"\nversion = \"1\"\ndependencies = [\"requests>=2\"]\n"),
    ("lock file, brought along by another", "service/poetry.lock",
     "[[package]]\nname = \"docker\"\nversion = \"7.1.0\"\noptional = false\npython-versions = \"*\"\nfiles = []\n\n"
     "[package.dependencies]\nrequests = \">=2.26\"\n\n[[package]]\nname = \"requests\"\nversion = \"2.32.0\"\noptional = false\n"
     "python-versions = \"*\"\nfiles = []\n\n[metadata]\nlock-version = \"2.0\"\npython-versions = \"*\"\ncontent-hash = \"x\"\n"),
    ("`RUN pip install` of a Dockerfile", "Dockerfile", "FROM python:3.13\nRUN pip install requests\n"),
    ("step of a workflow", ".github/workflows/ci.yml",
     "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pip install requests\n"),
]

# What only looks like it.
OTHERS = [
    ("a parameter of that name", "app/parameter.py", "def f(requests):\n    return requests.get(\"x\")\n"),
    ("a module of the own package", "app/own.py", "from . import requests\nfrom app.requests import y\n"),
    ("another library", "app/other.py", "import requests_mock\nimport requestsx\n"),
    ("prose and comments", "app/prose.py", "# import requests\nTEXT = \"\"\"\nimport requests\n\"\"\"\n"),
]

WRAPPER = ("app/wrapper.py", "import requests\n")
REST = [("app/__init__.py", ""), ("app/requests.py", "y = 1\n")]


def write(root):
    for path, text in [(p, t) for _, p, t in WAYS + OTHERS] + [WRAPPER] + REST:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def run(command, root, env=None):
    result = subprocess.run(command, cwd=root, capture_output=True, text=True, env={**os.environ, **(env or {})})
    return result.stdout, result.stderr


def policy(root, tool, _):
    (root / "policy.yaml").write_text(
        "version: 1\nrules:\n  http:\n    forbid: [requests]\n    allow-in: [app/wrapper.py]\n")
    out, _ = run([tool, "check", "--format", "jsonl"], root)
    return {row["path"] for row in map(json.loads, out.splitlines()) if row["type"] == "finding"}


def ruff(root, _, peers):
    (root / "ruff.toml").write_text(
        "extend-include = [\"*.ipynb\"]\n[lint]\nselect = [\"TID251\"]\npreview = true\n[lint.per-file-ignores]\n\"app/wrapper.py\" = [\"TID251\"]\n"
        "[lint.flake8-tidy-imports.banned-api]\n\"requests\".msg = \"use the client\"\n")
    out, _ = run([peers / "ruff", "check", "--no-cache", "--output-format", "json", "."], root)
    return {os.path.relpath(row["filename"], root) for row in json.loads(out) if row.get("code") == "TID251"}


def import_linter(root, _, peers):
    # It reads no package in which one file has a mistake, so it gets the project without those.
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        write(folder)
        (folder / "app/old.py").unlink()
        (folder / "app/broken.py").unlink()
        (folder / ".importlinter").write_text(
            "[importlinter]\nroot_package = app\ninclude_external_packages = True\n\n[importlinter:contract:http]\nname = http\n"
            "type = forbidden\nsource_modules = app\nforbidden_modules = requests\nas_packages = True\n"
            "ignore_imports = app.wrapper -> requests\nunmatched_ignore_imports_alerting = none\n")
        out, err = run([peers / "lint-imports", "--no-cache"], folder, {"PYTHONPATH": str(folder)})
    found = re.findall(r"^\s*-?\s*(app[.\w]*) -> requests", out, re.M)
    chains = re.findall(r"^-?\s*(app[.\w]*) -> app\.wrapper", out, re.M)
    if not found:
        sys.exit(f"import-linter said nothing: {out} {err}")
    return {name.replace(".", "/") + ".py" for name in found + chains}


def deptry(root, _, peers):
    # It forbids nothing; it tells what is imported and not declared. Where nothing declares requests, that comes closest.
    (root / "pyproject.toml").write_text("[project]\nname = \"x\"\nversion = \"1\"\ndependencies = []\n")
    run([peers / "deptry", ".", "-o", "deptry.json", "--ignore", "DEP002"], root)
    rows = json.loads((root / "deptry.json").read_text())
    (root / "pyproject.toml").unlink()
    named = [row for row in rows if row["module"] == "requests"]
    return {row["location"]["file"] for row in named if row["location"]["file"] != "app/wrapper.py"}


def semgrep(root, _, peers):
    (root / "semgrep.yml").write_text("""rules:
  - id: http
    message: use the client
    severity: ERROR
    languages: [python]
    paths: {exclude: [app/wrapper.py]}
    pattern-either:
      - pattern: import requests
      - pattern: import requests as $X
      - pattern: from requests import $X
      - pattern: from requests import *
      - pattern: from requests.$M import $X
      - pattern: importlib.import_module("requests")
      - pattern: __import__("requests")
""")
    out, err = run([peers / "semgrep", "scan", "--config", "semgrep.yml", "--json", "--metrics=off", "--disable-version-check",
                    "--no-git-ignore", "."], root, {"PATH": f"{peers}:{os.environ['PATH']}"})
    try:
        rows = json.loads(out)["results"]
    except ValueError:
        sys.exit(f"semgrep failed: {err}")
    return {row["path"] for row in rows}


def ast_grep(root, _, peers):
    rules = root / "rule.yml"
    rules.write_text("""id: http
language: python
severity: error
message: use the client
ignores: [app/wrapper.py]
rule:
  any:
    - {kind: dotted_name, regex: '^requests(\\.|$)', inside: {kind: import_statement, stopBy: end}}
    - {kind: import_from_statement, has: {field: module_name, regex: '^requests(\\.|$)'}}
    - {pattern: importlib.import_module("requests")}
    - {pattern: __import__("requests")}
""")
    out, err = run([peers / "ast-grep", "scan", "--rule", "rule.yml", "--json=stream", "."], root)
    if err and not out:
        sys.exit(f"ast-grep failed: {err}")
    return {row["file"].removeprefix("./") for row in map(json.loads, out.splitlines())}


TOOLS = [("policy", policy), ("ruff", ruff), ("semgrep", semgrep), ("ast-grep", ast_grep), ("import-linter", import_linter),
         ("deptry", deptry)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--policy", required=True, type=pathlib.Path)
    parser.add_argument("--peers", required=True, type=pathlib.Path, help="the folder with their programs")
    arguments = parser.parse_args()
    tool, peers = arguments.policy.resolve(), arguments.peers.resolve()
    seen = {}
    for name, tell in TOOLS:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            write(root)
            seen[name] = {path.replace(os.sep, "/") for path in tell(root, tool, peers)}
    print("| `requests` enters by | " + " | ".join(name for name, _ in TOOLS) + " |")
    print("|---|" + "---|" * len(TOOLS))
    for what, path, _ in WAYS:
        print(f"| {what} | " + " | ".join("yes" if path in seen[name] else "-" for name, _ in TOOLS) + " |")
    counts = [sum(path in seen[name] for _, path, _ in WAYS) for name, _ in TOOLS]
    print(f"| **seen, of {len(WAYS)}** | " + " | ".join(f"**{count}**" for count in counts) + " |")
    for what, path, _ in OTHERS:
        print(f"| not the library: {what} | " + " | ".join("wrong" if path in seen[name] else "-" for name, _ in TOOLS) + " |")
    wrong = [path for _, path, _ in OTHERS if path in seen["policy"]]
    missed = [path for _, path, _ in WAYS if path not in seen["policy"]]
    if wrong or missed:
        sys.exit(f"this tool misses {missed} and is wrong about {wrong}")


main()
