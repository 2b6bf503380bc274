# The commands of this repository. Each sets up what it needs, as root or through sudo.
.DEFAULT_GOAL := help
export PATH := $(CURDIR)/.venv/bin:$(PATH):/usr/sbin
DATA_PLANE := haproxy pebble pebble-challtestsrv
CLIENTS := chromium certutil curl git ip jq openssl ssh

help: ## say what there is
	@sed -nE 's/^([a-z]+):.*## /\1\t/p' Makefile | while IFS='	' read -r name what; do \
	  printf 'make %-10s %s\n' "$$name" "$$what"; done

setup: .venv/.ready ## make .venv and install the programs that are missing
	@scripts/programs.sh $(DATA_PLANE)

.venv/.ready: scripts/setup.sh requirements.txt requirements-dev.txt $(wildcard emulator/pyproject.toml)
	@scripts/setup.sh
	@touch $@

demo: setup ## both recipes against the emulator: two working HTTPS sites
	@.venv/bin/python scripts/demo.py $(if $(STAY),--stay)

# Tests that may run side by side.
APART := -n auto tests/unit tests/emulator tests/functional

test: setup ## every test: unit, emulator, functional, end to end (PYTEST=tests/unit: those alone)
	@scripts/programs.sh $(CLIENTS)
	@scripts/as_root.sh .venv/bin/pytest $(or $(PYTEST),$(APART))
	@# One after another: all of them need ports 80 and 443.
	@$(if $(PYTEST),,scripts/as_root.sh .venv/bin/pytest tests/e2e)

compat: setup ## what depends on ansible-core, under each of its versions that runs here
	@scripts/programs.sh $(CLIENTS)
	@.venv/bin/python scripts/compat.py

fuzz: .venv/.ready ## N requests (20000) of every kind to the emulator: no 500, no hang
	PYTHONPATH=tests/support .venv/bin/python tests/support/fuzz.py $(or $(N),20000) $(SEED)

bench: setup ## what tasks, stack and the emulator cost, as Markdown (BENCH=tasks: that alone)
	@.venv/bin/python tests/bench $(BENCH)

lint: .venv/.ready ## ruff, ansible-lint (production profile), yamllint
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/yamllint --strict .
	.venv/bin/ansible-lint

sanity: build ## ansible-test sanity and the galaxy importer on the artifact
	@scripts/programs.sh git
	scripts/sanity.sh
	scripts/galaxy_import.sh

build: .venv/.ready ## the artifact that ships, in build/: of what git knows, and of nothing else that lies here
	@scripts/programs.sh git
	@rm -rf build/*.tar.gz build/source
	@mkdir -p build/source && git ls-files -z | tar --null -cT - | tar -xC build/source
	.venv/bin/ansible-galaxy collection build build/source --output-path build

emulator: setup ## run the emulator in the foreground
	.venv/bin/scaleway-lb-emulator serve $(EMULATOR)

docs: .venv/.ready ## documentation of the collection as HTML, in build/docs
	@scripts/docs.sh

changelog: .venv/.ready ## write CHANGELOG.md from changelogs/fragments
	.venv/bin/antsibull-changelog release --update-existing --reload-plugins --refresh

clean: ## remove what these commands made
	rm -rf .venv build

.PHONY: help setup demo test fuzz compat bench lint sanity build emulator docs changelog clean
