"""Asks jedi for a second opinion on uses that `policy facts` tells.

    python second_opinion.py POLICY TREE [--package NAME]... [--count N] [--hard] [--wheels FOLDER] [--csv FILE]

POLICY is the binary, TREE a folder of unpacked wheels, one folder each. Of the facts with the roles `use` and `call`, N are
chosen by the hashes of their places, in turns from each wheel. At the root of each expression jedi 0.20.1 is asked where
the name is bound (`goto`, not following imports), through assignments (of `self`, too) what their values are. It agrees if it
points at an import statement, where the statement's name and the expression's attributes make up the fact's name, and
where the statement stands in the scope that the fact names. CPython's tree decides where they differ. Verdicts:

  agreed                 all that jedi points at is the import (or assignments that lead to it) that the fact tells
  agreed in part         so is one of several that jedi points at; the tree has as many bindings in that scope
  agreed, followed       jedi's name lies in another file and, imports followed, has the fact's full name
  jedi knows no answer   it points at nothing, or fails; the tree says what the fact says
  jedi follows the flow  it points at another binding in the same scope, and the tree has there the fact's binding as well;
                         or all imports of the name stand beneath tests of `sys.version_info`
  jedi alone             it points at what binds nothing: a `global` statement, or a use (`name[key] = value`); the tree has
                         no other bindings than what the fact says
  string                 an expression in a literal, of which jedi reads nothing; the tree of it says what the fact says
  dynamic                at the place is no name but a call with a literal, which imports the module that the fact names
  ours alone             jedi and the tree differ from the fact                            (unexplained)
  to be read             neither: jedi or the tree sides with the fact, or has nothing     (unexplained)

Prints the differences that are not about the flow, and exits 1 when something is unexplained. FILE gets all N with the
verdicts. Needs CPython 3.12 or newer, and jedi in its environment:

    python -m venv VENV && VENV/bin/pip install jedi==0.20.1 parso==0.8.7
"""

import argparse
import ast
import collections
import csv
import hashlib
import heapq
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import jedi  # noqa: E402
import parso  # noqa: E402
from bindings import Binding, load, unfold  # noqa: E402
from ruff_members import DYNAMIC, turns, versions  # noqa: E402
from statements import column  # noqa: E402

PINNED = {"jedi": "0.20.1", "parso": "0.8.7"}
SECONDS = 20  # for one answer
QUIET = ("agreed", "agreed in part", "jedi follows the flow", "string", "dynamic")
UNEXPLAINED = ("ours alone", "to be read")


def hashed(*key):
    return hashlib.sha256("\0".join(map(str, key)).encode("utf-8", "replace")).digest()


def facts(policy, folder, count, hard):
    """The facts at `count` places, those with the smallest hashes: a list of facts for each place, and how many there are."""
    command = [policy, "facts", "--root", ".", "--role", "use", "--role", "call", "."]
    chosen, heap, places = {}, [], 0
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as run:
        for line in run.stdout:
            fact = json.loads(line)
            if fact["role"] not in ("use", "call") or fact.get("surface", "code") != "code":
                continue
            if hard and fact["confidence"] == "certain" and (fact["bound"] or {}).get("kind") == "import":
                continue
            start, end = fact["start"], fact["end"]
            place = (fact["path"], start["line"], start["column"], end["line"], end["column"])
            if place in chosen:
                chosen[place].append(fact)
                continue
            places += 1
            # A heap of the smallest: what it gives up is the largest.
            key = (-int.from_bytes(hashed(*place)[:8], "big"), place)
            if len(heap) < count:
                heapq.heappush(heap, key)
            elif key > heap[0]:
                del chosen[heapq.heapreplace(heap, key)[1]]
            else:
                continue
            chosen[place] = [fact]
    if run.returncode not in (0, 2):
        sys.exit(f"policy facts ended with {run.returncode} in {folder}")
    return [chosen[place] for _, place in sorted(heap, reverse=True)], places


class Answer:
    """One thing that jedi points at: the tree's binding there, and the (level, dotted name)s that it stands for."""

    def __init__(self, text, binding, names, place=None):
        self.text, self.binding, self.names, self.place = text, binding, names, place


