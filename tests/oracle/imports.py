"""Compares `policy facts` with CPython's own parser, file by file.

    python imports.py POLICY FOLDER...

POLICY is the binary. Every Python file that it reads beneath the folders is parsed with `ast`, and the imports of both
are compared: name, alias, level, the line, column and byte offset of start and end, and the contexts that a syntax tree
shows (function, class, conditional, guarded). Prints one JSON object and
exits 1 when a file that CPython accepts differs. Needs CPython 3.10 or newer (`alias` nodes have places since then).
"""

import ast
import collections
import io
import json
import multiprocessing
import os
import re
import subprocess
import sys
import tokenize
import warnings

NEWLINE = re.compile(rb"\r\n|\r|\n")
BOM = b"\xef\xbb\xbf"


class Places:
    """Turns CPython's (line, UTF-8 column) into line, column in code points, and stored byte offset."""

    def __init__(self, data):
        self.base = len(BOM) if data.startswith(BOM) else 0
        body = data[self.base :]
        # The tokenizer sees newlines translated before it looks for a cookie.
        lines = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        self.encoding, _ = tokenize.detect_encoding(io.BytesIO(lines).readline)
        self.is_utf8 = self.encoding.lower().replace("_", "-") in ("utf-8", "utf-8-sig")
        self.lines, at = [], 0
        for match in NEWLINE.finditer(body):
            self.lines.append((at, body[at : match.start()]))
            at = match.end()
        self.lines.append((at, body[at:]))

    def place(self, line, column):
        start, stored = self.lines[line - 1]
        if self.is_utf8:
            head = stored[:column]
            return (line, len(head.decode()) + 1, self.base + start + column)
        text = stored.decode(self.encoding).encode()[:column].decode()
        return (line, len(text) + 1, self.base + start + len(text.encode(self.encoding)))


TREE_CONTEXTS = {"function", "class", "conditional", "guarded"}
IMPORT_ERRORS = {"ImportError", "ModuleNotFoundError"}


def names_import_error(node):
    return node is not None and any(getattr(n, "id", getattr(n, "attr", None)) in IMPORT_ERRORS for n in ast.walk(node))


