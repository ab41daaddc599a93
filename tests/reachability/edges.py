"""The connections that the catalogue implies, and samples of those that must be closed.

Both ends of a connection are judged together; one pod of each service represents all of them. The node's own
connections (the kubelet's probes) are always open and not judged. A range includes every pod in it, so a service
reaches pods without policies (kube-system, default) on the ports of database and cache, and on 443 where AWS's services
have private addresses: those connections are left out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

from components.config.catalogue import ServiceConfig
from tests.reachability.evaluate import judge, side
from tests.reachability.model import EGRESS, INGRESS, Connection, End, Port, World
from tests.reachability.surroundings import Surroundings, address, place

DNS = 53
HTTP, HTTPS = 80, 443
POD_IDENTITY = End(name="Pod Identity's agent", address=IPv4Address("169.254.170.23"))
METADATA = End(name="metadata service", address=IPv4Address("169.254.169.254"))
INTERNET = End(name="internet", address=IPv4Address("203.0.113.10"))
FOREIGN = tuple(
    End(name=f"private address {text}", address=IPv4Address(text))
    for text in ("10.99.0.10", "100.64.0.10", "172.20.0.1", "192.168.1.10")
)
"""Other networks, and the range of Services with the API server."""
UNUSED = 9
"""No pod listens on this port, but a rule without ports would open it."""
SYSTEM = "kube-system"
API_SERVER, LOAD_BALANCER = "API server", "load balancer"


@dataclass(frozen=True)
class Edge:
    """A connection that must be open or closed, and why."""

    connection: Connection
    open: bool
    why: str
    closed_by: tuple[str, ...] = ()
    """The directions (`Egress`, `Ingress`) that the environment's policies decide: each must close it alone."""

    def holds(self, world: World) -> bool:
        """Whether the policies open or close it as required."""
        if self.open:
            return all(side(world, self.connection, direction) for direction in (EGRESS, INGRESS))
        return not any(side(world, self.connection, direction) for direction in self.closed_by)

    def __str__(self) -> str:
        """The requirement and its reason."""
        return f"{self.connection} must be {'open' if self.open else 'closed'} ({self.why})"


def findings(world: World, wanted: Iterable[Edge]) -> Iterator[str]:
    """Yield a message for each connection that is not as required, with the verdict of the policies."""
    for edge in wanted:
        if not edge.holds(world):
            yield f"{edge}: {judge(world, edge.connection)}"


def _open(source: End, target: End, port: Port, why: str) -> Edge:
    return Edge(Connection(source, target, port), True, why)


def _closed(source: End, target: End, port: int, why: str, *by: str) -> Edge:
    return Edge(Connection(source, target, Port(port)), False, why, by)


def edges(surroundings: Surroundings) -> Iterator[Edge]:
    """Every connection that is judged: into and out of each service's pod, and those of a pod of no service."""
    stray = End(name="stray pod", namespace=surroundings.namespace, address=address(surroundings.private[0]))
    for service in surroundings.services:
        pod = surroundings.pods[service.name]
        yield from _into(surroundings, service, pod, stray)
        yield from _out_of(surroundings, pod, service)
        yield from _to_dns(surroundings, pod)
    for end in [*surroundings.pods.values(), *(one.end for one in surroundings.neighbours), *_addresses(surroundings)]:
        for port in (HTTP, HTTPS, UNUSED, *_listened(surroundings)):
            yield _closed(end, stray, port, "not a pod of a service", INGRESS)
    yield from _out_of(surroundings, stray, None)
    yield from _to_dns(surroundings, stray)


def _listened(surroundings: Surroundings) -> list[int]:
    return sorted({service.port for service in surroundings.services if service.port is not None})


def _addresses(surroundings: Surroundings) -> list[End]:
    return [
        *(place(LOAD_BALANCER, cidr) for cidr in surroundings.load_balancers),
        *(place(API_SERVER, cidr) for cidr in surroundings.control_plane),
        *(place("host", cidr) for cidr in surroundings.private),
        INTERNET,
        *FOREIGN,
    ]


