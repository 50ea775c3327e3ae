# SPDX-License-Identifier: GPL-3.0-or-later
# Everything a person or a machine does with this repository. `make help` lists it.

PYTHON ?= $(or $(shell command -v python3.11),python3)
VENV ?= .venv
VENVS ?= .venvs
PIP_OPTIONS ?=
NICE ?=
ENV_PYTHON = $(VENV)/bin/python
# Python 3.13, for Blender 5.1 and newer: on the path, or kept by pyenv, whose python3.13 runs only where it is chosen.
ifndef PYTHON313
PYTHON313 := $(shell for python in python3.13 "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.13.*/bin/python3.13; do \
    if "$$python" --version >/dev/null 2>&1; then command -v "$$python"; break; fi; done)
endif

# Blender releases that are tested as a Python module, each in an environment of its own: a list, or `all`.
BLENDER_RELEASES ?= 4.2 4.5 5.0 5.3
BPY_311 = 4.2 4.5 5.0
BPY_313 = 5.1 5.2 5.3
BPY_WANTED = $(if $(filter all,$(BLENDER_RELEASES)),$(BPY_311) $(BPY_313),$(BLENDER_RELEASES))
BPY_TESTED = $(if $(PYTHON313),$(BPY_WANTED),$(filter-out $(BPY_313),$(BPY_WANTED)))
bpy_python = $(if $(filter 5.0,$1),$(ENV_PYTHON),$(VENVS)/bpy-$1/bin/python)

SHELL = /bin/bash
.SHELLFLAGS = -eu -o pipefail -c
.DEFAULT_GOAL = help
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help setup setup-tests check demo test test-core test-quick test-blender test-window test-package test-zips package lint train train-gpu clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z][a-z0-9%-]*:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ---------------------------------------------------------------- environments

setup: $(VENV)/.ready  ## make .venv with everything that generating needs

$(VENV)/.ready: requirements/run.txt requirements/test.txt requirements/dev.txt requirements/constraints.txt packaging/environment.py
	$(PYTHON) packaging/environment.py --python-version 3.11 --folder $(VENV) --pip-options="$(PIP_OPTIONS)" \
	    -c requirements/constraints.txt -r requirements/run.txt -r requirements/test.txt -r requirements/dev.txt
	$(ENV_PYTHON) packaging/system_libraries.py --install
	@touch $@

setup-tests: setup $(BPY_TESTED:%=$(VENVS)/bpy-%/.ready)  ## make one environment for each tested Blender release
	$(if $(PYTHON313),,@echo "Python 3.13 is not here: Blender 5.1 to 5.3 are not tested (make PYTHON313=/path/to/python3.13 …)")

# 4.2 and 4.5 see what .venv holds, PyTorch and friends, after their own Blender and NumPy: they test the lean zip. 5.0 is bare and
# tests the full one.
$(BPY_311:%=$(VENVS)/bpy-%/.ready): $(VENVS)/bpy-%/.ready: requirements/bpy-%.txt $(VENV)/.ready
	$(PYTHON) packaging/environment.py --python-version 3.11 --folder $(VENVS)/bpy-$* $(if $(filter 5.0,$*),,--share $(VENV)) \
	    --pip-options="$(PIP_OPTIONS)" -c requirements/constraints.txt -r requirements/bpy-$*.txt
	$(VENVS)/bpy-$*/bin/python packaging/system_libraries.py --install
	@touch $@

# 5.1 to 5.3 share one PyTorch, the CUDA build: 5 GB. They test the lean zip.
$(BPY_313:%=$(VENVS)/bpy-%/.ready): $(VENVS)/bpy-%/.ready: requirements/bpy-%.txt $(VENVS)/torch-py313/.ready
	$(PYTHON313) packaging/environment.py --python-version 3.13 --folder $(VENVS)/bpy-$* --share $(VENVS)/torch-py313 \
	    --pip-options="$(PIP_OPTIONS)" -c requirements/constraints.txt -r requirements/bpy-$*.txt
	$(VENVS)/bpy-$*/bin/python packaging/system_libraries.py --install
	@touch $@

$(VENVS)/torch-py313/.ready: requirements/torch-py313.txt requirements/constraints.txt packaging/environment.py
	$(PYTHON313) packaging/environment.py --python-version 3.13 --folder $(VENVS)/torch-py313 --pip-options="$(PIP_OPTIONS)" \
	    -c requirements/constraints.txt -r requirements/torch-py313.txt
	@touch $@

# ---------------------------------------------------------------- demo

AUDIO ?=
BLEND ?=
DANCE ?=
DEMO_OPTIONS ?=

demo: setup  ## the demo character speaks: demo/demo.blend, .mp4 and pictures (AUDIO=file, BLEND=file), or dances (DANCE=1)
	$(NICE) $(ENV_PYTHON) -m core.development.demo $(if $(filter-out 0 no,$(DANCE)),--dance) $(if $(AUDIO),--audio "$(AUDIO)") $(if $(BLEND),--blend "$(BLEND)") $(DEMO_OPTIONS)

# ---------------------------------------------------------------- tests

