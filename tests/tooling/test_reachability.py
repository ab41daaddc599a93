"""The evaluator reads NetworkPolicies as Kubernetes documents them; the check of Services finds their faults."""

from ipaddress import IPv4Address
from typing import Any

import pytest

from components.config.catalogue import ServiceConfig
from tests.reachability.evaluate import judge
from tests.reachability.model import Connection, End, Port, World, world
from tests.reachability.services import service_findings

Rules = list[dict[str, Any]]


def pod(name: str, namespace: str = "shop", address: str = "10.0.0.10", **ports: int) -> End:
    return End(name=name, namespace=namespace, labels={"app": name}, address=IPv4Address(address), ports=ports)


CART, BANK, STRANGER = pod("cart"), pod("bank", http=8080), pod("cart", "other")
OUTSIDE = End(name="outside", address=IPv4Address("203.0.113.1"))
TO_BANK = {"podSelector": {"matchLabels": {"app": "bank"}}}
TO_CART = {"podSelector": {"matchLabels": {"app": "cart"}}}
TCP = [{"port": 8080, "protocol": "TCP"}]


def policy(name: str = "one", selector: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    return {
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"podSelector": selector or {}, **spec},
    }


def spaces(**labels: dict[str, str]) -> list[dict[str, Any]]:
    return [{"kind": "Namespace", "metadata": {"name": name, "labels": found}} for name, found in labels.items()]


def is_open(known: World, source: End, target: End, number: int = 8080, protocol: str = "TCP") -> bool:
    return judge(known, Connection(source, target, Port(number, protocol))).open


def incoming(*peers: dict[str, Any], ports: Rules = TCP) -> World:
    return world([policy(policyTypes=["Ingress"], ingress=[{"from": list(peers), "ports": ports}])])


def test_without_policies_everything_passes() -> None:
    assert is_open(world([]), OUTSIDE, BANK)
    assert str(judge(world([]), Connection(OUTSIDE, BANK, Port(80)))) == "out by no policy, in by no policy"


def test_a_selected_pod_is_closed_in_the_policys_directions_alone() -> None:
    known = world([policy(policyTypes=["Ingress"])])
    assert not is_open(known, CART, BANK)
    assert is_open(known, BANK, OUTSIDE)
    assert str(judge(known, Connection(CART, BANK, Port(80)))) == "out by no policy, in closed"


def test_a_policy_applies_to_its_own_namespace_alone() -> None:
    assert is_open(world([policy(policyTypes=["Ingress"])]), CART, STRANGER)


def test_both_ends_must_let_a_connection_pass() -> None:
    way_in = policy("in", TO_BANK["podSelector"], policyTypes=["Ingress"], ingress=[{"from": [TO_CART]}])
    closed = policy("closed", policyTypes=["Ingress", "Egress"])
    way_out = policy("out", TO_CART["podSelector"], policyTypes=["Egress"], egress=[{"to": [TO_BANK]}])
    assert not is_open(world([closed, way_in]), CART, BANK)
    assert not is_open(world([closed, way_out]), CART, BANK)
    assert is_open(world([closed, way_in, way_out]), CART, BANK)


def test_the_verdict_names_the_policies_that_allow_a_connection() -> None:
    known = world([policy("in", policyTypes=["Ingress"], ingress=[{}]), policy("too", ingress=[{}])])
    assert judge(known, Connection(CART, BANK, Port(80))).ingress == ("in", "too")


@pytest.mark.parametrize(("spec", "egress"), [({}, True), ({"egress": []}, False)])
def test_without_policy_types_egress_rules_make_a_policy_apply_to_egress(spec: dict[str, Any], egress: bool) -> None:
    known = world([policy(**spec)])
    assert is_open(known, CART, OUTSIDE) is egress
    assert not is_open(known, OUTSIDE, CART)


def test_an_empty_list_of_peers_or_ports_means_all() -> None:
    assert is_open(incoming(), OUTSIDE, BANK)
    assert is_open(incoming(TO_CART, ports=[]), CART, BANK, 9, "UDP")


def test_a_pod_selector_alone_means_the_policys_namespace() -> None:
    known = incoming(TO_CART)
    assert is_open(known, CART, BANK)
    assert not is_open(known, STRANGER, BANK)
    assert not is_open(known, OUTSIDE, BANK)


def test_a_namespace_is_known_by_its_labels_and_always_by_its_name() -> None:
    by_label = {"namespaceSelector": {"matchLabels": {"team": "pay"}}}
    by_name = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "other"}}}
    rule = [{"from": [by_label]}]
    known = world([policy(ingress=rule), *spaces(other={"team": "pay"})])
    assert is_open(known, STRANGER, BANK)
    assert not is_open(known, CART, BANK)
    assert is_open(incoming(by_name), STRANGER, BANK)


