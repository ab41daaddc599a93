"""Whether a connection passes: out of the one end and into the other, each by its own policies.

As Kubernetes has it: policies add up; a pod that none judges in a direction is open there, one that any judges is
closed but for what a rule lets through. What has no pod (a load balancer, a database) has no policies.
Source: Kubernetes, "Network Policies".
"""

from dataclasses import dataclass

from tools.manifests.model import Object, at, items, matches, table
from tools.reachability.model import End, Policy, Port, Rule, World, network


@dataclass(frozen=True)
class Verdict:
    """What the policies say to one connection, each direction with who lets it pass (`no policy` where none judges)."""

    egress: tuple[str, ...]
    ingress: tuple[str, ...]

    @property
    def open(self) -> bool:
        """Whether it passes."""
        return bool(self.egress and self.ingress)

    def __str__(self) -> str:
        """Both directions as a person reads them."""
        sides = (("out", self.egress), ("in", self.ingress))
        return ", ".join(f"{side} by {' and '.join(by)}" if by else f"{side} closed" for side, by in sides)


FREE = ("no policy",)


@dataclass(frozen=True, eq=False)
class _Question:
    """One direction of a connection, put to the policies of the end that is judged."""

    world: World
    direction: str
    judged: End
    far: End
    target: End
    port: Port


def judge(world: World, source: End, target: End, port: Port) -> Verdict:
    """The verdict on a connection from `source` to a port of `target`."""
    return Verdict(
        egress=_passed(_Question(world, "Egress", source, target, target, port)),
        ingress=_passed(_Question(world, "Ingress", target, source, target, port)),
    )


def passes(world: World, source: End, target: End, port: Port) -> bool:
    """Whether the verdict is open, without the names of those who let it pass."""
    return bool(_passed(_Question(world, "Egress", source, target, target, port))) and bool(
        _passed(_Question(world, "Ingress", target, source, target, port))
    )


def _passed(asked: _Question) -> tuple[str, ...]:
    if asked.judged.namespace is None:
        return FREE
    judging = asked.world.judging(asked.judged, asked.direction)
    if not judging:
        return FREE
    return tuple(
        policy.name for policy in judging if any(_lets(asked, policy, rule) for rule in policy.rules[asked.direction])
    )


def _lets(asked: _Question, policy: Policy, rule: Rule) -> bool:
    return (rule.ports is None or any(_is_port(one, asked.target, asked.port) for one in rule.ports)) and (
        rule.peers is None or any(_is_peer(asked.world, policy, one, asked.far) for one in rule.peers)
    )


def _is_port(written: Object, target: End, port: Port) -> bool:
    if str(written.get("protocol", "TCP")) != port.protocol:
        return False
    first = written.get("port")
    if first is None:
        return True
    if isinstance(first, str):
        return target.ports.get(first) == port.number
    return int(first) <= port.number <= int(written.get("endPort", first))


def _is_peer(world: World, policy: Policy, written: Object, far: End) -> bool:
    block = table(written, "ipBlock")
    if block:
        inside = far.address in network(str(block["cidr"]))
        return inside and not any(far.address in network(str(cidr)) for cidr in items(block, "except"))
    if far.namespace is None:
        return False
    if "namespaceSelector" in written:
        if not matches(at(written, "namespaceSelector"), world.labels(far.namespace)):
            return False
    elif far.namespace != policy.namespace:
        return False
    return "podSelector" not in written or matches(at(written, "podSelector"), far.labels)
