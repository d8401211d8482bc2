"""Compares the verdicts of the verb `versions` with `packaging` on pairs of a specifier and an agreed range.

    python versions.py POLICY LINES COUNT [--seed N] [--sample FILE]

POLICY is the binary. LINES is a text of requirement lines, whose specifiers are paired with ranges near to them; as many
pairs again are grown from versions that are nasty to compare (pre-releases, post-releases, epochs, local versions). For
each pair, a dense list of versions around every version that either mentions is put to both with `packaging`,
pre-releases included: the specifier's versions lie inside of the range, partly, outside, or there are none. A finite list
can miss a version but not invent one, so where the tool says `partly` and the list `inside` or `outside`, or where the
tool finds no version less, the list is grown before the pair counts as a difference. Prints counts by class; a class that
begins with `!` is unexplained, and makes the exit status 1. With --sample, writes pairs with their verdicts as CSV.
Needs packaging 24 or newer.
"""

import argparse
import csv
import json
import os
import random
import re
import subprocess
import sys
import tempfile

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from dependency_facts import Tally

POOL = """
0 0.9 1 1.0 1.0.0 1.1 1.2.3 1.2.9 2 2.0 1.10 1.0a1 1.0b2 1.0rc1 1.0.dev1 1.0.dev0 1.0.post1 1.0.post0 1.0.post1.dev2
1!0.5 1!1.0 1!2 1.0+cu1 1.0+cu.2 1.2.3+cu1 1.0a1.post2 1.0a1.dev3 1.0rc1.post1.dev1 2.0.0.0 2.0.dev1 2024.1.1 v1.1
1.0-1 1.0.alpha.1 01.1
""".split()
OPERATORS = ["==", "!=", "<=", ">=", "<", ">", "~=", "==*", "!=*", "==="]
WEIGHTS = [4, 4, 4, 5, 5, 4, 3, 3, 3, 1]
FEW = ["", ".dev0", "a1", "rc1", ".post1", "+l", "+cu1"]
SUFFIXES = [*FEW]
SUFFIXES += """
.dev1 .dev99 a0 a0.dev0 a1.dev1 a1.post1 a99 b1 b2 rc1.dev0 rc99 .post0 .post0.dev0 .post1.dev0 .post99 +0 +z.9 a1+l
.dev0+l .post1+l a1.post1.dev0 .post2 rc1.post1 rc1.post1.dev1 a1.post2
""".split()
MESSAGES = {
    "can only install versions outside": "outside",
    "may install a version outside": "partly",
    "fits no version at all": "nothing",
    "cannot be checked": "unknown",
    "names no version": "none named",
}
BATCH = 400
USUAL = """
==0.5.* | <0.6 ; ==5.* | <6 ; ==5.* | >=5,<6 ; ==5.* | >=5.dev0,<6 ; ~=1.4 | <2 ; ~=1.4.2 | <1.5 ; >=1,<2 | ==1.*
>=1.dev0,<2 | ==1.* ; ~=1.4 | ==1.* ; ==1.4 | ==1.* ; ==1.4.* | ==1.* ; ==1.4.* | ~=1.4 ; ==1.4.* | >=1.4
<2 | !=2.* ; >=2 | !=1.* ; <2 | !=2.0 ; ==4 | ==4.2.* ; ==4 | !=4.2.* ; ==4.2 | ==4.2.1.* ; ==4.2.0 | ==4.2.*
==4.2 | ==4.2.0.* ; >4.2 | >=4.2 ; >4.2 | >4.2.0 ; >4.2 | !=4.2 ; >4.2,<4.3 | ==4.2.* ; <=4.2 | <4.3
<=4.2 | <4.2.1 ; <=4.2 | <4.2.0.1 ; <=4.2 | <4.2.post0 ; >=4.2.post1 | >4.2 ; ==4.2.post1 | >4.2
>4.2 | >4.2.post1 ; <4.2.post1 | <=4.2 ; <4.2.post1 | <4.2 ; ==4.2 | <4.2.post1 ; <4.2 | <4.2.post1
==4.2+cu1 | ==4.2 ; ==4.2 | ==4.2+cu1 ; >4.2 | !=4.2+cu1 ; ==4.2+cu1 | !=4.2 ; ==4.2+cu1 | <=4.2
==4.2+cu1 | <4.2.1 ; ==4.2+cu1 | >=4.2 ; ==4.2+cu1 | >4.2 ; ==4.2+cu1 | ~=4.2 ; ==4.2+cu1 | ==4.2.*
>=4.2rc1 | >=4.2 ; ==4.2rc1 | <4.2 ; ==4.2rc1 | <=4.2 ; <4.2 | <4.2rc1 ; <4.2rc1 | <4.2 ; <=4.2rc1 | <4.2
==1!4 | >=4 ; ==1!4 | <5 ; >=4 | <1!0 ; !=4 | <4 ; !=4 | >4 ; >=4,!=4.1,!=4.2.* | >=4,!=4.1 ; >=4,<4.1 | ==4.0.*
"""  # bounds that meet, as policies and manifests have them


