# Everything a newcomer needs: `make chat` talks, `make test` proves. Both set up what they need, once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# llama-cpp-python is compiled on this machine, for this machine's processor; the image models that it could also
# build are not needed here.
export CMAKE_ARGS ?= -DLLAVA_BUILD=OFF

.PHONY: chat test check clean

chat: $(VENV)/.installed-chat
	@$(BIN)/sahayok-chat

test: check
	$(BIN)/python -m pytest

check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Sahayok needs Python 3.11 or newer; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "on Debian and Ubuntu: sudo apt install python3-venv"; exit 1; }

$(VENV)/.installed-chat: $(VENV)/bin/python pyproject.toml constraints.txt
	@command -v c++ >/dev/null || \
	  { echo "a C++ compiler is needed, once: on Debian and Ubuntu, sudo apt install build-essential"; exit 1; }
	@echo "প্রথমবারের প্রস্তুতি চলছে, প্রায় দশ মিনিট লাগতে পারে… (first set-up: llama.cpp is compiled, about 10 minutes)"
	@$(PIP) --constraint constraints.txt --editable '.[chat]'
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed-chat
	@echo "Installing what the tests need: torch, transformers, trl and others, about 1.7 GB…"
	@$(PIP) --constraint constraints.txt --editable '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV)
