# Everything that a person types here, one word each. `make` alone lists them.
# Options of a program behind a word go into ARGS: make start ARGS="--no-browser --port 9000"

SHELL := /bin/sh
VENV ?= .venv
PYTHON ?=
EXTRAS ?= notebook,terminal,classroom,cluster,test
ARGS ?=
CONSTRAINTS ?= constraints.txt

BIN := $(VENV)/bin/python
INSTALL = $(BIN) -m pip install --quiet --disable-pip-version-check $(CONSTRAINTS:%=--constraint %) --editable
failed = { echo 'The installation failed. If the tested versions do not fit this Python, try: make $(1) CONSTRAINTS=' >&2; exit 1; }
USABLE := $(BIN) -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1

.PHONY: help start test check picture clean
help:
	@echo 'make start    open the course in JupyterLab, on your own desk (work/)'
	@echo 'make test     run the tests'
	@echo 'make check    judge the code: ruff, mypy'
	@echo 'make picture  take the pictures of terminals anew'
	$(if $(wildcard tools/build.py),@echo 'make build    build the notebooks and the exercises from their texts')
	$(if $(wildcard benchmarks/__main__.py),@echo 'make bench    measure how fast it is')
	@echo 'make clean    remove what these words made; your desk stays'

start: $(VENV)/.for-learners
	@$(BIN) -m autograder start $(ARGS)

test: $(VENV)/.for-maintainers
	@echo 'Running the tests …'
	@$(BIN) -m pytest --numprocesses auto --dist loadfile $(ARGS)

check: $(VENV)/.for-maintainers
	@echo 'Judging the code with ruff and mypy …'
	@$(BIN) -m ruff check .
	@$(BIN) -m ruff format --check .
	@$(BIN) -m mypy

picture: $(VENV)/.for-maintainers
	@$(BIN) -m tools.picture

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# These two come with the folders that they run.
ifneq ($(wildcard tools/build.py),)
.PHONY: build
build: $(VENV)/.for-maintainers
	@$(BIN) -m tools.build $(ARGS)
endif
ifneq ($(wildcard benchmarks/__main__.py),)
.PHONY: bench
bench: $(VENV)/.for-maintainers
	@$(BIN) -m benchmarks $(ARGS)
endif

# The environment. An empty file in it says which extras it holds, and since when.
$(VENV)/.for-learners: $(VENV)/.made pyproject.toml constraints.txt
	@echo 'Installing the course and JupyterLab into $(VENV). This takes a minute or two, once …'
	@$(INSTALL) '.[notebook,terminal]' || $(call failed,start)
	@touch $@

$(VENV)/.for-maintainers: $(VENV)/.made pyproject.toml constraints.txt
	@echo 'Installing the course and what its tests need into $(VENV). This takes a minute or two, once …'
	@$(INSTALL) '.[$(EXTRAS)]' || $(call failed,test)
	@touch $@

# An environment that works is kept, whoever made it. One that was made only half, or whose Python has gone, is not.
$(VENV)/.made:
	@$(USABLE) || { python=$$(tools/newest-python $(PYTHON)) && echo "Making $(VENV) with $$python …" && "$$python" -m venv --clear $(VENV); }
	@touch $@
ifneq ($(shell $(USABLE) && echo usable),usable)
.PHONY: $(VENV)/.made
endif
