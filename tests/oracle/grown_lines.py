"""Grows requirement lines and command lines, with what `packaging` and `shlex` make of them, as samples for the tests.

    python grown_lines.py FOLDER

Writes `requirement_lines.csv` (line, name, extras, specifier, marker; an empty name where `packaging` refuses the line) and
`pip_commands.csv` (command, names). The same seed gives the same samples. Needs `packaging`.
"""

import csv
import os
import random
import re
import shlex
import sys

from packaging.requirements import InvalidRequirement, Requirement

NAMES = ["requests", "Flask-Login", "zope.interface", "typing_extensions", "a", "A1", "ruamel.yaml.clib", "b--c", "x_.-y"]
EXTRAS = ["", "[]", "[socks]", "[ a_b , C.d]", "[a,]", "[a b]", "[", "[1]", " [x]"]
SPECIFIERS = [
    "", ">=1", "==1.0", " ~= 1.4.2", ">=1,<2", ">= 1 , != 1.5.*", "===1.0-odd", "(>=1,<2)", " ( == 2.* )", "==1!2.0",
    "==1.0+cu118", ">=1,", "<", "==", ">=1 <2", "=1", "@", "@ https://example.com/a-1.0.zip", "@git+https://example.com/r@v1",
    "==1.0.post1", "<2.0a1", "!=1", "1.0", ">", "~=1.0,",
]
MARKERS = [
    "", "; python_version < '3.8'", ";python_version>=\"3.8\" and os_name == 'nt'", " ; extra == 'x'",
    "; (sys_platform == 'win32' or sys_platform == 'linux') and python_full_version<'3.9.1'", ";", " ; 'a' in platform_version",
]
QUOTES = [str, lambda word: f"'{word}'", lambda word: f'"{word}"', lambda word: re.sub(r"([^\w])", r"\\\1", word)]
FLAGS = [[], ["-U"], ["--upgrade"], ["--pre", "-q"], ["-i", "https://example.com/simple"], ["--no-cache-dir"], ["-qUt", "lib"]]
PROGRAMS = ["pip install", "pip3 install", "python -m pip install", "sudo -H pip3.11 install", "uv pip install", "A=1 pip -q install"]


def normalised(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement(line):
    try:
        read = Requirement(line)
    except InvalidRequirement:
        return [line, "", "", "", ""]
    extras = " ".join(sorted({normalised(extra) for extra in read.extras}))
    specifier = ",".join(sorted(str(one) for one in read.specifier))
    return [line, normalised(read.name), extras, specifier, "yes" if read.marker else ""]


def command(chance):
    words = [f"{name}{spec}" for name in chance.sample(NAMES, chance.randint(1, 3)) for spec in [chance.choice(["", "==1.0", ">=1,<2", "[x]"])]]
    flags = chance.choice(FLAGS)
    quoted = [quote(word) if quote is not str or not set(word) & set("<>[]") else f"'{word}'" for word in words for quote in [chance.choice(QUOTES)]]
    program = chance.choice(PROGRAMS)
    if program.startswith("uv"):
        flags = []
    end = chance.choice(["", "  # pip install nothing", " && echo done", " || true", " > log 2>&1", ";"])
    line = " ".join([program, *flags, *quoted])
    split = shlex.split(line)
    assert split[len(split) - len(words):] == words, line
    return [line + end, " ".join(sorted(normalised(re.match(r"[\w.-]*[\w]", word).group()) for word in words))]


def write(path, head, rows):
    with open(path, "w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(head)
        table.writerows(rows)


def main(folder):
    chance = random.Random(5)
    lines = sorted({chance.choice(NAMES) + chance.choice(EXTRAS) + chance.choice(SPECIFIERS) + chance.choice(MARKERS) for _ in range(1500)})
    commands = sorted({tuple(command(chance)) for _ in range(600)})
    write(os.path.join(folder, "requirement_lines.csv"), ["line", "name", "extras", "specifier", "marker"], map(requirement, lines))
    write(os.path.join(folder, "pip_commands.csv"), ["command", "names"], commands)


if __name__ == "__main__":
    main(sys.argv[1])
