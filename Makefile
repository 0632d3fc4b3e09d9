# OpenTrusty: `make dev` runs it, `make test` checks it; each installs what it needs. `make help` lists the rest.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory --no-builtin-rules

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
PACKAGES := opentrusty_core opentrusty_server opentrusty_auth opentrusty_admin opentrusty_console opentrusty_cli
PIP_INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --no-input
INTEROP := tests/interop
CONSOLE := web-console
CONSOLE_BUILT := opentrusty_console/static/index.html

# What a caller may add: make dev ARGS="--auth-port 9000", make test ARGS="tests/protocol -k refresh"
ARGS ?=
WORKERS ?= 2

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ---- run and check ---------------------------------------------------------------------------------------------------

.PHONY: dev
dev: $(VENV)/.runtime $(CONSOLE_BUILT) ## start every plane on a SQLite file in .dev, with demo tenants
	@exec $(BIN)/opentrusty dev --dir .dev $(ARGS)

.PHONY: test
test: lint test-tools interop console-checks ## lint, then every test
	@printf '==> tests, %s at a time\n' "$(WORKERS)"
	$(BIN)/pytest -n $(WORKERS) --dist worksteal $(ARGS)

.PHONY: lint
lint: $(VENV)/.dev ## style, types, architecture and dependencies
	@printf '==> ruff\n'
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --diff .
	printf '==> mypy\n'
	$(BIN)/mypy
	printf '==> import-linter\n'
	$(BIN)/lint-imports --no-logo
	printf '==> deptry\n'
	$(BIN)/deptry $(PACKAGES)

.PHONY: fmt
fmt: $(VENV)/.dev ## put the code in shape
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

.PHONY: openapi
openapi: $(VENV)/.dev ## write the Admin Plane's OpenAPI document anew
	@$(PY) -m opentrusty_admin.openapi > opentrusty_admin/openapi.json.new
	mv opentrusty_admin/openapi.json.new opentrusty_admin/openapi.json

.PHONY: bench
bench: $(VENV)/.dev test-tools ## measure whole processes under load
	@$(PY) -m benchmarks $(ARGS)

.PHONY: build
build: $(VENV)/.dev $(CONSOLE_BUILT) ## the wheel and the source archive, in dist/
	@$(PY) -m build --no-isolation --outdir dist .

.PHONY: clean
clean: ## remove what make has made, the data of `make dev` excepted
	@rm -rf $(VENV) dist build $(INTEROP)/node_modules $(CONSOLE)/node_modules opentrusty_console/static .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find $(PACKAGES) tests -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- Python ----------------------------------------------------------------------------------------------------------

# The newest interpreter that is >= 3.11, can make an environment, and actually starts (a version manager's shim may not).
define FIND_PYTHON
for name in python3.13 python3.12 python3.11 python3; do
  if "$$name" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then command -v "$$name"; exit 0; fi
done
exit 1
endef
export FIND_PYTHON

$(PY):
	@if ! python=$$(bash -c "$$FIND_PYTHON"); then
	  $(call apt-install,python3 python3-venv,Python 3.11 or newer with its venv module)
	  python=$$(bash -c "$$FIND_PYTHON") || { echo 'Python 3.11 or newer is needed; the one installed here is older.' >&2; exit 1; }
	fi
	printf '==> %s: a virtual environment with %s\n' "$(VENV)" "$$("$$python" --version)"
	"$$python" -m venv --clear $(VENV)

$(VENV)/.runtime: requirements.txt requirements-build.txt pyproject.toml | $(PY)
	@printf '==> installing what OpenTrusty runs on (requirements.txt)\n'
	$(PIP_INSTALL) --require-hashes -r requirements-build.txt -r requirements.txt
	$(PIP_INSTALL) --no-build-isolation --no-deps --editable .
	touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	@printf '==> installing what the tests and checks need (requirements-dev.txt)\n'
	$(PIP_INSTALL) --require-hashes -r requirements-dev.txt
	touch $@

# ---- what is not Python ----------------------------------------------------------------------------------------------

# $(call apt-install,packages,what is missing in words)
define apt-install
if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo '$(2) is missing. Install it (on Debian and Ubuntu: apt-get install $(1)) and run make again.' >&2
    exit 1
  fi
  printf '==> apt-get install %s\n' '$(1)'
  apt-get update -qq </dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $(1) </dev/null >/dev/null
