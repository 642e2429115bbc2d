#!/usr/bin/env bash
# Sets up what is missing, then runs a night: ./run_daily.sh [arguments of `homeintel run`]
set -eu

self=$0
while [ -L "$self" ]; do # a link to this script, say in ~/bin; macOS has no `readlink -f`
    target=$(readlink "$self")
    case $target in /*) self=$target ;; *) self=$(dirname -- "$self")/$target ;; esac
done
case $self in */*) folder=${self%/*}/ ;; *) folder=./ ;; esac
here=$(unset CDPATH && cd -- "$folder" && pwd -P)

. "$here/scripts/environment.sh"
use_environment run

params_named=no
help=no
for argument in "$@"; do
    case $argument in
        --params | --params=*) params_named=yes ;;
        --help | -h) help=yes ;;
    esac
done

if [ "$help" = yes ]; then
    printf '%s\n' \
        'Sets up what is missing (an environment in .venv, made once), then runs one night: `homeintel run`.' \
        'Without --params that is the demo home, params/demo.yaml. Run it each night, for example from cron:' \
        "    0 4 * * *  '$here/run_daily.sh' --params '$here/params/home.yaml'" \
        'HOMEINTEL_PYTHON names the Python to set up with, where the first one found is not the right one.' \
        ''
    exec "$python" -P -m homeintel run --help
fi
[ "$params_named" = yes ] || set -- --params "$here/params/demo.yaml" "$@"
# -P: a file in the caller's folder must not stand in for a library's.
exec "$python" -P -m homeintel run "$@"
