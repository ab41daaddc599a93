# One command per task. Each first builds what it needs; nothing is built twice.

STACK ?= staging
PROJECT ?= .
PYTHON_VENV := .venv/bin/python
ENGINE := .tools/bin/pulumi
ACTIONLINT := .tools/bin/actionlint
PIPELINE := .tools/bin/act .tools/bin/crane
KUBERNETES := .tools/bin/kube-apiserver .tools/bin/kube-controller-manager .tools/bin/kube-scheduler
PACKAGES := .tools/bin/redis-server
KUBECTL := .tools/bin/kubectl
GO_TOOLS := $(addprefix .tools/bin/,argocd kwok etcd kustomize pulumi-resource-kubernetes external-secrets argo-rollouts)
KUSTOMIZE := .tools/bin/kustomize
VALIDATOR := .tools/bin/validate-manifests
PROMETHEUS := .tools/bin/prometheus .tools/bin/promtool
PROMTOOL := .tools/bin/promtool
IAM_SIMULATE := .tools/iam-simulate/node_modules/.package-lock.json
CHECKOV := .tools/checkov/bin/checkov

# The text of the bootstrap script is part of a Job's name, so a remark about style (A && B || C) is no reason to change it.
SHELLCHECK_BOOTSTRAP := --exclude=SC2015

# With neither pulumi nor Go on the PATH, the SDK's installer fetches the engine; it is in the virtual environment.
ENGINE_NEEDS := $(if $(shell command -v pulumi || command -v go),,.venv/.stamp)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help check preview up refresh destroy test test-unit test-systems test-tooling test-engine test-database test-pipeline test-cluster test-checkov manifests checkov lint format docs boundary offers prices interfaces bench mutants clean venv engine ready lint-ready \
	cluster-tools ready-cluster

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile
	@echo "  STACK=prod selects the stack (default: staging), PROJECT=FOLDER another folder with a Pulumi.yaml."
	@echo "  VERBOSE=1 shows every step of preview, up, refresh and destroy, and all outputs."
	@echo "  The sandbox needs no AWS account."

check: venv ## Check the stack's configuration alone (a second)
	@$(PYTHON_VENV) -m sandbox.project_file --project $(PROJECT) --stack $(STACK)
	@$(PYTHON_VENV) -m components.validation --project $(PROJECT) --stack $(STACK)

preview: ready ## Preview the stack on the sandbox
up: ready ## Create or update the stack on the sandbox
refresh: ready ## Compare the stack's state with the sandbox's resources
destroy: ready ## Delete the stack from the sandbox, except what the stack file retains
preview up refresh destroy:
	@VERBOSE=$(VERBOSE) $(PYTHON_VENV) -m sandbox $@ --project $(PROJECT) --stack $(STACK)

test: manifests test-unit test-systems test-tooling test-engine test-database test-pipeline ## Run all tests except those on a cluster

test-unit: venv ## Run the unit tests under Pulumi mocks (seconds)
	$(PYTHON_VENV) -m pytest -n 2 --dist loadgroup tests/unit

test-systems: venv $(KUSTOMIZE) $(VALIDATOR) $(IAM_SIMULATE) $(PROMTOOL) ## Run the tests of whole systems under Pulumi mocks: Nova's overlays, the examples, wrong stack files (a minute)
	$(PYTHON_VENV) -m pytest -n 2 tests/systems tests/refusals

test-tooling: venv ## Run the tests of the sandbox and the tools (seconds)
	$(PYTHON_VENV) -m pytest -n 2 --dist loadfile tests/tooling

test-engine: ready ## Run the tests of the real engine on the sandbox (minutes)
	$(PYTHON_VENV) -m pytest -n 2 --dist loadfile tests/engine

test-cluster: ready-cluster ## Run the tests on a real Kubernetes API server and Argo CD (minutes)
	$(PYTHON_VENV) -m tests.cluster

