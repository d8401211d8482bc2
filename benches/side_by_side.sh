#!/usr/bin/env bash
# Times the tool beside its peers, in one run on this machine: no cache of any tool (but where said), page cache warm, at
# least 10 runs each, every command printed. Fetches pinned wheels and ruff from PyPI; wants ripgrep and hyperfine
# (Debian packages of these names), pip and cargo.
#
#   benches/side_by_side.sh [WORK_FOLDER]
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
work=${1:-${TMPDIR:-/tmp}/policy-bench}
runs=${RUNS:-10}
ruff_version=0.17.6
mkdir -p "$work/wheels" "$work/tools"

for tool in rg hyperfine python3 cargo; do
  command -v "$tool" >/dev/null || { echo "missing: $tool"; exit 2; }
done
if [ ! -x "$work/ruff" ]; then
  python3 -m pip download -q --no-deps -d "$work/tools" "ruff==$ruff_version"
  python3 - "$work" <<'PYTHON'
import glob, os, sys, zipfile
work = sys.argv[1]
wheel = zipfile.ZipFile(glob.glob(f"{work}/tools/ruff-*.whl")[0])
name = next(n for n in wheel.namelist() if n.endswith("/scripts/ruff"))
open(f"{work}/ruff", "wb").write(wheel.read(name))
os.chmod(f"{work}/ruff", 0o755)
PYTHON
fi
if [ ! -d "$work/tree" ]; then
  python3 -m pip download -q --no-deps --only-binary=:all: --python-version 3.13 --implementation cp --abi cp313 --abi abi3 \
    --abi none --platform manylinux2014_x86_64 --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 \
    --platform any -d "$work/wheels" -r "$here/benches/corpus.txt"
  python3 - "$work" <<'PYTHON'
import glob, os, sys, zipfile
work = sys.argv[1]
for path in sorted(glob.glob(f"{work}/wheels/*.whl")):
    wheel = zipfile.ZipFile(path)
    for entry in wheel.infolist():
        if entry.filename.endswith((".py", ".pyi", ".pyw")) and not entry.is_dir():
            target = os.path.join(work, "tree.part", os.path.basename(path).split("-")[0], entry.filename)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            open(target, "wb").write(wheel.read(entry))
os.rename(f"{work}/tree.part", f"{work}/tree")
PYTHON
fi
cargo build --release --locked --quiet --manifest-path "$here/Cargo.toml"
policy=$here/target/release/policy
ruff=$work/ruff

cat > "$work/four.yaml" <<'YAML'
version: 1
rules:
  four: { forbid: { import: [requests, aiohttp, redis, aioredis] } }
YAML
cat > "$work/libraries.yaml" <<'YAML'
version: 1
rules:
  libraries: { forbid: [requests, aiohttp, redis, aioredis] }
YAML
# A lock file of 4 MB that holds the name at its end.
mkdir -p "$work/lock"
python3 - "$work/lock" <<'PYTHON'
import hashlib, os, sys
entry = """[[package]]
name = "package-{n}"
version = "1.{n}"
description = "The \\"package\\" {n}"
optional = false
python-versions = ">=3.8"
files = [
    {{file = "package_{n}-1.{n}-py3-none-any.whl", hash = "sha256:{digest}"}},
    {{file = "package_{n}-1.{n}.tar.gz", hash = "sha256:{digest}"}},
]

[package.dependencies]
package-{one} = ">=1.0"
package-{other} = {{version = ">=1", markers = "python_version < \\"3.9\\""}}

"""
count = 7000
with open(os.path.join(sys.argv[1], "poetry.lock"), "w") as lock:
    for n in range(count):
        digest = hashlib.sha256(str(n).encode()).hexdigest()
        lock.write(entry.format(n=n, digest=digest, one=(n * 7 + 1) % count, other=(n * 11 + 3) % count))
    lock.write('[[package]]\nname = "requests"\nversion = "2.32.3"\n')
PYTHON
cat > "$work/any.yaml" <<'YAML'
version: 1
rules:
  every-import: { forbid: { import: [any] } }
YAML
{ # Each wheel is a root, as in a monorepo: everything else but the standard library is third-party.
  echo "version: 1"
  echo "python: { roots: [$(cd "$work/tree" && printf '"%s", ' */ | tr -d /)] }"
  echo "rules:"
  echo "  approved: { allow-only: { import: [stdlib, first-party] } }"
} > "$work/allow.yaml"
{
  echo "version: 1"
  echo "extends: [$(cd "$here/rules" && printf 'pack:%s, ' *.yaml | sed 's/\.yaml//g')]"
} > "$work/packs.yaml"
cat > "$work/ruff.toml" <<'TOML'
[lint]
select = ["TID251"]
[lint.flake8-tidy-imports.banned-api]
requests.msg = "banned"
aiohttp.msg = "banned"
redis.msg = "banned"
aioredis.msg = "banned"
TOML
cd -P "$work/tree"
one=$(find . -path '*/requests/sessions.py' | head -1)
echo "$(nproc) cores; $(find . -type f | wc -l) files, $(du -sb --apparent-size . | cut -f1) bytes; $("$ruff" --version); $(rg --version | head -1)"
find . -type f -print0 | xargs -0 cat > /dev/null
"$ruff" check --config ../ruff.toml --exit-zero -q --cache-dir ../ruff-cache . > /dev/null

