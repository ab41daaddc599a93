"""What a quota may become at most, how many pods an autoscaler may ask for, and remedies that the next run takes."""

import copy
import re
from typing import Any

import pytest

from components.config.platform import PlatformConfig
from components.environments.plan import EnvironmentPlan
from components.sizing.capacity import quota, rolling_peak
from components.sizing.quantities import mebibytes, millicores
from components.validation.load import load
from tests.harness import config_samples
from tests.harness.config import stack_config
from tests.harness.harness import ROOT, run_program
from tests.systems.refused_examples import refusals

CAP = {"pods": 40, "cpuRequest": "40", "memoryRequest": "40Gi"}
PEAK = {"pods": 80, "cpuRequest": "80", "memoryRequest": "80Gi"}
WITH_HEADROOM = {"pods": 88, "cpuRequest": "88", "memoryRequest": "88Gi"}
API = "pingvasai-api"


def production(**changes: Any) -> PlatformConfig:
    """PingvasAI's production, its environment changed; raises ConfigurationError as the program would."""
    given = copy.deepcopy(stack_config("production", ROOT / "examples" / "pingvasai"))
    given["pingvasai:environments"][0] |= changes
    found: list[PlatformConfig] = []
    run_program(lambda: found.append(load()), project="pingvasai", stack="production", config=given)
    return found[0]


def refused(**changes: Any) -> str:
    (line,) = refusals("pingvasai", "production", {f"environments 0 {key}": value for key, value in changes.items()})
    return line


def test_a_cap_below_the_peak_is_refused_with_the_sums_and_what_fits() -> None:
    assert refused(quotaCap=CAP) == (
        "environments[0].quotaCap: allows 40 pods, 40.00 CPU, 40.0 GiB; the quota becomes 88 pods, 88.00 CPU, 88.0 GiB"
        ": 80 pods, 80.00 CPU, 80.0 GiB while all roll at their most (40 pods, 40.00 CPU, 40.0 GiB when nothing rolls) "
        'and 10 % of quotaHeadroomPercent. Write pods: 88, cpuRequest: "88", memoryRequest: 88Gi, '
        "or environments[0].maxReplicas: 9."
    )


def test_the_headroom_counts() -> None:
    assert refused(quotaCap=PEAK).endswith(
        'Write pods: 88, cpuRequest: "88", memoryRequest: 88Gi, or environments[0].quotaHeadroomPercent: 0, '
        "or environments[0].maxReplicas: 18."
    )


@pytest.mark.parametrize("change", [{"quotaHeadroomPercent": 0}, {"maxReplicas": 18}])
def test_what_a_refusal_says_is_taken(change: dict[str, int]) -> None:
    assert production(quotaCap=PEAK, **change).environments[0].quota_cap is not None


@pytest.mark.parametrize(("key", "below"), [("pods", 87), ("cpuRequest", "87"), ("memoryRequest", "87Gi")])
def test_each_part_of_a_cap_holds_by_itself(key: str, below: int | str) -> None:
    assert "environments[0].quotaCap: allows " in refused(quotaCap={**WITH_HEADROOM, key: below})


@pytest.mark.parametrize("headroom", [0, 7, 10])
def test_no_quota_exceeds_its_cap(headroom: int) -> None:
    config = production(quotaCap=WITH_HEADROOM, quotaHeadroomPercent=headroom)
    environment = config.environments[0]
    pods = EnvironmentPlan(config, environment).pods
    hard = quota(rolling_peak(pods), environment.quota_headroom_percent)
    assert int(hard["pods"]) <= 88
    assert millicores(hard["requests.cpu"]) <= millicores("88")
    assert mebibytes(hard["requests.memory"]) <= mebibytes("88Gi")


def test_a_service_of_its_own_size_is_named() -> None:
    changes = {"quotaCap": WITH_HEADROOM, "services": {API: {"maxReplicas": 30}}}
    line = refusals("pingvasai", "production", {f"environments 0 {key}": value for key, value in changes.items()})[0]
    assert f"or environments[0].services.{API}.maxReplicas: 20" in line


def test_fewer_previews_are_named_where_they_fit() -> None:
    lines = config_samples.refusals(
        environments__0__quotaCap={"pods": 40, "cpuRequest": "40", "memoryRequest": "40Gi"},
        environments__0__pullRequests={"maximum": 3, "secret": {"secretsManager": "nova/argocd/previews"}},
    )
    (line,) = [line for line in lines if "quotaCap" in line]
    assert line.endswith("Write pods: 71, cpuRequest: \"40\", memoryRequest: 40Gi, "
                         "or environments[0].pullRequests.maximum: 1.")  # fmt: skip


def test_no_autoscaler_is_named_where_none_makes_it_large() -> None:
    small = {"pods": 1, "cpuRequest": "1", "memoryRequest": "1Gi"}
    line = config_samples.refusals(environments__0__quotaCap=small)[0]
    assert re.search(r"Write pods: [0-9]+, cpuRequest: \"[0-9m]+\", memoryRequest: [0-9]+[MG]i\.$", line)


def test_what_the_cap_allows_already_stays_in_the_remedy() -> None:
    assert 'Write pods: 500, cpuRequest: "88", memoryRequest: 900Gi' in refused(
        quotaCap={"pods": 500, "cpuRequest": "40", "memoryRequest": "900Gi"}
    )


def test_a_service_never_has_more_pods_than_its_autoscaler_may_reach() -> None:
    assert refused(services={API: {"replicas": 25}}) == (
        f"environments[0].services.{API}.maxReplicas: is missing, and replicas 25 is above the environment's "
        "maxReplicas 20. Write 25 or more."
    )


def test_an_own_limit_takes_the_place_of_the_environments() -> None:
    override = production(services={API: {"replicas": 21, "maxReplicas": 21}}).environments[0].services[API]
    assert override.max_replicas == 21


def test_more_nodes_are_named_with_the_maximum_that_they_need() -> None:
    nodes: dict[str, Any] = {"minimum": 3, "desired": 3, "maximum": 5, "instanceType": "t3.medium"}
    (line,) = [
        line
        for line in config_samples.refusals(
            "staging", **{f"cluster__nodes__{key}": value for key, value in nodes.items()}
        )
        if "cluster.nodes:" in line
    ]
    remedies = line.split("Write ", 1)[1].rstrip(".").split(" or ")
    first = re.fullmatch(r"([0-9]+) x t3\.medium \(desired: ([0-9]+), maximum: ([0-9]+)\)", remedies[0])
    assert first is not None
    assert first[1] == first[2] == first[3]
    assert int(first[1]) > 5
    assert re.fullmatch(r"[0-9] x t3\.large \(desired: [0-9]\)|[0-9] x t3\.large \(desired: [0-9], maximum: [0-9]\)",
                        remedies[1])  # fmt: skip


def test_no_remedy_is_below_the_minimum() -> None:
    line = config_samples.refusals(
        cluster__nodes__instanceType="t3.medium", cluster__nodes__desired=3, cluster__nodes__minimum=3
    )[0]
    counts = [int(found) for found in re.findall(r"([0-9]+) x t3\.\w+ \(", line)]
    assert len(counts) == 3
    assert min(counts) >= 3
