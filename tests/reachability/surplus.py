"""What the policies of an environment open beyond the openings that the catalogue implies: exactly, not by samples.

Policies add up, so all that they open is the sum of what each peer of each rule opens on its ports to each pod that the
policy selects. Of each such part nothing may be left when the catalogue's openings are taken away:
- pods: the selectors of policy, peer and openings tell finitely many kinds of pods and namespaces apart, and one of
  each is tried (`labels`), so also pods and namespaces that nobody has made yet;
- ports: the openings cut a rule's ports into single ports and gaps, and within each part all ports are alike;
- addresses: subtraction of ranges (`spans`).
So an empty answer means that nothing else is open. Each side is judged by itself, whatever the other end's policies
say: an address has none, and a namespace that is closed today may be opened by somebody who does not know of this rule.
For the same reason a range is no excuse for a selector, nor the reverse: pods do not always live in the subnets.
A pod that no policy judges in a direction is open there, so there must be no kind of pods that none judges.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.reachability.ground import Ground
from tests.reachability.labels import kinds, namespace_title, pod_title
from tests.reachability.model import EGRESS, INGRESS, NAMESPACE_NAME, Peer, Policy, Rule, World
from tests.reachability.openings import EVERY_POD, EVERYWHERE, Opening, openings
from tests.reachability.spans import Span, addresses_left, cut, joined, shown, spans
from tools.manifests.model import Labels, matches

FAR = {EGRESS: "to", INGRESS: "from"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """What one peer of one rule opens to the pods of a policy."""

    policy: Policy
    direction: str
    where: str
    """`egress[1].to[0]`."""
    far: Peer
    """A range, or pods with both selectors written."""
    ports: Sequence[Span]


def surplus(world: World, ground: Ground) -> Iterator[str]:
    """Yield a message for each part that opens more than the catalogue wants, and for pods that no policy judges."""
    wanted = list(openings(ground))
    ours = [policy for policy in world.policies if policy.namespace == ground.namespace]
    for policy in ours:
        for part in _parts(policy):
            yield from _findings(part, [one for one in wanted if one.direction == part.direction])
    for direction, verb in ((INGRESS, "comes to"), (EGRESS, "leaves")):
        judging = [policy.selector for policy in ours if direction in policy.rules]
        for labels in kinds(EVERY_POD, judging):
            if not any(matches(selector, labels) for selector in judging):
                title = pod_title(labels)
                yield f"no NetworkPolicy of {ground.namespace} judges what {verb} {title}: all of it is open"
                break


def _parts(policy: Policy) -> Iterator[Part]:
    for direction, rules in policy.rules.items():
        for position, rule in enumerate(rules):
            for end, far in _ends(policy, direction, rule):
                where = f"{direction.lower()}[{position}]{end}"
                yield Part(policy=policy, direction=direction, where=where, far=far, ports=spans(rule.ports))


def _ends(policy: Policy, direction: str, rule: Rule) -> Iterator[tuple[str, Peer]]:
    """The peers of a rule with all that they leave unsaid: the policy's namespace, all pods, everybody."""
    if rule.peers is None:
        yield "", Peer(block=EVERYWHERE)
        yield "", Peer(namespaces={}, pods=EVERY_POD)
    own = {"matchLabels": {NAMESPACE_NAME: policy.namespace}}
    for position, peer in enumerate(rule.peers or ()):
        end = f".{FAR[direction]}[{position}]"
        if peer.block is not None:
            yield end, peer
        else:
            namespaces = own if peer.namespaces is None else peer.namespaces
            yield end, Peer(namespaces=namespaces, pods=EVERY_POD if peer.pods is None else peer.pods)


def _findings(part: Part, wanted: Sequence[Opening]) -> Iterator[str]:
    """At most one message, with all pods that have the same left over as the first that has anything."""
    left: dict[tuple[str, str], list[Labels]] = {}
    selected = sorted(kinds(part.policy.selector, (one.pods for one in wanted)), key=len)
    for labels in selected:
        rest = _rest(part, [one for one in wanted if matches(one.pods, labels)])
        if rest is not None:
            left.setdefault(rest, []).append(labels)
    for (far, ports), found in left.items():
        every = found == selected and part.policy.selector == EVERY_POD
        pods = "every pod" if every else shown([pod_title(labels) for labels in found])
        what = f"lets {pods} out to {far}" if part.direction == EGRESS else f"lets {far} in to {pods}"
        title = f"NetworkPolicy {part.policy.namespace}/{part.policy.name}: {part.where}"
        yield f"{title} {what} at {ports}: nothing in the catalogue wants it"
        return


def _rest(part: Part, wanted: Sequence[Opening]) -> tuple[str, str] | None:
    """What is left of a part for one kind of pods, an end and its ports; None where all of it is wanted."""
    left: dict[str, list[Span]] = {}
    for span in part.ports:
        for piece in cut(span, (one.port for one in wanted)):
            peers = [one.far for one in wanted if piece.has(one.port)]
            far = _pods_left(part.far, peers) if part.far.block is None else _addresses_left(part.far, peers)
            if far:
                left.setdefault(far, []).append(piece)
    return next(((far, joined(pieces)) for far, pieces in left.items()), None)


def _addresses_left(far: Peer, peers: Sequence[Peer]) -> str:
    return shown(addresses_left(far, frozenset(peer for peer in peers if peer.block is not None)))


def _pods_left(far: Peer, peers: Sequence[Peer]) -> str:
    """A pod, of whatever namespace, that the selectors find and none of the peers'; empty where there is none."""
    known = [(peer.namespaces, peer.pods) for peer in peers if peer.namespaces is not None and peer.pods is not None]
    for namespace in kinds(far.namespaces or {}, (namespaces for namespaces, _ in known)):
        here = [pods for namespaces, pods in known if matches(namespaces, namespace)]
        for labels in kinds(far.pods or {}, here):
            if not any(matches(pods, labels) for pods in here):
                return f"{pod_title(labels)} of {namespace_title(namespace)}"
    return ""
