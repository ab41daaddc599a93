"""What an RDS instance class and an ElastiCache node type hold, and the parameter group families of the engines.

Tables instead of questions to AWS, as for nodes: a size that is too small is refused before the first call.
Connections are reckoned from the memory that RDS leaves to PostgreSQL (`DBInstanceClassMemory`), not from the class's
nominal memory, which would promise a tenth more than there is. Sources: Amazon RDS, "DB instance class types" and
"Quotas and constraints" (LEAST({DBInstanceClassMemory/9531392}, 5000)); Amazon ElastiCache, "Redis OSS and Valkey
parameters" (maxmemory).
"""

import difflib
from collections.abc import Mapping

from components.sizing.quantities import MEBIBYTES_A_GIBIBYTE

BYTES_A_MEBIBYTE = 1024 * 1024
BYTES_A_CONNECTION = 9_531_392
MOST_CONNECTIONS = 5_000
RESERVED_CONNECTIONS = 5
"""superuser_reserved_connections (3) and rds.rds_superuser_reserved_connections (2): no service gets these."""

# What the operating system and RDS's own processes keep, so that the result stays near or under the values that people
# read on running instances: about 85 on 1 GiB, 410 on 4 GiB and 1,700 on 16 GiB, the reserved ones included.
KEPT_MEBIBYTES = 192
KEPT_PERCENT = 5

_BURSTABLE_GIB = {"micro": 1, "small": 2, "medium": 4, "large": 8, "xlarge": 16, "2xlarge": 32}
_LARGES = {"large": 1, "xlarge": 2, "2xlarge": 4, "4xlarge": 8, "8xlarge": 16, "12xlarge": 24, "16xlarge": 32}
_GIB_OF_A_LARGE = {"m": 8, "r": 16}
_FIXED_FAMILIES = ("m6g", "m6i", "m7g", "r6g", "r7g")


def _database_classes() -> Mapping[str, int]:
    burstable = {f"db.{family}.{size}": gib for family in ("t3", "t4g") for size, gib in _BURSTABLE_GIB.items()}
    fixed = {
        f"db.{family}.{size}": larges * _GIB_OF_A_LARGE[family[0]]
        for family in _FIXED_FAMILIES
        for size, larges in _LARGES.items()
    }
    return {name: gib * MEBIBYTES_A_GIBIBYTE for name, gib in (burstable | fixed).items()}


DATABASE_CLASSES: Mapping[str, int] = _database_classes()
"""Nominal memory in MiB by instance class."""

_CACHE_GIB: Mapping[str, Mapping[str, float]] = {
    "t": {"micro": 0.5, "small": 1.37, "medium": 3.09},
    "m": {"large": 6.38, "xlarge": 12.93, "2xlarge": 26.04, "4xlarge": 52.26, "8xlarge": 103.68, "12xlarge": 157.12,
          "16xlarge": 209.55},
    "r": {"large": 13.07, "xlarge": 26.32, "2xlarge": 52.82, "4xlarge": 105.81, "8xlarge": 209.55, "12xlarge": 317.77,
          "16xlarge": 419.09},
}  # fmt: skip
_CACHE_FAMILIES = ("t3", "t4g", "m6g", "m7g", "r6g", "r7g")

CACHE_NODES: Mapping[str, int] = {
    f"cache.{family}.{size}": int(gib * MEBIBYTES_A_GIBIBYTE)
    for family in _CACHE_FAMILIES
    for size, gib in _CACHE_GIB[family[0]].items()
}
"""Memory for data in MiB by node type."""


def max_connections(instance_class: str) -> int:
    """Connections that services can open on an instance class, on the safe side.

    ValueError with the nearest class when it is not in the table.
    """
    nominal = _known(instance_class, DATABASE_CLASSES, "an RDS instance class")
    left = nominal * (100 - KEPT_PERCENT) // 100 - KEPT_MEBIBYTES
    return min(left * BYTES_A_MEBIBYTE // BYTES_A_CONNECTION, MOST_CONNECTIONS) - RESERVED_CONNECTIONS


def cache_memory_mib(node_type: str) -> int:
    """Memory of one cache node in MiB; ValueError with the nearest type when it is not in the table."""
    return _known(node_type, CACHE_NODES, "an ElastiCache node type")


def _known(name: str, table: Mapping[str, int], what: str) -> int:
    if name not in table:
        nearest = difflib.get_close_matches(name, table, n=1, cutoff=0.0)[0]
        raise ValueError(f"{name!r} is not {what} whose memory is known. Write e.g. {nearest}.")
    return table[name]


def family(engine_version: str) -> str:
    """Parameter group family of a PostgreSQL version: `17.6` and `17` give `postgres17`."""
    return f"postgres{_major(engine_version)}"


def cache_family(engine_version: str) -> str:
    """Parameter group family of a Valkey version: `8.1` gives `valkey8`."""
    return f"valkey{_major(engine_version)}"


def log_connections(engine_version: str) -> str:
    """Value of `log_connections` that logs all of them: a switch up to PostgreSQL 17, a list of stages from 18 on."""
    return "all" if _major(engine_version) >= 18 else "1"


def _major(version: str) -> int:
    return int(version.partition(".")[0])
