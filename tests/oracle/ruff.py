"""Compares `policy check` with ruff, import statement by import statement.

    python ruff.py POLICY RUFF FOLDER [--seed N] [--mode MODE]... [--libraries FILE] [--show N]

POLICY and RUFF are the binaries. Each mode writes the same wish for both tools and compares which statements they report
beneath FOLDER. A difference either has a known reason, which is checked against CPython's tree, or is printed with its
place. Prints a table, and exits 1 when something is unexplained. FILE lists the libraries that a relative import never
means. Needs CPython 3.10 or newer.
"""

import argparse
import collections
import functools
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from ruff_modes import UNREAD, Run, modes  # noqa: E402
from statements import File  # noqa: E402

LIBRARIES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "src", "data", "libraries.txt")


def top_folders(folder):
    """Roots: the folders right below that are no packages; else the folder itself."""
    names = sorted(name for name in os.listdir(folder) if os.path.isdir(os.path.join(folder, name)))
    return [name for name in names if not os.path.isfile(os.path.join(folder, name, "__init__.py"))] or ["."]


def run_in(folder, command):
    return subprocess.run(command, cwd=folder, capture_output=True, check=False, text=True, errors="surrogateescape")


def policy_run(policy, folder, roots, rules, verb, *options):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        json.dump({"version": 1, "python": {"roots": roots}, "rules": rules}, file)
        file.flush()
        command = [policy, verb, "--root", ".", "--policy", file.name, *options, "."]
        done = run_in(folder, command)
    if done.returncode not in (0, 1, 2) or not done.stdout:
        sys.exit(f"policy ended with {done.returncode}: {done.stderr[:2000]}")
    return done.stdout.splitlines()


def policy_reports(policy, folder, roots, mode):
    """Places by path, and the paths with a problem."""
    found, problems = collections.defaultdict(list), set()
    entries = policy_run(policy, folder, roots, {"r": mode.verb}, "check", "--format", "jsonl", "--limit", "all")
    for entry in map(json.loads, entries):
        if entry["type"] == "finding" and entry["rule"] == "r":
            # Ruff reads statements; what is loaded by a name in a string is ours alone.
            if "dynamic" in entry["contexts"]:
                continue
            found[entry["path"]].append((entry["start"]["line"], entry["start"]["column"]))
        elif entry["type"] == "problem" and entry["kind"] == "policy":
            sys.exit(f"policy refuses the rule: {entry['message']}")
        elif entry["type"] == "problem" and "path" in entry:
            problems.add(entry["path"])
    return found, problems


def toml(mode):
    lines = [f"preview = {str(mode.preview).lower()}", 'include = ["*.py", "*.pyi", "*.pyw"]', "exclude = []"]
    lines += ["[lint]", f'select = ["{mode.code}"]']
    for option, value in mode.ruff.items():
        if isinstance(value, dict):
            pairs = [f"{json.dumps(key)} = {json.dumps(item).replace(':', ' =')}" for key, item in value.items()]
            lines += [f"[lint.{option}]", *pairs]
        else:
            group, key = option.rsplit(".", 1)
            lines += [f"[lint.{group}]", f"{key} = {json.dumps(value)}"]
    return "\n".join(lines)


def ruff_run(ruff, folder, mode, *options):
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(toml(mode))
        file.flush()
        command = [ruff, "check", "--config", file.name, "--no-cache", "--no-respect-gitignore"]
        done = run_in(folder, [*command, *options, "."])
    if done.returncode not in (0, 1):
        sys.exit(f"ruff ended with {done.returncode}: {done.stderr[:2000]}")
    return done.stdout.splitlines()


def ruff_reports(ruff, folder, mode):
    """Places by path, and the paths that it cannot parse."""
    found, unparsed = collections.defaultdict(list), set()
    for line in ruff_run(ruff, folder, mode, "--ignore-noqa", "--output-format", "json-lines"):
        entry = json.loads(line)
        path = os.path.relpath(entry["filename"], folder)
        if entry["code"] == mode.code:
            found[path].append((entry["location"]["row"], entry["location"]["column"]))
        elif entry["code"] in (None, "invalid-syntax"):
            unparsed.add(path)
    return found, unparsed


