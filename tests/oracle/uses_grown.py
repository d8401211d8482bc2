"""Compares `policy facts` with CPython's symbol tables on random programs whose names are nasty to resolve.

    python uses_grown.py POLICY [--count N] [--seed N] [--show N] [--keep FOLDER] [--without THING]...

POLICY is the binary. Programs are grown from scopes within scopes that import, bind, shadow and use a handful of names;
those that CPython compiles count, until N of them were compared as `uses.py` does. `--keep` writes them there, and
`--without` leaves out what is known to differ: `mangled` names, `walrus`, `generic` scopes. Prints the same summary,
and exits 1 on any difference. Needs CPython 3.13, or 3.11 for all but generic scopes.
"""

import argparse
import os
import random
import sys
import tempfile
import warnings

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from uses import compare, show  # noqa: E402

NAMES = ["a", "b", "c", "__m", "é", "ſ"]
ATTRIBUTES = ["x", "y", "z.w", "__p", "ﬁ"]
MODULES = ["m", "m.n", "a.b", "a", "p.q.r", "__m.k"]
THINGS = ["mangled", "walrus", "generic"]


class Grower:
    def __init__(self, source, without):
        self.random, self.deep, self.without = source, 0, without
        self.names = [name for name in NAMES if "mangled" not in without or not name.startswith("__")]

    def pick(self, items):
        return self.random.choice(items)

    def chance(self, share):
        return self.random.random() < share

    def name(self):
        return self.pick(self.names)

    # Expressions

    def use(self):
        text = self.name() + (f".{self.pick(ATTRIBUTES)}" if self.chance(0.7) else "")
        return text + self.pick(["", "", "", "()", "[0]", "().t", f"({self.name()})"])

    def expression(self):
        self.deep += 1
        try:
            if self.deep > 4 or self.chance(0.55):
                return self.use()
            return self.pick(
                [
                    self.lambda_, self.comprehension, self.comprehension, self.walrus, self.getattr_, self.formatted,
                    lambda: f"({self.expression()}, *{self.expression()})",
                    lambda: f"{self.use()} if {self.expression()} else {self.use()}",
                    lambda: f"f({self.expression()}, k={self.expression()})",
                    lambda: f'("é", {self.expression()})',
                    lambda: f"[{self.expression()}][{self.expression()}:]",
                ]
            )()  # fmt: skip
        finally:
            self.deep -= 1

    def lambda_(self):
        default = f"={self.expression()}" if self.chance(0.5) else ""
        return f"(lambda {self.name()}{default}: {self.expression()})"

    def comprehension(self):
        loops = ""
        for _ in range(self.pick([1, 1, 2])):
            target = self.pick([self.name(), self.name(), "i", "i, *j", f"{self.name()}.x"])
            test = f" if {self.expression()}" if self.chance(0.3) else ""
            target = target.replace("*j", f"*{self.name()}")
            loops += f" for {target} in {self.pick([self.use, self.expression])()}{test}"
        item = self.expression()
        return self.pick(["[{}{}]", "({}{})", "{{{}{}}}", "{{1: {}{}}}"]).format(item, loops)

    def walrus(self):
        return self.use() if "walrus" in self.without else f"({self.name()} := {self.expression()})"

    def getattr_(self):
        return f'getattr({self.use()}, "{self.pick(["x", "y", "no id"])}").{self.pick(["u", "v"])}'

    def formatted(self):
        return f'f"é{{{self.use()}}} {{{self.use()}!r:>{{{self.use()}}}}}"'

    def annotation(self):
        kind = self.pick(["{}", "{}", "L[{}]", '"{}"', "'L[{}]'", 'L["{}", {}]', 'Literal["{}"]', '"{} | N"'])
        return kind.format(*(self.name() + self.pick(["", ".x", ".y.z"]) for _ in range(kind.count("{}"))))

    # Statements

    def block(self, indent):
        self.deep += 1
        lines = []
        for _ in range(self.pick([1, 2, 3] if self.deep > 1 else [4, 6, 8])):
            lines += self.statement(indent)
        self.deep -= 1
        return lines

    def statement(self, indent):
        compound = [self.function, self.function, self.class_, self.class_, self.branch]
        if self.deep < 5 and self.chance(0.4):
            return self.pick(compound)(indent)
        r = self.random.random()
        if r < 0.25:
            text = self.import_()
        elif r < 0.33:
            text = f"{self.pick(['global', 'nonlocal'])} {self.name()}"
        elif r < 0.42:
            text = f"{self.name()} = {self.expression()}"
        elif r < 0.47:
            text = f"{self.use()}: {self.annotation()}" + (f" = {self.use()}" if self.chance(0.5) else "")
        elif r < 0.50:
            text = f"del {self.name()}"
        elif r < 0.53:
            text = f"{self.name()}.x = {self.use()}"
        elif r < 0.55:
            text = f"{self.name()} += {self.use()}"
        elif r < 0.58 and "generic" not in self.without:
            text = f"type {self.name()}{self.type_parameters()} = {self.use()}"
        else:
            text = self.expression()
        return [f"{indent}{text}"]

    def import_(self):
        alias = f" as {self.name()}" if self.chance(0.6) else ""
        if self.chance(0.5):
            modules = [name for name in MODULES if "mangled" not in self.without or not name.startswith("__")]
            return f"import {self.pick(modules)}{alias}"
        module = self.pick([".", "..", ".m", "m", "m.n"])
        return f"from {module} import {self.pick(['x', 'a', 'b', self.name()])}{alias}"

    def type_parameters(self):
        if "generic" in self.without or self.chance(0.7):
            return ""
        bound = f": {self.use()}" if self.chance(0.5) else ""
        return f"[{self.name()}{bound}]"

    def decorators(self, indent):
        return [f"{indent}@{self.expression()}" for _ in range(self.pick([0, 0, 0, 1, 2]))]

    def function(self, indent):
        parts = []
        for name in self.random.sample(self.names, self.pick([0, 1, 2])):
            parts.append(name + (f": {self.annotation()}" if self.chance(0.4) else "") + f" = {self.expression()}")
        returns = f" -> {self.annotation()}" if self.chance(0.3) else ""
        kind = self.pick(["def", "def", "async def"])
        name = self.pick(["f", "g", self.name()])
        head = f"{indent}{kind} {name}{self.type_parameters()}({', '.join(parts)}){returns}:"
        return [*self.decorators(indent), head, *self.block(indent + "  ")]

    def class_(self, indent):
        bases = [self.expression() for _ in range(self.pick([0, 1, 2]))] + [f"k={self.use()}"] * self.chance(0.2)
        name = self.pick(["C", "_D", "__", self.name()])
        head = f"{indent}class {name}{self.type_parameters()}({', '.join(bases)}):"
        return [*self.decorators(indent), head, *self.block(indent + "  ")]

    def branch(self, indent):
        inner = indent + "  "
        kind = self.pick(["if", "for", "while", "with", "try", "match"])
        if kind == "for":
            head = f"for {self.name()} in {self.expression()}:"
        elif kind == "with":
            head = f"with {self.expression()} as {self.pick([self.name(), self.use()])}:"
        elif kind == "try":
            handler = f"{indent}except {self.name()}.E as {self.name()}:"
            parts = [f"{indent}try:", *self.block(inner), handler, *self.block(inner)]
            return [*parts, f"{indent}else:", *self.block(inner)]
        elif kind == "match":
            pattern = self.pick([f"{self.name()}.x", f"{self.name()}.C(k={self.name()}.x)", f"{{1: {self.name()}}}"])
            pattern = self.pick([pattern, f"[{self.name()}, *_]", f"{self.name()}.x as {self.name()}"])
            guard = f" if {self.use()}" if self.chance(0.3) else ""
            return [f"{indent}match {self.use()}:", f"{inner}case {pattern}{guard}:", *self.block(inner + "  ")]
        else:
            head = f"{kind} {self.expression()}:"
        return [f"{indent}{head}", *self.block(inner)]

    def program(self):
        head = ["from __future__ import annotations"] if self.chance(0.15) else []
        return self.pick(["\n", "\n", "\r\n"]).join([*head, *self.block("")]) + "\n"


def is_compiled(text):
    try:
        compile(text, "grown", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("policy", help="the binary")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=int, default=30)
    parser.add_argument("--keep", help="where to write the programs")
    parser.add_argument("--without", action="append", default=[], choices=THINGS)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if sys.version_info < (3, 12):
        options.without.append("generic")
    grower = Grower(random.Random(options.seed), options.without)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or temporary
        os.makedirs(folder, exist_ok=True)
        files = []
        while len(files) < options.count:
            text = grower.program()
            if is_compiled(text):
                files.append(f"{len(files):06}.py")
                with open(os.path.join(folder, files[-1]), "w", encoding="utf-8", newline="") as file:
                    file.write(text)
        counts, differences, _ = compare(options.policy, folder, files)
    show(files, counts, differences, options.show)
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
