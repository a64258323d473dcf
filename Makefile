# Plain `make` lists what can be asked for. Nothing but make and a Python is needed beforehand.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OLDEST := 3.11
PYTHONS := 3.11 3.12 3.13 3.14
HMIS ?=
ROUNDS ?= 1000
PROCESSES ?= 16
OPERATIONS ?= 1000
DOCUMENTS ?= 100000
BASE ?=
UPGRADE ?=
PYTEST ?=
# What starts servers and kills processes tests the machine more than the Python: once is enough.
ONCE := -m "not crash and not server and not once"
# What the oldest and the newest Python agree on, those between them rarely see otherwise: there the
# tests of what stands nearest to the interpreter are enough.
BETWEEN := 3.12
NEAREST := $(addprefix tests/test_,public.py model.py codec.py stores.py program.py handbook.py \
	decisions.py acts.py rules.py corpus.py vectors.py moving.py simulation_luck.py simulation_fast.py)

# Errors are shown, and nothing else: where several package sources are set up, pip warns of each
# package that one of them lacks.
PIP_INSTALL := -m pip install --disable-pip-version-check -q -q
# A folder that does not exist yet is not an error.
TYPED := $(wildcard src tests examples benchmarks scripts)
PACKAGE := $(shell find src -type f ! -name '*.pyc' 2>/dev/null)

# pyright would ask the network for a newer version each time it runs.
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1
# Other environments on this machine, and what the caller has on PYTHONPATH, are not ours.
unexport PYTHONPATH
unexport PYTHONHOME

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check lint types imports docs sources changelog wheel test-others test-lowest \
	format bench crash race fuzz lock clean $(PYTHONS:%=test-on-%)

help: ## list what can be asked for
	@echo "make TARGET, where TARGET is one of:"
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  \1|\2/p' Makefile | awk -F'|' '{printf "%-14s %s\n", $$1, $$2}'
	@echo "PYTHON=python3.13 before or after the target chooses another Python for $(VENV)."

demo: $(VENV)/.demo ## run a small program from import to report; HMIS=FOLDER reads an export of yours
	@$(BIN)/python examples/first_program.py $(if $(HMIS),--hmis "$(HMIS)")

test: $(VENV)/.dev ## run all tests and measure what they cover; PYTEST="-k words" chooses some
	$(BIN)/python -m pytest $(if $(PYTEST),$(PYTEST),--cov)

check: lint types imports docs changelog wheel test test-others test-lowest ## everything CI runs
	@echo "All checks passed."

lint: $(VENV)/.dev ## read the code for mistakes and for its layout
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.dev ## check the types, by two readers, and that everything public has one
	$(BIN)/mypy $(TYPED)
	$(BIN)/pyright --pythonpath $(BIN)/python
	@# This second reading takes the first python on PATH, whatever --pythonpath says.
	PATH="$(CURDIR)/$(BIN):$$PATH" pyright --verifytypes peerkit --ignoreexternal

imports: $(VENV)/.dev ## check that every room reads only downward
	$(BIN)/lint-imports --no-logo

docs: $(VENV)/.dev ## build the documentation into site/; a broken link is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "Documentation: site/index.html"

changelog: $(VENV)/.dev ## check the changelog fragments; BASE=main asks for one since main
	@$(BIN)/python scripts/check_changelog.py $(BASE)
	@$(BIN)/towncrier build --draft --version next >/dev/null 2>&1 || \
		$(BIN)/towncrier build --draft --version next

sources: $(VENV)/.dev ## list the sources without a link; one that nobody could find is an error
	@$(BIN)/python scripts/sources_without_link.py

wheel: dist/.built ## build the wheel and check that it carries what src/ has
	@$(BIN)/python scripts/check_wheel.py

test-others: $(PYTHONS:%=test-on-%) ## run the tests on every other Python found here, from the wheel

# The folder is named after the version only, so another 3.12 takes the place of the first.
$(PYTHONS:%=test-on-%): test-on-%: dist/.built
	@if [ "$$($(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')" = "$*" ]; then \
		echo "Python $*: that is $(VENV), which 'make test' tests."; \
	elif ! scripts/find-python $* >/dev/null; then \
		echo "Python $*: NOT TESTED, there is none on PATH and none that pyenv keeps."; \
	else \
		$(MAKE) --no-print-directory .venv-$*/.ready && \
		echo "Python $*: testing the wheel." && .venv-$*/bin/python -m pytest $(ONCE) $(PYTEST) \
		$(if $(filter $*,$(BETWEEN)),$(wildcard $(NEAREST))); \
	fi

test-lowest: .venv-lowest/.ready ## run the tests with the oldest dependencies allowed, from the wheel
	@echo "Oldest dependencies, on $$(.venv-lowest/bin/python --version): testing the wheel."
	@# An old driver takes a connection that its server has cut for an open one, and warns of it.
	.venv-lowest/bin/python -m pytest -m "not crash and not once" \
		-W "ignore::pytest.PytestUnraisableExceptionWarning" $(PYTEST)

