#!/usr/bin/env bash
# Builds the tool from the source of this action: build.sh TREE FOLDER leaves FOLDER/policy (FOLDER/policy.exe).
# Cargo and rustup obey files in the folder that they are called in and above it, and many variables. None of them may
# come from a repository that is checked: the source is copied to a folder of its own, the toolchain is called by its
# path, and the variables are taken away. Runs in the bash of macOS (3.2) and of Git for Windows, too.
set -euo pipefail
export LC_ALL=C
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=action/log.sh
. "$here/log.sh"
tree=$1
folder=$2

# All that the program is made of.
readonly PARTS='Cargo.toml Cargo.lock build.rs src rules'

copy_source() {
  local part
  mkdir -p -- "$folder/source/tests"
  for part in $PARTS; do
    cp -R -- "$tree/$part" "$folder/source/$part" || stop "this action is not whole: it has no \`$part\`"
  done
  # The manifest names this file, and nothing is built of it.
  : >"$folder/source/tests/main.rs"
}

# Cargo looks for settings and workspaces in every folder above the one that it works in.
refuse_settings_above() {
  local above name
  above=$(cd -P -- "$folder" && pwd -P)
  while :; do
    for name in .cargo/config .cargo/config.toml Cargo.toml; do
      if [ -e "$above/$name" ]; then
        stop "cargo would obey $above/$name; remove it from the runner, or use a version of this action that has a released file for it"
      fi
    done
    if [ "$above" = / ]; then return; fi
    above=$(dirname -- "$above")
  done
}

# Takes away what would change how the compilers are called, or which ones. Where toolchains lie, and which mirror they
# come from, is the runner's own affair.
clear_variables() {
  local name
  while IFS= read -r name; do
    case $name in
      RUSTUP_HOME | RUSTUP_DIST_SERVER | RUSTUP_UPDATE_ROOT) ;;
      CARGO* | RUST* | __CARGO* | CC | CC_* | CXX | CXX_* | CPP | LD | AR | AR_* | NM | RANLIB | RANLIB_*) unset "$name" ;;
      CFLAGS* | CXXFLAGS* | CPPFLAGS* | LDFLAGS* | ARFLAGS* | HOST_* | TARGET_* | CRATE_CC_* | CROSS_COMPILE) unset "$name" ;;
      MAKEFLAGS | GCC_EXEC_PREFIX | COMPILER_PATH | CPATH | LIBRARY_PATH) unset "$name" ;;
      LD_PRELOAD | LD_AUDIT | DYLD_INSERT_LIBRARIES) unset "$name" ;;
    esac
  done < <(compgen -e)
}

# Leaves `cargo`, and tells it which compiler to call.
choose_toolchain() {
  local toolchain
  IFS= read -r toolchain <"$here/toolchain.txt"
  if command -v rustup >/dev/null; then
    if ! rustup which --toolchain "$toolchain" rustc >/dev/null 2>&1; then
      rustup toolchain install "$toolchain" --profile minimal --no-self-update || stop "Rust $toolchain could not be installed"
    fi
    cargo=$(rustup which --toolchain "$toolchain" cargo)
    RUSTC=$(rustup which --toolchain "$toolchain" rustc)
    export RUSTC
  elif command -v cargo >/dev/null; then
    cargo=$(command -v cargo)
    tell notice "there is no rustup here: policy is built with $(cd -- "$folder" && "$cargo" --version), not with Rust $toolchain"
  else
    stop 'no released file fits this runner, and there is no Rust to build one; add a step that installs it'
  fi
}

clear_variables
refuse_settings_above
copy_source
choose_toolchain
mkdir -- "$folder/cargo"
export CARGO_HOME=$folder/cargo CARGO_TARGET_DIR=$folder/target CARGO_TERM_COLOR=never
cd -- "$folder/source"
"$cargo" build --release --locked --bin policy || stop 'the tool could not be built from source'
for name in policy policy.exe; do
  if [ -f "$folder/target/release/$name" ]; then mv -- "$folder/target/release/$name" "$folder/$name"; fi
done
rm -rf -- "$folder/target" "$folder/cargo" "$folder/source"
