"""Compares what `policy facts` reads in manifests and locks with the standard library's parsers and the documented keys.

    python manifests.py POLICY FOLDER... [--sample FOLDER] [--broken COUNT]

POLICY is the binary. Every pyproject.toml, Pipfile, setup.cfg, pixi.toml, hatch.toml, lock (poetry, uv, pdm,
Pipfile.lock, pylock.toml) and conda environment beneath the folders is parsed with `tomllib`, `json`, `configparser` or
PyYAML; the keys that the documentation of each tool names give name, group and standing of every dependency. They are
compared with the facts, as multisets of names, and where these agree with group and standing. A file that its parser
refuses must have a problem. The places of the parts of every fact, in whatever kind of file, must hold what the fact
says. Prints counts by class; a class that begins with `!` is unexplained, and makes the exit status 1. With --sample,
writes small files with what is expected of them into a folder. With --broken, files with a mistake put in are compared
too: those that their parser refuses must have a problem. Needs CPython 3.11 or newer, packaging, and PyYAML for conda
(which is left out, with a word, where it is missing).
"""

import argparse
import collections
import configparser
import csv
import json
import os
import random
import re
import shlex
import sys
import tempfile
import tomllib

from packaging.requirements import InvalidRequirement, Requirement

try:
    import yaml
except ImportError:
    yaml = None

import dependency_facts
from dependency_facts import Tally, normalise

NAME = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)")
CONDA_NAME = re.compile(r"(?:.*::)?\s*([^\s=<>!~\[|,;]+)")
EGG = re.compile(r"[#&]egg=([\w.-]+)")
SCRIPT = re.compile(r"\b(install|add|--with|uvx|pipx|inject|create)\b")
SCRIPT_KEYS = re.compile(r"commands|cmd|script|before-|test-command|legacy_tox_ini|install")
KEY = re.compile(r"^\s*(?:\[+([^\]\n]*)\]+|[\"']?([\w.-]+)[\"']?\s*=(?!=))", re.M)
PIXI = {
    "dependencies": ("runtime", "declared"),
    "host-dependencies": ("build", "declared"),
    "build-dependencies": ("build", "declared"),
    "run-dependencies": ("runtime", "declared"),
    "pypi-dependencies": ("runtime", "declared"),
    "constraints": ("runtime", "constraint"),
    "run-constraints": ("runtime", "constraint"),
}
HATCH_LISTS = ("dependencies", "extra-dependencies", "set-dependencies", "set-extra-dependencies")


def same_group(group):
    """A group, whose name is compared as names of distributions are."""
    kind, colon, name = (group or "").partition(":")
    return kind + colon + normalise(name) if group else None


class Found(list):
    """(name, group, standing) of dependencies."""

    def put(self, name, group, standing="declared"):
        self.append((normalise(name), same_group(group), standing))

    def requirement(self, text, group, standing="declared"):
        """One requirement, or a line of a requirement file."""
        if isinstance(text, dict):  # `{requirement = ...}`, `{value = ...}`; `{include-group = ...}` names none
            text = text.get("requirement", text.get("value"))
        if not isinstance(text, str) or not text.strip():
            return
        try:
            name = Requirement(text.strip()).name
        except InvalidRequirement:
            editable = re.match(r"\s*(?:-e|--editable)[ =](.*)", text)
            egg = EGG.search(text)
            if egg:
                name = egg[1]
            elif editable or text.lstrip().startswith(("-", ".", "/", "#")) or "://" in text.split("@")[0]:
                return
            elif match := NAME.match(text):
                name = match[1]
            else:
                return
        self.put(name, group, standing)

    def requirements(self, items, group, standing="declared"):
        for item in items if isinstance(items, list) else [items] if isinstance(items, str) else []:
            self.requirement(item, group, standing)

    def table(self, table, group, standing="declared"):
        """A table of name and version, or of name and several, of which the first that fits its Python counts."""
        for name in table if isinstance(table, dict) else ():
            self.put(name, group, standing)


def at(tree, *keys):
    """What stands beneath keys; an empty table if nothing does."""
    for key in keys:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return {} if tree is None else tree


def pairs(tree, *keys):
    below = at(tree, *keys)
    return below.items() if isinstance(below, dict) else ()


def without_python(table):
    """Poetry's table without the interpreter, which is no package."""
    return (
        {name: value for name, value in table.items() if normalise(name) != "python"} if isinstance(table, dict) else {}
    )


