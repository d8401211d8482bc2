"""Compares `policy check` with ruff where members of libraries are banned: each import and each use, place by place.

    python ruff_members.py POLICY RUFF TREE [--package NAME]... [--wheels FOLDER] [--csv FILE] [--rows N] [--show N]

POLICY and RUFF are the binaries, TREE a folder of unpacked wheels, one folder each. For each of them both tools get the
same bans: ruff as TID251, `policy` as `forbid: { name: [...] }`. What is compared are places (path, line, column, banned
name): ruff's diagnostics on one side, our findings and what they list as `related` on the other. A place of ruff's is met
by one of ours at the same place, else on the same line, else by one that overlaps its expression; each of ours meets one.

Ruff looks at imports and at dotted expressions, but not at bare names: in `from requests import get; get()` it reports the
import alone. So CPython's tree says where such names are used: where all bindings of a name, in the scope that it belongs
to, import one banned member, each use must be ours ("tree").

A place that only one side has needs a reason, which is checked against CPython's tree; one without is printed, and the
script exits 1. Known reasons:

  only ruff  string annotation: around the place is a literal that is an expression, and that reaches the ban
             bound again: in its scope, something that does not reach the ban binds the name too
             relative: `__init__.py` files and the root name the file's package otherwise, and only one name is banned
             policy tells a problem: about the file, which it does not vouch for
  only tree  counted but not listed: a finding lists 100 uses and counts more, as many as are missing, which all stand below
  only ours  bare name: ruff looks at dotted expressions; the name's own import reaches the ban
             bound again: as above, and ruff takes one binding only
             global: ruff does not follow such statements; all imports of the name stand in functions that have one
             assignment: the name's value is an expression that reaches the ban
             attribute: of `self`, which the class or a method of its gives a value that reaches the ban
             dynamic value: as assignment and attribute, where the value is `import_module("...")` or the like
             other module: a module in the tree imports the name, and there it reaches the ban
             star: `from module import *` of the module that has the member, or a name that only this can bring in
             string annotation: as above; names that are bare there are nothing to ruff
             string, dynamic: a literal that holds the member's name; one that is handed to `getattr`, `import_module`, ...
             relative: as above
             ruff cannot parse the file, or it is no UTF-8

FILE gets a sample of what was compared: at most N rows, the same ones each time, spread over bans and verdicts. Versions
are those in the names of the wheels in the FOLDER. Needs CPython 3.12 or newer.
"""

import argparse
import ast
import collections
import csv
import functools
import hashlib
import itertools
import json
import multiprocessing
import os
import shutil
import sys
from dataclasses import dataclass

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bindings import Binding, called, load, unfold  # noqa: E402
from ruff import policy_run, ruff_run  # noqa: E402
from ruff_modes import Mode, banned, covers  # noqa: E402