def mentioned(specifiers):
    """The versions that specifiers name."""
    for specifier in specifiers:
        for clause in specifier:
            text = clause.version.removesuffix(".*")
            try:
                yield Version(text)
            except ValueError:
                pass


def releases(version, is_long):
    """Releases around a version, as lists of numbers."""
    own = list(version.release)
    yield own
    yield [*own, 0]
    yield [*own, 1]
    for at in range(len(own)):
        yield [*own[:at], own[at] + 1]
        if own[at]:
            yield [*own[:at], own[at] - 1]
            yield [*own[:at], own[at] - 1, 9999]
        if is_long:
            yield [*own[:at], own[at] + 1, *(0 for _ in own[at + 1 :])]
            yield own[: at + 1]
            yield [*own[: at + 1], 9999]
            yield [*own[:at], own[at] + 2]
    if is_long:
        yield [*own, 0, 0, 1]
        yield [*own, 9999]


def numbered(version):
    """A version with its own pre-, post-, development and local part, and those beside them."""
    head = f"{version.epoch}!" + ".".join(map(str, version.release))
    pres = [""]
    if version.pre:
        kind, number = version.pre
        pres += [f"{kind}{n}" for n in (number - 1, number, number + 1) if n >= 0]
    posts = [""] + [
        f".post{n}"
        for n in range((version.post or 0) - 1, (version.post or 0) + 2)
        if version.post is not None and n >= 0
    ]
    devs = (
        [""]
        + [
            f".dev{n}"
            for n in range((version.dev or 0) - 1, (version.dev or 0) + 2)
            if version.dev is not None and n >= 0
        ]
        + [".dev0"]
    )
    local = ["", "+l", "+0"] + (
        [f"+{version.local}", f"+{version.local}.1", f"+{version.local}a"] if version.local else []
    )
    for pre in pres:
        for post in posts:
            for dev in devs:
                for end in local:
                    yield head + pre + post + dev + end


def around(version, is_long):
    """Versions around one."""
    found = {f"{version.epoch}!" + ".".join(map(str, part)) for part in releases(version, is_long)}
    if is_long:
        found |= {
            f"{version.epoch + 1}!{version.base_version.split('!')[-1]}",
            f"{version.epoch}!0",
            f"{version.epoch}!99999999",
            f"{version.epoch + 1}!0",
        }
    suffixed = {release + suffix for release in found for suffix in (SUFFIXES if is_long else FEW)}
    extra = {
        f"{version.epoch}!99999999",
        f"{version.epoch + 1}!0",
        f"{version.epoch + 1}!0.dev0",
        f"{version.epoch}!0.dev0",
    }
    # By their texts, since `===` tells 1.0 from 1.0.0.
    return {str(one): one for one in map(Version, suffixed | set(numbered(version)) | extra | {str(version)})}


def is_before_star(version, specifiers):
    """Whether a version is a pre-release of the very bound that a clause with a star names: `5.dev0` of `==5.*`."""
    bounds = [
        Version(clause.version[:-2])
        for specifier in specifiers
        for clause in specifier
        if clause.version.endswith(".*")
    ]
    return version.is_prerelease and any(Version(version.base_version) == bound for bound in bounds)


