#!/bin/sh
# Runs `ansible-test sanity` on the built artifact, so that what ships is what is tested. It is
# unpacked under build/sanity as ansible-test requires: in its own git repository, at a path that
# names the collection. Arguments are passed to ansible-test.
set -eu
cd "$(dirname "$0")/.."
scratch=$PWD/build/sanity
tree=$scratch/ansible_collections/scaleway_community/lb
python=$(.venv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')

# Leave the user's own home untouched.
export HOME="$scratch/home" ANSIBLE_HOME="$scratch/home/.ansible" PATH="$PWD/.venv/bin:$PATH"
unset ANSIBLE_CONFIG VIRTUAL_ENV
mkdir -p "$ANSIBLE_HOME/test/cache"

# ansible-test downloads a script that installs pip from a host of its own, unless its cache already
# has one for the version of pip that it wants.
for version in $(grep -oE "pip='[0-9.]+'" \
    ".venv/lib/python$python/site-packages/ansible_test/_internal/python_requirements.py" |
    tr -cd '0-9.\n'); do
    script=$ANSIBLE_HOME/test/cache/get_pip_$(echo "$version" | tr . _).py
    [ -e "$script" ] || cp scripts/get_pip.py "$script"
done

rm -rf "$tree"
mkdir -p "$tree"
tar -xzf build/scaleway_community-lb-*.tar.gz -C "$tree"
cd "$tree"
git init -q
echo tests/output/ >.git/info/exclude
git add -A
exec ansible-test sanity --venv --python "$python" --color no "$@" </dev/null
