"""What a stack would save with less redundancy: the difference between two estimates (pure)."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from components.config.platform import PlatformConfig
from components.config.types import NatGateways
from components.cost.estimate import monthly, nat_zones

NUMBERS = ("no", "one", "two", "three")


@dataclass(frozen=True, kw_only=True)
class Saving:
    """One setting that would make the stack cheaper."""

    what: str
    """For example `one NAT gateway instead of three`."""
    setting: str
    """What to write, for example `network.natGateways: single`."""
    monthly_usd: Decimal


def savings(config: PlatformConfig) -> list[Saving]:
    """Those that save something, the largest first."""
    now = monthly(config)
    found: list[Saving] = []
    for what, setting, changed in _alternatives(config) if now is not None else ():
        then = monthly(changed)
        if now is not None and then is not None and then.total < now.total:
            found.append(Saving(what=what, setting=setting, monthly_usd=now.total - then.total))
    return sorted(found, key=lambda saving: -saving.monthly_usd)


def _alternatives(config: PlatformConfig) -> Iterator[tuple[str, str, PlatformConfig]]:
    """What changes, what to write for it, and the configuration with that."""
    network, database, cache = config.network, config.database, config.cache
    if network is not None:
        gateways = len(nat_zones(network))
        single = network.model_copy(update={"nat_gateways": NatGateways.SINGLE})
        what = f"one NAT gateway instead of {NUMBERS[gateways]}"
        yield what, "network.natGateways: single", config.model_copy(update={"network": single})
        without = network.model_copy(update={"interface_endpoints": ()})
        what = f"no interface endpoints instead of {len(network.interface_endpoints)} (data then goes through NAT)"
        yield what, "network.interfaceEndpoints: []", config.model_copy(update={"network": without})
    if database is not None:
        one_zone = database.model_copy(update={"multi_az": False})
        what = "a database in one zone instead of two"
        yield what, "database.multiAz: false", config.model_copy(update={"database": one_zone})
    if cache is not None:
        alone = cache.model_copy(update={"replicas": 0})
        what = f"a cache without replicas instead of {cache.replicas}"
        yield what, "cache.replicas: 0", config.model_copy(update={"cache": alone})
    nodes = None if config.cluster is None else config.cluster.nodes
    if config.cluster is not None and nodes is not None and nodes.desired > max(nodes.minimum, nodes.least_desired):
        fewer = nodes.model_copy(update={"desired": nodes.desired - 1})
        cluster = config.cluster.model_copy(update={"nodes": fewer})
        what = "each node less, if everything still fits,"
        yield what, f"cluster.nodes.desired: {nodes.desired - 1}", config.model_copy(update={"cluster": cluster})