def hatch(tree, found):
    for name, env in pairs(tree, "envs"):
        for key in HATCH_LISTS[:2]:
            found.requirements(at(env, key), f"group:{name}")
        for _, conditions in pairs(env, "overrides"):
            for _, options in pairs(conditions):
                for key in HATCH_LISTS:
                    found.requirements(at(options, key), f"group:{name}")
    found.requirements(at(tree, "env", "requires"), "build")
    for build in [at(tree, "build"), *(target for _, target in pairs(tree, "build", "targets"))]:
        found.requirements(at(build, "dependencies"), "build")
        for _, hook in pairs(build, "hooks"):
            found.requirements(at(hook, "dependencies"), "build")


def pixi(tree, found):
    places = [tree, at(tree, "package"), *(part for key in ("feature", "environments") for _, part in pairs(tree, key))]
    places += [target for place in list(places) for _, target in pairs(place, "target")]
    for place in [*places, at(tree, "workspace")]:
        for key, (group, standing) in PIXI.items():
            table = at(place, key)
            found.table({name: value for name, value in pairs(table) if not name.startswith("if(")}, group, standing)
            for name, value in pairs(table):
                if name.startswith("if("):
                    found.table(value, group, standing)
        found.table(at(place, "pypi-options", "dependency-overrides"), "runtime", "override")


def briefcase(tree, found, is_top=True):
    found.requirements(at(tree, "requires"), "runtime")
    found.requirements(at(tree, "test_requires"), "group:test")
    for key, value in pairs(tree, "app") if is_top else pairs(tree):
        if isinstance(value, dict) and key != "permission":
            briefcase(value, found, False)


def tox(tree, found):
    found.requirements(at(tree, "requires"), "build")
    found.requirements(at(tree, "env_run_base", "deps"), "group:tox")
    found.requirements(at(tree, "env_pkg_base", "deps"), "build")
    for table in ("env", "env_base"):
        for name, env in pairs(tree, table):
            found.requirements(at(env, "deps"), f"group:{name}")


def pyproject(tree, found):
    found.requirements(at(tree, "project", "dependencies"), "runtime")
    for extra, items in pairs(tree, "project", "optional-dependencies"):
        found.requirements(items, f"extra:{extra}")
    found.requirements(at(tree, "build-system", "requires"), "build")
    for group, items in pairs(tree, "dependency-groups"):
        found.requirements(items, f"group:{group}")
    tool = at(tree, "tool")
    poetry = at(tool, "poetry")
    found.table(without_python(at(poetry, "dependencies")), "runtime")
    found.table(without_python(at(poetry, "dev-dependencies")), "group:dev")
    for name, group in pairs(poetry, "group"):
        found.table(without_python(at(group, "dependencies")), f"group:{name}")
    found.table(at(poetry, "requires-plugins"), "build")
    for _, constraints in pairs(poetry, "build-constraints"):
        found.table(constraints, "build", "constraint")
    for group, items in pairs(tool, "pdm", "dev-dependencies"):
        found.requirements(items, f"group:{group}")
    found.requirements(at(tool, "pdm", "plugins"), "build")
    found.table(at(tool, "pdm", "resolution", "overrides"), "runtime", "override")
    hatch(at(tool, "hatch"), found)
    uv(at(tool, "uv"), found)
    pixi(at(tool, "pixi"), found)
    found.requirements(at(tool, "rye", "dev-dependencies"), "group:dev")
    flit = at(tool, "flit", "metadata")
    found.requirements(at(flit, "requires"), "runtime")
    found.requirements(at(flit, "dev-requires"), "group:dev")
    for extra, items in pairs(flit, "requires-extra"):
        found.requirements(items, f"extra:{extra}")
    briefcase(at(tool, "briefcase"), found)
    wheels = at(tool, "cibuildwheel")
    for place in [wheels, *(value for _, value in pairs(wheels)), *at(wheels, "overrides")]:
        for key in ("test-requires", "audit-requires"):
            value = at(place, key)
            for item in shlex.split(value) if isinstance(value, str) else value if isinstance(value, list) else []:
                found.requirement(item, "group:test")
    tox(at(tool, "tox"), found)


def uv(tree, found):
    found.requirements(at(tree, "dev-dependencies"), "group:dev")
    found.requirements(at(tree, "constraint-dependencies"), "runtime", "constraint")
    found.requirements(at(tree, "build-constraint-dependencies"), "build", "constraint")
    found.requirements(at(tree, "override-dependencies"), "runtime", "override")
    for _, items in pairs(tree, "extra-build-dependencies"):
        found.requirements(items, "build")
    for metadata in at(tree, "dependency-metadata") or []:
        found.requirements(at(metadata, "requires-dist"), "runtime", "override")


