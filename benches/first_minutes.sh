#!/usr/bin/env bash
# The first minutes of somebody new, step by step and timed: a fresh clone, a fresh home, then two public projects as they were
# published. Prints every command, the end of what it says, how it ends, and how long it takes. Wants git, cargo, pip, and
# pre-commit on the path.
#
#   benches/first_minutes.sh [WORK_FOLDER]
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
work=${1:-$(mktemp -d)}
mkdir -p "$work/home" "$work/projects" "$work/archives"
work=$(cd "$work" && pwd)
for tool in git cargo python3 pre-commit; do
  command -v "$tool" >/dev/null || { echo "missing: $tool"; exit 2; }
done
# The toolchain stays where it is; everything else of the home is new.
export CARGO_HOME=${CARGO_HOME:-$HOME/.cargo} RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup}
export HOME=$work/home GIT_CONFIG_NOSYSTEM=1
git config --global user.name someone
git config --global user.email someone@project.example
git config --global init.defaultBranch main
git config --global protocol.file.allow always

# step EXPECTED LINES COMMAND...: runs it, shows at most so many lines, and ends everything where it ends otherwise.
step() {
  local expected=$1 lines=$2 code=0 start end
  shift 2
  printf '\n$ %s\n' "$*"
  start=$(date +%s.%N)
  "$@" >"$work/said" 2>&1 || code=$?
  end=$(date +%s.%N)
  if [ "$(wc -l <"$work/said")" -gt "$lines" ]; then
    echo "  … $(($(wc -l <"$work/said") - lines)) lines before"
  fi
  tail -n "$lines" "$work/said"
  printf '(exit %s, %.2f s)\n' "$code" "$(echo "$end $start" | awk '{print $1 - $2}')"
  case " $expected " in *" $code "*) ;; *) echo "expected: exit $expected"; exit 1 ;; esac
}

# What an earlier run has built in the same folder is taken.
if [ ! -x "$work/policy/target/release/policy" ]; then
  rm -rf "$work/policy"
  step 0 2 git clone --quiet "$here" "$work/policy"
  (cd "$work/policy" && step 0 2 cargo build --release --quiet)
fi
cd "$work/policy"
step 1 12 cargo run --release --quiet -- check tests/projects/maily
export PATH=$work/policy/target/release:$PATH

for project in "$work/archives/"*.tar.gz; do rm -f "$project"; done
python3 -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: -d "$work/archives" \
  httpie==3.2.4 >/dev/null 2>&1 || true
python3 -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: -d "$work/archives" \
  celery==5.5.3 >/dev/null 2>&1 || true
[ "$(find "$work/archives" -name '*.tar.gz' | wc -l)" -eq 2 ] || { echo "the two archives could not be fetched"; exit 2; }

for archive in "$work/archives/"*.tar.gz; do
  name=$(basename "$archive" .tar.gz)
  printf '\n== %s\n' "$name"
  rm -rf "$work/projects/$name"
  tar -xzf "$archive" --no-same-owner -C "$work/projects"
  cd "$work/projects/$name"
  git init --quiet
  git add --all
  git commit --quiet -m "as published"
  step 0 24 policy init
  step '0 1' 16 policy check
  rule=$( (policy check --format json || true) | python3 -c '
import collections, json, sys
rules = collections.Counter(finding["rule"] for finding in json.load(sys.stdin)["findings"])
print(rules.most_common(1)[0][0] if rules else "deprecated-libraries/mock")')
  step 0 14 policy explain "$rule"
  step 0 4 policy baseline --create
  step 0 4 policy check
  printf 'repos:\n  - repo: %s\n    rev: %s\n    hooks:\n      - id: policy-system-project\n' \
    "$work/policy" "$(git -C "$work/policy" rev-parse HEAD)" >.pre-commit-config.yaml
  git add policy.yaml policy.baseline .pre-commit-config.yaml
  step 0 4 pre-commit install
  step 0 4 git commit -m "agree on a policy"
  printf 'import nose\n' >new_module.py
  git add new_module.py
  step 1 8 git commit -m "against the policy"
  git rm --quiet --cached new_module.py
  rm new_module.py
  step '0 1' 30 policy doctor
done
