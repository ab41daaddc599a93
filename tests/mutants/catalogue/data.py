"""Breaks of the database and the cache: who reaches them, what encrypts them, what a deletion leaves."""

from tests.mutants.model import Area, Mutant

STORE = "components/data/store.py"
RDS = "components/data/database.py"
VALKEY = "components/data/cache.py"

DATABASE = Area(
    "database",
    ("unit/data/test_database.py",),
    (
        Mutant(
            "the database is open to every private network",
            STORE,
            "referenced_security_group_id=client,",
            'cidr_ipv4="10.0.0.0/8",',
        ),
        Mutant(
            "the database's security group lets everything out",
            STORE,
            "        return group\n",
            "        aws.vpc.SecurityGroupEgressRule(\n"
            '            f"{self.name}-out",\n'
            "            security_group_id=group.id,\n"
            '            cidr_ipv4="0.0.0.0/0",\n'
            '            ip_protocol="-1",\n'
            "            opts=self.child(),\n"
            "        )\n"
            "        return group\n",
        ),
        Mutant("the database is publicly accessible", RDS, "publicly_accessible=False,", "publicly_accessible=True,"),
        Mutant(
            "the master password stands in the program",
            RDS,
            "manage_master_user_password=True,",
            'password="correct-horse-battery",',
        ),
        Mutant("the database is not encrypted", RDS, "storage_encrypted=True,", "storage_encrypted=False,"),
        Mutant("the database ignores the stack's key", RDS, "            kms_key_id=key_arn,\n", ""),
        Mutant(
            "the database takes connections without TLS",
            RDS,
            'name="rds.force_ssl", value="1"',
            'name="rds.force_ssl", value="0"',
        ),
        Mutant(
            "backups are off",
            RDS,
            "backup_retention_period=settings.backup_retention_days,",
            "backup_retention_period=0,",
        ),
        Mutant(
            "a deletion takes the backups along",
            RDS,
            "delete_automated_backups=False,",
            "delete_automated_backups=True,",
        ),
        Mutant(
            "a deletion leaves no snapshot",
            RDS,
            "skip_final_snapshot=not settings.final_snapshot,",
            "skip_final_snapshot=True,",
        ),
        Mutant(
            "the final snapshot's name is a constant, so a second life cannot be deleted",
            STORE,
            'pulumi.Output.concat(self.label, "-final-", suffix.hex)',
            'pulumi.Output.concat(self.label, "-final")',
        ),
        Mutant(
            "a replaced database wants the final snapshot of the one before",
            STORE,
            "keepers=dict(replaced_by)",
            "keepers={}",
        ),
        Mutant(
            "the key goes before the snapshots that it encrypts",
            STORE,
            "retain=self.final_snapshot,",
            "retain=False,",
        ),
        Mutant("the database has no standby", RDS, "multi_az=settings.multi_az,", "multi_az=False,"),
        Mutant(
            "AWS lets the database be deleted",
            RDS,
            "deletion_protection=settings.deletion_protection,",
            "deletion_protection=False,",
        ),
        Mutant(
            "Pulumi lets the database be deleted",
            RDS,
            "parent=self,\n                protect=args.protect,",
            "parent=self,",
        ),
        Mutant(
            "an upgrade by AWS is a difference in every run",
            RDS,
            'ignore_changes=["engine_version"],',
            "",
        ),
        Mutant(
            "RDS makes log groups that never expire",
            RDS,
            "depends_on=[*log_groups, *monitoring_policy],",
            "depends_on=[*monitoring_policy],",
        ),
        Mutant(
            "the database costs extended support",
            RDS,
            "engine_lifecycle_support=STANDARD_SUPPORT_ONLY,",
            "",
        ),
        Mutant(
            "the database's logs are not encrypted",
            STORE,
            "kms_key_id=key.arn if key else None,",
            "kms_key_id=None,",
        ),
    ),
)

CACHE = Area(
    "cache",
    ("unit/data/test_cache.py",),
    (
        Mutant("the cache is Redis", VALKEY, 'engine="valkey"', 'engine="redis"'),
        Mutant(
            "TLS is off although the stack requires it",
            VALKEY,
            "transit_encryption_enabled=encrypted,",
            "transit_encryption_enabled=False,",
        ),
        Mutant(
            "plain connections are allowed although the stack requires TLS",
            VALKEY,
            "transit_encryption_mode=settings.transit_encryption.value if encrypted else None,",
            'transit_encryption_mode="preferred" if encrypted else None,',
        ),
        Mutant("a cache with TLS asks for no password", VALKEY, "auth_token=self.auth_token,", "auth_token=None,"),
        Mutant(
            "the password of the cache is no secret",
            VALKEY,
            "_password(store).result if tls_required",
            "pulumi.Output.unsecret(_password(store).result) if tls_required",
        ),
        Mutant(
            "a password is asked for where AWS allows none",
            VALKEY,
            "tls_required = settings.transit_encryption is TransitEncryption.REQUIRED",
            "tls_required = settings.transit_encryption is not TransitEncryption.OFF",
        ),
        Mutant(
            "the cache is not encrypted at rest",
            VALKEY,
            "at_rest_encryption_enabled=True,",
            "at_rest_encryption_enabled=False,",
        ),
        Mutant(
            "the cache does not fail over",
            VALKEY,
            "automatic_failover_enabled=replicated,",
            "automatic_failover_enabled=False,",
        ),
        Mutant(
            "the cache has no snapshots",
            VALKEY,
            "snapshot_retention_limit=settings.snapshot_retention_days,",
            "snapshot_retention_limit=0,",
        ),
        Mutant(
            "Pulumi lets the cache be deleted",
            VALKEY,
            "parent=self,\n                protect=args.protect,",
            "parent=self,",
        ),
        Mutant(
            "the cache stands in the default security group",
            VALKEY,
            "security_group_ids=[group.id],",
            "",
        ),
        Mutant("the slow log is kept for ever", STORE, "retention_in_days=retention_days,", ""),
    ),
)
