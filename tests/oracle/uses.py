"""Compares the uses of imported names that `policy facts` tells with CPython's own symbol tables, name by name.

    python uses.py --policy POLICY [PATH...] [--list FILE] [--limit N] [--seed N] [--jobs N] [--csv FILE] [--show N]

POLICY is the binary. PATHs are Python files and folders; FILE names further files, one a line. `--limit` takes a
sample, always the same one for a seed. One `policy` process reads one batch of files at a time.

What is compared, for every file that CPython accepts:

* Soundness. Where a fact stands there is an identifier that is read, spelled like `bound.name`; `symtable`, asked from
  the innermost scope that evaluates that place, binds it in the scope that `bound.scope` says, and says that an import
  does (`is_imported`); the fact's name is what one of those imports reaches plus all attributes behind the identifier.
  For facts of kind `alias`, only the identifier and the scope. No fact is told twice.
* Completeness. Every `ast.Name` that is read and that `symtable` binds in a scope where an import binds it has at least
  one fact. So has every one in a string that is a whole annotation or a part of one. (Such a string counts when it is
  one literal without escapes, and stands neither in `Literal[...]` nor behind the first item of `Annotated[...]`.)

Scopes are CPython's: decorators, defaults, base classes, annotations and the first iterator of a comprehension are
evaluated outside; classes cannot be seen from functions and comprehensions within; type parameters have a scope of
their own that sees the class; `__x` in a class is `_C__x`; an import beneath `global x` binds the module's `x`.

What counts as explained, and is only counted:

* rebound before: no fact; the use is in the scope that binds the name, and a statement directly in the body of that
  scope (an assignment, `:=` that is always evaluated, `del`, `with ... as`, a function, a class, `type`) binds it anew
  in an earlier statement, with no import of it since.
* attribute of a choice: `(a or b).c` is told as `a.c` and as `b.c`;
* class falls through: a fact of the module's name for one that the class body around it binds too, but only further
  down.
* attribute named by a literal: the name goes on with the second argument of `hasattr`, `setattr`, `delattr`,
  `getattr_static`, `patch`, `patch.object` or a method of that name. (That of `getattr`, and attributes behind it, may
  follow or not.)
* at a deletion: a fact at `del name`.

What is only noted: imports beneath `global` or `nonlocal`, whether `getattr` was followed, `call` where the tree has no
call and the other way round, places where several imports bind the name and not all of them are told, and how many
differences lie in files for which the tool tells a problem.

What is skipped, and counted: files that CPython rejects or that are too deep for it; files for which the tool tells a
problem; facts that no name binds (`bound` is null) or of other kinds; facts of names that only a star import can bind;
before 3.12, what stands in an f-string, where `ast` has no reliable places; facts in strings with escapes or of several
literals, of which only the spelling is looked at; names whose place in `ast` does not hold their spelling; names in the
bound of a type parameter that this parameter and the class around it both bind (CPython takes the class's).

A missing fact is told with what may lie behind it, which is no excuse. Prints a summary and the first differences;
`--csv` writes all of them, and those explained, as rows of package, version, path, line, name, verdict. Exits 1 on any
difference, 2 when the tool does not do its job. Runs on CPython 3.11 to 3.13; 3.13 knows most syntax. (Early 3.12 also
mangles `__x` wrongly behind a generic class.)
"""

import argparse
import ast
import bisect
import collections
import csv
import functools
import io
import itertools
import json
import multiprocessing
import os
import random
import re
import subprocess
import symtable
import sys
import tokenize
import unicodedata
import warnings

BOM = b"\xef\xbb\xbf"
SKIPPED_FOLDERS = {".git", ".hg", ".svn", ".tox", ".nox", ".eggs", "node_modules", "__pycache__", "site-packages"}
HAS_PLACES_IN_FORMATTED = sys.version_info >= (3, 12)
# Comprehensions that CPython inlines leave their variables in the table of the scope around them, with this flag.
COMPREHENSION_VARIABLE = 2 << 8
# Functions and methods whose second argument may be the name of an attribute of the first: `patch.object`, ...
NAMING_CALLS = {"getattr", "getattr_static", "hasattr", "setattr", "delattr", "object", "patch"}
# What is mangled in `class C[__a](__b)` with the name of the class: before 3.13, and in early 3.12, both.
IS_MANGLING_ONLY_PARAMETERS = sys.version_info < (3, 12) or "__b" in [
    symbol.get_name()
    for child in symtable.symtable("class C[__a](__b): pass", "", "exec").get_children()
    for symbol in child.get_symbols()
]
LITERAL = re.compile(r"([rub]{0,2})('''|\"\"\"|'|\")(.*)\2", re.IGNORECASE | re.DOTALL)
WORD = re.compile(r"\w+")
PROBLEM = re.compile(r"(.*?)(:\d+:\d+)?: problem\[(\w+)\] ")

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


# --- Places ---


class Places:
    """Turns CPython's (line, UTF-8 column) into line, column in code points, and stored byte offset."""

    def __init__(self, data):
        self.data = data
        base = len(BOM) if data.startswith(BOM) else 0
        body = data[base:]
        # For bytes these are the line ends of Python's tokenizer: \n, \r and \r\n.
        self.lines = body.splitlines(keepends=True) or [b""]
        self.starts = list(itertools.accumulate(map(len, self.lines), initial=base))
        self.is_ascii = body.isascii()
        self.encoding = "utf-8"
        if not self.is_ascii:
            head = b"\n".join(body.splitlines()[:2])
            self.encoding = tokenize.detect_encoding(io.BytesIO(head).readline)[0]
        self.is_utf8 = self.encoding.lower().replace("_", "-") in ("utf-8", "utf-8-sig")

    def place(self, line, column):
        start = self.starts[line - 1]
        if self.is_ascii:
            return (line, column + 1, start + column)
        stored = self.lines[line - 1]
        if self.is_utf8:
            return (line, len(stored[:column].decode()) + 1, start + column)
        text = stored.decode(self.encoding).encode()[:column].decode()
        return (line, len(text) + 1, start + len(text.encode(self.encoding)))

    def spells(self, offset, name):
        """Whether the identifier at an offset is this name."""
        text = self.data[offset : offset + 8 * len(name) + 8].decode(self.encoding, "ignore")
        word = WORD.match(text)
        return word is not None and unicodedata.normalize("NFKC", word.group()).startswith(name)


