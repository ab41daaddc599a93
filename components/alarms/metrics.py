"""Which metrics are watched, the limit of each, and what to do first when it is exceeded. Creates no resource.

Limits are constants, because they follow from how each service works. Sources: the CloudWatch metrics in the user
guides of Amazon RDS, ElastiCache for Valkey, NAT gateways, EC2 and Certificate Manager.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pulumi

from components.config.data import CacheConfig, DatabaseConfig
from components.sizing.database_sizes import BYTES_PER_MEBIBYTE, DATABASE_CLASSES, max_connections
from components.sizing.quantities import MEBIBYTES_PER_GIBIBYTE

CPU_PERCENT = 90
"""Short peaks are what a CPU is for; a quarter of an hour above this slows every request."""
FREE_STORAGE_PERCENT = 5
"""Of the initial storage. RDS adds storage below 10 %, so below this it is too slow, or at its limit."""
FREE_MEMORY_PERCENT = 5
"""PostgreSQL's cache takes what is free, so little is normal; below this the system starts to swap."""
CONNECTIONS_PERCENT = 80
"""The rest is for the pods that a rollout starts before it ends the old ones."""
CACHE_MEMORY_PERCENT = 80
"""At 100 %, a cache that does not evict refuses writes."""
EVICTIONS = 1000
"""In one period. A full cache always evicts a little; this many entries leave before they are read again."""
REPLICATION_LAG_SECONDS = 10
"""Usually below one. A failover loses what the new primary had not received yet."""
DROPPED_PACKETS = 100
"""In one period. TCP repeats single packets, so a few do no harm."""
CERTIFICATE_DAYS = 30
"""Certificate Manager renews its own certificates 45 days or more before their end."""

Name = pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric of one resource, and the limit that it must not exceed (or fall below) for long."""

    key: str
    """What follows the stack's prefix in the alarm's name, for example `database-cpu`."""
    namespace: str
    name: str
    dimensions: Mapping[str, Name]
    limit: float
    """In the metric's unit."""
    below: bool = False
    """Whether the alarm is about values below the limit, instead of above."""
    statistic: str = "Average"
    """Of the values of one period."""
    daily: bool = False
    """Whether AWS has only one or two values a day, of which each decides."""
    missing: Literal["ignore", "notBreaching"] = "ignore"
    """What a gap means. `ignore`: neither an alarm nor the end of one. `notBreaching`: its end."""
    advice: str
    """What has happened and what to do first; part of every message."""


def database_metrics(settings: DatabaseConfig, identifier: Name) -> list[Metric]:
    """Storage, CPU, connections and memory of an RDS instance."""
    namespace, dimensions = "AWS/RDS", {"DBInstanceIdentifier": identifier}
    memory = DATABASE_CLASSES[settings.instance_class] * BYTES_PER_MEBIBYTE
    storage = settings.storage_gib * MEBIBYTES_PER_GIBIBYTE * BYTES_PER_MEBIBYTE
    return [
        Metric(
            key="database-storage",
            namespace=namespace,
            name="FreeStorageSpace",
            dimensions=dimensions,
            limit=storage * FREE_STORAGE_PERCENT // 100,
            below=True,
            statistic="Minimum",
            advice="The database's storage is almost full. RDS adds some at most every six hours, up to "
            "database.maxStorageGib: raise that if it is reached. Then look for what grows: tables, or WAL that a "
            "replication slot keeps.",
        ),
        Metric(
            key="database-cpu",
            namespace=namespace,
            name="CPUUtilization",
            dimensions=dimensions,
            limit=CPU_PERCENT,
            advice="The database's CPU is busy. Open Performance Insights and look at the statements with the highest "
            "load. If they are what they should be, raise database.instanceClass.",
        ),
        Metric(
            key="database-connections",
            namespace=namespace,
            name="DatabaseConnections",
            dimensions=dimensions,
            limit=max_connections(settings.instance_class) * CONNECTIONS_PERCENT // 100,
            advice="The database has almost as many connections as its class allows. Count them by user and state in "
            "pg_stat_activity: a service may leak them, or its pool may be too large for its number of pods.",
        ),
        Metric(
            key="database-memory",
            namespace=namespace,
            name="FreeableMemory",
            dimensions=dimensions,
            limit=memory * FREE_MEMORY_PERCENT // 100,
            below=True,
            advice="The database has almost no free memory and may restart. Look at the number of connections and at "
            "statements that sort or hash a lot. If they are what they should be, raise database.instanceClass.",
        ),
    ]


