"""PostgreSQL on RDS in private subnets: access from the nodes only, TLS only, master password managed by AWS.

`engine_version` applies at creation and in a `major_upgrade`; other changes are ignored. AWS upgrades minor versions
and RDS cannot downgrade, so a pinned minor version would fail every later run. A managed password rules out blue/green
deployments, so the instance is upgraded in place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import pulumi
import pulumi_aws as aws

from components.account.account import Account
from components.account.keys import EncryptionKey
from components.account.names import fixed_name
from components.account.policy_documents import service_trust
from components.config.data import DatabaseConfig
from components.data.store import AWS_MANAGED_KEY, Store, StoreNetwork
from components.sizing.database_sizes import family, log_connections

LOG_EXPORTS = ("postgresql", "upgrade")
MONITORING_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
CERTIFICATE_AUTHORITY = "rds-ca-rsa2048-g1"
STANDARD_SUPPORT_ONLY = "open-source-rds-extended-support-disabled"
INSIGHTS_DAYS = 7
"""Retention of Performance Insights within the free tier, in days."""
SLOW_STATEMENT_MILLISECONDS = 1000


@dataclass(frozen=True, kw_only=True)
class DatabaseArgs:
    """Arguments of `Database`."""

    name: str
    """Identifier of the instance, for example `shop-staging`; at most 63 characters."""
    settings: DatabaseConfig
    account: Account
    network: StoreNetwork
    protect: bool = True
    """Whether Pulumi refuses to delete the instance and the resources its data depends on."""


class Database(pulumi.ComponentResource):
    """One RDS PostgreSQL instance with its network access, parameters, logs and key.

    Needs the providers of both packages: `ResourceOptions(providers=[aws, random])`.
    """

    instance_identifier: pulumi.Output[str]
    """Identifier of the instance, the dimension of its CloudWatch metrics."""
    address: pulumi.Output[str]
    """Host name."""
    port: int
    endpoint: pulumi.Output[str]
    """`address:port`."""
    resource_id: pulumi.Output[str]
    """`DbiResourceId`: unlike the address, it changes when the instance is replaced."""
    master_secret_arn: pulumi.Output[str]
    """Secret in which AWS stores and rotates the master user's password."""
    key_arn: pulumi.Output[str] | None
    """Key that encrypts that secret; None if it is AWS's key."""
    security_group_id: pulumi.Output[str]

    def __init__(self, name: str, args: DatabaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:database:Database", name, {}, opts)
        settings = args.settings
        self.port = settings.port
        store = Store(
            component=self,
            name=name,
            label=f"{args.name}-database",
            account=args.account,
            protect=args.protect,
            final_snapshot=settings.final_snapshot,
        )
        log_prefix = f"/aws/rds/instance/{args.name}/"
        key = store.key(log_prefix) if settings.customer_managed_key else None
        group = store.security_group(args.network, settings.port)
        log_groups = store.log_groups(log_prefix, LOG_EXPORTS, settings.log_retention_days, key)
        instance = self._instance(store, args, key, group, log_groups)
        self.instance_identifier = instance.identifier
        self.address = instance.address
        self.endpoint = instance.endpoint
        self.resource_id = instance.resource_id
        self.master_secret_arn = instance.master_user_secrets.apply(lambda secrets: cast("str", secrets[0].secret_arn))
        self.key_arn = key.arn if key else None
        self.security_group_id = group.id
        self.register_outputs(
            {
                "instanceIdentifier": self.instance_identifier,
                "address": self.address,
                "port": self.port,
                "endpoint": self.endpoint,
                "resourceId": self.resource_id,
                "masterSecretArn": self.master_secret_arn,
                "keyArn": self.key_arn,
                "securityGroupId": self.security_group_id,
            }
        )

    def _instance(
        self,
        store: Store,
        args: DatabaseArgs,
        key: EncryptionKey | None,
        group: aws.ec2.SecurityGroup,
        log_groups: Sequence[pulumi.Resource],
    ) -> aws.rds.Instance:
        settings = args.settings
        subnet_group = aws.rds.SubnetGroup(
            store.name,
            description=f"Private subnets of {store.label}",
            subnet_ids=args.network.subnet_ids,
            opts=store.protected(),
        )
        key_arn = key.arn if key else None
        monitoring_role, monitoring_policy = _monitoring(store, settings.enhanced_monitoring_seconds)
        insights = settings.performance_insights
        return aws.rds.Instance(
            store.name,
            identifier=fixed_name("RDS instance", args.name),
            engine="postgres",
            engine_version=settings.engine_version,
            engine_lifecycle_support=STANDARD_SUPPORT_ONLY,
            auto_minor_version_upgrade=True,
            allow_major_version_upgrade=settings.major_upgrade,
            snapshot_identifier=settings.restore_from,
            apply_immediately=settings.apply_immediately,
            instance_class=settings.instance_class,
            multi_az=settings.multi_az,
            storage_type="gp3",
            allocated_storage=settings.storage_gib,
            max_allocated_storage=settings.max_storage_gib,
            storage_encrypted=True,
            kms_key_id=key_arn,
            username=settings.username,
            manage_master_user_password=True,
            master_user_secret_kms_key_id=key_arn,
            iam_database_authentication_enabled=True,
            port=settings.port,
            publicly_accessible=False,
            db_subnet_group_name=subnet_group.name,
            vpc_security_group_ids=[group.id],
            ca_cert_identifier=CERTIFICATE_AUTHORITY,
            parameter_group_name=_parameter_group(store, settings.engine_version).name,
            backup_retention_period=settings.backup_retention_days,
            backup_window=settings.backup_window,
            maintenance_window=settings.maintenance_window,
            copy_tags_to_snapshot=True,
            delete_automated_backups=False,
            deletion_protection=settings.deletion_protection,
            skip_final_snapshot=not settings.final_snapshot,
            final_snapshot_identifier=store.final_snapshot_identifier(
                {
                    "username": settings.username,
                    "kmsKey": key_arn or AWS_MANAGED_KEY,
                    **({} if settings.restore_from is None else {"restoreFrom": settings.restore_from}),
                }
            ),
            enabled_cloudwatch_logs_exports=list(LOG_EXPORTS),
            monitoring_interval=settings.enhanced_monitoring_seconds,
            monitoring_role_arn=monitoring_role.arn if monitoring_role else None,
            performance_insights_enabled=insights,
            performance_insights_kms_key_id=key_arn if insights else None,
            performance_insights_retention_period=INSIGHTS_DAYS if insights else None,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=args.protect,
                # The identifier is fixed, so the old instance must be deleted before its replacement is created.
                delete_before_replace=True,
                ignore_changes=[] if settings.major_upgrade else ["engine_version"],
                # RDS would create log groups that never expire, and rejects a monitoring role without its policy.
                depends_on=[*log_groups, *monitoring_policy],
            ),
        )


