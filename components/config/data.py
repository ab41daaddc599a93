"""What holds data: PostgreSQL on RDS and the cache on ElastiCache."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from components.config.base import Section
from components.config.types import (
    DatabaseName,
    LogRetentionDays,
    Port,
    TransitEncryption,
    UtcWindow,
    WeeklyWindow,
    matching,
)
from components.sizing.database_sizes import cache_memory_mib


def _known_node_type(node_type: str) -> str:
    cache_memory_mib(node_type)
    return node_type


BOOTSTRAP_IMAGE = "public.ecr.aws/docker/library/postgres:18.4-alpine3.23"
"""PostgreSQL's official image, from AWS's public registry: no account, and no other registry's rate limit.
Its psql is as new as the newest engine that the settings take, or newer."""

PostgresVersion = Annotated[
    str, matching(r"^(17|18)(\.[0-9]+)?$", "a PostgreSQL version of the majors 17 and 18", '"18.1"')
]
ValkeyVersion = Annotated[str, matching(r"^8\.[0-9]+$", "a Valkey version of the major 8", '"8.1"')]
InstanceClass = Annotated[str, matching(r"^db\.[a-z0-9]+\.[a-z0-9]+$", "an RDS instance class", "db.t4g.medium")]
Image = Annotated[
    str,
    matching(
        r"^[a-z0-9][\w./:-]*(:[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})$",
        "an image with its tag or digest",
        BOOTSTRAP_IMAGE,
    ),
]
CacheNodeType = Annotated[str, AfterValidator(_known_node_type)]
"""A node type of Valkey; its memory is known."""


class DatabaseConfig(Section):
    """One RDS PostgreSQL instance, reached from the nodes only."""

    engine_version: PostgresVersion = Field(
        description="PostgreSQL version at birth, quoted; AWS raises the minor one."
    )
    instance_class: InstanceClass = Field(description="RDS instance class.")
    storage_gib: int = Field(default=20, ge=20, le=65536, description="Storage at birth in GiB (gp3).")
    max_storage_gib: int = Field(
        default=100, ge=20, le=65536, description="Size up to which storage grows by itself, in GiB."
    )
    username: DatabaseName = Field(
        default="platform_admin", description="Master user; its password is AWS's to manage."
    )
    port: Port = Field(default=5432, description="Port of the instance.")
    multi_az: bool = Field(default=True, description="A standby in another zone.")
    backup_retention_days: int = Field(default=14, ge=7, le=35, description="Days of point-in-time recovery.")
    backup_window: UtcWindow = Field(default="17:00-18:00", description="Daily, UTC.")
    maintenance_window: WeeklyWindow = Field(
        default="sun:18:30-sun:19:30", description="Weekly, UTC; not in the backup's."
    )
    deletion_protection: bool = Field(default=True, description="AWS refuses to delete the instance while it is on.")
    final_snapshot: bool = Field(default=True, description="A deletion leaves a snapshot.")
    customer_managed_key: bool = Field(
        default=True, description="Encrypts with a key of the stack instead of AWS's own."
    )
    performance_insights: bool = Field(default=True, description="Query-level load figures, kept 7 days.")
    enhanced_monitoring_seconds: Literal[0, 1, 5, 10, 15, 30, 60] = Field(
        default=60, description="Interval of the operating system's figures in seconds; 0 is off."
    )
    log_retention_days: LogRetentionDays = Field(default=30, description="Days that CloudWatch Logs keeps its logs.")
    bootstrap_image: Image = Field(
        default=BOOTSTRAP_IMAGE,
        description="Image with `sh` and `psql` of the engine's version or later, for the Job that makes databases and "
        "users.",
    )


class CacheConfig(Section):
    """One ElastiCache replication group (Valkey), reached from the nodes only."""

    engine_version: ValkeyVersion = Field(
        default="8.1",
        description="Valkey version at birth, quoted; AWS raises it within its major.",
    )
    node_type: CacheNodeType = Field(description="ElastiCache node type.")
    replicas: int = Field(default=1, ge=0, le=5, description="Replicas beside the primary; failover needs one.")
    multi_az: bool = Field(default=True, description="Replicas in other zones, with automatic failover.")
    transit_encryption: TransitEncryption = Field(
        default=TransitEncryption.REQUIRED,
        description="`required`: rediss:// with a password; `preferred`: TLS or plain, no password; `off`: plain redis://.",
    )
    snapshot_retention_days: int = Field(default=7, ge=1, le=35, description="Days that daily snapshots are kept.")
    snapshot_window: UtcWindow = Field(default="17:00-18:00", description="Daily, UTC.")
    maintenance_window: WeeklyWindow = Field(
        default="sun:18:30-sun:19:30", description="Weekly, UTC; not in the snapshot's."
    )
    max_memory_policy: Literal["noeviction", "allkeys-lru", "allkeys-lfu", "volatile-lru", "volatile-ttl"] = Field(
        default="noeviction", description="What happens when memory is full; a message broker must not evict."
    )
    final_snapshot: bool = Field(default=True, description="A deletion leaves a snapshot.")
    customer_managed_key: bool = Field(
        default=True, description="Encrypts with a key of the stack instead of AWS's own."
    )
    log_retention_days: LogRetentionDays = Field(
        default=30, description="Days that CloudWatch Logs keeps the slow log."
    )
