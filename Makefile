# The front door. The work is done by scripts/, which say how and why.
.DEFAULT_GOAL := help
.PHONY: help setup build up down wipe demo test chaos fairness one-more-day fuzz check security openapi schema fmt k8s-check

help: ## Lists these targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: ## Installs the Debian packages that are missing
	@scripts/install-packages

build: setup ## Builds the programs
	@cargo build --bins

up: ## Starts the stack with the demo organizations, or restarts what changed; USAGE_CLOCK=… moves its clock
	@scripts/up

down: ## Stops everything and keeps the data
	@scripts/down

wipe: ## Stops everything and removes the data
	@scripts/down --wipe

demo: ## From two usage data files to a report, a check by hand and an order draft
	@scripts/demo

test: ## Runs the tests on a PostgreSQL and RabbitMQ of their own; ARGS="-p metering" narrows them
	@scripts/test $(ARGS)

chaos: ## Breaks everything while files come in: nothing is lost, nothing counts twice; SEED=1 FILES=300
	@scripts/chaos --seed $(or $(SEED),1) --files $(or $(FILES),300)

fairness: ## Measures how long small uploads wait beside a huge one, and beside many
	@scripts/measure fairness

one-more-day: ## Measures what one more day's file costs on a month of 20,000 virtual machines
	@scripts/measure one-more-day

fuzz: ## Feeds each reader what a fuzzer thinks of, and checks its laws; SECONDS=60 each, TARGETS="archive records"
	@scripts/fuzz $(or $(SECONDS),60) $(TARGETS)

check: ## Format, lints, documentation, API description, manifests, scripts
	@scripts/check

security: ## From outside: dependencies, every operation by every role, a fuzzer as each role; ROLES=… narrows it
	@scripts/security

openapi: ## Writes openapi/openapi.json from the handlers
	@scripts/openapi >openapi/openapi.json.new
	@mv openapi/openapi.json.new openapi/openapi.json

schema: ## Compares schema.rs with the catalogue of a migrated database
	@scripts/test schema_file

fmt: ## Formats the code
	@cargo fmt

k8s-check: setup ## Renders and validates the manifests
	@scripts/check-k8s
