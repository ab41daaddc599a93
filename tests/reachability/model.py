"""Connections between pods and addresses, and the network policies that decide about them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from ipaddress import IPv4Address, IPv4Network

from tools.manifests.model import Object, at, items, matches, name, table

Labels = Mapping[str, str]
EGRESS, INGRESS = "Egress", "Ingress"
NAMESPACE_NAME = "kubernetes.io/metadata.name"


@dataclass(frozen=True, kw_only=True, eq=False)
class End:
    """A pod (with namespace and labels) or a plain address: one end of a connection.

    A pod has an address as well, because on EKS pods live in the private subnets: a range opens to the pods in it.
    """

    name: str
    address: IPv4Address
    namespace: str | None = None
    labels: Labels = field(default_factory=dict[str, str])
    ports: Mapping[str, int] = field(default_factory=dict[str, int])
    """Its named container ports."""

    def __str__(self) -> str:
        """A pod with its namespace, an address by its name alone."""
        return self.name if self.namespace is None else f"{self.namespace}/{self.name}"


@dataclass(frozen=True)
class Port:
    """A port of the far end."""

    number: int
    protocol: str = "TCP"

    def __str__(self) -> str:
        """`8080/TCP`."""
        return f"{self.number}/{self.protocol}"


@dataclass(frozen=True)
class Connection:
    """From an end to a port of another."""

    source: End
    target: End
    port: Port

    def __str__(self) -> str:
        """`nova/user-service -> nova/auth-service:8084/TCP`."""
        return f"{self.source} -> {self.target}:{self.port}"


@dataclass(frozen=True, kw_only=True)
class Peer:
    """The far end of a rule: a range without its exceptions, or the pods that the selectors select."""

    block: IPv4Network | None = None
    excluded: tuple[IPv4Network, ...] = ()
    namespaces: Object | None = None
    """Selector of namespaces; None for the policy's own."""
    pods: Object | None = None
    """Selector of pods; None for all of the namespaces."""


@dataclass(frozen=True)
class Rule:
    """One rule of a policy in one direction; None for every peer, or every port."""

    peers: tuple[Peer, ...] | None
    ports: tuple[Object, ...] | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Policy:
    """A NetworkPolicy."""

    name: str
    namespace: str
    selector: Object
    rules: Mapping[str, tuple[Rule, ...]]
    """By direction (`Ingress`, `Egress`), only those in its policyTypes."""

    def selects(self, end: End) -> bool:
        """Whether it applies to this end."""
        return end.namespace == self.namespace and matches(self.selector, end.labels)


def policy(found: Object) -> Policy:
    """Read a NetworkPolicy. Without `policyTypes` it applies to ingress, and to egress if it has egress rules."""
    spec = table(found, "spec")
    types = [str(one) for one in items(spec, "policyTypes")]
    if not types:
        types = ["Ingress", *(["Egress"] if "egress" in spec else [])]
    far = {"Ingress": "from", "Egress": "to"}
    return Policy(
        name=name(found),
        namespace=str(at(found, "metadata", "namespace")),
        selector=table(spec, "podSelector"),
        rules={
            direction: tuple(
                # An empty list means the same as none: every peer, every port.
                Rule(tuple(map(peer, items(rule, far[direction]))) or None, tuple(items(rule, "ports")) or None)
                for rule in items(spec, direction.lower())
            )
            for direction in types
        },
    )


def peer(found: Object) -> Peer:
    """Read one peer of a rule. ValueError for an invalid range."""
    block = at(found, "ipBlock")
    if block is None:
        return Peer(namespaces=at(found, "namespaceSelector"), pods=at(found, "podSelector"))
    return Peer(block=network(str(block["cidr"])), excluded=tuple(network(str(c)) for c in items(block, "except")))


@dataclass(frozen=True, eq=False)
class World:
    """All policies of a cluster, and its namespaces with their labels."""

    policies: tuple[Policy, ...]
    namespaces: Mapping[str, Labels]
    _judging: dict[tuple[End, str], list[Policy]] = field(default_factory=dict[tuple[End, str], list[Policy]])

    def judging(self, end: End, direction: str) -> list[Policy]:
        """The policies that apply to an end in a direction. An empty list means that everything passes."""
        known = self._judging.get((end, direction))
        if known is None:
            known = [one for one in self.policies if direction in one.rules and one.selects(end)]
            self._judging[end, direction] = known
        return known

    def labels(self, namespace: str) -> Labels:
        """Labels of a namespace; the API server gives each at least its name."""
        return {NAMESPACE_NAME: namespace, **self.namespaces.get(namespace, {})}


def world(objects: Iterable[Object]) -> World:
    """Read the NetworkPolicies and Namespaces among a plan's objects."""
    objects = list(objects)
    return World(
        tuple(policy(found) for found in objects if found.get("kind") == "NetworkPolicy"),
        {name(found): table(found, "metadata", "labels") for found in objects if found.get("kind") == "Namespace"},
    )


@cache
def network(cidr: str) -> IPv4Network:
    """Parse an address range. ValueError if it is invalid."""
    return IPv4Network(cidr)
