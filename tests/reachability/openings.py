"""All that the policies of an environment may open: the rules of `edges`, each with its whole extent.

An edge is one connection; an opening is every connection of its kind: all addresses of a range, all pods with a label.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from components.config.catalogue import ServiceConfig
from tests.reachability.edges import DNS, HTTP, HTTPS, POD_IDENTITY, SYSTEM
from tests.reachability.ground import Ground
from tests.reachability.model import EGRESS, INGRESS, NAMESPACE_NAME, Peer, Port, network
from tools.manifests.model import NAME_LABEL, Object

EVERY_POD: Object = {}
EVERYWHERE = network("0.0.0.0/0")
INTERNET = Peer(
    block=EVERYWHERE,
    excluded=tuple(
        network(cidr)
        for cidr in ("10.0.0.0/8", "100.64.0.0/10", "169.254.169.254/32", "172.16.0.0/12", "192.168.0.0/16")
    ),
)
"""No private network (RFC 1918, RFC 6598), and not what hands out the node's credentials."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Opening:
    """The pods that a selector finds may connect to the far end (`Egress`), or are reached from there (`Ingress`)."""

    direction: str
    pods: Object
    far: Peer
    """A range, or pods with both selectors written."""
    port: Port


def openings(ground: Ground) -> Iterator[Opening]:
    """Every opening of an environment."""
    by_name = {service.name: service for service in ground.services}
    for service in ground.services:
        if service.port is not None:
            yield from _to_service(ground, service, Port(service.port))
        for called in (by_name[name] for name in service.calls):
            if called.port is not None:
                yield _out(named(service.name), _pods(ground, called.name), called.port)
        yield from _to_stores(ground, service)
    yield from _of_every_pod(ground)


def _to_service(ground: Ground, service: ServiceConfig, port: Port) -> Iterator[Opening]:
    callers = [_pods(ground, caller.name) for caller in ground.services if service.name in caller.calls]
    scrapers = {one.end.namespace for one in ground.neighbours if one.scrapes and service.metrics_path is not None}
    monitoring = [Peer(namespaces=_namespace(str(name)), pods=EVERY_POD) for name in sorted(scrapers, key=str)]
    public = _ranges(ground.load_balancers if service.public else ())
    proxy = _ranges(ground.control_plane)
    for far in (*callers, *monitoring, *public, *proxy):
        yield Opening(direction=INGRESS, pods=named(service.name), far=far, port=port)


def _to_stores(ground: Ground, service: ServiceConfig) -> Iterator[Opening]:
    stores = (
        (service.database is not None, ground.database_port, ground.database_pods),
        (service.cache, ground.cache_port, ground.cache_pods),
    )
    for used, port, pods in stores:
        if not used or port is None:
            continue
        if pods is None:
            for far in _ranges(ground.private):
                yield _out(named(service.name), far, port)
        else:
            yield _out(named(service.name), _pods(ground, pods), port)
            yield Opening(direction=INGRESS, pods=named(pods), far=_pods(ground, service.name), port=Port(port))


def _of_every_pod(ground: Ground) -> Iterator[Opening]:
    dns = Peer(namespaces=_namespace(SYSTEM), pods={"matchLabels": {"k8s-app": "kube-dns"}})
    for protocol in ("UDP", "TCP"):
        yield Opening(direction=EGRESS, pods=EVERY_POD, far=dns, port=Port(DNS, protocol))
    yield _out(EVERY_POD, Peer(block=network(f"{POD_IDENTITY.address}/32")), HTTP)
    yield _out(EVERY_POD, INTERNET, HTTPS)
    for far in _ranges(ground.private if ground.private_https else ()):
        yield _out(EVERY_POD, far, HTTPS)


def named(service: str) -> Object:
    """Selector of a service's pods."""
    return {"matchLabels": {NAME_LABEL: service}}


def _out(pods: Object, far: Peer, port: int) -> Opening:
    return Opening(direction=EGRESS, pods=pods, far=far, port=Port(port))


def _pods(ground: Ground, service: str) -> Peer:
    return Peer(namespaces=_namespace(ground.namespace), pods=named(service))


def _namespace(name: str) -> Object:
    return {"matchLabels": {NAMESPACE_NAME: name}}


def _ranges(cidrs: Iterable[str]) -> list[Peer]:
    return [Peer(block=network(cidr)) for cidr in cidrs]
