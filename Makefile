# Everything a newcomer and a machine need: each target sets up what it needs, and nothing is done twice.
# On Debian 12, as root, once:  apt-get install git make python3 python3-venv

PYTHON ?= python3
PORT ?= 8000
# Test processes at once: one more than two cores, since some wait for browsers and servers.
WORKERS ?= 3
# A file's tests stay in one process; the order of the files is that of tests/conftest.py.
SPREAD := -n $(WORKERS) --dist loadfile --no-loadscope-reorder
# More for pytest, such as:  make test ARGS="tests/articles -x"
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
DEVELOPER := $(VENV)/.developer
CATALOGUES := $(VENV)/.catalogues
DESK := .cache/desk/secret.key
PAGE_TOOLS := .cache/npm/.installed
NEED_NGINX := tools/need nginx nginx-light \
	&& tools/need ngx_http_brotli_static_module.so libnginx-mod-http-brotli-static
PIP := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check
# -r: says at the end what failed and what was skipped, and why.
PYTEST := $(BIN)/python -m pytest -q -rfEs

export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export PYTHONDONTWRITEBYTECODE :=
unexport DJANGO_SETTINGS_MODULE

.DEFAULT_GOAL := help
.SILENT:

help:
	echo "make demo       a demo publication at http://127.0.0.1:$(PORT)/ (make demo PORT=8001: another port)"
	echo "make test       all tests on SQLite, with browser journeys (make test ARGS=tests/articles: some)"
	echo "make check      everything that has to hold before a change lands; make fmt mends what can be mended"
	echo "make bench      the measurements of docs/developer/performance.md"
	echo "make soak       kills server, job worker and newsroom at random, takes disk, database and mail away; looks for harm"
	echo "make messages   brings the catalogues of translations up to date with the source"
	echo "make clean      forgets the virtual environment and everything that was built"

# Setting up

# An environment that works is kept; one whose Python has gone or is half made is made anew.
$(VENV)/.pip: constraints.txt
	echo "Setting up $(VENV) ..."
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed.")'
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) \
	  || { echo "On Debian, as root: apt-get install python3-venv" >&2; exit 1; }
	$(PIP) install --upgrade pip
	touch $@

$(RUNTIME): $(VENV)/.pip pyproject.toml hatch_build.py
	echo "Installing Freiblatt and what it needs ..."
	$(PIP) install --editable . polib
	touch $@

$(DEVELOPER): $(RUNTIME)
	echo "Installing the tools for tests and checks ..."
	$(PIP) install --group dev --editable ".[postgresql,valkey]"
	touch $@

