# `make run` to try it, `make test` to test it, `make check` before you submit a change.
# A fresh machine needs Python 3.11+, git and make. Everything created stays in .venv and .cache; git ignores both.

.PHONY: help run test check long format-check lint types imports format bench lock picture clean

# Absolute, because a program may change its folder. .ci/setup makes the folders.
CACHE := $(CURDIR)/.cache
export TMPDIR := $(CACHE)/tmp

# Bytecode stays in the checkout too, and saves a third of the time of every start.
unexport PYTHONDONTWRITEBYTECODE

# Trying and testing must not touch your own settings and state.
OWN_FOLDERS := XDG_CONFIG_HOME="$(CACHE)/xdg" XDG_STATE_HOME="$(CACHE)/xdg" XDG_DATA_HOME="$(CACHE)/xdg" XDG_CACHE_HOME="$(CACHE)/xdg"

help:
	@echo 'make run      start a demo: a server and a client in one'
	@echo 'make test     run the tests'
	@echo 'make check    run format, lint, type and import checks and the tests; every change has to pass'
	@echo 'make long     run the tests that take minutes: hundreds of kills, cuts at every byte, more random cases'
	@echo 'make format   format the code and apply automatic lint fixes'
	@echo 'make bench    run the benchmarks (half an hour): each figure with its ratio, and what has changed; BENCH="idle start" runs these'
	@echo 'make lock     update locks/ to the newest versions that pyproject.toml allows'
	@echo 'make picture  redraw the picture in the README'
	@echo 'make clean    remove .venv and .cache'

run:
	@.ci/setup run
	@$(OWN_FOLDERS) .venv/bin/chat-tui demo

# In parallel, as far as there are processors; `make -k check` carries on after the first failure.
check:
	@.ci/setup dev
	@$(MAKE) --no-print-directory -j3 format-check lint types imports test

format-check:
	@.ci/setup dev
	@.venv/bin/ruff format --check .

lint:
	@.ci/setup dev
	@.venv/bin/ruff check .

types:
	@.ci/setup dev
	@.venv/bin/mypy

imports:
	@.ci/setup dev
	@.venv/bin/lint-imports --no-logo --cache-dir .cache/import-linter

# Five workers on two cores: half of the time they wait for a screen or a socket. tests/conftest.py gives the order.
test:
	@.ci/setup dev
	@$(OWN_FOLDERS) .venv/bin/pytest -n 5 --dist loadfile --no-loadscope-reorder

# Some tests need a Debian package: `.ci/setup packages` installs them, as does every run with CI set. Tests whose package
# is missing are skipped, and listed at the end.
LONG := $(OWN_FOLDERS) .venv/bin/pytest -n 2 --no-loadscope-reorder -o faulthandler_timeout=1000

long:
	@.ci/setup dev
	@[ -z "$$CI" ] || .ci/setup packages
	@$(LONG) -m long
	@$(LONG) -m 'hypothesis and not long' --hypothesis-profile=thorough -o timeout=600
	@CHAT_TEST_UVLOOP=1 $(LONG) tests/server

format:
	@.ci/setup dev
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

# The figures of the last run are in .cache/bench; `.venv/bin/python benchmarks/run.py --keep` makes them the ones that
# later runs are compared with. The machine should have nothing else to do.
bench:
	@.ci/setup dev
	@$(OWN_FOLDERS) .venv/bin/python benchmarks/run.py $(BENCH)

# One lock for every platform and for Python 3.11 and later: run.txt holds what the programs import, build.txt what
# builds them, dev.txt all of it and the tools, in the same versions. UV_DEFAULT_INDEX names a mirror.
COMPILE := .cache/uv/bin/uv --quiet --system-certs --cache-dir .cache/uv/cache pip compile --universal --python-version 3.11 \
  --generate-hashes --no-emit-index-url --upgrade --custom-compile-command 'make lock'

lock:
	@mkdir -p locks .cache/tmp
	@test -x .cache/uv/bin/uv || { $${PYTHON:-python3} -m venv .cache/uv && \
	  PIP_CACHE_DIR=.cache/pip .cache/uv/bin/python -m pip install -qq --disable-pip-version-check uv==0.13.9; }
	@$(COMPILE) pyproject.toml --output-file locks/run.txt
	@$(COMPILE) --group build --constraints locks/run.txt --output-file locks/build.txt
	@$(COMPILE) pyproject.toml --extra fast --group dev --constraints locks/run.txt --constraints locks/build.txt \
	  --output-file locks/dev.txt

picture:
	@.ci/setup dev
	@$(OWN_FOLDERS) .venv/bin/python docs/picture.py

clean:
	@rm -rf .venv .cache dist