# Blender's module may hang while it ends; a test run must not.
TIMEOUT := $(if $(shell command -v timeout),timeout --kill-after=20 1200,)
PYTEST = -m pytest --quiet
# Side by side: first the environments, the zips and what needs neither, then a run for the zips and one for each Blender release, the
# longest first. make follows a chain of prerequisites only after it has begun everything else, hence two steps. A window wants the machine
# alone.
JOBS ?= 2
SIDE_BY_SIDE = $(MAKE) --no-print-directory --jobs=$(JOBS) --output-sync=target --keep-going
# Making environments is mostly waiting, for the network and the disk: one more run beside them.
WHILE_ENVIRONMENTS = $(SIDE_BY_SIDE) --jobs=$$(($(JOBS) + 1))
LONGEST_FIRST = $(foreach release,5.3 5.2 5.1 5.0 4.5 4.2,$(filter $(release),$(BPY_TESTED)))

test:  ## run every test (BLENDER_RELEASES=all adds Blender 5.1 and 5.2)
	$(WHILE_ENVIRONMENTS) setup-tests test-core package
	$(SIDE_BY_SIDE) $(LONGEST_FIRST:%=test-blender-%) test-zips
	$(MAKE) --no-print-directory test-window

check:  ## lint, every test and the demo: what .ci/run runs
	$(WHILE_ENVIRONMENTS) setup-tests test-core lint package demo
	$(SIDE_BY_SIDE) $(LONGEST_FIRST:%=test-blender-%) test-zips
	$(MAKE) --no-print-directory test-window

test-core: setup  ## pure tests: seconds, no Blender
	$(NICE) $(TIMEOUT) $(ENV_PYTHON) $(PYTEST) tests/core

test-quick: setup  ## the pure tests that are not slow: under a minute
	$(NICE) $(TIMEOUT) $(ENV_PYTHON) $(PYTEST) -m "not slow" tests/core

test-blender: setup setup-tests  ## tests inside Blender's Python module (BLENDER_RELEASES="4.2 5.3" or all)
	$(SIDE_BY_SIDE) $(LONGEST_FIRST:%=test-blender-%)

# Blender 4.2's module now and then ends with a segmentation fault (134, 139) after hundreds of files were opened and thrown away: it gets
# a few test files at a time, and where it ended so each of them once more by itself. Failed tests are not repeated.
test_files_at_a_time = $(if $(filter 4.2,$1),10,1000)

test-blender-%: setup setup-tests
	printf '%s\n' tests/blender/test_*.py | xargs -n $(call test_files_at_a_time,$*) sh -c ' \
	    run() { $(NICE) $(TIMEOUT) $(call bpy_python,$*) $(PYTEST) -p no:cacheprovider "$$@"; }; \
	    run "$$@" && exit 0; status=$$?; \
	    case $$status in 134|139) echo "Blender $* ended with a segmentation fault; once more, one by one: $$*"; \
	        for file; do run "$$file" || exit $$?; done;; *) exit $$status;; esac' sh

test-package: setup setup-tests package  ## build the zips, install them as a user would, generate there
	$(MAKE) --no-print-directory test-zips

test-zips: setup setup-tests
	$(NICE) $(TIMEOUT) $(ENV_PYTHON) $(PYTEST) tests/package

test-window: setup  ## press the real button in a real Blender's window; skipped where there is none
	$(NICE) $(TIMEOUT) $(ENV_PYTHON) $(PYTEST) tests/window

lint: setup  ## check style, format and static types
	$(ENV_PYTHON) -m ruff check .
	$(ENV_PYTHON) -m ruff format --check .
	$(ENV_PYTHON) -m pyright

# ---------------------------------------------------------------- zips

PACKAGE_OPTIONS ?=

package: setup  ## build and validate dist/*.zip (PACKAGE_OPTIONS="--platform windows-x64 --python 3.13")
	$(NICE) $(ENV_PYTHON) packaging/build.py $(PACKAGE_OPTIONS)

# ---------------------------------------------------------------- figures and models

DATA ?= ../shared/data
BENCH_OPTIONS ?=
RECIPE ?= speech
TRAIN_OPTIONS ?=

bench-%: setup  ## one bench: make bench-speed, bench-lips, bench-gesture, bench-peers, bench-parity
	$(NICE) $(ENV_PYTHON) -m core.evaluation $* $(BENCH_OPTIONS)

train: setup  ## train a model on your own data: make train RECIPE=speech TRAIN_OPTIONS="…"
	$(NICE) $(ENV_PYTHON) -m core.training $(RECIPE) $(TRAIN_OPTIONS)

train-gpu: setup  ## ten minutes on one GPU, from a run's small checkpoint and back: make train-gpu RECIPE=body
	$(NICE) $(ENV_PYTHON) -m core.training $(RECIPE) --stage generator --preset lively --device cuda --minutes 10 --batch 256 $(TRAIN_OPTIONS)

clean:  ## remove what was built, but keep the environments
	rm -rf build dist demo .pytest_cache .ruff_cache
	find core operators panels tests packaging -name __pycache__ -type d -prune -exec rm -rf {} +
