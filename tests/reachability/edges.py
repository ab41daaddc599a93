"""Which connections the catalogue implies, and samples of those that must be closed: the rules, without the policies.

That nothing else at all is open says `surplus`; what is here judges both ends of a connection together.
One pod of each service stands for all. The node's own connections (kubelet's probes) are always open and not judged.
A range opens to every pod in it, so a service reaches pods without policies (kube-system, default) on the ports of
database and cache, and on 443 where AWS's services have private addresses: those connections are left out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

from components.config.catalogue import ServiceConfig
from tests.reachability.evaluate import judge, side
from tests.reachability.ground import Ground, address, place
from tests.reachability.model import EGRESS, INGRESS, Connection, End, Port, World

DNS = 53
HTTP, HTTPS = 80, 443
POD_IDENTITY = End(name="Pod Identity's agent", address=IPv4Address("169.254.170.23"))
METADATA = End(name="metadata service", address=IPv4Address("169.254.169.254"))
INTERNET = End(name="internet", address=IPv4Address("203.0.113.10"))
FOREIGN = tuple(
    End(name=f"private address {text}", address=IPv4Address(text))
    for text in ("10.99.0.10", "100.64.0.10", "172.20.0.1", "192.168.1.10")
)
"""Other networks, and the Services' range with the API server."""
NOBODY = 9
"""A port at which nobody listens: a rule that names no port would open it."""
SYSTEM = "kube-system"
API_SERVER, LOAD_BALANCER = "API server", "load balancer"


@dataclass(frozen=True)
class Edge:
    """A connection that must be open, or must not be, and why."""

    connection: Connection
    open: bool
    why: str
    closed_by: tuple[str, ...] = ()
    """Sides (`Egress`, `Ingress`) that must each close it alone: those that the environment's policies judge."""

    def holds(self, world: World) -> bool:
        """Whether the policies do what they must."""
        if self.open:
            return all(side(world, self.connection, direction) for direction in (EGRESS, INGRESS))
        return not any(side(world, self.connection, direction) for direction in self.closed_by)

    def __str__(self) -> str:
        """What must be, and why."""
        return f"{self.connection} must be {'open' if self.open else 'closed'} ({self.why})"


def findings(world: World, wanted: Iterable[Edge]) -> Iterator[str]:
    """Yield a message for each connection that is not as it must be, with what the policies say to it."""
    for edge in wanted:
        if not edge.holds(world):
            yield f"{edge}: {judge(world, edge.connection)}"


def _open(source: End, target: End, port: Port, why: str) -> Edge:
    return Edge(Connection(source, target, port), True, why)


def _closed(source: End, target: End, port: int, why: str, *by: str) -> Edge:
    return Edge(Connection(source, target, Port(port)), False, why, by)


def edges(ground: Ground) -> Iterator[Edge]:
    """Every connection that is judged: into each service's pod, out of it, and those of a pod that is no service's."""
    stray = End(name="stray pod", namespace=ground.namespace, address=address(ground.private[0]))
    for service in ground.services:
        pod = ground.pods[service.name]
        yield from _into(ground, service, pod, stray)
        yield from _out_of(ground, pod, service)
        yield from _to_dns(ground, pod)
    for end in [*ground.pods.values(), *(one.end for one in ground.neighbours), *_addresses(ground)]:
        for port in (HTTP, HTTPS, NOBODY, *_listened(ground)):
            yield _closed(end, stray, port, "no service's pod", INGRESS)
    yield from _out_of(ground, stray, None)
    yield from _to_dns(ground, stray)


def _listened(ground: Ground) -> list[int]:
    return sorted({service.port for service in ground.services if service.port is not None})


def _addresses(ground: Ground) -> list[End]:
    return [
        *(place(LOAD_BALANCER, cidr) for cidr in ground.load_balancers),
        *(place(API_SERVER, cidr) for cidr in ground.control_plane),
        *(place("host", cidr) for cidr in ground.private),
        INTERNET,
        *FOREIGN,
    ]