LIBRARIES = {
    "aiohttp": ["ClientSession", "ClientTimeout"],
    "asyncio": ["gather", "sleep", "get_event_loop"],
    "botocore": ["exceptions.ClientError", "config.Config"],
    "click": ["command", "option", "echo"],
    "collections": ["OrderedDict", "defaultdict", "namedtuple"],
    "datetime": ["datetime", "timedelta"],
    "django": ["db.models.Model", "conf.settings", "utils.translation.gettext_lazy"],
    "functools": ["partial", "wraps"],
    "httpx": ["AsyncClient", "Client"],
    "jinja2": ["Environment", "Template"],
    "json": ["loads", "dumps"],
    "logging": ["getLogger", "info"],
    "matplotlib": ["pyplot.subplots", "pyplot.figure"],
    "numpy": ["array", "float64", "zeros"],
    "os": ["path.join", "environ", "getcwd"],
    "pandas": ["DataFrame", "concat"],
    "pydantic": ["BaseModel", "Field"],
    "pytest": ["raises", "fixture"],
    "re": ["compile", "sub"],
    "redis": ["Redis", "ConnectionPool"],
    "requests": ["get", "post", "Session", "exceptions.HTTPError"],
    "scipy": ["sparse.csr_matrix", "stats.norm"],
    "sqlalchemy": ["Column", "select"],
    "subprocess": ["run", "Popen", "check_output"],
    "sys": ["version_info", "exit"],
    "threading": ["Thread", "Lock"],
    "torch": ["nn.Module", "no_grad", "tensor"],
    "twisted": ["internet.defer.Deferred", "internet.reactor"],
    "typing": ["Optional", "cast", "TYPE_CHECKING"],
    "unittest": ["mock.patch", "TestCase"],
    "urllib": ["parse.urlparse", "request.urlopen"],
    "yaml": ["load", "safe_load"],
}
BANS = [f"{library}.{member}" for library, members in LIBRARIES.items() for member in members]
MODE = Mode({"forbid": {"name": BANS}}, "TID251", banned(BANS), BANS)
LISTED = 100  # uses, at most, in what a finding lists as related
DYNAMIC = {"getattr", "hasattr", "setattr", "delattr", "import_module", "__import__", "attrgetter", "find_spec", "reload"}
DYNAMIC |= {"import_string", "import_object", "patch", "importorskip", "locate", "resolve_name", "object"}


@dataclass(frozen=True, order=True)
class Place:
    path: str
    line: int
    column: int
    end: tuple
    name: str  # the ban
    what: str  # diagnostic, finding, related, tree

    @property
    def key(self):
        return self.path, self.line, self.column, self.name


def theirs(ruff, folder):
    """Ruff's places, and the paths that it cannot parse."""
    places, unparsed, read = [], set(), set()
    for line in ruff_run(ruff, folder, MODE, "--ignore-noqa", "--output-format", "json-lines"):
        entry = json.loads(line)
        path = os.path.relpath(entry["filename"], folder)
        if entry["code"] == MODE.code:
            start, end = entry["location"], entry["end_location"]
            name = entry["message"].split("`")[1]
            places.append(Place(path, start["row"], start["column"], (end["row"], end["column"]), name, "diagnostic"))
            read.add(path)
        elif entry["code"] in (None, "invalid-syntax"):
            unparsed.add(path)
    return places, unparsed - read


def ours(policy, folder):
    """Our places, one for each place and ban, the paths with a problem, and for path and ban of each finding that lists
    no more than it may: how many more uses it counts, and the last one that it lists."""
    places, problems, unlisted = {}, set(), {}
    rules = {"members": MODE.verb}
    for entry in map(json.loads, policy_run(policy, folder, ["."], rules, "check", "--format", "jsonl", "--limit", "all")):
        if entry["type"] == "problem":
            if entry["kind"] == "policy":
                sys.exit(f"policy refuses the rule: {entry['message']}")
            problems.add(entry.get("path"))
        elif entry["type"] == "finding" and entry["rule"] == "members":
            if entry["matched"] not in BANS:
                sys.exit(f"policy names an entry that there is not: {entry['matched']}")
            listed = [(at["start"]["line"], at["start"]["column"]) for at in entry.get("related", [])]
            if len(listed) == LISTED:
                unlisted[entry["path"], entry["matched"]] = entry["uses"] - LISTED, max(listed)
            for what, at in (("finding", entry), *(("related", at) for at in entry.get("related", []))):
                end = (at["end"]["line"], at["end"]["column"])
                path = at.get("path", entry["path"])
                place = Place(path, at["start"]["line"], at["start"]["column"], end, entry["matched"], what)
                places.setdefault(place.key, place)
    return list(places.values()), problems, unlisted


def shared_files(policy, ruff, folder):
    """The paths that both tools read."""
    listed = policy_run(policy, folder, ["."], {"members": MODE.verb}, "check", "--files")
    listed = {line.rsplit(": checked", 1)[0] for line in listed if ": checked" in line}
    return listed & {os.path.relpath(path, folder) for path in ruff_run(ruff, folder, MODE, "--show-files")}


