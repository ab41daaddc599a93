"""Rules of database and cache, and of the keys by which environments share them."""

from typing import Any

import pytest
import yaml

from tests.harness.config_samples import ABSENT, wrong
from tests.systems import refused_examples
from tests.unit.validation.samples import Refusal, mended, refused

REFUSALS: tuple[Refusal, ...] = (
    (
        "database.instanceClass",
        "cache.t4g.micro",
        None,
        "'cache.t4g.micro' is not an RDS instance class for PostgreSQL. Write e.g. db.t4g.",
    ),
    (
        "database.instanceClass",
        "db.t4g.medum",
        None,
        "'db.t4g.medum' is not an RDS instance class for PostgreSQL. Write e.g. db.t4g.medium.",
    ),
    (
        "cache.nodeType",
        "cache.t4g.mirco",
        None,
        "'cache.t4g.mirco' is not an ElastiCache node type. Write e.g. cache.t4g.micro.",
    ),
    ("database.username", "postgres", None, "'postgres' is easy to guess. Write platform_admin."),
    ("database.username", "admin", None, "'admin' is reserved by PostgreSQL or RDS. Write platform_admin."),
    ("database.username", "user", None, "'user' is reserved by PostgreSQL or RDS. Write platform_admin."),
    ("database.username", "authorization", None, "'authorization' is reserved by PostgreSQL or RDS. Write platform_"),
    ("database.username", "none", None, "'none' is reserved by PostgreSQL or RDS. Write platform_admin."),
    ("database.username", "pg_owner", None, "'pg_owner' is reserved by PostgreSQL or RDS. Write platform_admin."),
    ("database.username", "a" * 17, None, f"'{'a' * 17}' is not a user name of 1-16 lower-case letters,"),
    ("database.port", 1149, None, "1149 is not a port that RDS accepts (1150-65535). Write e.g. 5432."),
    ("database.maxStorageGib", 20, None, "20 leaves no room to grow: RDS needs 10 % more than storageGib 20."),
    ("database.maxStorageGib", 15, None, "15 leaves no room to grow: RDS needs 10 % more than storageGib 20."),
    ("database.storageGib", 91, "database.maxStorageGib", "100 leaves no room to grow: RDS needs 10 % more than"),
    ("database.storageGib", 59579, None, "59579 leaves no room to grow: maxStorageGib 100 must be 10 % more, and"),
    (
        "database.maintenanceWindow",
        "sun:17:30-sun:18:30",
        None,
        "sun:17:30-sun:18:30 overlaps backupWindow 17:00-18:00. Write sun:18:00-sun:19:00.",
    ),
    (
        "database.backupWindow",
        "19:30-19:05",
        None,
        "19:30-19:05 leaves no room for maintenanceWindow sun:18:30-sun:19:30. Write 19:30-20:00.",
    ),
    (
        "database.backupWindow",
        "17:00-17:29",
        None,
        "17:00-17:29 is shorter than the 30 minutes that RDS needs. Write 17:00-17:30.",
    ),
    (
        "database.backupWindow",
        "18:15-18:16",
        None,
        "18:15-18:16 is shorter than the 30 minutes that RDS needs. Write 19:30-20:00.",
    ),
    (
        "database.backupWindow",
        "17:00-17:00",
        None,
        "17:00-17:00 is shorter than the 30 minutes that RDS needs. Write 17:00-17:30.",
    ),
    (
        "database.maintenanceWindow",
        "sun:18:30-mon:18:31",
        None,
        "sun:18:30-mon:18:31 is longer than a day. Write sun:18:30-sun:19:00.",
    ),
    (
        "cache.maintenanceWindow",
        "sun:23:30-mon:00:29",
        None,
        "sun:23:30-mon:00:29 is shorter than the 60 minutes that ElastiCache needs. Write sun:23:30-mon:00:30.",
    ),
    (
        "cache.snapshotWindow",
        "16:00-16:30",
        None,
        "16:00-16:30 is shorter than the 60 minutes that ElastiCache needs. Write 16:00-17:00.",
    ),
    (
        "database.bootstrapImage",
        "public.ecr.aws/docker/library/postgres:16.4-alpine",
        None,
        "has psql 16, which is older than engineVersion 17. The default has psql 18. Remove it.",
    ),
    (
        "services[4].database.extensions",
        ["pgvector"],
        "services[4].database.extensions[0]",
        "'pgvector' is not an extension of RDS for PostgreSQL. Write vector.",
    ),
    (
        "services[4].database.extensions",
        ["vector", "pgvector"],
        "services[4].database.extensions[1]",
        "'pgvector' is not an extension of RDS for PostgreSQL. Remove it: vector is there already.",
    ),
    (
        "services[4].database.extensions",
        ["vector", "uuid_ossp"],
        "services[4].database.extensions[1]",
        "'uuid_ossp' is not an extension of RDS for PostgreSQL. Write uuid-ossp.",
    ),
    (
        "services[4].database.extensions",
        ["timescaledb"],
        "services[4].database.extensions[0]",
        "'timescaledb' is not an extension of RDS for PostgreSQL. Remove it.",
    ),
    (
        "services[4].database.extensions",
        ["vector", "pgcrypto", "vector"],
        "services[4].database.extensions[2]",
        "'vector' is listed twice. Remove it.",
    ),
    ("database", ABSENT, None, "is missing, and auth-service has a database. Add `database: {engineVersion:"),
    ("storage", ABSENT, None, "is missing, and media-service has `storage: true`. Add `storage: {}`."),
    ("database.backupRetentionDays", 0, None, "0 is too small. Write 7 or more."),
    (
        "storage.accessLogsBucket",
        "nova-pulumi-state",
        None,
        "nova-pulumi-state is ci.stateBucket, which holds the Pulumi state. Write another bucket, e.g. "
        "nova-access-logs.",
    ),
    (
        "cache.maintenanceWindow",
        "sun:17:30-sun:18:30",
        None,
        "sun:17:30-sun:18:30 overlaps snapshotWindow 17:00-18:00. Write sun:18:00-sun:19:00.",
    ),
    ("cache.multiAz", True, "cache.replicas", "is 0, and multiAz needs a replica."),
    (
        "environments[0].databasePrefix",
        "nova_",
        "environments[1].databasePrefix",
        "results in 'nova_auth', which is a database of environment dev.",
    ),
    ("environments[0].databasePrefix", ABSENT, None, "is missing. Write e.g. nova_dev_."),
    (
        "environments[0].cacheDatabase",
        0,
        "environments[1].cacheDatabase",
        "0 is the cache database of environment dev.",
    ),
)


