"""What the names in a Python file are bound by, as CPython's own tree tells: scopes, bindings, and dotted expressions.

No flow is followed: a name belongs to the innermost scope that binds it, and to all bindings that it has there. For the
comparisons with other tools, which need someone to decide. Needs CPython 3.12 or newer, whose tree has the true places
of what stands in f-strings.
"""

import ast
import os
import sys
from dataclasses import dataclass, field

from statements import File, column, decoded_lines

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
IMPORTERS = ("import_module", "__import__", "importorskip")
sys.setrecursionlimit(max(sys.getrecursionlimit(), 20_000))


@dataclass(eq=False)
class Binding:
    kind: str  # import, from, assignment, parameter, definition, annotation, delete, or what else binds a name
    line: int
    offset: int  # from 0, in bytes of UTF-8
    name: str  # what an import names, as written and without dots in front: `a`, `a.b`, `module.name`
    level: int = 0
    value: ast.AST | None = None  # of `x = value`
    scope: object = None  # where the name is bound
    within: object = None  # where the statement stands; another scope after `global`
    order: int = 0  # among the file's bindings, as they are run
    end: tuple = ()  # (line, offset) after what binds
    is_outside: bool = False  # bound by way of `global` or `nonlocal`

    @property
    def is_import(self):
        return self.kind in ("import", "from")


@dataclass(eq=False, repr=False)
class Scope:
    kind: str  # module, class, function, lambda, comprehension, types
    name: str
    parent: object = None
    bound: dict = field(default_factory=dict)  # name -> bindings
    outside: dict = field(default_factory=dict)  # name -> "global" or "nonlocal"
    stars: list = field(default_factory=list)  # star imports, as bindings of `*`
    bases: list = field(default_factory=list)  # of a class: the last names of what it inherits from

    @property
    def path(self):
        """Names of the classes and functions around, joined by dots."""
        scope, parts = self, []
        while scope:
            if scope.kind in ("class", "function"):
                parts.append(scope.name)
            scope = scope.parent
        return ".".join(reversed(parts))


@dataclass(eq=False)
class Dotted:
    """`root.attribute.attribute`, as long as it is."""

    root: ast.Name
    attributes: list
    node: ast.AST
    scope: Scope
    order: int  # how many bindings of the file stand before it

    def tail(self, name):
        return ".".join([name, *self.attributes])


def own_statements(body):
    """Statements of a scope, those in its blocks included, without what nested scopes hold."""
    todo = list(body)
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            for _, value in ast.iter_fields(node):
                parts = value if isinstance(value, list) else [value]
                todo.extend(x for x in parts if isinstance(x, (ast.stmt, ast.excepthandler, ast.match_case)))


def called(call):
    """The last name of what is called."""
    return getattr(call.func, "attr", getattr(call.func, "id", None))


