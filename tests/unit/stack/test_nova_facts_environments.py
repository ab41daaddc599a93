"""Nova's environments: the sums behind the quota, the table of environments, the Application and the data of each."""

from typing import Any

import pytest

from components.sizing.quantities import mebibytes, millicores
from tests.facts.nova import (
    APPLICATION_METADATA,
    APPLICATION_SPEC,
    DEV,
    NEW_PODS_ALONE,
    PEAK,
    SERVICES,
    STAGES,
    STAGING,
    STEADY,
    Row,
    Service,
    Stage,
)
from tests.harness.config_samples import changed, loaded
from tests.harness.harness import Run

MOST = 1.3
"""How far above the peak staging's quota may be."""

each_stage = pytest.mark.parametrize("stage", STAGES, ids=[stage.name for stage in STAGES])
each_row = pytest.mark.parametrize("row", [STEADY, NEW_PODS_ALONE, PEAK], ids=["steady", "new pods alone", "peak"])


def numbers(hard: dict[str, str]) -> Row:
    """A quota's rows as numbers; the pods for each service are not part of it."""
    return Row(
        pods_a_service=0,
        pods=int(hard["pods"]),
        cpu_request=millicores(hard["requests.cpu"]),
        memory_request=mebibytes(hard["requests.memory"]),
        cpu_limit=millicores(hard["limits.cpu"]),
        memory_limit=mebibytes(hard["limits.memory"]),
    )


def quota(run: Run, environment: str) -> dict[str, str]:
    return run.one("kubernetes:core/v1:ResourceQuota", environment).inputs["spec"]["hard"]


def described(stage: Stage, staging: Run, prod: Run) -> dict[str, Any]:
    return {"staging": staging, "prod": prod}[stage.stack].outputs["environments"][stage.name]


@each_row
def test_the_catalogue_adds_up_to_the_table_of_sums(row: Row) -> None:
    pods = [service.resources["standard"] for service in loaded(changed()).services]
    times = row.pods_a_service
    assert times * len(pods) == row.pods
    assert times * sum(millicores(pod.cpu_request) for pod in pods) == row.cpu_request
    assert times * sum(mebibytes(pod.memory_request) for pod in pods) == row.memory_request
    assert times * sum(millicores(pod.cpu_limit) for pod in pods) == row.cpu_limit
    assert times * sum(mebibytes(pod.memory_limit) for pod in pods) == row.memory_limit


def test_the_steady_state_of_staging_is_exported(staging: Run) -> None:
    assert staging.outputs["quotas"]["staging"]["steady"] == {
        "limits.cpu": "9",
        "limits.memory": "15Gi",
        "pods": "16",
        "requests.cpu": "1800m",
        "requests.memory": "6656Mi",  # 6.5 GiB
    }


def test_the_peak_of_staging_is_exported(staging: Run) -> None:
    assert staging.outputs["quotas"]["staging"]["peak"] == {
        "limits.cpu": "18",
        "limits.memory": "30Gi",
        "pods": "32",
        "requests.cpu": "3600m",
        "requests.memory": "13Gi",
    }


@pytest.mark.parametrize("key", ["pods", "cpu_request", "memory_request", "cpu_limit", "memory_limit"])
def test_stagings_quota_holds_the_peak_and_not_much_more(key: str, staging: Run) -> None:
    peak = getattr(PEAK, key)
    assert peak <= getattr(numbers(quota(staging, "staging")), key) <= MOST * peak


def test_stagings_quota_lies_on_its_namespace_beside_a_limit_range(staging: Run) -> None:
    for kind in ("ResourceQuota", "LimitRange"):
        assert staging.one(f"kubernetes:core/v1:{kind}", "staging").inputs["metadata"]["namespace"] == "nova"


def test_no_container_of_staging_is_larger_than_the_largest_service(staging: Run) -> None:
    limits = staging.one("kubernetes:core/v1:LimitRange", "staging").inputs["spec"]["limits"]
    assert [item["max"] for item in limits] == [{"cpu": "1", "memory": "2Gi"}]


@pytest.mark.parametrize("service", SERVICES, ids=[service.name for service in SERVICES])
def test_devs_pods_are_minimal(service: Service) -> None:
    config = loaded(changed())
    dev = next(environment for environment in config.environments if environment.name == "dev")
    entry = next(entry for entry in config.services if entry.name == service.name)
    pod = entry.resources.get(dev.resource_class) or config.resource_classes[dev.resource_class]
    assert (pod.cpu_request, pod.memory_request) == ("50m", "128Mi")


def test_devs_minimal_pods_stand_in_its_limit_range(staging: Run) -> None:
    limits = staging.one("kubernetes:core/v1:LimitRange", "dev").inputs["spec"]["limits"]
    assert [item["defaultRequest"] for item in limits] == [{"cpu": "50m", "memory": "128Mi"}]


def test_devs_quota_holds_its_peak(staging: Run) -> None:
    hard = numbers(quota(staging, "dev"))
    assert hard.pods >= 2 * len(SERVICES)
    assert hard.cpu_request >= 2 * len(SERVICES) * 50
    assert hard.memory_request >= 2 * len(SERVICES) * 128


