# What people and CI run, and nothing else.
PYTHON ?= python3
BIN := .venv/bin
# feedgen comes as source only; its build uses the locked setuptools, not whatever is newest today.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-build-isolation --only-binary :all: --no-binary feedgen
TESTS ?= tests
BENCH ?=
BASE ?=

.PHONY: run install dev test bench check format lock faults faults-long

run: install
	$(BIN)/newswire up --seed seeds --demo

install: .venv/.runtime

# A stamp per lock: a second start with the same lock installs nothing.
.venv/.runtime: requirements-build.lock requirements.lock pyproject.toml Makefile
	$(PYTHON) deploy/check_python.py
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) -r requirements-build.lock
	$(PIP) -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

dev: .venv/.dev

.venv/.dev: .venv/.runtime requirements-dev.lock
	$(PIP) -r requirements-dev.lock
	touch $@

check: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python deploy/check_dependencies.py
	mkdir -p dist
	$(BIN)/cyclonedx-py requirements --output-reproducible --of JSON -o dist/sbom.cdx.json requirements.lock

test: check
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(TESTS)

# All benchmarks, or those named: make bench BENCH="serving rendering"; BASE=main shows what changed since.
bench: dev
	$(BIN)/python -m benchmarks $(if $(BASE),--base="$(BASE)") $(BENCH)

# Real processes under load while they and everything around them fail; SEED=N makes a run again.
faults: dev
	$(BIN)/python -m tests.faults $(if $(SEED),--seed $(SEED)) --quick --faults 24 --seconds 25 --per-second 25

faults-long: dev
	$(BIN)/python -m tests.faults $(if $(SEED),--seed $(SEED)) --faults 500 --seconds 1800 --per-second 18 --articles 1000000 --backlog 10000 --soak 3600

format: dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-package pip

# uv resolves for every platform at once; what it writes holds versions and hashes, no index address.
lock: install
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	$(COMPILE) --group build -o requirements-build.lock
	$(COMPILE) -c requirements-build.lock -o requirements.lock pyproject.toml
	$(COMPILE) -c requirements.lock --group build --group dev -o requirements-dev.lock pyproject.toml
	$(COMPILE) -o benchmarks/peers/requirements.txt benchmarks/peers/requirements.in
