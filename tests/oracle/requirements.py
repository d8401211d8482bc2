"""Compares what `policy facts` reads in requirement files with pip's own parser and with `packaging`.

    python requirements.py POLICY LINES FOLDER... [--sample FILE] [--grown COUNT]

POLICY is the binary. LINES is a text with one requirement line a line: distinct ones are written into files of 200.
Every file beneath the folders that has the name of a requirement file is compared as it stands. The truth of a line is
what pip's reader of requirement files makes of it (joining, comments, options, `-e`, names of addresses), without
fetching anything; where pip sees an ordinary requirement, `packaging` tells name, extras, specifier, marker and
address. The bytes at the places that a fact names are compared with what it says. Prints counts by class and examples;
a class that begins with `!` is unexplained, and makes the exit status 1. With --sample, writes 1,000 lines with what is
true of them as CSV. With --grown, lines that are put together at random, with the seams that a reader may get wrong,
are compared too. Needs pip 24 or newer and packaging 24 or newer.
"""

import argparse
import csv
import os
import random
import re
import sys
import tempfile
from dataclasses import dataclass

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from pip._internal.exceptions import PipError
from pip._internal.req import constructors, req_file

import dependency_facts
from dependency_facts import Tally, normalise, wrong_places

NAMES = re.compile(r"^(.*[-_.])?(requirements?|constraints?)([-_.].*)?\.(txt|in|pip)$")
PER_FILE = 200
PARSE = req_file.get_line_parser(None)
PATH_LIKE = re.compile(r"^(\.|/|~|[A-Za-z]:\\)|^[^@;<>=\[ ]*[/\\]")
EXTRA = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
TEMPLATE = re.compile(r"\{\{|\{%|\$\{|<[a-z_ -]+>|%\(|\$[A-Za-z(]|\{[A-Za-z_][\w.:-]*\}")


SEAMS = {
    "name": ["redis"] * 20
    + ["redis", "Redis", "zope.interface", "a_b--c", "x", "A1.b", "ruamel.yaml", "-x", "x-", "_y", "a b", "é", ""],
    "blank": [""] * 9 + [" "] * 6 + [" ", "  ", "\t", " \\\n ", "\\\n", "\xa0", "\x0c"],
    "extras": ["", "", "", "", "", "", "[a]", "[b,c]", "[a]", "[ a , B_c ]", "[]", "[a,]", "[a", "[a b]", "[a.b,a-b]"],
    "specifier": [
        "",
        "==1.0",
        "",
        ">=1",
        "",
        "<3",
        ">=4,<5",
        "==1.*",
        "!=2",
        "~=1.0",
        ">= 2",
        "==1.0",
        ">= 2 , <3",
        "(>=1)",
        "( >=1, <2 )",
        ">=1,",
        ",",
        "==1.*",
        "===x+y",
        "~=1.4.2",
        "=1",
        "^1",
        "==",
        ">=1 <2",
        "!=1.5,!=1.6",
        "<=1!2.0+l-1",
        "==1.0.0-1",
        "== v1.0",
        ">1;",
        "1.0",
        "(>=1",
        ">=1)",
        "()",
        "<>1",
        "==1.0 # c",
        "==1.0#c",
    ],
    "marker": [""] * 6
    + [
        "",
        "",
        ";python_version<'3'",
        ' ; os_name == "nt"',
        ";",
        "; 'a' in extra",
        ";extra=='x' and (os_name!='nt' or sys_platform=='w')",
        "; python_version < 3",
        "; nonsense == 'x'",
        ";python_version in '3.8 3.9'",
        "; '#' != sys_platform",
        "; ' #' != sys_platform",
    ],
    "options": [""] * 9
    + [
        "",
        "",
        "",
        " --hash=sha256:ab",
        " \\\n    --hash=sha256:ab \\\n    --hash=sha256:cd",
        " -C a=b",
        " --config-settings=a=b",
        " --global-option=x",
        "--hash=sha256:ab",
        " -e x",
        " --pre",
    ],
    "comment": ["", "", "", " # c", "# c", " #", " \\# c", "\t# -r x", " # c \\"],
    "address": [
        "git+https://h/a/b.git#egg=n",
        "git+https://h/a/b@v1.0",
        "https://h/n-1.0.tar.gz",
        "https://h/n-1.0-py3-none-any.whl",
        "n @ https://h/x",
        "n@https://h/x ; os_name=='nt'",
        "n @ git+ssh://g@h/x.git@v1#subdirectory=y",
        "n[e]@file:///x",
        "file:./x",
        "./x",
        "../x[e]",
        "x.whl",
        "n-1.0-py3-none-any.whl",
        "svn+http://h/x#egg=n&subdirectory=y",
        "git+https://h/x#subdirectory=y&egg=n",
        "C:\\x\\y",
        "~/x",
        "n @ ./x",
        "https://h/n.zip ; os_name=='nt'",
        "https://h/n.zip;os_name=='nt'",
        "hg+file:///x#egg=n",
        "git+https://h/a/b.git#egg=n[e]",
        "git+https://h/a/n.git@f/b",
        "n @ https://h/${V}/x",
        "${N}==1",
        "n==${V}",
        "n @",
        "@ https://h",
        "https://h/n-1.0.tar.gz#sha256=ab",
    ],
    "editable": ["-e ", "-e", "--editable ", "--editable=", "--edit ", "-e  ", "-e\t", ""],
    "option": [
        "-r x.txt",
        "-rx.txt",
        "--requirement=x",
        "--req x",
        "-c c.txt",
        "-i https://h",
        "--index-url=https://h",
        "--pre",
        "--no-index",
        "-f x",
        "--hash=x",
        "--no-binary :all:",
        "--no-binary=redis",
        "--only-binary redis",
        "--trusted-host h",
        "--use-feature x",
        "--unknown",
        "--extra-index-url https://u:p@h",
        "--find-links x redis",
        "--require-hashes",
        "-r",
        "--pypi-url h",
        "--all-releases redis",
        "-c c.txt -r r.txt",
    ],
}
ENDS = ["\n", "\n", "\n", "\r\n", "\r", "\n\n", "\n# c\n", "\n \n", "\x0b", "\u2028"]


