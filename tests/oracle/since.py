"""Compares `policy check --since` with the difference between two full checks, commit by commit.

    python3 since.py POLICY REPOSITORY POLICY_FILE FROM..TO|COMMIT... [--cache FOLDER] [--work FOLDER] [--full-only]

POLICY is the binary, REPOSITORY a git directory with history, POLICY_FILE lies outside of it. For every commit (of a range:
along first parents) and its first parent, both are checked whole, and the findings of the head that the base does not have
are what `--since PARENT` must tell in a checkout of the head: as many of the same rule, path, scope and name. Paths of the
base are taken through the renames of `git diff -M`; `policy/...` is left out; exit codes must fit what is told (1 with an error,
0 without, 2 is counted). Clones with work trees stand in `--work`, a temporary folder by default; REPOSITORY is only read.

`--cache` keeps what full checks said, by policy file and commit, so that a later run needs `--since` alone. Such a memory may
come from an older binary: every 15th head is checked whole again, and both sides of every disagreement before it counts.
`--full-only` leaves `--since` out. Prints how many commits change and add findings, disagreements (it stops after 20), and the
wall times of `--since` and of full checks. Exits 1 when something disagrees. Needs Python 3.9 and git.
"""

import argparse
import collections
import gzip
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

MOST_DISAGREEMENTS = 20
MOST_SHOWN = 10  # findings of one disagreement
AGAIN_EVERY = 15  # heads that are checked whole although their findings are known
OTHERS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_PREFIX")
ENVIRONMENT = {key: value for key, value in os.environ.items() if key not in OTHERS}
Full = collections.namedtuple("Full", "findings seconds is_fresh")
Disagreement = collections.namedtuple("Disagreement", "commit parent missing extra note")


def git(folder, *arguments):
    command = ["git", "-c", "core.hooksPath=/dev/null", "-c", "advice.detachedHead=false", "-C", folder, *arguments]
    done = subprocess.run(command, capture_output=True, check=False, env=ENVIRONMENT)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr.decode(errors='replace')}")
    return os.fsdecode(done.stdout)


def commits_of(repository, revisions):
    """(commit, first parent) of each, the oldest first."""
    for revision in revisions:
        one = [] if ".." in revision else ["--no-walk"]
        listed = git(repository, "rev-list", "--first-parent", "--reverse", "--parents", *one, "--end-of-options", revision)
        for line in listed.splitlines():
            commit, *parents = line.split()
            if parents:
                yield commit, parents[0]


class Checkout:
    """A clone whose work tree is kept in step with commits."""

    def __init__(self, repository, folder):
        self.folder, self.commit = folder, None
        if not os.path.isdir(os.path.join(folder, ".git")):
            source = git(repository, "rev-parse", "--absolute-git-dir").rstrip("\n")
            git(".", "clone", "--quiet", "--shared", "--no-checkout", "--no-tags", source, folder)

    def to(self, commit):
        if self.commit != commit:
            git(self.folder, "checkout", "--quiet", "--force", "--detach", commit)
            git(self.folder, "clean", "--quiet", "-ffdx")
            git(self.folder, "update-index", "-q", "--refresh")
            self.commit = commit


def check(policy, policy_file, folder, *since):
    """(findings as they are told, exit code, seconds)."""
    command = [policy, "check", *since, "--format", "jsonl", "--policy", policy_file, "--root", "."]
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, env=ENVIRONMENT)
    seconds = time.perf_counter() - start
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode not in (0, 1, 2) or not lines or lines[-1]["type"] != "summary":
        sys.exit(f"{' '.join(command)} in {folder}: exit code {done.returncode}, no summary: {done.stderr.decode(errors='replace')[:2000]}")
    return [line for line in lines if line["type"] == "finding"], done.returncode, seconds


def counted(findings):
    """How often each finding is told, by what tells it apart."""
    told = (finding for finding in findings if not finding["rule"].startswith("policy/"))
    return collections.Counter((one["rule"], one["path"], one["scope"], one["name"]) for one in told)


class FullChecks:
    """What full checks say, by commit."""

    def __init__(self, policy, policy_file, cache):
        self.policy, self.policy_file, self.recent, self.cache = policy, policy_file, {}, None
        if cache:
            with open(policy_file, "rb") as stream:
                self.cache = os.path.join(cache, hashlib.sha256(stream.read()).hexdigest()[:16])
            os.makedirs(self.cache, exist_ok=True)

    def of(self, commit, checkout, anew=False):
        if not anew and commit in self.recent:
            return self.recent[commit]
        file = self.cache and os.path.join(self.cache, f"{commit}.json.gz")
        if file and not anew and os.path.exists(file):
            with gzip.open(file, "rt", encoding="utf-8") as stream:
                kept = json.load(stream)
            full = Full(collections.Counter({tuple(key): count for *key, count in kept["findings"]}), kept["seconds"], False)
        else:
            checkout.to(commit)
            findings, _, seconds = check(self.policy, self.policy_file, checkout.folder)
            full = Full(counted(findings), seconds, True)
            if file:
                kept = {"seconds": seconds, "findings": [[*key, count] for key, count in sorted(full.findings.items())]}
                with gzip.open(f"{file}.part", "wt", encoding="utf-8") as stream:
                    json.dump(kept, stream)
                os.replace(f"{file}.part", file)
        self.recent = {**dict(list(self.recent.items())[-3:]), commit: full}
        return full


def changes(repository, parent, commit):
    """(new path by old path of what was renamed, all paths of the head that the commit touches)."""
    listed = git(repository, "-c", "diff.renameLimit=0", "diff", "-M", "--name-status", "-z", parent, commit, "--")
    fields = iter(listed.split("\0")[:-1])
    renames, touched = {}, set()
    for status in fields:
        path = next(fields)
        if status.startswith("R"):
            renames[path] = path = next(fields)
        touched.add(path)
    return renames, touched


