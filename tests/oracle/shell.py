"""Compares the names that the tool reads in `pip install` commands with `shlex` and pip's own option parser.

    python shell.py POLICY FOLDER... [--sample FILE]

POLICY is the binary. Dockerfiles, workflows, actions, shell scripts and makefiles beneath the folders are cut into lines
(continued ones joined), and these into commands by `shlex`. Where a line holds a `pip install` and nothing that only a
shell knows (variables, substitutions, redirections, braces), pip's parser tells the requirements, and pip's reader of
requirements the names; they are compared with the facts in these lines of the file. All commands are then written into
one script again, with each word quoted in another way, and compared once more. Prints counts by class; a class that
begins with `!` is unexplained, and makes the exit status 1. With --sample, writes commands and their names.
Needs pip 24 or newer.
"""

import argparse
import collections
import contextlib
import csv
import io
import os
import random
import re
import shlex
import sys
import tempfile

from pip._internal.cli.main_parser import parse_command
from pip._internal.commands import create_command
from pip._internal.exceptions import PipError
from pip._internal.req import constructors

import dependency_facts
from dependency_facts import Tally, normalise

FILES = re.compile(r"(^|\.)(Dockerfile|Containerfile)|\.(sh|bash|ya?ml|mk)$|^(GNUm|M|m)akefile")
PIP = re.compile(r"(.*/)?pip[0-9.]*")
PYTHON = re.compile(r"(.*/)?(python[0-9.]*|py)")
PREFIX = re.compile(r"RUN|--(mount|network|security)=.*|-|run:|sudo|-[HE]|@|[A-Za-z_]\w*=[^\s]*|time|exec|\(")
OPERATORS = {"&&", "||", ";", "|", "&"}
SHELL_ONLY = re.compile(r"[$`{}%]|<<|\\$")
OTHERS = re.compile(
    r"\b(uv|uvx|pipx|poetry|pdm|pipenv|(micro)?mamba|conda|apt|apt-get|apk|dnf|yum|rye|easy_install|xargs|parallel)\b"
)


def logical_lines(text):
    """(first, last, text) of each line with what is continued; a comment between is dropped, as Dockerfiles do."""
    first, joined = None, ""
    for number, line in enumerate(text.split("\n"), 1):
        line = line.rstrip("\r")
        if first is not None and line.lstrip().startswith("#"):
            continue
        first = first or number
        joined += line
        if line.endswith("\\"):
            joined = joined[:-1]
            continue
        yield first, number, joined
        first, joined = None, ""


