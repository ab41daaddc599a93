"""Network policies of the installation: who reaches what, read off what was registered."""

from collections.abc import Mapping
from typing import Any

import pytest

from components.argocd.pods import argocd_pods
from components.kubernetes.network_policy import PRIVATE_RANGES
from tests.harness.argocd_runs import NETWORKS, POLICY, SSO, install, settings
from tests.harness.harness import Run

NAME = "app.kubernetes.io/name"
METADATA_SERVICE = "169.254.169.254/32"
OUTSIDE = {"ipBlock": {"cidr": "0.0.0.0/0", "except": [METADATA_SERVICE]}}
PUBLIC = {"ipBlock": {"cidr": "0.0.0.0/0", "except": list(PRIVATE_RANGES)}}
BOTH = pytest.mark.parametrize("high_availability", [False, True])


def policies(done: Run) -> dict[str, dict[str, Any]]:
    return {r.inputs["metadata"]["name"]: r.inputs["spec"] for r in done.all(POLICY)}


def named(component: str) -> dict[str, Any]:
    return {"podSelector": {"matchLabels": {NAME: f"argocd-{component}"}}}


def peers(spec: Mapping[str, Any], direction: str, port: int) -> list[dict[str, Any]]:
    """Every peer of the rules for a port."""
    side = "from" if direction == "ingress" else "to"
    return [
        peer
        for rule in spec.get(direction, [])
        if port in [entry["port"] for entry in rule["ports"]]
        for peer in rule[side]
    ]


def ports(spec: Mapping[str, Any], direction: str) -> set[int]:
    return {entry["port"] for rule in spec.get(direction, []) for entry in rule["ports"]}


def test_everything_is_denied_but_dns() -> None:
    spec = policies(install())["default-deny"]
    assert spec["podSelector"] == {}
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in spec
    assert ports(spec, "egress") == {53}
    assert {entry["protocol"] for entry in spec["egress"][0]["ports"]} == {"TCP", "UDP"}
    assert spec["egress"][0]["to"] == [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
            "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
        }
    ]


@BOTH
def test_every_policy_closes_both_directions(*, high_availability: bool) -> None:
    for spec in policies(install(high_availability=high_availability)).values():
        assert spec["policyTypes"] == ["Ingress", "Egress"]


@BOTH
def test_every_rule_names_ports_with_protocol_and_peers(*, high_availability: bool) -> None:
    for spec in policies(install(high_availability=high_availability, url="https://a.example.com", sso=SSO)).values():
        for direction, side in (("ingress", "from"), ("egress", "to")):
            for rule in spec.get(direction, []):
                assert rule[side]
                assert rule["ports"]
                assert all({} not in (peer, *peer.values()) for peer in rule[side])
                assert all(set(entry) == {"port", "protocol"} for entry in rule["ports"])


@BOTH
def test_every_pod_has_a_policy_of_its_own(*, high_availability: bool) -> None:
    names = {f"argocd-{name}" for name in policies(install(high_availability=high_availability))} - {
        "argocd-default-deny"
    }
    assert names == {group.name for group in argocd_pods(settings(high_availability=high_availability))}


def test_the_repo_server_is_reached_from_its_four_clients_only() -> None:
    found = peers(policies(install())["repo-server"], "ingress", 8081)
    assert sorted(peer["podSelector"]["matchLabels"][NAME] for peer in found) == [
        "argocd-application-controller",
        "argocd-applicationset-controller",
        "argocd-notifications-controller",
        "argocd-server",
    ]
    assert all(set(peer) == {"podSelector"} for peer in found)


@BOTH
def test_redis_is_reached_from_its_three_clients_only(*, high_availability: bool) -> None:
    name = "redis-ha-haproxy" if high_availability else "redis"
    found = peers(policies(install(high_availability=high_availability))[name], "ingress", 6379)
    assert sorted(peer["podSelector"]["matchLabels"][NAME] for peer in found) == [
        "argocd-application-controller",
        "argocd-repo-server",
        "argocd-server",
    ]
    assert all(set(peer) == {"podSelector"} for peer in found)


