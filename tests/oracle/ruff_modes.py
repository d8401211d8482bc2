"""The wishes that `ruff.py` writes for both tools, and the known reasons for which their reports differ."""

import ast
import os
from dataclasses import dataclass, field

from statements import NEWLINE

ALIASES = {
    "numpy": "np",
    "pandas": "pd",
    "matplotlib": "mpl",
    "matplotlib.pyplot": "plt",
    "tensorflow": "tf",
    "scipy.sparse": "sp",
    "networkx": "nx",
    "datetime": "dt",
    "xml.etree.ElementTree": "ET",
    "plotly.graph_objects": "go",
    "jax.numpy": "jnp",
    "sqlalchemy": "sa",
    "collections.abc": "cabc",
    "pandas._testing": "tm",
    "typing": "t",
    "typing.Any": "AnyType",
    "logging": "log",
    "logging.handlers": "handlers",
    "collections": "c",
    "os.path": "p",
}
MEMBERS = ["pandas._testing", "typing", "os.path", "numpy.testing", "unittest.mock", "django.utils.translation"]
HEAVY = ["numpy", "pandas", "torch", "jax", "matplotlib", "scipy", "tensorflow", "requests", "yaml", "sqlite3", "asyncio"]
HEAVY += ["multiprocessing.pool"]


@dataclass
class Mode:
    verb: dict  # what stands in our rule
    code: str  # ruff's rule
    ruff: dict = field(default_factory=dict)  # option beneath `lint` -> value
    names: list = field(default_factory=list)  # names that both judge
    only_ruff: dict = field(default_factory=dict)  # reason -> whether it holds for (run, file, statement)
    only_ours: dict = field(default_factory=dict)
    neither: dict = field(default_factory=dict)  # reasons for which ours must not report what ruff reports
    although: dict = field(default_factory=dict)  # known reasons for which ours reports it nevertheless
    by_file: bool = False
    preview: bool = False


class Run:
    """What the reasons may look at: a mode, the roots of the policy, and names of libraries."""

    def __init__(self, mode, roots, libraries):
        self.mode, self.roots, self.libraries = mode, roots, libraries
        self.unparsed = set()

    def root_package(self, file):
        """The package of a file by roots, as segments."""
        folder = os.path.dirname(file.path)
        root = max((r for r in self.roots if r == "." or (folder + "/").startswith(r + "/")), key=len, default=".")
        rest = folder if root == "." else os.path.relpath(folder, root)
        return tuple(part for part in rest.split("/") if part not in ("", "."))

    def full_names(self, file, statement, package):
        if not statement.level:
            return statement.full_names()
        base = file.reached(statement, package)
        return [] if base is None else statement.full_names(base)

    def judged(self, names):
        return [entry for entry in self.mode.names for name in names if covers(entry, name)]


def covers(entry, name):
    return name == entry or name.startswith(entry + ".")


def named_otherwise(run, file, s):
    """A relative import that one tool names as banned and the other not, by what they take for the file's package."""
    by_init, by_root = (run.full_names(file, s, package) for package in (file.package, run.root_package(file)))
    return s.level and bool(run.judged(by_init)) != bool(run.judged(by_root))


def is_library(run, file, s):
    entries = run.judged(run.full_names(file, s, run.root_package(file)))
    return s.level and entries and all(entry.split(".")[0] in run.libraries for entry in entries)


def star_brings(run, file, s):
    modules = [name.removesuffix(".*") for name in run.full_names(file, s, run.root_package(file))]
    return s.is_star and any(covers(module, entry) for module in modules for entry in run.mode.names)


def is_empty(run, file, s):
    return all(isinstance(n, ast.Expr) and isinstance(getattr(n.value, "value", None), str) for n in file.tree.body)


def lacks_alias(run, file, s):
    return any(name in run.mode.names and asname != "x" for name, (_, asname) in zip(s.full_names(), s.names))


def private(statement):
    parts = [part for name in statement.full_names() for part in name.split(".")]
    return [part for part in parts if part.startswith("_") and not (part.startswith("__") and part.endswith("__"))]


def is_own(run, file, s):
    return s.full_names()[0].split(".")[0] == (*run.root_package(file), "")[0]


def rebound_or_typing(run, file, s):
    """Whether ruff, which judges the last binding of a name and its uses, may see no use of it at run time."""
    names = {asname or name for name, asname in s.names}
    nodes = list(ast.walk(file.tree))
    annotations = [getattr(n, key) for n in nodes for key in ("annotation", "returns") if getattr(n, key, None)]
    typing = {id(n) for annotation in annotations for n in ast.walk(annotation)}
    uses = [n for n in nodes if isinstance(n, ast.Name) and n.id in names]
    bound = [s for s in file.statements for name, asname in s.names if (asname or name) in names]
    stored = [n for n in nodes if getattr(n, "name", None) in names or (n in uses and not isinstance(n.ctx, ast.Load))]
    return len(bound) > len(names) or stored or all(id(n) in typing for n in uses)


def says_lazy(run, file, s):
    """PEP 810, which CPython before 3.15 refuses, so that there is no tree."""
    return isinstance(s, int) and NEWLINE.split(file.data)[s - 1].strip().startswith(b"lazy ")


