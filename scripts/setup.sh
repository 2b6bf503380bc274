#!/bin/sh
# Creates .venv: a virtual environment with everything that this repository's commands use, in which
# Ansible finds this collection, and with the emulator if it is present. `make setup` runs this.
set -eu
cd "$(dirname "$0")/.."

new_enough='import sys; sys.exit(sys.version_info < (3, 11))'

find_python() {
    for python in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        "$python" -c "$new_enough" >/dev/null 2>&1 && command -v "$python" && return
    done
    return 1
}

python=$(find_python) || {
    echo "setup: Python 3.11 or newer is needed, none was found (PYTHON=/path/to/python names one)" >&2
    exit 1
}

# Debian has ensurepip, which virtual environments need, in a package of its own.
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    "$python" -c 'import ensurepip, venv' 2>/dev/null || scripts/packages.sh "python$version-venv"
    echo "setup: making .venv with Python $version"
    "$python" -m venv --clear .venv
fi

echo "setup: installing Python packages into .venv"
install='.venv/bin/python -m pip install -qq --disable-pip-version-check --no-input'
$install -r requirements-dev.txt
if [ -f emulator/pyproject.toml ]; then
    $install -e emulator
fi

collections=.venv/collections/ansible_collections/scaleway_community
mkdir -p "$collections"
ln -sfn ../../../.. "$collections/lb"