def children(node):
    """Statements right below a node, each with the contexts that being there adds."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return [(node.body, {"function"})]
    if isinstance(node, ast.ClassDef):
        return [(node.body, {"class"})]
    if isinstance(node, ast.If):
        return [(node.body, {"conditional"}), (node.orelse, {"conditional"})]
    if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
        return [(node.body, {"conditional"}), (node.orelse, {"conditional"})]
    if isinstance(node, (ast.With, ast.AsyncWith)):
        return [(node.body, set())]
    if isinstance(node, getattr(ast, "Match", ())):
        return [(case.body, {"conditional"}) for case in node.cases]
    if isinstance(node, (ast.Try, getattr(ast, "TryStar", ast.Try))):
        guards = [names_import_error(handler.type) for handler in node.handlers]
        parts = [(node.body, {"guarded"} if any(guards) else set())]
        for handler, guard in zip(node.handlers, guards):
            parts.append((handler.body, {"conditional", "guarded"} if guard else {"conditional"}))
        return parts + [(node.orelse, {"conditional"}), (node.finalbody, set())]
    return []


def statements(tree):
    """Every statement with its contexts. A function in a guarded block does not run there."""
    open_parts = [(tree.body, frozenset(), frozenset())]
    while open_parts:
        body, outer, guard = open_parts.pop()
        for node in body:
            yield node, sorted(outer | guard)
            is_scope = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
            is_function = is_scope and not isinstance(node, ast.ClassDef)
            for part, added in children(node):
                # `class` is said of what stands directly in a class; `guarded` does not reach into functions, unless
                # it is the handler that encloses them.
                inner = (outer - {"class"} if is_scope else outer) | (added - {"guarded"})
                inner_guard = frozenset() if is_function else guard
                if "guarded" in added:
                    if "conditional" in added:
                        inner = inner | {"guarded"}
                    else:
                        inner_guard = frozenset({"guarded"})
                open_parts.append((part, frozenset(inner), frozenset(inner_guard)))


def imports(data):
    """What CPython says: a sorted list of (start, end, name, alias, level, contexts)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(data)
    places = Places(data)
    found = []
    for node, contexts in statements(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            head, level = "", 0
            if isinstance(node, ast.ImportFrom):
                level = node.level or 0
                head = node.module + "." if node.module else ""
            for alias in node.names:
                start = places.place(alias.lineno, alias.col_offset)
                end = places.place(alias.end_lineno, alias.end_col_offset)
                found.append((start, end, head + alias.name, alias.asname, level, contexts))
    return sorted(found, key=str)


def read_facts(lines):
    """Facts by path, in the same shape."""
    by_path = collections.defaultdict(list)
    for line in lines:
        fact = json.loads(line)
        if fact["role"] == "import":
            start, end = ((p["line"], p["column"], p["offset"]) for p in (fact["start"], fact["end"]))
            contexts = sorted(TREE_CONTEXTS.intersection(fact["contexts"]))
            by_path[fact["path"]].append((start, end, fact["name"], fact["alias"], fact["level"], contexts))
    return {path: sorted(found, key=str) for path, found in by_path.items()}


def compare(task):
    """(path, verdict, details) of one file."""
    root, path, ours = task
    with open(os.path.join(root, path), "rb") as file:
        data = file.read()
    try:
        theirs = imports(data)
    except (RecursionError, MemoryError):
        return path, "no-verdict", None
    except (SyntaxError, ValueError) as error:
        return path, "rejected", (str(error)[:100], len(ours))
    if theirs == ours:
        return path, "same", len(ours)
    missing = [x for x in theirs if x not in ours]
    extra = [x for x in ours if x not in theirs]
    return path, "different", (missing[:3], extra[:3])


def run(policy, root):
    """Runs the tool over one folder; facts by path, problems by path, and the list of files it read."""
    facts = subprocess.run([policy, "facts", "--root", root, root], capture_output=True, check=False)
    if facts.returncode not in (0, 2):
        sys.exit(f"policy facts ended with {facts.returncode}")
    problems = collections.Counter()
    for line in facts.stderr.decode("utf-8", "replace").splitlines():
        match = re.match(r"(.*?)(:\d+:\d+)?: problem\[(\w+)\] (.*)", line)
        if match:
            shown = os.path.relpath(os.path.abspath(match.group(1)), os.path.abspath(root))
            problems[shown] += 1
    return read_facts(facts.stdout.splitlines()), problems


def python_files(root):
    skipped = {".git", "node_modules", "__pycache__", "site-packages"}
    for folder, folders, files in os.walk(root):
        folders[:] = [f for f in folders if f not in skipped]
        for name in files:
            path = os.path.join(folder, name)
            if name.endswith((".py", ".pyi", ".pyw")) and os.path.isfile(path) and not os.path.islink(path):
                yield os.path.relpath(path, root)


def main():
    sys.setrecursionlimit(20_000)
    policy, roots = sys.argv[1], sys.argv[2:]
    verdicts, different, rejected, problems, count = collections.Counter(), [], [], [], 0
    for root in roots:
        facts, told = run(policy, root)
        tasks = [(root, path, facts.get(path, [])) for path in python_files(root)]
        with multiprocessing.Pool() as pool:
            for path, verdict, details in pool.imap_unordered(compare, tasks, chunksize=64):
                if told[path]:
                    # A file that the tool does not vouch for is counted apart, whatever it found there.
                    key = "problem" if verdict in ("same", "different") else "rejected-problem"
                    verdicts[key] += 1
                    problems.append(f"{path} ({verdict})")
                    continue
                verdicts[verdict] += 1
                if verdict == "different":
                    different.append((path, details))
                elif verdict == "rejected":
                    rejected.append((path, *details))
                elif verdict == "same":
                    count += details
    report = {
        "python": sys.version.split()[0],
        "files": sum(verdicts.values()),
        "verdicts": dict(verdicts),
        "imports_that_agree": count,
        "different": sorted(different)[:20],
        "problems": sorted(problems)[:80],
        "rejected_by_cpython": [f"{path}: {error} ({found} imports found)" for path, error, found in sorted(rejected)][:200],
    }
    print(json.dumps(report, indent=1, ensure_ascii=False))
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