def test_the_nodes_of_redis_are_reached_from_each_other_and_the_proxies_only() -> None:
    spec = policies(install(high_availability=True))["redis-ha-server"]
    assert ports(spec, "ingress") == ports(spec, "egress") == {6379, 26379}
    assert [peer["podSelector"]["matchLabels"]["app"] for peer in peers(spec, "ingress", 6379)] == [
        "redis-ha",
        "redis-ha-haproxy",
    ]
    assert [peer["podSelector"]["matchLabels"]["app"] for peer in peers(spec, "egress", 26379)] == ["redis-ha"]


def test_the_repo_server_leaves_to_redis_and_to_git_only() -> None:
    spec = policies(install())["repo-server"]
    assert ports(spec, "egress") == {6379, 443, 22}
    assert peers(spec, "egress", 443) == peers(spec, "egress", 22) == [PUBLIC]
    assert peers(spec, "egress", 6379) == [named("redis")]


def test_the_repo_server_reaches_nothing_but_the_stated_ranges_of_git() -> None:
    spec = policies(install(git_cidrs=("10.9.0.0/24",)))["repo-server"]
    assert peers(spec, "egress", 443) == peers(spec, "egress", 22) == [{"ipBlock": {"cidr": "10.9.0.0/24"}}]


@pytest.mark.parametrize("networks", [NETWORKS, None])
def test_nothing_reaches_the_metadata_service(networks: tuple[str, ...] | None) -> None:
    for spec in policies(install(networks=networks, sso=SSO, url="https://a.example.com")).values():
        for rule in spec.get("egress", []):
            for peer in rule["to"]:
                block = peer.get("ipBlock", {})
                assert block.get("cidr") != "0.0.0.0/0" or METADATA_SERVICE in block["except"]


def test_the_api_server_is_reached_from_who_needs_it() -> None:
    networks = [{"ipBlock": {"cidr": cidr}} for cidr in NETWORKS]
    callers = {name for name, spec in policies(install()).items() if peers(spec, "egress", 443)[:2] == networks}
    assert callers == {
        "application-controller",
        "applicationset-controller",
        "notifications-controller",
        "redis-secret-init",
        "server",
    }


def test_a_local_api_server_may_be_anywhere() -> None:
    spec = policies(install(networks=None))["application-controller"]
    assert peers(spec, "egress", 443) == peers(spec, "egress", 6443) == [OUTSIDE]


def test_the_controller_goes_to_api_server_repo_server_and_redis_only() -> None:
    spec = policies(install())["application-controller"]
    assert ports(spec, "egress") == {443, 8081, 6379}
    assert peers(spec, "egress", 8081) == [named("repo-server")]
    assert peers(spec, "egress", 6379) == [named("redis")]
    assert OUTSIDE not in peers(spec, "egress", 443)


def test_clients_find_the_proxies_where_redis_is_highly_available() -> None:
    found = policies(install(high_availability=True))
    assert "redis" not in found
    for client in ("application-controller", "repo-server", "server"):
        assert peers(found[client], "egress", 6379) == [
            {"podSelector": {"matchLabels": {"app": "redis-ha-haproxy", "release": "argocd"}}}
        ]


def test_the_server_goes_outside_for_single_sign_on_only() -> None:
    assert OUTSIDE not in peers(policies(install())["server"], "egress", 443)
    assert OUTSIDE in peers(policies(install(sso=SSO))["server"], "egress", 443)


def test_the_server_is_open_to_the_network_where_it_has_an_address() -> None:
    assert peers(policies(install())["server"], "ingress", 8080) == []
    assert peers(policies(install(url="https://localhost:8080"))["server"], "ingress", 8080) == []
    found = peers(policies(install(url="https://argocd.example.com"))["server"], "ingress", 8080)
    assert found == [{"ipBlock": {"cidr": cidr}} for cidr in NETWORKS]


@pytest.mark.parametrize(
    ("component", "port"),
    [
        ("application-controller", 8082),
        ("applicationset-controller", 8080),
        ("notifications-controller", 9001),
        ("repo-server", 8084),
        ("server", 8083),
    ],
)
def test_metrics_are_read_from_the_monitoring_namespace_only(component: str, port: int) -> None:
    assert peers(policies(install())[component], "ingress", port) == [
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
    ]


def test_redis_goes_nowhere() -> None:
    assert "egress" not in policies(install())["redis"]