def grown(count):
    """Lines at random, in files of 20."""
    source = random.Random(5)

    def one(*seams):
        return "".join(source.choice(SEAMS[seam]) for seam in seams)

    for at in range(0, count, 20):
        text = ""
        for _ in range(min(20, count - at)):
            kind = source.random()
            if kind < 0.7:
                text += one(
                    "blank", "name", "blank", "extras", "blank", "specifier", "blank", "marker", "options", "comment"
                )
            elif kind < 0.9:
                text += one("blank", "editable", "address", "options", "comment")
            else:
                text += one("option", "comment")
            text += source.choice(ENDS)
        yield f"grown{at:06}/requirements.txt", text.encode()


@dataclass
class Truth:
    kind: str  # requirement, unnamed, option, refused
    line: int
    text: str = ""
    name: str = ""
    extras: tuple = ()
    specifier: SpecifierSet | None = None
    marker: Marker | None = None
    url: str | None = None
    why: str = ""


def of_pip(line, text):
    """What pip makes of one joined line."""
    try:
        arguments, options = PARSE(text)
    except Exception as error:  # pip raises errors of optparse, of shlex and its own
        return Truth("refused", line, text, why=f"options: {error}")
    requirement = arguments or (options.editables or [None])[0]
    if requirement is None:
        return Truth("option", line, text)
    try:
        if arguments:
            parts = constructors.parse_req_from_line(arguments, None)
        else:
            parts = constructors.parse_req_from_editable(requirement)
    except (PipError, ValueError) as error:
        return Truth("refused", line, text, why=str(error).split("\n")[0])
    if parts.requirement is None:
        return Truth("unnamed", line, text, url=parts.link.url, extras=tuple(sorted(parts.extras)))
    found = parts.requirement
    url = parts.link.url if parts.link else found.url
    extras = tuple(sorted({normalise(extra) for extra in {*found.extras, *parts.extras}}))
    # Of an address pip takes the version in the name of a wheel; that is no specifier of the line.
    specifier = found.specifier if found.specifier and not url else None
    return Truth(
        "requirement", line, text, normalise(found.name), extras, specifier, parts.markers or found.marker, url
    )


def of_packaging(text):
    """What `packaging` makes of a line without its options; None when it refuses."""
    try:
        return Requirement(text.split(" -")[0].strip())
    except InvalidRequirement:
        return None


def same_specifier(written, theirs):
    try:
        # By way of a text: pip has a `packaging` of its own, whose objects equal no others.
        return (SpecifierSet(written) if written else None) == (SpecifierSet(str(theirs)) if theirs else None)
    except InvalidSpecifier:
        return False


def same_marker(written, theirs):
    try:
        return (str(Marker(written)) if written else None) == (str(theirs) if theirs else None)
    except InvalidMarker:
        return False