def cache_metrics(settings: CacheConfig, replication_group_id: Name) -> list[Metric]:
    """CPU of each node of the cache, its lag behind the primary, and its memory: how full it is, or what it evicts.

    A cache with an eviction policy fills up by design, and one without never evicts. Any node may become the primary.
    """
    metrics: list[Metric] = []
    for number in range(1, settings.replicas + 2):
        key, namespace = f"cache-{number:03}", "AWS/ElastiCache"
        dimensions = {"CacheClusterId": pulumi.Output.concat(replication_group_id, f"-{number:03}")}
        metrics.append(
            Metric(
                key=f"{key}-cpu",
                namespace=namespace,
                name="EngineCPUUtilization",
                dimensions=dimensions,
                limit=CPU_PERCENT,
                advice="The thread of this node of the cache that runs commands is busy. Look for slow commands in "
                "the slow log (KEYS, large ranges, long scripts), and for reads that a replica could answer.",
            )
        )
        if settings.replicas:
            metrics.append(
                Metric(
                    key=f"{key}-lag",
                    namespace=namespace,
                    name="ReplicationLag",
                    dimensions=dimensions,
                    limit=REPLICATION_LAG_SECONDS,
                    missing="notBreaching",
                    advice="This replica of the cache is seconds behind the primary; a failover now would lose those "
                    "writes. Look for bursts of writes and large values, and at the network metrics of both nodes. If "
                    "the load is what it should be, raise cache.nodeType.",
                )
            )
        if settings.max_memory_policy == "noeviction":
            metrics.append(
                Metric(
                    key=f"{key}-memory",
                    namespace=namespace,
                    name="DatabaseMemoryUsagePercentage",
                    dimensions=dimensions,
                    limit=CACHE_MEMORY_PERCENT,
                    advice="This node of the cache is almost full; when it is, writes fail. Look for keys without an "
                    "expiry and for queues without a consumer. If they are what they should be, raise cache.nodeType.",
                )
            )
        else:
            metrics.append(
                Metric(
                    key=f"{key}-evictions",
                    namespace=namespace,
                    name="Evictions",
                    dimensions=dimensions,
                    limit=EVICTIONS,
                    statistic="Sum",
                    advice="This node of the cache drops entries to make room for new ones. Compare hits and misses: "
                    "if misses rise, shorten expiries or raise cache.nodeType.",
                )
            )
    return metrics


def nat_metrics(gateways: Mapping[str, Name]) -> list[Metric]:
    """Refused connections and dropped packets of each NAT gateway, by zone."""
    metrics: list[Metric] = []
    for zone, gateway in gateways.items():
        namespace, dimensions = "AWS/NATGateway", {"NatGatewayId": gateway}
        metrics += [
            Metric(
                key=f"nat-{zone}-ports",
                namespace=namespace,
                name="ErrorPortAllocation",
                dimensions=dimensions,
                limit=0,
                statistic="Sum",
                advice="The NAT gateway has no port left for new connections to one address, and refuses them. Look "
                "in the flow logs for the address with most connections, and for a client that does not reuse them.",
            ),
            Metric(
                key=f"nat-{zone}-drops",
                namespace=namespace,
                name="PacketsDropCount",
                dimensions=dimensions,
                limit=DROPPED_PACKETS,
                statistic="Sum",
                advice="The NAT gateway drops packets. Compare its traffic with its limits (100 Gbit/s, 10 million "
                "packets a second). If it is far below them, look at AWS's health dashboard.",
            ),
        ]
    return metrics


def node_metrics(auto_scaling_group: Name) -> list[Metric]:
    """Failed status checks and CPU of the managed node group. Nodes of Karpenter are in no group."""
    namespace, dimensions = "AWS/EC2", {"AutoScalingGroupName": auto_scaling_group}
    return [
        Metric(
            key="nodes-status",
            namespace=namespace,
            name="StatusCheckFailed",
            dimensions=dimensions,
            limit=0,
            statistic="Maximum",
            advice="A node has failed its status checks, and EKS has not replaced it yet. Find it with kubectl get "
            "nodes (NotReady), drain it, and terminate its instance: the group starts another one.",
        ),
        Metric(
            key="nodes-cpu",
            namespace=namespace,
            name="CPUUtilization",
            dimensions=dimensions,
            limit=CPU_PERCENT,
            advice="The nodes' CPUs are busy, and pods get less than they ask for. Look at kubectl top pods for one "
            "that should not. If all of them should, raise cluster.nodes.desired or the instance type.",
        ),
    ]


def certificate_metrics(arn: Name) -> list[Metric]:
    """Days left of the host names' certificate; none before it is issued."""
    return [
        Metric(
            key="certificate",
            namespace="AWS/CertificateManager",
            name="DaysToExpiry",
            dimensions={"CertificateArn": arn},
            limit=CERTIFICATE_DAYS,
            below=True,
            statistic="Minimum",
            daily=True,
            advice="The certificate of the host names ends soon and has not been renewed. Look at its renewal status "
            "in Certificate Manager: its CNAME records must still be in the zone, and a load balancer must use it. An "
            "imported certificate is not renewed: import its successor.",
        )
    ]