def pair(left, right):
    """Pairs places of two sides, each at most once; also how often each way of pairing was needed."""
    left, right, ways = set(left), set(right), collections.Counter()
    pairs = []
    for way, key in (
        ("place", lambda p: p.key),
        ("line", lambda p: (p.path, p.line, p.name)),
        ("expression", None),
    ):
        waiting = collections.defaultdict(list)
        for place in sorted(right):
            waiting[key(place) if key else (place.path, place.name)].append(place)
        for place in sorted(left):
            found = waiting.get(key(place) if key else (place.path, place.name), [])
            if not key:
                found = [p for p in found if (p.line, p.column) < place.end and (place.line, place.column) < p.end]
            if found:
                other = found[0]
                waiting[key(place) if key else (place.path, place.name)].remove(other)
                left.remove(place)
                right.remove(other)
                pairs.append((place, other))
                ways[way] += 1
    return pairs, left, right, ways


class Package:
    """What the reasons may look at: one unpacked wheel, its files as CPython reads them, and who could not read what."""

    def __init__(self, folder):
        self.folder, self.unparsed, self.problems, self.unlisted = folder, set(), set(), set()
        self.file = functools.lru_cache(maxsize=300)(lambda path: load(folder, path))

    def module(self, name):
        """The file of a module in the wheel; its path or None."""
        stem = name.replace(".", "/")
        for path in (f"{stem}.py", f"{stem}/__init__.py", f"{stem}.pyi", f"{stem}/__init__.pyi"):
            if os.path.isfile(os.path.join(self.folder, path)):
                return path
        return None

    def reached(self, file, name, attributes, scope, depth=6, order=None):
        """(dotted name, how) for each that `name.attributes` may reach from a scope. `how` tells the steps."""
        if depth:
            for binding in file.bindings_of(name, scope, order):
                yield from self.reached_by(file, binding, attributes, depth)
            if not file.scope_of(name, scope):
                for star in file.module.stars:
                    for module in file.full(star):
                        full = ".".join([module, name, *attributes])
                        yield full, ("star",)
                        yield from self.beyond(full, depth, ("star",))

    def reached_by(self, file, binding, attributes, depth):
        if binding.is_import:
            for base in file.full(binding):
                full = ".".join([base, *attributes])
                yield full, ()
                yield from self.beyond(full, depth, ())
        elif binding.value is not None:
            yield from self.reached_value(file, binding.value, attributes, binding.within, depth, "assignment")
        elif attributes:
            for _, value, scope in file.values_of(binding, attributes[0]):
                yield from self.reached_value(file, value, attributes[1:], scope, depth, "attribute")

    def reached_value(self, file, value, attributes, scope, depth, *how):
        if isinstance(value, Binding):
            yield from ((full, (*how, *steps)) for full, steps in self.reached_by(file, value, attributes, depth - 1))
        for root, more, step in unfold(value):
            how = (*how, step) if step else how
            if isinstance(root, str):
                yield ".".join([root, *more, *attributes]), how
            else:
                for full, steps in self.reached(file, root.id, [*more, *attributes], scope, depth - 1):
                    yield full, (*how, *steps)

    def beyond(self, full, depth, how):
        """What a name reaches that lies in a module of the wheel."""
        parts = full.split(".")
        for cut in range(len(parts) - 1, 0, -1):
            path = self.module(".".join(parts[:cut]))
            if path:
                file = self.file(path)
                if file:
                    for name, more in self.reached(file, parts[cut], parts[cut + 1 :], file.module, depth - 1):
                        yield name, (*how, "other module", *more)
                return


def judged(ban, names):
    return any(covers(ban, name) for name in names)


def ways(package, file, place):
    """How the expression at a place reaches the ban: a list of tuples of steps, () for by its import alone."""
    dotted = file.at(place.line, place.column)
    if not dotted:
        return []
    steps = []
    for word, step in [(None, ()), *((word, ("dynamic",)) for word, name in file.handed(dotted) if name in DYNAMIC)]:
        attributes = [*dotted.attributes, word] if word else dotted.attributes
        found = package.reached(file, dotted.root.id, attributes, dotted.scope, order=dotted.order)
        steps += [(*step, *how) for full, how in found if covers(place.name, full)]
    return steps


