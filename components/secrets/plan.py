"""The contract of secrets: which entries, and which Secrets with which keys out of which entry (pure, no resources).

What fills the entries, what brings them into the cluster and what tests the manifests all read it from here. The keys
that a manifest can rely on follow from the catalogue and from `secrets`; a value is nowhere but in its entry. A
database is one entry, however many services use it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from components.config.environments import EnvironmentConfig
from components.config.platform import PlatformConfig
from components.config.secrets import SecretsConfig
from components.secrets.external_secret import Source

# Endings of Secrets' names, which begin with the system's: none of them is a value.
DATABASE_SECRET = "db-credentials"  # noqa: S105
CACHE_SECRET = "redis-credentials"  # noqa: S105
SIGNING_SECRET = "jwt-keys"  # noqa: S105
STORAGE_SECRET = "s3-credentials"  # noqa: S105
FIXED_SECRETS = (DATABASE_SECRET, CACHE_SECRET, SIGNING_SECRET, STORAGE_SECRET)

# Properties of entries that hold more than one value.
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
        """Where the URL stands in an entry that holds one."""
        return Source(entry=self.path, property=URL if self.content is Content.DATABASE else None)


@dataclass(frozen=True, kw_only=True)
class Contract:
    """Entries that the program fills, and Secrets by name with the source of each of their keys."""

    entries: Sequence[Entry] = ()
    secrets: Mapping[str, Keys] = field(default_factory=dict[str, Keys])

    @property
    def databases(self) -> Sequence[Entry]:
        """Entries with the URLs of databases, which are the program's to make."""
        return [entry for entry in self.entries if entry.database]


def contract(config: PlatformConfig, environment: EnvironmentConfig) -> Contract:
    """What one environment gets; nothing without `secrets`, or on a cluster that is not the stack's own."""
    if config.secrets is None or config.cluster is None:
        return Contract()
    place = f"{config.system.name}/{environment.name}/"
    parts = (
        _databases(config, environment, place),
        _cache(config, environment, place),
        _storage(config, place),
        *_named(config.secrets, place),
    )
    secrets: dict[str, dict[str, Source]] = {}
    for part in parts:
        for secret, keys in part.secrets.items():
            secrets.setdefault(f"{config.system.name}-{secret}", {}).update(keys)
    return Contract(entries=[entry for part in parts for entry in part.entries], secrets=secrets)


def environments_with_databases(config: PlatformConfig) -> Sequence[EnvironmentConfig]:
    """Environments whose databases the program makes: the sums rest on it, and on no name of an entry."""
    if config.cluster is None or config.secrets is None:
        return []
    return [environment for environment in config.environments if _databases(config, environment, "").databases]


def _databases(config: PlatformConfig, environment: EnvironmentConfig, place: str) -> Contract:
    if not config.uses_database(environment):
        return Contract()
    shared, prefix = config.shared_database(environment), environment.database_prefix or ""

    def entry(database: str) -> Entry:
        name = database.removeprefix(prefix).replace("_", "-")
        if database == shared:
            return Entry(path=f"{place}{name}-db", content=Content.DATABASE, database=database)
        return Entry(path=f"{place}{name}-db-url", content=Content.DATABASE_URL, database=database)

    entries = {database: entry(database) for database in config.database_names(environment)}
    keys = {
        f"{service.short_name}-db-url": entries[database].url
        for service in config.services
        if (database := config.databases(environment).get(service.name)) is not None
    }
    if shared is not None:
        path = entries[shared].path
        keys |= {
            "DATABASE_URL": Source(entry=path, property=URL),
            "DB_USER": Source(entry=path, property=USERNAME),
            "DB_PASSWORD": Source(entry=path, property=PASSWORD),
        }
    return Contract(entries=list(entries.values()), secrets={DATABASE_SECRET: keys} if keys else {})


def _cache(config: PlatformConfig, environment: EnvironmentConfig, place: str) -> Contract:
    used = any(service.cache for service in config.services)
    if environment.cache_database is None or not used or not config.uses_cache(environment):
        return Contract()
    entry = Entry(path=f"{place}redis-url", content=Content.CACHE_URL)
    source = Source(entry=entry.path)
    # Who reads only databases finds it beside them, too. With a database of the namespace's own that Secret is made by
    # whoever makes the database, and External Secrets would take it over.
    beside = {} if environment.database_in_namespace is not None else {DATABASE_SECRET: {"redis-url": source}}
    return Contract(entries=[entry], secrets={**beside, CACHE_SECRET: {"REDIS_URL": source}})


def _storage(config: PlatformConfig, place: str) -> Contract:
    if not config.creates_buckets:
        return Contract()
    entry = Entry(path=f"{place}s3", content=Content.STORAGE)
    keys = {
        "S3_BUCKET": Source(entry=entry.path, property=BUCKET),
        "AWS_REGION": Source(entry=entry.path, property=REGION),
    }
    return Contract(entries=[entry], secrets={STORAGE_SECRET: keys})


def _named(settings: SecretsConfig, place: str) -> Iterator[Contract]:
    """What `secrets` names: signing keys, generated and supplied values."""
    if settings.signing_keys:
        entry = Entry(path=f"{place}{SIGNING_SECRET}", content=Content.SIGNING_KEYS)
        properties = {
            "JWT_PRIVATE_KEY_PEM": PRIVATE_KEY, "JWT_PUBLIC_KEY_PEM": PUBLIC_KEY, "JWT_SECRET": SYMMETRIC_KEY,
        }  # fmt: skip
        yield Contract(entries=[entry], secrets={SIGNING_SECRET: _properties(entry.path, properties)})
    generated: dict[str, dict[str, int]] = {}
    for found in settings.generated:
        generated.setdefault(found.secret, {})[found.key] = found.bytes
    for secret, lengths in generated.items():
        entry = Entry(path=place + secret, content=Content.GENERATED, generated=lengths)
        yield Contract(entries=[entry], secrets={secret: _properties(entry.path, {key: key for key in lengths})})
    for found in settings.supplied:
        yield Contract(secrets={found.secret: _properties(place + found.secret, {key: key for key in found.keys})})


def _properties(path: str, properties: Mapping[str, str]) -> Keys:
    return {key: Source(entry=path, property=name) for key, name in properties.items()}