def pipfile(tree, found):
    for key, table in tree.items():
        if key not in ("build-system", "pipenv", "requires", "scripts", "source"):
            groups = {"packages": "runtime", "dev-packages": "group:dev"}
            found.table(table, groups.get(key, f"group:{key}"))


def pipfile_lock(tree, found):
    for key, table in tree.items():
        if key != "_meta":
            found.table(table, None, "locked")


def lock(tree, found):
    """poetry.lock, uv.lock, pdm.lock; uv's own package and its members are no dependency."""
    for package in at(tree, "package") or []:
        source = at(package, "source")
        if not (isinstance(source, dict) and {"virtual", "editable"} & set(source)):
            found.put(at(package, "name") or "", None, "locked")


def pylock(tree, found):
    for package in at(tree, "packages") or []:
        if at(package, "name"):
            found.put(package["name"], None, "locked")


def setup_cfg(parser, found):
    def lines(text):
        parts = text.splitlines() if "\n" in text else text.split(";")
        return [part.strip() for part in parts if part.strip() and not part.strip().startswith("#")]

    def section(name):
        return {key.replace("-", "_"): value for key, value in parser.items(name)} if parser.has_section(name) else {}

    options = section("options")
    for key, group in (("install_requires", "runtime"), ("setup_requires", "build"), ("tests_require", "group:test")):
        if not options.get(key, "").strip().startswith("file:"):
            found.requirements(lines(options.get(key, "")), group)
    found.requirements(lines(section("metadata").get("requires_dist", "")), "runtime")
    if parser.has_section("options.extras_require"):
        for extra, value in parser.items("options.extras_require"):
            if not value.strip().startswith("file:"):
                found.requirements(lines(value), f"extra:{extra}")


def environment(tree, found):
    for item in tree.get("dependencies") or [] if isinstance(tree, dict) else []:
        if isinstance(item, dict):
            for key, value in item.items():
                if key.startswith("sel(") and (match := CONDA_NAME.match(str(value))):  # of mamba
                    found.put(match[1], None)
            for line in item.get("pip") or []:
                found.requirement(re.sub(r"(^|\s)#.*", "", str(line)).split(" --hash")[0], None)
        elif isinstance(item, str) and (match := CONDA_NAME.match(item)):
            found.put(match[1], None)


def read_toml(data):
    return tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))


def is_newer_toml(error):
    """Whether a refusal is about what TOML has since 1.1: line breaks in inline tables, among others."""
    return (
        re.search(r"Invalid initial character for a key part \(at line|Unescaped '\\\\' in a string", str(error))
        is not None
    )


def read_ini(data):
    parser = configparser.ConfigParser()
    parser.optionxform = str
    parser.read_string(data.decode("utf-8-sig"))
    return parser


FORMATS = [
    ("pyproject.toml", re.compile(r"pyproject\.toml"), read_toml, pyproject),
    ("pixi.toml", re.compile(r"pixi\.toml"), read_toml, pixi),
    ("hatch.toml", re.compile(r"hatch\.toml"), read_toml, hatch),
    ("uv.toml", re.compile(r"uv\.toml"), read_toml, uv),
    ("Pipfile", re.compile(r"Pipfile"), read_toml, pipfile),
    ("poetry.lock", re.compile(r"poetry\.lock"), read_toml, lock),
    ("uv.lock", re.compile(r"uv\.lock"), read_toml, lock),
    ("pdm.lock", re.compile(r"pdm\.lock"), read_toml, lock),
    ("pylock.toml", re.compile(r"pylock(\.[^.]+)?\.toml"), read_toml, pylock),
    ("Pipfile.lock", re.compile(r"Pipfile\.lock"), json.loads, pipfile_lock),
    ("setup.cfg", re.compile(r"setup\.cfg"), read_ini, setup_cfg),
    (
        "conda",
        re.compile(r"(.*[-_.])?environment([-_.].*)?\.ya?ml"),
        yaml and (lambda data: yaml.safe_load(data)),
        environment,
    ),
]
ERRORS = (ValueError, configparser.Error, AttributeError, TypeError, KeyError, *([yaml.YAMLError] if yaml else []))


def line_of(data, fact):
    """The text of the line where a fact stands, with the line before it."""
    head, tail = data[: fact["start"]["offset"]], data[fact["start"]["offset"] :]
    return (head.split(b"\n")[-1] + tail.split(b"\n")[0]).decode(errors="replace")


