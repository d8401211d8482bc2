# shellcheck shell=bash
# What a run left behind, and where it goes. Knows the tool's `json` and GitHub's files; must not know events.

# What GitHub takes as the summary of one step, in bytes. Of one byte more it shows nothing.
readonly SUMMARY_BYTES=1048576

# read_report FILE: leaves `complete`, `errors`, `warnings` and `notes`; empty where there is no such report. Text of
# others cannot pass for these lines: they end before the first finding, and in JSON no text goes over lines.
read_report() {
  complete=''
  errors=''
  warnings=''
  notes=''
  [ -f "$1" ] || return 0
  read -r complete errors warnings notes < <(awk '
    /^  "complete": (true|false),$/ { complete = substr($2, 1, length($2) - 1) }
    /^    "findings": \{$/ { counting = 1 }
    counting && /^      "(error|warn|note)": [0-9]+,?$/ { counts[$1] = $2 + 0; seen++ }
    counting && /^    \}/ { exit }
    END { if (complete != "" && seen == 3) print complete, counts["\"error\":"], counts["\"warn\":"], counts["\"note\":"] }
  ' "$1") || return 0
}

# bytes FILE: how long a file is. What is no file (a device) is never read.
bytes() {
  if [ -f "$1" ]; then wc -c <"$1" | tr -d ' '; else echo 0; fi
}

# add_summary FILE: adds to the summary of the step. Fails when it was to be written and could not be.
add_summary() {
  local size there
  if [ -z "${GITHUB_STEP_SUMMARY:-}" ]; then
    tell notice 'there is no summary: this runner takes none'
    return 0
  fi
  size=$(bytes "$1")
  there=$(bytes "$GITHUB_STEP_SUMMARY")
  if [ $((size + there)) -gt "$SUMMARY_BYTES" ]; then
    tell warning "the summary is left out: with its $size bytes it would be longer than the $SUMMARY_BYTES that GitHub shows"
    return 0
  fi
  cat -- "$1" 2>/dev/null >>"$GITHUB_STEP_SUMMARY"
}
