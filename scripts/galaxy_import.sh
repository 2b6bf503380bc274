#!/bin/sh
# Runs Ansible Galaxy's importer, which reads all of the built artifact, as it does on publication.
# It has its own virtual environment, because it pins old versions of packages that others need.
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