def import_at(file, place):
    return file.imports.get(file.key(place.line, place.column))


def is_bare(package, file, place):
    """The name's own import reaches the ban already, so that no dotted expression does."""
    dotted = file.at(place.line, place.column)
    bindings = file.bindings_of(dotted.root.id, dotted.scope, dotted.order)
    return any(judged(place.name, file.full(b)) for b in bindings if b.is_import) and not import_at(file, place)


def is_bound_again(package, file, place):
    """Bindings of one scope differ: some reach the ban and some do not."""
    dotted = file.at(place.line, place.column)
    bindings = file.bindings_of(dotted.root.id, dotted.scope, dotted.order)
    reach = [
        any(covers(place.name, full) for full, _ in package.reached_by(file, binding, dotted.attributes, 6))
        for binding in bindings
    ]
    return any(reach) and not all(reach)


def is_global(package, file, place):
    """Nothing but imports by way of a `global` (or `nonlocal`) statement binds the name."""
    dotted = file.at(place.line, place.column)
    bindings = file.bindings_of(dotted.root.id, dotted.scope, dotted.order)
    return bool(bindings) and all(b.is_import and b.is_outside for b in bindings)


def is_relative(package, file, place):
    """A relative import, of which one name is banned and the other is not."""
    dotted, binding = file.at(place.line, place.column), import_at(file, place)
    found = [(binding, [])] if binding else []
    if dotted:
        found = [(b, dotted.attributes) for b in file.bindings_of(dotted.root.id, dotted.scope, dotted.order)]
    for binding, attributes in found:
        names = {".".join([full, *attributes]) for full in file.full(binding)} if binding.level else set()
        if {covers(place.name, name) for name in names} == {True, False}:
            return True
    return False


def goes_by(step):
    def holds(package, file, place):
        found = ways(package, file, place)
        binding = import_at(file, place)
        if binding:
            found = [how for full, how in package.reached_by(file, binding, [], 6) if covers(place.name, full)]
        return bool(found) and all(step in how for how in found)

    return holds


def is_star(package, file, place):
    """A star import of the module that has the member, or of one above it."""
    stars = [s for s in file.module.stars if (s.line, s.offset) == file.key(place.line, place.column)]
    return any(covers(module, place.name) for star in stars for module in file.full(star))


def in_string(package, file, place):
    """Inside a literal, in which the member's last name stands."""
    found = file.string_at(place.line, place.column)
    value = found[0].value if found else ""
    value = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    return place.name.rsplit(".", 1)[1] in value


def is_quoted(package, file, place):
    """Inside a literal that is an expression, as in annotations, and that reaches the ban."""
    literal = file.string_at(place.line, place.column)
    return literal and judged(place.name, quoted(package, file, *literal))


def quoted(package, file, literal, scope):
    """What the dotted expressions in a literal reach, and in literals therein."""
    for node in ast.walk(ast.parse(literal.value.strip(), mode="eval")):
        attributes, inner = [], node
        while isinstance(inner, ast.Attribute):
            attributes.insert(0, inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name):
            yield from (full for full, _ in package.reached(file, inner.id, attributes, scope))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                yield from quoted(package, file, node, scope)
            except SyntaxError:
                continue  # no annotation


def is_attribute(package, file, place, step="attribute"):
    """The use of an attribute whose values in the class reach the ban; an assignment to it is no use."""
    dotted = file.at(place.line, place.column)
    is_use = isinstance(dotted.node.ctx, ast.Load) or dotted.root.id not in ("self", "cls")
    return is_use and goes_by(step)(package, file, place)


def is_dynamic_value(package, file, place):
    return is_attribute(package, file, place, "dynamic")