def unfold(node):
    """(root, attributes, step) for each dotted expression whose value an expression may be. A module that is imported by
    a call is told by its name; `step` is then "dynamic"."""
    attributes = []
    while isinstance(node, ast.Attribute):
        attributes.insert(0, node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        yield node, attributes, None
    elif isinstance(node, (ast.BoolOp, ast.IfExp)):
        for part in node.values if isinstance(node, ast.BoolOp) else (node.body, node.orelse):
            yield from ((root, [*more, *attributes], step) for root, more, step in unfold(part))
    elif isinstance(node, ast.NamedExpr):
        yield from ((root, [*more, *attributes], step) for root, more, step in unfold(node.value))
    elif isinstance(node, ast.Subscript) and getattr(node.value, "attr", None) == "modules":
        if isinstance(getattr(node.slice, "value", None), str):
            yield node.slice.value, attributes, "dynamic"
    elif isinstance(node, ast.Call) and node.args:
        words = [getattr(argument, "value", None) for argument in node.args]
        if called(node) in IMPORTERS and isinstance(words[0], str):
            yield words[0], attributes, "dynamic"
        elif called(node) == "getattr" and len(words) > 1 and isinstance(words[1], str):
            for root, more, _ in unfold(node.args[0]):
                yield root, [*more, words[1], *attributes], "dynamic"


class Bindings:
    """One file. Raises what `ast.parse` raises."""

    def __init__(self, root, path):
        self.file = File(root, path)
        self.lines = decoded_lines(self.file.data)
        self.module = Scope("module", "")
        self.dotted = {}  # (line, offset) -> the longest dotted expression that starts there
        self.strings = []  # (node, scope)
        self.calls = []  # (node, scope), with subscripts of `sys.modules`
        self.members = []  # (target, value, scope) of each `name.attribute = value`
        self.declared = set()  # lines with `global` or `nonlocal`
        self.classes = {}  # name -> scopes
        self.above = {}  # root -> the attribute right above it
        self.imports = {}  # (line, offset of the alias) -> binding
        self.pending = []
        self.block(self.file.tree.body, self.module)
        for order, (scope, name, binding) in enumerate(self.pending):
            binding.scope, binding.within, binding.order = self.binder(scope, name), scope, order
            binding.is_outside = name in scope.outside
            binding.scope.bound.setdefault(name, []).append(binding)

    # Places

    def place(self, node):
        return node.lineno, column(self.lines, node.lineno, node.col_offset)

    def end(self, node):
        return node.end_lineno, column(self.lines, node.end_lineno, node.end_col_offset)

    def key(self, line, code_points):
        """(line, offset) of a line and column as tools tell them."""
        if not 0 < line <= len(self.lines):
            return line, -1
        return line, len(self.lines[line - 1].decode("utf-8", "replace")[: code_points - 1].encode())

    def at(self, line, code_points):
        return self.dotted.get(self.key(line, code_points))

    def string_at(self, line, code_points):
        """The string literal around a place, with its scope."""
        place = self.key(line, code_points)
        for node, scope in self.strings:
            if (node.lineno, node.col_offset) <= place < (node.end_lineno, node.end_col_offset):
                return node, scope
        return None

    # Resolution

    def binder(self, scope, name):
        """The scope that a binding in `scope` binds in."""
        told = scope.outside.get(name)
        if told == "global":
            return self.module
        if told == "nonlocal":
            found = self.scope_of(name, scope.parent)
            return found or scope
        return scope

    def scope_of(self, name, scope):
        """The scope whose binding a name in `scope` means; None for a builtin or an unknown name."""
        inner = None
        while scope:
            visible = scope.kind != "class" or inner is None or inner.kind == "types"
            if visible and scope.outside.get(name) == "global":
                return self.module if name in self.module.bound else None
            if visible and name in scope.bound:
                return scope
            inner, scope = scope, scope.parent
        return None

    def bindings_of(self, name, scope, order=None):
        """All bindings of a name where it belongs. In a class body the name that is not bound yet is the outer one."""
        found = self.scope_of(name, scope)
        bindings = found.bound[name] if found else []
        in_body = found is scope and scope.kind == "class" and order is not None
        if in_body and not any(binding.order < order for binding in bindings):
            return self.bindings_of(name, scope.parent)
        return bindings

    def values_of(self, binding, attribute):
        """(place, value, scope of the value) of what a class, `self` or `cls` has by a name: what the class binds by that
        name (for an import, that binding), and what methods assign to it."""
        owner = self.owner(binding)
        owners = self.lineage(owner) if owner else []
        for scope in owners:
            for bound in scope.bound.get(attribute, ()):
                if bound.is_import or bound.value is not None:
                    yield (bound.line, bound.offset), bound if bound.is_import else bound.value, scope
        for target, value, scope in self.members if owners else ():
            if target.attr == attribute:
                bindings = self.bindings_of(target.value.id, scope)
                if any(self.owner(first) in owners for first in bindings):
                    yield self.last(target), value, scope

    def owner(self, binding):
        """The class itself, or that of a method's `self` or `cls`."""
        if binding.kind == "definition":
            return next((c for c in self.classes.get(binding.name, ()) if binding.scope in (c.parent, c.parent.parent)), None)
        outer = binding.scope.parent
        is_first = binding.kind == "parameter" and binding.name in ("self", "cls")
        return outer if is_first and outer and outer.kind == "class" else None

    def lineage(self, owner):
        """A class, and what it inherits from in the file, by name."""
        found = [owner]
        for scope in found:
            found += [base for name in scope.bases for base in self.classes.get(name, ()) if base not in found]
        return found

    def last(self, node):
        """(line, offset) of the name at the end of `value.name`."""
        return node.end_lineno, node.end_col_offset - len(node.attr.encode())

    def handed(self, dotted):
        """The literals that stand right after an expression in a call, as in `getattr(x, "name")`, and what is called."""
        for call, _ in self.calls:
            if len(getattr(call, "args", ())) > 1 and call.args[0] is dotted.node:
                word = getattr(call.args[1], "value", None)
                if isinstance(word, str):
                    yield word, called(call)

    def is_unbinding(self, place):
        """Whether a place (line, offset) is that of a use, or in a `global` or `nonlocal` statement."""
        return place is not None and (place in self.dotted or place[0] in self.declared)

    def quoted_at(self, line, code_points):
        """The dotted expression at a place in a literal, as in annotations; literals on one line without escapes."""
        literal = self.string_at(line, code_points)
        return self.within(*literal, self.key(line, code_points)) if literal else None

    def within(self, literal, scope, place):
        text = literal.value
        if literal.lineno != literal.end_lineno or not isinstance(text, str):
            return None
        source = self.lines[literal.lineno - 1][literal.col_offset : literal.end_col_offset]
        begin = source.find(text.encode())
        if begin < 1:
            return None
        base = literal.col_offset + begin - 1  # for the bracket, within which spaces count for nothing
        for node in ast.walk(ast.parse(f"({text})", mode="eval")):
            offset = base + getattr(node, "col_offset", -1)
            if isinstance(node, ast.Attribute | ast.Name) and offset == place[1]:
                (root, attributes, _), *_ = [*unfold(node), (None, None, None)]
                return Dotted(root, attributes, node, scope, len(self.pending)) if root else None
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                end = base + node.end_col_offset
                if offset < place[1] < end:
                    node.lineno = node.end_lineno = literal.lineno
                    node.col_offset, node.end_col_offset = offset, end
                    return self.within(node, scope, place)
        return None

    def full(self, binding):
        """The absolute names that an import may reach: by `__init__.py` and by root for relative ones."""
        if not binding.level:
            return {binding.name}
        folder = os.path.dirname(self.file.path)
        found = set()
        for package in {self.file.package, tuple(folder.split("/")) if folder else ()}:
            keep = len(package) - (binding.level - 1)
            if keep >= 1:
                found.add(".".join([*package[:keep], binding.name]))
        return found

    # The walk

    def bind(self, scope, name, kind, node, **more):
        imported, end = more.pop("imported", name), (node.end_lineno, node.end_col_offset)
        binding = Binding(kind, node.lineno, node.col_offset, imported, end=end, **more)
        self.pending.append((scope, name, binding))
        return binding

    def block(self, body, scope):
        if scope.kind != "module":
            for node in own_statements(body):
                if isinstance(node, (ast.Global, ast.Nonlocal)):
                    scope.outside.update(dict.fromkeys(node.names, type(node).__name__.lower()))
                    self.declared.update(range(node.lineno, node.end_lineno + 1))
        for node in body:
            self.visit(node, scope)

    def visit(self, node, scope):
        handler = getattr(self, "visit_" + type(node).__name__, None)
        if handler:
            handler(node, scope)
        else:
            self.children(node, scope)

    def children(self, node, scope):
        for child in ast.iter_child_nodes(node):
            self.visit(child, scope)

    def visit_all(self, nodes, scope):
        for node in nodes:
            if node is not None:
                self.visit(node, scope)

    def visit_Import(self, node, scope):
        for alias in node.names:
            bound = alias.asname or alias.name.split(".")[0]
            name = alias.name if alias.asname else bound
            self.imports[alias.lineno, alias.col_offset] = self.bind(scope, bound, "import", alias, imported=name)

    def visit_ImportFrom(self, node, scope):
        for alias in node.names:
            name = f"{node.module}.{alias.name}" if node.module else alias.name
            if alias.name == "*":
                star = Binding("star", alias.lineno, alias.col_offset, node.module or "", node.level or 0, scope=scope)
                scope.stars.append(star)
                continue
            bound = alias.asname or alias.name
            binding = self.bind(scope, bound, "from", alias, imported=name, level=node.level or 0)
            self.imports[alias.lineno, alias.col_offset] = binding

    def visit_function(self, node, scope):
        self.visit_all([*node.decorator_list, *node.args.defaults, *node.args.kw_defaults], scope)
        outer = self.types(node, scope)
        parameters = self.parameters(node.args)
        self.visit_all([p.annotation for p in parameters] + [node.returns], outer)
        self.bind(scope, node.name, "definition", node)
        inner = Scope("function", node.name, outer)
        for parameter in parameters:
            self.bind(inner, parameter.arg, "parameter", parameter)
        self.block(node.body, inner)

    visit_FunctionDef = visit_AsyncFunctionDef = visit_function

    @staticmethod
    def parameters(args):
        return [*args.posonlyargs, *args.args, *args.kwonlyargs, *filter(None, [args.vararg, args.kwarg])]

    def types(self, node, scope):
        """The scope of type parameters, where there are any."""
        if not getattr(node, "type_params", None):
            return scope
        inner = Scope("types", "", scope)
        for parameter in node.type_params:
            self.bind(inner, parameter.name, "type parameter", parameter)
            self.children(parameter, inner)
        return inner

    def visit_Lambda(self, node, scope):
        self.visit_all(node.args.defaults + node.args.kw_defaults, scope)
        inner = Scope("lambda", "", scope)
        for parameter in self.parameters(node.args):
            self.bind(inner, parameter.arg, "parameter", parameter)
        self.visit(node.body, inner)

    def visit_ClassDef(self, node, scope):
        self.visit_all(node.decorator_list, scope)
        outer = self.types(node, scope)
        self.visit_all([*node.bases, *[k.value for k in node.keywords]], outer)
        inner = Scope("class", node.name, outer, bases=[getattr(b, "attr", getattr(b, "id", None)) for b in node.bases])
        self.classes.setdefault(node.name, []).append(inner)
        self.block(node.body, inner)
        self.bind(scope, node.name, "definition", node)

    def visit_TypeAlias(self, node, scope):
        self.visit(node.name, scope)
        self.visit(node.value, self.types(node, scope))

    def comprehension(self, node, scope):
        inner = Scope("comprehension", "", scope)
        for index, part in enumerate(node.generators):
            self.visit(part.iter, inner if index else scope)
            self.visit(part.target, inner)
            self.visit_all(part.ifs, inner)
        self.visit_all([getattr(node, key, None) for key in ("key", "value", "elt")], inner)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = comprehension

    def visit_NamedExpr(self, node, scope):
        self.visit(node.value, scope)
        target = scope
        while target.kind == "comprehension":
            target = target.parent
        self.bind(target, node.target.id, "assignment", node.target, value=node.value)

    def visit_Assign(self, node, scope):
        self.visit(node.value, scope)
        for target in node.targets:
            self.assign(target, node.value, scope)

    def assign(self, target, value, scope):
        parts = [getattr(part, "elts", ()) for part in (target, value)]
        if isinstance(target, ast.Name):
            self.bind(scope, target.id, "assignment", target, value=value)
        elif parts[0] and len(parts[0]) == len(parts[1]) and not any(isinstance(x, ast.Starred) for x in sum(parts, [])):
            for pair in zip(*parts):
                self.assign(*pair, scope)
        else:
            self.member(target, value, scope)
            self.visit(target, scope)

    def member(self, target, value, scope):
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and value:
            self.members.append((target, value, scope))

    def visit_AugAssign(self, node, scope):
        self.visit(node.value, scope)
        self.visit(node.target, scope)
        if isinstance(node.target, ast.Name):
            self.use(node.target, [], node.target, scope)

    def visit_AnnAssign(self, node, scope):
        self.visit_all([node.annotation, node.value], scope)
        if isinstance(node.target, ast.Name):
            kind = "assignment" if node.value else "annotation"
            self.bind(scope, node.target.id, kind, node.target, value=node.value)
        else:
            self.assign(node.target, node.value, scope)

    def visit_ExceptHandler(self, node, scope):
        self.visit_all([node.type], scope)
        if node.name:
            self.bind(scope, node.name, "handler", node)
        self.visit_all(node.body, scope)

    def visit_MatchAs(self, node, scope):
        if node.name:
            self.bind(scope, node.name, "pattern", node)
        self.children(node, scope)

    visit_MatchStar = visit_MatchAs

    def visit_MatchMapping(self, node, scope):
        if node.rest:
            self.bind(scope, node.rest, "pattern", node)
        self.children(node, scope)

    def visit_Name(self, node, scope):
        if isinstance(node.ctx, ast.Load):
            self.use(node, [], node, scope)
        else:
            self.bind(scope, node.id, "delete" if isinstance(node.ctx, ast.Del) else "assignment", node)

    def visit_Attribute(self, node, scope):
        attributes, inner = [], node
        while isinstance(inner, ast.Attribute):
            attributes.append(inner.attr)
            last, inner = inner, inner.value
        if isinstance(inner, ast.Name):
            self.above[inner] = last
            self.use(inner, attributes[::-1], node, scope)
        else:
            self.visit(inner, scope)

    def visit_Call(self, node, scope):
        self.calls.append((node, scope))
        self.children(node, scope)

    def visit_Subscript(self, node, scope):
        if getattr(node.value, "attr", None) == "modules":
            self.calls.append((node, scope))
        self.children(node, scope)

    def visit_Constant(self, node, scope):
        if isinstance(node.value, (str, bytes)):
            self.strings.append((node, scope))

    def use(self, root, attributes, node, scope):
        found = Dotted(root, attributes, node, scope, len(self.pending))
        self.dotted[root.lineno, root.col_offset] = found
        self.dotted.setdefault((node.lineno, node.col_offset), found)  # `(root).attribute` starts before its root


def load(root, path):
    """The bindings of a file, or None where CPython refuses it."""
    try:
        return Bindings(root, path)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
