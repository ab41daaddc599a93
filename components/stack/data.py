"""From the configuration to the arguments of what holds an environment's data and secrets. No resource is made here."""

from collections.abc import Iterator

import pulumi

from components.account.account import Account
from components.config.environments import EnvironmentConfig
from components.config.platform import PlatformConfig
from components.controllers.controllers import Operators
from components.data.bootstrap import BootstrapArgs, DatabaseAccess, Instance
from components.data.bootstrap_namespace import BootstrapNamespaceArgs
from components.data.bootstrap_pods import bootstrap_workloads
from components.data.bootstrap_sql import DatabasePlan
from components.data.storage import StorageArgs
from components.secrets.delivery import SecretDeliveryArgs, duration
from components.secrets.entries import CacheServer, DatabaseServer, SecretsArgs
from components.secrets.plan import contract, environments_with_databases
from components.stack.outputs import Made


def storage(config: PlatformConfig, settings: EnvironmentConfig, account: Account, made: Made) -> StorageArgs | None:
    """Arguments of an environment's bucket; None where no service has one."""
    if config.storage is None or made.eks is None or not config.creates_buckets:
        return None
    return StorageArgs(
        label=f"{config.prefix}-{settings.name}",
        settings=config.storage,
        account=account,
        cluster_name=made.eks.cluster.name,
        cluster_arn=account.arn("eks", f"cluster/{config.prefix}"),
        namespace=settings.namespace,
        service_accounts=[service.short_name for service in config.services if service.storage],
        protect=config.protect,
    )


def secrets(config: PlatformConfig, settings: EnvironmentConfig, account: Account, made: Made) -> SecretsArgs | None:
    """Arguments of an environment's entries; None where the program fills none."""
    entries = contract(config, settings).entries
    if not entries:
        return None
    database = None
    if made.database is not None:
        database = DatabaseServer(address=made.database.address, port=made.database.port)
    bucket = made.storage.get(settings.name)
    return SecretsArgs(
        label=f"{config.prefix}-{settings.name}",
        entries=entries,
        settings=config.secrets_manager,
        account=account,
        protect=config.protect,
        database=database,
        cache=_cache(settings, made),
        bucket=None if bucket is None else bucket.bucket,
    )


def _cache(settings: EnvironmentConfig, made: Made) -> CacheServer | None:
    if made.cache is None or settings.cache_database is None:
        return None
    return CacheServer(
        scheme=made.cache.url_scheme,
        address=made.cache.primary_endpoint,
        port=made.cache.port,
        token=made.cache.auth_token,
        database=settings.cache_database,
    )


def delivery(
    config: PlatformConfig, settings: EnvironmentConfig, operators: Operators, made: Made
) -> SecretDeliveryArgs | None:
    """Arguments of an environment's Secrets; None where there are none."""
    found = contract(config, settings).secrets
    if not found:
        return None
    entries = made.secrets.get(settings.name)
    return SecretDeliveryArgs(
        secrets=found,
        namespace=made.environments[settings.name].namespace,
        refresh_minutes=config.secrets_manager.refresh_minutes,
        after=[*operators.ready, *(() if entries is None else entries.ready)],
    )


def bootstrap_namespace(config: PlatformConfig, made: Made) -> BootstrapNamespaceArgs | None:
    """Arguments of the namespace of the Jobs that make databases; None where there is nothing to make."""
    found = bootstrap_workloads(environments_with_databases(config))
    if not found or made.database is None or made.network is None:
        return None
    return BootstrapNamespaceArgs(
        workloads=found, database_cidrs=made.network.private_cidrs, database_port=made.database.port
    )


def bootstrap(
    config: PlatformConfig, settings: EnvironmentConfig, operators: Operators, made: Made
) -> BootstrapArgs | None:
    """Arguments of the Job that makes an environment's databases; None where it has none on RDS, or no passwords."""
    entries, place = made.secrets.get(settings.name), made.bootstrap_namespace
    if config.database is None or made.database is None or place is None or entries is None:
        return None
    databases = [
        DatabaseAccess(
            plan=DatabasePlan(name=entry.database, extensions=config.extensions(settings, entry.database)),
            url=entry.url,
            version=entries.versions[entry.path],
        )
        for entry in contract(config, settings).databases
    ]
    if not databases:
        return None
    instance = Instance(
        address=made.database.address,
        port=made.database.port,
        resource_id=made.database.resource_id,
        master_secret_arn=made.database.master_secret_arn,
    )
    return BootstrapArgs(
        environment=settings.name,
        namespace=place.namespace,
        namespace_object=place.namespace_object,
        databases=databases,
        instance=instance,
        image=config.database.bootstrap_image,
        refresh=duration(config.secrets_manager.refresh_minutes),
        after=[*place.ready, *operators.ready, *entries.ready],
    )


def environment_data(settings: EnvironmentConfig, made: Made) -> Iterator[pulumi.Resource]:
    """What an environment's pods read and use, and so come after."""
    places = (made.storage, made.deliveries, made.bootstraps)
    for component in (place.get(settings.name) for place in places):
        if component is not None:
            yield from component.ready
