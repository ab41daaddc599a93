"""The surroundings of an environment's services: its pods, ranges of the network, pods of other namespaces."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address

from components.config.catalogue import ServiceConfig
from tests.reachability.model import End, network
from tools.manifests.model import Object, at, items, of_kind, pod_template, table


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """A pod of another namespace."""

    end: End
    closed: bool
    """Whether the policies of its own namespace must keep our pods out."""
    scrapes: bool = False
    """Whether it collects the services' metrics."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """One environment, and everything that its services may or may not reach."""

    services: Sequence[ServiceConfig]
    namespace: str
    pods: Mapping[str, End]
    """One pod of each service, by the service's name."""
    load_balancers: Sequence[str]
    """Ranges from which load balancers call public services."""
    control_plane: Sequence[str]
    private: Sequence[str]
    """Ranges of nodes, pods, database and cache."""
    database_port: int | None
    cache_port: int | None
    private_https: bool
    """Whether AWS's services have endpoints in the private ranges."""
    neighbours: Sequence[Neighbour]


def pods_of(objects: Sequence[Object], namespace: str, ranges: Sequence[str]) -> dict[str, End]:
    """One pod of each Deployment, with the labels and ports of its template, spread over the ranges."""
    pods: dict[str, End] = {}
    for position, (name, deployment) in enumerate(sorted(of_kind(objects, "Deployment").items())):
        template = pod_template(deployment) or {}
        ports = [port for container in items(template, "spec", "containers") for port in items(container, "ports")]
        pods[name] = End(
            name=name,
            namespace=namespace,
            labels=table(template, "metadata", "labels"),
            address=address(ranges[position % len(ranges)], 10 + position),
            ports={str(at(port, "name")): int(at(port, "containerPort")) for port in ports},
        )
    return pods


def address(cidr: str, position: int = 10) -> IPv4Address:
    """The address at a position of a range."""
    return network(cidr)[position]


def place(title: str, cidr: str) -> End:
    """An address of a range, not a pod's."""
    return End(name=f"{title} {address(cidr)}", address=address(cidr))
