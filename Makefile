# One command for each thing a person does; each makes what it needs first, and a second call costs nothing.

STACK ?= staging
PYTHON_VENV := .venv/bin/python
ENGINE := .tools/bin/pulumi
ACTIONLINT := .tools/bin/actionlint
KUBERNETES := .tools/bin/kube-apiserver .tools/bin/kube-controller-manager .tools/bin/kube-scheduler
PACKAGES := .tools/bin/redis-server
KUBECTL := .tools/bin/kubectl
GO_TOOLS := .tools/bin/argocd .tools/bin/kwok .tools/bin/etcd .tools/bin/kustomize
KUSTOMIZE := .tools/bin/kustomize
VALIDATOR := .tools/bin/validate-manifests

# Without pulumi and Go the engine comes from the SDK's installer, which lives in the virtual environment.
ENGINE_NEEDS := $(if $(shell command -v pulumi || command -v go),,.venv/.stamp)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help preview up refresh destroy test test-unit test-systems test-tooling test-engine test-database test-cluster manifests lint format docs bench mutants clean venv engine ready lint-ready \
	cluster-tools ready-cluster

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile
	@echo "  STACK=prod chooses the stack (default: staging); the sandbox needs no AWS account."

preview: ready ## Show what 'pulumi up' would do, on the sandbox
up: ready ## Make the stack on the sandbox
refresh: ready ## Read the sandbox's resources back and show what differs
destroy: ready ## Delete the stack on the sandbox, but for what the stack file keeps
preview up refresh destroy:
	@$(PYTHON_VENV) -m sandbox $@ --stack $(STACK)

test: manifests test-unit test-systems test-tooling test-engine test-database ## Run every test but those on a cluster

test-unit: venv ## Run the tests under Pulumi's mocks (seconds)
	$(PYTHON_VENV) -m pytest -n 2 --dist loadgroup tests/unit

test-systems: venv $(KUSTOMIZE) $(VALIDATOR) ## Run the tests of whole systems under mocks: Nova's overlays, the examples (seconds)
	$(PYTHON_VENV) -m pytest -n 2 tests/systems

test-tooling: venv ## Run the tests of the sandbox and the tools (seconds)
	$(PYTHON_VENV) -m pytest -n 2 --dist loadfile tests/tooling

test-engine: ready ## Run the tests on the real engine and the sandbox (minutes)
	$(PYTHON_VENV) -m pytest -n 2 --dist loadfile tests/engine

test-cluster: ready-cluster ## Run the tests on a real Kubernetes and Argo CD (minutes, in namespaces of their own)
	$(PYTHON_VENV) -m tests.cluster

test-database: venv $(PACKAGES) ## Run the tests of the database bootstrap on a real PostgreSQL (seconds)
	$(PYTHON_VENV) -m pytest tests/database

manifests: venv $(KUSTOMIZE) $(VALIDATOR) ## Build every overlay of k8s/infrastructure and say what is wrong with it (seconds)
	@$(PYTHON_VENV) -m tools.manifests

lint: lint-ready ## Check style, types, workflows, scripts, imports, banned patterns and generated pages
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/basedpyright
	$(ACTIONLINT)
	.venv/bin/zizmor --offline --quiet --pedantic .github
	.venv/bin/shellcheck -x -a scripts/*.sh
	$(PYTHON_VENV) -m tools.bans
	$(PYTHON_VENV) -m tools.imports
	@$(PYTHON_VENV) -m tools.configuration_docs | diff -u docs/configuration.md - \
		|| { echo "docs/configuration.md is not what the code says: run 'make docs' and commit it."; exit 1; }

format: venv ## Format the code and apply the safe fixes
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

docs: venv ## Write docs/configuration.md again from the config model
	@$(PYTHON_VENV) -m tools.configuration_docs > .venv/configuration.md
	cp .venv/configuration.md docs/configuration.md

bench: ready ## Measure the program, the engine and the sandbox
	$(PYTHON_VENV) -m tests.bench

mutants: venv ## Break the components one way at a time and check that a test fails
	$(PYTHON_VENV) -m tests.mutants

# Two at a time, as linking takes 2 GB; Kubernetes's own one after the other, as they are made of the same packages.
cluster-tools: ## Make the programs of the tests on a cluster (a quarter of an hour the first time)
	@$(MAKE) --silent --no-print-directory -j2 $(PACKAGES) $(KUBECTL) $(KUBERNETES) $(GO_TOOLS)

clean: ## Delete all that these commands made, the sandbox's account included
	rm -rf .venv .tools .sandbox .bench .pytest_cache .hypothesis .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

venv: .venv/.stamp
engine: $(ENGINE)

# The two slow steps of a first run do not need each other.
ready:
	@$(MAKE) --silent --no-print-directory -j2 .venv/.stamp $(ENGINE)

ready-cluster: ready cluster-tools

lint-ready:
	@$(MAKE) --silent --no-print-directory -j2 .venv/.stamp $(ACTIONLINT)

.venv/.stamp: requirements.txt requirements-dev.txt
	@tools/setup venv
	@touch $@

$(ENGINE): tools/engine/go.mod tools/engine/go.sum $(ENGINE_NEEDS)
	@tools/setup engine

$(ACTIONLINT): tools/actionlint/go.mod tools/actionlint/go.sum
	@tools/setup actionlint

# PostgreSQL and redis, made by one call; redis last, so that it stands for both.
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