class File:
    """One file, as jedi and as CPython see it."""

    def __init__(self, folder, path, project):
        self.tree, self.path = load(folder, path), os.path.realpath(os.path.join(folder, path))
        self.is_stub, self.said, self.values = path.endswith(".pyi"), {}, {}
        self.script = jedi.Script(path=self.path, project=project, environment=jedi.InterpreterEnvironment())

    def goto(self, line, column, follow):
        """What jedi points at; columns from 1."""
        # In a stub, jedi would tell what the name is in the module that the stub is about.
        return self.script.goto(line, column - 1, follow_imports=follow, prefer_stubs=self.is_stub)

    def binding(self, name, line, column):
        """The tree's binding of a name at a place, column from 0 in code points."""
        place = self.tree.key(line, column + 1)
        found = [b for _, bound, b in self.tree.pending if bound == name and (b.line, b.offset) <= place < b.end]
        return max(found, key=lambda b: (b.line, b.offset), default=None)  # a definition holds all that stands in it

    def named(self, binding):
        """(level, dotted name) for each way to write what an import reaches."""
        return {(binding.level, binding.name), *((0, full) for full in self.tree.full(binding))}

    def asked(self, root, attributes, depth=5):
        """What jedi says about `root.attributes`: where it points at, through assignments of dotted expressions."""
        for found in self.goto(*self.tree.place(root), follow=False):
            here, text = self.is_here(found)
            binding = self.binding(root.id, found.line, found.column) if here and found.line else None
            if not binding:
                followed = [] if here else self.goto(*self.tree.place(root), follow=True)
                place = self.tree.key(found.line, found.column + 1) if here and found.line else None
                yield Answer(text, None, longer({(0, f.full_name) for f in followed if f.full_name}, attributes), place)
            elif binding.is_import:
                yield Answer(text, binding, longer(self.named(binding), attributes))
            elif binding.value is not None:
                yield Answer(text, binding, self.asked_value(binding.value, attributes, depth))
            elif attributes and root in self.tree.above and any(self.tree.values_of(binding, attributes[0])):
                yield from self.asked_member(root, attributes, binding, depth)
            else:
                yield Answer(text, binding, set())

    def asked_member(self, root, attributes, binding, depth):
        """The same of `self.attributes`, where jedi is asked at the first attribute."""
        line, offset = self.tree.last(self.tree.above[root])
        values = {place: value for place, value, _ in self.tree.values_of(binding, attributes[0])}
        for found in self.goto(line, column(self.tree.lines, line, offset), follow=False):
            here, text = self.is_here(found)
            value = values.get(self.tree.key(found.line, found.column + 1)) if here and found.line else None
            yield Answer(text, binding, self.asked_value(value, attributes[1:], depth) if value else set())

    def asked_value(self, value, attributes, depth):
        key = (value, tuple(attributes), depth)
        if key not in self.values:
            self.values[key] = self.asked_value_newly(value, attributes, depth)
        return self.values[key]

    def asked_value_newly(self, value, attributes, depth):
        if isinstance(value, Binding):
            return longer(self.named(value), attributes)
        names = set()
        for root, more, _ in unfold(value) if depth else ():
            if isinstance(root, str):
                names |= longer({(0, root)}, [*more, *attributes])
            else:
                names.update(*(answer.names for answer in self.asked(root, [*more, *attributes], depth - 1)))
        return names

    def is_for_versions(self, binding):
        """Whether an import stands beneath a test of `sys.version_info`, which jedi judges for the Python that runs it."""
        place = binding.line, column(self.tree.lines, binding.line, binding.offset)
        statement = self.tree.file.at(*place) if binding.is_import else None
        return statement is not None and "version" in statement.where

    def is_here(self, found):
        here = bool(found.module_path) and os.path.realpath(found.module_path) == self.path
        return here, f"{found.type} {found.full_name} at {'' if here else found.module_path}:{found.line}"

    def says(self, binding, attributes, depth=5):
        """What the tree says that the attributes of what is bound stand for."""
        key = (binding, tuple(attributes), depth)
        if key not in self.said:
            self.said[key] = self.says_newly(binding, attributes, depth)
        return self.said[key]

    def says_newly(self, binding, attributes, depth):
        if binding.is_import:
            return longer(self.named(binding), attributes)
        values = [(binding.value, binding.within, attributes)] if binding.value is not None else []
        if not values and attributes:
            values = [(value, scope, attributes[1:]) for _, value, scope in self.tree.values_of(binding, attributes[0])]
        names = set()
        for value, scope, rest in values if depth else ():
            if isinstance(value, Binding):
                names |= longer(self.named(value), rest)
                continue
            for root, more, _ in unfold(value):
                if isinstance(root, str):
                    names |= longer({(0, root)}, [*more, *rest])
                else:
                    bindings = self.tree.bindings_of(root.id, scope)
                    names.update(*(self.says(b, [*more, *rest], depth - 1) for b in bindings))
        return names

    def covered(self, dotted, end):
        """The attributes of an expression up to a place, and again with what a call like `getattr` adds."""
        nodes, node = [], dotted.node
        while isinstance(node, ast.Attribute):
            nodes.insert(0, node)
            node = node.value
        attributes = [node.attr for node in nodes if self.tree.end(node) <= end]
        yield attributes
        yield from ([*attributes, word] for word, name in self.tree.handed(dotted) if name in DYNAMIC)

    def imports(self, line, column, name):
        """Whether a call at a place imports the module that a dotted name starts with."""
        for call, _ in self.tree.calls:
            for module, _, _ in unfold(call) if self.tree.place(call) == (line, column) else ():
                if isinstance(module, str) and (name + ".").startswith(module + "."):
                    return True
        return False


