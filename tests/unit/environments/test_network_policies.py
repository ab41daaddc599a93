"""Who may talk to whom in an environment: the catalogue's openings and no other."""

import ipaddress
import json
from dataclasses import replace
from functools import cache
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.config.catalogue import ServiceConfig
from components.environments.network_policies import PRIVATE_RANGES, NetworkContext, network_policies
from tests.harness.config_samples import changed, loaded

CONTEXT = NetworkContext(
    ingress_cidrs=["10.0.192.0/22"],
    control_plane_cidrs=["10.0.250.0/28"],
    data_cidrs=["10.0.0.0/19", "10.0.32.0/19"],
    endpoint_cidrs=[],
    database_port=5432,
    cache_port=6379,
)
ALONE = NetworkContext(
    ingress_cidrs=[], control_plane_cidrs=[], data_cidrs=[], endpoint_cidrs=[], database_port=None, cache_port=None
)
LABEL = "app.kubernetes.io/name"
MONITORING = {"namespace_selector": {"match_labels": {"kubernetes.io/metadata.name": "monitoring"}}}


def service(name: str, **given: Any) -> ServiceConfig:
    return ServiceConfig.model_validate_json(json.dumps({"name": name, **given}))


def pods(name: str) -> dict[str, Any]:
    return {"pod_selector": {"match_labels": {LABEL: name}}}


def block(cidr: str) -> dict[str, Any]:
    return {"ip_block": {"cidr": cidr}}


def tcp(port: int) -> dict[str, Any]:
    return {"port": port, "protocol": "TCP"}


def policies(*services: ServiceConfig, context: NetworkContext = CONTEXT) -> dict[str, Any]:
    return cast("dict[str, Any]", network_policies(services, context))


@cache
def nova() -> tuple[ServiceConfig, ...]:
    return loaded(changed("staging")).services


def test_everything_is_closed_first() -> None:
    assert policies(service("web"))["default-deny"] == {"pod_selector": {}, "policy_types": ["Ingress", "Egress"]}


def test_dns_is_open_to_the_clusters_dns_alone() -> None:
    shared = policies(service("web"))["shared-egress"]
    kube_dns = {
        "namespace_selector": {"match_labels": {"kubernetes.io/metadata.name": "kube-system"}},
        "pod_selector": {"match_labels": {"k8s-app": "kube-dns"}},
    }
    assert shared["pod_selector"] == {}
    assert shared["policy_types"] == ["Egress"]
    assert shared["egress"][0] == {"to": [kube_dns], "ports": [{"port": 53, "protocol": "UDP"}, tcp(53)]}


def test_pod_identity_stays_open_under_default_deny() -> None:
    assert {"to": [block("169.254.170.23/32")], "ports": [tcp(80)]} in policies(service("web"))["shared-egress"][
        "egress"
    ]


def test_https_goes_to_the_internet_and_not_to_private_networks_or_the_metadata_service() -> None:
    (rule,) = [r for r in policies(service("web"))["shared-egress"]["egress"] if r["ports"] == [tcp(443)]]
    assert rule["to"] == [{"ip_block": {"cidr": "0.0.0.0/0", "except_": list(PRIVATE_RANGES)}}]
    closed = [ipaddress.IPv4Network(cidr) for cidr in PRIVATE_RANGES]
    for address in ("10.20.0.1", "172.20.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254"):
        assert any(ipaddress.IPv4Address(address) in cidr for cidr in closed), address


def test_interface_endpoints_are_reached_by_https_where_there_are_some() -> None:
    shared = policies(service("web"), context=replace(CONTEXT, endpoint_cidrs=["10.0.0.0/19"]))["shared-egress"]
    assert shared["egress"][2]["to"][1:] == [block("10.0.0.0/19")]
    assert shared["egress"][2]["ports"] == [tcp(443)]


@pytest.mark.parametrize(
    ("policy", "port", "users"), [("database-egress", 5432, ["api", "web"]), ("cache-egress", 6379, ["api", "job"])]
)
def test_database_and_cache_are_reached_by_their_users_alone(policy: str, port: int, users: list[str]) -> None:
    found = policies(service("web", database={}, cache=False), service("job"), service("api", database={}, port=80))[
        policy
    ]
    assert found == {
        "pod_selector": {"match_expressions": [{"key": LABEL, "operator": "In", "values": users}]},
        "policy_types": ["Egress"],
        "egress": [{"to": [block("10.0.0.0/19"), block("10.0.32.0/19")], "ports": [tcp(port)]}],
    }


def test_no_database_or_cache_opens_nothing() -> None:
    users = service("web", database={})
    assert list(policies(users, context=ALONE)) == ["default-deny", "shared-egress"]
    assert "database-egress" not in policies(service("web"))
    assert "cache-egress" not in policies(service("web", cache=False))
    assert "cache-egress" not in policies(users, context=replace(CONTEXT, data_cidrs=[]))


