# Everything a newcomer needs; the work itself stands in tools/.
.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench chaos clean
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory

VENV := .venv/bin
DB ?= sqlite
ONCE ?=
SCENARIO ?= all
SEED ?= 1
SECONDS ?= 180
FAULTS ?= 300
EVENTS ?= $(if $(filter postal,$(SCENARIO)),20000,100000)
ARGS ?=

help: ## show this list · hiện danh sách này
	@echo "Liên Thông: make TARGET"
	@sed -nE 's/^([a-z]+):.*## (.*)$$/\1\t\2/p' Makefile | while IFS=$$'\t' read -r name text; do printf '  %-8s %s\n' "$$name" "$$text"; done
	@echo "  ONCE=1 make demo, DB=postgres make demo|bench|chaos, SCENARIO=postal|resume|alone|pause|failover|vanish make chaos, ARGS='-k word' make test"

setup: ## make .venv and install what is pinned · tạo .venv và cài đúng phiên bản
	@tools/setup.sh

demo: setup ## hub, worker, five partners and data on this machine · chạy thử toàn bộ trên máy này
	@$(VENV)/hub demo --database $(DB) $(if $(filter-out 0,$(ONCE)),--once) $(ARGS)

test: setup ## all tests, on SQLite and PostgreSQL · chạy mọi kiểm thử
	@tools/node_packages.sh
	@tools/test.sh $(ARGS)

check: setup ## linters, types, import contracts · kiểm tra văn phong, kiểu, tầng
	@tools/check.sh

bench: setup ## measure, figures as ratios of one run · đo hiệu năng
	@DB=$(DB) $(VENV)/python -m bench $(ARGS)

chaos: setup ## break everything, then prove that nothing was lost · phá mọi thứ rồi kiểm chứng không mất gì
	@$(VENV)/python -m chaos --database $(DB) --scenario $(SCENARIO) --seed $(SEED) --seconds $(SECONDS) \
	  --faults $(FAULTS) --events $(EVENTS) $(ARGS)

clean: ## remove what the other targets made · xoá những gì đã tạo ra
	@rm -rf .venv .cache var build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