@pytest.mark.parametrize("service", SERVICES, ids=[service.name for service in SERVICES])
def test_productions_pods_are_larger_than_stagings(service: Service) -> None:
    high = {entry.name: entry for entry in loaded(changed("prod"), "prod").services}[service.name].resources["high"]
    assert millicores(high.cpu_request) > service.cpu_request
    assert mebibytes(high.memory_request) > service.memory_request
    assert millicores(high.cpu_limit) > service.cpu_limit
    assert mebibytes(high.memory_limit) > service.memory_limit


def test_production_uses_the_high_class(prod: Run) -> None:
    assert prod.outputs["environments"]["production"]["resourceClass"] == "high"


def test_productions_quota_holds_twice_all_that_its_autoscalers_may_start(prod: Run) -> None:
    most = prod.outputs["environments"]["production"]["maxReplicas"]
    high = [service.resources["high"] for service in loaded(changed("prod"), "prod").services]
    hard = numbers(quota(prod, "production"))
    assert hard.pods >= 2 * most * len(SERVICES)
    assert hard.memory_limit >= 2 * most * sum(mebibytes(pod.memory_limit) for pod in high)


@each_stage
def test_an_environment_is_started_by_its_trigger(stage: Stage, staging: Run, prod: Run) -> None:
    assert described(stage, staging, prod)["triggers"] == list(stage.triggers)


@each_stage
def test_an_environment_runs_its_image_tag(stage: Stage, staging: Run, prod: Run) -> None:
    assert described(stage, staging, prod)["imageTag"] == stage.image_tag


@each_stage
def test_an_environment_has_its_replicas(stage: Stage, staging: Run, prod: Run) -> None:
    assert described(stage, staging, prod)["replicas"] == stage.replicas


@each_stage
def test_an_environment_is_synced_from_its_path_into_its_namespace(stage: Stage, staging: Run, prod: Run) -> None:
    spec = {"staging": staging, "prod": prod}[stage.stack].named(f"gitops-{stage.name}").inputs["spec"]
    assert spec["source"]["path"] == described(stage, staging, prod)["path"] == stage.path
    assert spec["destination"]["namespace"] == stage.namespace


@each_stage
def test_an_environments_services_get_its_variables(stage: Stage, staging: Run, prod: Run) -> None:
    run = {"staging": staging, "prod": prod}[stage.stack]
    data = run.one("kubernetes:core/v1:ConfigMap", f"{stage.name}-platform-outputs").inputs["data"]
    assert {key: data[key] for key in stage.variables} == stage.variables


def test_the_stacks_carry_these_environments_and_no_others(staging: Run, prod: Run) -> None:
    assert set(staging.outputs["environments"]) == {"dev", "staging"}
    assert set(prod.outputs["environments"]) == {"production"}


def test_the_application_of_staging_is_nova_staging_without_compare_result(staging: Run) -> None:
    assert staging.named("gitops-staging").inputs["metadata"] == APPLICATION_METADATA
    assert staging.named("gitops-staging").inputs["kind"] == "Application"


@pytest.mark.parametrize("field", sorted(APPLICATION_SPEC))
def test_the_application_of_staging_says_what_the_description_says(field: str, staging: Run) -> None:
    assert staging.named("gitops-staging").inputs["spec"][field] == APPLICATION_SPEC[field]


def test_the_application_of_staging_says_nothing_else(staging: Run) -> None:
    assert set(staging.named("gitops-staging").inputs["spec"]) == set(APPLICATION_SPEC)


@each_stage
def test_databases_are_called_after_their_service(stage: Stage, staging: Run, prod: Run) -> None:
    expected = {service.name: stage.database_prefix + service.short_name for service in SERVICES}
    assert described(stage, staging, prod)["databases"] == expected


def test_dev_and_staging_share_no_database(staging: Run) -> None:
    dev, other = (set(staging.outputs["environments"][stage.name]["databases"].values()) for stage in (DEV, STAGING))
    assert len(dev) == len(other) == len(SERVICES)
    assert not dev & other


def test_dev_and_staging_share_an_instance_and_a_cache_but_no_cache_database(staging: Run) -> None:
    dev, other = (staging.named(f"{stage.name}-platform-outputs").inputs["data"] for stage in (DEV, STAGING))
    assert (dev["DB_HOST"], dev["REDIS_HOST"]) == (other["DB_HOST"], other["REDIS_HOST"])
    assert (dev["REDIS_DATABASE"], other["REDIS_DATABASE"]) == ("1", "0")


def test_the_cache_also_speaks_plain_redis(staging: Run, prod: Run) -> None:
    for run in (staging, prod):
        cache = run.one("aws:elasticache/replicationGroup:ReplicationGroup").inputs
        assert (cache["transitEncryptionEnabled"], cache["transitEncryptionMode"]) == (True, "preferred")
        assert run.outputs["cacheUrlScheme"] == "redis"