def words(line):
    """The words and operators of a line. Only a word that begins with `#` is a comment: `a#b` is none to a shell."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    found = []
    for word in lexer:
        if word.startswith("#"):
            break
        found.append(word)
    return found


def commands(found):
    """Words cut at operators."""
    command = []
    for word in found:
        if word in OPERATORS:
            yield command
            command = []
        else:
            command.append(word)
    yield command


def arguments(command):
    """What stands behind `pip` in a command; None when it is no `pip install`."""
    at = 0
    while at < len(command) and PREFIX.fullmatch(command[at].lstrip("@-") or "-"):
        at += 1
    rest = [word.lstrip("@") if number == 0 else word for number, word in enumerate(command[at:])]
    if rest and PYTHON.fullmatch(rest[0]) and rest[1:3] == ["-m", "pip"]:
        rest = rest[3:]
    elif rest and PIP.fullmatch(rest[0]):
        rest = rest[1:]
    else:
        return None
    return rest if "install" in rest else None


def names(behind):
    """What pip would be asked for: names, `?` for one that only a fetch tells, nothing for a folder. None: refused."""
    try:
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            command, rest = parse_command(behind)
            options, positional = create_command(command).parser.parse_args(rest)
    except (SystemExit, PipError):
        return None
    found = []
    wanted = [(constructors.parse_req_from_line, (text, None)) for text in positional]
    wanted += [(constructors.parse_req_from_editable, (text,)) for text in getattr(options, "editables", [])]
    for parse, given in wanted:
        try:
            parts = parse(*given)
        except (PipError, ValueError):
            found.append(f"refused:{given[0]}")
            continue
        if parts.requirement:
            found.append(normalise(parts.requirement.name))
        elif parts.link and parts.link.scheme != "file":
            found.append("?")
    return found


def commands_of(line):
    """The names of all commands of a line; None when it holds none that can be compared."""
    if "install" not in line or SHELL_ONLY.search(line) or OTHERS.search(line) or line.lstrip().startswith("#"):
        return None
    try:
        found = words(line)
    except ValueError:
        return None
    if any(set(word) <= set("();<>|&") and word not in OPERATORS for word in found):
        return None
    asked = [behind for behind in map(arguments, commands(found)) if behind]
    before = zip(["", *found], found)
    called = sum(
        bool(PIP.fullmatch(word)) and (last in OPERATORS or bool(PREFIX.fullmatch(last or "-")) or last == "-m")
        for last, word in before
    )
    if not asked or called != len(asked):
        return None
    return asked


def every_option():
    """Commands with each option of pip, in each spelling, and each prefix of it that pip takes."""
    for command in ("install", "download", "wheel"):
        parser = create_command(command).parser
        for option in parser._get_all_options():
            if option.get_opt_string() in ("--help", "--version"):
                continue
            values = ["x"] if option.takes_value() else []
            for spelling in [*option._short_opts, *option._long_opts]:
                yield [command, spelling, *values, "redis", "celery"]
                yield [command, "redis", spelling, *values, "celery"]
                if values:
                    yield [command, spelling + ("=x" if spelling.startswith("--") else "x"), "redis", "celery"]
                for end in range(4, len(spelling) if spelling.startswith("--") else 0):
                    yield [command, spelling[:end], *values, "redis", "celery"]
        yield [command, "-qUr", "x", "redis"]
        yield [command, "-Ur", "x", "redis"]
        yield [command, "-Uqq", "redis"]
        yield [command, "--", "redis", "-x"]


def is_handed_over(lines, first, is_yaml):
    """Whether a line seems to stand in a text that is handed to another program, or in an input of an action."""
    start, key = max(0, first - 60), "run"
    if is_yaml:
        if re.match(r"\s*(- )?run:", lines[first - 1]):
            return False
        depth = len(lines[first - 1]) - len(lines[first - 1].lstrip())
        for at in range(first - 2, -1, -1):
            header = re.match(r"(\s*(?:- )?)([\w-]+): *[|>][-+0-9]* *(#.*)?$", lines[at])
            if header and len(header[1].replace("-", " ")) < depth:
                start, key = at, header[2]
                break
    above = lines[start : first - 1]
    return key != "run" or any(re.search(r"docker (run|exec)|sh -\w*c\b|<<", line) for line in above)


def judge(expected, facts):
    ours = collections.Counter("?" if fact.get("open") else fact["name"] for fact in facts)
    refused = [name.removeprefix("refused:") for name in expected if name.startswith("refused:")]
    theirs = collections.Counter(name for name in expected if not name.startswith("refused:"))
    if ours == theirs:
        return "agreed" if theirs else "agreed: no name"
    missing, more = theirs - ours, ours - theirs
    if refused and not missing and sum(more.values()) <= len(refused):
        return "word that pip refuses: a fact"
    if set(missing) <= {"?"} and sum(missing.values()) == sum(more.values()):
        return "address whose name only a fetch tells: told by its file name"
    return "!names missing" if missing and not more else "!names invented" if more and not missing else "!names differ"


def compare(asked, facts, tally, shown, handed_over=False):
    expected = []
    for behind in asked:
        found = names(behind)
        if found is None:
            tally.add("refused by pip's parser", shown)
            return None
        expected += found
    kind = judge(expected, facts)
    if kind == "!names missing" and handed_over and not facts:
        kind = "in a text that is handed to another program: nothing"
    told = [("?" if fact.get("open") else fact["name"], fact["origin"]) for fact in facts]
    tally.add(kind, None if kind == "agreed" else f"{shown} | pip: {expected} | {told}")
    return expected


def quoted(word, source):
    """The same word for a shell, in another spelling."""
    way = source.randrange(5)
    if way == 0:
        return "'" + word.replace("'", "'\\''") + "'"
    if way == 1:
        return '"' + re.sub(r'(["\\])', r"\\\1", word) + '"'
    if way == 2:
        return re.sub(r"([^\w./:=@%+,-])", r"\\\1", word)
    if way == 3 and len(word) > 1:
        at = source.randrange(1, len(word))
        return quoted(word[:at], source) + quoted(word[at:], source)
    return shlex.quote(word)


def again(policy, distinct, tally, is_quoted=True):
    """All commands once more, in one script."""
    source = random.Random(3)
    lines = []
    for behind in distinct:
        if not is_quoted:
            lines.append("pip " + shlex.join(behind))
            continue
        gap = source.choice([" ", " ", "  ", "\t", " \\\n    "])
        lines.append(
            "pip "
            + gap.join(quoted(word, source) for word in behind)
            + source.choice(["", "", " # c", ";", " && true", " 2>/dev/null"])
        )
    starts, at = [], 1
    for line in lines:
        starts.append(at)
        at += line.count("\n") + 1
    with tempfile.TemporaryDirectory() as root:
        with open(os.path.join(root, "install.sh"), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        facts, problems = dependency_facts.read(policy, root)
    for line, start, end, behind in zip(lines, starts, [*starts[1:], at], distinct):
        own = [fact for fact in facts["install.sh"] if start <= fact["start"]["line"] < end]
        compare([behind], own, tally, f"{line!r}"[:240])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("paths", nargs="+", type=os.path.abspath)
    parser.add_argument("--sample", type=os.path.abspath)
    options = parser.parse_args()
    policy, *folders = options.paths
    tally, second, third, distinct = Tally(), Tally(), Tally(40), {}
    with tempfile.TemporaryDirectory() as empty:
        os.chdir(empty)  # so that no word is the name of a local folder
        for folder in folders:
            facts, _ = dependency_facts.read(policy, folder)
            for place, _, files in os.walk(folder):
                for name in filter(FILES.search, files):
                    path = os.path.relpath(os.path.join(place, name), folder)
                    with open(os.path.join(place, name), encoding="utf-8", errors="replace") as file:
                        text = file.read()
                    for first, last, line in logical_lines(text):
                        asked = commands_of(line)
                        if not asked:
                            continue
                        own = [fact for fact in facts[path] if first <= fact["start"]["line"] <= last]
                        expected = compare(
                            asked,
                            own,
                            tally,
                            f"{path}:{first}: {' '.join(line.split())[:200]}",
                            is_handed_over(text.split("\n"), first, name.endswith(("yml", "yaml"))),
                        )
                        if expected is not None:
                            distinct.update({tuple(behind): None for behind in asked})
        again(policy, [list(behind) for behind in distinct], second)
        again(policy, list(every_option()), third, False)
        if options.sample:
            with open(options.sample, "w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(["command", "names"])
                for behind in list(distinct)[:900]:
                    found = names(list(behind))
                    if not any(name.startswith("refused:") for name in found) and "?" not in found:
                        writer.writerow(["pip " + shlex.join(behind), " ".join(sorted(found))])
    unexplained = tally.report(sys.stdout)
    print(f"\n{len(distinct)} distinct commands once more, in one script")
    unexplained += second.report(sys.stdout)
    print("\nevery option of pip")
    unexplained += third.report(sys.stdout)
    sys.exit(1 if unexplained else 0)


if __name__ == "__main__":
    main()
