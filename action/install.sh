#!/usr/bin/env bash
# shellcheck disable=SC2016 # in messages, backquotes are for people
# Puts the tool in place: the released file whose checksum stands in this action's own tree, or else what this tree is
# the source of. Nothing of the checked repository is looked at, no variable names a place to load from, and a file with
# another checksum is never run. Runs in the bash of macOS (3.2) and of Git for Windows, too.
set -euo pipefail
export LC_ALL=C
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=action/log.sh
. "$here/log.sh"
tree=$(dirname -- "$here")

# The version that this tree is the source of.
own_version() {
  awk '/^\[/ { inside = ($0 == "[package]") } inside && /^version *= *"/ { split($0, part, "\""); print part[2]; exit }' "$tree/Cargo.toml"
}

# The platforms whose released files may run here, the best first; none when there are no releases for it.
platforms() {
  case ${RUNNER_OS:-}-${RUNNER_ARCH:-} in
    Linux-X64) linux x86_64 ;;
    Linux-ARM64) linux aarch64 ;;
    macOS-X64) echo x86_64-apple-darwin ;;
    macOS-ARM64) echo aarch64-apple-darwin ;;
    Windows-X64) echo x86_64-pc-windows-msvc ;;
    Windows-ARM64) echo aarch64-pc-windows-msvc ;;
  esac
}

# Where the C library is musl, only what needs no other runs. It also runs where the C library is too old.
linux() {
  local loader
  for loader in /lib/ld-musl-*; do
    if [ -e "$loader" ]; then
      echo "$1-unknown-linux-musl"
      return
    fi
  done
  echo "$1-unknown-linux-gnu $1-unknown-linux-musl"
}

# asset PLATFORM: what the released file is called.
asset() {
  case $1 in
    *-windows-*) echo "policy-$version-$1.zip" ;;
    *) echo "policy-$version-$1.tar.gz" ;;
  esac
}

# expected ASSET: its checksum in this tree; nothing when there is none.
expected() {
  awk -v version="$version" -v asset="$1" '$1 ~ /^[0-9a-f]+$/ && length($1) == 64 && $2 == version && $3 == asset { print $1; exit }' "$here/checksums.txt"
}

# actual FILE: its checksum.
actual() {
  if command -v sha256sum >/dev/null; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | awk '{ print $1 }'
}

can_download() {
  command -v curl >/dev/null && { command -v sha256sum >/dev/null || command -v shasum >/dev/null; }
}

# download ASSET FILE
download() {
  local url
  IFS= read -r url <"$here/releases.txt"
  url=${url//\{repository\}/$ACTION_REPOSITORY}
  url=${url//\{version\}/$version}
  url=${url//\{asset\}/$1}
  curl --disable --fail --silent --show-error --location --proto '=https,file' --proto-redir '=https' \
    --retry 3 --connect-timeout 20 --max-time 300 --output "$2" --url "$url" 2>"$folder/curl.log"
}

# unpack FILE INTO: leaves the program in `binary`.
unpack() {
  local name=policy place
  mkdir -- "$2"
  case $1 in
    *.zip)
      name=policy.exe
      unzip -q "$1" -d "$2"
      ;;
    *) tar -xzf "$1" -C "$2" ;;
  esac
  binary=''
  for place in "$2/$name" "$2"/*/"$name"; do
    if [ -f "$place" ]; then
      binary=$place
      return 0
    fi
  done
  return 1
}

# runs BINARY: whether it starts here, and is what it should be.
runs() {
  [ "$("$1" --version 2>/dev/null </dev/null)" = "policy $version" ]
}

# install_released: leaves `binary`; fails when no released file fits.
install_released() {
  local platform name sum
  binary=''
  if [ -z "$ACTION_REPOSITORY" ] || ! can_download; then return 1; fi
  for platform in $(platforms); do
    name=$(asset "$platform")
    sum=$(expected "$name")
    if [ -z "$sum" ]; then continue; fi
    if ! download "$name" "$folder/$name"; then
      tell warning "$name could not be downloaded: $(cat "$folder/curl.log")"
      continue
    fi
    if [ "$(actual "$folder/$name")" != "$sum" ]; then
      rm -f -- "$folder/$name"
      stop "the checksum of the downloaded $name is not the one that this action knows ($sum); it was not run. Try again; if it stays so, the release was changed: please report it"
    fi
    if unpack "$folder/$name" "$folder/$platform" && runs "$binary"; then
      echo "policy $version: $name, sha256 $sum"
      return 0
    fi
    echo "$name does not run here"
    binary=''
  done
  return 1
}

ACTION_REPOSITORY=${ACTION_REPOSITORY:-}
own=$(own_version)
[[ $own =~ ^[0-9]+\.[0-9]+\.[0-9]+([.-][0-9A-Za-z.-]+)?$ ]] || stop 'this action is not whole: its `Cargo.toml` has no version'
version=${INPUT_VERSION:-$own}
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+([.-][0-9A-Za-z.-]+)?$ ]] || stop "\`version: $version\` is not an exact version such as \`$own\`"
folder=$(new_folder policy-install)
if ! install_released; then
  if [ "$version" != "$own" ]; then
    stop "this action knows no released file of policy $version for ${RUNNER_OS:-this system} ${RUNNER_ARCH:-}, and is itself the source of $own; leave \`version\` out, or use the action of $version"
  fi
  echo "policy $version: no released file fits; it is built from the source of this action"
  bash "$here/build.sh" "$tree" "$folder" || exit 2
  binary=$folder/policy
  if [ "${RUNNER_OS:-}" = Windows ]; then binary=$folder/policy.exe; fi
  runs "$binary" || stop 'what was built does not run'
fi
give binary "$binary"