def test_a_service_is_called_on_its_port_by_its_callers_monitoring_load_balancer_and_control_plane() -> None:
    found = policies(service("auth", port=8084), service("web", port=80, calls=["auth"]), service("other", port=81))
    assert found["allow-auth"] == {
        **pods("auth"),
        "policy_types": ["Ingress"],
        "ingress": [
            {
                "from_": [pods("web"), MONITORING, block("10.0.192.0/22"), block("10.0.250.0/28")],
                "ports": [tcp(8084)],
            }
        ],
    }


def test_a_service_that_is_not_public_is_closed_to_the_load_balancers_subnets() -> None:
    (rule,) = policies(service("auth", port=8084, public=False))["allow-auth"]["ingress"]
    assert block("10.0.192.0/22") not in rule["from_"]
    assert block("10.0.250.0/28") in rule["from_"]


def test_a_service_without_metrics_is_closed_to_monitoring() -> None:
    (rule,) = policies(service("auth", port=8084, metricsPath=None))["allow-auth"]["ingress"]
    assert rule["from_"] == [block("10.0.192.0/22"), block("10.0.250.0/28")]


def test_a_service_that_nobody_calls_gets_no_rule_for_everybody() -> None:
    hidden = service("hidden", port=80, public=False, metricsPath=None)
    assert "allow-hidden" not in policies(hidden, context=ALONE)


def test_a_service_calls_only_what_it_says_it_calls() -> None:
    found = policies(
        service("web", port=80, calls=["user", "auth"]), service("auth", port=8084), service("user", port=8080)
    )
    assert found["allow-web"]["policy_types"] == ["Ingress", "Egress"]
    assert found["allow-web"]["egress"] == [
        {"to": [pods("auth")], "ports": [tcp(8084)]},
        {"to": [pods("user")], "ports": [tcp(8080)]},
    ]
    assert "egress" not in found["allow-auth"]


def test_a_worker_without_a_port_is_called_by_nobody() -> None:
    found = policies(service("worker", calls=["web"]), service("web", port=80, calls=["worker"]))
    assert found["allow-worker"] == {
        **pods("worker"),
        "policy_types": ["Egress"],
        "egress": [{"to": [pods("web")], "ports": [tcp(80)]}],
    }
    assert "egress" not in found["allow-web"]


def test_a_worker_that_calls_nobody_needs_no_policy_of_its_own() -> None:
    assert [name for name in policies(service("worker")) if name.startswith("allow-")] == []


@pytest.mark.parametrize(
    ("name", "port"),
    [
        ("auth-service", 8084),
        ("user-service", 8080),
        ("content-service", 8081),
        ("feed-service", 8000),
        ("media-service", 8082),
        ("messaging-service", 3000),
        ("search-service", 8086),
        ("streaming-service", 8083),
    ],
)
def test_novas_services_are_open_on_their_ports_and_no_other(name: str, port: int) -> None:
    rules = policies(*nova())[f"allow-{name}"]["ingress"]
    assert [rule["ports"] for rule in rules] == [[tcp(port)]]
    assert MONITORING in rules[0]["from_"]


def test_novas_calls_are_open_at_both_ends() -> None:
    found = policies(*nova())
    for caller in nova():
        assert [rule["to"] for rule in found[f"allow-{caller.name}"].get("egress", [])] == [
            [pods(called)] for called in sorted(caller.calls)
        ]
        for called in nova():
            opened = pods(caller.name) in found[f"allow-{called.name}"]["ingress"][0]["from_"]
            assert opened == (called.name in caller.calls), (caller.name, called.name)


def test_one_more_service_adds_at_most_one_policy() -> None:
    assert len(policies(*nova())) == 4 + 8
    assert len(policies(*nova(), service("ninth", port=90, database={}, calls=["auth-service"]))) == 4 + 9


NAMES = ("a", "b", "c", "d")
SERVICES = st.tuples(
    *(
        st.builds(
            service,
            st.just(name),
            port=st.none() | st.integers(1, 65535),
            calls=st.lists(st.sampled_from(NAMES), unique=True),
            public=st.booleans(),
            cache=st.booleans(),
            metricsPath=st.sampled_from([None, "/metrics"]),
        )
        for name in NAMES
    )
)


@given(SERVICES, st.sampled_from([CONTEXT, ALONE]))
@settings(max_examples=50)
def test_no_opening_is_for_everybody_or_every_port(
    services: tuple[ServiceConfig, ...], context: NetworkContext
) -> None:
    for name, policy in policies(*services, context=context).items():
        for rule in [*policy.get("ingress", []), *policy.get("egress", [])]:
            peers = rule.get("from_", rule.get("to"))
            assert peers, name
            assert all(port["protocol"] in ("TCP", "UDP") and port["port"] for port in rule["ports"]), name
            for peer in peers:
                assert {} not in (peer, *peer.values()), name
                if peer.get("ip_block", {}).get("cidr") == "0.0.0.0/0":
                    assert name == "shared-egress"
                    assert peer["ip_block"]["except_"]
        selected = policy["pod_selector"]
        assert selected or name in ("default-deny", "shared-egress"), name
        assert all(policy.get(kind.lower()) for kind in policy["policy_types"]) or name == "default-deny"
