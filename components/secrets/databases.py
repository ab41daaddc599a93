"""Names of an environment's databases on the stack's instance; each has a user of the same name (pure).

`<prefix><service>` for each service with a database, and one that all services may use if `secrets` names it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from components.config.catalogue import ServiceDatabase
from components.config.environments import EnvironmentConfig
from components.config.platform import PlatformConfig


@dataclass(frozen=True, kw_only=True)
class EnvironmentDatabases:
    """The databases of one environment; empty for an environment that does not use the stack's instance."""

    by_service: Mapping[str, str] = field(default_factory=dict[str, str])
    """Database by service name; services may share one."""
    shared: str | None = None
    """The database that every service may use."""
    extensions: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    """Sorted extensions by database: the union over the services that use it."""

    @property
    def names(self) -> list[str]:
        """Every database once, sorted."""
        return sorted(self.extensions)


def environment_databases(config: PlatformConfig, environment: EnvironmentConfig) -> EnvironmentDatabases:
    """Empty without an instance, without `databasePrefix`, or with a database in the environment's own namespace."""
    prefix = environment.database_prefix
    if prefix is None or not config.uses_database(environment):
        return EnvironmentDatabases()
    by_service: dict[str, str] = {}
    extensions: dict[str, set[str]] = {}
    for service in config.services:
        if service.database is not None:
            name = prefix + (service.database.name or service.own_database)
            by_service[service.name] = name
            extensions.setdefault(name, set()).update(service.database.extensions)
    shared = None
    if config.secrets is not None and config.secrets.shared_database is not None:
        shared = prefix + config.secrets.shared_database
        # Without a service that asks for extensions, it gets those of a service that does not say.
        extensions.setdefault(shared, {*ServiceDatabase().extensions})
    return EnvironmentDatabases(
        by_service=by_service,
        shared=shared,
        extensions={name: sorted(wanted) for name, wanted in extensions.items()},
    )