format: $(VENV)/.dev ## put the code into its layout and mend what can be mended safely
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: .venv-bench/.ready ## measure speed against other libraries; prints a table of ratios
	.venv-bench/bin/python -m benchmarks

crash: $(VENV)/.dev ## kill recording and telling programs ROUNDS times (1000) and check that nothing is lost
	PEERKIT_CRASH_ROUNDS=$(ROUNDS) $(BIN)/python -m pytest -m crash -s

race: $(VENV)/.dev ## let PROCESSES (16) ask for the same places, OPERATIONS (1000) times each
	PEERKIT_RACE_PROCESSES=$(PROCESSES) PEERKIT_RACE_OPERATIONS=$(OPERATIONS) \
		$(BIN)/python -m pytest tests/test_contention.py
	PEERKIT_RACE_ROUNDS=$(OPERATIONS) $(BIN)/python -m pytest tests/test_race_telling.py

fuzz: $(VENV)/.dev ## give every reader its share of DOCUMENTS wrong documents (100000)
	PEERKIT_BAD_DOCUMENTS=$(DOCUMENTS) $(BIN)/python -m pytest tests/test_bad_documents.py -s

lock: .venv-lock/.ready ## write requirements/*.txt anew; UPGRADE=1 takes newer versions
	@PATH="$(CURDIR)/.venv-lock/bin:$$PATH" scripts/lock $(if $(UPGRADE),--upgrade)

clean: ## remove every environment and everything built; your program files stay
	rm -rf .venv .venv-* dist site .pytest_cache .mypy_cache .ruff_cache .hypothesis \
		.import_linter_cache .coverage .coverage.* htmlcov
	find $(TYPED) -type d -name __pycache__ -prune -exec rm -rf {} +

# Environments. Each has a stamp file that is younger than what it was made from, so a second run
# installs nothing. Only pinned files with a known hash are installed, and nothing fetches a build
# tool behind our back (--no-build-isolation).

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "peerkit needs Python 3.11 or newer, and '$(PYTHON)' says: $$($(PYTHON) --version 2>&1)."; \
		echo "Name one that is: make PYTHON=python3.13 $(MAKECMDGOALS)"; exit 1; } >&2
	@echo "Making $(VENV) with $$($(PYTHON) --version)."
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.demo: $(VENV)/.made requirements/demo.txt pyproject.toml
	@echo "Installing peerkit and the few packages it needs."
	@$(BIN)/python $(PIP_INSTALL) --require-hashes -r requirements/demo.txt
	@$(BIN)/python $(PIP_INSTALL) --no-build-isolation --no-deps -e .
	@touch $@

# What the demo needs is part of this, with the same pins, so its stamp is set as well.
$(VENV)/.dev: $(VENV)/.made requirements/dev.txt pyproject.toml
	@echo "Installing peerkit and the tools it is developed with; this takes half a minute."
	@$(BIN)/python $(PIP_INSTALL) --require-hashes -r requirements/dev.txt
	@$(BIN)/python $(PIP_INSTALL) --no-build-isolation --no-deps -e .
	@$(BIN)/python -m pip check -q || { echo "The pins no longer fit pyproject.toml: make lock"; exit 1; }
	@touch $(VENV)/.demo $@

dist/.built: $(VENV)/.dev $(PACKAGE) pyproject.toml README.md LICENSE
	@rm -rf dist
	@$(BIN)/hatchling build -t wheel -d dist >/dev/null
	@touch $@

.venv-lowest/.ready: requirements/lowest.txt dist/.built
	@python=$$(scripts/find-python $(OLDEST)) || { python=$(BIN)/python; \
		echo "Python $(OLDEST), the oldest allowed: NOT FOUND, so this takes the one of $(VENV)."; }; \
	"$$python" -m venv --clear .venv-lowest
	@.venv-lowest/bin/python $(PIP_INSTALL) --require-hashes -r requirements/lowest.txt
	@.venv-lowest/bin/python $(PIP_INSTALL) --no-deps dist/*.whl
	@touch $@

.venv-bench/.ready: requirements/bench.txt $(VENV)/.made pyproject.toml
	@echo "Installing what peerkit is measured against."
	@$(BIN)/python -m venv .venv-bench
	@.venv-bench/bin/python $(PIP_INSTALL) --require-hashes -r requirements/bench.txt
	@.venv-bench/bin/python $(PIP_INSTALL) --no-build-isolation --no-deps -e .
	@touch $@

.venv-lock/.ready: requirements/lock.txt $(VENV)/.made
	@$(BIN)/python -m venv .venv-lock
	@.venv-lock/bin/python $(PIP_INSTALL) --require-hashes -r requirements/lock.txt
	@touch $@

.venv-%/.ready: requirements/test.txt dist/.built
	@"$$(scripts/find-python $*)" -m venv .venv-$*
	@.venv-$*/bin/python $(PIP_INSTALL) --require-hashes -r requirements/test.txt
	@.venv-$*/bin/python $(PIP_INSTALL) --no-deps --force-reinstall dist/*.whl
	@touch $@
