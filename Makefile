# `make` shows the targets. Set-up is done by the scripts in scripts/, which are quick when nothing is missing.
# Every path is relative, so that the checkout may lie where its path holds spaces.

.DEFAULT_GOAL := help
.PHONY: help run setup setup-dev test kill lint lab dashboard benchmark stop clean clean-data

BIN := .venv/bin
# What to add to the command, e.g. make test ARGS="-k rollback", make run ARGS="-p workers 4"
ARGS ?=
# Which interpreter makes .venv, where not the newest of 3.11 to 3.13
PYTHON ?=
export PYTHON

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: setup  ## Install what is needed and take the sample documents into the catalogue
	$(BIN)/workbench notebook run 01_pipeline $(ARGS)

setup:  ## Install what running needs: Debian packages (as root or by sudo) and .venv
	@scripts/debian-packages run
	@scripts/python-packages run

setup-dev:  ## Install what tests and lint need as well
	@scripts/debian-packages test
	@scripts/python-packages dev

test: setup-dev  ## Install what the tests need and run them all
	$(BIN)/python -m pytest $(ARGS)

kill: setup-dev  ## Kill an ingest 1,000 times, in any of its processes, and see that nothing is lost (ARGS=200)
	$(BIN)/python -m tests.pipeline.killing $(ARGS)

lint:  ## Check style, types and floors
	@scripts/python-packages dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lab: setup  ## Open JupyterLab on the notebooks
	$(BIN)/python scripts/lab.py $(ARGS)

dashboard: setup  ## Serve the dashboards on this machine
	$(BIN)/panel serve dashboards/app.py --address 127.0.0.1 $(ARGS)

benchmark: setup-dev  ## Measure speed, write benchmarks/results
	$(BIN)/python -m benchmarks $(ARGS)

stop:  ## Stop the embedded database
	@if [ -x $(BIN)/workbench ]; then $(BIN)/workbench db stop; fi

clean:  ## Remove .venv and what tools left behind; the data stays
	@$(MAKE) --no-print-directory stop || echo 'The database could not be stopped; going on.'
	rm -rf .venv build ./*.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis shots
	find . -path ./data -prune -o -type d \( -name __pycache__ -o -name .ipynb_checkpoints \) -exec rm -rf {} +

clean-data: stop  ## Remove the catalogue and every stored document, after asking
	@if [ -z "$(YES)" ]; then \
	    printf 'Remove the catalogue and every stored document in data/? [y/N] '; read -r answer; \
	    [ "$$answer" = y ] || { echo 'nothing removed (YES=1 does not ask)'; exit 1; }; \
	fi
	rm -rf data
