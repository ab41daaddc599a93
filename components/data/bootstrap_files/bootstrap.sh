#!/bin/sh
# Makes what the file `databases` lists. BOOTSTRAP holds the scripts; SECRETS holds master/username, master/password and
# for each database databases/NAME, its URL. PGHOST and PGPORT say where.
set -eu

say() { printf 'database-bootstrap: %s\n' "$*" >&2; }
fail() { say "FAILED: $*"; exit 1; }

run() { # psql as a user, with a password, on a database; what follows goes to psql
  user=$1 password=$2 database=$3; shift 3
  PGUSER=$user PGPASSWORD=$password PGDATABASE=$database \
    psql --no-psqlrc --quiet --no-password --set ON_ERROR_STOP=1 "$@"
}

master() { # psql as the master user, on a database
  on=$1; shift
  run "$master_user" "$master_password" "$on" "$@"
}

password_of() { # postgresql://user:PASSWORD@host...
  url=$(cat "$SECRETS/databases/$1") || return 1
  rest=${url#*://*:}
  printf '%s' "${rest%%@*}"
}

make() { # a database with its owner, password and extensions; what the master owns in it becomes the owner's
  export DATABASE="$1" EXTENSIONS="$2"
  [ "$1" != "$master_user" ] || fail "$1: is the master user's name; no service may have it"
  wanted=$(password_of "$1") || fail "$1: there is no URL for it"
  case $wanted in '' | *%*) fail "$1: its URL has no password, or one that is not URL-safe" ;; esac
  master postgres --file "$BOOTSTRAP/server.sql" </dev/null || fail "$1: its user or database could not be made (above)"
  if ! run "$1" "$wanted" "$1" --output /dev/null --command 'SELECT 1' </dev/null 2>/dev/null; then
    # psql asks twice, and reads its standard input where there is no terminal. printf is the shell's own: no argument
    # of a process shows the password.
    said=$(printf '%s\n%s\n' "$wanted" "$wanted" | master postgres --command '\getenv user DATABASE' \
      --command '\password :"user"' 2>&1) || fail "$1: its password could not be set: $said"
    run "$1" "$wanted" "$1" --output /dev/null --command 'SELECT 1' </dev/null ||
      fail "$1: its user does not get in with the password that was set (above)"
    say "$1: password set"
  fi
  master "$1" --file "$BOOTSTRAP/database.sql" </dev/null || fail "$1: its extensions could not be made (above)"
  master "$1" --file "$BOOTSTRAP/ownership.sql" </dev/null ||
    fail "$1: what the master owns in it could not be handed over (above)"
  say "$1: ready"
}

master_user=$(cat "$SECRETS/master/username") && master_password=$(cat "$SECRETS/master/password") ||
  fail "there is no user and password of the master"
master postgres --output /dev/null --command 'SELECT 1' </dev/null || fail "the master user does not get in (above)"
count=0
while IFS='	' read -r name extensions <&3; do
  make "$name" "$extensions"
  count=$((count + 1))
done 3<"$BOOTSTRAP/databases"
say "done, $count databases"
