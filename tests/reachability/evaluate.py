"""Whether a connection passes: the policies of its source allow it out, and those of its target allow it in.

As in Kubernetes: policies add up. A pod that no policy selects is open in that direction; a selected one is closed
except for what a rule allows. Ends that are not pods (load balancers, databases) have no policies.
Source: Kubernetes, "Network Policies".
"""

from dataclasses import dataclass

from tests.reachability.model import EGRESS, INGRESS, Connection, End, Peer, Policy, World
from tools.manifests.model import Object, matches


@dataclass(frozen=True)
class Verdict:
    """The policies that allow a connection in each direction; `no policy` where none selects the pod."""

    egress: tuple[str, ...]
    ingress: tuple[str, ...]

    @property
    def open(self) -> bool:
        """Whether it passes."""
        return bool(self.egress and self.ingress)

    def __str__(self) -> str:
        """Both directions in words."""
        sides = (("out", self.egress), ("in", self.ingress))
        return ", ".join(f"{side} by {' and '.join(by)}" if by else f"{side} closed" for side, by in sides)


FREE = ("no policy",)


def judge(world: World, asked: Connection) -> Verdict:
    """The verdict on a connection."""
    return Verdict(egress=side(world, asked, EGRESS), ingress=side(world, asked, INGRESS))


def side(world: World, asked: Connection, direction: str) -> tuple[str, ...]:
    """The policies that allow a connection out of its source, or into its target; empty if it is closed there."""
    judged, far = (asked.source, asked.target) if direction == EGRESS else (asked.target, asked.source)
    if judged.namespace is None:
        return FREE
    judging = world.judging(judged, direction)
    if not judging:
        return FREE
    return tuple(
        policy.name
        for policy in judging
        if any(
            (rule.ports is None or any(_is_port(one, asked) for one in rule.ports))
            and (rule.peers is None or any(_is_peer(world, policy, one, far) for one in rule.peers))
            for rule in policy.rules[direction]
        )
    )


def _is_port(written: Object, asked: Connection) -> bool:
    if str(written.get("protocol", "TCP")) != asked.port.protocol:
        return False
    first = written.get("port")
    if first is None:
        return True
    if isinstance(first, str):
        return asked.target.ports.get(first) == asked.port.number
    return int(first) <= asked.port.number <= int(written.get("endPort", first))


def _is_peer(world: World, policy: Policy, peer: Peer, far: End) -> bool:
    if peer.block is not None:
        return far.address in peer.block and not any(far.address in excluded for excluded in peer.excluded)
    if far.namespace is None:
        return False
    if peer.namespaces is None:
        if far.namespace != policy.namespace:
            return False
    elif not matches(peer.namespaces, world.labels(far.namespace)):
        return False
    return peer.pods is None or matches(peer.pods, far.labels)
