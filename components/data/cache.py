"""Valkey on ElastiCache in private subnets: a primary and its replicas, with access from the nodes only.

A password is set only if TLS is required: AWS ties AUTH to encryption in transit and rejects it while plaintext
connections are allowed (`preferred`). With `off` and `preferred`, the security group is the only access control.
`engine_version` applies at creation only, because AWS upgrades it afterwards and the provider would replace the whole
cache to downgrade it.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.account.account import Account
from components.account.keys import EncryptionKey
from components.account.names import fixed_name
from components.config.data import CacheConfig
from components.config.types import TransitEncryption
from components.data.store import AWS_MANAGED_KEY, Store, StoreNetwork
from components.secrets.passwords import url_safe_password
from components.sizing.database_sizes import cache_family

PORT = 6379
PASSWORD_LENGTH = 48
"""ElastiCache accepts 16-128 characters."""
SLOW_LOG = "slow-log"


@dataclass(frozen=True, kw_only=True)
class CacheArgs:
    """Arguments of `Cache`."""

    name: str
    """Identifier of the replication group, for example `shop-staging`; at most 40 characters."""
    settings: CacheConfig
    account: Account
    network: StoreNetwork
    protect: bool = True
    """Whether Pulumi refuses to delete the replication group and the resources its data depends on."""


class Cache(pulumi.ComponentResource):
    """One ElastiCache replication group (one shard) with its network access, parameters, slow log and key.

    Needs the providers of both packages: `ResourceOptions(providers=[aws, random])`.
    """

    replication_group_id: pulumi.Output[str]
    """Identifier of the replication group; its nodes, `<id>-001` and so on, are the dimension of CloudWatch metrics."""
    primary_endpoint: pulumi.Output[str]
    """Host name for writes; it follows a failover."""
    reader_endpoint: pulumi.Output[str]
    """Host name that balances reads across the replicas."""
    port: int
    url_scheme: str
    """`rediss` if TLS is required, otherwise `redis`."""
    auth_token: pulumi.Output[str] | None
    """Password of the default user, a secret and safe in a URL; None if TLS is not required."""
    security_group_id: pulumi.Output[str]

    def __init__(self, name: str, args: CacheArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:cache:Cache", name, {}, opts)
        settings = args.settings
        tls_required = settings.transit_encryption is TransitEncryption.REQUIRED
        self.port = PORT
        self.url_scheme = "rediss" if tls_required else "redis"
        store = Store(
            component=self,
            name=name,
            label=f"{args.name}-cache",
            account=args.account,
            protect=args.protect,
            final_snapshot=settings.final_snapshot,
        )
        # Log groups outside /aws/vendedlogs/ are added to the account's log resource policy, whose size is limited.
        log_prefix = f"/aws/vendedlogs/elasticache/{args.name}/"
        key = store.key(log_prefix) if settings.customer_managed_key else None
        group = store.security_group(args.network, PORT)
        (slow_log,) = store.log_groups(log_prefix, [SLOW_LOG], settings.log_retention_days, key)
        self.auth_token = None
        if tls_required:
            self.auth_token = url_safe_password(f"{name}-password", PASSWORD_LENGTH, store.child())
        cache = self._replication_group(store, args, key, group, slow_log)
        self.replication_group_id = cache.replication_group_id
        self.primary_endpoint = cache.primary_endpoint_address
        self.reader_endpoint = cache.reader_endpoint_address
        self.security_group_id = group.id
        self.register_outputs(
            {
                "replicationGroupId": self.replication_group_id,
                "primaryEndpoint": self.primary_endpoint,
                "readerEndpoint": self.reader_endpoint,
                "port": self.port,
                "urlScheme": self.url_scheme,
                "authToken": self.auth_token,
                "securityGroupId": self.security_group_id,
            }
        )

    def _replication_group(
        self,
        store: Store,
        args: CacheArgs,
        key: EncryptionKey | None,
        group: aws.ec2.SecurityGroup,
        slow_log: aws.cloudwatch.LogGroup,
    ) -> aws.elasticache.ReplicationGroup:
        settings = args.settings
        subnet_group = aws.elasticache.SubnetGroup(
            store.name,
            description=f"Private subnets of {store.label}",
            subnet_ids=args.network.subnet_ids,
            opts=store.protected(),
        )
        encrypted = settings.transit_encryption is not TransitEncryption.OFF
        replicated = settings.replicas >= 1
        key_arn = key.arn if key else None
        return aws.elasticache.ReplicationGroup(
            store.name,
            replication_group_id=fixed_name("ElastiCache replication group", args.name),
            description=f"Cache of {args.name}",
            engine="valkey",
            engine_version=settings.engine_version,
            auto_minor_version_upgrade=True,
            apply_immediately=settings.apply_immediately,
            node_type=settings.node_type,
            num_cache_clusters=1 + settings.replicas,
            automatic_failover_enabled=replicated,
            multi_az_enabled=settings.multi_az and replicated,
            port=PORT,
            subnet_group_name=subnet_group.name,
            security_group_ids=[group.id],
            parameter_group_name=_parameter_group(store, settings).name,
            at_rest_encryption_enabled=True,
            kms_key_id=key_arn,
            transit_encryption_enabled=encrypted,
            transit_encryption_mode=settings.transit_encryption.value if encrypted else None,
            auth_token=self.auth_token,
            # SET enforces a first password on an existing cache at once; ROTATE would still accept clients without it.
            auth_token_update_strategy="SET" if self.auth_token else None,
            snapshot_retention_limit=settings.snapshot_retention_days,
            snapshot_window=settings.snapshot_window,
            maintenance_window=settings.maintenance_window,
            final_snapshot_identifier=store.final_snapshot_identifier(
                {"subnetGroup": subnet_group.name, "kmsKey": key_arn or AWS_MANAGED_KEY}
            ),
            log_delivery_configurations=[
                aws.elasticache.ReplicationGroupLogDeliveryConfigurationArgs(
                    destination=slow_log.name, destination_type="cloudwatch-logs", log_format="json", log_type=SLOW_LOG
                )
            ],
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=args.protect,
                # The identifier is fixed, so the old cache must be deleted before its replacement is created.
                delete_before_replace=True,
                ignore_changes=["engine_version"],
            ),
        )


def _parameter_group(store: Store, settings: CacheConfig) -> aws.elasticache.ParameterGroup:
    return aws.elasticache.ParameterGroup(
        store.name,
        description=f"Parameters of {store.label}",
        family=cache_family(settings.engine_version),
        parameters=[
            aws.elasticache.ParameterGroupParameterArgs(name="maxmemory-policy", value=settings.max_memory_policy)
        ],
        opts=store.child(),
    )
