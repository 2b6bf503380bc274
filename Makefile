# The commands of this repository. Each sets up what it needs.
.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
DATA_PLANE := haproxy pebble pebble-challtestsrv

help: ## say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | awk -F'|' '{printf "make %-10s %s\n", $$1, $$2}'

setup: .venv/.ready programs ## make .venv and install the programs that are missing

programs:
	@scripts/programs.sh $(DATA_PLANE)

.venv/.ready: scripts/setup.sh requirements.txt requirements-dev.txt $(wildcard emulator/pyproject.toml)
	@scripts/setup.sh
	@touch $@

emulator: setup ## run the emulator in the foreground
	$(BIN)/scaleway-lb-emulator serve

.PHONY: help setup programs emulator
