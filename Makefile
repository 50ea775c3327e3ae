# SPDX-License-Identifier: GPL-3.0-or-later
# Everything a person or a machine does with this repository. `make help` lists it.

PYTHON ?= python3.11
VENV ?= .venv
VENVS ?= .venvs
PIP_OPTIONS ?=
NICE ?=
ENV_PYTHON = $(VENV)/bin/python
# Blender releases that are tested as a Python module, each in an environment of its own.
BPY_TESTED = 4.2 4.5 5.0

SHELL = /bin/bash
.SHELLFLAGS = -eu -o pipefail -c
.DEFAULT_GOAL = help
export PYTHONDONTWRITEBYTECODE ?=
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help setup setup-tests demo test test-core test-blender test-window test-package package lint train clean FORCE

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z][a-z0-9%-]*:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ---------------------------------------------------------------- environments

setup: $(VENV)/.ready  ## make .venv with everything that generating needs

$(VENV)/.ready: requirements/run.txt requirements/test.txt requirements/dev.txt requirements/constraints.txt packaging/environment.py
	$(PYTHON) packaging/environment.py --python-version 3.11 --folder $(VENV) --pip-options="$(PIP_OPTIONS)" \
	    -c requirements/constraints.txt -r requirements/run.txt -r requirements/test.txt -r requirements/dev.txt
	$(ENV_PYTHON) packaging/system_libraries.py --install
	@touch $@

setup-tests: setup $(foreach version,$(BPY_TESTED),$(VENVS)/bpy-$(version)/.ready)  ## make one environment for each tested Blender release

# 4.2 and 4.5 carry PyTorch and friends themselves, so that they test the lean zip; 5.0 is bare and tests the full one.
$(VENVS)/bpy-%/.ready: requirements/bpy-%.txt requirements/constraints.txt packaging/environment.py
	$(PYTHON) packaging/environment.py --python-version 3.11 --folder $(VENVS)/bpy-$* --pip-options="$(PIP_OPTIONS)" \
	    -c requirements/constraints.txt -r requirements/bpy-$*.txt
	$(VENVS)/bpy-$*/bin/python packaging/system_libraries.py --install
	@touch $@
