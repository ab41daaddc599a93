"""Quota, limits and summary of an environment: the sums alone, for Nova's stacks and for any catalogue."""

from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.config.catalogue import ContainerResources, ServiceConfig
from components.config.environments import EnvironmentConfig
from components.environments import environment
from components.environments.environment import container_limits, quota, summary
from components.environments.plan import EnvironmentPlan
from components.environments.workloads import ServiceWorkload
from components.sizing import quantities
from tests.harness.config_samples import changed, loaded

ROW = ("pods", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory")


@cache
def nova(name: str) -> tuple[EnvironmentConfig, tuple[ServiceWorkload, ...]]:
    stack = "prod" if name == "production" else "staging"
    config = loaded(changed(stack), stack)
    here = next(e for e in config.environments if e.name == name)
    return here, EnvironmentPlan(config, here).workloads


def test_the_summary_states_novas_rows() -> None:
    here, found = nova("staging")
    assert summary(here, found) == {
        "namespace": "nova",
        "steady": dict(zip(ROW, ("16", "1800m", "6656Mi", "9", "15Gi"), strict=True)),
        "peak": dict(zip(ROW, ("32", "3600m", "13Gi", "18", "30Gi"), strict=True)),
        "hard": quota(found, here.quota_headroom_percent),
        "fits": True,
    }


@pytest.mark.parametrize("short", list(zip(ROW, ("31", "3500m", "12Gi", "17", "29Gi"), strict=True)))
def test_the_summary_says_when_a_quota_does_not_hold_the_peak(
    monkeypatch: pytest.MonkeyPatch, short: tuple[str, str]
) -> None:
    here, found = nova("staging")
    hard = {**quota(found, 10), short[0]: short[1]}

    def too_small(*_: object) -> dict[str, str]:
        return hard

    monkeypatch.setattr(environment, "quota", too_small)
    assert summary(here, found)["fits"] is False


@pytest.mark.parametrize(("name", "pods"), [("dev", "8"), ("staging", "16"), ("production", "48")])
def test_every_environment_of_both_stacks_fits_its_quota(name: str, pods: str) -> None:
    found: Any = summary(*nova(name))
    assert found["steady"]["pods"] == pods
    assert found["fits"] is True


def test_an_environment_that_runs_nothing_has_a_quota_of_nothing() -> None:
    here, found = nova("staging")
    idle = [ServiceWorkload(service=w.service, replicas=0, max_replicas=0, resources=w.resources) for w in found]
    assert set(quota(idle, 10).values()) == {"0"}
    assert summary(here, idle)["fits"] is True


def _workload(cpu: int, memory: int, times: int, pods: int) -> ServiceWorkload:
    resources = ContainerResources.model_validate(
        {
            "cpuRequest": quantities.cpu(cpu),
            "memoryRequest": quantities.memory(memory),
            "cpuLimit": quantities.cpu(cpu * times),
            "memoryLimit": quantities.memory(memory * times),
        }
    )
    return ServiceWorkload(service=ServiceConfig(name="web"), replicas=pods, max_replicas=pods, resources=resources)


WORKLOADS = st.lists(
    st.builds(_workload, st.integers(1, 8000), st.integers(6, 20000), st.integers(1, 4), st.integers(0, 500)),
    min_size=1,
    max_size=8,
)


@given(WORKLOADS, st.integers(0, 100))
@settings(max_examples=50)
def test_no_catalogue_has_a_peak_above_its_quota(found: list[ServiceWorkload], headroom: int) -> None:
    here = nova("staging")[0].model_copy(update={"quota_headroom_percent": headroom})
    assert summary(here, found)["fits"] is True


@given(WORKLOADS)
@settings(max_examples=50)
def test_no_default_is_above_any_service_and_no_service_above_the_maximum(found: list[ServiceWorkload]) -> None:
    limits: Any = container_limits(found)
    cpu, memory = quantities.millicores, quantities.mebibytes
    for pods in (workload.pods for workload in found):
        assert cpu(limits.default["cpu"]) <= pods.cpu_limit <= cpu(limits.max["cpu"])
        assert memory(limits.default["memory"]) <= pods.memory_limit <= memory(limits.max["memory"])
        assert cpu(limits.default_request["cpu"]) <= pods.cpu_request
        assert memory(limits.default_request["memory"]) <= pods.memory_request
    assert cpu(limits.default_request["cpu"]) <= cpu(limits.default["cpu"])
    assert memory(limits.default_request["memory"]) <= memory(limits.default["memory"])