$(CATALOGUES): $(RUNTIME) $(wildcard src/freiblatt/locale/*/LC_MESSAGES/*.po)
	$(BIN)/python -m tools.catalogues compile
	touch $@

# Tools that start Django need some publication; this one has no database.
$(DESK):
	mkdir -p .cache/desk
	echo 'name = "Desk"' > .cache/desk/freiblatt.toml
	$(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(64))' > $@

# Debian's, else the one that Playwright brings; without either, `make test` skips the journeys and says so.
chromium: $(DEVELOPER)
	command -v chromium >/dev/null || tools/need chromium chromium 2>/dev/null || $(BIN)/playwright install chromium \
	  || test -z "$(REQUIRE_BROWSER)"

# Axe, Lighthouse and the Nu checker look at pages. Where Node or Java cannot be had, `make test` skips what needs them
# and says so; `make check` does not. Peers are left out: one of them asks for "latest", which no lock file can hold.
$(PAGE_TOOLS): tests/journeys/package.json tests/journeys/package-lock.json
	{ tools/need npm npm && tools/need java default-jre-headless && mkdir -p .cache/npm && cp $^ .cache/npm/ \
	  && cd .cache/npm && npm ci --legacy-peer-deps --ignore-scripts --no-audit --no-fund --silent && touch .installed; } \
	  || test -z "$(REQUIRE_BROWSER)"

postgresql:
	tools/need initdb postgresql

gettext:
	tools/need xgettext gettext

# What stands beside the program in tests. As with the page tools: `make test` skips what needs a missing one.
servers:
	{ $(NEED_NGINX) && tools/need caddy caddy && tools/need systemd-analyze systemd && tools/need faketime faketime \
	  && { command -v valkey-server >/dev/null || tools/need redis-server redis-server; }; } \
	  || test -z "$(REQUIRE_BROWSER)"

measuring:
	$(NEED_NGINX)
	tools/need wrk wrk
	tools/need taskset util-linux

# For everybody

demo: $(CATALOGUES)
	PORT=$(PORT) $(BIN)/freiblatt demo --publication demo-publication

test: $(DEVELOPER) $(CATALOGUES) chromium $(PAGE_TOOLS) servers
	$(PYTEST) $(SPREAD) $(ARGS)

fmt: $(DEVELOPER)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

messages: $(DEVELOPER) gettext
	$(BIN)/python -m tools.catalogues collect

bench: $(DEVELOPER) $(CATALOGUES) measuring
	$(BIN)/python -m bench $(ARGS)

soak: $(DEVELOPER) $(CATALOGUES) postgresql
	tools/need faketime faketime
	$(BIN)/python -m bench.soak $(ARGS)
	$(BIN)/python -m bench.soak --postgresql $(ARGS)

clean:
	rm -rf $(VENV) .cache dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find src -name '*.mo' -delete

# Checks

# In the full check nothing may be skipped for want of a tool.
check: export REQUIRE_BROWSER := 1
check: $(DEVELOPER)
	$(MAKE) --no-print-directory --jobs 2 --output-sync lint types imports catalogue
	$(MAKE) --no-print-directory test
	$(MAKE) --no-print-directory test-postgresql
	$(MAKE) --no-print-directory wheel
	echo "Everything holds."

lint: $(DEVELOPER)
	echo "== Format and lint"
	$(BIN)/ruff format --check --quiet . || { echo "make fmt mends the format." >&2; exit 1; }
	$(BIN)/ruff check --quiet .

types: $(DEVELOPER) $(DESK)
	echo "== Types of actions and lib"
	FREIBLATT_PUBLICATION=.cache/desk $(BIN)/mypy

imports: $(DEVELOPER)
	echo "== Who imports whom"
	$(BIN)/lint-imports >$(VENV)/imports.txt || { cat $(VENV)/imports.txt; exit 1; }

catalogue: $(DEVELOPER) gettext
	echo "== Catalogues"
	$(BIN)/python -m tools.catalogues check

test-postgresql: $(DEVELOPER) $(CATALOGUES) postgresql servers
	echo "== The same tests on PostgreSQL, without the browser and what never asks it"
	$(BIN)/python -m tests.postgres -- $(PYTEST) $(SPREAD) -m "not journey and not once" $(ARGS)

# The demo must never touch the publication that these speak of, nor leave anything where it was started.
STRANGE := FREIBLATT_DATABASE_URL=sqlite:///none/real.sqlite3 FREIBLATT_PUBLICATION=.

wheel: $(DEVELOPER)
	echo "== A wheel, installed where nothing else is"
	rm -rf .cache/wheel && mkdir -p .cache/wheel/elsewhere
	$(BIN)/python -m build --wheel --outdir .cache/wheel . >.cache/wheel/build.txt 2>&1 || { cat .cache/wheel/build.txt; exit 1; }
	$(PYTHON) -m venv .cache/wheel/venv
	.cache/wheel/venv/bin/python -m pip --quiet --quiet --disable-pip-version-check install .cache/wheel/*.whl
	cd .cache/wheel/elsewhere && env $(STRANGE) ../venv/bin/freiblatt demo --check
	rmdir .cache/wheel/elsewhere

.PHONY: help chromium postgresql gettext servers measuring demo test fmt messages bench soak clean check lint types imports catalogue \
	test-postgresql wheel
