#!/bin/sh
# Does to the built artifact what Ansible Galaxy does when it is published: the importer reads all of
# it. It has a virtual environment of its own, because it pins old versions of what others need.
set -eu
cd "$(dirname "$0")/.."
scratch=$PWD/build/galaxy

if [ ! -e "$scratch/.ready" ]; then
    .venv/bin/python -m venv --clear "$scratch"
    "$scratch/bin/pip" install -qq --disable-pip-version-check --no-input 'galaxy-importer~=0.4.44'
    touch "$scratch/.ready"
fi
artifact=$(ls "$PWD"/build/scaleway_community-lb-*.tar.gz)
cd "$scratch"
PATH=$scratch/bin:$PATH exec python -m galaxy_importer.main "$artifact" </dev/null
