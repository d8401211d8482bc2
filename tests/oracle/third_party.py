"""Compares the third-party names that `policy check` sees in projects with those of deptry.

    python third_party.py POLICY PYTHON PROJECT...

POLICY is the binary, PYTHON an interpreter with deptry 0.25 whose version's standard library counts, each PROJECT an
unpacked source tree. `allow-only: { import: [stdlib, first-party] }` complains of every import of a third-party name;
deptry complains of the same ones in a project that declares no dependency. Both get the same roots: the tree, each
folder with a `pyproject.toml` or `setup.py`, and a `src` beneath those. A name that only one of them has needs a reason
at each of its places. Prints a table, and exits 1 when something is unexplained. Needs CPython 3.10 or newer.
"""

import collections
import functools
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from statements import File  # noqa: E402

VERBS = {"allow-only": {"import": ["stdlib", "first-party"]}, "forbid": {"import": ["third-party"]}}
SKIPPED = {".git", "node_modules", "__pycache__", ".venv", "venv"}


def find_roots(project):
    roots = {"."}
    for folder, folders, files in os.walk(project):
        folders[:] = sorted(set(folders) - SKIPPED)
        if {"pyproject.toml", "setup.py"}.intersection(files):
            places = [folder, os.path.join(folder, "src")]
            roots.update(os.path.relpath(place, project) for place in places if os.path.isdir(place))
    return sorted(roots)