def imports_future(run, file, s):
    return any("__future__.annotations" in s.full_names() for s in file.statements if not s.level)


def is_uncertain(run, file, s):
    """Both `TYPE_CHECKING` and `typing.TYPE_CHECKING`, a `del` of either, or a test that says more than the flag."""
    nodes = list(ast.walk(file.tree))
    bare = any(isinstance(n, ast.Name) and n.id == "TYPE_CHECKING" for n in nodes)
    dotted = any(isinstance(n, ast.Attribute) and n.attr == "TYPE_CHECKING" for n in nodes)
    deleted = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Del)}
    modules = {alias or name for s in file.statements for name, alias in s.names if name in ("typing", "TYPE_CHECKING")}
    return "type-checking" in s.where and ((bare and dotted) or deleted & modules)


def stands(where):
    return lambda run, file, s: where in s.where


UNREAD = {
    "ruff cannot parse the file": lambda run, file, s: file.path in run.unparsed,
    "ruff reads UTF-8 only": lambda run, file, s: not file.is_utf8,
}
OTHERWISE = {"file named otherwise: by `__init__.py`, by root": named_otherwise}
RELATIVE = OTHERWISE | {"relative: ours never means a library": is_library}
PEP810 = {"lazy import": says_lazy}
LAZY = {"in a function": stands("function"), "beneath TYPE_CHECKING": stands("type-checking")}
STUB = {"stub: does not run": lambda run, file, s: file.path.endswith(".pyi")}


def banned(names):
    return {"flake8-tidy-imports.banned-api": {name: {"msg": "no"} for name in names}}


def modes(chosen):
    """Every mode by name; `chosen` are the names for `forbid`."""
    lazy = {"placement": dict.fromkeys(HEAVY, "lazy")}
    relative = "flake8-tidy-imports.ban-relative-imports"
    future = "from __future__ import annotations"
    return {
        "forbid import": Mode(
            {"forbid": {"import": chosen}},
            "TID251",
            banned(chosen),
            chosen,
            only_ruff=RELATIVE,
            only_ours=OTHERWISE | {"star may bring in a banned member": star_brings},
        ),
        "relative none": Mode({"relative": "none"}, "TID252", {relative: "all"}),
        "relative no-parents": Mode({"relative": "no-parents"}, "TID252", {relative: "parents"}),
        "import-as": Mode(
            {"import-as": ALIASES},
            "ICN001",
            {"flake8-import-conventions.aliases": ALIASES},
            list(ALIASES),
            only_ours={"relative: ruff compares as written": lambda run, file, s: s.level},
        ),
        "import-as members": Mode(
            {"import-as": {name: {"as": "x", "members": "forbid"} for name in MEMBERS}},
            "ICN003",
            {"flake8-import-conventions.banned-from": MEMBERS},
            MEMBERS,
            only_ours={
                "relative: ruff compares as written": lambda run, file, s: s.level,
                "not imported as agreed (ICN001)": lacks_alias,
            },
        ),
        "placement lazy": Mode(
            lazy,
            "TID253",
            {"flake8-tidy-imports.banned-module-level-imports": HEAVY},
            HEAVY,
            only_ruff=RELATIVE | STUB | PEP810,
            only_ours=OTHERWISE | {"in a class body": stands("class"), "in a block at module level": stands("block")},
        ),
        "placement lazy, all": Mode(
            lazy,
            "TID251",
            banned(HEAVY),
            HEAVY,
            only_ruff=RELATIVE | STUB | LAZY | PEP810,
            only_ours=OTHERWISE,
            neither=STUB | LAZY,
            although={"TYPE_CHECKING: told otherwise or deleted in the file, so that ours is not certain": is_uncertain},
        ),
        "placement top-level": Mode({"placement": {"any": "top-level"}}, "PLC0415"),
        "require": Mode(
            {"require": {"import": "__future__.annotations"}},
            "I002",
            {"isort.required-imports": [future]},
            only_ruff={"ruff wants the plain statement, without alias or block": imports_future},
            only_ours=STUB | {
                "nothing but docstrings and comments": is_empty,
                "isort: skip_file": lambda run, file, s: b"isort:skip_file" in file.data.replace(b" ", b""),
            },
            by_file=True,
        ),
        "forbid star": Mode(
            {"forbid": {"star": ["any"]}},
            "F403",
            only_ours={"`from __future__ import *` is an error anyway": lambda run, file, s: s.module == "__future__"},
        ),
        "forbid private": Mode(
            {"forbid": {"private": ["any"], "except": ["self"]}},
            "PLC2701",
            preview=True,
            only_ruff={"own top-level package": is_own, "`_` alone is not private": lambda run, file, s: "_" in private(s)},
            only_ours={
                "`import a._b` without alias": lambda run, file, s: private(s) and not s.is_from and s.names[0][1] is None,
                "star": lambda run, file, s: private(s) and s.is_star,
                "folder of the same name": lambda run, file, s: private(s) and s.module.split(".")[0] in file.package[-1:],
                "bound again, or used in annotations only": lambda *what: private(what[2]) and rebound_or_typing(*what),
            },
        ),
    }