# --- Scopes ---


class Scope:
    """A scope of the program, with CPython's table of it. Comprehensions have none: since 3.12 most are inlined."""

    def __init__(self, kind, node, parent, table, private=None):
        self.kind, self.node, self.parent, self.table, self.private = kind, node, parent, table, private
        self.path = parent.path if parent else ()
        if isinstance(node, DEFINITIONS) and kind in ("function", "class"):
            self.path = (*self.path, node.name)
        self.targets = set()
        # Of the type parameters of a class and what is inside of them: the only names that are mangled, with its name.
        self.mangled = parent.mangled if parent and kind != "class" else None
        self.symbols, self.found = {}, {}
        # Only of scopes that imports bind names in: mangled name -> imports, in the order of the file.
        self.imports = collections.defaultdict(list)
        self.has_star = False
        self.waiting = collections.defaultdict(list)
        for child in table.get_children() if table else ():
            self.waiting[child.get_name(), child.get_lineno()].append(child)

    def mangle(self, name):
        if self.private is None or not name.startswith("__") or name.endswith("__"):
            return name
        if self.mangled is not None and name not in self.mangled:
            return name
        stripped = self.private.lstrip("_")
        return f"_{stripped}{name}" if stripped else name

    def take(self, name, line, parameters=None):
        """The table of the child that is visited next."""
        tables = self.waiting.get((name, line))
        if not tables:
            raise Disagreement(f"no table of {name} in line {line}")
        if parameters is not None and len(tables) > 1:
            for index, table in enumerate(tables):
                if set(table.get_parameters()) == parameters:
                    return tables.pop(index)
        return tables.pop(0)

    def symbol(self, name):
        """What CPython says of a mangled name in this very scope. (In the module such a variable changes nothing.)"""
        if name not in self.symbols:
            try:
                symbol = self.table.lookup(name)
            except KeyError:
                symbol = None
            if symbol is not None and self.kind != "module" and symbol._Symbol__flags & COMPREHENSION_VARIABLE:
                symbol = None
            self.symbols[name] = symbol
        return self.symbols[name]

    def resolve(self, name):
        """The scope that binds a mangled name which is evaluated here. Built-ins are taken for the module's."""
        if name not in self.found:
            self.found[name] = self.search(name)
        return self.found[name]

    def search(self, name):
        scope, sees_class, is_global = self, True, False
        while scope.parent is not None:
            if scope.kind == "comprehension":
                if name in scope.targets:
                    return scope
                sees_class = False
            elif scope.kind != "class" or sees_class:
                symbol = scope.symbol(name)
                if symbol is not None and symbol.is_local() and not (is_global and scope.kind != "class"):
                    return scope
                # In a scope of type parameters this may also mean the class around it, which is asked at run time; it
                # means nothing for what is inside of such a scope.
                if symbol is not None and symbol.is_global() and (scope.kind != "types" or sees_class):
                    is_global = True
            if is_global and not (scope.kind == "types" and sees_class):
                break
            sees_class = sees_class and scope.kind == "types"
            scope = scope.parent
        while scope.parent is not None:
            scope = scope.parent
        return scope


class NoFacts(Exception):
    """The tool did not do what was asked."""


class Disagreement(Exception):
    """The tables are not those of the tree: this script does not know CPython well enough."""


class Import:
    """One name that an import statement binds. `reached` is what it stands for, without the dots in front."""

    def __init__(self, node, alias, scope):
        self.node, self.scope = node, scope
        self.level = getattr(node, "level", 0) or 0
        if isinstance(node, ast.Import):
            self.bound = alias.asname or alias.name.partition(".")[0]
            self.reached = alias.name if alias.asname else self.bound
        else:
            self.bound = alias.asname or alias.name
            self.reached = ".".join(filter(None, [node.module, alias.name]))


class Use:
    """An identifier. `steps` are the attributes behind it, innermost first, where each getattr begins a new list; `top`
    is the node with all of them."""

    __slots__ = ("node", "top", "steps", "scope", "is_quoted")

    def __init__(self, node, top, steps, scope, is_quoted):
        self.node, self.top, self.steps, self.scope, self.is_quoted = node, top, steps, scope, is_quoted

    def names(self, reached):
        """The dotted names that it may be told as."""
        name, names = reached, []
        for attributes in self.steps or ((),):
            name = ".".join([name, *attributes])
            names.append(name)
        return names


class Text:
    """A string that may be an annotation."""

    __slots__ = ("node", "scope", "is_annotation")

    def __init__(self, node, scope, is_annotation):
        self.node, self.scope, self.is_annotation = node, scope, is_annotation


def last_name(node):
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", None)


def is_literal_getattr(node):
    return isinstance(node.func, ast.Name) and node.func.id == "getattr" and is_literal_name(node.args[1:2])


def is_literal_name(nodes):
    return any(isinstance(n, ast.Constant) and isinstance(n.value, str) and n.value.isidentifier() for n in nodes)


def stored_names(targets):
    """Names that assigning to some targets binds in the scope itself."""
    todo = list(targets)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, (ast.Tuple, ast.List)):
            todo.extend(node.elts)
        elif isinstance(node, ast.Starred):
            todo.append(node.value)


