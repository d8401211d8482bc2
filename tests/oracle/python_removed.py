#!/usr/bin/env python3
"""Find the standard library names that left Python, and check a rule pack against that.

Run it with Python 3.9 or later (the `check` command also needs PyYAML):

    python_removed.py dump --into DUMPS python2.7 python3.8 python3.9 python3.10 ...
    python_removed.py compare DUMPS                  # what disappears from one version to the next
    python_removed.py warnings DUMPS                 # what warns, at import, on access, or in the source
    python_removed.py check DUMPS PACK [TABLE]       # does the pack agree with the dumps (and the module table)?

`dump` starts each given interpreter on the probe below and keeps its answer as `DUMPS/MAJOR.MINOR.json`.
An interpreter that cannot be started as a program (one compiled to WebAssembly, say) takes part too:

    python_removed.py probe > probe.py               # run this text in it; it leaves JSON text in RESULT,
                                                     # to be stored as DUMPS/3.15.json

What a dump holds, for each module of the standard library that is neither private nor a test:
every attribute with its kind, `all` (in `__all__`), `own` (defined there), `constant` (a plain value without
`__module__`), `foreign` (defined elsewhere, so most likely only an import), `module`; deprecation warnings on import
and on access, also of names that only a module-level `__getattr__` gives; and the top-level functions and
classes whose source raises a deprecation warning.

`compare` prints names of the first three kinds; what of that was ever public is decided by hand (see HIDDEN
below for the families that are left out as a whole, and rules/SOURCES.md for the rest).
"""

import argparse
import ast
import json
import pathlib
import re
import subprocess
import sys

