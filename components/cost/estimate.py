"""What a stack costs in a month of 730 hours, from its configuration alone (pure).

Each component's sum follows the conditions under which `components/stack` creates it. What depends on use is listed
with the price of its unit, instead of a guess; what has no price is listed as well. Prices are on demand, without tax,
free tiers and discounts. `resource_types.py` says which resource is counted where.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from components.alarms.metrics import certificate_metrics, database_metrics, nat_metrics, node_metrics
from components.cluster.ami import volumes
from components.config.cluster import ClusterConfig, NodesConfig
from components.config.controllers import NodeScaling
from components.config.data import CacheConfig, DatabaseConfig
from components.config.edge import EdgeConfig
from components.config.git_urls import github_repository
from components.config.network import NetworkConfig
from components.config.platform import PlatformConfig
from components.config.types import CapacityType, NatGateways, Ownership
from components.cost.prices import Hours, Price, hour, rate
from components.edge.waf import firewall_rules
from components.environments.plan import EnvironmentPlan, plan_environments

HOURS_PER_MONTH = 730
"""As in AWS's own calculator."""
ZONES_OF_MULTI_AZ = 2
ALARMS_PER_CACHE_NODE = 2
"""CPU, and memory or evictions."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing that is charged."""

    component: str
    what: str
    price: Price | None
    """Of one unit; None if the tables have none."""
    count: int | None = None
    """Units at any time (for rates by the hour) or in a month; None if that depends on use."""

    @property
    def monthly_usd(self) -> Decimal:
        """US dollars in a month; 0 for what depends on use or has no price."""
        if self.count is None or self.price is None:
            return Decimal(0)
        return self.price.usd * self.count * (HOURS_PER_MONTH if self.price.unit == "hour" else 1)


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """Everything that a stack is charged for, in the order of its components."""

    region: str
    items: tuple[Item, ...]

    @cached_property
    def lines(self) -> tuple[Item, ...]:
        """What runs or is kept all the time, with its price."""
        return tuple(item for item in self.items if item.count is not None and item.price is not None)

    @cached_property
    def by_use(self) -> tuple[Item, ...]:
        """What is charged by use, and is in no sum."""
        return tuple(item for item in self.items if item.count is None)

    @cached_property
    def without_price(self) -> tuple[Item, ...]:
        """What runs all the time and is in no sum, because its price is not known."""
        return tuple(item for item in self.items if item.count is not None and item.price is None)

    @property
    def total(self) -> Decimal:
        """US dollars in a month."""
        return sum((line.monthly_usd for line in self.lines), Decimal(0))

    @property
    def by_component(self) -> Mapping[str, Decimal]:
        """US dollars in a month of each component."""
        sums: dict[str, Decimal] = {}
        for line in self.lines:
            sums[line.component] = sums.get(line.component, Decimal(0)) + line.monthly_usd
        return sums

    @property
    def is_estimate(self) -> bool:
        """Whether a price in the sum is another region's with a factor, or one is missing."""
        return bool(self.without_price) or any(line.price is not None and line.price.estimate for line in self.lines)


def monthly(config: PlatformConfig) -> Estimate | None:
    """The estimate of a stack; None for one without `aws`, which pays AWS nothing."""
    if config.aws is None:
        return None
    stack = _Stack(config=config, region=config.aws.region, plans=plan_environments(config))
    return Estimate(region=config.aws.region, items=tuple(_items(stack)))


@dataclass(frozen=True, kw_only=True)
class _Stack:
    """A configuration, with its region for prices."""

    config: PlatformConfig
    region: str
    plans: Sequence[EnvironmentPlan]

    @property
    def has_cluster(self) -> bool:
        """Whether it creates a VPC with a cluster, which data stores, alarms and runners need."""
        return self.config.network is not None and self.config.cluster is not None

    def runs(self, component: str, what: str, name: str, count: int) -> Item:
        """Something that is there all the time, by the name of its rate."""
        return Item(component=component, what=what, price=rate(name, self.region), count=count)

    def by_use(self, component: str, what: str, name: str) -> Item:
        """Something that is charged by use, by the name of its rate."""
        return Item(component=component, what=what, price=rate(name, self.region))

    def key(self, what: str) -> Item:
        """A customer managed key. AWS adds as much again for each of its first two rotations."""
        return self.runs("keys", what, "kms.key", 1)


def _items(stack: _Stack) -> Iterator[Item]:
    config = stack.config
    if config.network is not None:
        yield from _network(stack, config.network)
    if stack.has_cluster and config.cluster is not None:
        yield from _cluster(stack, config.cluster)
        yield from _nodes(stack, config.cluster.nodes)
        yield from _operators(stack, config.cluster.nodes)
        if config.database is not None:
            yield from _database(stack, config.database)
        if config.cache is not None:
            yield from _cache(stack, config.cache)
        if config.alarms is not None:
            yield from _alarms(stack)
    if config.cluster is not None:
        yield from _edge(stack, config.edge)
    yield from _registry(stack)
    yield from _runner(stack)
    yield from _environments(stack)
    keys = _keys(stack)
    yield from keys
    if keys:
        yield stack.by_use("keys", "requests to keys", "kms.requests")


