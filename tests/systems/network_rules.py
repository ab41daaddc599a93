"""The network policies of a stack as text, one line for each rule, as in tests/facts/network_rules."""

from collections.abc import Iterator
from typing import Any

from tests.harness.harness import Run
from tests.systems.stack_surroundings import planned, ranges

Object = dict[str, Any]
NAMES = ("app.kubernetes.io/name", "kubernetes.io/metadata.name")
"""Labels whose value alone is clear."""
INTERNET = {
    "cidr": "0.0.0.0/0",
    "except": ["10.0.0.0/8", "100.64.0.0/10", "169.254.169.254/32", "172.16.0.0/12", "192.168.0.0/16"],
}
ANYWHERE = {"cidr": "0.0.0.0/0", "except": ["169.254.169.254/32"]}


def network_rules(run: Run) -> dict[str, list[str]]:
    """The rules of each namespace. Each policy is a line (name, selected pods, policyTypes) with its rules under it.

    The ranges of all subnets of one kind together are shown as the kind, every other range as it is.
    """
    kinds = {f"{kind} subnets": set(ranges(run, kind)) for kind in ("public", "private", "control-plane")}
    kinds["VPC"] = {str(one.inputs["cidrBlock"]) for one in run.all("aws:ec2/vpc:Vpc")}
    namespaces: dict[str, list[str]] = {}
    policies = [one for one in planned(run) if one["kind"] == "NetworkPolicy"]
    for policy in sorted(policies, key=lambda one: str(one["metadata"]["name"])):
        lines = namespaces.setdefault(policy["metadata"]["namespace"], [])
        lines += _policy(policy["metadata"]["name"], policy["spec"], kinds)
    return namespaces


def _policy(name: str, spec: Object, kinds: dict[str, set[str]]) -> Iterator[str]:
    assert set(spec) <= {"podSelector", "policyTypes", "ingress", "egress"}, spec
    yield f"{name}: {_selector(spec['podSelector'], 'every pod')}, {' '.join(spec['policyTypes'])}"
    lines: list[str] = []
    for direction, far, word in (("ingress", "from", "from"), ("egress", "to", "to")):
        for rule in spec.get(direction, []):
            assert set(rule) <= {far, "ports"}, rule
            ports = ", ".join(sorted(map(_port, rule.get("ports", [])))) or "every port"
            lines.append(f"  {word} {_peers(rule.get(far, []), kinds)} at {ports}")
    yield from sorted(lines)


def _peers(peers: list[Object], kinds: dict[str, set[str]]) -> str:
    found = {_peer(one) for one in peers}
    for kind, cidrs in kinds.items():
        if cidrs and cidrs <= found:
            found = (found - cidrs) | {kind}
    return ", ".join(sorted(found)) or "everywhere"


def _peer(one: Object) -> str:
    if "ipBlock" in one:
        block = one["ipBlock"]
        if block in (INTERNET, ANYWHERE):
            return "internet" if block == INTERNET else "anywhere but the metadata service"
        return " without ".join([block["cidr"], *block.get("except", [])])
    assert set(one) <= {"namespaceSelector", "podSelector"}, one
    pods = _selector(one.get("podSelector", {}), "every pod")
    if "namespaceSelector" not in one:
        return pods
    return f"{_selector(one['namespaceSelector'], 'every namespace')}/{pods}"


def _selector(selector: Object, everything: str) -> str:
    assert set(selector) <= {"matchLabels", "matchExpressions"}, selector
    labels = [value if key in NAMES else f"{key}={value}" for key, value in selector.get("matchLabels", {}).items()]
    for one in selector.get("matchExpressions", []):
        key = "" if one["key"] in NAMES else f"{one['key']} "
        labels.append(f"{key}{one['operator']} ({', '.join(one.get('values', []))})")
    return " ".join(sorted(labels)) or everything


def _port(port: Object) -> str:
    assert set(port) == {"port", "protocol"}, port
    return f"{port['port']}/{port['protocol']}"
