# shellcheck shell=bash
# What goes into the log of a run. GitHub's runner reads the log for commands (`::error …::`, and `##[…]` anywhere in a
# line), so text that others wrote is escaped, or stands where the runner reads no commands.
# All of it goes to standard output: the runner reads the two streams apart, and their order would be lost.

# Prints text so that it stays the message of one command.
escaped() {
  local text=$1
  text=${text//\%/%25}
  text=${text//$'\r'/%0D}
  text=${text//$'\n'/%0A}
  printf '%s' "${text//[[:cntrl:]]/?}"
}

# tell LEVEL TEXT: an annotation; LEVEL is `error`, `warning` or `notice`.
tell() {
  printf '::%s title=policy::%s\n' "$1" "$(escaped "$2")"
}

# Says why nothing can be judged, and ends. Not for use inside `$(…)`.
stop() {
  tell error "not complete: $1"
  exit 2
}

# 32 hexadecimal digits that nobody can guess.
random() {
  od -An -N16 -tx1 /dev/urandom | tr -d ' \n'
}

# Runs a command whose output is not read for commands.
guarded() {
  local token
  token=$(random)
  printf '::stop-commands::%s\n' "$token"
  "$@" || true
  printf '\n::%s::\n' "$token"
}

# give NAME VALUE…: outputs of the step, whatever the values hold; all of them in one go.
give() {
  local end text=''
  end=$(random)
  while [ $# -gt 0 ]; do
    text=$text$(printf '%s<<%s\n%s\n%s' "$1" "$end" "$2" "$end")$'\n'
    shift 2
  done
  printf '%s' "$text" >>"$GITHUB_OUTPUT"
}

# A new folder beneath the runner's own temporary one. Windows names it with backslashes, which only some tools take.
new_folder() {
  local temporary=$RUNNER_TEMP
  if [ "${RUNNER_OS:-}" = Windows ]; then temporary=${temporary//\\//}; fi
  mktemp -d "$temporary/$1.XXXXXXXX"
}
