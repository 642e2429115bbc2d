#!/usr/bin/env bash
# Sets up what is missing, then checks and tests everything: ./run_tests.sh
# With arguments, pytest alone gets them: ./run_tests.sh tests/patterns -k weekday (paths start at this folder)
set -eu

self=$0
while [ -L "$self" ]; do # a link to this script, say in ~/bin; macOS has no `readlink -f`
    target=$(readlink "$self")
    case $target in /*) self=$target ;; *) self=$(dirname -- "$self")/$target ;; esac
done
case $self in */*) folder=${self%/*}/ ;; *) folder=./ ;; esac
here=$(unset CDPATH && cd -- "$folder" && pwd -P)

. "$here/scripts/environment.sh"
use_environment test

exec "$python" -P "$here/scripts/run_checks.py" "$@"