PROBE = r"""
import ast, importlib, io, json, os, pkgutil, sys, types, warnings, zipimport
try:
    import importlib.util
except ImportError:
    pass
SKIP = set("antigravity this test idlelib turtledemo site sitecustomize usercustomize pip setuptools wheel "
           "pkg_resources _distutils_hack distutils-precedence easy_install "
           "pyodide pyodide_js js _pyodide micropip".split())
def skipped(name):
    parts = name.split(".")
    return (parts[0] in SKIP or any(p.startswith("_") and p not in ("__future__", "__builtin__") for p in parts)
            or any(p in ("test", "tests", "pip", "idle_test", "__main__") for p in parts))
def under_site(p):
    return "site-packages" in p or "dist-packages" in p
def find():
    names = set(n for n in sys.builtin_module_names)
    paths = [p for p in sys.path if p and not under_site(p)]
    base = os.path.dirname(os.__file__)
    if base not in paths:
        paths.append(base)
    for _, name, _ in pkgutil.iter_modules(paths):
        names.add(name)
    names |= set(getattr(sys, "stdlib_module_names", ()))
    names |= set(("os.path", "collections.abc"))  # modules that no finder lists
    return sorted(n for n in names if not skipped(n))
def source(name, module):
    try:
        loader = getattr(module, "__loader__", None) or pkgutil.get_loader(name)
        text = loader.get_source(name)
        if text:
            return text
    except Exception:
        pass
    own = getattr(getattr(module, "__spec__", None), "name", name)
    for each in (name, own):  # a frozen module, or one that stands under another name
        for path in sys.path:
            try:
                if path.endswith(".zip"):
                    return zipimport.zipimporter(os.path.join(path, *each.split(".")[:-1])).get_source(each)
                with io.open(os.path.join(path, *each.split(".")) + ".py", encoding="utf-8") as f:
                    return f.read()
            except Exception:
                pass
def warned(record):
    out = []
    for w in record:
        if issubclass(w.category, (DeprecationWarning, PendingDeprecationWarning, FutureWarning)):
            out.append(w.category.__name__ + ": " + str(w.message))
    return out
def kind(name, module, attribute, public):
    try:
        value = getattr(module, attribute)
    except Exception:
        return None
    if attribute in public:
        return "all"
    if isinstance(value, types.ModuleType):
        return "module"
    try:
        home = getattr(value, "__module__", None)
    except Exception:
        home = None
    if home is None:
        if isinstance(value, types.BuiltinFunctionType):
            return "own"
        return "constant"
    if home == name or home == "_" + name or home.startswith("_") and not hasattr(module, "__file__"):
        return "own"
    return "foreign"
def string_of(node):
    kind = type(node).__name__
    return node.value if kind == "Constant" else node.s if kind == "Str" else None
def text_of(node):
    parts = []
    for n in ast.walk(node):
        s = string_of(n)
        if isinstance(s, str):
            parts.append(s)
    return " ".join(parts)[:200]
def warns(node):
    for n in ast.walk(node):
        if not isinstance(n, ast.Call):
            continue
        f = n.func
        called = getattr(f, "attr", None) or getattr(f, "id", None)
        inside = [getattr(x, "id", None) or getattr(x, "attr", None) for x in ast.walk(n)]
        if called in ("_deprecated", "deprecated", "_deprecate_method"):
            return text_of(n) or "deprecated"
        kinds = ("DeprecationWarning", "PendingDeprecationWarning")
        if called in ("warn", "warn_explicit") and any(k in inside for k in kinds):
            return text_of(n) or "warn"
    return None
def scan(text):
    found, strings = {}, set()
    try:
        tree = ast.parse(text)
    except Exception:
        return found, strings
    for n in ast.walk(tree):
        s = string_of(n)
        if isinstance(s, str) and 1 < len(s) < 60:
            for part in s.replace(",", " ").split():
                if part and (part[0].isalpha() or part[0] == "_") and part.replace("_", "a").isalnum():
                    strings.add(part)
    for n in tree.body:
        if isinstance(n, (ast.FunctionDef, ast.ClassDef)) or type(n).__name__ == "AsyncFunctionDef":
            where = n
            if isinstance(n, ast.ClassDef):
                hit = None
                for d in n.decorator_list:
                    hit = hit or warns(ast.Expr(value=d))
                for m in n.body:
                    names = ("__init__", "__new__", "__init_subclass__", "__subclasscheck__")
                    if isinstance(m, ast.FunctionDef) and m.name in names:
                        hit = hit or warns(m)
            else:
                hit = warns(n)
            if hit:
                found[n.name] = hit
        elif isinstance(n, ast.Expr):
            hit = warns(n)
            if hit:
                found["(module)"] = hit
    return found, strings
def probe():
    answer = {"version": "%d.%d" % sys.version_info[:2], "full": sys.version.split()[0], "platform": sys.platform,
              "modules": {}, "failed": {}}
    todo = find()
    done = set()
    while todo:
        name = todo.pop(0)
        if name in done:
            continue
        done.add(name)
        entry = {}
        try:
            with warnings.catch_warnings(record=True) as record:
                warnings.simplefilter("always")
                module = importlib.import_module(name)
            if warned(record):
                entry["import"] = warned(record)
        except BaseException as e:
            answer["failed"][name] = type(e).__name__ + ": " + str(e)[:120]
            continue
        public = set()
        try:
            public = set(str(n) for n in module.__all__)
        except Exception:
            pass
        names, access = {}, {}
        if getattr(module, "__path__", None) is not None:
            for _, child, _ in pkgutil.iter_modules(list(module.__path__)):
                full = name + "." + child
                if not skipped(full):
                    todo.append(full)
        text = source(name, module)
        deprecated, strings = scan(text) if text else ({}, set())
        wanted = set(dir(module)) | public
        if hasattr(module, "__getattr__"):
            wanted |= strings | set(("__version__", "__date__", "version", "VERSION"))
            for key, value in list(vars(module).items()):
                if isinstance(value, types.ModuleType):
                    wanted |= set(n for n in getattr(value, "__all__", ()) if isinstance(n, str))
                if "deprecated" in key and isinstance(value, (set, frozenset, dict, tuple, list)):
                    wanted |= set(v for v in value if isinstance(v, str))
        for attribute in sorted(wanted):
            if attribute.startswith("_") and attribute not in public and attribute not in ("__version__", "__date__"):
                continue
            with warnings.catch_warnings(record=True) as record:
                warnings.simplefilter("always")
                k = kind(name, module, attribute, public)
            if k is None:
                continue
            names[attribute] = k
            if warned(record):
                access[attribute] = warned(record)[0]
                if k != "all":
                    names[attribute] = "own"
        entry["names"] = names
        if access:
            entry["access"] = access
        if deprecated:
            entry["source"] = deprecated
        answer["modules"][name] = entry
    return json.dumps(answer, indent=0, sort_keys=True)
_out, _err = sys.stdout, sys.stderr
try:
    sys.stdout = sys.stderr = open(os.devnull, "w")
    RESULT = probe()
finally:
    sys.stdout, sys.stderr = _out, _err
"""

