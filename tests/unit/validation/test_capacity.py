"""The sums of capacity, the caps of quotas and the limits of autoscalers."""

import copy
from typing import Any

import pytest

from components.argocd.pods import argocd_pods
from components.cluster.addon_pods import SYSTEM_PODS
from components.config.platform import PlatformConfig
from components.environments.plan import EnvironmentPlan, plan_environments
from components.sizing.capacity import Load, hard, quota
from components.sizing.quantities import mebibytes, millicores
from components.validation import capacity_sums
from tests.harness.config_samples import changed, loaded, wrong
from tests.systems.refused_examples import accepted, refusals

CAP = {"pods": 40, "cpuRequest": "40", "memoryRequest": "40Gi"}
PEAK = {"pods": 80, "cpuRequest": "80", "memoryRequest": "80Gi"}
WITH_HEADROOM = {"pods": 88, "cpuRequest": "88", "memoryRequest": "88Gi"}
API = "pingvasai-api"


def _paths(changes: dict[str, Any]) -> dict[str, Any]:
    return {f"environments 0 {key}": copy.deepcopy(value) for key, value in changes.items()}


def production(**changes: Any) -> PlatformConfig:
    """PingvasAI's production with its environment changed; raises ConfigurationError as the program would."""
    return accepted("pingvasai", "production", _paths(changes))


def refused(**changes: Any) -> str:
    """The only refusal of `production`."""
    (line,) = refusals("pingvasai", "production", _paths(changes))
    return line


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_the_sums_that_are_shown_are_those_of_the_pods_placed_on_nodes(stack: str) -> None:
    config = loaded(changed(stack), stack)
    fit = capacity_sums.node_fit(config, plan_environments(config))
    assert fit is not None
    shown = [load for what, load in fit.parts if not what.endswith(capacity_sums.STEADY)]
    assert fit.needed == sum(shown, Load())


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_argo_cd_and_the_systems_own_pods_need_room_on_the_nodes(stack: str) -> None:
    config = loaded(changed(stack), stack)
    fit = capacity_sums.node_fit(config, plan_environments(config))
    assert fit is not None
    expected = {group.name for group in (*argocd_pods(config.argocd), *SYSTEM_PODS)}
    assert expected <= {group.name for group in fit.groups}


@pytest.mark.parametrize(("stack", "number"), [("staging", 1), ("prod", 3)])
def test_the_sums_count_the_nat_gateways_elastic_ips(stack: str, number: int) -> None:
    config = loaded(changed(stack), stack)
    assert str(capacity_sums.summary(config, plan_environments(config))["elasticIps"]).startswith(f"{number} of the 5 ")


def test_a_cap_below_the_peak_is_refused_with_the_sums_and_the_cap_that_is_needed() -> None:
    assert refused(quotaCap=CAP) == (
        "environments[0].quotaCap: allows 40 pods, 40.00 CPU, 40.0 GiB, but the quota is 88 pods, 88.00 CPU, 88.0 GiB"
        ": 80 pods, 80.00 CPU, 80.0 GiB during a rolling update of all services at their maximum size (40 pods, 40.00 "
        "CPU, 40.0 GiB in the steady state), plus 10 % headroom (quotaHeadroomPercent). "
        'Write {pods: 88, cpuRequest: "88", memoryRequest: 88Gi}.'
    )


def test_a_cap_includes_the_headroom() -> None:
    assert "the quota is 88 pods, 88.00 CPU, 88.0 GiB" in refused(quotaCap=PEAK)
    assert production(quotaCap=PEAK, quotaHeadroomPercent=0).environments[0].quota_cap is not None


@pytest.mark.parametrize(("key", "below"), [("pods", 87), ("cpuRequest", "87"), ("memoryRequest", "87Gi")])
def test_each_part_of_a_cap_is_checked(key: str, below: int | str) -> None:
    assert "environments[0].quotaCap: allows " in refused(quotaCap={**WITH_HEADROOM, key: below})


@pytest.mark.parametrize("headroom", [0, 7, 10])
def test_no_quota_exceeds_its_cap(headroom: int) -> None:
    config = production(quotaCap=WITH_HEADROOM, quotaHeadroomPercent=headroom)
    environment = config.environments[0]
    written = hard(quota(EnvironmentPlan(config, environment).pods, environment.quota_headroom_percent))
    assert int(written["pods"]) <= 88
    assert millicores(written["requests.cpu"]) <= millicores("88")
    assert mebibytes(written["requests.memory"]) <= mebibytes("88Gi")


def test_the_parts_of_a_cap_that_suffice_are_suggested_unchanged() -> None:
    assert refused(quotaCap={"pods": 500, "cpuRequest": "40", "memoryRequest": "900Gi"}).endswith(
        'Write {pods: 500, cpuRequest: "88", memoryRequest: 900Gi}.'
    )


def test_a_cap_counts_a_services_own_replicas() -> None:
    changes = _paths({"quotaCap": WITH_HEADROOM, "services": {API: {"maxReplicas": 30}}})
    lines = refusals("pingvasai", "production", changes)
    assert lines[0].endswith('Write {pods: 110, cpuRequest: "110", memoryRequest: 110Gi}.')


def test_a_cap_counts_previews() -> None:
    lines = wrong(
        environments__0__quotaCap=CAP,
        environments__0__pullRequests={"maximum": 3, "secret": {"secretsManager": "nova/argocd/previews"}},
    )
    (line,) = [line for line in lines if "quotaCap" in line]
    assert line.endswith('Write {pods: 71, cpuRequest: "40", memoryRequest: 40Gi}.')


def test_a_service_never_has_more_pods_than_its_autoscaler_may_reach() -> None:
    assert refused(services={API: {"replicas": 25}}) == (
        f"environments[0].services.{API}.maxReplicas: is missing, and replicas 25 is above the environment's "
        "maxReplicas 20. Write 25 or more."
    )


def test_a_services_own_limit_replaces_the_environments() -> None:
    override = production(services={API: {"replicas": 21, "maxReplicas": 21}}).environments[0].services[API]
    assert override.max_replicas == 21


def test_three_t3_medium_are_too_small_for_staging() -> None:
    (line,) = wrong(cluster__nodes={"instanceType": "t3.medium", "minimum": 3, "desired": 3, "maximum": 3})
    assert line.startswith("cluster.nodes: 3 x t3.medium hold 51 pods, 5.79 CPU, ")
    assert "staging, while rolling: 32 pods, 3.60 CPU, 13.0 GiB" in line
    assert "Write " in line


def test_connection_pools_above_the_databases_limit_are_refused() -> None:
    (line,) = wrong(database__instanceClass="db.t4g.micro")
    assert "database.instanceClass: db.t4g.micro allows" in line
    assert "the services' pools need 360 during a rolling update" in line


def test_more_pods_than_subnet_addresses_are_refused() -> None:
    lines = wrong(network__cidr="10.20.0.0/21", cluster__nodes__maximum=60)
    assert any("network.cidr: the private subnets hold" in line for line in lines), lines


def test_a_single_pod_is_no_pods() -> None:
    assert capacity_sums.describe(Load(pods=1, cpu_request=50, memory_request=64)) == "1 pod, 0.05 CPU, 0.1 GiB"