def compare_requirement(truth, fact):
    """The class of a line that pip takes for a requirement with a name."""
    if fact.get("open"):
        return "name open in the tool" if TEMPLATE.search(truth.text) else "!name known to pip only"
    if fact["name"] != truth.name:
        return "!name"
    if tuple(sorted(fact["extras"])) != truth.extras:
        return "!extras"
    if (fact["origin"] == "index") != (truth.url is None):
        return "!origin"
    if not same_specifier(fact["specifier"], truth.specifier):
        return "!specifier"
    if not same_marker(fact["marker"], truth.marker):
        return "!marker"
    return "agreed"


def judge(truth, facts, problems):
    """The class of one line."""
    if truth.kind == "option":
        return "agreed: an option" if not facts else "!fact where pip sees an option"
    if truth.kind == "unnamed":
        if not facts:
            return (
                "path whose name only building tells: no fact"
                if truth.url.startswith("file:")
                else "!address without fact"
            )
        if facts[0].get("open"):
            return "address whose name only a fetch tells: open"
        return "address whose name only a fetch tells: told by its file name"
    if truth.kind == "refused":
        return judge_refused(truth, facts, problems)
    if not facts:
        if problems:
            return "!problem where pip reads a requirement"
        return "path with a name" if PATH_LIKE.match(truth.text) else "!nothing where pip reads a requirement"
    if len(facts) > 1:
        return "!more than one fact"
    return compare_requirement(truth, facts[0])


def judge_refused(truth, facts, problems):
    if truth.text.startswith("-") and (not facts or facts[0]["origin"] != "index" or facts[0].get("open")):
        return "editable refused by pip: " + ("fact" if facts else "nothing")
    if problems:
        return "refused by both" if not facts else "refused by pip: problem, and a fact"
    if TEMPLATE.search(truth.text):
        return "template, refused by pip: " + ("fact" if facts else "nothing")
    if not facts:
        if truth.why.startswith("options:"):
            return "option refused by pip: nothing"
        path = re.sub(r"^(-e|--edit\w*)[ =]*", "", truth.text)
        return "path refused by pip: nothing" if PATH_LIKE.match(path) else "!refused by pip, passed over in silence"
    fact = facts[0]
    if "\xa0" in truth.text:
        return "no-break space refused by packaging: fact"
    if any(not EXTRA.fullmatch(extra) for extra in fact["extras"]) or ",]" in truth.text:
        return "extras refused by packaging: fact"
    if truth.text.startswith(("-e", "--e")) and fact["origin"] == "index":
        return "!editable folder taken for a package of the index"
    if fact["origin"] != "index" or fact.get("open"):
        return "address or path refused by pip: fact"
    if truth.why.startswith("options:"):
        return "options refused by pip behind a requirement: fact"
    try:
        SpecifierSet(fact["specifier"] or "")
    except InvalidSpecifier:
        return "version specifier refused by packaging: fact"
    try:
        Marker(fact["marker"] or "os_name=='posix'")
    except InvalidMarker:
        return "marker refused by packaging: fact"
    return "!refused by pip, a fact of the tool"


def pip_lines(data, offset):
    """The number of the line at an offset, as Python splits texts: at more than line feeds."""
    return len((data[:offset].decode("utf-8-sig") + "x").splitlines())


def offset(data, line, column):
    """Of a place as the tool tells it, in a text of UTF-8."""
    start = [0, *(match.end() for match in re.finditer(rb"\r\n|\r|\n", data))][line - 1]
    return start + len(data[start:].decode()[: column - 1].encode())


def compare_file(data, facts, problems, tally, seen):
    truths = [of_pip(line, text) for line, text in req_file.preprocess(data.decode("utf-8-sig"))]
    ends = [truth.line for truth in truths[1:]] + [sys.maxsize]
    placed = 0
    lines = [pip_lines(data, fact["start"]["offset"]) for fact in facts]
    problem_lines = [pip_lines(data, offset(data, line, column)) for line, column, _, _ in problems]
    for truth, end in zip(truths, ends):
        own = [fact for fact, line in zip(facts, lines) if truth.line <= line < end]
        told = [problem for problem, line in zip(problems, problem_lines) if truth.line <= line < end]
        placed += len(own)
        if truth.text in seen:
            continue
        seen.add(truth.text)
        kind = judge(truth, own, told)
        shown = [(f["name"], f["extras"], f["specifier"], f["marker"], f["origin"]) for f in own]
        tally.add(
            kind,
            None
            if kind == "agreed"
            else f"{truth.text[:160]!r} | pip: {truth.name or truth.why[:90]} | {shown} {told}",
        )
        check_packaging(truth, own, tally)
        for fact in own:
            for part in wrong_places(fact, data):
                tally.add(
                    f"!place of {part}", f"{truth.text[:160]!r} {fact['parts']} {data[slice(*fact['parts']['name'])]!r}"
                )
            tally.add("places compared")
    if placed != len(facts):
        tally.add("!facts outside of pip's lines", [fact["written"] for fact in facts][:3])