def in_script(kind, data, fact):
    """Whether a fact seems to stand in a command, not in a list of requirements."""
    if SCRIPT.search(line_of(data, fact)):
        return True
    head = data[: fact["start"]["offset"]].decode(errors="replace")
    keys = KEY.findall(head)
    is_in_ini = head.count('"""') % 2 == 1 and "legacy_tox_ini" in head
    section = "".join(re.findall(r"^\[(.*)\]", head, re.M)[-1:])
    return (
        is_in_ini
        or bool(keys and SCRIPT_KEYS.search(keys[-1][1]))
        or (kind == "setup.cfg" and ("tox" in section or "testenv" in section))
    )


def conda_names():
    """What an index calls packages of conda, as the tool's own table says."""
    path = os.path.join(os.path.dirname(__file__), "..", "..", "src", "data", "conda.txt")
    with open(path, encoding="utf-8") as file:
        rows = [line.split() for line in file if line.strip() and not line.startswith("#")]
    return {name: f"conda:{name}" if distribution == "-" else distribution for name, distribution in rows}


def as_told(kind, data, missing, more):
    """What is left of differences: a project's own extras are nobody's, packages of conda are called as an index does."""
    if kind == "pyproject.toml":
        tree = tomllib.loads(data.decode())
        name = tree.get("project", {}).get("name") or tree.get("tool", {}).get("poetry", {}).get("name") or ""
        missing.pop(normalise(name), None)
    if kind in ("conda", "pixi.toml", "pyproject.toml"):
        for name, other in conda_names().items():
            both = min(missing[name], more[other])
            missing -= collections.Counter({name: both})
            more -= collections.Counter({other: both})
        missing.pop("python", None)
    return +missing, +more


def compare(kind, data, theirs, facts, problems):
    """(class, what differs) of a file that its parser takes."""
    named = [fact for fact in facts if not fact.get("open")]
    ours = collections.Counter(fact["name"] for fact in named)
    wanted = collections.Counter(name for name, _, _ in theirs)
    if ours == wanted:
        told = collections.Counter((f["name"], same_group(f["group"]), f["standing"]) for f in named)
        expected = collections.Counter(theirs)
        if (
            kind in ("pyproject.toml", "Pipfile", "setup.cfg", "pixi.toml", "hatch.toml", "uv.toml")
            and told != expected
        ):
            return "!names agree, group or standing differs", (sorted(expected - told), sorted(told - expected))
        return "agreed" if wanted else "agreed: none", None
    missing, more = as_told(kind, data, wanted - ours, ours - wanted)
    if not missing and not more:
        return "agreed, but for the project's own name, or as an index calls conda's packages", None
    if not missing and all(count < ours[name] and f"{name} = [".encode() in data for name, count in more.items()):
        return "agreed, with each of several versions in a list", None
    if set(missing) == {"python"} and not more:
        return "agreed, but for pixi's python", None
    if not facts and not problems:
        return "!nothing read", sorted(missing)[:8]
    if not missing:
        ordinary = collections.Counter(fact["name"] for fact in named if not in_script(kind, data, fact))
        if not ordinary - wanted:
            return "agreed, and commands in scripts, or tox", None
        if all(fact["origin"] == "vcs" for fact in named if fact["name"] in more):
            return "agreed, and an address whose name only a fetch tells", None
        return "!names invented", [
            (name, count, [line_of(data, f) for f in named if f["name"] == name][:2])
            for name, count in list(more.items())[:4]
        ]
    if not more and any(fact.get("open") for fact in facts):
        return "names open in the tool", sorted(missing)
    if not more and problems and set(wanted) - set(missing) <= set(ours):
        return "!names missing, with a problem", (dict(missing), problems[:2])
    if set(wanted) == set(ours):
        return "!names told more or less often", (dict(missing), dict(more))
    return "!names missing" if not more else "!names differ", (
        dict(list(missing.items())[:6]),
        dict(list(more.items())[:6]),
    )


def compare_places(folder, facts, tally):
    """Whether the parts of facts stand where they say, in files of every kind."""
    for path, own in facts.items():
        with open(os.path.join(folder, path), "rb") as file:
            data = file.read()
        for fact in own:
            tally.add("places compared")
            for part in dependency_facts.wrong_places(fact, data):
                shown = {key: data[start:end][:40] for key, (start, end) in fact["parts"].items()}
                start, end = fact["parts"][part]
                if b"$" in data[start:end]:
                    tally.add("places of variables, whose values are told")
                    continue
                tally.add(f"!place of {part}", f"{path}:{fact['start']['line']}: {fact['written'][:60]!r} {shown}")


