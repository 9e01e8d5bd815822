# Every target makes its own .venv; nothing has to be installed first but Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
DEMO := demo-data

.PHONY: demo test check serve bench clean constraints install
.DEFAULT_GOAL := demo

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,postgres]'
	@touch $(STAMP)

install: $(STAMP)

demo: $(STAMP)  ## install, then run the real analyse flow over the sample documents, with SQLite and no key
	@$(BIN)/python examples/demo.py

test: $(STAMP)  ## install, then run the tests
	$(BIN)/python -m pytest -n auto --dist loadgroup

check: $(STAMP)  ## lint, format, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

serve: $(STAMP)  ## start a Prefect server and serve the deployments
	@$(BIN)/python -m flows.serve

bench: $(STAMP)  ## run every benchmark and print one JSON object each
	@for file in benchmarks/*.py; do $(BIN)/python $$file --json || exit 1; done

constraints: $(STAMP)  ## compile constraints.txt anew, without index addresses
	$(BIN)/pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --upgrade --all-extras --strip-extras --no-header --no-emit-index-url --no-emit-find-links \
	  --no-emit-trusted-host -o constraints.txt pyproject.toml

clean:  ## remove what the targets made
	rm -rf $(VENV) $(DEMO) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