# name, command
names=() commands=()
add() { names+=("$1"); commands+=("$2"); }
add "four" "$policy check --root . --policy ../four.yaml --quiet ."
add "libraries" "$policy check --root . --policy ../libraries.yaml --quiet ."
add "lock file" "$policy check --root ../lock --policy ../libraries.yaml --quiet ../lock"
add "every import" "$policy check --root . --policy ../any.yaml --quiet ."
add "allow-only" "$policy check --root . --policy ../allow.yaml --quiet ."
add "all packs" "$policy check --root . --policy ../packs.yaml --quiet ."
add "facts to a file" "$policy facts --root . --output ../facts.jsonl ."
add "one file" "$policy check --root . --policy ../four.yaml --quiet $one"
add "rg" "rg -l -t py -e requests -e aiohttp -e redis -e aioredis ."
add "ruff" "$ruff check --no-cache --config ../ruff.toml --exit-zero -q ."
add "ruff warm" "$ruff check --config ../ruff.toml --exit-zero -q --cache-dir ../ruff-cache ."
add "ruff one file" "$ruff check --no-cache --config ../ruff.toml --exit-zero -q $one"
for i in "${!names[@]}"; do printf '%-16s %s\n' "${names[$i]}" "${commands[$i]}"; done
hyperfine -N -i --warmup 2 --runs "$runs" --prepare "rm -f ../facts.jsonl" --export-json ../times.json "${commands[@]}" > /dev/null 2>&1

plain=../extensionless
if [ ! -d "$plain" ]; then
  mkdir -p "$plain.part"
  python3 - "$plain.part" <<'PYTHON'
import os, shutil, sys
target = sys.argv[1]
shutil.copytree(".", os.path.join(target, "tree"), copy_function=os.link)
for n in range(50_000):
    folder = os.path.join(target, "data", f"{n // 500:03}")
    os.makedirs(folder, exist_ok=True)
    open(os.path.join(folder, f"blob{n}"), "wb").write(b"just some data\n" * 4)
PYTHON
  mv "$plain.part" "$plain"
fi
(cd "$plain" && find . -type f -print0 | xargs -0 cat > /dev/null &&
  hyperfine -N -i --warmup 2 --runs "$runs" --export-json ../plain.json \
    "$policy check --root . --policy ../four.yaml --quiet tree" "$policy check --root . --policy ../four.yaml --quiet ." > /dev/null 2>&1)

memory() { python3 - "$@" <<'PYTHON'
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
PYTHON
}
peak_four=$(memory "$policy" check --root . --policy ../four.yaml --quiet .)
peak_any=$(memory "$policy" check --root . --policy ../any.yaml --quiet .)
peak_facts=$(memory "$policy" facts --root . --output ../facts.jsonl .)

python3 - "$peak_four" "$peak_any" "$peak_facts" "${names[@]}" <<'PYTHON'
import json, sys
peaks, names = sys.argv[1:4], sys.argv[4:]
results = json.load(open("../times.json"))["results"]
median = {name: result["median"] for name, result in zip(names, results)}
print()
for name, result in zip(names, results):
    print(f"{name:16} median {result['median'] * 1e3:8.1f} ms   min {result['min'] * 1e3:8.1f}   max {result['max'] * 1e3:8.1f}")
plain = [r["median"] for r in json.load(open("../plain.json"))["results"]]
print()
def ratio(what, value, goal, good):
    print(f"{what:52} {value:7.2f}   goal {goal:9} {'met' if good else 'MISSED'}")
value = median["four"] / median["rg"]
ratio("four libraries / ripgrep", value, "<= 1.1", value <= 1.1)
value = median["ruff"] / median["four"]
ratio("ruff --no-cache / four libraries", value, ">= 25", value >= 25)
value = median["ruff"] / median["every import"]
ratio("ruff --no-cache / every import", value, ">= 15", value >= 15)
for what in ("allow-only", "all packs"):
    value = median["ruff"] / median[what]
    ratio(f"ruff --no-cache / {what}", value, ">= 15", value >= 15)
    value = median[what] / median["ruff warm"]
    ratio(f"{what} / ruff with a warm cache", value, "< 1", value < 1)
value = median["lock file"] * 1e3
ratio("milliseconds for a lock file of 4 MB", value, "<= 50", value <= 50)
value = median["every import"] / median["ruff warm"]
ratio("every import / ruff with a warm cache", value, "< 1", value < 1)
value = median["facts to a file"] / median["ruff warm"]
ratio("facts to a file / ruff with a warm cache", value, "<= 1", value <= 1)
value = median["one file"] / median["ruff one file"]
ratio("one file / ruff for it", value, "<= 1", value <= 1)
value = plain[1] / plain[0]
ratio("with 50,000 files without a suffix / without", value, "<= 1.1", value <= 1.1)
for what, peak in zip(("four", "every import", "facts"), peaks):
    ratio(f"peak memory in MB: {what}", float(peak), "<= 80", float(peak) <= 80)
PYTHON
