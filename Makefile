# `make help` lists what there is. Everything runs in a virtual environment of its own (VENV=.venv).
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO ?= demo
export TF_CPP_MIN_LOG_LEVEL ?= 3

.DEFAULT_GOAL := help
.PHONY: help install demo test lint docs bench fix

help:  ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@

install: $(VENV)/.installed  ## create the virtual environment and install everything into it

demo: install  ## select a loss for the example table, then train and evaluate a model with it
	$(BIN)/rightloss select examples/demo.csv --label plan
	$(BIN)/rightloss train examples/demo.csv --label plan --out $(DEMO) --seed 1 --overwrite

lint: install  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint  ## style, types and all tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

docs: install  ## write the generated pages
	$(BIN)/python docs/generate.py

bench: install  ## time the label profile against reading the data and against scikit-learn
	$(BIN)/python bench/labels.py

fix: install  ## mend style where a tool can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
