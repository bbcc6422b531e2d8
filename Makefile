# Two commands matter: `make demo` runs the whole system, `make test` holds it to its promises.
# Both set up what they need inside this folder and are quick once that is done.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# Every target is a deed, none a file; each states itself, so that two changes do not meet here.
.PHONY: $(shell grep -oE '^[a-z-]+:' $(firstword $(MAKEFILE_LIST)) | tr -d :)

PYTHON := .venv/bin/python
SOURCES := portal housing residents permits staffing assessment tests scripts bench manage.py
PYTEST := $(PYTHON) -m pytest
# Journeys share one running system and faults another, each in one process; the rest fills both cores.
WORKERS ?= 2
# A run starts our programs a hundred times: each compiles every module anew where Python may not
# keep what it has compiled (PYTHONDONTWRITEBYTECODE, as many images set it; empty is unset).
export PYTHONDONTWRITEBYTECODE :=

help:   ## This list
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 28

demo: python node   ## The whole system with a synthetic district; DISTRICT=full for 1.3 million people
	@$(PYTHON) manage.py demo $(if $(filter full,$(DISTRICT)),--scale 1.0)

test: python node system   ## Every test, on real servers and a real browser
	@$(PYTEST) -n $(WORKERS) --dist loadgroup -m "not tour" $(ARGS)

journeys: python node system   ## Only the users' stories in the browser
	@$(PYTEST) -m journey $(ARGS)

.PHONY: faults
faults: python   ## Sudden death, KILLS=20 times each at random moments; SEED= repeats a run
	@KILLS=$${KILLS:-20} $(PYTEST) tests/faults $(ARGS)
	@POISON_ROWS=$${POISON_ROWS:-10000} $(PYTEST) tests/exchange/test_poison_rows.py $(ARGS)

.PHONY: soak
soak: python   ## 15 minutes of steady work with cut connections; nothing may grow (MINUTES=, RATE=)
	@$(PYTEST) -s tests/faults/soak.py $(ARGS)

lint: python   ## Style, imports, types, templates, migrations, generated files
	@scripts/lint.sh

comma := ,
.PHONY: bench
bench: python node   ## Figures of speed and size as ratios, into docs/performance.md; ONLY=pages, PEOPLE=20000
	@$(if $(PEOPLE),PORTAL_RUN_DIR=$${PORTAL_RUN_DIR:-.run/bench-$(PEOPLE)}) $(PYTHON) -m bench \
	    $(if $(ONLY),--only $(subst $(comma), ,$(ONLY))) $(if $(PEOPLE),--people $(PEOPLE)) $(ARGS)

format: python   ## Write Python the way ruff writes it
	@$(PYTHON) -m ruff format $(wildcard $(SOURCES))
	@$(PYTHON) -m ruff check --fix $(wildcard $(SOURCES))

screenshots: python node system   ## Every page of every post at three sizes, into docs/screenshots
	@SCREENSHOTS=docs/screenshots $(PYTEST) -m tour tests/journeys/test_every_page.py

.PHONY: access isolation isolation-mutants
access: python   ## Write docs/access.md and docs/openapi.yaml: who may open what, and the API's schema
	@PORTAL_MODE=test DATABASE_URL=postgres://none@127.0.0.1:1/none \
	    AUDIT_DATABASE_URL=postgres://none@127.0.0.1:1/none REDIS_URL=redis://127.0.0.1:1/0 \
	    $(PYTHON) scripts/access.py
	@scripts/api_schema.sh

isolation: python   ## Two worlds, hundreds of times: nobody can tell what lies outside; SEED=7 repeats a run
	@seed=$${SEED:-$$RANDOM}; echo "seed $$seed (SEED=$$seed make isolation repeats this run)"; \
	    ISOLATION_EXAMPLES=$${EXAMPLES:-100} ISOLATION_STRIDE=$${STRIDE:-12} ISOLATION_ASKS=40 \
	    API_EXAMPLES=$${API_EXAMPLES:-10} \
	    timeout 5400 $(PYTEST) -x -n $(WORKERS) --dist loadgroup tests/isolation --hypothesis-seed=$$seed $(ARGS)

isolation-mutants: python   ## Seed leaks one after the other; each must be caught by the isolation tests
	@$(PYTEST) -n 0 tests/isolation/mutants.py -q $(ARGS)

api: python   ## The API drawn from its schema and raced, at length (API_EXAMPLES=30, API_RACES=100)
	@API_EXAMPLES=$${API_EXAMPLES:-30} API_RACES=$${API_RACES:-100} \
	    $(PYTEST) -n 0 tests/api tests/isolation/test_api.py $(ARGS)

paper: python   ## Write docs/paper.md: each requirement of the paper, where it lives, what proves it
	@$(PYTHON) scripts/paper.py

receipts: python   ## Follow every number of every dashboard of the demonstration to its list
	@RECEIPTS=all $(PYTHON) -m pytest tests/demo/test_receipts.py -n 0 -q -s

metrics: python   ## Write docs/metrics.md: every number with its formula, clause and worked example
	@PORTAL_MODE=test DATABASE_URL=postgres://none@127.0.0.1:1/none \
	    AUDIT_DATABASE_URL=postgres://none@127.0.0.1:1/none REDIS_URL=redis://127.0.0.1:1/0 \
	    $(PYTHON) scripts/metrics.py

supply-chain: python   ## Locks by hash, floors, freshness, security lints, bill of materials; needs a registry
	@$(PYTHON) scripts/supply_chain.py

migrate-lint: python   ## What new migrations may not do to a million rows that people work on
	@$(PYTEST) -q tests/portal/test_migration_gate.py

drill-restore: python   ## Restore a backup to a moment in an empty cluster, and prove it
	@$(PYTHON) scripts/drill_restore.py $(ARGS)

lock: python   ## Compile the lock files again, at the newest versions allowed; they name no host
	@scripts/lock.sh

clean:   ## Remove what was made here: environment, packages, caches, the embedded servers' data
	@rm -rf .venv node_modules .run staticfiles test-results .mypy_cache .ruff_cache .pytest_cache \
	    .hypothesis .import_linter_cache

python:
	@scripts/python_env.sh requirements-dev.txt

node: python
	@scripts/node_packages.sh

system:
	@scripts/system_packages.sh
