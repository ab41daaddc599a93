"""A stack with database and cache, and an environment with its own: it gets only its own addresses and access."""

import runpy
from functools import cache
from typing import Any

import pytest

from components.config.platform import PlatformConfig
from components.environments.plan import EnvironmentPlan, bootstrapped, plan_environments
from components.validation import capacity_sums
from tests.harness.config import stack_config
from tests.harness.config_samples import loaded, refused
from tests.harness.harness import ROOT, Run, run_program

TIKETI = ROOT / "examples" / "tiketi"
SMALL = {"cpuRequest": "100m", "memoryRequest": "128Mi", "cpuLimit": "500m", "memoryLimit": "256Mi"}
POSTGRES = {"app": "postgres", "port": 5432, "resources": SMALL}
DRAGONFLY = {"app": "dragonfly", "port": 6379, "resources": SMALL}
OWN = {"databaseInNamespace": POSTGRES, "cacheInNamespace": DRAGONFLY}
SHARED = {"databasePrefix": "review_", "cacheDatabase": 1}
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
STORE_VARIABLES = {"DB_HOST", "DB_PORT", "REDIS_HOST", "REDIS_PORT", "REDIS_SCHEME", "REDIS_DATABASE"}


def settings(**stores: Any) -> dict[str, Any]:
    """Tiketi's staging with a second environment, `review`, and its stores."""
    config = stack_config("staging", TIKETI)
    review = {
        "name": "review",
        "namespace": "tiketi-review",
        "path": "k8s/overlays/review",
        "revision": "develop",
        "deployment": {"triggers": ["push"], "imageTag": "commitShaAndTime"},
        "resourceClass": "small",
        "replicas": 1,
        **stores,
    }
    config["tiketi:cluster"]["nodes"]["desired"] = 6
    config["tiketi:environments"].append(review)
    return config


def tiketi(config: dict[str, Any]) -> PlatformConfig:
    return loaded(config, "staging", "tiketi")


def refusal(config: dict[str, Any]) -> list[str]:
    return refused(config, "staging", "tiketi")


@cache
def run() -> Run:
    main = str(ROOT / "__main__.py")
    return run_program(
        lambda: runpy.run_path(main, run_name="__main__"), project="tiketi", stack="staging", config=settings(**OWN)
    )


def variables(environment: str) -> set[str]:
    return set(run().named(f"{environment}-platform-outputs").inputs["data"])


def test_an_environment_with_its_own_stores_does_not_get_the_stacks_addresses() -> None:
    assert variables("review") & STORE_VARIABLES == set()
    assert variables("staging") & STORE_VARIABLES == STORE_VARIABLES


def test_its_services_may_call_its_own_pods() -> None:
    for name, app, port in (("database", "postgres", 5432), ("cache", "dragonfly", 6379)):
        (own,) = run().one(POLICY, f"review-{name}-egress").inputs["spec"]["egress"]
        assert own["to"] == [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": app}}}]
        assert [item["port"] for item in own["ports"]] == [port]
        (stacks,) = run().one(POLICY, f"staging-{name}-egress").inputs["spec"]["egress"]
        assert {"ipBlock"} == {key for peer in stacks["to"] for key in peer}


def test_it_gets_no_entry_secret_or_job() -> None:
    config = tiketi(settings(**OWN))
    staging, review = config.environments
    assert EnvironmentPlan(config, review).secrets.entries == []
    assert EnvironmentPlan(config, review).secrets.secrets == {}
    assert [plan.name for plan in bootstrapped(plan_environments(config))] == ["staging"]
    assert EnvironmentPlan(config, staging).secrets.databases
    paths = [secret.inputs["name"] for secret in run().all("aws:secretsmanager/secret:Secret")]
    assert paths
    assert [path for path in paths if "/review/" in path] == []
    assert [r.name for r in run().resources if r.type.endswith(":Job") and "review" in r.name] == []
    facts = run().outputs["environments"]["review"]
    assert (facts["databases"], facts["sharedDatabase"], facts["cacheDatabase"]) == ({}, None, None)


def test_the_program_does_not_create_the_secret_of_an_own_database() -> None:
    """External Secrets would take over the manually created Secret to add the cache's URL."""
    config = tiketi(settings(databaseInNamespace=POSTGRES, cacheDatabase=1))
    assert list(EnvironmentPlan(config, config.environments[1]).secrets.secrets) == ["tiketi-redis-credentials"]


def test_an_environment_with_its_own_cache_can_use_the_stacks_database() -> None:
    config = tiketi(settings(cacheInNamespace=DRAGONFLY, databasePrefix="review_"))
    (secret,) = EnvironmentPlan(config, config.environments[1]).secrets.secrets.values()
    assert "DATABASE_URL" in secret
    assert "redis-url" not in secret


def test_its_pools_use_no_connection_of_the_stacks_instance() -> None:
    configs = (tiketi(stack_config("staging", TIKETI)), tiketi(settings(**OWN)), tiketi(settings(**SHARED)))
    alone, own, shared = (capacity_sums.connections(config, plan_environments(config)) for config in configs)
    assert alone is not None
    assert shared is not None
    assert own == alone
    assert shared.needed > alone.needed


@pytest.mark.parametrize(
    ("store", "key", "value", "what"),
    [
        ("databaseInNamespace", "databasePrefix", "review_", "database"),
        ("cacheInNamespace", "cacheDatabase", 1, "cache"),
    ],
)
def test_data_of_both_places_is_refusal(store: str, key: str, value: object, what: str) -> None:
    assert refusal(settings(**OWN, **{key: value})) == [
        f"environments[1].{key}: cannot be combined with {store}: the environment uses either the stack's own {what} "
        "or one in its namespace. Remove one of the two."
    ]
    alone = stack_config("staging", TIKETI)
    alone["tiketi:environments"][0][store] = OWN[store]
    (line,) = refusal(alone)
    assert line.startswith(f"environments[0].{key}: cannot be combined with {store}: ")


@pytest.mark.parametrize("what", ["database", "cache"])
def test_a_store_that_no_environment_uses_is_refused(what: str) -> None:
    config = stack_config("staging", TIKETI)
    environment = config["tiketi:environments"][0]
    del environment["databasePrefix" if what == "database" else "cacheDatabase"]
    environment[f"{what}InNamespace"] = OWN[f"{what}InNamespace"]
    assert refusal(config) == [
        f"{what}: is not used by any environment: each runs its own ({what}InNamespace). "
        f"Remove {what}, or {what}InNamespace."
    ]
    del config[f"tiketi:{what}"]
    assert tiketi(config).environments[0].name == "staging"
