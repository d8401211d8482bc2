"""Import statements of Python files as CPython's parser sees them, for the comparisons with other linters.

Knows where each statement stands (function, class, block, type checking), which package `__init__.py` files make of its
folder, and which statement a place lies in. Needs CPython 3.10 or newer.
"""

import ast
import bisect
import functools
import os
import re
import tokenize
import warnings

NEWLINE = re.compile(rb"\r\n|\r|\n")
BOM = b"\xef\xbb\xbf"


class Statement:
    """One import statement. `where` holds of: function, class, block, version (`sys.version_info`),
    type-checking, type-checking-else."""

    def __init__(self, node, where, column, end):
        self.line, self.column, self.end = node.lineno, column, end
        self.is_from = isinstance(node, ast.ImportFrom)
        self.module = node.module or "" if self.is_from else ""
        self.level = node.level or 0 if self.is_from else 0
        self.names = [(alias.name, alias.asname) for alias in node.names]
        self.where = where

    @property
    def is_star(self):
        return self.names[0][0] == "*"

    def full_names(self, base=None):
        """The dotted names that it imports; `base` replaces the module of a `from`."""
        base = self.module if base is None else base
        return [".".join(filter(None, [base, name])) for name, _ in self.names]


def children(node, where):
    """Blocks of statements right below a node, each with where its statements stand."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return [(node.body, where | {"function"})]
    if isinstance(node, ast.ClassDef):
        return [(node.body, where | {"class"})]
    inner = where | {"block"}
    if isinstance(node, ast.If):
        words = {getattr(n, "id", getattr(n, "attr", None)) for n in ast.walk(node.test)}
        is_and = isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.And)
        parts = node.test.values if is_and else [node.test]
        is_checking = any("TYPE_CHECKING" == getattr(n, "id", getattr(n, "attr", None)) for n in parts)
        inner = inner | {"version"} if "version_info" in words else inner
        then, other = ({"type-checking"}, {"type-checking-else"}) if is_checking else (set(), set())
        return [(node.body, inner | then), (node.orelse, inner | other)]
    parts = [getattr(node, name, None) for name in ("body", "orelse", "finalbody")]
    parts += [part.body for name in ("handlers", "cases") for part in getattr(node, name, None) or []]
    return [(part, inner) for part in parts if part]


class File:
    """A Python file. `error` says why CPython refuses it."""

    def __init__(self, root, path):
        self.root, self.path, self.statements, self.error = root, path, [], None
        try:
            tree = self.tree
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            self.error = str(error) or type(error).__name__
            return
        lines = decoded_lines(self.data)
        todo = [(tree.body, frozenset())]
        while todo:
            body, where = todo.pop()
            for node in body:
                if isinstance(node, (ast.Import, ast.ImportFrom)):
                    end = (node.end_lineno, column(lines, node.end_lineno, node.end_col_offset))
                    self.statements.append(Statement(node, where, column(lines, node.lineno, node.col_offset), end))
                else:
                    todo.extend(children(node, where))
        self.statements.sort(key=lambda s: (s.line, s.column))
        self.starts = [(s.line, s.column) for s in self.statements]

    # Text and tree are read again where they are asked for: thousands of files are held at once.

    @property
    def data(self):
        with open(os.path.join(self.root, self.path), "rb") as file:
            return file.read()

    @property
    def tree(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(self.data)

    @property
    def is_utf8(self):
        try:
            self.data.decode()
        except UnicodeDecodeError:
            return False
        return True

    def at(self, line, column):
        """The statement that covers a place, or None."""
        index = bisect.bisect_right(self.starts, (line, column)) - 1
        if index >= 0 and (line, column) < self.statements[index].end:
            return self.statements[index]
        return None

    @property
    def package(self):
        """The package that the `__init__.py` files around it make, as segments."""
        return chain(os.path.join(self.root, os.path.dirname(self.path)))

    def reached(self, statement, package):
        """Module of a `from`, made absolute within a package; None above the top."""
        keep = len(package) - (statement.level - 1)
        if keep < 1 and statement.level:
            return None
        return ".".join([*package[:keep], statement.module] if statement.module else package[:keep])


def decoded_lines(data):
    """Lines as the parser sees them: without mark, in UTF-8."""
    body = data.removeprefix(BOM)
    encoding, _ = tokenize.detect_encoding(iter(NEWLINE.sub(b"\n", body).splitlines(True)).__next__)
    return [line if encoding == "utf-8" else line.decode(encoding, "replace").encode() for line in NEWLINE.split(body)]


def column(lines, line, offset):
    return len(lines[line - 1][:offset].decode("utf-8", "replace")) + 1


@functools.cache
def chain(folder):
    if not any(os.path.isfile(os.path.join(folder, name)) for name in ("__init__.py", "__init__.pyi")):
        return ()
    return (*chain(os.path.dirname(folder)), os.path.basename(folder))