def is_dynamic(package, file, place):
    """A call of a function that takes names as strings, with a literal that holds a segment of the ban."""
    at = file.key(place.line, place.column)
    for node, _ in file.calls:
        if isinstance(node, ast.Call) and called(node) in DYNAMIC and (node.lineno, node.col_offset) <= at < (node.end_lineno, node.end_col_offset):
            literals = [x.value for x in ast.walk(node) if isinstance(x, ast.Constant) and isinstance(x.value, str)]
            if any(set(text.split(".")) & set(place.name.split(".")) for text in literals):
                return True
    return False


def is_unread(package, file, place):
    return place.path in package.unparsed


def is_no_utf8(package, file, place):
    return not file.file.is_utf8


ONLY_RUFF = {
    "policy tells a problem": lambda package, file, place: place.path in package.problems,
    "string annotation": is_quoted,
    "bound again": is_bound_again,
    "relative": is_relative,
}
ONLY_OURS = {
    "ruff cannot parse the file": is_unread,
    "ruff reads UTF-8 only": is_no_utf8,
    "star import": is_star,
    "dynamic": is_dynamic,
    "string annotation": is_quoted,
    "string": in_string,
    "bare name": is_bare,
    "bound again": is_bound_again,
    "global": is_global,
    "dynamic value": is_dynamic_value,
    "assignment": goes_by("assignment"),
    "attribute": is_attribute,
    "other module": goes_by("other module"),
    "star": goes_by("star"),
    "relative": is_relative,
}
ONLY_TREE = {"counted but not listed": lambda package, file, place: (place.path, place.name) in package.unlisted}
SIDES = {"only ruff": ONLY_RUFF, "only ours": ONLY_OURS, "only tree": ONLY_TREE}


def explain(side, package, place):
    file = package.file(place.path)
    for reason, holds in SIDES[side].items():
        try:
            if holds(package, file, place):
                return reason
        except (AttributeError, SyntaxError, TypeError, ValueError):
            continue  # the reason asks for a tree or an expression, and there is none
    return None


def bare_names(package, paths):
    """Uses of names all of whose bindings import one banned member, in files that import some."""
    for path in sorted(paths):
        file = package.file(path)
        found = {} if file is None else {b: bans for b in file.imports.values() if (bans := bans_of(file, b))}
        for dotted in set(file.dotted.values()) if found else ():
            bans = {found.get(b) for b in file.bindings_of(dotted.root.id, dotted.scope, dotted.order)}
            if len(bans) == 1 and None not in bans:
                yield Place(path, *file.place(dotted.root), file.end(dotted.root), bans.pop(), "tree")


def bans_of(file, binding):
    """The ban that an import reaches, by whatever name of the file's package; None where names disagree."""
    bans = {next((ban for ban in BANS if covers(ban, full)), None) for full in file.full(binding)}
    return bans.pop() if len(bans) == 1 else None


def compare(arguments, name):
    """Rows (path, line, ban, verdict), tally, reasons, and unexplained places of one wheel."""
    package = Package(os.path.join(arguments.tree, name))
    shared = shared_files(arguments.policy, arguments.ruff, package.folder)
    left, package.unparsed = theirs(arguments.ruff, package.folder)
    right, package.problems, unlisted = ours(arguments.policy, package.folder)
    left, right = ([p for p in side if p.path in shared] for side in (left, right))
    pairs, only_left, only_right, how = pair(left, right)
    paths = {p.path for p in left} - package.problems
    tree = [] if arguments.no_tree else list(bare_names(package, paths))
    met, only_tree, _, _ = pair(tree, right)
    only_tree = {p for p in only_tree if p.key not in {q.key for q in only_left}}
    bare = {p.key for _, p in met}
    tally = collections.Counter(files=len(shared), ruff=len(left), ours=len(right), agreed=len(pairs))
    tally.update(line=how["line"], expression=how["expression"], tree=len(tree), bare=len(met))
    rows = [(p.path, p.line, p.name, f"agreed: {q.what}") for p, q in pairs]
    reasons, unexplained = collections.Counter(), []
    missing = collections.defaultdict(list)
    for place in only_tree:
        missing[place.path, place.name].append((place.line, place.column))
    for key, found in missing.items():
        count, last = unlisted.get(key, (0, None))
        if len(found) <= count and min(found) > last:
            package.unlisted.add(key)
    for side, places in (("only ruff", only_left), ("only ours", only_right), ("only tree", only_tree)):
        for place in sorted(places):
            reason = "bare name" if side == "only ours" and place.key in bare else explain(side, package, place)
            verdict = f"{side}: {reason or 'unexplained'}"
            rows.append((place.path, place.line, place.name, verdict))
            reasons[verdict] += 1
            if not reason:
                text = f"{name}/{place.path}:{place.line}:{place.column}"
                unexplained.append(f"{side}: {text} {place.name} ({place.what})")
    return rows, tally, reasons, unexplained