endef

.PHONY: test-tools
test-tools:
	@if ! command -v initdb >/dev/null && ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then
	  $(call apt-install,postgresql,PostgreSQL)
	fi
	if ! command -v chromium >/dev/null; then
	  $(call apt-install,chromium,Chromium)
	fi
	if ! command -v curl >/dev/null || ! command -v jq >/dev/null; then
	  $(call apt-install,curl jq,curl or jq)
	fi
	if ! command -v wrk >/dev/null; then
	  $(call apt-install,wrk,wrk)
	fi

.PHONY: node
node:
	@if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
	  $(call apt-install,nodejs npm,Node.js with npm)
	fi

.PHONY: interop
interop: $(INTEROP)/node_modules/.package-lock.json

$(INTEROP)/node_modules/.package-lock.json: $(INTEROP)/package.json $(INTEROP)/package-lock.json | node
	@printf '==> npm ci in %s\n' "$(INTEROP)"
	cd $(INTEROP)
	npm ci --no-audit --no-fund --loglevel=error </dev/null
	touch node_modules/.package-lock.json

# The console: built where its sources are newer than what was built last.
CONSOLE_SOURCES := $(shell find $(CONSOLE)/src $(CONSOLE)/public -type f) $(addprefix $(CONSOLE)/,index.html vite.config.ts)

$(CONSOLE)/node_modules/.package-lock.json: $(CONSOLE)/package.json $(CONSOLE)/package-lock.json | node
	@printf '==> npm ci in %s\n' "$(CONSOLE)"
	cd $(CONSOLE)
	npm ci --no-audit --no-fund --loglevel=error </dev/null
	touch node_modules/.package-lock.json

$(CONSOLE_BUILT): $(CONSOLE)/node_modules/.package-lock.json $(CONSOLE_SOURCES)
	@printf '==> building the console\n'
	cd $(CONSOLE)
	npm run --silent build -- --logLevel warn </dev/null

.PHONY: console
console: $(CONSOLE_BUILT) ## build the console

.PHONY: console-checks
console-checks: $(CONSOLE_BUILT)
	@printf '==> console: lint, types, tests, size\n'
	cd $(CONSOLE)
	npm run --silent lint </dev/null
	npm run --silent types </dev/null
	npm run --silent test </dev/null
	npm run --silent size </dev/null

# ---- pinned dependencies ---------------------------------------------------------------------------------------------

# Prints the requirements that pyproject.toml declares: those of the project with every extra, or those of dependency groups.
define REQUIREMENTS
import sys, tomllib
with open("pyproject.toml", "rb") as file:
    data = tomllib.load(file)
project, groups = data["project"], data["dependency-groups"]
wanted = []
for name in sys.argv[1:]:
    if name == "project":
        extras = project["optional-dependencies"]
        wanted += project["dependencies"] + [item for extra in extras if extra != "all" for item in extras[extra]]
    else:
        wanted += [item for item in groups[name] if isinstance(item, str)]
print("\n".join(wanted))
endef
export REQUIREMENTS
export CUSTOM_COMPILE_COMMAND := make lock

# $(call pip-compile,what to pin,output file,more options)
pip-compile = $(PY) -c "$$REQUIREMENTS" $(1) \
  | $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links \
    --no-emit-trusted-host --no-emit-options $(if $(UPGRADE),--upgrade) $(3) --output-file $(2) - \
  && sed -i 's/-r -$$/pyproject.toml/' $(2)

.PHONY: lock
lock: $(VENV)/.dev ## pin what pyproject.toml asks for, with hashes (UPGRADE=1: the newest of everything)
	@printf '==> requirements.txt\n'
	$(call pip-compile,project,requirements.txt)
	printf '==> requirements-build.txt\n'
	$(call pip-compile,build,requirements-build.txt)
	printf '==> requirements-dev.txt\n'
	$(call pip-compile,project build dev,requirements-dev.txt,-c requirements.txt -c requirements-build.txt)
	for folder in $(INTEROP) $(CONSOLE); do
	  printf '==> %s/package-lock.json\n' "$$folder"
	  (cd "$$folder" && npm install --package-lock-only --no-audit --no-fund --loglevel=error </dev/null)
	done
