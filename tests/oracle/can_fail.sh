#!/usr/bin/env bash
# Shows that the comparison with CPython can fail: builds the tool with one piece of knowledge switched off at a time, and
# counts what the random programs then find. Works on a copy; needs Rust and CPython 3.12 or newer.
#
#   can_fail.sh PYTHON [COUNT]
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
python=$1
count=${2:-20000}
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

spoil() { # name, file, old text, new text
  rm -rf "${copy:?}/src"
  cp -r "$here/src" "$here/Cargo.toml" "$here/Cargo.lock" "$here/rules" "$copy/"
  cp "$here/README.md" "$copy/" 2>/dev/null || true
  "$python" - "$copy/$2" "$3" "$4" <<'PYTHON'
import pathlib, sys
path, old, new = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
text = path.read_text()
if old not in text:
    sys.exit(f"{path} no longer holds: {old}")
path.write_text(text.replace(old, new))
PYTHON
  cargo build --quiet --release --manifest-path "$copy/Cargo.toml" --target-dir "$copy/target"
  result=$("$python" "$here/tests/oracle/mutants.py" "$copy/target/release/policy" 7 "$count" || true)
  silent=$("$python" -c 'import json,sys; print(json.load(sys.stdin).get("silent", 0))' <<<"$result")
  echo "without $1: $silent of $count programs differ silently"
  [ "$silent" -gt 0 ] || { echo "the comparison did not notice"; exit 1; }
}

spoil "carriage returns" src/readers/python/lexer.rs "has_cr: memchr::memchr(b'\\r', bytes).is_some()" "has_cr: false"
spoil "NFKC" src/name.rs "if name.is_ascii() || is_nfkc(name)" "if !name.is_empty() || is_nfkc(name)"
spoil "nested f-strings" src/readers/python/lexer.rs "self.formatted_prefix(start)" "self.formatted_prefix(start).filter(|_| false)"
