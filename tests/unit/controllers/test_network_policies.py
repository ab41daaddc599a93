"""Network policies of the controllers: closed in both directions but for what each of them does."""

from collections.abc import Mapping
from typing import Any, cast

import pytest

from components.config.controllers import NodeScaling
from components.controllers.network_policies import ControlPlaneCidrs, monitoring_policies, platform_policies
from tests.harness.controllers_runs import ALL, API_SERVER, CONTROL_PLANE, settings

ON_AWS = ControlPlaneCidrs(control_plane_cidrs=CONTROL_PLANE, api_server_cidrs=API_SERVER)
ELSEWHERE = ControlPlaneCidrs(control_plane_cidrs=None, api_server_cidrs=None)
OUTSIDE = {"ip_block": {"cidr": "0.0.0.0/0", "except_": ["169.254.169.254/32"]}}
Spec = dict[str, Any]


def platform(*controllers: str, reach: ControlPlaneCidrs = ON_AWS) -> dict[str, Spec]:
    return plain(platform_policies(settings(*controllers), NodeScaling.NONE, reach))


def monitoring(*controllers: str, reach: ControlPlaneCidrs = ON_AWS) -> dict[str, Spec]:
    return plain(monitoring_policies(settings("prometheus", *controllers), reach))


def plain(found: Mapping[str, object]) -> dict[str, Spec]:
    return {name: cast("Spec", spec) for name, spec in found.items()}


def ports(rule: Spec) -> set[tuple[int, str]]:
    return {(port["port"], port["protocol"]) for port in rule.get("ports", ())}


def ranges(cidrs: tuple[str, ...]) -> list[Spec]:
    return [{"ip_block": {"cidr": cidr}} for cidr in cidrs]


def pods(name: str) -> Spec:
    return {"match_labels": {"app.kubernetes.io/name": name}}


@pytest.mark.parametrize("spec", [platform(*ALL)["controllers"], monitoring(*ALL)["monitoring"]])
def test_every_pod_is_closed_in_both_directions_and_finds_names(spec: Spec) -> None:
    assert spec["pod_selector"] == {}
    assert spec["policy_types"] == ["Ingress", "Egress"]
    (dns,) = [rule for rule in spec["egress"] if ports(rule) == {(53, "TCP"), (53, "UDP")}]
    assert dns["to"][0]["pod_selector"] == {"match_labels": {"k8s-app": "kube-dns"}}
    assert dns["to"][0]["namespace_selector"] == {"match_labels": {"kubernetes.io/metadata.name": "kube-system"}}


def test_controllers_reach_their_credentials_and_https_and_not_the_nodes_credentials() -> None:
    egress = platform(*ALL)["controllers"]["egress"]
    assert [rule["to"] for rule in egress if ports(rule) == {(80, "TCP")}] == [ranges(("169.254.170.23/32",))]
    assert [rule["to"] for rule in egress if ports(rule) == {(443, "TCP")}] == [[OUTSIDE]]
    assert len(egress) == 3


def test_a_local_api_server_is_reached_on_its_own_port() -> None:
    egress = platform("rollouts", reach=ELSEWHERE)["controllers"]["egress"]
    assert [rule["to"] for rule in egress if ports(rule) == {(443, "TCP"), (6443, "TCP")}] == [[OUTSIDE]]


def test_only_prometheus_comes_in_for_metrics() -> None:
    (rule,) = platform(*ALL)["controllers"]["ingress"]
    assert rule["from_"] == [{"namespace_selector": {"match_labels": {"kubernetes.io/metadata.name": "monitoring"}}}]
    assert ports(rule) == {(port, "TCP") for port in (7979, 8080, 8085, 8090, 9090)}


@pytest.mark.parametrize(
    ("controller", "pod", "port"),
    [
        ("externalSecrets", "external-secrets-webhook", 10250),
        ("loadBalancerController", "aws-load-balancer-controller", 9443),
    ],
)
def test_the_control_plane_reaches_webhooks_and_nothing_else(controller: str, pod: str, port: int) -> None:
    spec = platform(controller)[pod]
    assert spec["pod_selector"] == pods(pod)
    assert spec["policy_types"] == ["Ingress"]
    (rule,) = spec["ingress"]
    assert (rule["from_"], ports(rule)) == (ranges(CONTROL_PLANE), {(port, "TCP")})
    assert set(platform(controller)) == {"controllers", pod}


def test_pods_without_a_webhook_take_no_calls() -> None:
    assert set(platform("externalDns", "rollouts")) == {"controllers"}


def test_a_canary_is_judged_by_what_prometheus_says() -> None:
    out = platform("rollouts", "prometheus")["analysis"]
    assert (out["pod_selector"], out["policy_types"]) == (pods("argo-rollouts"), ["Egress"])
    assert out["egress"][0]["to"][0]["pod_selector"] == pods("prometheus")
    back = monitoring("rollouts")["analysis"]
    assert (back["pod_selector"], back["policy_types"]) == (pods("prometheus"), ["Ingress"])
    assert back["ingress"][0]["from_"] == [
        {
            "namespace_selector": {"match_labels": {"kubernetes.io/metadata.name": "platform"}},
            "pod_selector": pods("argo-rollouts"),
        }
    ]
    assert ports(out["egress"][0]) == ports(back["ingress"][0]) == {(9090, "TCP")}
    assert "analysis" not in monitoring()


def test_monitoring_talks_within_itself_and_to_the_api_server() -> None:
    spec = monitoring()["monitoring"]
    assert spec["ingress"] == [{"from_": [{"pod_selector": {}}]}]
    assert {"to": [{"pod_selector": {}}]} in spec["egress"]
    assert [rule["to"] for rule in spec["egress"] if ports(rule) == {(443, "TCP")}] == [ranges(API_SERVER)]


def test_prometheus_alone_reaches_pods_everywhere_and_kubelets() -> None:
    found = monitoring()
    scrapes = found["scrapes"]
    assert (scrapes["pod_selector"], scrapes["policy_types"]) == (pods("prometheus"), ["Egress"])
    assert {"to": [{"namespace_selector": {}}]} in scrapes["egress"]
    assert [rule["to"] for rule in scrapes["egress"] if ports(rule) == {(10250, "TCP")}] == [ranges(API_SERVER)]
    others = [rule for name, spec in found.items() if name != "scrapes" for rule in spec.get("egress", ())]
    assert {"namespace_selector": {}} not in [peer for rule in others for peer in rule["to"]]


def test_only_alertmanager_tells_the_world() -> None:
    found = monitoring()
    assert found["alerts"]["pod_selector"] == pods("alertmanager")
    assert [name for name, spec in found.items() for rule in spec.get("egress", ()) if OUTSIDE in rule["to"]] == [
        "alerts"
    ]


def test_the_control_plane_asks_the_adapter() -> None:
    adapter = monitoring()["adapter"]
    (rule,) = adapter["ingress"]
    assert adapter["pod_selector"] == pods("prometheus-adapter")
    assert (rule["from_"], ports(rule)) == (ranges(CONTROL_PLANE), {(6443, "TCP")})
    (anywhere,) = monitoring(reach=ELSEWHERE)["adapter"]["ingress"]
    assert anywhere["from_"] == [OUTSIDE]
