"""From the configuration to the arguments of the components that hold an environment's data and secrets.

Creates no resource. A function returns None for a component that the stack or the environment leaves out.
"""

from collections.abc import Iterator, Sequence

import pulumi

from components.config.platform import PlatformConfig
from components.data.bootstrap import BootstrapArgs, DatabaseAccess, Instance
from components.data.bootstrap_namespace import BootstrapNamespaceArgs
from components.data.bootstrap_pods import bootstrap_workloads
from components.data.bootstrap_scripts import DatabasePlan
from components.data.storage import StorageArgs
from components.environments.plan import EnvironmentPlan, bootstrapped
from components.secrets.delivery import SecretDeliveryArgs, duration
from components.secrets.entries import CacheServer, DatabaseServer, SecretsArgs
from components.stack.aws import stack_account
from components.stack.components import StackComponents


def storage(config: PlatformConfig, plan: EnvironmentPlan, components: StackComponents) -> StorageArgs | None:
    """The environment's bucket."""
    account = stack_account(config)
    if config.storage is None or account is None or components.eks is None or not config.creates_buckets:
        return None
    return StorageArgs(
        label=f"{config.prefix}-{plan.name}",
        settings=config.storage,
        account=account,
        cluster_name=components.eks.cluster.name,
        cluster_arn=account.cluster_arn(config.prefix),
        namespace=plan.settings.namespace,
        service_accounts=[service.short_name for service in config.services if service.storage],
        protect=config.protect,
    )


def secrets(config: PlatformConfig, plan: EnvironmentPlan, components: StackComponents) -> SecretsArgs | None:
    """The environment's entries in Secrets Manager."""
    account = stack_account(config)
    if account is None or not plan.secrets.entries:
        return None
    database = None
    if components.database is not None:
        database = DatabaseServer(address=components.database.address, port=components.database.port)
    bucket = components.storage[plan.name]
    return SecretsArgs(
        label=f"{config.prefix}-{plan.name}",
        entries=plan.secrets.entries,
        settings=config.secrets_manager,
        account=account,
        protect=config.protect,
        database=database,
        cache=_cache(plan, components),
        bucket=None if bucket is None else bucket.bucket,
    )


def _cache(plan: EnvironmentPlan, components: StackComponents) -> CacheServer | None:
    cache, database = components.cache, plan.settings.cache_database
    if cache is None or database is None:
        return None
    return CacheServer(
        scheme=cache.url_scheme,
        address=cache.primary_endpoint,
        port=cache.port,
        token=cache.auth_token,
        database=database,
    )


def delivery(config: PlatformConfig, plan: EnvironmentPlan, components: StackComponents) -> SecretDeliveryArgs | None:
    """The environment's Secrets in Kubernetes."""
    if not plan.secrets.secrets:
        return None
    entries = components.secrets[plan.name]
    return SecretDeliveryArgs(
        secrets=plan.secrets.secrets,
        namespace=components.environments[plan.name].namespace,
        refresh_minutes=config.secrets_manager.refresh_minutes,
        after=[*components.controllers.ready, *(() if entries is None else entries.ready)],
    )


def bootstrap_namespace(plans: Sequence[EnvironmentPlan], components: StackComponents) -> BootstrapNamespaceArgs | None:
    """The namespace of the Jobs that create databases."""
    workloads = bootstrap_workloads(bootstrapped(plans))
    if not workloads or components.database is None or components.network is None:
        return None
    return BootstrapNamespaceArgs(
        workloads=workloads,
        database_cidrs=components.network.private_cidrs,
        database_port=components.database.port,
    )


def bootstrap(config: PlatformConfig, plan: EnvironmentPlan, components: StackComponents) -> BootstrapArgs | None:
    """The Job that creates the environment's databases on RDS."""
    database, namespace, entries = components.database, components.bootstrap_namespace, components.secrets[plan.name]
    if config.database is None or database is None or namespace is None or entries is None:
        return None
    if not plan.bootstraps_databases:
        return None
    return BootstrapArgs(
        environment=plan.name,
        namespace=namespace.namespace,
        namespace_object=namespace.namespace_object,
        databases=[
            DatabaseAccess(
                plan=DatabasePlan(name=entry.database, extensions=plan.databases.extensions[entry.database]),
                url=entry.url,
                version=entries.versions[entry.path],
            )
            for entry in plan.secrets.databases
        ],
        instance=Instance(
            address=database.address,
            port=database.port,
            resource_id=database.resource_id,
            master_secret_arn=database.master_secret_arn,
        ),
        image=config.database.bootstrap_image,
        refresh=duration(config.secrets_manager.refresh_minutes),
        after=[*namespace.ready, *components.controllers.ready, *entries.ready],
    )


def dependencies(plan: EnvironmentPlan, components: StackComponents) -> Iterator[pulumi.Resource]:
    """Storage, Secrets and databases that the environment's pods need before they start."""
    for by_environment in (components.storage, components.deliveries, components.bootstraps):
        component = by_environment[plan.name]
        if component is not None:
            yield from component.ready