def versions(folder):
    """Package -> version, from the names of wheels."""
    names = sorted(os.listdir(folder)) if folder else []
    return {name.split("-")[0]: name.split("-")[1] for name in names if name.endswith(".whl")}


def sample(rows, count):
    """Rows in turns from each ban, and within a ban from each verdict; which ones, their hashes say."""
    groups = collections.defaultdict(lambda: collections.defaultdict(list))
    for row in rows:
        groups[row[4]][row[5]].append(row)

    def key(row):
        return hashlib.sha256("\0".join(map(str, row)).encode("utf-8", "replace")).digest()

    bans = [turns([sorted(group, key=key) for _, group in sorted(groups[ban].items())]) for ban in sorted(groups)]
    return sorted(itertools.islice(turns(bans), count))


def turns(lists):
    for layer in itertools.zip_longest(*lists):
        yield from (item for item in layer if item is not None)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("policy", "ruff", "tree"):
        parser.add_argument(name, type=lambda path: os.path.abspath(shutil.which(path) or path))
    parser.add_argument("--package", action="append", help="only this folder of the tree; repeatable")
    parser.add_argument("--wheels", help="folder of the wheels, for versions")
    parser.add_argument("--csv", help="file for a sample of the places")
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--show", type=int, default=10, help="unexplained places of each wheel to print")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--no-tree", action="store_true", help="leave bare names alone")
    arguments = parser.parse_args()
    version = versions(arguments.wheels)
    names = [n for n in sorted(os.listdir(arguments.tree)) if os.path.isdir(os.path.join(arguments.tree, n))]
    names = [n for n in names if not arguments.package or n in arguments.package]
    rows, total, reasons, failed = [], collections.Counter(), collections.Counter(), 0
    columns = ("files", "ruff", "agreed", "ours", "tree", "bare")
    print(f"{len(BANS)} members of {len(LIBRARIES)} libraries")
    print(f"{'wheel':30}" + "".join(f"{column:>9}" for column in columns) + "  unexplained")
    with multiprocessing.Pool(arguments.jobs) as pool:
        results = zip(names, pool.imap(functools.partial(compare, arguments), names))
        for name, (found, tally, why, unexplained) in results:
            print(f"{name:30}" + "".join(f"{tally[column]:9}" for column in columns) + f"  {len(unexplained)}", flush=True)
            for text in unexplained[: arguments.show]:
                print(f"{'':14}! {text}")
            rows += [(name, version.get(name, ""), *row) for row in found]
            total += tally
            reasons += why
            failed += len(unexplained)
    print(f"{'total':30}" + "".join(f"{total[column]:9}" for column in columns) + f"  {failed}")
    print(f"{total['line']:>14}  agreed on the line only\n{total['expression']:>14}  agreed by overlap only")
    for text, times in sorted(reasons.items()):
        print(f"{times:>14}  {text}")
    if arguments.csv:
        with open(arguments.csv, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["package", "version", "path", "line", "name", "verdict"])
            writer.writerows(sample(rows, arguments.rows))
    sys.exit(1 if failed or not total["agreed"] else 0)


if __name__ == "__main__":
    main()
