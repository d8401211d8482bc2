# shellcheck shell=bash
# shellcheck disable=SC2016 # in messages, backquotes are for people
# Where things lie in the workspace. Knows folders, links and `.git`; must not know events, nor what git says.
# A change may put a link in the place of a folder that the workflow names, and so have another folder judged: nothing
# that is named may go through a link. Above the workspace, links are the runner's own.

# walk FROM PATH: follows PATH from the folder FROM, both told from the workspace. Leaves where it ends in `place`, without
# `.` and `..`, and the first link on the way in `link`. Fails when it leads out.
walk() {
  local rest=$2/ part
  if [ "${RUNNER_OS:-}" = Windows ]; then rest=${rest//\\//}; fi
  place=$1
  link=''
  while [ -n "$rest" ]; do
    part=${rest%%/*}
    rest=${rest#*/}
    case $part in
      '' | .) ;;
      ..)
        case $place in
          '') return 1 ;;
          */*) place=${place%/*} ;;
          *) place='' ;;
        esac
        ;;
      *)
        place=${place:+$place/}$part
        if [ -z "$link" ] && [ -L "$workspace/$place" ]; then link=$place; fi
        ;;
    esac
  done
}

# follow INPUT FROM PATH: the same for a path that an input names. Ends the run where it is not to be followed.
follow() {
  local said="\`$1: $3\`" to='the workspace'
  if [ -n "$2" ]; then to='`working-directory`'; fi
  case $3 in
    /* | [A-Za-z]:[/\\]*) stop "$said is an absolute path; write it relative to $to, such as \`services/shop\`" ;;
  esac
  walk "$2" "$3" || stop "$said leads out of the workspace; name what lies in it"
  if [ -n "$link" ]; then
    stop "$said goes through the link \`$link\` in the workspace, which a change could turn elsewhere; name the folder itself, or undo the link"
  fi
}

# Leaves the workspace in `workspace`, and what `working-directory` is from there in `directory`; goes there.
enter_working_directory() {
  local place link
  workspace=$(cd -P -- "$GITHUB_WORKSPACE" && pwd -P)
  follow working-directory '' "$INPUT_WORKING_DIRECTORY"
  directory=$place
  cd -P -- "$workspace/$directory" 2>/dev/null || stop "there is no folder \`$INPUT_WORKING_DIRECTORY\` in the workspace; \`working-directory\` is relative to the workspace, and what is there comes from \`actions/checkout\`"
  case $(pwd -P)/ in
    "$workspace"/*) ;;
    *) stop "\`working-directory: $INPUT_WORKING_DIRECTORY\` leads out of the workspace; name a folder in it" ;;
  esac
}

# Leaves the outermost folder with a `.git`, from the workspace down to the working directory, in `repository`, and one
# further down in `inner`. Nobody can commit a `.git`; any other folder could be made to look like a repository.
find_repository() {
  local at=$workspace rest=$directory/
  repository=''
  inner=''
  while :; do
    if [ -e "$at/.git" ] || [ -L "$at/.git" ]; then
      if [ -z "$repository" ]; then repository=$at; else inner=$at; fi
    fi
    if [ -n "$inner" ] || [ -z "$rest" ] || [ "$rest" = / ]; then return 0; fi
    at=$at/${rest%%/*}
    rest=${rest#*/}
  done
}