def broken(data, source):
    """A file with a mistake in it: cut off, or with a character less."""
    place = source.randrange(len(data))
    if source.random() < 0.3:
        return data[:place], True
    marks = [match.start() for match in re.finditer(rb"[\[\]{}\"'=,]", data)] or [place]
    place = source.choice(marks)
    return data[:place] + data[place + 1 :], False


def compare_broken(policy, intact, count, tally):
    """Files with a mistake each: what its parser refuses must have a problem, the more so when a fact is lost."""
    source = random.Random(9)
    with tempfile.TemporaryDirectory() as root:
        made = {}
        for number in range(count):
            kind, name, data, parse, names = source.choice(intact)
            data, is_cut = broken(data, source)
            try:
                parse(data)
            except ERRORS as error:
                path = f"b{number:05}/{name}"
                made[path] = kind, str(error), data, names, is_cut
                os.makedirs(os.path.join(root, os.path.dirname(path)))
                with open(os.path.join(root, path), "wb") as file:
                    file.write(data)
        facts, problems = dependency_facts.read(policy, root)
        for path, (kind, error, data, names, is_cut) in made.items():
            if problems[path]:
                tally.add(f"broken {kind}: a problem")
                continue
            ours = {fact["name"] for fact in facts[path]}
            what = (
                "cut off"
                if is_cut
                else "names lost"
                if names - ours
                else "names invented"
                if ours - names
                else "the same names"
            )
            line = int((re.search(r"line:? (\d+)", error) or [0, 0])[1])
            shown = data.decode(errors="replace").split("\n")[max(0, line - 2) : line + 1] if line else data[-60:]
            tally.add(
                f"!broken, no problem, {what}",
                f"{kind}: {error[:90]} | {shown} | {sorted(names ^ ours)[:6] if not is_cut else ''}",
            )


def write_samples(folder, samples):
    """Small files that agree, with the names, groups and standings that are expected."""
    with open(os.path.join(folder, "manifests.csv"), "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file", "text", "expected"])
        used = collections.Counter()
        for kind, name, data, theirs in sorted(samples, key=lambda sample: len(sample[2])):
            text = data.decode("utf-8-sig", "replace")
            if used[kind] + len(text) < 11_000 and len(theirs) > 2:
                used[kind] += len(text) + 20 * len(theirs)
                expected = ";".join(sorted(f"{name} {group or '-'} {standing}" for name, group, standing in theirs))
                writer.writerow([name, text, expected])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("paths", nargs="+", type=os.path.abspath)
    parser.add_argument("--sample", type=os.path.abspath)
    parser.add_argument("--broken", type=int, default=0)
    options = parser.parse_args()
    policy, *folders = options.paths
    tally, samples, intact, total = Tally(), [], [], collections.Counter()
    if yaml is None:
        print("PyYAML is not installed: CONDA ENVIRONMENTS ARE NOT COMPARED")
    for folder in folders:
        facts, problems = dependency_facts.read(policy, folder)
        compare_places(folder, facts, tally)
        for place, _, names in os.walk(folder):
            for name in names:
                path = os.path.relpath(os.path.join(place, name), folder)
                for kind, pattern, parse, collect in FORMATS:
                    if not pattern.fullmatch(name) or parse is None:
                        continue
                    with open(os.path.join(place, name), "rb") as file:
                        data = file.read()
                    found = Found()
                    try:
                        collect(parse(data), found)
                    except ERRORS as error:
                        told = "a problem" if problems[path] else f"{len(facts[path])} facts, no problem"
                        mark = (
                            ""
                            if problems[path]
                            or (kind == "pixi.toml" and is_newer_toml(error))
                            or (kind == "conda" and "{{" in data.decode(errors="replace"))
                            else "!"
                        )
                        tally.add(
                            f"{mark}{kind}: refused by its parser: {'a problem' if problems[path] else 'no problem'}",
                            f"{path}: {str(error)[:120]!r}: {told}",
                        )
                        continue
                    if 0 < len(data) < 20_000 and kind not in ("setup.cfg", "conda"):
                        intact.append((kind, name, data, parse, {fact["name"] for fact in facts[path]}))
                    result, difference = compare(kind, data, found, facts[path], problems[path])
                    mark = "!" if result.startswith("!") else ""
                    tally.add(f"{mark}{kind}: {result.lstrip('!')}", f"{path}: {difference}" if difference else None)
                    total[kind] += len(found)
                    if result == "agreed":
                        samples.append((kind, name, data, found))
    print("dependencies compared:", dict(total))
    if options.broken:
        compare_broken(policy, intact, options.broken, tally)
    if options.sample:
        write_samples(options.sample, samples)
    sys.exit(1 if tally.report(sys.stdout) else 0)


if __name__ == "__main__":
    main()