def longer(names, attributes):
    return {(level, ".".join([name, *attributes])) for level, name in names}


def told(fact):
    """(level, name) for each way in which a fact names what it reaches."""
    return {(fact["level"], fact["name"]), (0, fact.get("resolved"))}


def judge(file, found):
    """(verdict, details) on the facts of one place."""
    line, column = found[0]["start"]["line"], found[0]["start"]["column"]
    if file.tree is None:
        return "to be read", "CPython refuses the file"
    if file.imports(line, column, found[0]["name"]):
        return "dynamic", ""
    dotted, quoted = file.tree.at(line, column), None
    if not dotted:
        dotted = quoted = file.tree.quoted_at(line, column)
    if not dotted:
        return "to be read", "no dotted expression at the place"
    end = (found[0]["end"]["line"], found[0]["end"]["column"])
    verdict = None
    for attributes in [dotted.attributes] if quoted else file.covered(dotted, end):
        verdict = judge_dotted(file, found, dotted, attributes, quoted)
        if verdict[0] != "ours alone":
            break
    return verdict


def judge_dotted(file, found, dotted, attributes, quoted):
    bindings = file.tree.bindings_of(dotted.root.id, dotted.scope, dotted.order)
    details = f"the tree: {', '.join(f'{b.kind} {b.name} :{b.line}' for b in bindings) or 'nothing'}"

    def is_told(names, binding):
        for fact in found:
            name, scope = (fact["bound"] or {}).get("name"), (fact["bound"] or {}).get("scope")
            is_bound = name == dotted.root.id and (binding is None or scope == binding.scope.path)
            if told(fact) & names and (is_bound or not fact["bound"]):
                return True
        return False

    by_tree = [is_told(file.says(binding, attributes), binding) for binding in bindings]
    if quoted:
        return ("string" if any(by_tree) else "ours alone"), details
    signal.alarm(SECONDS)
    try:
        answers = list(file.asked(dotted.root, attributes))
    except TimeoutError:
        answers, details = [], f"jedi takes longer than {SECONDS} seconds; {details}"
    except Exception as error:  # whatever jedi fails with
        answers, details = [], f"jedi fails with {type(error).__name__}; {details}"
    finally:
        signal.alarm(0)
    by_jedi = [is_told(answer.names, answer.binding) for answer in answers]
    details = f"{'; '.join(answer.text for answer in answers) or 'nothing'}; {details}"
    if any(by_jedi) and not any(answer.binding for answer in answers):
        return "agreed, followed", details
    if not any(by_tree):
        return ("to be read" if any(by_jedi) else "ours alone"), details
    if by_jedi and all(by_jedi):
        return "agreed", details
    if any(by_jedi):
        return ("agreed in part" if len(bindings) + len(answers) > 2 else "to be read"), details
    if not answers:
        return "jedi knows no answer", details
    if any(answer.binding in bindings for answer in answers) or all(map(file.is_for_versions, bindings)):
        return "jedi follows the flow", details
    binds_nothing = all(file.tree.is_unbinding(answer.place) for answer in answers)
    return ("jedi alone" if all(by_tree) and binds_nothing else "to be read"), details