def difference(base, head, renames):
    """(what the head adds, what it removes), each with how often."""
    base = collections.Counter(base)
    moved = collections.Counter()
    for (rule, path, scope, name), count in base.items():
        moved[rule, renames.get(path, path), scope, name] += count
    return head - moved, moved - head


def shown_lines(findings, sign):
    shown = sorted(findings.items())[:MOST_SHOWN]
    for (rule, path, scope, name), count in shown:
        yield f"    {sign} {count} x {rule} {path} {scope or '(module)'} {name}"
    if len(findings) > len(shown):
        yield f"    {sign} ... {len(findings) - len(shown)} more"


def spread(seconds):
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    return f"median {statistics.median(ordered):.3f} s, p95 {p95:.3f} s, max {ordered[-1]:.3f} s"


class Comparison:
    def __init__(self, options, work):
        self.options, self.repository = options, os.path.abspath(options.repository)
        self.policy, self.policy_file = os.path.abspath(options.policy), os.path.abspath(options.policy_file)
        self.base, self.head = (Checkout(self.repository, os.path.join(work, side)) for side in ("base", "head"))
        self.full = FullChecks(self.policy, self.policy_file, options.cache)
        self.commits = self.changing = self.adding = self.removing = self.elsewhere = self.renaming = self.added = 0
        self.since_seconds, self.full_seconds, self.kept_seconds = [], [], []
        self.codes, self.disagreements, self.outdated = collections.Counter(), [], []

    def compare(self, commit, parent):
        self.head.to(commit)
        told, fits = None, True
        if not self.options.full_only:
            findings, code, seconds = check(self.policy, self.policy_file, self.head.folder, "--since", parent)
            told = counted(findings)
            fits = code == 2 or code == any(finding["level"] == "error" for finding in findings)
            self.codes[code] += 1
            self.since_seconds.append(seconds)
        base, head = self.full.of(parent, self.base), self.full.of(commit, self.head)
        if not head.is_fresh and not self.options.full_only and self.commits % AGAIN_EVERY == 0:
            again = self.full.of(commit, self.head, anew=True)
            if again.findings != head.findings:
                self.outdated.append(commit)
            base, head = self.full.of(parent, self.base, anew=again.findings != head.findings), again
        (self.full_seconds if head.is_fresh else self.kept_seconds).append(head.seconds)
        renames, touched = changes(self.repository, parent, commit)
        added, removed = difference(base.findings, head.findings, renames)
        if told is not None and (told != added or not fits):
            if told != added and not (base.is_fresh and head.is_fresh):
                base, head = self.full.of(parent, self.base, anew=True), self.full.of(commit, self.head, anew=True)
                added, removed = difference(base.findings, head.findings, renames)
            if told != added or not fits:
                note = "" if fits else f"exit code {code} does not fit what is told"
                self.disagreements.append(Disagreement(commit, parent, added - told, told - added, note))
                self.show(self.disagreements[-1], touched)
        self.commits += 1
        self.changing += bool(added or removed)
        self.adding += bool(added)
        self.removing += bool(removed)
        self.added += sum(added.values())
        self.renaming += bool(renames)
        self.elsewhere += any(path not in touched for _, path, _, _ in added)

    def show(self, one, touched):
        print(f"disagreement at {one.commit}, since {one.parent}: {one.note}")
        for findings, sign in ((one.missing, "not told:"), (one.extra, "told, but not new:")):
            elsewhere = sum(path not in touched for _, path, _, _ in findings)
            if findings:
                print(f"  {sum(findings.values())} {sign[:-1]}, {elsewhere} of {len(findings)} places in files that the commit does not touch")
            print(*shown_lines(findings, sign), sep="\n", end="\n" if findings else "")
        sys.stdout.flush()

    def summary(self):
        print(f"{self.commits} commits: {self.changing} change the findings, {self.adding} add some ({self.added} in all), "
              f"{self.removing} remove some; {self.elsewhere} add some in files that they do not touch; {self.renaming} rename files")
        if self.since_seconds:
            print(f"{len(self.disagreements)} disagreements; exit codes of --since: "
                  + ", ".join(f"{code}: {count}" for code, count in sorted(self.codes.items())))
            print(f"--since: first {self.since_seconds[0]:.3f} s; then {spread(self.since_seconds[1:] or self.since_seconds)}")
        if self.full_seconds:
            print(f"full checks of {len(self.full_seconds)} heads: {spread(self.full_seconds)}")
        if self.kept_seconds:
            print(f"full checks of {len(self.kept_seconds)} heads, as the cache has it: {spread(self.kept_seconds)}")
        if self.outdated:
            print(f"the cache is outdated: another binary told other findings at {', '.join(self.outdated)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("policy")
    parser.add_argument("repository")
    parser.add_argument("policy_file")
    parser.add_argument("commits", nargs="+", metavar="FROM..TO|COMMIT")
    parser.add_argument("--cache")
    parser.add_argument("--work")
    parser.add_argument("--full-only", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        comparison = Comparison(options, os.path.abspath(options.work or temporary))
        pairs = list(commits_of(options.repository, options.commits))
        for at, (commit, parent) in enumerate(pairs, 1):
            comparison.compare(commit, parent)
            if sys.stderr.isatty() or at % 25 == 0:
                print(f"{at} of {len(pairs)}", end="\r" if sys.stderr.isatty() else "\n", file=sys.stderr)
            if len(comparison.disagreements) >= MOST_DISAGREEMENTS:
                print(f"stopped after {MOST_DISAGREEMENTS} disagreements")
                break
        comparison.summary()
    sys.exit(bool(comparison.disagreements))


if __name__ == "__main__":
    main()