def witnesses(specifier, range_, is_long, is_practical=False):
    """(a version of the specifier in the range, one outside of it), or None for each. What is practical leaves out the
    pre-releases of the bounds of stars."""
    versions = {"0.dev0": Version("0.dev0"), "99999999": Version("99999999")}
    for version in {str(version): version for version in mentioned([specifier, range_])}.values():
        versions |= around(version, is_long)
    within, beyond = None, None
    for version in versions.values():
        if is_practical and is_before_star(version, [specifier, range_]):
            continue
        if specifier.contains(version, prereleases=True):
            if range_.contains(version, prereleases=True):
                within = within or version
            elif beyond is None or (is_odd(beyond) and not is_odd(version)):
                beyond = version
    return within, beyond


def is_odd(version):
    return version.is_prerelease or version.is_postrelease or bool(version.local)


def verdict(pair):
    if None not in pair:
        return "partly"
    return "nothing" if pair == (None, None) else "outside" if pair[0] is None else "inside"


def valid(text):
    try:
        return SpecifierSet(text)
    except InvalidSpecifier:
        return None


def grow(source, pool):
    """A specifier of one to three clauses."""
    while True:
        clauses = []
        for _ in range(source.choice([1, 1, 2, 2, 3])):
            operator = source.choices(OPERATORS, WEIGHTS)[0]
            version = source.choice(pool)
            clauses.append(operator.rstrip("*") + version + (".*" if operator.endswith("*") else ""))
        text = ",".join(clauses)
        if valid(text) is not None:
            return text


def beside(source, specifier):
    """Versions at and beside those of a real specifier."""
    pool = []
    for version in mentioned([specifier]):
        own = str(version)
        numbers = list(version.release)
        at = source.randrange(len(numbers))
        bumped = ".".join(map(str, [*numbers[:at], numbers[at] + 1]))
        lower = ".".join(map(str, [*numbers[:at], max(0, numbers[at] - 1), *numbers[at + 1 :]]))
        pool += [
            own,
            own,
            version.base_version,
            bumped,
            lower,
            ".".join(map(str, numbers[: at + 1])),
            f"{bumped}.dev0",
            f"{own.split('+')[0]}.1" if not is_odd(version) else own,
        ]
    return pool or ["1.0"]


def pairs(lines, count, seed):
    """Texts of specifier and range: half from real lines, half grown."""
    source = random.Random(seed)
    real = set()
    for line in lines:
        try:
            specifier = Requirement(line.split(" #")[0].split(" --")[0]).specifier
        except InvalidRequirement:
            continue
        if specifier:
            real.add(str(specifier))
    real = sorted(real)
    for pair in re.split(r" ; |\n", USUAL.strip()):
        specifier, range_ = pair.split(" | ")
        yield specifier, range_
    for number in range(count):
        if number % 2:
            yield grow(source, POOL), grow(source, POOL)
        else:
            text = source.choice(real)
            pool = beside(source, SpecifierSet(text))
            yield text, source.choice(real) if source.random() < 0.1 else grow(source, pool)


def report(policy, root, batch):
    """The tool's report of all pairs of a batch; each stands for a distribution of its own."""
    with open(os.path.join(root, "requirements.txt"), "w", encoding="utf-8") as file:
        file.writelines(f"p{number:06} {specifier}\n" for number, (specifier, _) in batch)
    with open(os.path.join(root, "policy.yml"), "w", encoding="utf-8") as file:
        file.write("version: 1\nrules:\n  ranges:\n    versions:\n")
        file.writelines(f"      p{number:06}: {json.dumps(range_)}\n" for number, (_, range_) in batch)
    command = [
        policy,
        "check",
        root,
        "--root",
        root,
        "--policy",
        os.path.join(root, "policy.yml"),
        "--format",
        "json",
        "--threads",
        "1",
    ]
    run = subprocess.run(command, capture_output=True, check=False)
    try:
        return json.loads(run.stdout)
    except json.JSONDecodeError:
        raise SystemExit(f"no report: {run.stderr.decode()[:2000]}") from None