def choose(policy, folder, roots, seed, count=40):
    """Names to ban, as many of each kind: stdlib, third-party, modules in packages, members, own modules."""
    absolute, own = collections.Counter(), collections.Counter()
    for line in policy_run(policy, folder, roots, {"r": {"forbid": ["os"]}}, "facts"):
        fact = json.loads(line)
        name = fact["resolved"] or fact["name"]
        if all(part.isidentifier() for part in name.split(".")):
            (own if fact["level"] else absolute)[name] += 1
    local = {name.split(".")[0] for name in own}
    beneath = collections.Counter()
    for name, times in absolute.items():
        parts = name.split(".")
        for depth in range(1, len(parts)):
            beneath[".".join(parts[:depth])] += times
    tops = {n: t + absolute[n] for n, t in beneath.items() if "." not in n and n != "__future__"}
    kinds = [
        {n: t for n, t in tops.items() if n in sys.stdlib_module_names},
        {n: t for n, t in tops.items() if n not in sys.stdlib_module_names and n not in local},
        {n: t for n, t in beneath.items() if "." in n},
        {n: t for n, t in absolute.items() if "." in n and n not in beneath},
        {n: t for n, t in own.items() if "." in n},
    ]
    source, chosen = random.Random(seed), set()
    for kind in kinds:
        frequent = sorted(kind, key=lambda name: (-kind[name], name))[:120]
        chosen.update(source.sample(frequent, min(count // len(kinds), len(frequent))))
    return sorted(chosen)


def compare(run, theirs, ours, problems, load):
    """Tally, and the places that nothing explains."""
    tally, reasons, unexplained = collections.Counter(), collections.Counter(), []
    for path in sorted({*theirs, *ours}):
        file = load(path)
        sides = []
        for places in (theirs[path], ours[path]):
            if run.mode.by_file:
                sides.append({None} if places else set())
            elif file.error:
                sides.append({line for line, _ in places})
            else:
                sides.append({file.at(*place) or place for place in places})
        if not run.mode.by_file and not file.error:
            uses = {key for key in sides[0] if isinstance(key, tuple)}
            tally["uses"] += len(uses)
            sides[0] -= uses
        both = sides[0] & sides[1]
        tally += collections.Counter(ruff=len(sides[0]), ours=len(sides[1]), agreed=len(both))
        for side, keys, known in (
            ("only ruff", sides[0] - both, run.mode.only_ruff | {"policy tells a problem": lambda *_: path in problems}),
            ("only ours", sides[1] - both, UNREAD | run.mode.only_ours),
            ("both", both, run.mode.neither),
        ):
            for key in sorted(keys, key=line_of):
                reason = explain(run, file, key, known)
                if side == "both":
                    if not reason:
                        continue
                    reason = explain(run, file, key, run.mode.although)
                if reason:
                    reasons[f"{side}: {reason}"] += 1
                else:
                    unexplained.append(f"{side}: {path}:{line_of(key)}")
    return tally, reasons, unexplained


def line_of(key):
    """The line of a statement, a place, a line, or a whole file."""
    return key.line if hasattr(key, "line") else key[0] if isinstance(key, tuple) else key or 1


def explain(run, file, key, known):
    for reason, holds in known.items():
        try:
            if holds(run, file, key):
                return reason
        except (AttributeError, SyntaxError, ValueError, RecursionError, MemoryError):
            continue  # the reason asks for a tree or a statement, and there is none
    return None


def compare_files(arguments, mode):
    """The paths that both tools read."""
    ours = policy_run(arguments.policy, arguments.folder, ["."], {"r": {"forbid": ["os"]}}, "check", "--files")
    ours = {line.rsplit(": checked", 1)[0] for line in ours if ": checked" in line}
    theirs = ruff_run(arguments.ruff, arguments.folder, mode, "--show-files")
    theirs = {os.path.relpath(path, arguments.folder) for path in theirs}
    print(f"files: {len(theirs & ours)} read by both, {len(theirs - ours)} by ruff only, {len(ours - theirs)} by ours only")
    return theirs & ours


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("policy", "ruff", "folder"):
        parser.add_argument(name, type=lambda path: os.path.abspath(shutil.which(path) or path))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mode", action="append")
    parser.add_argument("--libraries", default=LIBRARIES)
    parser.add_argument("--show", type=int, default=10)
    arguments = parser.parse_args()
    with open(arguments.libraries, encoding="utf-8") as file:
        libraries = {line.strip() for line in file if not line.startswith("#")}
    roots = top_folders(arguments.folder)
    chosen = choose(arguments.policy, arguments.folder, roots, arguments.seed)
    print("names:", *chosen)
    wanted = modes(chosen)
    wanted = {name: mode for name, mode in wanted.items() if not arguments.mode or name in arguments.mode}
    shared = compare_files(arguments, next(iter(wanted.values())))
    load = functools.cache(lambda path: File(arguments.folder, path))
    failed = False
    print(f"{'mode':22}{'ruff':>8}{'uses':>8}{'ours':>8}{'agreed':>8}  unexplained")
    for name, mode in wanted.items():
        run = Run(mode, roots, libraries)
        theirs, run.unparsed = ruff_reports(arguments.ruff, arguments.folder, mode)
        ours, problems = policy_reports(arguments.policy, arguments.folder, roots, mode)
        theirs, ours = (collections.defaultdict(list, {p: x for p, x in side.items() if p in shared}) for side in (theirs, ours))
        tally, reasons, unexplained = compare(run, theirs, ours, problems, load)
        print(f"{name:22}{tally['ruff']:8}{tally['uses']:8}{tally['ours']:8}{tally['agreed']:8}  {len(unexplained)}", flush=True)
        for text, times in sorted(reasons.items()):
            print(f"{times:>14}  {text}")
        for text in unexplained[: arguments.show]:
            print(f"{'':14}! {text}")
        failed = failed or bool(unexplained)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