@pytest.mark.parametrize(("path", "value", "reported_at", "message"), REFUSALS)
def test_a_bad_value_is_refused_at_its_key(path: str, value: Any, reported_at: str | None, message: str) -> None:
    lines = refused(path, value)
    assert any(line.startswith(f"{reported_at or path}: {message}") for line in lines), lines


@pytest.mark.parametrize(("path", "value"), [(path, value) for path, value, *_ in REFUSALS])
def test_what_a_refusal_says_to_write_is_accepted(path: str, value: Any) -> None:
    assert mended(path, value) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("database.username", "a" * 16),
        ("database.username", "administrators"),
        ("database.port", 1150),
        ("database.port", 65535),
        ("database.maxStorageGib", 22),
        ("database.storageGib", 90),
        ("database.backupWindow", "17:00-17:30"),
        ("database.backupWindow", "23:45-00:15"),
        ("database.maintenanceWindow", "sun:18:00-sun:18:30"),
        ("database.maintenanceWindow", "sun:18:00-mon:17:00"),
        ("cache.snapshotWindow", "16:00-17:00"),
        ("cache.maintenanceWindow", "sun:23:30-mon:00:30"),
        ("database.bootstrapImage", "public.ecr.aws/docker/library/postgres:17.1"),
        ("database.bootstrapImage", "example.com:5000/tools/postgres-client:17"),
        ("database.bootstrapImage", "example.com/psql-tools:1.2.3"),
        ("services[4].database.extensions", ["vector", "postgis", "uuid-ossp"]),
        ("services[4].cache", True),
    ],
)
def test_the_value_beside_it_is_accepted(path: str, value: Any) -> None:
    assert refused(path, value) == []


def test_a_value_that_cannot_be_read_hides_no_mistake_beside_it() -> None:
    lines = wrong(
        database__storageGib="twenty",
        database__instanceClass="db.t4g.mikro",
        database__maintenanceWindow="sun:17:30-sun:18:30",
        database__username="admin",
        cache__replicas="one",
        cache__nodeType="cache.t4g.mikro",
        cache__snapshotWindow="18:00-18:10",
    )
    assert {line.partition(": ")[0] for line in lines} == {
        "database.storageGib",
        "database.instanceClass",
        "database.maintenanceWindow",
        "database.username",
        "cache.replicas",
        "cache.nodeType",
        "cache.snapshotWindow",
    }


def test_a_window_that_cannot_be_read_hides_only_the_overlap() -> None:
    lines = wrong(database__backupWindow="at night", database__maintenanceWindow="sun:17:30-sun:17:40")
    assert [line.partition(": ")[0] for line in lines] == ["database.backupWindow", "database.maintenanceWindow"]


def test_on_an_existing_cluster_each_environment_runs_the_database_of_its_services() -> None:
    (line,) = refused_examples.refusals("tiketi", "dev", {"environments 0 databaseInNamespace": ABSENT})
    assert line.startswith(
        "environments[0].databaseInNamespace: is missing: backend needs it, and an existing cluster (kubeconfig) has "
        "no other. Write e.g. {app: postgres, port: 5432, resources: {"
    )
    value = yaml.safe_load(line.partition("Write e.g. ")[2].removesuffix("."))
    assert refused_examples.accepted("tiketi", "dev", {"environments 0 databaseInNamespace": value})


def test_a_cache_is_missing_only_where_a_service_asks_for_one() -> None:
    own: dict[str, Any] = {f"environments__{index}__cacheDatabase": ABSENT for index in (0, 1)}
    assert wrong(cache=ABSENT, **own) == []
    (line,) = wrong(cache=ABSENT, services__1__cache=True, **own)
    assert line == (
        "cache: is missing, and user-service has `cache: true`. Add `cache: {nodeType: cache.t4g.micro}`, "
        "or cacheInNamespace for each environment."
    )