# Families of names that come and go with the platform, the build, or the version; `compare` leaves them out.
HIDDEN = re.compile(
    r"^(errno|socket|signal|fcntl|curses(\.\w+)?|termios|resource|select|posix|nt|os|ssl|"
    r"opcode|dis|sre_\w+|symbol|tkinter(\.\w+)?|zlib|crypt|stat|locale|mmap|winreg|msvcrt|lib2to3(\.\w+)*|"
    r"distutils(\.\w+)*|ctypes\.macholib(\.\w+)*)"
    r"\.[A-Z][A-Z0-9_]*$"
)

# What the dumps cannot show, and why.
UNSEEN = dict.fromkeys("webbrowser.MacOS webbrowser.MacOSX webbrowser.MacOSXOSAScript".split(), "macOS only")
UNSEEN.update(
    dict.fromkeys(
        "asyncio.WindowsProactorEventLoopPolicy asyncio.WindowsSelectorEventLoopPolicy _winreg winreg".split(),
        "Windows only",
    )
)
UNSEEN.update(
    dict.fromkeys(
        "dl gdbm imageop sunaudiodev ssl.PROTOCOL_SSLv2 ssl.PROTOCOL_SSLv3".split(), "left out by usual builds"
    )
)
UNSEEN.update(
    dict.fromkeys(
        "sys.last_exc sys.last_traceback sys.last_type sys.last_value sys.exc_type sys.exc_value".split(),
        "set by an unhandled exception",
    )
)
UNSEEN.update(
    dict.fromkeys(
        "html.parser.HTMLParseError importlib.abc.PyLoader importlib.abc.PyPycLoader".split(),
        "gone before 3.6, the first Python 3 compared",
    )
)

# The removals that What's New lists for the versions of which no native interpreter was at hand, checked by hand.
LISTED = {
    "3.14": """ast.Bytes ast.Ellipsis ast.NameConstant ast.Num ast.Str asyncio.AbstractChildWatcher
        asyncio.FastChildWatcher asyncio.MultiLoopChildWatcher asyncio.PidfdChildWatcher
        asyncio.SafeChildWatcher asyncio.ThreadedChildWatcher
        asyncio.get_child_watcher asyncio.set_child_watcher importlib.abc.ResourceReader importlib.abc.Traversable
        importlib.abc.TraversableResources pkgutil.find_loader pkgutil.get_loader pty.master_open pty.slave_open
        sqlite3.version sqlite3.version_info urllib.parse.Quoter urllib.request.FancyURLopener
        urllib.request.URLopener""",
    "3.15": """ctypes.SetPointerType glob.glob0 glob.glob1 http.server.CGIHTTPRequestHandler platform.java_ver
        sre_compile         sre_constants sre_parse typing.no_type_check_decorator""",
}


def order(version):
    return tuple(int(part) for part in version.split("."))


def read(folder):
    dumps = {}
    for path in pathlib.Path(folder).glob("*.json"):
        dump = json.loads(path.read_text())
        dumps[dump["version"]] = dump
    return {version: dumps[version] for version in sorted(dumps, key=order)}


