#!/bin/sh
# edgemesh @VERSION@ for @TARGET@, with everything that it needs.
#
# The first start unpacks what follows this script into ${XDG_CACHE_HOME:-$HOME/.cache}/edgemesh/SHA256/, after comparing
# it with its SHA-256. Every start looks whether each file there is still of its size, unchanged since, and can be
# written by nobody but its owner, who is the user; if not, it is unpacked anew. That finds what was cut off, deleted or
# overwritten and keeps other users out. It does not protect from somebody who already acts as this user: reading 100 MB
# at each start would cost 0.3 s and not protect from them either.
set -eu

sha256=@SHA256@
offset=@OFFSET@

fail() {
  printf 'edgemesh: %s\n' "$*" >&2
  exit 1
}

case ${XDG_CACHE_HOME:-} in
/*) base=$XDG_CACHE_HOME/edgemesh ;;
*)
  case ${HOME:-} in
  /*) base=$HOME/.cache/edgemesh ;;
  *) fail 'HOME is not set: set it, or XDG_CACHE_HOME, to a folder to unpack into' ;;
  esac
  ;;
esac
folder=$base/$sha256
user=$(id -u)

# Whether the unpacked folder $1 and the one around it are as they should be. One process, for it runs at every start.
intact() {
  found=$(cd "$1" 2>/dev/null && find .. . @PATHS@ -prune \
    -user "$user" ! -perm -020 ! -perm -002 \
    \( -type d -o -type f ! -newer ./@STAMP@ \( @SIZES@ \) \) -print 2>/dev/null) || return 1
  # Not quoted: one word a path. They are ours, without blanks.
  # shellcheck disable=SC2086
  set -- $found
  [ $# -eq @COUNT@ ]
}

# Whether nobody but the user can exchange what lies in the folder $1.
guarded() {
  [ -n "$(find "$1/." -prune -type d -user "$user" ! -perm -020 ! -perm -002 -print 2>/dev/null)" ]
}

digest() {
  if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -d ' ' -f 1
}

payload() {
  tail -c "+$offset" "$0"
}

fresh=
clean() {
  [ -z "$fresh" ] || rm -rf "$fresh" "$fresh.old"
}

unpack() {
  [ -r "$0" ] || fail "cannot read $0 to unpack it: start it by its path"
  [ "$(payload | digest)" = "$sha256" ] || fail "$0 is damaged (its SHA-256 is not what it was made with): get it again"
  mkdir -p "$base" 2>/dev/null && [ -w "$base" ] ||
    fail "cannot write to $base: set XDG_CACHE_HOME to a folder to unpack into"
  guarded "$base" || fail "others may write to $base: take their right to (chmod go-w), or set XDG_CACHE_HOME"
  find "$base/." -name '.unpack-*' -prune -mtime +1 -exec rm -rf {} + 2>/dev/null || :
  fresh=$(mktemp -d "$base/.unpack-XXXXXXXX" 2>/dev/null) || fail "cannot make a folder in $base"
  said=$({ payload | gzip -dc | tar -xof - -C "$fresh"; } 2>&1) ||
    fail "cannot unpack into $base: $(printf '%s\n' "$said" | sed -n 1p) (@NEEDED@ are needed there)"
  intact "$fresh" || fail "cannot unpack into $base: the files there are not as they were packed"
  "$fresh/@PROGRAM@" @PROBE@ >/dev/null 2>&1 ||
    fail "cannot run on this device, or not from $base: this is the program for @TARGET@"
  # Whoever comes second leaves the first one's folder in place; a damaged one steps aside. A folder moved onto one that
  # appeared in between ends inside it.
  intact "$folder" || {
    [ ! -e "$folder" ] || mv "$folder" "$fresh.old" 2>/dev/null || :
    mv "$fresh" "$folder" 2>/dev/null || fail "cannot put what was unpacked at $folder"
    rm -rf "$folder/${fresh##*/}"
  }
}

if ! intact "$folder"; then
  mask=$(umask)
  umask 077
  trap clean EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  unpack
  clean
  trap - EXIT HUP INT TERM
  umask "$mask"
fi

# What the user has set for a Deno of their own must not change this one.
for name in NODE_OPTIONS $(env | sed -n 's/^\(DENO_[A-Za-z0-9_]*\)=.*/\1/p'); do unset "$name"; done
DENO_DIR=$folder/deno_dir
DENO_NO_UPDATE_CHECK=1
export DENO_DIR DENO_NO_UPDATE_CHECK
exec "$folder/@PROGRAM@" @ARGUMENTS@ "$folder/@MAIN@" "$@"