def _network(stack: _Stack, network: NetworkConfig) -> Iterator[Item]:
    gateways, zones = len(nat_zones(network)), len(network.zones)
    yield stack.runs("network", "NAT gateways", "nat.hours", gateways)
    yield stack.runs("network", "public addresses of NAT gateways", "ipv4.hours", gateways)
    yield stack.by_use("network", "data through NAT gateways", "nat.data")
    if network.interface_endpoints:
        endpoints = len(network.interface_endpoints)
        what = f"interface endpoints, {endpoints} in {zones} zones"
        yield stack.runs("network", what, "endpoint.hours", endpoints * zones)
        yield stack.by_use("network", "data through interface endpoints", "endpoint.data")
    yield stack.by_use("network", "data to the internet", "transfer.out")
    yield stack.by_use("network", "data between zones, in each direction", "transfer.zones")
    yield stack.by_use("network", "flow logs", "logs.ingest")
    yield stack.by_use("network", "logs of all components, while they are kept", "logs.storage")


def nat_zones(network: NetworkConfig) -> Sequence[str]:
    """The zones that have a NAT gateway."""
    return network.zones[:1] if network.nat_gateways is NatGateways.SINGLE else network.zones


def _cluster(stack: _Stack, cluster: ClusterConfig) -> Iterator[Item]:
    yield stack.runs("cluster", "control plane", "eks.standard", 1)
    if cluster.log_types:
        yield stack.by_use("cluster", "logs of the control plane", "logs.ingest")


def _nodes(stack: _Stack, nodes: NodesConfig) -> Iterator[Item]:
    price, name = hour(Hours.EC2, nodes.instance_type, stack.region), nodes.instance_type
    if nodes.capacity_type is CapacityType.SPOT:
        name = f"{name} as on demand (spot costs less)"
        price = None if price is None else replace(price, estimate=True)
    yield Item(component="nodes", what=name, price=price, count=nodes.desired)
    sizes = volumes(nodes.ami_family, nodes.disk_gib).values()
    disks = sum(size for size in sizes if size is not None) * nodes.desired
    yield stack.runs("nodes", "volumes, GiB", "ebs.gp3", disks)
    if None in sizes:
        yield stack.by_use("nodes", "system volumes, of the AMI's size", "ebs.gp3")
    if nodes.scaler is NodeScaling.KARPENTER:
        yield Item(component="nodes", what="nodes of the types that Karpenter chooses", price=None)
    elif nodes.maximum > nodes.desired:
        yield Item(component="nodes", what=f"nodes beyond {nodes.desired}, up to {nodes.maximum}", price=price)
    if nodes.instance_type.startswith("t"):
        yield stack.by_use("nodes", "CPU of burstable nodes above their baseline", "ec2.credits")


def _database(stack: _Stack, database: DatabaseConfig) -> Iterator[Item]:
    zones, storage = (ZONES_OF_MULTI_AZ, "rds.gp3MultiAz") if database.multi_az else (1, "rds.gp3")
    name = database.instance_class
    yield Item(
        component="database",
        what=f"{name}, one in each of {zones} zones" if database.multi_az else name,
        price=hour(Hours.RDS, name, stack.region),
        count=zones,
    )
    yield stack.runs("database", "storage, GiB", storage, database.storage_gib)
    yield stack.runs("database", "entry of the master password", "secrets.entry", 1)
    yield stack.by_use("database", f"storage beyond that, up to {database.max_storage_gib} GiB", storage)
    yield stack.by_use("database", "backups larger than the storage, and final snapshots", "rds.backup")
    what = "logs and metrics of the operating system" if database.enhanced_monitoring_seconds else "logs"
    yield stack.by_use("database", what, "logs.ingest")
    if name.startswith("db.t"):
        yield stack.by_use("database", "CPU above the baseline", "rds.credits")


def _cache(stack: _Stack, cache: CacheConfig) -> Iterator[Item]:
    price = hour(Hours.ELASTICACHE, cache.node_type, stack.region)
    yield Item(component="cache", what=cache.node_type, price=price, count=1 + cache.replicas)
    yield stack.by_use("cache", "snapshots", "elasticache.backup")
    yield stack.by_use("cache", "slow log", "logs.ingest")


def _alarms(stack: _Stack) -> Iterator[Item]:
    config = stack.config
    alarms = len(node_metrics(""))
    if config.network is not None:
        alarms += len(nat_metrics(dict.fromkeys(nat_zones(config.network), "")))
    if config.database is not None:
        alarms += len(database_metrics(config.database, ""))
    if config.cache is not None:
        lag = 1 if config.cache.replicas else 0
        alarms += (ALARMS_PER_CACHE_NODE + lag) * (1 + config.cache.replicas)
    if config.edge is not None:
        alarms += len(certificate_metrics(""))
    yield stack.runs("alarms", "alarms", "alarms.metric", alarms)
    if config.alarms is not None and config.alarms.endpoints:
        yield stack.by_use("alarms", "messages to endpoints", "sns.https")


