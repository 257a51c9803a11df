# The two commands of the README are `make demo` and `make test`; the others serve them.
# A machine needs Python ≥ 3.11 and make. Everything is installed into .venv, nothing elsewhere.

VENV     := .venv
BIN      := $(VENV)/bin
PORT     ?= 8000
# Tests run in random order, on this many processes; the seed is printed first, and
# PYTEST_ARGS=--randomly-seed=… repeats an order.
WORKERS  ?= 2
PYTEST_ARGS ?=
PLUGINS  := $(patsubst %/pyproject.toml,%,$(wildcard plugins/*/pyproject.toml))
PYTHON   ?= $(shell for p in python3 python3.11 python3.12 python3.13 python3.14 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	&& echo $$p && break; done)
PIP      := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Without bytecode kept, each process would rewrite the assertions of every test file anew.
TESTS    := env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest --dist worksteal --durations 20
LOCK     := $(BIN)/uv pip compile pyproject.toml $(PLUGINS:%=%/pyproject.toml) \
	--excludes requirements/tree.txt --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock"
REFERENCE := $(BIN)/python -m eak_core.kit.reference docs/plugins/reference $(notdir $(PLUGINS))

.DEFAULT_GOAL := help
.PHONY: help install install-test demo demo-reset dev test chromium check lint types imports \
	translations migrations reference reference-check docs pictures sweep bench lock clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

# --- Installing: a stamp says what is already there, so that a second run costs nothing.

install: $(VENV)/.run  ## the project, its plugins and what they run on, into .venv

install-test: $(VENV)/.test

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "EAK needs Python 3.11 or later; none was found." >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "Python cannot make a virtual environment here (on Debian: apt install python3-venv)." >&2; \
	  exit 2; }
	@touch $@

# What an installation makes in the tree may have been cleaned away since.
ifeq ($(wildcard eak_core/static/css/bootstrap.css),)
.PHONY: $(VENV)/.run
endif

# Editable, without build isolation: the build backend is locked like everything else.
$(VENV)/.run: $(VENV)/.made requirements/run.lock pyproject.toml hatch_build.py $(PLUGINS:%=%/pyproject.toml)
	@echo "Installing EAK into $(VENV)…"
	@$(PIP) install --require-hashes -r requirements/run.lock
	@$(PIP) install --no-deps --no-build-isolation -e . $(PLUGINS:%=-e ./%)
	@# Some machines never write bytecode by themselves, and pay for it at each start.
	@$(BIN)/python -m compileall -q eak_core $(PLUGINS)
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements/test.lock
	@echo "Installing what the tests need into $(VENV)…"
	@$(PIP) install --require-hashes -r requirements/test.lock
	@touch $@

# --- The demonstration.

demo: install  ## a complete site with content on http://127.0.0.1:8000 (PORT=… for another)
	@$(BIN)/eak demo --port $(PORT)

demo-reset: install  ## the demonstration from its beginning again
	@$(BIN)/eak demo --port $(PORT) --reset --yes

dev: install  ## the demonstration for authors: changes show at once, failures in the terminal
	@$(BIN)/eak demo --no-serve >/dev/null
	@$(BIN)/eak --instance instance/demo serve --dev --port $(PORT)

# --- Tests and checks.

test: install-test chromium  ## everything, on SQLite and PostgreSQL, in a browser, and killed on the way
	@failed=0; began=$$(date +%s); \
	$(TESTS) -n $(WORKERS) -m "not browser and not reliability" $(PYTEST_ARGS) || failed=1; \
	$(TESTS) -n $(WORKERS) -m "browser or reliability" tests/browser tests/reliability $(PYTEST_ARGS) || failed=1; \
	echo "make test took $$(( $$(date +%s) - began )) s on $(WORKERS) processes."; \
	exit $$failed

# Its shell without a window draws the same pages for a third less; where it cannot be had, Chromium
# itself will do.
chromium:
	@command -v chromium-headless-shell >/dev/null 2>&1 && exit 0; \
	known=$$(command -v chromium || command -v chromium-browser || command -v google-chrome); \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	  install="apt-get install -y -qq --no-install-recommends -o Acquire::Retries=0 -o Acquire::http::Timeout=10"; \
	  [ -n "$$known" ] || { echo "Installing Chromium for the browser tests…"; apt-get update -qq; }; \
	  $$install chromium-headless-shell >/dev/null 2>&1 || [ -n "$$known" ] || $$install chromium >/dev/null \
	  || { echo "Chromium could not be installed; install it and run make test again." >&2; exit 2; }; \
	elif [ -z "$$known" ]; then \
	  echo "The browser tests need Chromium: install it (on Debian: sudo apt install chromium-headless-shell) and run make test again." >&2; \
	  exit 2; \
	fi

check: lint types imports translations migrations reference-check docs  ## style, types, layers, translations, migrations, docs

lint: install-test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

# The plugins that the documentation shows are typed like those that are installed.
types: install-test
	@$(BIN)/mypy
	@rm -rf $(VENV)/shown
	@$(BIN)/python -m tests.shown $(VENV)/shown
	@MYPYPATH=$(VENV)/shown $(BIN)/mypy $(VENV)/shown/eak_*

imports: install-test
	@$(BIN)/lint-imports --no-logo

translations: install-test
	@$(BIN)/python -m eak_core.kit.catalogues eak_core $(PLUGINS)

migrations: install-test
	@$(BIN)/eak --instance $(VENV)/check-instance db check --models

reference: install-test  ## the pages in docs/plugins/reference, from what the code says
	@$(REFERENCE)

reference-check: install-test
	@$(REFERENCE) --check

docs: install-test
	@$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going docs site
	@echo "The documentation is in site/index.html."

pictures: install-test chromium  ## the pictures of the README and of the guides, from the demonstration
	@$(BIN)/python -m tests.pictures

sweep: install-test chromium  ## every kind of page, for each role, in each theme, with axe (an hour)
	@$(BIN)/python -m tests.sweep $(SWEEP_ARGS)

bench: install-test  ## each figure beside its limit, measured in the same run
	@$(BIN)/python -m tests.bench $(BENCH_ARGS)

# --- Keeping house.

lock: $(VENV)/.made  ## resolve the dependencies anew, with hashes and no index address
	@$(PIP) install uv
	@mkdir -p requirements
	@$(LOCK) $(LOCK_ARGS) --group build -o requirements/run.lock
	@$(LOCK) $(LOCK_ARGS) --group build --group test --extra testing --extra s3 --extra meaning \
	  -c requirements/run.lock -o requirements/test.lock
	@! grep -nE '(https?|file)://' requirements/*.lock || { \
	  echo "A lock file names an address." >&2; exit 1; }

clean:  ## forget .venv and what the tools left; instance/ is kept
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
