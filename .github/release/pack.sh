#!/usr/bin/env bash
# Packs what a release hands out:
#
#   pack.sh VERSION BINARIES OUT
#
# BINARIES/TRIPLE holds `policy` (`policy.exe` on Windows). OUT, which must not be there yet, receives for each triple
# policy-VERSION-TRIPLE.tar.gz (.zip on Windows) with one folder of that name inside, and SHA256SUMS over all of them.
# Standard output has the lines for the table of checksums of the action: sha256, version, name.
#
# The same files make the same archives, byte by byte: names are sorted, and all times are SOURCE_DATE_EPOCH (0 without).
set -euo pipefail
export LC_ALL=C TZ=UTC

version=$1 binaries=$(realpath "$2") out=$3
source=$(realpath "$(dirname "$0")/../..")
day=${SOURCE_DATE_EPOCH:-0}
mkdir "$out"
out=$(realpath "$out")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Pages and completions are the same everywhere: the binary that runs here writes them.
own=$binaries/x86_64-unknown-linux-gnu/policy
chmod +x "$own"
[ "$("$own" --version)" = "policy $version" ] || { echo "the binary is $("$own" --version), not $version" >&2; exit 1; }
mkdir -p "$work/share/completions"
"$own" man --output "$work/share/man"
"$own" completions bash >"$work/share/completions/policy.bash"
"$own" completions zsh >"$work/share/completions/_policy"
"$own" completions fish >"$work/share/completions/policy.fish"
"$own" completions powershell >"$work/share/completions/_policy.ps1"
cp "$source"/README.md "$source"/LICENSE-MIT "$source"/LICENSE-APACHE "$work/share"

for folder in "$binaries"/*/; do
  triple=$(basename "$folder")
  name=policy-$version-$triple
  mkdir "$work/$name"
  cp -R "$work/share/." "$work/$name"
  case $triple in
    *windows*) cp "$folder/policy.exe" "$work/$name" ;;
    *) install -m 755 "$folder/policy" "$work/$name/policy" ;;
  esac
  find "$work/$name" -exec touch --no-dereference --date="@$day" {} +
  case $triple in
    # The times of this format begin in 1980.
    *windows*)
      find "$work/$name" -exec touch --date="@$((day < 315619200 ? 315619200 : day))" {} +
      (cd "$work" && python3 -c '
import os, sys, zipfile
archive, folder = sys.argv[1:]
with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
    for name in sorted(os.path.join(at, file) for at, _, files in os.walk(folder) for file in files):
        out.write(name)
' "$out/$name.zip" "$name")
      ;;
    *)
      tar --create --directory "$work" --sort=name --owner=0 --group=0 --numeric-owner --format=ustar "$name" |
        gzip --no-name --best >"$out/$name.tar.gz"
      ;;
  esac
done

cd "$out"
sha256sum policy-* >SHA256SUMS
while read -r sum name; do
  echo "$sum  $version  $name"
done <SHA256SUMS
