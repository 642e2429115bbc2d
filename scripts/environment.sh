# Sourced by run_daily.sh and run_tests.sh, which set `here` to the checkout. Plain enough for the bash 3.2 of macOS.
# use_environment SET (run or test) leaves in `python` an interpreter that has what SET needs.
# Where all is set up already that costs a cksum and a cmp, and says nothing.

# Where an environment was made, and from what. set_up.py keeps it in .venv, last of all.
stamp() { # SET
    printf '%s\n' "$here"
    (cd -- "$here" && cksum pyproject.toml "requirements/$1.txt")
}

stop() {
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    exit 69 # EX_UNAVAILABLE; homeintel itself ends with 0, 1, 2 or 75
}

# True where environment $1 holds homeintel and the programs of SET $2.
holds() {
    [ -x "$1/bin/python" ] || return 1
    for installed in "$1"/lib/python3.*/site-packages/homeintel-*.dist-info; do
        [ -d "$installed" ] || return 1
    done
    [ "$2" = run ] || { [ -x "$1/bin/pytest" ] && [ -x "$1/bin/mypy" ] && [ -x "$1/bin/ruff" ]; }
}

# Answers on one line: ok | old VERSION | lacks VERSION MODULE. Any Python since 2.7 can read it.
probe='
import sys
version = ".".join(map(str, sys.version_info[:3]))
if sys.version_info < (3, 11):
    print("old " + version)
else:
    try:
        import ensurepip, fcntl, ssl, venv, zlib
        print("ok")
    except ImportError as error:
        print("lacks %s %s" % (version, error.name))
'

# Sets `base` to a Python that can make an environment, or stops with what to do about it.
find_python() {
    old='' lacking=''
    if [ -n "${HOMEINTEL_PYTHON:-}" ]; then
        set -- "$HOMEINTEL_PYTHON"
    else
        set -- python3.14 python3.13 python3.12 python3.11 python3 python # the versions the pins were made for first
    fi
    for base in "$@"; do
        answer=$("$base" -E -s -c "$probe" 2>/dev/null) || answer=''
        case $answer in
            ok) return ;;
            old\ *) old=${old:-${answer#* }} ;;
            lacks\ *) lacking=${lacking:-"${answer#* } $base"} ;;
        esac
    done
    if [ -n "$lacking" ]; then
        version=${lacking%% *} lacking=${lacking#* }
        stop "Python $version (${lacking#* }) comes without its module ${lacking%% *}, and no environment can be made without: install the rest of it (Debian, Ubuntu: sudo apt install python${version%.*}-venv) or name a complete one in HOMEINTEL_PYTHON, then start this again."
    elif [ -n "${HOMEINTEL_PYTHON:-}" ]; then
        stop "HOMEINTEL_PYTHON is $HOMEINTEL_PYTHON, which is ${old:+Python $old and }not a Python 3.11 or newer: name one that is, or unset it, then start this again."
    elif [ -n "$old" ]; then
        stop "homeintel needs Python 3.11 or newer and this machine's is $old: install a newer one beside it (python.org, Homebrew, conda or the system's packages; HOMEINTEL_PYTHON can name it), then start this again."
    fi
    stop "homeintel needs Python 3.11 or newer and none was found: install it (Debian, Ubuntu: sudo apt install python3 python3-venv; macOS: brew install python, or python.org), then start this again."
}

use_environment() { # SET
    own=$here/.venv
    for active in "${VIRTUAL_ENV:-}" "${CONDA_PREFIX:-}"; do
        if [ -n "$active" ] && ! [ "$active" -ef "$own" ] && holds "$active" "$1"; then
            python=$active/bin/python
            return
        fi
    done

    python=$own/bin/python
    # Left by other environments; IPython would mix the packages of VIRTUAL_ENV into ours.
    unset PYTHONHOME PYTHONPATH __PYVENV_LAUNCHER__
    export VIRTUAL_ENV="$own" PATH="$own/bin:$PATH"
    if [ -x "$python" ] && stamp "$1" | cmp -s - "$own/set-up.$1"; then
        return
    fi
    # Made by hand, as developers do: theirs to keep up to date.
    if [ ! -e "$own/set-up.lock" ] && holds "$own" "$1"; then
        return
    fi
    find_python
    # -E -s: the caller's PYTHON... variables and own packages stay out; -B: no files are left in scripts/.
    "$base" -E -s -B "$here/scripts/set_up.py" "$1" "$(stamp run)" "$(stamp test)" || exit
}
