"""What `policy facts --role dependency` prints, by file; and how differences are counted. For the comparisons of manifests."""

import collections
import json
import os
import re
import subprocess

PROBLEM = re.compile(r"^(?P<path>.*?):(?P<line>\d+):(?P<column>\d+): problem\[(?P<kind>[\w-]+)\] (?P<message>.*)$")
SEPARATORS = re.compile(r"[-_.]+")


def normalise(name):
    """As PEP 503 writes names."""
    return SEPARATORS.sub("-", name).lower()


def read(policy, root):
    """(facts by path, problems by path) of what is read beneath a folder."""
    command = [policy, "facts", "--role", "dependency", "--threads", "1", "--allow-empty", "--root", root, root]
    run = subprocess.run(command, capture_output=True, check=False)
    facts, problems = collections.defaultdict(list), collections.defaultdict(list)
    for line in run.stdout.splitlines():
        fact = json.loads(line)
        facts[fact["path"]].append(fact)
    for line in run.stderr.decode(errors="replace").splitlines():
        match = PROBLEM.match(line)
        if match:
            path = os.path.relpath(match["path"], root)
            problems[path].append((int(match["line"]), int(match["column"]), match["kind"], match["message"]))
        elif not line.startswith((" ", "note", "warning")) and line:
            problems[""].append((0, 0, "untold", line))
    return facts, problems


def bare(text):
    """A text without what a format or a shell puts between its parts."""
    return re.sub(r"[\"'`\\\s]", "", text)


def wrong_places(fact, data):
    """Which parts of a fact do not stand where it says. Not asked of open names, nor of UTF-16."""
    if fact.get("open") or data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return
    text = {key: data[start:end].decode(errors="replace") for key, (start, end) in fact["parts"].items()}
    if fact["origin"] in ("index", "system") and normalise(bare(text["name"])) != fact["name"]:
        yield "name"
    for key in ("specifier", "marker"):
        if fact[key] is not None and key in text and bare(text[key]) != bare(fact[key]):
            yield key
    if "extras" in text:
        inner = bare(text["extras"]).strip("[]").split(",")
        if sorted({normalise(extra) for extra in inner if extra}) != sorted(set(fact["extras"])):
            yield "extras"
    if fact["end"]["offset"] <= fact["start"]["offset"]:
        yield "all: it is empty"


class Tally:
    """Counts by class, with a few examples of each. Classes that begin with `!` are unexplained."""

    def __init__(self, examples=8):
        self.counts = collections.Counter()
        self.examples = collections.defaultdict(list)
        self.most = examples

    def add(self, kind, example=None):
        self.counts[kind] += 1
        if example is not None and len(self.examples[kind]) < self.most:
            self.examples[kind].append(example)

    def report(self, out):
        """Prints all, and returns how many are unexplained."""
        for kind, count in sorted(self.counts.items(), key=lambda item: (item[0].startswith("!"), -item[1])):
            print(f"{count:7} {kind}", file=out)
        for kind in sorted(self.examples):
            print(f"\n{kind}", file=out)
            for example in self.examples[kind]:
                print(f"    {example}", file=out)
        return sum(count for kind, count in self.counts.items() if kind.startswith("!"))