class Walk:
    """One walk over a tree, in the order in which CPython makes its tables."""

    NO_NODES = {"ctx", "op", "ops", "id", "attr", "arg", "asname", "module", "level", "kind", "conversion", "simple"}
    NO_NODES |= {"is_async", "type_comment", "type_ignores", "rest", "kwd_attrs", "tag", "str"}
    FIELDS = {}

    def __init__(self):
        self.uses, self.texts, self.imports, self.formatted = [], [], [], []
        self.is_quoted = False
        # Nodes that are called, and those whose attribute a literal names.
        self.called, self.named = set(), {}
        self.handlers = {
            ast.Name: self.name,
            ast.Attribute: self.chain,
            ast.Call: self.chain,
            ast.Constant: self.constant,
            ast.JoinedStr: self.joined,
            ast.Lambda: self.anonymous,
            ast.FunctionDef: self.function,
            ast.AsyncFunctionDef: self.function,
            ast.ClassDef: self.class_,
            ast.ListComp: self.comprehension,
            ast.SetComp: self.comprehension,
            ast.DictComp: self.comprehension,
            ast.GeneratorExp: self.comprehension,
            ast.AnnAssign: self.annotated,
            ast.Import: self.import_,
            ast.ImportFrom: self.import_,
            ast.Global: self.nothing,
            ast.Nonlocal: self.nothing,
            ast.Pass: self.nothing,
            ast.MatchSingleton: self.nothing,
        }
        if sys.version_info >= (3, 12):
            self.handlers[ast.TypeAlias] = self.type_alias
            for kind in (ast.TypeVar, ast.ParamSpec, ast.TypeVarTuple):
                self.handlers[kind] = self.type_parameter

    def visit(self, node, scope):
        kind = type(node)
        handler = self.handlers.get(kind)
        if handler is not None:
            handler(node, scope)
            return
        fields = self.FIELDS.get(kind)
        if fields is None:
            fields = tuple(field for field in kind._fields if field not in self.NO_NODES)
            self.FIELDS[kind] = fields
        for field in fields:
            value = getattr(node, field)
            if value.__class__ is list:
                for item in value:
                    if item is not None:
                        self.visit(item, scope)
            elif value is not None and value.__class__ is not str:
                self.visit(value, scope)

    def visit_all(self, nodes, scope):
        for node in nodes:
            if node is not None:
                self.visit(node, scope)

    def nothing(self, node, scope):
        pass

    def name(self, node, scope):
        self.uses.append(Use(node, node, (), scope, self.is_quoted))

    def constant(self, node, scope):
        if node.value.__class__ is str:
            self.texts.append(Text(node, scope, False))

    def joined(self, node, scope):
        self.formatted.append(node)
        for value in node.values:
            if not isinstance(value, ast.Constant):
                self.visit(value, scope)

    def chain(self, node, scope):
        """Attributes, and calls of getattr with a literal, down to what they begin with."""
        top, steps, attributes, later = node, [], [], []
        while True:
            if node.__class__ is ast.Attribute:
                attributes.append(node.attr)
                node = node.value
            elif node.__class__ is ast.Call and is_literal_getattr(node):
                attributes.append(node.args[1].value)
                steps.append(attributes)
                attributes = []
                later.append(node)
                node = node.args[0]
            else:
                break
        steps.append(attributes)
        for call in later:
            self.visit(call.func, scope)
        if node.__class__ is ast.Name:
            steps = tuple(part[::-1] for part in reversed(steps))
            self.uses.append(Use(node, top, steps, scope, self.is_quoted))
        elif node.__class__ is ast.Call:
            # Not one of getattr, or it would have been followed.
            self.called.add(node.func)
            if last_name(node.func) in NAMING_CALLS and is_literal_name(node.args[1:2]):
                self.named[node.args[0]] = node.args[1].value
            self.visit(node.func, scope)
            self.visit_all(node.args, scope)
            self.visit_all(node.keywords, scope)
        else:
            self.visit(node, scope)
        for call in reversed(later):
            # The literal is a string like others.
            self.visit_all(call.args[1:], scope)
            self.visit_all(call.keywords, scope)

    # Scopes

    def enter(self, kind, node, scope, table, private=None):
        return Scope(kind, node, scope, table, private if private is not None else scope.private)

    def leave(self, scope):
        left = [key for key, tables in scope.waiting.items() if tables]
        if left:
            raise Disagreement(f"tables without a scope: {left[:3]}")

    def parameters(self, node, scope):
        arguments = node.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
        return [argument for argument in every if argument is not None]

    def type_scope(self, node, scope):
        """The scope of type parameters, or the one around where there are none."""
        if not getattr(node, "type_params", None):
            return scope
        name = node.name if isinstance(node.name, str) else node.name.id
        private = name if isinstance(node, ast.ClassDef) else None
        types = self.enter("types", node, scope, scope.take(name, node.lineno), private)
        if private is not None and IS_MANGLING_ONLY_PARAMETERS:
            types.mangled = {parameter.name for parameter in node.type_params}
        self.visit_all(node.type_params, types)
        return types

    def function(self, node, scope):
        self.visit_all(node.args.defaults, scope)
        self.visit_all(node.args.kw_defaults, scope)
        self.visit_all(node.decorator_list, scope)
        types = self.type_scope(node, scope)
        for parameter in self.parameters(node, scope):
            if parameter.annotation:
                self.annotation(parameter.annotation, types)
        if node.returns:
            self.annotation(node.returns, types)
        inner = self.enter("function", node, types, types.take(node.name, node.lineno))
        self.visit_all(node.body, inner)
        self.leave(inner)
        if types is not scope:
            self.leave(types)

    def class_(self, node, scope):
        self.visit_all(node.decorator_list, scope)
        types = self.type_scope(node, scope)
        for base in node.bases:
            self.visit(base, types)
        self.visit_all(node.keywords, types)
        inner = self.enter("class", node, types, types.take(node.name, node.lineno), node.name)
        self.visit_all(node.body, inner)
        self.leave(inner)
        if types is not scope:
            self.leave(types)

    def anonymous(self, node, scope):
        self.visit_all(node.args.defaults, scope)
        self.visit_all(node.args.kw_defaults, scope)
        names = {scope.mangle(parameter.arg) for parameter in self.parameters(node, scope)}
        if self.is_quoted:
            # Strings have no tables. Nothing but parameters can be bound in it.
            inner = self.enter("comprehension", node, scope, None)
            inner.targets = names
            self.visit(node.body, inner)
            return
        inner = self.enter("function", node, scope, scope.take("lambda", node.lineno, names))
        self.visit(node.body, inner)
        self.leave(inner)

    def comprehension(self, node, scope):
        first, *others = node.generators
        self.visit(first.iter, scope)
        name = {ast.ListComp: "listcomp", ast.SetComp: "setcomp", ast.DictComp: "dictcomp"}.get(type(node), "genexpr")
        is_inlined = self.is_quoted or not scope.waiting.get((name, node.lineno))
        inner = self.enter("comprehension", node, scope, None if is_inlined else scope.take(name, node.lineno))
        if is_inlined:
            # What stands in it is in the table of the scope around it.
            inner.waiting = scope.waiting
        names = stored_names(generator.target for generator in node.generators)
        inner.targets = {scope.mangle(name) for name in names}
        self.visit(first.target, inner)
        self.visit_all(first.ifs, inner)
        self.visit_all(others, inner)
        if isinstance(node, ast.DictComp):
            self.visit(node.value, inner)
            self.visit(node.key, inner)
        else:
            self.visit(node.elt, inner)
        if not is_inlined:
            self.leave(inner)

    def type_alias(self, node, scope):
        self.visit(node.name, scope)
        types = self.type_scope(node, scope)
        inner = self.enter("types", node, types, types.take(node.name.id, node.lineno))
        self.visit(node.value, inner)
        self.leave(inner)
        if types is not scope:
            self.leave(types)

    def type_parameter(self, node, scope):
        for expression in (getattr(node, "bound", None), getattr(node, "default_value", None)):
            if expression is not None:
                inner = self.enter("types", node, scope, scope.take(node.name, expression.lineno))
                self.visit(expression, inner)
                self.leave(inner)

    # Annotations

    def annotated(self, node, scope):
        self.visit(node.target, scope)
        self.annotation(node.annotation, scope)
        if node.value is not None:
            self.visit(node.value, scope)

    def annotation(self, node, scope):
        """An expression in which strings are annotations too."""
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                self.texts.append(Text(node, scope, True))
        elif isinstance(node, ast.Subscript):
            self.annotation(node.value, scope)
            word = last_name(node.value)
            if word == "Literal":
                self.visit(node.slice, scope)
            elif word == "Annotated" and isinstance(node.slice, ast.Tuple):
                self.annotation(node.slice.elts[0], scope)
                self.visit_all(node.slice.elts[1:], scope)
            else:
                self.annotation(node.slice, scope)
        elif isinstance(node, (ast.Tuple, ast.List)):
            for item in node.elts:
                self.annotation(item, scope)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            self.annotation(node.left, scope)
            self.annotation(node.right, scope)
        elif isinstance(node, ast.Starred):
            self.annotation(node.value, scope)
        else:
            self.visit(node, scope)

    def import_(self, node, scope):
        for alias in node.names:
            if alias.name == "*":
                scope.has_star = True
            else:
                self.imports.append(Import(node, alias, scope))