def told(policy, batch):
    """What the tool says of each pair, by number; `refused: ...` where it takes no such range."""
    verdicts = {number: "inside" for number, _ in batch}
    with tempfile.TemporaryDirectory() as root:
        asked = batch
        # Problems are told up to a limit, so what has some is taken out until none is told.
        while (first := report(policy, root, asked))["problems"]:
            for problem in first["problems"]:
                if problem["message"].startswith("and "):
                    continue  # how many more there are
                number = asked[problem["start"]["line"] - 5][0]
                verdicts[number] = "refused: " + problem["message"].split("`")[0].strip()
            asked = [item for item in asked if verdicts[item[0]] == "inside"]
        for finding in first["findings"]:
            kind = next(
                (kind for text, kind in MESSAGES.items() if text in finding["message"]), f"untold: {finding['message']}"
            )
            verdicts[int(finding["name"][1:])] = kind
        return verdicts


def judge(specifier, range_, ours):
    """(class, verdict by the list, witnesses)."""
    left, right = SpecifierSet(specifier), SpecifierSet(range_)
    if ours.startswith("refused"):
        pair = witnesses(right, right, True)
        is_agreed = "no version fits" in ours and (pair[0] is None or "===" in range_ or "+" in range_)
        return "agreed: no version fits the range" if is_agreed else f"!range {ours}", verdict(pair), pair
    pair = witnesses(left, right, False)
    if verdict(pair) != ours:
        pair = witnesses(left, right, True)
    theirs = verdict(pair)
    if theirs == ours:
        return "agreed: " + ours, theirs, pair
    if "===" in specifier + range_:
        return f"=== taken for ==: the tool says {ours}, the list {theirs}", theirs, pair
    if ours == "unknown":
        return "!cannot be checked", theirs, pair
    practical = verdict(witnesses(left, right, True, True))
    if practical == ours:
        return "agreed, but for pre-releases of the bound of a star", theirs, pair
    if "+" in specifier + range_ and {ours, theirs} != {"inside", "outside"}:
        return "a local version, which a set of ranges does not tell from its pin", theirs, pair
    if ours == "partly":
        return "more cautious than the list", theirs, pair
    if any(clause.operator == "<" and Version(clause.version).is_postrelease for clause in [*left, *right]):
        return "!below a post-release", theirs, pair
    if any(str(clause) == "<0" for clause in [*left, *right]):
        return f"<0, which fits nothing: the tool says {ours}, the list {theirs}", theirs, pair
    kind = f"!the tool says {ours}, the list {theirs}"
    if any(clause.version.endswith(".*") for clause in right) and ours in ("inside", "outside"):
        kind += ", with a star in the range"
    elif pair[1] is not None and pair[1].local and ours in ("inside", "nothing"):
        kind += ", for a local version"
    elif pair[1] is not None and is_odd(pair[1]) and ours == "inside":
        kind += ", for a pre- or post-release"
    return kind, theirs, pair


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("policy")
    parser.add_argument("lines")
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sample")
    options = parser.parse_args()
    with open(options.lines, encoding="utf-8") as file:
        lines = file.read().splitlines()
    wanted = list(enumerate(dict.fromkeys(pairs(lines, options.count, options.seed))))
    tally, rows = Tally(), []
    for at in range(0, len(wanted), BATCH):
        batch = wanted[at : at + BATCH]
        verdicts = told(options.policy, batch)
        for number, (specifier, range_) in batch:
            kind, theirs, pair = judge(specifier, range_, verdicts[number])
            shown = (
                None
                if kind.startswith("agreed")
                else f"{specifier!r} in {range_!r}; within: {pair[0]}, beyond: {pair[1]}"
            )
            tally.add(kind, shown)
            if kind.startswith("agreed: ") and not verdicts[number].startswith("refused"):
                rows.append([specifier, range_, theirs])
    if options.sample:
        with open(options.sample, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["specifier", "range", "verdict"])
            writer.writerows(rows[:2500])
    print(f"{len(wanted)} pairs")
    sys.exit(1 if tally.report(sys.stdout) else 0)


if __name__ == "__main__":
    main()
