"""The parts of the exact check: kinds of pods, ports and addresses that are left over."""

from typing import Any

import pytest

from tests.reachability.labels import kinds, namespace_title, pod_title
from tests.reachability.model import NAMESPACE_NAME, Peer, Port, network
from tests.reachability.spans import EVERY_PORT, Span, addresses_left, cut, joined, spans
from tools.manifests.model import Labels


def peer(cidr: str, *excluded: str) -> Peer:
    return Peer(block=network(cidr), excluded=tuple(map(network, excluded)))


@pytest.mark.parametrize(
    ("whole", "taken", "left"),
    [
        (peer("10.0.0.0/24"), [], "10.0.0.0/24"),
        (peer("10.0.0.0/24"), [peer("10.0.0.0/16")], ""),
        (peer("10.0.0.0/24"), [peer("10.0.0.0/25"), peer("10.0.0.128/25")], ""),
        (peer("10.0.0.0/24"), [peer("10.0.0.0/25")], "10.0.0.128/25"),
        (peer("10.0.0.0/24", "10.0.0.128/25"), [peer("10.0.0.0/25")], ""),
        (peer("10.0.0.0/24"), [peer("10.0.0.0/16", "10.0.0.7/32")], "10.0.0.7/32"),
        (peer("10.0.0.0/24", "10.0.0.7/32"), [peer("10.0.0.0/16", "10.0.0.7/32")], ""),
        (peer("10.0.0.0/24"), [peer("10.1.0.0/16")], "10.0.0.0/24"),
        (peer("10.0.0.0/24", "10.0.0.0/16"), [], ""),
    ],
)
def test_addresses_are_left_that_no_other_range_holds(whole: Peer, taken: list[Peer], left: str) -> None:
    assert ", ".join(map(str, addresses_left(whole, frozenset(taken)))) == left


def test_ports_are_cut_at_each_port_of_their_protocol() -> None:
    ports = [Port(80), Port(1), Port(82), Port(90), Port(81, "UDP")]
    assert [str(one) for one in cut(Span("TCP", 1, 82), ports)] == ["1/TCP", "2-79/TCP", "80/TCP", "81/TCP", "82/TCP"]
    assert [str(one) for one in cut(Span("UDP", 5, 6), ports)] == ["5-6/UDP"]


def test_ports_that_touch_are_told_as_one() -> None:
    assert joined([Span("TCP", 1, 79), Span("TCP", 80, 80), Span("TCP", 82, 90), Span("UDP", 91, 92)]) == (
        "1-80/TCP, 82-90/TCP, 91-92/UDP"
    )
    assert joined(EVERY_PORT) == "every port"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (None, "1-65535/TCP 1-65535/UDP 1-65535/SCTP"),
        ([{"port": 80}], "80/TCP"),
        ([{"port": 80, "endPort": 90, "protocol": "UDP"}], "80-90/UDP"),
        ([{"protocol": "UDP"}], "1-65535/UDP"),
        ([{"port": "http"}], "1-65535/TCP"),
    ],
)
def test_ports_of_a_rule(written: list[dict[str, Any]] | None, read: str) -> None:
    assert " ".join(map(str, spans(written))) == read


def test_a_kind_of_pods_for_every_value_another_one_and_none() -> None:
    shop, bank = {"matchLabels": {"app": "shop"}}, {"matchLabels": {"app": "bank", "team": "pay"}}
    found = list(kinds({}, [shop, bank]))
    assert len(found) == 4 * 3
    assert {} in found
    assert {"app": "something-else", "team": "something-else"} in found
    assert list(kinds(shop, [shop])) == [{"app": "shop"}]


@pytest.mark.parametrize(
    ("operator", "values", "apps"),
    [
        ("In", ["shop", "till"], ["shop", "till"]),
        ("NotIn", ["shop"], ["bank", None, "something-else"]),
        ("Exists", [], ["bank", "something-else"]),
        ("DoesNotExist", [], [None]),
    ],
)
def test_kinds_are_those_that_the_selector_selects(operator: str, values: list[str], apps: list[str | None]) -> None:
    selector = {"matchExpressions": [{"key": "app", "operator": operator, "values": values}]}
    found = [labels.get("app") for labels in kinds(selector, [{"matchLabels": {"app": "bank"}}])]
    assert sorted(found, key=str) == sorted(apps, key=str)


def test_a_value_that_is_written_is_never_the_unknown_one() -> None:
    selector = {"matchLabels": {"app": "something-else"}}
    assert {"app": "something-else-"} in list(kinds({}, [selector]))


def test_a_namespace_always_has_its_name() -> None:
    assert [labels[NAMESPACE_NAME] for labels in kinds({}, [{"matchLabels": {NAMESPACE_NAME: "ci"}}])] == [
        "ci",
        "something-else",
    ]


@pytest.mark.parametrize(
    ("labels", "pod", "namespace"),
    [
        ({}, "a pod without labels", "any namespace"),
        ({"app.kubernetes.io/name": "shop"}, "shop", "any namespace labelled app.kubernetes.io/name=shop"),
        ({NAMESPACE_NAME: "ci"}, f"a pod labelled {NAMESPACE_NAME}=ci", "namespace ci"),
    ],
)
def test_pods_and_namespaces_have_titles(labels: Labels, pod: str, namespace: str) -> None:
    assert (pod_title(labels), namespace_title(labels)) == (pod, namespace)
