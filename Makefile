# Every target builds .venv from the hashed pins first; nothing else on the machine is touched.
PYTHON ?= python3
BIN    := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help lab test bench lock clean

help:            ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

# uv installs the locked environment in seconds; it is itself installed by pip from its hashed pin.
$(BIN)/uv: requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "cachelab needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) -V). Try: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv .venv || \
	  { echo "Could not make .venv. On Debian or Ubuntu: apt install python3-venv"; exit 1; }
	@awk '/^uv==/{on=1} on{print} on&&!/\\$$/{exit}' requirements-dev.lock > .venv/uv.txt
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r .venv/uv.txt
	@touch $@

.venv/lab: $(BIN)/uv requirements.lock pyproject.toml
	@UV_COMPILE_BYTECODE=1 $(BIN)/uv pip install -q --python $(BIN)/python --no-deps --require-hashes -r requirements.lock
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps -e .
	@touch $@

.venv/dev: $(BIN)/uv requirements-dev.lock pyproject.toml
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --require-hashes -r requirements-dev.lock
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps -e .
	@touch $@ .venv/lab

lab: .venv/lab   ## open the course in JupyterLab
	@$(BIN)/jupyter lab notebooks/00_start_here.ipynb

test: .venv/dev  ## everything CI runs
	@$(BIN)/pytest

clean:           ## remove the environment and everything generated
	rm -rf .venv _site .pytest_cache .hypothesis .ruff_cache