def _into(surroundings: Surroundings, service: ServiceConfig, pod: End, stray: End) -> Iterator[Edge]:
    """Only callers, Prometheus, load balancers and the API server's proxy reach the service's port."""
    reasons: dict[End, str] = {}
    for caller in surroundings.services:
        if service.name in caller.calls:
            reasons[surroundings.pods[caller.name]] = f"{caller.name} calls {service.name}"
    if service.metrics_path is not None:
        reasons |= {one.end: "its metrics are scraped" for one in surroundings.neighbours if one.scrapes}
    outside = _addresses(surroundings)
    for end in outside:
        if end.name.startswith(API_SERVER):
            reasons[end] = "smoke tests come through the API server's proxy"
        elif end.name.startswith(LOAD_BALANCER) and service.public:
            reasons[end] = f"{service.name} is public"
    ours = [other for other in surroundings.pods.values() if other is not pod]
    for caller in [*ours, stray, *(one.end for one in surroundings.neighbours), *outside]:
        for port in sorted({HTTP, HTTPS, UNUSED, *_listened(surroundings)}):
            why = reasons.get(caller) if port == service.port else None
            if why is not None:
                yield _open(caller, pod, Port(port), why)
            else:
                # Egress to private endpoints is open to every address of their ranges, and our own pods are among them.
                both = caller in ours and not (port == HTTPS and surroundings.private_https)
                sides = (EGRESS, INGRESS) if both else (INGRESS,)
                yield _closed(caller, pod, port, "nothing in the catalogue wants it", *sides)


def _out_of(surroundings: Surroundings, pod: End, service: ServiceConfig | None) -> Iterator[Edge]:
    """HTTPS to the internet, AWS credentials, and the stores that the service uses; `None` for a pod of no service."""
    yield _open(pod, INTERNET, Port(HTTPS), "HTTPS outside")
    yield _open(pod, POD_IDENTITY, Port(HTTP), "AWS credentials")
    yield _closed(pod, POD_IDENTITY, UNUSED, "only for credentials", EGRESS)
    stores = {
        surroundings.database_port: service is not None and service.database is not None,
        surroundings.cache_port: service is not None and service.cache,
        HTTPS: surroundings.private_https,
    }
    known = {port: wanted for port, wanted in stores.items() if port is not None}
    for end in (INTERNET, METADATA, *FOREIGN):
        for port in sorted({22, HTTP, UNUSED, *known}):
            if (end, port) != (INTERNET, HTTPS):
                yield _closed(pod, end, port, "only HTTPS, and only to the internet", EGRESS)
    for cidr in [*surroundings.load_balancers, *surroundings.control_plane]:
        yield _closed(pod, place("address", cidr), HTTPS, "services do not call the API server", EGRESS)
    for cidr in surroundings.private:
        for port in (22, HTTP, UNUSED, 10250):
            yield _closed(pod, place("host", cidr), port, "no store listens on it", EGRESS)
        for port, wanted in known.items():
            if wanted:
                yield _open(pod, place("host", cidr), Port(port), "database, cache or private endpoint")
            else:
                yield _closed(pod, place("host", cidr), port, "a store that it does not use", EGRESS)
    for one in surroundings.neighbours:
        for port in sorted({HTTP, UNUSED, *_listened(surroundings)}):
            yield _closed(pod, one.end, port, "another namespace", EGRESS)
        for port in known if one.closed else ():
            yield _closed(pod, one.end, port, "another namespace", INGRESS)


def _to_dns(surroundings: Surroundings, pod: End) -> Iterator[Edge]:
    """Only kube-dns resolves names: not a pod that merely has its label, nor another pod of its namespace."""
    labels, where = {"k8s-app": "kube-dns"}, address(surroundings.private[0])
    dns = End(name="kube-dns", namespace=SYSTEM, labels=labels, address=where)
    for protocol in ("UDP", "TCP"):
        yield _open(pod, dns, Port(DNS, protocol), "names")
    yield _closed(pod, dns, 9153, "only for names", EGRESS)
    for other in (
        End(name="another pod", namespace=SYSTEM, labels={"k8s-app": "other"}, address=where),
        End(name="a false kube-dns", namespace="default", labels=labels, address=where),
    ):
        yield _closed(pod, other, DNS, "only kube-dns resolves names", EGRESS)
