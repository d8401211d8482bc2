"""Compares `policy facts` with CPython on random programs that are nasty to lex.

    python mutants.py POLICY SEED COUNT

Programs are grown from fragments and then mutated; those that CPython's `ast` accepts count, until COUNT of them were
compared. Prints one JSON object and exits 1 when an import was missed or invented without a problem being told.
`can_fail.sh` shows that this can fail.
"""

import ast
import collections
import json
import os
import random
import subprocess
import sys
import tempfile
import warnings

sys.path.insert(0, os.path.dirname(__file__))
from imports import imports, read_facts  # noqa: E402

NAMES = ["a", "os", "requests", "aiohttp.client", "x.y.z", "ﬁle", "ｒequests", "ſys", "été", "import_", "lazy", "match"]
QUOTES = ["'", '"', "'''", '"""']
PREFIXES = ["", "r", "b", "f", "rf", "fr", "F", "Rb", "u"]
ENDS = ["\n", "\r\n", "\r"]
SPECS = ["#06x", "'>10", "%H:%M", "{w}", "{w}.{p}", ">{w}", "{x:{w}}", ""]


class Grower:
    def __init__(self, random_source):
        self.random = random_source

    def pick(self, items):
        return self.random.choice(items)

    def blank(self):
        return self.pick([" ", " ", "  ", "\t", " \\\n ", "\x0c "])

    def statement(self):
        r = self.random.random()
        if r < 0.30:
            parts = [self.pick(NAMES) + self.pick(["", "", self.blank() + "as b"]) for _ in range(self.pick([1, 1, 2, 3]))]
            return "import" + self.blank() + self.pick([",", ", ", " ,"]).join(parts)
        if r < 0.55:
            names = [self.pick(["c", "d as e", "get", "ﬁ"]) for _ in range(self.pick([1, 2, 3]))]
            inner = self.pick([", ", ",\n  ", ", # import z ' \"\n", ",\\\n"])
            body = self.pick(["(" + inner.join(names) + self.pick(["", ","]) + ")", ", ".join(names), "*"])
            module = self.pick(["", ".", "..", ". .", "..."]) + self.pick(NAMES + [""])
            module = module if module.strip() else "."
            return "from" + self.blank() + module + self.blank() + "import" + self.pick(["", " "]) * body.startswith(("(", "*")) + (
                "" if body.startswith(("(", "*")) else " "
            ) + body
        if r < 0.60:
            return "x = " + self.literal(2)
        if r < 0.66:
            return "x = [" + self.literal(1) + self.pick([", ", ",\n", ", # '\n"]) + self.literal(1) + "]"
        if r < 0.72:
            return "# " + self.pick(["import a", "from x \\", "'", '"""', "c: from x \\", "it's", "f'{"])
        if r < 0.76:
            return self.pick(["pass", "x = 1", "x: int = 2", "x = {}", "x = d['f']", "y = 1if x else 2", "x = lambda: 0"])
        if r < 0.80:
            return self.literal(2)
        if r < 0.84:
            return "if" + self.pick(["", " "]) + self.pick(["'{'", '"f"', "(x)"]) + ":" + self.pick([" ", ""]) + "import a"
        return "pass; " + self.pick(["import q", "from . import w", "x = 'a;import b'"])

    def literal(self, depth):
        prefix, quote = self.pick(PREFIXES), self.pick(QUOTES)
        body = ""
        for _ in range(self.random.randrange(5)):
            r = self.random.random()
            if r < 0.25:
                body += self.pick(["text", " import a ", "#", "\\n", "\\'", '\\"', "\\\\", "\\N{DASH}", "\\\n"])
            elif r < 0.4:
                body += self.pick(["{{", "}}", "{", "}", "\\{", "\n", "\nimport z\n", "'", '"'])
            elif depth and "f" in prefix.lower():
                inner = self.pick(["k", "#", "{", "}", "'", "import a", "\\n"]).replace(quote[0], "")
                same = f"d[{quote[0]}{inner}{quote[0]}]"
                field = self.pick(["x", same, same, "(lambda: 1)", "a!=b", "[y for y in z]", self.literal(depth - 1)])
                tail = self.pick(["", "!r", "=", ":" + self.pick(SPECS), "!r:" + self.pick(SPECS), ":\n" if len(quote) == 3 else ""])
                body += "{" + self.pick(["", " ", "\n" if self.random.random() < 0.3 else ""]) + field + tail + "}"
            else:
                body += self.pick(["x", "%s", "import b"])
        return prefix + quote + body + quote

    def block(self, depth):
        lines = []
        for _ in range(self.pick([1, 2, 3])):
            if depth and self.random.random() < 0.3:
                head = self.pick(["if x:", "try:", "def f(a='{'):", "class A:", "for x in y:", "while x: # '", "with x as y:"])
                lines.append(head)
                pad = self.pick([" ", "  ", "\t"])
                lines += [pad + line for line in self.block(depth - 1)]
                if head == "try:":
                    lines += ["except ImportError:", pad + "import fallback"]
            else:
                lines += self.statement().split("\n") if self.random.random() < 0.02 else [self.statement()]
        return lines

    def program(self):
        text = "\n".join(self.block(2)) + self.pick(["\n", "", "\n\n"])
        r = self.random.random()
        if r < 0.25:
            text = "".join(self.pick(ENDS) if c == "\n" and self.random.random() < 0.5 else c for c in text)
        elif r < 0.35:
            text = text.replace("\n", self.pick(ENDS))
        for _ in range(self.pick([0, 0, 0, 1, 2])):
            at = self.random.randrange(len(text) + 1)
            r = self.random.random()
            if r < 0.6:
                bit = self.pick(["'", '"', "{", "}", "#", "\\", "\n", "\r", "\x0c", ":", ";", "f", " ", "(", ")", "import a", "f'"])
                text = text[:at] + bit + text[at:]
            else:
                text = text[:at] + text[at + self.pick([1, 2]) :]
        data = text.encode()
        r = self.random.random()
        if r < 0.04:
            return b"\xef\xbb\xbf" + data
        if r < 0.10:
            cookie = self.pick(["latin-1", "utf-8", "cp1252", "iso-8859-15"])
            try:
                return f"# -*- coding: {cookie} -*-\n".encode() + text.encode(cookie)
            except UnicodeEncodeError:
                return data
        return data