def alarmed(*_):
    raise TimeoutError


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("policy", "tree"):
        parser.add_argument(name, type=lambda path: os.path.abspath(shutil.which(path) or path))
    parser.add_argument("--package", action="append", help="only this folder of the tree; repeatable")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--hard", action="store_true", help="only what is not certain or not bound by an import itself")
    parser.add_argument("--wheels", help="folder of the wheels, for versions")
    parser.add_argument("--csv", help="file for all places")
    parser.add_argument("--show", type=int, default=20, help="differences of each verdict to print")
    arguments = parser.parse_args()
    have = {"jedi": jedi.__version__, "parso": parso.__version__}
    if have != PINNED:
        sys.exit(f"needs {PINNED}, and there is {have}")
    signal.signal(signal.SIGALRM, alarmed)
    warnings.simplefilter("ignore")  # jedi's own
    version = versions(arguments.wheels)
    names = [n for n in sorted(os.listdir(arguments.tree)) if os.path.isdir(os.path.join(arguments.tree, n))]
    names = [n for n in names if not arguments.package or n in arguments.package]
    by_package, total = [], 0
    for name in names:
        chosen, places = facts(arguments.policy, os.path.join(arguments.tree, name), arguments.count, arguments.hard)
        by_package.append([(name, found) for found in chosen])
        total += places
    picked = list(turns(by_package))[: arguments.count]
    print(f"{len(picked)} of {total} places in {len(by_package)} wheels, CPython {sys.version.split()[0]}, {have}", flush=True)
    rows, verdicts, shown = [], collections.Counter(), collections.defaultdict(list)
    picked.sort(key=lambda entry: (entry[0], entry[1][0]["path"], entry[1][0]["start"]["line"], entry[1][0]["start"]["column"]))
    with tempfile.TemporaryDirectory() as cache:
        jedi.settings.cache_directory = cache
        project = file = None
        for name, found in picked:
            folder, path = os.path.join(arguments.tree, name), found[0]["path"]
            if not rows or rows[-1][0] != name:
                project = jedi.Project(folder, sys_path=[folder], smart_sys_path=False, load_unsafe_extensions=False)
            if not rows or (rows[-1][0], rows[-1][2]) != (name, path):
                file = File(folder, path, project)
            verdict, details = judge(file, found)
            rows.append((name, version.get(name, ""), path, found[0]["start"]["line"], found[0]["name"], verdict))
            verdicts[verdict] += 1
            place = f"{name}/{path}:{found[0]['start']['line']}:{found[0]['start']['column']}"
            shown[verdict].append(f"{place} {found[0]['name']} bound {found[0]['bound']}; jedi: {details}")
    for verdict, times in sorted(verdicts.items()):
        print(f"{times:>8}  {verdict}")
    for verdict, texts in sorted(shown.items()):
        if verdict not in QUIET:
            for text in texts[: arguments.show]:
                print(f"{verdict}: {text}")
    if arguments.csv:
        with open(arguments.csv, "w", encoding="utf-8", errors="surrogateescape", newline="") as output:
            writer = csv.writer(output, lineterminator="\n")
            writer.writerow(["package", "version", "path", "line", "name", "verdict"])
            writer.writerows(rows)
    sys.exit(1 if not verdicts["agreed"] or any(verdicts[verdict] for verdict in UNEXPLAINED) else 0)


if __name__ == "__main__":
    main()
