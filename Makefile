# Needs only python3 (3.11 or newer) with venv, and make. Everything it installs goes into .venv/.

PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
SOURCES := $(shell find tui -name '*.py')

# Stamps: what has been installed since pyproject.toml or the lock changed, and byte-compiled.
RUN := .venv/.installed-run
DEV := .venv/.installed-dev
COMPILED := .venv/.compiled

.DEFAULT_GOAL := help
.PHONY: help run test check test-engines bench screenshots lock clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22
	@echo '  ARGS=... is handed on: make run ARGS="images --json", make test ARGS="-k pull"'

run: $(COMPILED) ## start orlop
	@exec $(BIN)/orlop $(ARGS)

test: $(DEV) ## run the tests; those that need an Engine use one they find or can start
	$(BIN)/python -m pytest $(ARGS)

check: $(DEV) ## style, types, import contracts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

test-engines: $(DEV) ## the Engine tests on Docker 28.5 (both stores) and Podman 5.8: root, Debian
	tests/engines/each.sh $(BIN)/python -m pytest -m engine $(ARGS)

bench: $(DEV) ## measure speed
	$(BIN)/python -m tests.bench $(ARGS)

screenshots: $(DEV) ## draw the pictures of the README again
	$(BIN)/python -m tests.screenshots $(ARGS)

lock: ## choose the newest allowed versions and write requirements.lock
	rm -rf build/lock
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet --upgrade -e '.[dev]'
	{ echo '# Written by `make lock`: the versions that are tested, as constraints for pip -c.'; \
	  build/lock/bin/python -m pip freeze --exclude-editable; } >build/requirements.lock
	mv build/requirements.lock requirements.lock
	rm -rf build/lock

clean: ## delete what this file made
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find tui tests -name __pycache__ -prune -exec rm -rf {} +

# python3 without venv leaves a .venv without pip behind, so pip is what is looked for.
$(BIN)/pip:
	$(PYTHON) -m venv .venv

$(RUN): pyproject.toml requirements.lock | $(BIN)/pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e .
	@touch $@

$(DEV): pyproject.toml requirements.lock | $(BIN)/pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[dev]'
	@touch $@ $(RUN)

# A first start must not spend its time compiling, even where PYTHONDONTWRITEBYTECODE is set.
$(COMPILED): $(RUN) $(SOURCES)
	@$(BIN)/python -m compileall -q tui .venv/lib/python3*/site-packages
	@touch $@
