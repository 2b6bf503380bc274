#!/bin/sh
# Runs a command as root: directly, or through sudo, after which its files are given to the caller.
#   scripts/as_root.sh .venv/bin/pytest
set -u
cd "$(dirname "$0")/.." || exit 1
[ "$(id -u)" != 0 ] || exec "$@"

command -v sudo >/dev/null 2>&1 || {
    echo "'$*' binds ports below 1024: please run it as root (there is no sudo here)." >&2
    exit 1
}
echo "ports 80 and 443 are privileged, so this runs under sudo: $*"
sudo -v || exit 1
sudo --preserve-env env PATH="$PATH" "$@"
status=$?
sudo chown -R --from=root "$(id -u):$(id -g)" .venv build
exit $status
