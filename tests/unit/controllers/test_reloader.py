"""Reloader: what it watches, how it restarts pods, and whom it may talk to."""

from functools import cache
from typing import Any, cast

import pytest

from components.config.controllers import NodeScaling
from components.config.versions import RELOADER_CHART
from components.controllers import reloader
from components.controllers.network_policies import ControlPlaneCidrs, platform_policies
from components.controllers.pods import controller_pods, controller_workloads
from tests.harness.controllers_runs import API_SERVER, CONTROL_PLANE, RELEASE, install, settings
from tests.harness.harness import Run

ON_AWS = ControlPlaneCidrs(control_plane_cidrs=CONTROL_PLANE, api_server_cidrs=API_SERVER)
ELSEWHERE = ControlPlaneCidrs(control_plane_cidrs=None, api_server_cidrs=None)
DNS_PORTS = {(53, "UDP"), (53, "TCP")}


@cache
def installed() -> Run:
    return install("reloader", "rollouts")


def values(*, rollouts: bool = False) -> dict[str, Any]:
    return cast("dict[str, Any]", reloader.values(system="shop", with_rollouts=rollouts))["reloader"]


def policies(reach: ControlPlaneCidrs = ON_AWS) -> dict[str, dict[str, Any]]:
    found = platform_policies(settings("reloader", "externalSecrets"), NodeScaling.NONE, reach)
    return {name: cast("dict[str, Any]", spec) for name, spec in found.items()}


def ports(rule: dict[str, Any]) -> set[tuple[int, str]]:
    return {(port["port"], port["protocol"]) for port in rule["ports"]}


def test_it_is_its_pinned_chart_without_rights_in_aws() -> None:
    release = installed().one(RELEASE, "operators-reloader")
    assert (release.inputs["chart"], release.inputs["version"]) == ("reloader", RELOADER_CHART)
    assert release.inputs["namespace"] == "platform"
    assert not [r for r in installed().resources if r.type.startswith("aws:iam") and "reloader" in r.name]


def test_it_marks_restarts_in_a_way_that_argo_cd_does_not_undo() -> None:
    assert values()["reloadStrategy"] == "annotations"


def test_it_restarts_only_what_asks_for_it_in_the_systems_namespaces() -> None:
    given = values()
    assert given["namespaceSelector"] == "app.kubernetes.io/part-of=shop"
    assert given["watchGlobally"] is True  # the selector counts in this mode only
    assert "autoReloadAll" not in given
    assert (given["ignoreJobs"], given["ignoreCronJobs"]) == (True, True)


def test_its_selector_matches_the_environments_namespaces_and_no_other(staging: Run) -> None:
    release = staging.one(RELEASE, "operators-reloader").inputs["values"]
    key, _, value = release["reloader"]["namespaceSelector"].partition("=")
    namespaces = [r.inputs["metadata"] for r in staging.all("kubernetes:core/v1:Namespace")]
    matched = {found["name"] for found in namespaces if found["labels"].get(key) == value}
    assert matched == {"nova", "nova-dev"}
    assert {"platform", "argocd"} <= {found["name"] for found in namespaces}


def test_two_pods_elect_a_leader_and_one_stays() -> None:
    given = values()
    assert (given["enableHA"], given["deployment"]["replicas"]) == (True, 2)
    assert given["podDisruptionBudget"] == {"enabled": True, "maxUnavailable": 1}


def test_its_size_is_what_quota_and_capacity_count() -> None:
    (workload,) = controller_workloads(settings("reloader"), NodeScaling.NONE, "platform")
    deployment = values()["deployment"]
    assert deployment["replicas"] == workload.pods
    assert deployment["resources"] == workload.containers["reloader"].resources
    assert [group.name for group in controller_pods(settings("reloader"), NodeScaling.NONE)] == ["reloader"]


def test_it_keeps_to_the_restricted_level() -> None:
    given = values()
    container, pod = given["deployment"]["containerSecurityContext"], given["deployment"]["securityContext"]
    assert (container["allowPrivilegeEscalation"], container["capabilities"]) == (False, {"drop": ["ALL"]})
    assert (pod["runAsNonRoot"], pod["seccompProfile"]) == (True, {"type": "RuntimeDefault"})
    assert given["readOnlyRootFileSystem"] is True


def test_prometheus_finds_its_metrics() -> None:
    annotations = values()["deployment"]["pod"]["annotations"]
    assert annotations == {"prometheus.io/port": "9090", "prometheus.io/scrape": "true"}
    (rule,) = policies()["controllers"]["ingress"]
    assert reloader.METRICS_PORT in {port for port, _ in ports(rule)}


def test_it_restarts_rollouts_where_there_are_some_and_comes_after_their_definition() -> None:
    assert (values()["isArgoRollouts"], values(rollouts=True)["isArgoRollouts"]) == (False, True)
    done = installed()
    assert done.depends(done.one(RELEASE, "operators-reloader"), done.one(RELEASE, "operators-argo-rollouts"))
    alone = install("reloader").one(RELEASE, "operators-reloader")
    assert alone.inputs["values"]["reloader"]["isArgoRollouts"] is False


@pytest.mark.parametrize(
    ("reach", "peers", "allowed"),
    [
        (ON_AWS, [{"ip_block": {"cidr": cidr}} for cidr in API_SERVER], {(443, "TCP")}),
        (
            ELSEWHERE,
            [{"ip_block": {"cidr": "0.0.0.0/0", "except_": ["169.254.169.254/32"]}}],
            {(443, "TCP"), (6443, "TCP")},
        ),
    ],
)
def test_it_talks_to_the_api_server_and_dns_alone(
    reach: ControlPlaneCidrs, peers: list[object], allowed: set[tuple[int, str]]
) -> None:
    found = policies(reach)
    (own,) = found["reloader"]["egress"]
    assert (own["to"], ports(own)) == (peers, allowed)
    assert found["reloader"]["pod_selector"] == {"match_labels": {"app.kubernetes.io/name": "reloader"}}
    assert [ports(rule) for rule in found["controllers"]["egress"]] == [DNS_PORTS]
    assert found["controllers"]["policy_types"] == ["Ingress", "Egress"]


def test_the_other_controllers_reach_aws_as_before() -> None:
    found = policies()["outside"]
    assert found["pod_selector"] == {
        "match_expressions": [{"key": "app.kubernetes.io/name", "operator": "NotIn", "values": ["reloader"]}]
    }
    assert found["policy_types"] == ["Egress"]
    alone = platform_policies(settings("externalSecrets"), NodeScaling.NONE, ON_AWS)["controllers"]
    assert found["egress"] == cast("dict[str, Any]", alone)["egress"][1:]
