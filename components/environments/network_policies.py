"""NetworkPolicy specs of an environment, from the catalogue: only the traffic that a service declares (pure).

Four policies apply to every pod, however many services there are; each service adds at most one. An address range opens
to every pod with an address in it, in any namespace: on EKS pods have addresses of the private subnets. So callers are
selected by label, and ranges are only for peers without labels (load balancers, databases, the control plane).
Source: Kubernetes, "Network Policies".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from components.config.catalogue import ServiceConfig
from components.config.extra_workloads import StoreInNamespace
from components.kubernetes.names import MONITORING_NAMESPACE, NAME_LABEL
from components.kubernetes.network_policy import (
    DEFAULT_DENY,
    DNS,
    HTTPS,
    POD_IDENTITY_AGENT,
    POD_IDENTITY_PORT,
    PRIVATE_RANGES,
    Egress,
    Ingress,
    Peer,
    Policies,
    Policy,
    Selector,
    allow_from,
    allow_to,
    cidrs,
    internet,
    kube_dns,
    namespace,
    pods,
    policy,
    selector,
    tcp,
    udp,
)


@dataclass(frozen=True, kw_only=True)
class NetworkContext:
    """The surroundings of an environment's pods, as address ranges and ports; an empty sequence opens nothing."""

    ingress_cidrs: Sequence[str]
    """Public subnets, from which load balancers call public services."""
    control_plane_cidrs: Sequence[str]
    """Subnets of the control plane's network interfaces: smoke tests reach services through the API server's proxy.
    If nodes shared these subnets, every pod of the cluster could reach every service's port."""
    data_cidrs: Sequence[str]
    """Private subnets with database and cache; empty on an existing cluster."""
    endpoint_cidrs: Sequence[str]
    """Private subnets with VPC interface endpoints, which replace AWS's public addresses."""
    database_port: int | None
    cache_port: int | None
    database_in_namespace: StoreInNamespace | None = None
    """The database as pods of the namespace, instead of `data_cidrs`."""
    cache_in_namespace: StoreInNamespace | None = None

    @property
    def stores(self) -> frozenset[str]:
        """Names of the namespace's own database and cache, which no smoke test calls."""
        return frozenset(store.app for store in (self.database_in_namespace, self.cache_in_namespace) if store)


def network_policies(services: Sequence[ServiceConfig], context: NetworkContext) -> Policies:
    """Specs by object name, the shared ones first. A service that neither listens nor calls gets none of its own.

    KeyError when a service calls one that is not in the catalogue, which validation refuses.
    """
    databases = [service.name for service in services if service.database is not None]
    caches = [service.name for service in services if service.cache]
    policies: dict[str, Policy] = {DEFAULT_DENY: policy({}, isolate=True), "shared-egress": _shared_egress(context)}
    for name, port, store, users in (
        ("database", context.database_port, context.database_in_namespace, databases),
        ("cache", context.cache_port, context.cache_in_namespace, caches),
    ):
        if store is not None and users:
            policies[f"{name}-egress"] = _egress_of(users, _services([store.app]), store.port)
            policies[f"{name}-ingress"] = policy(
                _pods_of(store.app), ingress=[allow_from(_services(sorted(users)), store.port)]
            )
        elif port is not None and users and context.data_cidrs:
            policies[f"{name}-egress"] = _egress_of(users, cidrs(context.data_cidrs), port)
    for service in services:
        own = service_policy(service, services, context)
        if own is not None:
            policies[f"allow-{service.name}"] = own
    return policies


def service_policy(service: ServiceConfig, services: Sequence[ServiceConfig], context: NetworkContext) -> Policy | None:
    """The callers of a service's port and the services that it calls; None without either."""
    ingress, egress = _ingress(service, services, context), _egress(service, services)
    return policy(_pods_of(service.name), ingress=ingress, egress=egress) if ingress or egress else None


def _shared_egress(context: NetworkContext) -> Policy:
    """Every pod may reach DNS, its AWS credentials, and HTTPS outside the private networks."""
    outside = [internet(without=PRIVATE_RANGES), *cidrs(context.endpoint_cidrs)]
    return policy(
        {},
        egress=[
            {"to": [kube_dns()], "ports": [udp(DNS), tcp(DNS)]},
            allow_to(cidrs([POD_IDENTITY_AGENT]), POD_IDENTITY_PORT),
            allow_to(outside, HTTPS),
        ],
    )


def _ingress(service: ServiceConfig, services: Sequence[ServiceConfig], context: NetworkContext) -> list[Ingress]:
    if service.port is None:
        return []
    peers = _services(caller.name for caller in services if service.name in caller.calls)
    if service.metrics_path is not None:
        peers.append(namespace(MONITORING_NAMESPACE))
    peers += cidrs(context.ingress_cidrs if service.public else ())
    if service.name not in context.stores:
        peers += cidrs(context.control_plane_cidrs)
    # A rule without peers would allow every caller.
    return [allow_from(peers, service.port)] if peers else []


def _egress(service: ServiceConfig, services: Sequence[ServiceConfig]) -> list[Egress]:
    ports = {other.name: other.port for other in services}
    called = {name: ports[name] for name in sorted(set(service.calls))}
    return [allow_to(_services([name]), port) for name, port in called.items() if port is not None]


def _egress_of(users: Sequence[str], peers: Sequence[Peer], port: int) -> Policy:
    """Users of a database or cache may reach it."""
    return policy(
        {"match_expressions": [{"key": NAME_LABEL, "operator": "In", "values": sorted(users)}]},
        egress=[allow_to(peers, port)],
    )


def _pods_of(service: str) -> Selector:
    return selector({NAME_LABEL: service})


def _services(names: Iterable[str]) -> list[Peer]:
    return [pods({NAME_LABEL: name}) for name in names]