# --- One file ---


def position(node):
    return (node.lineno, node.col_offset)


def position_of(node):
    """Where a statement or case starts, decorators included."""
    if isinstance(node, ast.match_case):
        return position(node.pattern)
    return min([position(node), *map(position, getattr(node, "decorator_list", ()))])


def end_of(node):
    return (node.end_lineno, node.end_col_offset)


def blocks(node):
    """Lists of statements, handlers and cases right below a node."""
    for part in ("body", "orelse", "finalbody", "handlers", "cases"):
        block = getattr(node, part, None)
        if isinstance(block, list):
            yield block


def last_end(node):
    return end_of(node.body[-1]) if isinstance(node, ast.match_case) else end_of(node)


def class_bindings(node):
    """What the statements of a class body bind, with the places where each name is bound from then on."""
    todo = list(node.body)
    while todo:
        node = todo.pop()
        if isinstance(node, DEFINITIONS):
            yield [node.name], end_of(node)
            continue
        if isinstance(node, ast.Lambda):
            continue
        todo.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.NamedExpr):
            yield [node.target.id], end_of(node)
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            yield list(stored_names([node.target])), end_of(node.iter)
        elif isinstance(node, ast.withitem) and node.optional_vars:
            yield list(stored_names([node.optional_vars])), end_of(node.optional_vars)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield [node.name], position(node.body[0])
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield [alias.asname or alias.name.partition(".")[0] for alias in node.names], end_of(node)
        elif isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
            yield [node.name], end_of(node)
        elif isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            yield list(rebinds(node)), end_of(node)


def rebinds(node):
    """Names that a statement binds or deletes whenever it runs to its end."""
    yield from walruses(node)
    if isinstance(node, ast.Assign):
        yield from stored_names(node.targets)
    elif isinstance(node, ast.AugAssign) or (isinstance(node, ast.AnnAssign) and node.value is not None):
        yield from stored_names([node.target])
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        yield from stored_names(item.optional_vars for item in node.items if item.optional_vars)
    elif isinstance(node, ast.Delete):
        yield from stored_names(node.targets)
    elif isinstance(node, DEFINITIONS):
        yield node.name
    elif type(node).__name__ == "TypeAlias":
        yield node.name.id


