# Each target does its own set-up; CI calls these targets and nothing else.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
ARGS ?=
QUICK := not slow and not gpu and not postgres and not browser and not clients and not cluster and not ray and not deploy
FAST := not long and $(QUICK)
LONG := long and $(QUICK)
# Forked processes of tests wait half of their time, so there are two for each core. A fork of what has begun
# Apple's frameworks may die (Python starts processes anew there): elsewhere the lane has workers of pytest-xdist.
FORKS ?= $(shell expr 2 '*' $$(nproc 2>/dev/null || echo 2))
FAST_LANE := $(if $(filter Linux,$(shell uname -s)),-p tools.forked_lane --forks $(FORKS),-n 3 --dist loadfile --no-loadscope-reorder)

# Every core has a test of its own: a second thread of torch would wait for its turn by spinning, which made a
# training of 49 s of processor time one of 110 s.
test test-long test-slow test-postgres test-cluster test-deploy test-clients test-browser test-again: export OMP_NUM_THREADS := 1

# Images of Python set it: each worker of a lane would rewrite 440 test files anew, and each process compile the package.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: all setup serve demo console check test test-all test-long test-slow test-postgres test-cluster test-clients test-ray test-deploy test-browser screenshots docs-pictures fuzz bench docs generate wheel install-sizes clean help

all: check test

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

# What running needs; the stamp spares the second start everything.
.venv/.run: pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing Vedette (once; a few minutes on a slow line) …"
	@$(PIP) install --upgrade pip -c constraints.txt
	@$(PIP) install -c constraints.txt torch --group console -e '.[train,server]'
	@touch $@

.venv/.dev: .venv/.run
	@echo "Installing what tests and checks need (once) …"
	@$(PIP) install -c constraints.txt --group test --group check -e '.[train,server,edge,video,functions,parquet,openvino,postgres,backbones,telemetry,pkcs11]'
	@touch $@

setup: .venv/.dev ## the environment for development, with the git hooks
	@if git rev-parse --git-dir >/dev/null 2>&1 && [ -z "$$CI" ]; then $(BIN)/pre-commit install --install-hooks >/dev/null || true; fi

console: .venv/.run ## build the console into the package, where its source has changed
	@$(BIN)/python tools/build_console.py

serve: .venv/.run ## start the server, with its console
	@$(BIN)/python tools/build_console.py || echo "The console could not be built; the server starts without it. Try again: make console"
	@exec $(BIN)/vedette serve $(ARGS)

demo: .venv/.run ## from an empty server to findings, on drawn pictures
	@$(BIN)/vedette demo $(ARGS)

check: .venv/.dev ## lint, format, types, contracts, sizes, words, spelling; the console's own too
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/sizes.py
	$(BIN)/python tools/words.py
	$(BIN)/codespell
	$(BIN)/python tools/build_console.py --check

test: .venv/.dev ## the fast lane, in processes forked after one collection (decision 0306)
	$(BIN)/python -m pytest $(FAST_LANE) -m "$(FAST)" $(ARGS)
	@echo "Slower lanes: make test-long (more than 0.25 s each) · test-slow (really trains) · test-postgres · test-cluster · test-ray · test-clients (boto3 newest, AWS CLI, JavaScript) · test-browser · test-all"

test-long: .venv/.dev ## the same for what takes more than 0.25 s (tests/long_tests.txt, decision 0472)
	$(BIN)/python -m pytest $(FAST_LANE) -m "$(LONG)" $(ARGS)

test-slow: .venv/.dev ## really trains
	$(BIN)/pytest -n 2 --dist worksteal -m slow $(ARGS)

test-postgres: .venv/.dev ## the same database tests on PostgreSQL
	@tools/install_postgres
	$(BIN)/python -m pytest $(FAST_LANE) -m postgres $(ARGS)

test-cluster: .venv/.dev ## several servers on one PostgreSQL and one S3, killed too
	@tools/install_postgres
	$(BIN)/pytest -n 2 --dist loadfile -m cluster $(ARGS)

test-ray: .venv/.dev ## every engine's tests on a Ray cluster of three nodes on this machine
	@$(PIP) install -c constraints.txt -e '.[ray]'
	$(BIN)/pytest -n 0 -m ray tests/engines tests/docs $(ARGS)

test-deploy: .venv/.dev ## the Helm chart by Helm's library, against Kubernetes' schemas and a real server
	@$(PIP) install -c constraints.txt --group deploy
	$(BIN)/pytest -n 0 -m deploy tests/deploy $(ARGS)

test-clients: .venv/.dev ## foreign clients against one endpoint
	$(BIN)/pytest -m clients $(ARGS)

test-browser: .venv/.dev console ## the console by clicks, keys and drags in a real Chromium
	@tools/install_chromium
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m browser tests/browser $(ARGS)

test-again: .venv/.dev ## once more, alone, what just failed in a lane
	$(BIN)/pytest -x --last-failed --last-failed-no-failures none $(ARGS)

screenshots: .venv/.dev console ## pictures of every page into build/screenshots, light and dark; the documentation's anew
	@tools/install_chromium
	VEDETTE_SCREENSHOTS=$${VEDETTE_SCREENSHOTS:-build/screenshots} VEDETTE_DOCS_PICTURES=$${VEDETTE_DOCS_PICTURES:-docs/pictures} \
	  $(BIN)/pytest -m browser tests/browser $(ARGS)

docs-pictures: .venv/.dev console ## the documentation's pictures alone: its tutorials are walked, nothing else
	@tools/install_chromium
	VEDETTE_DOCS_PICTURES=$${VEDETTE_DOCS_PICTURES:-docs/pictures} \
	  $(BIN)/pytest -m browser tests/browser/test_docs_pictures.py tests/browser/test_tutorials.py $(ARGS)

test-all: test test-long test-slow test-postgres test-cluster test-clients test-browser ## every lane that this machine can hold

fuzz: .venv/.dev ## draw bytes for every parser that strangers reach, ten minutes of processor time together
	@$(PIP) install -c constraints.txt --group fuzz
	$(BIN)/python tools/fuzz.py $(ARGS)

bench: .venv/.dev ## every figure we claim, each beside its limit
	$(BIN)/python -m bench $(ARGS)

docs: .venv/.dev ## write the computed pages of docs/reference
	$(BIN)/python tools/write_reference.py

generate: .venv/.dev ## shape files, the console's types of them, stubs of the proto files, and reference pages
	$(BIN)/python tools/write_shapes.py
	$(BIN)/python tools/write_client_types.py
	$(BIN)/python tools/write_stubs.py
	$(BIN)/python tools/write_sentences.py
	$(BIN)/python tools/write_licences.py
	$(BIN)/python tools/write_reference.py

wheel: .venv/.dev console ## build the wheel, install it into an empty environment and serve from it
	rm -rf dist && $(PIP) install -c constraints.txt build hatchling && $(BIN)/python -m build --wheel --no-isolation
	$(BIN)/python tools/same_wheel.py dist/*.whl
	$(BIN)/python tools/try_wheel.py dist/*.whl

install-sizes: .venv/.dev console ## measure what each install of README.md takes, in empty environments
	rm -rf dist && $(PIP) install -c constraints.txt build hatchling && $(BIN)/python -m build --wheel --no-isolation
	$(BIN)/python tools/try_wheel.py dist/*.whl --sizes

clean: ## remove what was built, not the data
	rm -rf .venv dist build .pytest_cache .mypy_cache .ruff_cache console/node_modules console/dist src/vedette/api/console/static
