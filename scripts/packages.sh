#!/bin/sh
# Installs distribution packages with apt-get, as root or through sudo, and reports it in one line.
#   scripts/packages.sh haproxy pebble
set -eu

fail() {
    printf 'setup: %s\n' "$@" >&2
    exit 1
}

command -v apt-get >/dev/null 2>&1 || fail "this machine needs the packages: $*" \
    "There is no apt-get here, so please install them with the package manager of this system."

if [ "$(id -u)" = 0 ]; then
    as_root=''
elif command -v sudo >/dev/null 2>&1; then
    as_root=sudo
else
    fail "this machine needs the packages: $*" \
        "Please run 'apt-get install $*' as root (there is no sudo here)."
fi

echo "setup: installing $* (${as_root:+sudo }apt-get)"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

install() {
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends "$@" >"$log" 2>&1 </dev/null
}

# If sudo needs a password, it asks for it here, where the prompt is visible.
[ -z "$as_root" ] || sudo -v || fail "sudo is needed to install: $*"
# The first attempt fails if the package lists are missing or outdated.
install "$@" || {
    $as_root apt-get update -q >"$log" 2>&1 </dev/null || true
    install "$@" || {
        cat "$log" >&2
        fail "apt-get could not install: $*"
    }
}
