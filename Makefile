# Everything a person types. `make run` and `make test` set up what they need, from nothing, and again at once.
PY := .venv/bin/python
# Most tests wait for the plant, not for a processor: four at once also on two.
JOBS := $(shell n=$$(nproc 2>/dev/null || echo 4); [ $$n -gt 4 ] && echo $$n || echo 4)
TESTS ?= tests
DEMO := docker compose --file docker-compose.yml --file docker-compose.demo.yml

.DEFAULT_GOAL := help
.PHONY: help run test check coverage bench proof arm64 screenshots docs demo up down logs frontend generate pytest setup-demo setup-dev

help:  ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile

run: setup-demo frontend  ## the services and the simulated site on this computer, without containers
	$(PY) -m services.cli.main run --simulated

test:  ## install what the tests need, check, build the page, run all tests
	@scripts/stages.sh setup-dev check docs coverage frontend pytest

check: setup-dev  ## style, types, import rules, generated files
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache
	$(PY) -m services.cli.generate --check

coverage: setup-dev  ## every branch of the decision core is taken by a scenario, or it fails
	@scripts/core_coverage.sh

frontend: setup-demo  ## build the page
	@scripts/frontend.sh

generate: setup-dev  ## write the files that are made from the code
	$(PY) -m services.cli.generate

bench: setup-dev  ## measure
	@for file in bench/[a-z]*.py; do echo "$$file"; $(PY) -m "bench.$$(basename "$$file" .py)" || exit 1; done

proof: setup-dev  ## the long forms: 1,000 simulated days, all walks, 1,000 kills, the mutation score of the core, an hour's soak, arm64 (hours)
	MINE_PROOF=long $(PY) -m pytest -n $(JOBS) --dist worksteal --timeout 14400 tests/proof tests/integration/test_schemathesis.py \
	  tests/integration/test_abuse_bus.py tests/integration/test_abuse_inputs.py tests/integration/test_bad_world_link.py \
	  tests/integration/test_install_site.py
	$(PY) -m tests.proof.kills 1000
	$(PY) -m tests.proof.soak 60
	.venv/bin/mutmut run
	.venv/bin/mutmut results
	@$(MAKE) --no-print-directory arm64

arm64: setup-dev  ## the whole stack for arm64, under emulation: built, healthy, one curtailment proven, sizes (15 min)
	$(PY) -m pytest -p no:xdist --capture no tests/arm64/whole_stack.py

docs: setup-dev  ## build the manual as a site, into site/; a dead link or anchor fails
	@scripts/docs.sh

screenshots: setup-dev frontend  ## take the pictures of the README and the manual, of the running simulated site
	$(PY) -m tests.end_to_end.screenshots

demo:  ## the containers with the simulated site
	$(DEMO) up --build --detach --wait
	@echo "The page: http://$$($(DEMO) port api 8000 | sed s/0.0.0.0/localhost/)"
	@echo "The utility's signal is turned by hand at http://$$($(DEMO) port simulator 17999)   The end: make down"

up:  ## the containers
	docker compose up --build --detach --wait

down:  ## stop the containers, those of the simulated site too; the records stay
	docker compose down
	$(DEMO) down

logs:  ## follow the containers' logs
	$(DEMO) --project-name "$$(docker compose ls --quiet | grep -x -m 1 'bitcoin-mine\(-demo\)\?' || echo bitcoin-mine)" logs --follow --tail 100

pytest: setup-dev
	$(PY) -m pytest -n $(JOBS) --dist worksteal $(TESTS)

setup-demo:
	@scripts/setup.sh demo

setup-dev:
	@scripts/setup.sh dev
