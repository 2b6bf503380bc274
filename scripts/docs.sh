#!/bin/sh
# Builds the collection's documentation as HTML in build/docs/html, with antsibull-docs and Sphinx.
set -eu
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"

python -m pip install -qq --disable-pip-version-check --no-input -r requirements-docs.txt
rm -rf build/docs
mkdir -p build/docs/rst
antsibull-docs collection --use-current --squash-hierarchy --no-breadcrumbs \
    --dest-dir build/docs/rst scaleway_community.lb
sphinx-build -q -b html -C -D html_theme=sphinx_ansible_theme \
    -D extensions=sphinx_antsibull_ext -D project=scaleway_community.lb \
    build/docs/rst build/docs/html
echo "build/docs/html/index.html"
