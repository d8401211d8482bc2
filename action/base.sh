# shellcheck shell=bash
# shellcheck disable=SC2016 # in messages, backquotes are for people
# Which commit a change is compared with. Knows events and git; must not know how the tool is called.
# A change is only compared with what the event vouches for: HEAD^1 of a commit that the author of a pull request made
# would be a base of the author's choice.

# What to fetch is set in the step before this one.
readonly FETCH_TWO='let `actions/checkout` fetch two commits (`fetch-depth: 2`)'
readonly FETCH_ALL='let `actions/checkout` fetch all of the history (`fetch-depth: 0`)'

# Git as it is asked here: about commits that were fetched, and nothing else. It is asked at the top of the work tree, where
# its own folder is the first that it finds; in a folder whose files somebody else wrote, these could be its settings. It
# fetches nothing, starts nothing, and leaves no repository for one above.
ask_git() (
  unset GIT_DIR GIT_WORK_TREE GIT_COMMON_DIR GIT_NAMESPACE GIT_PREFIX GIT_INDEX_FILE GIT_OBJECT_DIRECTORY
  unset GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_EXEC_PATH GIT_SHALLOW_FILE GIT_REPLACE_REF_BASE GIT_SSH GIT_SSH_COMMAND GIT_ASKPASS
  export GIT_CEILING_DIRECTORIES GIT_NO_LAZY_FETCH=1 GIT_ALLOW_PROTOCOL=none GIT_TERMINAL_PROMPT=0 GIT_OPTIONAL_LOCKS=0
  export GIT_GRAFT_FILE=/dev/null
  GIT_CEILING_DIRECTORIES=$(dirname -- "$repository")
  git -C "$repository" --no-pager --no-replace-objects -c safe.bareRepository=explicit -c core.fsmonitor=false \
    -c core.hooksPath=/dev/null -c core.sshCommand=false -c core.alternateRefsCommand=true -c credential.helper= \
    -c protocol.allow=never "$@"
)

is_commit_id() {
  [[ $1 =~ ^[0-9a-f]{40}([0-9a-f]{24})?$ ]]
}

is_here() {
  ask_git cat-file -e "$1^{commit}" 2>/dev/null
}

# find_base: leaves the commit in `base`; empty where the event is about no change.
find_base() {
  base=''
  case $EVENT_NAME in
    pull_request*)
      read_head
      base_of_pull_request
      ;;
    merge_group)
      read_head
      base_of_merge_group
      ;;
  esac
}

# Finds the repository, and makes sure that git takes the same one.
open_repository() {
  local errors
  command -v git >/dev/null || stop 'git is not installed here, and tells what a change is; add a step that installs it before `actions/checkout`'
  find_repository
  [ -n "$repository" ] || stop 'git does not work here: there is no repository in the workspace; check it out with `actions/checkout`, and where that has a `path`, let `working-directory` begin with it'
  [ -z "$inner" ] || stop "\`working-directory\` lies in a repository within another one: $inner within $repository; let each \`actions/checkout\` have a \`path\` of its own, and for a submodule run the action in its own repository"
  if ! errors=$(ask_git rev-parse --git-dir 2>&1 >/dev/null); then
    case $errors in
      *'dubious ownership'* | *'unsafe repository'*) stop "git refuses $repository, since another user owns it; put a step before this one that runs \`git config --global --add safe.directory \"\$GITHUB_WORKSPACE${repository#"$workspace"}\"\`" ;;
      *) stop "git does not work here: $errors; check the repository out with \`actions/checkout\`" ;;
    esac
  fi
  [ "$(ask_git rev-parse --is-bare-repository --is-inside-work-tree --show-cdup)" = $'false\ntrue' ] || stop "$repository is not the work tree of its repository; check it out with \`actions/checkout\`"
}

# Leaves the commit that is checked out in `head`, and its parents in `first` and `second`. They are read from the
# commit itself: git hides the parents that a shallow clone has not got.
read_head() {
  local raw line
  open_repository
  head=$(ask_git rev-parse --verify --quiet 'HEAD^{commit}') || stop 'no commit is checked out here; check the pull request out with `actions/checkout`'
  raw=$(ask_git cat-file commit "$head") || stop 'git cannot read the commit that is checked out; check it out anew with `actions/checkout`'
  first=''
  second=''
  while IFS= read -r line; do
    case $line in
      '') break ;;
      'parent '*) if [ -z "$first" ]; then first=${line#parent }; elif [ -z "$second" ]; then second=${line#parent }; else second=many; fi ;;
    esac
  done <<<"$raw"
}

base_of_pull_request() {
  if ! is_commit_id "$PULL_HEAD" || ! is_commit_id "$PULL_BASE"; then
    stop "the event \`$EVENT_NAME\` names no pull request; use it on \`pull_request\`, or set \`new-only\` and \`policy-from-base\` to \`false\`"
  fi
  # GitHub's own merge of the pull request, which `actions/checkout` takes by itself: the event names the commit, or the
  # branch that it merges into.
  if [ "$second" = "$PULL_HEAD" ]; then
    if [ "$head" = "$EVENT_SHA" ] || [ "$first" = "$PULL_BASE" ] || [ "$first" = "$EVENT_SHA" ]; then
      is_here "$first" || stop "the base of the pull request is not in this clone; $FETCH_TWO"
      base=$first
      return
    fi
  fi
  if [ "$head" != "$PULL_HEAD" ]; then
    is_here "$PULL_HEAD" || stop "what is checked out is neither the pull request nor its merge, or the clone does not show it; leave out \`ref\` of \`actions/checkout\` and $FETCH_TWO, or keep it and $FETCH_ALL"
    ask_git merge-base --is-ancestor "$PULL_HEAD" "$head" || stop 'the pull request is not in what is checked out: nothing of it would be judged; leave out `ref` of `actions/checkout`'
  fi
  is_here "$PULL_BASE" || stop "the base of the pull request is not in this clone; leave out \`ref\` of \`actions/checkout\` and $FETCH_TWO, or keep it and $FETCH_ALL"
  base=$PULL_BASE
}

base_of_merge_group() {
  if ! is_commit_id "$QUEUE_HEAD" || ! is_commit_id "$QUEUE_BASE"; then
    stop 'the event `merge_group` names no commits'
  fi
  [ "$head" = "$QUEUE_HEAD" ] || stop 'the commit of the merge queue is not what is checked out: nothing of it would be judged; leave out `ref` of `actions/checkout`'
  is_here "$QUEUE_BASE" || stop "the base of the merge queue is not in this clone; $FETCH_TWO, or for a queue that rebases $FETCH_ALL"
  base=$QUEUE_BASE
}