def walruses(statement):
    """Names that `:=` binds in those expressions of a statement that are evaluated whenever it runs."""
    todo = [part for part in ast.iter_child_nodes(statement) if not isinstance(part, (ast.stmt, ast.match_case))]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.NamedExpr):
            yield node.target.id
        if isinstance(node, ast.BoolOp):
            todo.append(node.values[0])
        elif isinstance(node, ast.IfExp):
            todo.append(node.test)
        elif isinstance(node, ast.Compare):
            todo += [node.left, node.comparators[0]]
        elif isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            todo.append(node.generators[0].iter)
        elif isinstance(node, ast.arguments):
            todo += [default for default in (*node.defaults, *node.kw_defaults) if default is not None]
        elif isinstance(node, ast.Lambda):
            todo.append(node.args)
        elif not isinstance(node, (ast.ExceptHandler, ast.expr_context)):
            todo.extend(ast.iter_child_nodes(node))


def block_rebinds(node):
    """The same, and names that are bound inside a statement's own blocks before they run."""
    yield from rebinds(node)
    if isinstance(node, (ast.For, ast.AsyncFor)):
        yield from stored_names([node.target])
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name


class File:
    """What CPython knows of one file."""

    def __init__(self, data, path):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.tree = ast.parse(data, path)
            table = symtable.symtable(data, path, "exec")
        self.places = Places(data)
        self.module = Scope("module", self.tree, None, table)
        self.walk = Walk()
        self.walk.visit_all(self.tree.body, self.module)
        self.walk.leave(self.module)
        self.bound = set()
        for item in self.walk.imports:
            self.bind(item)
        # Uses of all names that imports bind somewhere in the file, with their places, by offset.
        self.found = {}
        self.find(self.walk.uses)
        for text in self.walk.texts:
            words = WORD.findall(unicodedata.normalize("NFKC", text.node.value)) if text.is_annotation else ()
            if not self.bound.isdisjoint(words):
                self.find(self.read(text, strict=True))

    @functools.cached_property
    def choices(self):
        """Expressions that are one of several, or the value of `:=`: attributes taken of the whole are taken of them."""
        parts = {ast.BoolOp: ("values",), ast.IfExp: ("body", "orelse"), ast.NamedExpr: ("value",)}
        found = set()
        for node in ast.walk(self.tree):
            for field in parts.get(type(node), ()):
                value = getattr(node, field)
                found.update(map(id, value if isinstance(value, list) else [value]))
        return found

    def bind(self, item):
        """Puts an import where it binds its name; checks that CPython agrees."""
        name = item.scope.mangle(item.bound)
        try:
            symbol = item.scope.table.lookup(name)
        except KeyError:
            symbol = None
        if symbol is None or not symbol.is_imported():
            raise Disagreement(f"no import of {name} in line {item.node.lineno}")
        owner = item.scope if symbol.is_local() else item.scope.resolve(name)
        owner.imports[name].append(item)
        self.bound.update((item.bound, name))

    def find(self, uses):
        bound, place, found = self.bound, self.places.place, self.found
        for use in uses:
            if use.node.id in bound:
                at = place(use.node.lineno, use.node.col_offset)
                found.setdefault(at[2], (use, at))

    @functools.cached_property
    def every(self):
        """Every identifier by offset; for facts that stand at none of the expected ones."""
        return {self.places.place(*position(use.node))[2]: use for use in self.walk.uses}

    def span(self, node):
        return tuple(self.places.place(*at)[2] for at in (position(node), end_of(node)))

    def plain(self, node):
        """What stands between the quotes of a string, and its column; None unless it is one literal without escapes."""
        start, end = self.span(node)
        literal = LITERAL.fullmatch(self.places.data[start:end].decode(self.places.encoding, "replace"))
        if literal is None:
            return None
        prefix, quote, content = literal.groups()
        if quote in content or ("\\" in content and "r" not in prefix.lower()):
            return None
        if content.replace("\r\n", "\n").replace("\r", "\n") != node.value:
            return None
        return content, node.col_offset + len(prefix) + len(quote)

    def read(self, text, strict):
        """The identifiers in a string that is an expression; strictly or, as checkers see it, as if in brackets."""
        node = text.node
        found = self.plain(node)
        if found is None:
            return []
        content, column = found
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                if strict:
                    ast.parse(content, mode="eval")
                expression = ast.parse(f"({content}\n)", mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return []
        shift = column - len("(")
        for part in ast.walk(expression):
            if hasattr(part, "lineno"):
                if part.lineno == 1:
                    part.col_offset += shift
                if part.end_lineno == 1:
                    part.end_col_offset += shift
                part.lineno += node.lineno - 1
                part.end_lineno += node.lineno - 1
        walk = Walk()
        walk.is_quoted = True
        walk.annotation(expression, text.scope)
        uses = walk.uses
        for inner in walk.texts:
            if inner.is_annotation or not strict:
                uses = uses + self.read(inner, strict)
        return uses

    @functools.cached_property
    def strings(self):
        return sorted(((*self.span(text.node), text) for text in self.walk.texts), key=lambda string: string[:2])

    def string_at(self, offset):
        """The string around an offset."""
        index = bisect.bisect_right(self.strings, offset, key=lambda string: string[0]) - 1
        return self.strings[index][2] if index >= 0 and offset < self.strings[index][1] else None

    def in_string(self, offset):
        """The identifier at an offset inside a string."""
        text = self.string_at(offset)
        uses = self.read(text, strict=False) if text else ()
        return next((use for use in uses if self.places.place(*position(use.node))[2] == offset), None)

    def is_formatted(self, offset):
        """Whether a place is in an f-string, which older versions cannot tell the inner places of."""
        return not HAS_PLACES_IN_FORMATTED and any(start <= offset < end for start, end in self.formatted)

    @functools.cached_property
    def formatted(self):
        return [self.span(node) for node in self.walk.formatted]

    # Flow

    def index(self, body, at):
        """Which of a body's statements a place is in."""
        return bisect.bisect_right([position_of(statement) for statement in body], at) - 1

    def is_rebound(self, owner, name, at, deferred):
        """Whether a statement of the scope's own body binds the name anew before a place, and no import does since."""
        body = getattr(owner.node, "body", None)
        if not isinstance(body, list):
            return False
        here = self.index(body, at)
        last = -1
        for index in range(here - 1, -1, -1):
            if any(owner.mangle(bound) == name for bound in rebinds(body[index])):
                last = index
                break
        if last < 0:
            return False
        for item in owner.imports[name]:
            if item.scope is not owner:
                return False
            index = self.index(body, position(item.node))
            if index > last and (deferred or index <= here):
                return False
        return True

    def why_missing(self, use, owner, name):
        """What may lie behind a missing fact; no excuse."""
        at = position(use.node)
        imports = owner.imports[name]
        if use.is_quoted:
            return "in a string"
        if any(item.scope is not owner for item in imports):
            return "bound by an import beneath global or nonlocal"
        if self.is_rebound(owner, name, at, True):
            return "rebound before, in an outer scope"
        nodes, found = [owner.node], False
        while nodes:
            node = nodes.pop()
            for block in blocks(node):
                for item in block:
                    is_around = position_of(item) <= at < last_end(item)
                    is_inside = is_around and any(block and position_of(block[0]) <= at for block in blocks(item))
                    bound = block_rebinds(item) if is_inside else () if is_around else rebinds(item)
                    if position_of(item) <= at and any(owner.mangle(word) == name for word in bound):
                        found = True
                    if is_around and not isinstance(item, DEFINITIONS):
                        nodes.append(item)
        if found:
            return "rebound before, in a block"
        if owner is use.scope and all(position(item.node) > at for item in imports):
            return "before any import"
        symbol = owner.symbol(name)
        if symbol is not None and symbol.is_assigned():
            return "also bound otherwise"
        return "plain"

    def binds_before(self, scope, name, at):
        """Whether anything in a class body binds a name there before a place, reading from above."""
        bindings = (words for words, end in class_bindings(scope.node) if end <= at)
        return any(scope.mangle(word) == name for words in bindings for word in words)


# --- Judging ---


Fact = collections.namedtuple("Fact", "role name level kind bound scope place")
Row = collections.namedtuple("Row", "place name verdict detail")


class Verdicts:
    """What was found in one file."""

    def __init__(self):
        self.counts = collections.Counter()
        self.differences, self.explained = [], []

    def different(self, place, name, verdict, detail=""):
        self.counts[f"different: {verdict}"] += 1
        self.differences.append(Row(place, name, verdict, detail))

    def explain(self, place, name, verdict):
        self.counts[f"explained: {verdict}"] += 1
        self.explained.append(Row(place, name, verdict, ""))


def judge(data, path, facts):
    """Compares the facts of one file."""
    verdicts = Verdicts()
    try:
        file = File(data, path)
    except (RecursionError, MemoryError):
        verdicts.counts["skipped: too deep for CPython"] += 1
        return verdicts
    except (SyntaxError, ValueError, LookupError):
        verdicts.counts["skipped: rejected by CPython"] += 1
        return verdicts
    except Disagreement as error:
        verdicts.different((1, 1, 0), "", "tables do not fit the tree", str(error))
        return verdicts
    verdicts.counts["files compared"] += 1
    told = sound(file, facts, verdicts)
    complete(file, told, verdicts)
    return verdicts


def sound(file, facts, verdicts):
    """Judges each fact; the facts by offset."""
    told, seen = collections.defaultdict(list), set()
    for fact in facts:
        told[fact.place[2]].append(fact)
        verdicts.counts[f"facts: {fact.kind}, {fact.role}"] += 1
        key = (fact.place, fact.role, fact.name, fact.level, fact.kind, fact.bound, fact.scope)
        if key in seen:
            verdicts.different(fact.place, fact.name, "told twice")
        seen.add(key)
        if fact.kind not in ("import", "alias"):
            verdicts.counts[f"skipped: fact bound by {fact.kind}"] += 1
            continue
        use, at = file.found.get(fact.place[2], (None, None))
        if use is None:
            use = file.every.get(fact.place[2]) or file.in_string(fact.place[2])
            at = use and file.places.place(*position(use.node))
        if use is None:
            text = file.string_at(fact.place[2])
            if file.is_formatted(fact.place[2]):
                verdicts.counts["skipped: fact in an f-string"] += 1
            elif text and not file.plain(text.node) and file.places.spells(fact.place[2], fact.bound):
                verdicts.counts["skipped: fact in a string with escapes or of several literals"] += 1
            else:
                verdicts.different(fact.place, fact.name, "no identifier here")
        elif at != fact.place:
            verdicts.different(fact.place, fact.name, "line or column", f"{at} in CPython")
        else:
            judge_fact(file, fact, use, verdicts)
    return told


def is_unclear(use):
    """Whether a type parameter and the class around it bind the name: in bounds CPython then takes the class's."""
    name, scope = use.scope.mangle(use.node.id), use.scope
    while scope.kind == "types" and scope.parent.kind == "types":
        scope = scope.parent
        symbol = scope.symbol(name)
        if symbol is not None and symbol.is_local():
            return use.scope.resolve(name).kind == "class"
    return False


def judge_fact(file, fact, use, verdicts):
    place, scope = fact.place, use.scope
    if use.node.id != fact.bound:
        verdicts.different(place, fact.name, "identifier", f"bound.name {fact.bound}, here stands {use.node.id}")
        return
    if isinstance(use.node.ctx, ast.Store):
        verdicts.different(place, fact.name, "at an assignment")
        return
    if isinstance(use.node.ctx, ast.Del):
        verdicts.explain(place, fact.name, "at a deletion")
        return
    if is_unclear(use):
        verdicts.counts["skipped: fact where class and type parameter bind a name"] += 1
        return
    name = scope.mangle(use.node.id)
    owner = scope.resolve(name)
    wanted = ".".join(owner.path)
    if owner.kind == "class" and fact.scope != wanted and owner is scope and not owner.imports.get(name):
        # LOAD_NAME: what the class does not hold yet is looked up in the module.
        if fact.scope == "" and not file.binds_before(scope, name, position(use.node)):
            verdicts.explain(place, fact.name, "class falls through")
            owner, wanted = file.module, ""
    kind = "lambda" if isinstance(owner.node, ast.Lambda) else owner.kind
    if fact.scope != wanted or (kind in ("comprehension", "types", "lambda") and not owner.imports.get(name)):
        detail = f"bound.scope {fact.scope!r}, CPython {wanted!r} ({kind})"
        verdicts.different(place, fact.name, f"scope of {fact.kind}", detail)
        return
    imports = owner.imports.get(name, ())
    symbol = owner.symbol(name)
    if fact.kind == "alias":
        if symbol is not None and not symbol.is_assigned() and not owner.kind == "module":
            verdicts.different(place, fact.name, "alias that nothing assigns")
        else:
            verdicts.counts["agree: alias"] += 1
        return
    if not imports:
        if owner.has_star and (symbol is None or not symbol.is_local()):
            verdicts.counts["skipped: only a star import can bind it"] += 1
        else:
            verdicts.different(place, fact.name, "not imported", f"scope {wanted!r}")
        return
    is_direct = any(item.scope is owner for item in imports)
    if is_direct and not (symbol is not None and symbol.is_imported()):
        verdicts.different(place, fact.name, "tables do not fit the tree", f"{name} is not imported in {wanted!r}")
        return
    names = {(item.level, known) for item in imports for known in use.names(item.reached)}
    named = file.walk.named.get(use.top)
    if named and (fact.level, fact.name) in {(level, f"{known}.{named}") for level, known in names}:
        verdicts.explain(place, fact.name, "attribute named by a literal")
        return
    if any(fact.level == level and fact.name.startswith(known + ".") for level, known in names) and id(use.top) in file.choices:
        verdicts.explain(place, fact.name, "attribute of a choice")
        return
    if (fact.level, fact.name) not in names:
        shown = ", ".join(sorted("." * level + known for level, known in names)[:3])
        verdicts.different(place, fact.name, "name", f"{'.' * fact.level}{fact.name} is none of {shown}")
        return
    verdicts.counts["agree: facts"] += 1
    if len(use.steps) > 1:
        is_followed = any(fact.name == use.names(item.reached)[-1] for item in imports)
        verdicts.counts["noted: getattr followed" if is_followed else "noted: getattr not followed"] += 1
    if (use.top in file.walk.called) != (fact.role == "call") and not use.is_quoted:
        verdicts.counts[f"noted: role {fact.role}, but CPython sees the other"] += 1
    if not is_direct:
        verdicts.counts["noted: bound beneath global or nonlocal"] += 1


def complete(file, told, verdicts):
    """Judges each use that CPython knows."""
    for offset, (use, at) in file.found.items():
        if not isinstance(use.node.ctx, ast.Load):
            continue
        name = use.scope.mangle(use.node.id)
        owner = use.scope.resolve(name)
        imports = owner.imports.get(name)
        if not imports:
            continue
        verdicts.counts["uses in strings" if use.is_quoted else "uses"] += 1
        facts = [fact for fact in told.get(offset, ()) if fact.kind in ("import", "alias")]
        if facts:
            if all(fact.kind == "alias" for fact in facts):
                verdicts.counts["noted: told of an alias only"] += 1
            else:
                reached = {(item.level, known) for item in imports for known in use.names(item.reached)[-1:]}
                if len(reached) > len({(fact.level, fact.name) for fact in facts if fact.kind == "import"}):
                    verdicts.counts["noted: several imports, some of which are not told"] += 1
            continue
        if file.is_formatted(offset):
            verdicts.counts["skipped: use in an f-string"] += 1
        elif is_unclear(use):
            verdicts.counts["skipped: use where class and type parameter bind a name"] += 1
        elif not file.places.spells(offset, use.node.id):
            verdicts.counts["skipped: no place in CPython"] += 1
        elif is_among(use, owner) and file.is_rebound(owner, name, position(use.node), runs_later(use)):
            verdicts.explain(at, use.names(imports[0].reached)[-1], "rebound before")
        else:
            why = file.why_missing(use, owner, name)
            detail = f"{use.node.id} of {'.'.join(owner.path)!r}, imported in line {imports[0].node.lineno}"
            verdicts.different(at, use.names(imports[0].reached)[-1], f"missing, {why}", detail)


def scopes_to_flow(use):
    """The scope of a use, and those around it as long as they are of comprehensions, which run where they stand."""
    scope = use.scope
    yield scope
    while scope.kind == "comprehension":
        scope = scope.parent
        yield scope


def is_among(use, owner):
    """Whether a use stands among the statements of a scope."""
    return any(scope is owner for scope in scopes_to_flow(use))


def runs_later(use):
    """Whether a use may be evaluated after the statement that it stands in."""
    return use.is_quoted or any(isinstance(scope.node, ast.GeneratorExp) for scope in scopes_to_flow(use))


# --- Files and the tool ---


def python_files(paths):
    for path in paths:
        if os.path.isfile(path):
            yield os.path.abspath(path)
            continue
        for folder, folders, files in os.walk(path):
            folders[:] = sorted(name for name in folders if name not in SKIPPED_FOLDERS)
            for name in sorted(files):
                found = os.path.join(os.path.abspath(folder), name)
                if name.endswith((".py", ".pyi", ".pyw")) and os.path.isfile(found) and not os.path.islink(found):
                    yield found


def run_policy(policy, root, paths):
    """Facts by path, and the paths with a problem, all beneath the root."""
    command = [policy, "facts", "--role", "use", "--role", "call"]
    command += ["--root", ".", "--threads", "1", "--files-from0", "-"]
    names = b"\0".join(os.fsencode(path) for path in paths)
    done = subprocess.run(command, cwd=root, input=names, capture_output=True, check=False)
    told = done.stderr.decode("utf-8", "replace")
    problems = {os.path.normpath(match.group(1)) for match in map(PROBLEM.match, told.splitlines()) if match}
    if done.returncode not in (0, 2) or (done.returncode == 2 and not problems):
        raise NoFacts(f"policy facts ended with {done.returncode}: {told[:2000]}")
    facts = collections.defaultdict(list)
    for line in done.stdout.splitlines():
        fact = json.loads(line)
        if fact["role"] not in ("use", "call"):
            raise NoFacts(f"policy facts told a role that was not asked for: {fact['role']}")
        start = fact["start"]
        bound = fact["bound"] or {"kind": "none", "name": "", "scope": ""}
        place = (start["line"], start["column"], start["offset"])
        entry = Fact(fact["role"], fact["name"], fact["level"], bound["kind"], bound["name"], bound["scope"], place)
        facts[fact["path"]].append(entry)
    return facts, problems


def judge_batch(task):
    """Differences, explained rows and counts of some files."""
    policy, root, paths = task
    sys.setrecursionlimit(20_000)
    facts, problems = run_policy(policy, root, paths)
    counts, differences, explained = collections.Counter(), [], []
    for path in paths:
        with open(os.path.join(root, path), "rb") as file:
            data = file.read()
        shown = path.replace(os.sep, "/")
        found = judge(data, path, facts.pop(shown, []))
        if path in problems:
            counts["skipped: the tool tells a problem"] += 1
            counts["noted: differences in files with a problem"] += len(found.differences)
            continue
        counts.update(found.counts)
        differences += [(path, row) for row in found.differences]
        explained += [(path, row) for row in found.explained]
    for path, entries in facts.items():
        differences.append((path, Row(entries[0].place, entries[0].name, "file that was not asked for", "")))
        counts["different: file that was not asked for"] += 1
    return counts, differences, explained


def package_of(root, path):
    """The first folder of a path, and its version if it holds a wheel's metadata."""
    package = path.split(os.sep)[0]
    folder = os.path.join(root, package)
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    for name in names:
        if name.endswith(".dist-info") and name.lower().startswith(package.lower() + "-"):
            return package, name[len(package) + 1 : -len(".dist-info")]
    return package, ""


def write_csv(name, root, rows):
    versions = {}
    with open(name, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["package", "version", "path", "line", "name", "verdict"])
        for path, row in rows:
            top = path.split(os.sep)[0]
            if top not in versions:
                versions[top] = package_of(root, path)
            writer.writerow([*versions[top], path, row.place[0], row.name, row.verdict])


def row_order(entry):
    path, row = entry
    return path, row.place, row.verdict, row.name


def compare(policy, root, files, jobs=1, batch=500):
    """Counts, differences and what is explained, of files beneath a folder."""
    policy, root = os.path.abspath(policy), os.path.abspath(root)
    tasks = [(policy, root, files[at : at + batch]) for at in range(0, len(files), batch)]
    counts, differences, explained = collections.Counter(), [], []
    with multiprocessing.Pool(jobs) as pool:
        try:
            for part, *rows in pool.imap(judge_batch, tasks):
                counts.update(part)
                differences += rows[0]
                explained += rows[1]
        except NoFacts as error:
            print(error, file=sys.stderr)
            sys.exit(2)
    return counts, sorted(differences, key=row_order), sorted(explained, key=row_order)


def show(files, counts, differences, limit):
    print(f"{'files':70}{len(files):>10}   CPython {sys.version.split()[0]}")
    for name, count in sorted(counts.items()):
        print(f"{name:70}{count:>10}")
    print(f"{'differences':70}{len(differences):>10}")
    for path, row in differences[:limit]:
        line, column, _ = row.place
        print(f"    ! {path}:{line}:{column}: {row.verdict}: {row.name}" + (f" ({row.detail})" if row.detail else ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", help="Python files and folders")
    parser.add_argument("--policy", required=True, help="the binary")
    parser.add_argument("--list", help="a file with further paths, one a line")
    parser.add_argument("--root", help="what paths are shown from; by default the folder that holds all of them")
    parser.add_argument("--limit", type=int, help="how many files, at random")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--batch", type=int, default=500, help="files of one `policy` process")
    parser.add_argument("--csv", help="where to write differences and what is explained")
    parser.add_argument("--show", type=int, default=30, help="how many differences to print")
    options = parser.parse_args()
    paths = list(options.paths)
    if options.list:
        with open(options.list, encoding="utf-8", errors="surrogateescape") as file:
            paths += file.read().splitlines()
    files = sorted(set(python_files(paths)))
    if not files:
        parser.error("no Python files")
    root = os.path.abspath(options.root) if options.root else None
    if root is None:
        absolute = [os.path.abspath(path) for path in paths]
        root = os.path.commonpath([path if os.path.isdir(path) else os.path.dirname(path) for path in absolute])
    if options.limit is not None and options.limit < len(files):
        files = sorted(random.Random(options.seed).sample(files, options.limit))
    files = [os.path.relpath(path, root) for path in files]
    counts, differences, explained = compare(options.policy, root, files, options.jobs, options.batch)
    if options.csv:
        rows = differences + [(path, row._replace(verdict=f"explained: {row.verdict}")) for path, row in explained]
        write_csv(options.csv, root, sorted(rows, key=row_order))
    show(files, counts, differences, options.show)
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