test-database: venv $(PACKAGES) ## Run the tests of the database bootstrap on a real PostgreSQL (seconds)
	$(PYTHON_VENV) -m pytest tests/database

test-pipeline: venv $(PIPELINE) $(KUSTOMIZE) $(KUBECTL) ## Run every workflow file with act, on a real registry (minutes)
	$(PYTHON_VENV) -m pytest -n 2 --dist loadscope tests/pipeline

test-checkov: venv $(CHECKOV) ## Run the tests of what checkov sees in the program's resources (seconds)
	$(PYTHON_VENV) -m pytest tests/checkov

manifests: venv $(KUSTOMIZE) $(VALIDATOR) ## Build and check every overlay of k8s/infrastructure (seconds)
	@$(PYTHON_VENV) -m tools.manifests --project $(PROJECT)

checkov: ready $(CHECKOV) ## Check the stack with checkov; what may fail is in docs/exceptions.md (a minute)
	@$(PYTHON_VENV) -m tools.checkov --stack $(STACK)

lint: lint-ready ## Check style, types, workflows, scripts, imports, banned patterns, the tables of AWS and generated files
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/basedpyright
	$(ACTIONLINT) -config-file .github/actionlint.yaml $(wildcard .github/workflows/*.yml examples/*/.github/workflows/*.yml)
	.venv/bin/zizmor --offline --quiet --pedantic --config .github/zizmor.yml .github examples
	.venv/bin/shellcheck scripts/*.sh scripts/bootstrap-account scripts/setup-github tools/stack tools/comment tools/drift-issue
	.venv/bin/shellcheck --shell=sh $(SHELLCHECK_BOOTSTRAP) components/data/bootstrap_files/bootstrap.sh
	$(PYTHON_VENV) -m tools.bans
	$(PYTHON_VENV) -m tools.imports
	$(PYTHON_VENV) -m tools.aws_schemas
	@$(PYTHON_VENV) -m tools.configuration_docs | diff -u docs/configuration.md - \
		|| { echo "docs/configuration.md is out of date: run 'make docs' and commit the result."; exit 1; }
	@$(PYTHON_VENV) -m tools.exceptions | diff -u docs/exceptions.md - \
		|| { echo "docs/exceptions.md is out of date: run 'make docs' and commit the result."; exit 1; }
	@$(foreach file,stack project,$(PYTHON_VENV) -m tools.stack_schemas $(file) \
		| diff -u docs/schemas/$(file).schema.json - &&) true \
		|| { echo "docs/schemas is out of date: run 'make docs' and commit the result."; exit 1; }
	@$(PYTHON_VENV) -m tools.aws_offers | diff -u components/account/offers.json - \
		|| { echo "components/account/offers.json is out of date: run 'make offers' and commit the result."; exit 1; }
	@$(PYTHON_VENV) -m tools.aws_sizes nodes | diff -u components/sizing/instance_types.csv - \
		&& $(PYTHON_VENV) -m tools.aws_sizes databases | diff -u components/sizing/database_classes.csv - \
		|| { echo "components/sizing/*.csv are out of date: run 'make offers' and commit the result."; exit 1; }

format: venv ## Format the code and apply safe lint fixes
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

docs: venv ## Regenerate docs/configuration.md, docs/exceptions.md and docs/schemas
	@$(PYTHON_VENV) -m tools.configuration_docs > .venv/configuration.md
	cp .venv/configuration.md docs/configuration.md
	@$(PYTHON_VENV) -m tools.exceptions > .venv/exceptions.md
	cp .venv/exceptions.md docs/exceptions.md
	@$(foreach file,stack project,$(PYTHON_VENV) -m tools.stack_schemas $(file) > .venv/$(file).schema.json && \
		cp .venv/$(file).schema.json docs/schemas/ &&) true

boundary: venv ## Print the stack's permissions boundary, which scripts/bootstrap-account creates
	@$(PYTHON_VENV) -m tools.boundary --project $(PROJECT) --stack $(STACK)

offers: venv ## Regenerate what AWS offers, from cfn-lint's data, and the sizes of its types, from moto's
	@$(PYTHON_VENV) -m tools.aws_offers > .venv/offers.json
	cp .venv/offers.json components/account/offers.json
	@$(PYTHON_VENV) -m tools.aws_sizes nodes > .venv/instance_types.csv
	cp .venv/instance_types.csv components/sizing/instance_types.csv
	@$(PYTHON_VENV) -m tools.aws_sizes databases > .venv/database_classes.csv
	cp .venv/database_classes.csv components/sizing/database_classes.csv

prices: venv ## Refresh the prices of docs/cost.md from AWS's price list; REGION=NAME for one region (EC2 alone has hundreds of megabytes each)
	$(PYTHON_VENV) -m tools.aws_prices components/cost $(if $(REGION),--region $(REGION))

interfaces: venv ## Regenerate the interfaces of the actions that workflows use, from GitHub
	@$(PYTHON_VENV) -m tools.action_interfaces > .venv/interfaces.json
	cp .venv/interfaces.json tests/pipeline/workflows/interfaces.json

bench: ready ## Measure the program, the engine and the sandbox
	$(PYTHON_VENV) -m tests.bench

mutants: venv ## Break the components one way at a time and check that a test fails
	$(PYTHON_VENV) -m tests.mutants

# Two at a time, because linking takes 2 GB; Kubernetes' programs one after the other, because they share packages.
cluster-tools: ## Build the programs for the tests on a cluster (half an hour the first time)
	@$(MAKE) --silent --no-print-directory -j2 $(PACKAGES) $(KUBECTL) $(KUBERNETES) $(GO_TOOLS) $(PROMETHEUS) $(PIPELINE)

clean: ## Delete everything these commands created, including the sandbox's account
	rm -rf .venv .tools .sandbox .bench .pytest_cache .hypothesis .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

venv: .venv/.stamp
engine: $(ENGINE)

# The two slow steps of a first run are independent.
ready:
	@$(MAKE) --silent --no-print-directory -j2 .venv/.stamp $(ENGINE)

ready-cluster: ready cluster-tools

lint-ready:
	@$(MAKE) --silent --no-print-directory -j2 .venv/.stamp $(ACTIONLINT)

.venv/.stamp: requirements.txt requirements-dev.txt tools/setup
	@tools/setup venv
	@touch $@

$(ENGINE): tools/engine/go.mod tools/engine/go.sum $(ENGINE_NEEDS)
	@tools/setup engine

$(IAM_SIMULATE): tools/iam-simulate/package-lock.json tools/iam-simulate/simulate.mjs .venv/.stamp
	@tools/setup iam-simulate

$(CHECKOV): tools/checkov/requirements.txt
	@tools/setup checkov

$(ACTIONLINT) $(PIPELINE): .tools/bin/%: tools/%/go.mod tools/%/go.sum
	@tools/setup $(@F)

$(PROMETHEUS): tools/prometheus/go.mod tools/prometheus/go.sum
	@tools/setup $(@F)

# One call installs PostgreSQL, then redis, so redis-server's file marks both as done.
$(PACKAGES):
	@tools/setup cluster debian

$(KUBECTL): .venv/.stamp
	@tools/setup cluster $(@F)

$(KUBERNETES): tools/kubernetes/go.mod tools/kubernetes/go.sum
	@tools/setup cluster $(@F)
.tools/bin/kube-controller-manager: | .tools/bin/kube-apiserver
.tools/bin/kube-scheduler: | .tools/bin/kube-controller-manager

$(VALIDATOR): tools/kubernetes/go.mod tools/kubernetes/go.sum $(wildcard tools/kubernetes/validate/*.go)
	@tools/setup cluster $(@F)

$(GO_TOOLS): .tools/bin/%: tools/%/go.mod tools/%/go.sum
	@tools/setup cluster $(@F)
.tools/bin/pulumi-resource-kubernetes: tools/pulumi-resource-kubernetes/main.go requirements.txt
