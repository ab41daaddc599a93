"""What lies around the services of an environment: pods from its overlay, ranges of the network, other namespaces."""

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
    """Whether its namespace has policies of its own, so that nothing of ours may come in."""
    scrapes: bool = False
    """Whether it collects the services' metrics."""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """One environment and all that its services may, or may not, reach."""

    services: Sequence[ServiceConfig]
    namespace: str
    pods: Mapping[str, End]
    """One pod of each service, by the service's name, as the overlay labels it."""
    load_balancers: Sequence[str]
    """Ranges from which load balancers call public services."""
    control_plane: Sequence[str]
    private: Sequence[str]
    """Ranges of nodes, pods, database and cache."""
    database_port: int | None
    cache_port: int | None
    database_pods: str | None = None
    """Name of the pods that are the database, where it runs in the namespace itself."""
    cache_pods: str | None = None
    private_https: bool
    """Whether AWS's own services answer at addresses of the private ranges."""
    neighbours: Sequence[Neighbour]


def pods_of(objects: Sequence[Object], namespace: str, ranges: Sequence[str]) -> dict[str, End]:
    """One pod of each Deployment, with the labels and ports of its template, spread over the ranges."""
    found: dict[str, End] = {}
    for position, (name, deployment) in enumerate(sorted(of_kind(objects, "Deployment").items())):
        template = pod_template(deployment) or {}
        ports = [port for container in items(template, "spec", "containers") for port in items(container, "ports")]
        found[name] = End(
            name=name,
            namespace=namespace,
            labels=table(template, "metadata", "labels"),
            address=address(ranges[position % len(ranges)], 10 + position),
            ports={str(at(port, "name")): int(at(port, "containerPort")) for port in ports},
        )
    return found


def address(cidr: str, position: int = 10) -> IPv4Address:
    """The address at a position of a range, which names the whole range in a message."""
    return network(cidr)[position]


def place(title: str, cidr: str) -> End:
    """An address of a range that belongs to no pod."""
    return End(name=f"{title} {address(cidr)}", address=address(cidr))