def _parameter_group(store: Store, engine_version: str) -> aws.rds.ParameterGroup:
    """Requires TLS; logs connections, schema changes and slow statements."""
    immediate = {
        "log_connections": log_connections(engine_version),
        "log_disconnections": "1",
        "log_min_duration_statement": str(SLOW_STATEMENT_MILLISECONDS),
        "log_statement": "ddl",
    }
    return aws.rds.ParameterGroup(
        store.name,
        description=f"Parameters of {store.label}",
        family=family(engine_version),
        parameters=[
            *(
                aws.rds.ParameterGroupParameterArgs(name=name, value=value, apply_method="immediate")
                for name, value in immediate.items()
            ),
            # 1 is the default since PostgreSQL 15, and RDS reports defaults as pending-reboot whatever was requested:
            # any other apply method would show a diff in every run.
            aws.rds.ParameterGroupParameterArgs(name="rds.force_ssl", value="1", apply_method="pending-reboot"),
        ],
        opts=store.child(),
    )


def _monitoring(store: Store, seconds: int) -> tuple[aws.iam.Role | None, list[pulumi.Resource]]:
    """Role for enhanced monitoring and its policy attachment; nothing if it is off."""
    if seconds == 0:
        return None, []
    role = aws.iam.Role(
        f"{store.name}-monitoring",
        description=f"RDS enhanced monitoring of {store.label}",
        assume_role_policy=service_trust("monitoring.rds.amazonaws.com", store.account.account_id),
        permissions_boundary=store.account.permissions_boundary_arn,
        opts=store.child(),
    )
    policy = aws.iam.RolePolicyAttachment(
        f"{store.name}-monitoring", role=role.name, policy_arn=MONITORING_POLICY, opts=store.child()
    )
    return role, [policy]
