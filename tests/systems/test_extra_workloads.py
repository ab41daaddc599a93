"""Workloads outside the catalogue count like services, and are reachable as the stack file says."""

import runpy
from typing import Any

import pytest

from components.config.environments import PullRequestsConfig
from components.config.platform import PlatformConfig
from components.environments.plan import EnvironmentPlan, plan_environments
from components.validation import capacity_sums
from tests.harness.config import stack_config
from tests.harness.config_samples import loaded, refused
from tests.harness.harness import ROOT, Run, run_program
from tests.systems.example_runs import example

TIKETI = ROOT / "examples" / "tiketi"
SMALL = {"cpuRequest": "100m", "memoryRequest": "128Mi", "cpuLimit": "500m", "memoryLimit": "256Mi"}
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
KIND_NODES = "172.18.0.0/16"


def settings(stack: str, **changes: Any) -> dict[str, Any]:
    """Tiketi's stack with keys of its environment replaced."""
    config = stack_config(stack, TIKETI)
    config["tiketi:environments"][0].update(changes)
    return config


def tiketi(stack: str, **changes: Any) -> PlatformConfig:
    return loaded(settings(stack, **changes), stack, "tiketi")


def dev() -> Run:
    return example("tiketi/dev")


def policy(name: str) -> dict[str, Any]:
    return dev().one(POLICY, f"dev-{name}").inputs["spec"]


def callers(name: str) -> list[str]:
    """Labels and address ranges that may call the pods of `allow-<name>`."""
    peers = [peer for rule in policy(f"allow-{name}").get("ingress", []) for peer in rule["from"]]
    return [
        peer["ipBlock"]["cidr"] if "ipBlock" in peer else peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"]
        for peer in peers
        if "namespaceSelector" not in peer
    ]


def test_quota_and_limits_include_database_cache_and_front_end() -> None:
    hard = dev().one("kubernetes:core/v1:ResourceQuota", "dev").inputs["spec"]["hard"]
    # Five services of 100m and 128Mi, two stores of 100m and 256Mi, a front end of 50m and 128Mi; twice, plus 10 %.
    assert (hard["pods"], hard["requests.cpu"], hard["requests.memory"]) == ("18", "1700m", "2816Mi")
    (limits,) = dev().one("kubernetes:core/v1:LimitRange", "dev").inputs["spec"]["limits"]
    assert limits["max"] == {"cpu": "500m", "memory": "512Mi"}
    assert limits["defaultRequest"] == {"cpu": "50m", "memory": "128Mi"}


def test_the_front_end_is_reachable_from_outside_and_reaches_the_services_it_calls() -> None:
    assert callers("frontend") == [KIND_NODES]
    (rule,) = policy("allow-frontend")["egress"]
    assert rule["to"] == [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "backend"}}}]
    assert rule["ports"] == [{"port": 3001, "protocol": "TCP"}]
    assert "frontend" in callers("backend")


def test_a_store_is_reachable_from_outside_only_if_it_is_public() -> None:
    assert callers("postgres") == [KIND_NODES]
    assert "dev-allow-dragonfly" not in [policy.name for policy in dev().all(POLICY)]


def test_the_users_of_a_store_reach_it() -> None:
    (rule,) = policy("database-ingress")["ingress"]
    assert len(rule["from"]) == 5
    assert policy("database-ingress")["podSelector"] == {"matchLabels": {"app.kubernetes.io/name": "postgres"}}


def test_each_has_a_service_account_but_no_repository() -> None:
    accounts = [account.inputs["metadata"]["name"] for account in dev().all("kubernetes:core/v1:ServiceAccount")]
    assert accounts[-3:] == ["postgres", "dragonfly", "frontend"]
    assert "frontend" not in tiketi("dev").repositories


def test_extras_count_on_the_nodes() -> None:
    extra = {"name": "frontend", "port": 3000, "pods": 2, "resources": SMALL}
    without, with_it = (
        capacity_sums.node_fit(config, plan_environments(config))
        for config in (tiketi("staging"), tiketi("staging", extras=[extra]))
    )
    assert without is not None
    assert with_it is not None
    assert with_it.needed.pods == without.needed.pods + 4
    assert with_it.needed.cpu_request == without.needed.cpu_request + 400


def test_a_store_in_the_stacks_own_cluster_is_closed_to_the_control_plane() -> None:
    store = {"app": "search", "port": 9200, "resources": SMALL}
    config = settings("staging", databaseInNamespace=store)
    del config["tiketi:environments"][0]["databasePrefix"], config["tiketi:database"]
    main = str(ROOT / "__main__.py")
    run = run_program(
        lambda: runpy.run_path(main, run_name="__main__"), project="tiketi", stack="staging", config=config
    )
    assert "staging-allow-search" not in [policy.name for policy in run.all(POLICY)]
    assert len(run.one(POLICY, "staging-database-ingress").inputs["spec"]["ingress"]) == 1


def test_previews_include_the_extra_workloads() -> None:
    config = tiketi("dev")
    with_previews = config.environments[0].model_copy(update={"pull_requests": PullRequestsConfig(maximum=2)})
    pods = {w.service.name: w.pods.pods for w in EnvironmentPlan(config, with_previews).workloads}
    assert (pods["backend"], pods["postgres"], pods["frontend"]) == (3, 3, 3)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"extras": [{"name": "frontend", "resources": SMALL, "calls": ["checkout"]}]},
            "environments[0].extras[0].calls[0]: 'checkout' is not a service with a port. Remove it, or write one of: ",
        ),
        (
            {"extras": [{"name": "backend", "resources": SMALL}]},
            "environments[0].extras[0].name: 'backend' is already the name of a service or of another entry. Write ",
        ),
        (
            {"extras": [{"name": "postgres", "resources": SMALL}]},
            "environments[0].extras[0].name: 'postgres' is already the name of a service or of another entry. Write ",
        ),
        (
            {"extras": [{"name": "frontend", "resources": {**SMALL, "cpuLimit": "50m"}}]},
            "environments[0].extras[0].resources.cpuLimit: 50m is below the request 100m. Write 100m or more.",
        ),
        (
            {"cacheInNamespace": {"app": "dragonfly", "port": 6379}},
            "environments[0].cacheInNamespace.resources: is missing. Add it: Resources of one pod; they count in quota",
        ),
        (
            {"databaseInNamespace": {"app": "auth", "port": 5432, "resources": SMALL}},
            "environments[0].databaseInNamespace.app: 'auth' is already the name of a service or of another entry.",
        ),
    ],
)
def test_an_invalid_entry_is_refused(changes: dict[str, Any], message: str) -> None:
    (line,) = refused(settings("dev", **changes), "dev", "tiketi")
    assert line.startswith(message)
