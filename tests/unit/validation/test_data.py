"""Rules of database and cache, and of the keys by which environments share them."""

from typing import Any

import pytest

from tests.harness.config_samples import ABSENT
from tests.unit.validation.samples import Refusal, refused

REFUSALS: tuple[Refusal, ...] = (
    (
        "database.instanceClass",
        "cache.t4g.micro",
        None,
        "'cache.t4g.micro' is not an RDS instance class for PostgreSQL. Write e.g. db.t4g.micro.",
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
    ("database.username", "postgres", None, "'postgres' is reserved or too easy to guess."),
    ("database.maxStorageGib", 20, None, "20 leaves no room to grow above storageGib 20. Write at least 23."),
    (
        "database.maintenanceWindow",
        "sun:17:30-sun:18:30",
        None,
        "sun:17:30-sun:18:30 overlaps backupWindow 17:00-18:00.",
    ),
    ("database.backupRetentionDays", 0, None, "0 is too small. Write 7 or more."),
    (
        "cache.maintenanceWindow",
        "sun:17:30-sun:18:30",
        None,
        "sun:17:30-sun:18:30 overlaps snapshotWindow 17:00-18:00.",
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
