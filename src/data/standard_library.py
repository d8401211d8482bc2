"""Makes standard_library.txt: `name first last` for each top-level module, minor versions of Python 3 inclusive; and
`name` alone for each of Python 2.7, from a file `2.7.txt`.

    python standard_library.py FILE... > standard_library.txt

Each FILE is one CPython's own list: the C header `Python/stdlib_module_names.h` of a version, saved as `3.NN.h`, or
the output of `python3.NN -c "import sys; print(*sorted(sys.stdlib_module_names), sep='\\n')"`, saved as `3.NN.txt`.
For versions before 3.10, which have no such list, `3.NN.txt` is the union of `sys.builtin_module_names` and the
module names in the library and extension folders; for versions not at hand, the package `stdlibs` has the same lists.
Modules that only CPython's own tests use are left out.
"""

import pathlib
import re
import sys


def names(path):
    text = path.read_text()
    return set(re.findall(r'"(\w+)"', text)) if path.suffix == ".h" else set(text.split())


def main(files):
    old = [f for f in files if pathlib.Path(f).stem == "2.7"]
    new = [f for f in files if f not in old]
    versions = {int(pathlib.Path(f).stem.split(".")[1]): names(pathlib.Path(f)) for f in new}
    spans = {}
    for minor in sorted(versions):
        for name in versions[minor]:
            first, _ = spans.get(name, (minor, minor))
            spans[name] = (first, minor)
    print(f"# name first last: standard library of CPython 3.{min(versions)} to 3.{max(versions)}")
    for name in sorted(spans):
        print(name, *spans[name])
    print("# name: standard library of CPython 2.7")
    print(*sorted(set().union(*(names(pathlib.Path(f)) for f in old))), sep="\n")


main(sys.argv[1:])
