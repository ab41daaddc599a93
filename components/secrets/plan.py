"""Which entries of Secrets Manager an environment has, and which Secrets are filled from them (pure, no resources).

The components that write the entries, the ExternalSecrets, the bootstrap Job and the check of the manifests all read
this plan. Entries and keys follow from the catalogue and from `secrets`. A database is one entry, however many services
use it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from components.config.environments import EnvironmentConfig
from components.config.platform import PlatformConfig
from components.config.secrets import SecretsConfig
from components.secrets.databases import EnvironmentDatabases
from components.secrets.external_secret import Source

# Names of Secrets without the prefix `<system>-`.
DATABASE_SECRET = "db-credentials"  # noqa: S105
CACHE_SECRET = "redis-credentials"  # noqa: S105
SIGNING_SECRET = "jwt-keys"  # noqa: S105
STORAGE_SECRET = "s3-credentials"  # noqa: S105
FIXED_SECRETS = (DATABASE_SECRET, CACHE_SECRET, SIGNING_SECRET, STORAGE_SECRET)

# Properties of entries with more than one value.
URL, USERNAME, PASSWORD = "url", "username", "password"
PRIVATE_KEY, PUBLIC_KEY, SYMMETRIC_KEY = "privateKey", "publicKey", "secret"
BUCKET, REGION = "bucket", "region"

Keys = Mapping[str, Source]


class Content(StrEnum):
    """What an entry holds."""

    DATABASE_URL = "a database's URL, as it is"
    DATABASE = "a database's URL, user and password"
    CACHE_URL = "the cache's URL, as it is"
    SIGNING_KEYS = "a key pair and a secret for signatures"
    STORAGE = "the bucket and its region"
    GENERATED = "random values"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An entry of Secrets Manager that the program fills."""

    path: str
    """`<system>/<environment>/<name>`."""
    content: Content
    database: str = ""
    """Database, and user of it, that the entry is for."""
    generated: Mapping[str, int] = field(default_factory=dict[str, int])
    """Length in bytes of each random value, by its property."""

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def url(self) -> Source:
        """Source of the URL, for an entry that holds one."""
        return Source(entry=self.path, property=URL if self.content is Content.DATABASE else None)


@dataclass(frozen=True, kw_only=True)
class SecretsPlan:
    """Entries that the program writes, and the source of each key of each Secret."""

    entries: Sequence[Entry] = ()
    secrets: Mapping[str, Keys] = field(default_factory=dict[str, Keys])

    @property
    def databases(self) -> Sequence[Entry]:
        """Entries with the URL of a database, which the bootstrap Job creates."""
        return [entry for entry in self.entries if entry.database]


def secrets_plan(
    config: PlatformConfig, environment: EnvironmentConfig, databases: EnvironmentDatabases
) -> SecretsPlan:
    """The plan of one environment; empty without `secrets`, or on a cluster that the stack does not create."""
    if config.secrets is None or config.cluster is None:
        return SecretsPlan()
    prefix = config.secret_prefix(environment.name)
    parts = (
        _databases(config, environment, databases, prefix),
        _cache(config, environment, prefix),
        _storage(config, prefix),
        *_named(config.secrets, prefix),
    )
    secrets: dict[str, dict[str, Source]] = {}
    for part in parts:
        for secret, keys in part.secrets.items():
            secrets.setdefault(f"{config.system.name}-{secret}", {}).update(keys)
    return SecretsPlan(entries=[entry for part in parts for entry in part.entries], secrets=secrets)


def _databases(
    config: PlatformConfig, environment: EnvironmentConfig, databases: EnvironmentDatabases, prefix: str
) -> SecretsPlan:
    def entry(database: str) -> Entry:
        name = database.removeprefix(environment.database_prefix or "").replace("_", "-")
        if database == databases.shared:
            return Entry(path=f"{prefix}{name}-db", content=Content.DATABASE, database=database)
        return Entry(path=f"{prefix}{name}-db-url", content=Content.DATABASE_URL, database=database)

    entries = {database: entry(database) for database in databases.names}
    keys = {
        f"{service.short_name}-db-url": entries[databases.by_service[service.name]].url
        for service in config.services
        if service.name in databases.by_service
    }
    if databases.shared is not None:
        path = entries[databases.shared].path
        keys |= {
            "DATABASE_URL": Source(entry=path, property=URL),
            "DB_USER": Source(entry=path, property=USERNAME),
            "DB_PASSWORD": Source(entry=path, property=PASSWORD),
        }
    return SecretsPlan(entries=list(entries.values()), secrets={DATABASE_SECRET: keys} if keys else {})


def _cache(config: PlatformConfig, environment: EnvironmentConfig, prefix: str) -> SecretsPlan:
    used = any(service.cache for service in config.services)
    if environment.cache_database is None or not used or not config.uses_cache(environment):
        return SecretsPlan()
    entry = Entry(path=f"{prefix}redis-url", content=Content.CACHE_URL)
    source = Source(entry=entry.path)
    secrets: dict[str, Keys] = {CACHE_SECRET: {"REDIS_URL": source}}
    # Services that read only the database's Secret find the cache's URL there too. With a database in the namespace
    # that Secret belongs to the application repository, and External Secrets would take it over.
    if environment.database_in_namespace is None:
        secrets = {DATABASE_SECRET: {"redis-url": source}, **secrets}
    return SecretsPlan(entries=[entry], secrets=secrets)


def _storage(config: PlatformConfig, prefix: str) -> SecretsPlan:
    if not config.creates_buckets:
        return SecretsPlan()
    entry = Entry(path=f"{prefix}s3", content=Content.STORAGE)
    keys = {
        "S3_BUCKET": Source(entry=entry.path, property=BUCKET),
        "AWS_REGION": Source(entry=entry.path, property=REGION),
    }
    return SecretsPlan(entries=[entry], secrets={STORAGE_SECRET: keys})


def _named(settings: SecretsConfig, prefix: str) -> Iterator[SecretsPlan]:
    """Signing keys, generated values and supplied values."""
    if settings.signing_keys:
        entry = Entry(path=f"{prefix}{SIGNING_SECRET}", content=Content.SIGNING_KEYS)
        properties = {
            "JWT_PRIVATE_KEY_PEM": PRIVATE_KEY, "JWT_PUBLIC_KEY_PEM": PUBLIC_KEY, "JWT_SECRET": SYMMETRIC_KEY,
        }  # fmt: skip
        yield SecretsPlan(entries=[entry], secrets={SIGNING_SECRET: _properties(entry.path, properties)})
    generated: dict[str, dict[str, int]] = {}
    for value in settings.generated:
        generated.setdefault(value.secret, {})[value.key] = value.bytes
    for secret, lengths in generated.items():
        entry = Entry(path=prefix + secret, content=Content.GENERATED, generated=lengths)
        yield SecretsPlan(entries=[entry], secrets={secret: _properties(entry.path, {key: key for key in lengths})})
    for supplied in settings.supplied:
        keys = {key: key for key in supplied.keys}
        yield SecretsPlan(secrets={supplied.secret: _properties(prefix + supplied.secret, keys)})


def _properties(path: str, properties: Mapping[str, str]) -> Keys:
    return {key: Source(entry=path, property=name) for key, name in properties.items()}