def our_names(policy, project, roots, version, verb):
    """Places by top-level name, the paths read, and the paths with a problem."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        rules = {"r": {verb: VERBS[verb]}}
        json.dump({"version": 1, "python": {"roots": roots, "target": version}, "rules": rules}, file)
        file.flush()
        command = [policy, "check", "--root", ".", "--policy", file.name, "--format", "jsonl", "--limit", "all"]
        done = subprocess.run([*command, "."], cwd=project, capture_output=True, text=True, check=False)
        listed = subprocess.run([*command[:6], "--files", "."], cwd=project, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1, 2) or not done.stdout:
        sys.exit(f"policy ended with {done.returncode}: {done.stderr[:2000]}")
    found, problems = collections.defaultdict(set), set()
    for entry in map(json.loads, done.stdout.splitlines()):
        if entry["type"] == "finding" and entry["rule"] == "r":
            found[entry["name"].split(".")[0]].add((entry["path"], entry["start"]["line"], entry["start"]["column"]))
        elif entry["type"] == "problem" and "path" in entry:
            problems.add(entry["path"])
    return found, {line.rsplit(": checked", 1)[0] for line in listed.stdout.splitlines() if ": checked" in line}, problems


def their_names(python, project, roots):
    """Places by top-level name, and the paths that deptry could not read."""
    with tempfile.TemporaryDirectory() as folder:
        config, report = os.path.join(folder, "pyproject.toml"), os.path.join(folder, "report.json")
        with open(config, "w", encoding="utf-8") as file:
            file.write('[project]\nname = "none-of-these"\nversion = "0"\ndependencies = []\n')
        command = [python, "-m", "deptry", *roots, "--config", config, "--exclude", "^$", "--json-output", report]
        command += ["--experimental-namespace-package", "--ignore", "DEP002,DEP004,DEP005", "--no-ansi"]
        done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
        if not os.path.isfile(report):
            sys.exit(f"deptry ended with {done.returncode}: {done.stderr[-2000:]}")
        with open(report, encoding="utf-8") as file:
            violations = json.load(file)
    found = collections.defaultdict(set)
    for violation in violations:
        place = violation["location"]
        found[violation["module"]].add((os.path.normpath(place["file"]), place["line"], place["column"]))
    unread = [line for line in done.stderr.splitlines() if "WARNING" in line or "Warning" in line]
    return found, unread


class Project:
    """What both tools say of one source tree, and why they may differ at a place."""

    def __init__(self, policy, python, version, folder):
        self.folder, self.roots = folder, find_roots(folder)
        self.load = functools.cache(lambda path: File(folder, path))
        ours, self.read, self.problems = our_names(policy, folder, self.roots, version, "allow-only")
        self.is_consistent = our_names(policy, folder, self.roots, version, "forbid")[0] == ours
        theirs, self.unread = their_names(python, folder, self.roots)
        self.ours, self.theirs = self.by_statement(ours), self.by_statement(theirs)

    def by_statement(self, names):
        """Names with their places, each the start of a statement: a set of (name, path, line, column)."""
        found = set()
        for name, places in names.items():
            for path, line, column in places:
                file = None if path.endswith(".ipynb") else self.load(path)
                statement = file.at(line, column) if file and not file.error else None
                found.add((name, path, *((statement.line, statement.column) if statement else (line, column))))
        return found

    def why_only_ours(self, name, path, line, column):
        file = self.load(path)
        if not path.endswith(".py"):
            return "stub or script: deptry reads *.py"
        if file.error or any(path in warning for warning in self.unread):
            return "deptry cannot read the file"
        where = file.at(line, column).where
        if "type-checking" in where:
            return "beneath TYPE_CHECKING"
        if "type-checking-else" in where:
            return "in the `else` of TYPE_CHECKING: deptry skips it too"
        return "deptry: ignore" if b"deptry: ignore" in file.data else None

    def why_only_theirs(self, name, path, line, column):
        if path.endswith(".ipynb"):
            return "notebook"
        if path not in self.read:
            return "in a file that we skip"
        if path in self.problems:
            return "policy tells a problem"
        if not self.load(path).error and not self.load(path).at(line, column):
            return "import_module of a literal"
        if "version" in getattr(self.load(path).at(line, column), "where", ()):
            return "in the standard library of the Python that its branch is for"
        for root in self.roots:
            base = os.path.join(self.folder, root, name)
            if os.path.isfile(base + ".pyi") or any(n.endswith(".pyi") for _, _, names in os.walk(base) for n in names):
                return "local stubs count as first-party"
        return "comes with every Python" if name in ("__main__", "_typeshed") else None

    def compare(self):
        """Prints a line and what differs; whether all of it has a reason."""
        names = [{place[0] for place in side} for side in (self.ours, self.theirs)]
        figures = [len(self.roots), len(self.read), len(names[0] & names[1]), len(names[0] - names[1]), len(names[1] - names[0])]
        places = (self.ours & self.theirs, self.ours - self.theirs, self.theirs - self.ours)
        figures += map(len, places)
        reasons, unexplained = collections.defaultdict(list), []
        for label, side, missing, why in (
            ("ours", places[1], names[0] - names[1], self.why_only_ours),
            ("theirs", places[2], names[1] - names[0], self.why_only_theirs),
        ):
            for place in sorted(side):
                reason = why(*place)
                if reason:
                    reasons[label, reason].append(f"{place[0]}" if place[0] in missing else None)
                else:
                    unexplained.append(f"only {label}: {place[0]} {place[1]}:{place[2]}")
        print(f"{os.path.basename(self.folder):18}" + "".join(f"{figure:8}" for figure in [*figures, len(unexplained)]))
        for (label, reason), found in sorted(reasons.items()):
            print(f"    only {label}: {len(found)} {reason}: {' '.join(sorted(set(filter(None, found))))}".rstrip(": "))
        for text in unexplained:
            print(f"    ! {text}")
        if not self.is_consistent:
            print("    ! `forbid: { import: [third-party] }` does not agree with `allow-only`")
        return not unexplained and self.is_consistent


def main():
    policy, python, *folders = sys.argv[1:]
    # No link is followed: an interpreter in a virtual environment is one.
    policy, python = os.path.abspath(policy), os.path.abspath(python)
    show = "import sys; print('%d.%d' % sys.version_info[:2])"
    version = subprocess.run([python, "-c", show], capture_output=True, text=True, check=True).stdout.strip()
    heads = ["roots", "files", "names", "ours", "theirs", "places", "ours", "theirs", "unexpl."]
    print(f"{'project':18}" + "".join(f"{head:>8}" for head in heads))
    verdicts = [Project(policy, python, version, os.path.abspath(folder)).compare() for folder in folders]
    sys.exit(0 if all(verdicts) else 1)


if __name__ == "__main__":
    main()
