# shellcheck shell=bash
# Splits text into words as a shell does, and does nothing else that a shell would: no variable, command, pattern or
# operator is looked at. White space separates words; '…' and "…" keep text together; a backslash takes the next
# character as it is (inside "…", only before " and itself).

# split TEXT: leaves the words in the array `words`. Fails when a quote is open or a backslash comes last.
split() {
  local text=$1 at character next word='' quote='' is_word=''
  words=()
  for ((at = 0; at < ${#text}; at++)); do
    character=${text:at:1}
    next=${text:at+1:1}
    if [ "$quote" = "'" ]; then
      if [ "$character" = "'" ]; then quote=''; else word=$word$character; fi
    elif [ "$character" = "\\" ]; then
      if [ -z "$next" ]; then return 1; fi
      if [ "$quote" = '"' ] && [ "$next" != '"' ] && [ "$next" != "\\" ]; then
        word=$word$character
      else
        word=$word$next
        at=$((at + 1))
      fi
      is_word=yes
    elif [ -n "$quote" ]; then
      if [ "$character" = '"' ]; then quote=''; else word=$word$character; fi
    else
      case $character in
        "'" | '"')
          quote=$character
          is_word=yes
          ;;
        ' ' | $'\t' | $'\n' | $'\r')
          if [ -n "$is_word" ]; then words+=("$word"); fi
          word=''
          is_word=''
          ;;
        *)
          word=$word$character
          is_word=yes
          ;;
      esac
    fi
  done
  if [ -n "$quote" ]; then return 1; fi
  if [ -n "$is_word" ]; then words+=("$word"); fi
}