def batch(policy, programs):
    with tempfile.TemporaryDirectory() as folder:
        for index, data in enumerate(programs):
            with open(os.path.join(folder, f"p{index:05}.py"), "wb") as file:
                file.write(data)
        run = subprocess.run([policy, "facts", "--root", folder, folder], capture_output=True, check=False)
        told = {line.split(": problem[")[0].rsplit("/", 1)[-1].split(":")[0] for line in run.stderr.decode().splitlines()}
        facts = read_facts(run.stdout.splitlines())
        for index, data in enumerate(programs):
            name = f"p{index:05}.py"
            yield data, facts.get(name, []), name in told


def main():
    policy, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    grower = Grower(random.Random(seed))
    warnings.simplefilter("ignore")
    tally, missed, made = collections.Counter(), [], 0
    while tally["valid"] < count:
        programs = []
        while len(programs) < 4000:
            data = grower.program()
            made += 1
            try:
                programs.append((data, imports(data)))
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
        theirs = [expected for _, expected in programs]
        for (data, ours, told), expected in zip(batch(policy, [d for d, _ in programs]), theirs):
            tally["valid"] += 1
            tally["imports"] += len(expected)
            if told:
                tally["problems"] += 1
            elif ours != expected:
                tally["silent"] += 1
                missed.append({"program": data.decode("utf-8", "replace"), "cpython": expected, "policy": ours})
    missed.sort(key=lambda case: len(case["program"]))
    report = {"python": sys.version.split()[0], "seed": seed, "made": made, **tally, "smallest": missed[:5]}
    print(json.dumps(report, indent=1, ensure_ascii=False))
    sys.exit(1 if tally["silent"] else 0)


if __name__ == "__main__":
    main()