def _into(ground: Ground, service: ServiceConfig, pod: End, stray: End) -> Iterator[Edge]:
    """Callers, scrapes, load balancers and the API server's proxy reach the service's port; nobody else does."""
    reasons: dict[End, str] = {}
    for caller in ground.services:
        if service.name in caller.calls:
            reasons[ground.pods[caller.name]] = f"{caller.name} calls {service.name}"
    if service.metrics_path is not None:
        reasons |= {one.end: "its metrics are scraped" for one in ground.neighbours if one.scrapes}
    outside = _addresses(ground)
    for end in outside:
        if end.name.startswith(API_SERVER):
            reasons[end] = "smoke tests come through the API server's proxy"
        elif end.name.startswith(LOAD_BALANCER) and service.public:
            reasons[end] = f"{service.name} is public"
    ours = [other for other in ground.pods.values() if other is not pod]
    for caller in [*ours, stray, *(one.end for one in ground.neighbours), *outside]:
        for port in sorted({HTTP, HTTPS, NOBODY, *_listened(ground)}):
            why = reasons.get(caller) if port == service.port else None
            if why is not None:
                yield _open(caller, pod, Port(port), why)
            else:
                # The way out to a private endpoint is open to every address of its range, our own pods' too.
                both = caller in ours and not (port == HTTPS and ground.private_https)
                sides = (EGRESS, INGRESS) if both else (INGRESS,)
                yield _closed(caller, pod, port, "nothing in the catalogue wants it", *sides)


def _out_of(ground: Ground, pod: End, service: ServiceConfig | None) -> Iterator[Edge]:
    """HTTPS to the internet, AWS credentials, and the stores that the service uses; `None` is a pod of no service."""
    yield _open(pod, INTERNET, Port(HTTPS), "HTTPS outside")
    yield _open(pod, POD_IDENTITY, Port(HTTP), "AWS credentials")
    yield _closed(pod, POD_IDENTITY, NOBODY, "only credentials", EGRESS)
    stores = {
        ground.database_port: service is not None and service.database is not None,
        ground.cache_port: service is not None and service.cache,
        HTTPS: ground.private_https,
    }
    known = {port: wanted for port, wanted in stores.items() if port is not None}
    for end in (INTERNET, METADATA, *FOREIGN):
        for port in sorted({22, HTTP, NOBODY, *known}):
            if (end, port) != (INTERNET, HTTPS):
                yield _closed(pod, end, port, "only HTTPS, and only to the internet", EGRESS)
    for cidr in [*ground.load_balancers, *ground.control_plane]:
        yield _closed(pod, place("address", cidr), HTTPS, "services do not call the API server", EGRESS)
    for cidr in ground.private:
        for port in (22, HTTP, NOBODY, 10250):
            yield _closed(pod, place("host", cidr), port, "no store listens there", EGRESS)
        for port, wanted in known.items():
            if wanted:
                yield _open(pod, place("host", cidr), Port(port), "database, cache or private endpoint")
            else:
                yield _closed(pod, place("host", cidr), port, "a store that it does not use", EGRESS)
    for one in ground.neighbours:
        for port in sorted({HTTP, NOBODY, *_listened(ground)}):
            yield _closed(pod, one.end, port, "another namespace", EGRESS)
        for port in known if one.closed else ():
            yield _closed(pod, one.end, port, "another namespace", INGRESS)


def _to_dns(ground: Ground, pod: End) -> Iterator[Edge]:
    """Names come from kube-dns alone: not from what merely has its label, nor from its neighbours."""
    labels, where = {"k8s-app": "kube-dns"}, address(ground.private[0])
    dns = End(name="kube-dns", namespace=SYSTEM, labels=labels, address=where)
    for protocol in ("UDP", "TCP"):
        yield _open(pod, dns, Port(DNS, protocol), "names")
    yield _closed(pod, dns, 9153, "only names", EGRESS)
    for other in (
        End(name="another pod", namespace=SYSTEM, labels={"k8s-app": "other"}, address=where),
        End(name="a false kube-dns", namespace="default", labels=labels, address=where),
    ):
        yield _closed(pod, other, DNS, "only kube-dns answers for names", EGRESS)
