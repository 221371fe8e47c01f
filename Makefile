# Clientele. `make` alone lists what it can do.

VENV   ?= .venv
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && exit; done; echo python3)
IN     := $(VENV)/bin
INSTALL = $(IN)/python -m pip install --quiet --disable-pip-version-check --no-compile
COMPILE = $(IN)/python -m compileall -qq -j 0 $(VENV)/lib || true  # on all cores, as pip would not; what cannot be is never imported
SOURCES := app.py server.py pages ui crm_core tests benchmarks

# Whatever the shell says: each server and command that a test starts would compile all of ours anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run test check style types models format bench screenshots demo translations clean python browser

help: ## list these recipes
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/runtime-installed ## start the dashboard on the demo company (PORT=8501)
	@$(if $(PORT),STREAMLIT_SERVER_PORT=$(PORT) )$(IN)/streamlit run server.py

test: $(VENV)/tools-installed browser ## run all tests, a real browser included
	$(IN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder

check: $(VENV)/tools-installed ## what CI runs: format, lint, types, SQL, tests
	@$(MAKE) --jobs 2 style types models
	@$(MAKE) test

style: $(VENV)/tools-installed
	$(IN)/ruff format --check $(wildcard $(SOURCES))
	$(IN)/ruff check $(wildcard $(SOURCES))

types: $(VENV)/tools-installed
	$(IN)/mypy

models: $(VENV)/tools-installed
	$(IN)/sqlfluff lint crm_core/sql

format: $(VENV)/tools-installed ## put Python and SQL into the house style
	$(IN)/ruff check --fix $(wildcard $(SOURCES))
	$(IN)/ruff format $(wildcard $(SOURCES))
	$(IN)/sqlfluff fix crm_core/sql

bench: $(VENV)/tools-installed browser ## measure speed against the floor and against peers
	$(IN)/python -m benchmarks

screenshots: $(VENV)/tools-installed browser ## picture every page, both languages and themes, into build/screenshots
	$(IN)/python -m tests.browser.screenshots

demo: $(VENV)/runtime-installed ## build the demo company anew from its seed
	$(IN)/python -m crm_core.demo --output data

translations: $(VENV)/tools-installed ## collect new words into the Chinese catalogue
	$(IN)/python -m crm_core.locale_tools update

clean: ## remove what was made here, except the workspace with your data
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	echo "Clientele needs Python 3.11 or newer. Install it, or name it: make run PYTHON=/path/to/python3.11"; exit 1; }

$(VENV)/runtime-installed: requirements.txt | python
	@test -x $(IN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what Clientele needs (once, a minute or two) ..."
	@$(INSTALL) -r requirements.txt
	@$(COMPILE)
	@touch $@

$(VENV)/tools-installed: requirements-dev.txt $(VENV)/runtime-installed
	@echo "Installing what the tests need (once) ..."
	@$(INSTALL) -r requirements-dev.txt
	@$(COMPILE)
	@touch $@

browser: $(VENV)/tools-installed
	@$(IN)/python -m tests.browser.chromium
