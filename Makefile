# Every target first builds .venv from the hashed pins. The only thing it may add to the machine itself are
# two Debian packages (memcached; for the tests Chromium), where apt may be used without a password.
PYTHON ?= python3
BIN    := .venv/bin
UV      = UV_PYTHON=$(BIN)/python $(BIN)/uv pip
NBVAL   = $(BIN)/python -m pytest -p tests.notebooks.tripwire -p tests.notebooks.unix_kernels -p tests.notebooks.outputs \
          -p no:playwright -p no:cacheprovider --nbval-lax --nbval-current-env --nbval-cell-timeout=300 -q

.DEFAULT_GOAL := help
.PHONY: help lab test test-python test-browser test-notebooks deep bench exercises site lite lite-test pictures ready \
        class reset lock clean

help:             ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | awk -F':.*## ' '{split($$1, t, ":"); printf "  make %-11s %s\n", t[1], $$2}'

lab: .venv/lab    ## open the course in JupyterLab
	@sh .ci/apt memcached
	@$(BIN)/cachelab lab

# It starts hundreds of kernels and children: what they import is compiled once, whatever the machine's habit.
test: export PYTHONDONTWRITEBYTECODE =
test: .venv/dev   ## everything CI runs
	@sh .ci/apt memcached chromium
	$(BIN)/ruff check -q .
	@$(MAKE) --no-print-directory -k -j3 test-browser test-python test-notebooks

# The parts of it, side by side: seven workers on two cores, as many as keep both busy to the end.
# The tests are compiled once, when they are first listed, and not by each worker.
test-python:
	@$(BIN)/python -m pytest -q tests --ignore tests/browser --collect-only >/dev/null 2>&1 || true
	$(BIN)/python -m pytest -q tests --ignore tests/browser -n 5 --dist loadscope --no-loadscope-reorder

test-browser:
	$(BIN)/python -m pytest -q tests/browser --ignore tests/browser/test_site.py -p no:cacheprovider

# What nbval has run is put on the site's pages, so that each lesson runs once for both. (An interrupt ends dash
# without its EXIT trap.)
test-notebooks:
	export CACHELAB_EXECUTED=`mktemp -d` && trap 'rm -rf "$$CACHELAB_EXECUTED"' EXIT && trap 'exit 130' INT HUP && failed= ; \
	$(NBVAL) notebooks exercises solutions || failed=1 ; \
	$(BIN)/python -m pytest -q tests/browser/test_site.py -p no:cacheprovider || failed=1 ; [ -z "$$failed" ]

deep: .venv/dev   ## what takes long: fifty times the examples, every mutant, the bank of answers six times
	@sh .ci/apt memcached chromium
	CACHELAB_DEPTH=50 $(BIN)/python -m pytest -q tests -m hypothesis --ignore tests/browser -n 2 --dist worksteal
	$(BIN)/python -m benchmarks mutation
	for round in 1 2 3 4 5 6; do $(BIN)/python -m pytest -q tests/bank -n 2 --dist worksteal || exit 1; done
	@$(MAKE) --no-print-directory lite-test

bench: .venv/dev  ## ratios against a floor or a peer, measured now
	@sh .ci/apt memcached chromium
	@$(BIN)/python -m benchmarks

exercises: .venv/dev  ## write exercises/ from solutions/
	@$(BIN)/python -m tools.exercises

site: .venv/dev   ## the lessons, run, as static pages in _site/
	@sh .ci/apt memcached
	@$(BIN)/python -m tools.site

lite: .venv/jupyterlite  ## the lessons, models and exercises that need no server, for a browser, in _site/lite/
	@$(BIN)/python -m tools.lite

lite-test: .venv/jupyterlite  ## that site in Chromium, and the bank of answers in its Python
	@sh .ci/apt chromium
	@out=`mktemp -d` && trap 'rm -rf "$$out"' EXIT && trap 'exit 130' INT HUP && \
	$(BIN)/python -m tools.lite --out "$$out/lite" && \
	CACHELAB_LITE="$$out" $(BIN)/python -m pytest -q tests/browser/test_lite.py -p no:cacheprovider
	@$(BIN)/python -m tools.lite bank

pictures: .venv/dev  ## the README's pictures, taken anew
	@sh .ci/apt memcached chromium
	@$(BIN)/python -m tools.pictures

ready: .venv/lab  ## before a class: every engine used once, every lesson run
	@sh .ci/apt memcached
	@$(BIN)/cachelab ready $(LESSONS)

class: .venv/lab  ## a class you can see, without names; OPTIONS="--host ADDRESS --agenda half_day"
	@$(BIN)/cachelab class $(LESSONS) $(OPTIONS)

reset: .venv/lab  ## as if nobody had taken the course here; what was made is put aside
	@$(BIN)/cachelab reset

lock: $(BIN)/uv   ## renew every pin: the three locks and both environment.yml
	@$(COMPILE) --extra course --group build --group dev -o requirements-dev.lock
	@$(COMPILE) --extra course --group build -c requirements-dev.lock -o requirements.lock
	@{ printf 'name: cachelab\nchannels: [conda-forge]\ndependencies:\n  - python=3.12\n  - pip\n  - pip:\n'; \
	   sed -n 's/^\([a-z0-9].*==.*[^ ]\) *\\$$/      - "\1"/p' requirements.lock; } > environment.yml
	@cp environment.yml binder/environment.yml
	@$(COMPILE:pyproject.toml=--group lite) -c requirements.lock -o requirements-lite.lock

clean:            ## remove the environment and everything generated
	rm -rf .venv _site .pytest_cache .hypothesis .ruff_cache

COMPILE = $(BIN)/uv pip compile pyproject.toml -q --universal --python-version 3.11 \
          --generate-hashes --no-header --no-annotate

# uv installs the locked environment in seconds; it is itself installed by pip from its hashed pin.
$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "cachelab needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) -V). Try: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv .venv || \
	  { echo "Could not make .venv. On Debian or Ubuntu: apt install python3-venv"; exit 1; }
	@awk '/^uv==/{on=1} on{print} on&&!/\\$$/{exit}' requirements-dev.lock > .venv/uv.txt
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r .venv/uv.txt

.venv/lab: $(BIN)/uv requirements.lock pyproject.toml binder/overrides.json $(wildcard binder/jupyter_*.json)
	@echo "Setting up .venv …"
	@UV_COMPILE_BYTECODE=1 $(UV) install -q --no-deps --require-hashes -r requirements.lock
	@$(UV) install -q --no-deps --no-build-isolation -e .
	@mkdir -p .venv/share/jupyter/lab/settings .venv/etc/jupyter
	@cp binder/overrides.json .venv/share/jupyter/lab/settings/ && cp binder/jupyter_*.json .venv/etc/jupyter/
	@touch $@

.venv/dev: .venv/lab requirements-dev.lock
	@$(UV) install -q --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

# Beside the other, since what is installed in an environment of JupyterLab's becomes a part of JupyterLab. The folder
# in it is for the Python of the browser.
.venv/jupyterlite: .venv/dev requirements-lite.lock
	@$(BIN)/uv venv -q --clear --python $(BIN)/python $@
	@UV_PYTHON=$@/bin/python $(BIN)/uv pip install -q --no-deps --require-hashes -r requirements-lite.lock
	@$(UV) install -q --no-deps --require-hashes --python-version 3.14 --target $@/pyodide -r requirements-lite.lock
	@touch $@
