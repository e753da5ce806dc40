# Two commands on a fresh machine: `make paper` and `make test`. Both make .venv and install the project first.
PAPER ?= derivations/huang2018
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# versions are those of constraints.txt; the package stays where it is, visible to type checkers and editors too
INSTALL = $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt \
    --config-settings editable_mode=compat --editable
RUNTIME := $(VENV)/.installed
STAMP := $(VENV)/.installed-dev

SLOW ?=
# compiled Python is kept: every process of the tests, and there are many, starts in half the time
export PYTHONDONTWRITEBYTECODE :=

.PHONY: paper test thorough oldest figures lint types layers audit executed notebooks docs katex axe compare peers bench clean

paper: $(RUNTIME)
	$(BIN)/cascade-sym paper $(PAPER) --jobs -1

# two workers; a file stays on one of them, so that what it derives is derived once
test: $(STAMP)
	$(BIN)/pytest -n 2 --dist loadfile -p no:nbmake -r fEs --slow "$(SLOW)"

# every test, with thousands of random cases
thorough: $(STAMP)
	HYPOTHESIS_PROFILE=thorough $(BIN)/pytest -n 2 --dist loadfile -r fEs --slow all

# a part of the tests with the oldest versions that pyproject.toml allows
oldest:
	$(PYTHON) -m venv build/oldest
	grep -oE '"[a-z-]+>=[0-9.]+"' pyproject.toml | tr -d '"' | sed 's/>=/==/' > build/oldest/versions.txt
	build/oldest/bin/pip install --quiet --disable-pip-version-check --constraint build/oldest/versions.txt \
	    --editable '.[all,fast]' pytest hypothesis
	build/oldest/bin/python -m pytest -q -p no:cacheprovider \
	    tests/exact tests/core/test_parts.py tests/core/test_slh.py tests/core/test_covariances.py \
	    tests/evaluate/test_backends.py tests/sweeps/test_datasets.py

figures: $(RUNTIME)
	$(BIN)/cascade-sym figures $(PAPER)

lint: $(STAMP)
	$(BIN)/ruff check cascade_sym derivations tests docs notebooks
	$(BIN)/ruff format --check cascade_sym

types: $(STAMP)
	$(BIN)/mypy

layers: $(STAMP)
	$(BIN)/lint-imports

audit: $(RUNTIME)
	$(BIN)/cascade-sym audit $(PAPER)

# the scripts as notebooks, executed once, in build/notebooks
executed: $(STAMP)
	$(BIN)/python -m docs.stored prepare
	$(BIN)/pytest -q -p no:cacheprovider --nbmake --overwrite build/notebooks/*.ipynb

# what is stored has to be what comes out (`python -m docs.stored store` stores it)
notebooks: executed
	$(BIN)/python -m docs.stored check

docs: executed
	$(BIN)/python -m docs.build

# formulas are held against KaTeX in the tests where this has been run
katex:
	npm install --silent --no-save --prefix build/katex katex@0.19.1

# pages are held against axe-core's rules in the tests where this has been run
axe:
	npm install --silent --no-save --prefix build/axe axe-core@4.14.1

compare: $(STAMP)
	$(BIN)/python -m tests.compare.run
	$(BIN)/python -m tests.compare.readers

# what the benchmarks compare with; without them those rows are skipped
peers: $(STAMP)
	$(INSTALL) '.[bench]'

bench: peers
	$(BIN)/python -m tests.benchmarks.run

$(RUNTIME): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) '.[all]'
	touch $(RUNTIME)

$(STAMP): $(RUNTIME)
	$(INSTALL) '.[dev]'
	touch $(STAMP)

clean:
	rm -rf $(VENV) build
