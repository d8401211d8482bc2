"""Compares `require: declared` and `require: used` with deptry, name by name.

    python deptry.py POLICY DEPTRY FOLDER [--only PROJECT]... [--show]

POLICY is the binary, DEPTRY the command of deptry 0.25, FOLDER holds one tree for each project: its manifests and the
folders with its code, without tests and documents. None of what the projects depend on is installed where deptry runs:
it then takes `-` in the name of a distribution for `_` in the name of a module. `declared` is compared with DEP001 and
DEP003 by the first segment of the module, `used` with DEP002 by the name of the distribution. DEP004 (declared for
development only) is no missing declaration in either. Each difference needs a row in `samples/deptry.csv`, which says why:
project, check, name, side (`ours` or `theirs`: who complains), class, explanation. Prints the counts by project and by
class, and exits 1 when a difference has no row. Needs CPython 3.11 or newer, the version whose standard library counts.
"""

import argparse
import collections
import csv
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "samples", "deptry.csv")
CHECKS = {"DEP001": "declared", "DEP002": "used", "DEP003": "declared"}
NAMES = re.compile(r"[-_.]+")


def distribution(name):
    return NAMES.sub("-", name).lower()


def roots(project):
    return [".", *(["src"] if os.path.isdir(os.path.join(project, "src")) else [])]


def ours(policy, project, version):
    """Names by check."""
    rules = {check: {"require": check} for check in ("declared", "used")}
    with tempfile.TemporaryDirectory() as folder:
        file, report = os.path.join(folder, "policy.yaml"), os.path.join(folder, "report.json")
        with open(file, "w", encoding="utf-8") as stream:
            json.dump({"version": 1, "python": {"roots": roots(project), "target": version}, "rules": rules}, stream)
        command = [policy, "check", project, "--root", project, "--policy", file, "--format", "json", "-o", report]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not os.path.exists(report):
            sys.exit(f"{project}: policy ended with {done.returncode}: {done.stderr[:2000]}")
        with open(report, encoding="utf-8") as stream:
            told = json.load(stream)
    found = collections.defaultdict(set)
    for finding in told["findings"]:
        if finding["rule"] == "declared":
            found["declared"].add(finding["name"].split(".")[0])
        elif finding["rule"] == "used":
            found["used"].add(distribution(finding["name"]))
    return found


def theirs(deptry, project):
    """Names by check. Nothing is excluded, so that both read the same files."""
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        command = [*deptry, *roots(project), "--exclude", "^$", "--json-output", report]
        done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1) or not os.path.exists(report):
            sys.exit(f"{project}: deptry ended with {done.returncode}: {done.stderr[-2000:]}")
        with open(report, encoding="utf-8") as stream:
            told = json.load(stream)
    found = collections.defaultdict(set)
    for entry in told:
        check = CHECKS.get(entry["error"]["code"])
        if check:
            found[check].add(distribution(entry["module"]) if check == "used" else entry["module"])
    return found


def explained():
    """Class by difference."""
    if not os.path.exists(TABLE):
        return {}
    with open(TABLE, encoding="utf-8", newline="") as stream:
        return {(r["project"], r["check"], r["name"], r["side"]): r["class"] for r in csv.DictReader(stream)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("policy")
    parser.add_argument("deptry", help="a command, with spaces between its words")
    parser.add_argument("folder")
    parser.add_argument("--only", action="append", metavar="PROJECT", help="this project only (repeatable)")
    parser.add_argument("--show", action="store_true", help="tell explained differences too")
    arguments = parser.parse_args()
    policy, deptry = os.path.abspath(arguments.policy), shlex.split(arguments.deptry)
    if os.sep in deptry[0]:
        deptry[0] = os.path.abspath(deptry[0])
    table, version = explained(), f"{sys.version_info.major}.{sys.version_info.minor}"
    classes, totals, unexplained, met, projects = collections.Counter(), collections.Counter(), [], set(), set()
    print(f"{'project':24}{'check':10}{'agreed':>8}{'ours':>8}{'theirs':>8}")
    for name in sorted(os.listdir(arguments.folder), key=str.lower):
        project = os.path.abspath(os.path.join(arguments.folder, name))
        if not os.path.isdir(project) or (arguments.only and name not in arguments.only):
            continue
        projects.add(name)
        mine, other = ours(policy, project, version), theirs(deptry, project)
        for check in ("declared", "used"):
            sides = {"ours": mine[check] - other[check], "theirs": other[check] - mine[check]}
            agreed = len(mine[check] & other[check])
            totals.update({(check, "agreed"): agreed, **{(check, side): len(names) for side, names in sides.items()}})
            print(f"{name:24}{check:10}{agreed:8}{len(sides['ours']):8}{len(sides['theirs']):8}")
            for side, names in sides.items():
                for one in sorted(names):
                    key = (name, check, one, side)
                    met.add(key)
                    if key in table:
                        classes[check, side, table[key]] += 1
                    else:
                        unexplained.append(key)
                    if arguments.show or key not in table:
                        print(f"    only {side}: {one}: {table.get(key, 'UNEXPLAINED')}")
    for check in ("declared", "used"):
        print(f"{'all':24}{check:10}" + "".join(f"{totals[check, k]:8}" for k in ("agreed", "ours", "theirs")))
    print(f"\n{'check':10}{'side':8}{'class':24}{'names':>6}")
    for (check, side, reason), count in sorted(classes.items()):
        print(f"{check:10}{side:8}{reason:24}{count:6}")
    gone = [key for key in table if key[0] in projects and key not in met]
    print(f"\n{len(projects)} projects, {len(unexplained)} unexplained, {len(gone)} rows that no longer occur")
    for key in gone:
        print("    no longer:", *key)
    return 1 if unexplained or not projects else 0


if __name__ == "__main__":
    sys.exit(main())