def _edge(stack: _Stack, edge: EdgeConfig | None) -> Iterator[Item]:
    """Zone and firewall, and the one load balancer that all Ingresses of a stack share."""
    config = stack.config
    hosts = [host for environment in config.environments for host in environment.hosts]
    if config.operators.load_balancer_controller is not None and (hosts or (edge and edge.argocd_host)):
        yield stack.runs("edge", "load balancer", "alb.hours", 1)
        if config.network is not None and not (edge and edge.internal):
            yield stack.runs("edge", "public addresses of the load balancer", "ipv4.hours", len(config.network.zones))
        yield stack.by_use("edge", "capacity units of the load balancer", "alb.lcu")
    if edge is None:
        return
    if edge.zone is not None:
        if edge.zone.ownership is Ownership.CREATE:
            yield stack.runs("edge", "hosted zone", "route53.zone", 1)
        yield stack.by_use("edge", "DNS queries", "route53.queries")
    if edge.firewall is not None:
        rules = firewall_rules("", rate_limit=0, counted_rules=(), argocd_host=edge.argocd_host)
        yield stack.runs("edge", "web ACL", "waf.acl", 1)
        yield stack.runs("edge", "rules of the web ACL", "waf.rule", len(rules))
        yield stack.by_use("edge", "requests through the web ACL", "waf.requests")
        yield stack.by_use("edge", "log of the web ACL", "logs.ingest")


def _registry(stack: _Stack) -> Iterator[Item]:
    registry = stack.config.registry
    if registry is not None and registry.ownership is Ownership.CREATE:
        yield stack.by_use("registry", "images", "ecr.storage")


def _has_runner(stack: _Stack) -> bool:
    ci, github = stack.config.ci, github_repository(stack.config.repository.url)
    return ci is not None and ci.runner is not None and github is not None and stack.has_cluster


def _runner(stack: _Stack) -> Iterator[Item]:
    ci = stack.config.ci
    if ci is not None and ci.runner is not None and _has_runner(stack):
        size = ci.runner.compute_type.rpartition("_")[2].lower()
        yield stack.by_use("ci", "jobs on runners in the VPC", f"codebuild.{size}")
        yield stack.by_use("ci", "logs of the runners", "logs.ingest")


def _operators(stack: _Stack, nodes: NodesConfig) -> Iterator[Item]:
    prometheus = stack.config.operators.prometheus
    if prometheus is not None:
        yield stack.runs("operators", "volume of Prometheus, GiB", "ebs.gp3", prometheus.storage_gib)
    if nodes.scaler is NodeScaling.KARPENTER:
        yield stack.by_use("operators", "messages to Karpenter", "sqs.requests")


def _environments(stack: _Stack) -> Iterator[Item]:
    """Entries of Secrets Manager, buckets, and volumes that applications claim."""
    config = stack.config
    entries = sum(len(plan.secrets.entries) for plan in stack.plans)
    if entries:
        yield stack.runs("secrets", "entries of Secrets Manager", "secrets.entry", entries)
    if config.cluster is not None and config.operators.external_secrets is not None:
        yield stack.by_use("secrets", "entries that a person stores", "secrets.entry")
        yield stack.by_use("secrets", "requests to Secrets Manager", "secrets.requests")
    if config.creates_buckets:
        yield stack.by_use("storage", "objects", "s3.storage")
        yield stack.by_use("storage", "writes of objects", "s3.requests")
    if config.cluster is not None and any(plan.settings.objects.persistent_volume_claims for plan in stack.plans):
        yield stack.by_use("environments", "volumes that applications claim", "ebs.gp3")


def _keys(stack: _Stack) -> list[Item]:
    """Customer managed keys, named after what they encrypt."""
    config, keys = stack.config, list[str]()
    if config.network is not None and config.network.flow_logs.customer_managed_key:
        keys.append("flow logs")
    if stack.has_cluster and config.cluster is not None:
        keys.append("cluster")
        keys += ["volumes of nodes"] if config.cluster.nodes.customer_managed_key else []
        keys += ["database"] if config.database is not None and config.database.customer_managed_key else []
        keys += ["cache"] if config.cache is not None and config.cache.customer_managed_key else []
        keys += ["alarms"] if config.alarms is not None else []
    firewall = None if config.edge is None or config.cluster is None else config.edge.firewall
    keys += ["log of the web ACL"] if firewall is not None and firewall.customer_managed_key else []
    registry = config.registry
    if registry is not None and registry.ownership is Ownership.CREATE and registry.customer_managed_key:
        keys.append("images")
    keys += ["logs of the runners"] if _has_runner(stack) else []
    for plan in stack.plans:
        if config.creates_buckets and config.storage is not None and config.storage.customer_managed_key:
            keys.append(f"objects of {plan.name}")
        if plan.secrets.entries and config.secrets_manager.customer_managed_key:
            keys.append(f"entries of {plan.name}")
    return [stack.key(f"key of {what}") for what in keys]