def test_namespace_and_pod_selector_in_one_peer_must_both_match() -> None:
    both = {"namespaceSelector": {}, **TO_BANK}
    assert not is_open(incoming(both), STRANGER, BANK)
    assert is_open(incoming({"namespaceSelector": {}}, TO_BANK), STRANGER, BANK)


def test_a_range_includes_the_pods_in_it_except_its_exceptions() -> None:
    known = incoming({"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.9.0.0/16"]}})
    assert is_open(known, STRANGER, BANK)
    assert not is_open(known, pod("far", "other", "10.9.0.1"), BANK)
    assert not is_open(known, OUTSIDE, BANK)


@pytest.mark.parametrize(
    ("expression", "matched"),
    [
        ({"operator": "In", "values": ["bank", "till"]}, True),
        ({"operator": "In", "values": ["till"]}, False),
        ({"operator": "NotIn", "values": ["bank"]}, False),
        ({"operator": "Exists"}, True),
        ({"operator": "DoesNotExist"}, False),
    ],
)
def test_expressions_select_pods(expression: dict[str, Any], matched: bool) -> None:
    known = world([policy(selector={"matchExpressions": [{"key": "app", **expression}]}, policyTypes=["Ingress"])])
    assert is_open(known, CART, BANK) is not matched


def test_an_operator_that_does_not_exist_is_refused() -> None:
    known = world([policy(selector={"matchExpressions": [{"key": "app", "operator": "Like"}]})])
    with pytest.raises(ValueError, match="'Like' is not In, NotIn"):
        is_open(known, CART, BANK)


@pytest.mark.parametrize(
    ("ports", "opened"),
    [
        ([{"port": 8080}], True),
        ([{"port": 8081}], False),
        ([{"port": 8080, "protocol": "UDP"}], False),
        ([{"port": "http"}], True),
        ([{"port": "grpc"}], False),
        ([{"port": 8000, "endPort": 8090}], True),
        ([{"port": 8000, "endPort": 8079}], False),
        ([{"protocol": "TCP"}], True),
    ],
)
def test_ports_are_numbers_names_or_ranges_of_a_protocol(ports: Rules, opened: bool) -> None:
    assert is_open(incoming(TO_CART, ports=ports), CART, BANK) is opened


BANK_SERVICE = ServiceConfig(name="bank", port=8080)


def objects(selector: str = "bank", port: int = 8080, target: str | int = "http", listens: int = 8080) -> Rules:
    labels = {"app": "bank"}
    container = {"name": "service", "ports": [{"name": "http", "containerPort": listens}]}
    return [
        {
            "kind": "Deployment",
            "metadata": {"name": "bank"},
            "spec": {"template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}}},
        },
        {
            "kind": "Service",
            "metadata": {"name": "bank"},
            "spec": {"selector": {"app": selector}, "ports": [{"port": port, "targetPort": target}]},
        },
    ]


def said(found: Rules, service: ServiceConfig = BANK_SERVICE, listens: int = 8080) -> list[str]:
    return list(service_findings([service], {"bank": pod("bank", http=listens)}, found))


def test_a_service_that_forwards_to_its_pods_has_no_fault() -> None:
    assert said(objects()) == []


def test_a_service_that_selects_no_pod_is_reported() -> None:
    assert said(objects(selector="bnak")) == [
        "Service bank: spec.selector selects the pods of no workload, but must select only those of bank"
    ]


def test_a_service_that_selects_other_pods_is_reported() -> None:
    twin = {**objects()[0], "metadata": {"name": "bank-2"}}
    assert said([*objects(), twin]) == [
        "Service bank: spec.selector selects the pods of bank, bank-2, but must select only those of bank"
    ]


def test_a_target_port_without_a_listener_is_reported() -> None:
    assert said(objects(target="web"))[0] == "Service bank: targetPort web: no container of bank listens on it"


def test_a_service_without_the_port_of_its_callers_is_reported() -> None:
    assert said(objects(port=80)) == ["Service bank: callers use port 8080, which it does not have"]
    assert said(objects(port=80), ServiceConfig.model_validate({"name": "bank", "port": 8080, "servicePort": 80})) == []


def test_a_target_port_that_the_policies_keep_closed_is_reported() -> None:
    assert said(objects(listens=9090), listens=9090) == [
        "Service bank: port 8080 leads to 9090, the policies open 8080"
    ]


def test_a_missing_service_is_reported_and_a_worker_needs_none() -> None:
    assert said(objects()[:1]) == ["bank: there is no Service of that name"]
    assert said(objects()[:1], ServiceConfig(name="bank")) == []