def make(into, interpreters):
    folder = pathlib.Path(into)
    folder.mkdir(parents=True, exist_ok=True)
    for interpreter in interpreters:
        answer = subprocess.run(
            [
                interpreter,
                "-E",
                "-s",
                "-S",
                "-c",
                PROBE + "\nsys.stdout.write(RESULT)\nsys.stdout.flush()\nos._exit(0)\n",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=True,
            timeout=600,
        ).stdout.decode()
        dump = json.loads(answer)
        (folder / (dump["version"] + ".json")).write_text(answer)
        print(
            "%s: %d modules, %d names, %d modules failed to import"
            % (
                dump["full"],
                len(dump["modules"]),
                sum(len(m["names"]) for m in dump["modules"].values()),
                len(dump["failed"]),
            )
        )


def public(entry):
    return {name for name, kind in entry["names"].items() if kind in ("all", "own", "constant")}


def compare(dumps):
    versions = list(dumps)
    for old, new in zip(versions, versions[1:]):
        before, after = dumps[old], dumps[new]
        gone = [m for m in before["modules"] if m not in after["modules"] and m not in after["failed"]]
        print("\n== %s -> %s" % (old, new))
        print("modules gone: " + " ".join(sorted(gone)))
        unknown = [m for m in before["modules"] if m in after["failed"]]
        if unknown:
            print("not importable in %s, so not compared: %s" % (new, " ".join(sorted(unknown))))
        count = 0
        for name, entry in before["modules"].items():
            there = after["modules"].get(name)
            if not there:
                continue
            lost = sorted(n for n in public(entry) - set(there["names"]) if not HIDDEN.match(name + "." + n))
            count += len(lost)
            if lost:
                print(
                    "  %s: %s"
                    % (
                        name,
                        " ".join(
                            "%s%s" % (n, {"all": "*", "own": "", "constant": "="}[entry["names"][n]]) for n in lost
                        ),
                    )
                )
        print("(%d modules, %d names; * in __all__, = a constant)" % (len(gone), count))


def show_warnings(dumps):
    seen = {}
    for version, dump in dumps.items():
        for name, entry in dump["modules"].items():
            for text in entry.get("import", ()):
                seen.setdefault(("import", name, text), []).append(version)
            for attribute, text in entry.get("access", {}).items():
                seen.setdefault(("access", name + "." + attribute, text), []).append(version)
            for attribute, text in entry.get("source", {}).items():
                seen.setdefault(("source", name + "." + attribute, text), []).append(version)
    for (how, name, text), versions in sorted(seen.items(), key=lambda item: (item[0][0], item[0][1])):
        print("%s %s [%s] %s" % (how, name, " ".join(versions), " ".join(text.split())[:150]))


def there(dump, dotted):
    """True, False, or None when this dump cannot tell (its module does not import here)."""
    if dotted in UNSEEN:
        return None
    if dotted in dump["modules"]:
        return True
    if dotted in dump["failed"]:
        return None
    head, _, tail = dotted.rpartition(".")
    while head:
        if head in dump["failed"]:
            return None
        if head in dump["modules"]:
            first, _, rest = tail.partition(".")
            kind = dump["modules"][head]["names"].get(first)
            return kind is not None and (not rest or None)
        head, _, more = head.rpartition(".")
        tail = more + "." + tail
    return False


def bounds(text):
    low, high = None, None
    for part in text.split(","):
        sign, version = re.match(r"\s*(>=|<)\s*([\d.]+)\s*$", part).groups()
        if sign == ">=":
            low = version
        else:
            high = version
    return low, high


def imported(code):
    """Every dotted name that the code imports, with all that stands above it."""
    names = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {node.module + "." + alias.name for alias in node.names}
    return {".".join(name.split(".")[: n + 1]) for name in names for n in range(name.count(".") + 1)}


def check(dumps, pack, table):
    import builtins
    import yaml

    class Loader(yaml.SafeLoader):
        def construct_mapping(self, node, deep=False):
            keys = [self.construct_object(k, deep=deep) for k, _ in node.value]
            for key in keys:
                if keys.count(key) > 1:
                    raise SystemExit("duplicate key %r at line %d" % (key, node.start_mark.line + 1))
            return super().construct_mapping(node, deep)

    text = pathlib.Path(pack).read_text()
    problems = [
        "line %d has %d columns" % (n, len(line)) for n, line in enumerate(text.splitlines(), 1) if len(line) > 120
    ]
    rules = yaml.load(text, Loader)["rules"]
    dumped = list(dumps)
    covered, spans = {}, {}
    for rule, body in rules.items():
        names = body["forbid"]["name"]
        low, high = bounds(body["python"])
        keys = [k.lstrip("=") for k in names]
        if [k.lower() for k in keys] != sorted(k.lower() for k in keys):
            problems.append(rule + ": names are not sorted")
        for field in ("why", "docs", "examples"):
            if not body.get(field):
                problems.append("%s: no %s" % (rule, field))
        for name, successor in names.items():
            name = name.lstrip("=")
            if not re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", name):
                problems.append("%s: %r is not a dotted name" % (rule, name))
            spans.setdefault(name, []).append((rule, low, high))
            if rule.startswith("removed") or rule == "python-2":
                before = [v for v in dumped if order(v) < order(low)]
                if rule == "python-2":
                    before = [v for v in dumped if order(v) < (3,)]
                known = [there(dumps[v], name) for v in before]
                if before and known and not any(known) and None not in known:
                    problems.append("%s: %s is in none of the versions before %s" % (rule, name, low))
                last = before[-1:] if rule.startswith("removed") and low != "3.8" and name not in covered else []
                if any(there(dumps[v], name) is False for v in last) and any(known):
                    problems.append("%s: %s was already gone in %s" % (rule, name, last[0]))
                for version in dumped:
                    if order(version) >= order(low) and there(dumps[version], name):
                        problems.append("%s: %s is still there in %s" % (rule, name, version))
                        break
                covered[name] = low
            else:
                for version in dumped:
                    if order(version) < order(low) or (high and order(version) >= order(high)):
                        continue
                    if there(dumps[version], name) is False:
                        problems.append("%s: %s is not there in %s" % (rule, name, version))
                        break
                if high and not rule.startswith("withdrawn"):
                    for version in dumped:
                        if order(version) >= order(high) and there(dumps[version], name):
                            problems.append("%s: %s is still there in %s" % (rule, name, version))
                            break
            if successor is not None:
                head, _, method = successor.partition(".")
                if hasattr(builtins, head) and (not method or hasattr(getattr(builtins, head), method)):
                    continue
                found = [
                    there(dumps[v], successor)
                    for v in dumped
                    if order(v) >= order(low) and (not high or order(v) < order(high))
                ]
                if found and found[-1] is False and not any(found):
                    problems.append("%s: successor %s of %s is nowhere" % (rule, successor, name))
                elif found and found[-1] is False:
                    problems.append("%s: successor %s of %s is gone in the newest version" % (rule, successor, name))
                elif found and found[0] is False:
                    problems.append("%s: successor %s of %s is not there yet in %s" % (rule, successor, name, low))
    for name, where in spans.items():
        where = sorted(where, key=lambda item: order(item[1]))
        for (rule, _, high), (later, low, _) in zip(where, where[1:]):
            if high is None or order(high) > order(low):
                problems.append("%s: in %s and %s for the same versions" % (name, rule, later))
    for version, names in LISTED.items():
        problems += [
            "What's New %s: %s is not in the pack" % (version, n) for n in names.split() if covered.get(n) != version
        ]
    for rule, body in rules.items():
        for example in body["examples"]:
            for kind in ("bad", "good"):
                hit = imported(example[kind]) & {name.lstrip("=") for name in body["forbid"]["name"]}
                if bool(hit) != (kind == "bad") and not ("version_info" in example[kind] and kind == "good"):
                    problems.append("%s: its %s example: %s" % (rule, kind, example[kind]))
    if table:
        for line in pathlib.Path(table).read_text().splitlines():
            if line.startswith("#") or len(line.split()) != 3:
                continue
            name, _, last = line.split()
            if name.startswith("_") or int(last) >= 15:
                continue
            expected = "3.%d" % (int(last) + 1)
            if covered.get(name) != expected:  # the last rule that removes it
                problems.append("module table: %s ends with 3.%s, pack says %s" % (name, last, covered.get(name)))
    for version in dumped:
        if order(version) < (3, 8):
            continue
        for name, entry in dumps[version]["modules"].items():
            warned = [name + "." + attribute for attribute in entry.get("access", ())]
            if any(re.search(r"\b%s\b" % re.escape(name), text) for text in entry.get("import", ())):
                warned.append(name)
            for dotted in warned:
                parts = dotted.split(".")
                heads = [".".join(parts[: n + 1]) for n in range(len(parts))]
                if not any(
                    order(low) <= order(version) and (not high or order(version) < order(high))
                    for head in heads
                    for _, low, high in spans.get(head, ())
                ):
                    problems.append("%s warns in %s, and no rule speaks of it" % (dotted, version))
    for rule, body in rules.items():
        names = body["forbid"]["name"]
        print("%4d %4d with successor  %s" % (len(names), sum(1 for s in names.values() if s), rule))
    print("%d rules, %d entries" % (len(rules), sum(len(b["forbid"]["name"]) for b in rules.values())))
    print("\n".join(problems) or "no problems")
    return 1 if problems else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("probe")
    one = commands.add_parser("dump")
    one.add_argument("--into", required=True)
    one.add_argument("interpreters", nargs="+")
    for name in ("compare", "warnings"):
        commands.add_parser(name).add_argument("dumps")
    one = commands.add_parser("check")
    one.add_argument("dumps")
    one.add_argument("pack")
    one.add_argument("table", nargs="?")
    given = parser.parse_args()
    if given.command == "probe":
        print(PROBE)
    elif given.command == "dump":
        make(given.into, given.interpreters)
    elif given.command == "compare":
        compare(read(given.dumps))
    elif given.command == "warnings":
        show_warnings(read(given.dumps))
    else:
        return check(read(given.dumps), given.pack, given.table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
