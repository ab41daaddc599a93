"""The catalogue seen by one environment."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.config.catalogue import ContainerResources, ServiceConfig
from components.config.environments import EnvironmentConfig
from components.environments.workloads import resources_of, running, workloads
from components.sizing.capacity import PodGroup

SMALL = {"cpuRequest": "0.1", "memoryRequest": "128Mi", "cpuLimit": "1", "memoryLimit": "1Gi"}
OWN = {"cpuRequest": "300m", "memoryRequest": "300Mi", "cpuLimit": "3", "memoryLimit": "3Gi"}
EXCEPTION = {"cpuRequest": "50m", "memoryRequest": "50Mi", "cpuLimit": "50m", "memoryLimit": "50Mi"}


def resources(given: dict[str, str]) -> ContainerResources:
    return ContainerResources.model_validate_json(json.dumps(given))


def service(name: str = "web", **given: Any) -> ServiceConfig:
    return ServiceConfig.model_validate_json(json.dumps({"name": name, **given}))


def environment(**given: Any) -> EnvironmentConfig:
    section: dict[str, Any] = {
        "name": "test",
        "namespace": "shop",
        "path": "k8s",
        "revision": "main",
        "deployment": {"triggers": ["push"], "imageTag": "commitSha"},
        "resourceClass": "standard",
        "replicas": 2,
        **given,
    }
    return EnvironmentConfig.model_validate_json(json.dumps(section))


CLASSES = {"standard": resources(SMALL)}


def test_a_workload_carries_the_size_of_its_pods_as_numbers() -> None:
    (found,) = workloads([service()], CLASSES, environment())
    assert found.pods == PodGroup(
        name="web", pods=2, cpu_request=100, memory_request=128, cpu_limit=1000, memory_limit=1024
    )


def test_a_services_own_class_beats_the_shared_one() -> None:
    own = service(resources={"standard": OWN})
    assert resources_of(own, CLASSES, environment()) == resources(OWN)


def test_a_services_other_class_does_not_count() -> None:
    assert resources_of(service(resources={"high": OWN}), CLASSES, environment()) == resources(SMALL)


def test_an_environments_exception_beats_every_class() -> None:
    here = environment(services={"web": {"resources": EXCEPTION}})
    assert resources_of(service(resources={"standard": OWN}), CLASSES, here) == resources(EXCEPTION)


def test_an_exception_for_one_service_leaves_the_others() -> None:
    here = environment(services={"web": {"resources": EXCEPTION, "replicas": 5}})
    found = {w.service.name: (w.replicas, w.resources) for w in workloads([service(), service("api")], CLASSES, here)}
    assert found == {"web": (5, resources(EXCEPTION)), "api": (2, resources(SMALL))}


@pytest.mark.parametrize(
    ("replicas", "exceptions", "names"),
    [
        (2, {}, ["web", "api"]),
        (2, {"web": {"replicas": 0}}, ["api"]),
        (2, {"web": {"replicas": 0}, "api": {"replicas": 0}}, []),
    ],
)
def test_what_runs_has_at_least_one_pod(replicas: int, exceptions: dict[str, Any], names: list[str]) -> None:
    here = environment(replicas=replicas, services=exceptions)
    assert [found.name for found in running([service(), service("api")], here)] == names


def test_a_service_without_resources_is_an_error() -> None:
    assert resources_of(service(), {}, environment()) is None
    with pytest.raises(KeyError, match="web has no resources of class standard"):
        workloads([service()], {}, environment())


@pytest.mark.parametrize(
    ("shared", "override", "expected"),
    [
        ({}, {}, (2, 2)),
        ({"maxReplicas": 6}, {}, (2, 6)),
        ({}, {"replicas": 4}, (4, 4)),
        ({"maxReplicas": 6}, {"maxReplicas": 3}, (2, 3)),
        ({"maxReplicas": 6}, {"replicas": 8}, (8, 8)),
        ({}, {"replicas": 3, "maxReplicas": 9}, (3, 9)),
        ({}, {"replicas": 0}, (0, 0)),
    ],
)
def test_replicas_come_from_the_exception_then_from_the_environment(
    shared: dict[str, int], override: dict[str, int], expected: tuple[int, int]
) -> None:
    (found,) = workloads([service()], CLASSES, environment(**shared, services={"web": override}))
    assert (found.replicas, found.max_replicas) == expected


def test_pods_are_counted_at_their_most() -> None:
    (found,) = workloads([service()], CLASSES, environment(maxReplicas=6))
    assert found.pods.pods == 6


def test_workloads_keep_the_catalogues_order() -> None:
    found = workloads([service("b"), service("a"), service("c")], CLASSES, environment())
    assert [w.service.name for w in found] == ["b", "a", "c"]


COUNT = st.integers(1, 500)
OVERRIDES = st.dictionaries(st.sampled_from(["replicas", "maxReplicas"]), COUNT)


@given(COUNT, st.none() | COUNT, OVERRIDES)
@settings(max_examples=50)
def test_an_autoscalers_most_is_never_below_the_steady_state(
    replicas: int, most: int | None, override: dict[str, int]
) -> None:
    here = environment(replicas=replicas, maxReplicas=most, services={"web": override})
    (found,) = workloads([service()], CLASSES, here)
    assert found.max_replicas >= found.replicas == override.get("replicas", replicas)
