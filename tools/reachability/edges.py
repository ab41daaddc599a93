"""Which connections the catalogue implies, and that every other one is closed: the rules, written without the policies.

One pod of each service stands for all. The node's own connections (kubelet's probes) are always open and not judged.
A range opens to every pod in it, so a service reaches pods without policies (kube-system, default) on the ports of
database and cache, and on 443 where AWS's services have private addresses: those connections are left out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

from components.config.catalogue import ServiceConfig
from tools.reachability.evaluate import judge, passes
from tools.reachability.ground import Ground, place
from tools.reachability.model import End, Port, World

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


@dataclass(frozen=True)
class Edge:
    """A connection that must be open, or must not be, and why."""

    source: End
    target: End
    port: Port
    open: bool
    why: str

    def __str__(self) -> str:
        """`user-service -> auth-service:8084/TCP`."""
        return f"{_title(self.source)} -> {_title(self.target)}:{self.port}"


def _title(end: End) -> str:
    return end.name if end.namespace is None else f"{end.namespace}/{end.name}"


def findings(world: World, wanted: Iterable[Edge]) -> Iterator[str]:
    """Yield a message for each connection that is not as it must be, with what the policies say to it."""
    for edge in wanted:
        if passes(world, edge.source, edge.target, edge.port) is not edge.open:
            must = "open" if edge.open else "closed"
            verdict = judge(world, edge.source, edge.target, edge.port)
            yield f"{edge} must be {must} ({edge.why}): {verdict}"


def edges(ground: Ground) -> Iterator[Edge]:
    """Every connection that is judged: into each service's pod, out of it, and those of a pod that is no service's."""
    stray = End(name="stray pod", namespace=ground.namespace, address=place("", ground.private[0]).address)
    dns = End(name="kube-dns", namespace=SYSTEM, labels={"k8s-app": "kube-dns"}, address=stray.address)
    for service in ground.services:
        pod = ground.pods[service.name]
        yield from _into(ground, service, pod, [stray, dns])
        yield from _out_of(ground, pod, service)
        yield from _to_dns(pod, dns)
    for end in [*ground.pods.values(), *(neighbour.end for neighbour in ground.neighbours), *_addresses(ground)]:
        for port in (HTTP, HTTPS, NOBODY, *_listened(ground)):
            yield Edge(end, stray, Port(port), open=False, why="no service's pod")
    yield from _out_of(ground, stray, None)
    yield from _to_dns(stray, dns)


def _listened(ground: Ground) -> list[int]:
    return sorted({service.port for service in ground.services if service.port is not None})


def _addresses(ground: Ground) -> list[End]:
    return [
        *(place("load balancer", cidr) for cidr in ground.load_balancers),
        *(place("API server", cidr) for cidr in ground.control_plane),
        *(place("host", cidr) for cidr in ground.private),
        INTERNET,
        *FOREIGN,
    ]


def _into(ground: Ground, service: ServiceConfig, pod: End, others: list[End]) -> Iterator[Edge]:
    """Callers, scrapes, load balancers and the API server's proxy reach the service's port; nobody else does."""
    reasons: dict[End, str] = {}
    for caller in ground.services:
        if service.name in caller.calls:
            reasons[ground.pods[caller.name]] = f"{caller.name} calls {service.name}"
    scrapers = [one.end for one in ground.neighbours if one.scrapes]
    if service.metrics_path is not None:
        reasons |= dict.fromkeys(scrapers, "its metrics are scraped")
    from_outside = _addresses(ground)
    for end in from_outside:
        if end.name.startswith("API server"):
            reasons[end] = "smoke tests come through the API server's proxy"
        elif end.name.startswith("load balancer") and service.public:
            reasons[end] = f"{service.name} is public"
    callers = [
        *(other for other in ground.pods.values() if other is not pod),
        *others,
        *(neighbour.end for neighbour in ground.neighbours),
        *from_outside,
    ]
    for caller in callers:
        for port in sorted({HTTP, HTTPS, NOBODY, *_listened(ground)}):
            why = reasons.get(caller) if port == service.port else None
            yield Edge(caller, pod, Port(port), open=why is not None, why=why or "nothing in the catalogue wants it")


def _out_of(ground: Ground, pod: End, service: ServiceConfig | None) -> Iterator[Edge]:
    """HTTPS to the internet, AWS credentials, and the stores that the service uses; `None` is a pod of no service."""
    yield Edge(pod, INTERNET, Port(HTTPS), open=True, why="HTTPS outside")
    yield Edge(pod, POD_IDENTITY, Port(HTTP), open=True, why="AWS credentials")
    for end in (INTERNET, METADATA, *FOREIGN):
        for port in (22, HTTP, HTTPS, NOBODY):
            if (end, port) != (INTERNET, HTTPS):
                yield Edge(pod, end, Port(port), open=False, why="only HTTPS, and only to the internet")
    for cidr in [*ground.load_balancers, *ground.control_plane]:
        yield Edge(pod, place("address", cidr), Port(HTTPS), open=False, why="services do not call the API server")
    stores = {
        ground.database_port: service is not None and service.database is not None,
        ground.cache_port: service is not None and service.cache,
        HTTPS: ground.private_https,
    }
    stores.pop(None, None)
    for cidr in ground.private:
        for port in (22, HTTP, NOBODY, 10250):
            yield Edge(pod, place("host", cidr), Port(port), open=False, why="no store listens there")
        for port, wanted in stores.items():
            why = "database, cache or private endpoint" if wanted else "a store that it does not use"
            yield Edge(pod, place("host", cidr), Port(port or 0), open=wanted, why=why)
    for neighbour in ground.neighbours:
        for port in {HTTP, NOBODY, *_listened(ground), *(stores if neighbour.closed else ())}:
            yield Edge(pod, neighbour.end, Port(port or 0), open=False, why="another namespace")


def _to_dns(pod: End, dns: End) -> Iterator[Edge]:
    for protocol in ("UDP", "TCP"):
        yield Edge(pod, dns, Port(DNS, protocol), open=True, why="names")
    yield Edge(pod, dns, Port(9153), open=False, why="only names")
    other = End(name="another pod", namespace=SYSTEM, labels={"k8s-app": "other"}, address=dns.address)
    yield Edge(pod, other, Port(DNS, "UDP"), open=False, why="only kube-dns answers for names")