def check_packaging(truth, facts, tally):
    """The same by `packaging` alone, where it takes the line."""
    theirs = of_packaging(truth.text)
    if theirs is None or truth.url or "options" in truth.why or ".whl" in truth.text:
        return
    if len(facts) != 1:
        tally.add("!packaging: no fact" if PATH_LIKE.match(truth.text) is None else "packaging: a path", truth.text)
        return
    fact = facts[0]
    same = (
        fact["name"] == normalise(theirs.name)
        and sorted(fact["extras"]) == sorted({normalise(extra) for extra in theirs.extras})
        and same_specifier(fact["specifier"], theirs.specifier or None)
        and same_marker(fact["marker"], theirs.marker)
    )
    tally.add("packaging: agreed" if same else "!packaging: differs", None if same else truth.text)


def canonical(specifier):
    """Clauses without white space, sorted: what can be compared without knowing versions."""
    return ",".join(sorted("".join(clause.split()) for clause in specifier.split(",") if clause.strip()))


def write_sample(path, lines):
    """Lines with what is true of each: its kind, and name, extras, specifier, marker as written."""
    rows = []
    for line in lines:
        if any(c in line for c in "\r\n") or len(line) > 150:
            continue
        joined = list(req_file.preprocess(line))
        if len(joined) != 1:
            continue
        truth = of_pip(1, joined[0][1])
        if truth.kind == "requirement" and truth.url is None:
            text = truth.text.split(" -")[0]
            head, _, marker = text.partition(";")
            specifier = re.sub(r"^\s*[\w.-]+\s*(\[[^\]]*\])?", "", head).strip().removeprefix("(").removesuffix(")")
            assert same_specifier(specifier, truth.specifier) and same_marker(marker.strip(), truth.marker), line
            rows.append([line, "requirement", truth.name, ",".join(truth.extras), canonical(specifier), marker.strip()])
        elif truth.kind in ("requirement", "option", "refused"):
            rows.append([line, "address" if truth.kind == "requirement" else truth.kind, truth.name, "", "", ""])
    usual = [row for row in rows if row[1] == "requirement" and not (row[3] or row[5])]
    others = [row for row in rows if row not in usual]
    want = 1000
    others = others[:: max(1, -(-len(others) // 650))]
    usual = usual[:: max(1, len(usual) // (want - len(others)))]
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["line", "kind", "name", "extras", "specifier", "marker"])
        writer.writerows((others + usual)[:want])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("paths", nargs="+", type=os.path.abspath)
    parser.add_argument("--sample", type=os.path.abspath)
    parser.add_argument("--grown", type=int, default=0)
    options = parser.parse_args()
    policy, source, *folders = options.paths
    tally, seen = Tally(), set()
    with open(source, encoding="utf-8", newline="\n") as file:
        lines = list(dict.fromkeys(file.read().split("\n")))
    with tempfile.TemporaryDirectory() as root, tempfile.TemporaryDirectory() as empty:
        os.chdir(empty)  # so that no name is one of a local folder
        if options.sample:
            write_sample(options.sample, lines)
        files = dict(grown(options.grown))
        for at in range(0, len(lines), PER_FILE):
            name = f"from{at:06}/requirements.txt"
            files[name] = "\n".join(lines[at : at + PER_FILE]).encode()
        for name, data in files.items():
            os.makedirs(os.path.join(root, os.path.dirname(name)))
            with open(os.path.join(root, name), "wb") as file:
                file.write(data)
        facts, problems = dependency_facts.read(policy, root)
        for name, data in files.items():
            compare_file(data, facts[name], problems[name], tally, seen)
        for folder in folders:
            facts, problems = dependency_facts.read(policy, folder)
            for place, _, names in os.walk(folder):
                for name in filter(NAMES.match, names):
                    path = os.path.relpath(os.path.join(place, name), folder)
                    with open(os.path.join(place, name), "rb") as file:
                        data = file.read()
                    try:
                        data.decode()
                    except UnicodeDecodeError:
                        tally.add("file that is not UTF-8, not compared", path)
                        continue
                    if not facts[path] and not problems[path] and data.strip():
                        tally.add("file without facts or problems")
                    compare_file(data, facts[path], problems[path], tally, seen)
                    tally.add("files")
    print(f"{len(seen)} distinct lines")
    sys.exit(1 if tally.report(sys.stdout) else 0)


if __name__ == "__main__":
    main()
