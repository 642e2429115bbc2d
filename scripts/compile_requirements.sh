#!/usr/bin/env bash
# Pins and hashes every package of pyproject.toml for Linux and macOS, Python 3.11 and newer. Needs uv; UV=path names it.
# Without arguments versions that still fit stay; `--upgrade` takes the newest, `--upgrade-package NAME` one of them.
set -eu
cd -- "$(dirname -- "$0")/.."

compile() {
    "${UV:-uv}" pip compile --quiet --universal --python-version 3.11 --generate-hashes --only-binary :all: \
        --no-annotate \
        --custom-compile-command scripts/compile_requirements.sh "$@"
}

compile "$@" requirements/build.in pyproject.toml --output-file requirements/run.txt
# The test set holds the run set at the same versions, so either order of set-up ends in the same place.
compile "$@" requirements/build.in pyproject.toml --group test --constraints requirements/run.txt \
    --output-file requirements/test.txt
