"""A stack with database and cache, and one environment that runs its own: it is told of, and led to, its own alone."""

import copy
import runpy
from functools import cache
from typing import Any

import pytest

from components.config.platform import PlatformConfig
from components.config.problems import ConfigurationError
from components.environments.plan import EnvironmentPlan, bootstrapped, plan_environments
from components.validation import capacity_sums
from components.validation.load import load
from tests.harness.config import stack_config
from tests.harness.harness import ROOT, Run, run_program

TIKETI = ROOT / "examples" / "tiketi"
SMALL = {"cpuRequest": "100m", "memoryRequest": "128Mi", "cpuLimit": "500m", "memoryLimit": "256Mi"}
POSTGRES = {"app": "postgres", "port": 5432, "resources": SMALL}
DRAGONFLY = {"app": "dragonfly", "port": 6379, "resources": SMALL}
OWN = {"databaseInNamespace": POSTGRES, "cacheInNamespace": DRAGONFLY}
SHARED = {"databasePrefix": "review_", "cacheDatabase": 1}
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
OF_STORES = {"DB_HOST", "DB_PORT", "REDIS_HOST", "REDIS_PORT", "REDIS_SCHEME", "REDIS_DATABASE"}


def given(**stores: Any) -> dict[str, Any]:
    """Tiketi's staging with a second environment, `review`, and its stores."""
    config = copy.deepcopy(stack_config("staging", TIKETI))
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


def loaded(config: dict[str, Any]) -> PlatformConfig:
    found: list[PlatformConfig] = []
    run_program(lambda: found.append(load()), project="tiketi", stack="staging", config=config)
    return found[0]


def refused(config: dict[str, Any]) -> list[str]:
    with pytest.raises(ConfigurationError) as error:
        loaded(config)
    return [line.split(": ", 1)[1] for line in str(error.value).splitlines()[1:]]


@cache
def made() -> Run:
    main = str(ROOT / "__main__.py")
    return run_program(
        lambda: runpy.run_path(main, run_name="__main__"), project="tiketi", stack="staging", config=given(**OWN)
    )


def told(environment: str) -> set[str]:
    return set(made().named(f"{environment}-platform-outputs").inputs["data"])


def test_an_environment_with_stores_of_its_own_is_not_told_of_the_stacks() -> None:
    assert told("review") & OF_STORES == set()
    assert told("staging") & OF_STORES == OF_STORES


def test_its_services_are_led_to_its_pods() -> None:
    for name, app, port in (("database", "postgres", 5432), ("cache", "dragonfly", 6379)):
        (rule,) = made().one(POLICY, f"review-{name}-egress").inputs["spec"]["egress"]
        assert rule["to"] == [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": app}}}]
        assert [found["port"] for found in rule["ports"]] == [port]
        (other,) = made().one(POLICY, f"staging-{name}-egress").inputs["spec"]["egress"]
        assert {"ipBlock"} == {key for peer in other["to"] for key in peer}


def test_it_gets_no_entry_no_secret_and_no_job() -> None:
    config = loaded(given(**OWN))
    staging, review = config.environments
    assert EnvironmentPlan(config, review).secrets.entries == []
    assert EnvironmentPlan(config, review).secrets.secrets == {}
    assert [found.name for found in bootstrapped(plan_environments(config))] == ["staging"]
    assert EnvironmentPlan(config, staging).secrets.databases
    paths = [secret.inputs["name"] for secret in made().all("aws:secretsmanager/secret:Secret")]
    assert paths
    assert [path for path in paths if "/review/" in path] == []
    assert [r.name for r in made().resources if r.type.endswith(":Job") and "review" in r.name] == []
    facts = made().outputs["environments"]["review"]
    assert (facts["databases"], facts["sharedDatabase"], facts["cacheDatabase"]) == ({}, None, None)


def test_the_secret_of_a_database_of_its_own_stays_its_makers() -> None:
    """External Secrets would take the hand-made one over for the cache's URL beside it."""
    config = loaded(given(databaseInNamespace=POSTGRES, cacheDatabase=1))
    assert list(EnvironmentPlan(config, config.environments[1]).secrets.secrets) == ["tiketi-redis-credentials"]


def test_a_cache_of_its_own_leaves_the_database_to_the_stack() -> None:
    config = loaded(given(cacheInNamespace=DRAGONFLY, databasePrefix="review_"))
    (secret,) = EnvironmentPlan(config, config.environments[1]).secrets.secrets.values()
    assert "DATABASE_URL" in secret
    assert "redis-url" not in secret


def test_its_pools_take_no_connection_of_the_stacks_instance() -> None:
    configs = (loaded(stack_config("staging", TIKETI)), loaded(given(**OWN)), loaded(given(**SHARED)))
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
def test_data_of_both_places_is_refused(store: str, key: str, value: object, what: str) -> None:
    assert refused(given(**OWN, **{key: value})) == [
        f"environments[1].{key}: cannot be combined with {store}: the environment uses either the stack's own {what} "
        "or one in its namespace. Remove one of the two."
    ]
    alone = stack_config("staging", TIKETI)
    alone["tiketi:environments"][0][store] = OWN[store]
    (line,) = refused(alone)
    assert line.startswith(f"environments[0].{key}: cannot be combined with {store}: ")


@pytest.mark.parametrize("what", ["database", "cache"])
def test_what_no_environment_uses_is_not_paid_for(what: str) -> None:
    config = stack_config("staging", TIKETI)
    environment = config["tiketi:environments"][0]
    del environment["databasePrefix" if what == "database" else "cacheDatabase"]
    environment[f"{what}InNamespace"] = OWN[f"{what}InNamespace"]
    assert refused(config) == [
        f"{what}: is not used by any environment: each runs its own ({what}InNamespace). "
        f"Remove {what}, or {what}InNamespace."
    ]
    del config[f"tiketi:{what}"]
    assert loaded(config).environments[0].name == "staging"
