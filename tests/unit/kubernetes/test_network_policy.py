"""Peers, rules and policies as the API server stores them: nothing is wider than what was asked for."""

from typing import Any, cast

import pytest

from components.kubernetes.network_policy import (
    allow_dns,
    allow_from,
    allow_to,
    cidrs,
    cidrs_or_internet,
    internet,
    namespace,
    pods,
    policy,
    selector,
)

METADATA_SERVICE = "169.254.169.254/32"
CALLERS = [pods({"app": "caller"})]


def plain(value: object) -> Any:
    return cast("Any", value)


def test_pods_are_selected_by_label_and_all_of_them_without_one() -> None:
    assert selector({"app": "a"}) == {"match_labels": {"app": "a"}}
    assert selector({}) == {}
    assert pods({}) == {"pod_selector": {}}


def test_a_namespace_is_selected_by_the_label_that_the_api_server_sets() -> None:
    by_name = {"match_labels": {"kubernetes.io/metadata.name": "monitoring"}}
    assert namespace("monitoring") == {"namespace_selector": by_name}
    assert namespace("monitoring", {"app": "a"}) == {
        "namespace_selector": by_name,
        "pod_selector": {"match_labels": {"app": "a"}},
    }


def test_the_internet_is_without_the_nodes_credentials() -> None:
    assert internet() == {"ip_block": {"cidr": "0.0.0.0/0", "except_": [METADATA_SERVICE]}}
    assert plain(internet(without=("10.0.0.0/8",)))["ip_block"]["except_"] == ["10.0.0.0/8"]


def test_unknown_ranges_open_everything_and_an_empty_list_nothing() -> None:
    assert cidrs_or_internet(None) == [internet()]
    assert cidrs_or_internet([]) == []
    assert cidrs_or_internet(["10.0.0.0/16"]) == cidrs(["10.0.0.0/16"]) == [{"ip_block": {"cidr": "10.0.0.0/16"}}]


def test_every_port_has_its_protocol() -> None:
    assert allow_from(CALLERS, 80, 443) == {
        "from_": CALLERS,
        "ports": [{"port": 80, "protocol": "TCP"}, {"port": 443, "protocol": "TCP"}],
    }
    assert allow_to(CALLERS, 80) == {"to": CALLERS, "ports": [{"port": 80, "protocol": "TCP"}]}


def test_without_ports_a_rule_is_for_all_of_them() -> None:
    assert allow_from(CALLERS) == {"from_": CALLERS}
    assert allow_to(CALLERS) == {"to": CALLERS}


def test_names_are_resolved_by_the_clusters_dns_only() -> None:
    assert allow_dns() == {
        "to": [namespace("kube-system", {"k8s-app": "kube-dns"})],
        "ports": [{"port": 53, "protocol": "TCP"}, {"port": 53, "protocol": "UDP"}],
    }


@pytest.mark.parametrize(
    ("rules", "directions"),
    [
        ({"ingress": [allow_from(CALLERS, 80)]}, ["Ingress"]),
        ({"egress": [allow_to(CALLERS, 80)]}, ["Egress"]),
        ({"ingress": [allow_from(CALLERS, 80)], "egress": [allow_to(CALLERS, 80)]}, ["Ingress", "Egress"]),
    ],
)
def test_a_policy_is_about_the_directions_that_it_has_rules_for(rules: dict[str, Any], directions: list[str]) -> None:
    spec = policy(selector({"app": "a"}), **rules)
    assert spec == {"pod_selector": {"match_labels": {"app": "a"}}, "policy_types": directions, **rules}


@pytest.mark.parametrize(
    "rules", [{}, {"ingress": [allow_from(CALLERS, 80)]}, {"egress": [allow_to(CALLERS, 80)]}], ids=len
)
def test_isolated_pods_are_closed_in_both_directions_except_for_the_rules(rules: dict[str, Any]) -> None:
    spec = policy({}, **rules, isolate=True)
    assert spec == {"pod_selector": {}, "policy_types": ["Ingress", "Egress"], **rules}
