#!/usr/bin/env bash
# shellcheck disable=SC2016 # in messages, backquotes are for people
# Runs `policy check` as the event asks for, and hands on what it told. Knows the order of things; where they come from
# and go to is in the files beside this one. Runs in the bash of macOS (3.2) and of Git for Windows, too.
set -euo pipefail
export LC_ALL=C
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=action/log.sh
. "$here/log.sh"
# shellcheck source=action/words.sh
. "$here/words.sh"
# shellcheck source=action/places.sh
. "$here/places.sh"
# shellcheck source=action/base.sh
. "$here/base.sh"
# shellcheck source=action/report.sh
. "$here/report.sh"

# is_set NAME VALUE: whether an input is `true`; anything but `true` and `false` ends the run.
is_set() {
  case $2 in
    true) return 0 ;;
    false) return 1 ;;
    *) stop "\`$1: $2\` is neither \`true\` nor \`false\`" ;;
  esac
}

# Leaves the arguments of the tool in `command`; reports go to the folder `work`.
assemble() {
  local base='' path place link
  command=(check --format github --report "json=$work/report.json")
  if is_set summary "$INPUT_SUMMARY"; then command+=(--report "markdown=$work/summary.md"); fi
  if is_set sarif "$INPUT_SARIF"; then command+=(--report "sarif=$work/policy.sarif"); fi
  if [ -n "$INPUT_POLICY" ]; then command+=("--policy=$INPUT_POLICY"); fi
  if [ -n "$INPUT_FAIL_LEVEL" ]; then command+=("--fail-level=$INPUT_FAIL_LEVEL"); fi
  local new_only=no from_base=no
  if is_set new-only "$INPUT_NEW_ONLY"; then new_only=yes; fi
  if is_set policy-from-base "$INPUT_POLICY_FROM_BASE"; then from_base=yes; fi
  if [ "$new_only$from_base" != nono ] || [ "$EVENT_NAME" = pull_request_target ]; then find_base; fi
  if [ -n "$base" ] && [ "$new_only" = yes ]; then command+=(--since "$base"); fi
  if [ -n "$base" ] && [ "$from_base" = yes ]; then command+=(--policy-ref "$base"); fi
  split "$INPUT_ARGS" || stop '`args` has an open quote, or ends in a backslash'
  command+=(${words[@]+"${words[@]}"})
  split "$INPUT_PATHS" || stop '`paths` has an open quote, or ends in a backslash'
  for path in ${words[@]+"${words[@]}"}; do follow paths "$directory" "$path"; done
  command+=(-- ${words[@]+"${words[@]}"})
}

# The lines that are annotations; all others are text, and no command.
readonly ANNOTATION='^::(error|warning|notice)( [^:]*)?::'

# shellcheck disable=SC2329 # `guarded` calls it
show_log() {
  printf 'policy'
  printf ' %q' "${command[@]}"
  printf '\n'
  grep -Ev "$ANNOTATION" "$work/out" || true
  cat "$work/err"
}

# Leaves `code` and `verdict`.
judge() {
  verdict=incomplete
  read_report "$work/report.json"
  case $code in
    0 | 1)
      if [ "$complete" != true ]; then
        tell error 'not complete: the tool wrote no complete report; `args` may not ask for anything but a check'
        code=2
      elif [ "$code" = 0 ] && [ $((errors + warnings + notes)) = 0 ]; then
        verdict=clean
      else
        verdict=findings
      fi
      ;;
    2) tell error 'not complete: nothing here is a verdict; the log of this step says what to do' ;;
    *) tell error "not complete: the tool ended with $code, which it never does by itself; please report it" ;;
  esac
}

# Hands on summary, report and outputs. What was asked for and could not be written is lost: the run is not complete.
hand_on() {
  local sarif=''
  if [ "$INPUT_SUMMARY" = true ]; then
    if [ ! -s "$work/summary.md" ]; then
      printf '**policy: not complete** (exit code %s). The log says why.\n' "$code" >"$work/summary.md"
    fi
    if ! add_summary "$work/summary.md"; then lose 'the summary could not be written'; fi
  fi
  if [ "$INPUT_SARIF" = true ] && [ "$verdict" != incomplete ]; then
    if [ -s "$work/policy.sarif" ]; then sarif=$work/policy.sarif; else lose 'the tool wrote no SARIF report'; fi
  fi
  if [ -z "$sarif" ]; then
    rm -f -- "$work/policy.sarif"
  fi
  give errors "$errors" warnings "$warnings" notes "$notes" verdict "$verdict" sarif "$sarif" exit-code "$code" 2>/dev/null ||
    lose 'the outputs could not be written'
}

lose() {
  tell error "not complete: $1"
  verdict=incomplete
  code=2
}

[ -n "$POLICY_BINARY" ] || stop 'the tool was not installed'
enter_working_directory
work=$(new_folder policy-check)
assemble
if [ "$EVENT_NAME" = pull_request_target ]; then
  tell warning 'this runs on `pull_request_target`, beside code that anybody may propose: the tool reads it and runs none of it; see to it that no other step of the job does'
fi
code=0
# Git for Windows would rewrite arguments that look like paths of its own.
MSYS_NO_PATHCONV=1 MSYS2_ARG_CONV_EXCL='*' "$POLICY_BINARY" "${command[@]}" </dev/null >"$work/out" 2>"$work/err" || code=$?
guarded show_log
judge
grep -E "$ANNOTATION" "$work/out" || true
hand_on
exit "$code"
