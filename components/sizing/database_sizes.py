"""Memory and connections of RDS instance classes, and the engines' parameter group families.

A table instead of API calls, as for nodes: an undersized class is refused before the first call to AWS. Connections are
calculated from the memory that RDS leaves to PostgreSQL (`DBInstanceClassMemory`), not from the nominal memory, which
would give about 10 % too many. Sources: Amazon RDS, "DB instance class types" and "Quotas and constraints"
(LEAST({DBInstanceClassMemory/9531392}, 5000)).
"""

from collections.abc import Mapping

from components.sizing.quantities import MEBIBYTES_PER_GIBIBYTE

BYTES_PER_MEBIBYTE = 1024 * 1024
BYTES_PER_CONNECTION = 9_531_392
MAX_CONNECTIONS = 5_000
RESERVED_CONNECTIONS = 5
"""superuser_reserved_connections (3) and rds.rds_superuser_reserved_connections (2), not available to services."""

# Memory of the operating system and RDS's own processes. With these values the result is at or slightly below what
# running instances report: about 85 on 1 GiB, 410 on 4 GiB and 1,700 on 16 GiB, reserved connections included.
RESERVED_MEBIBYTES = 192
RESERVED_PERCENT = 5

_BURSTABLE_GIB = {"micro": 1, "small": 2, "medium": 4, "large": 8, "xlarge": 16, "2xlarge": 32}
_MULTIPLES_OF_LARGE = {
    "large": 1, "xlarge": 2, "2xlarge": 4, "4xlarge": 8, "8xlarge": 16, "12xlarge": 24, "16xlarge": 32
}  # fmt: skip
_LARGE_GIB = {"m": 8, "r": 16}
_FIXED_FAMILIES = ("m6g", "m6i", "m7g", "r6g", "r7g")


def _database_classes() -> Mapping[str, int]:
    burstable = {f"db.{family}.{size}": gib for family in ("t3", "t4g") for size, gib in _BURSTABLE_GIB.items()}
    fixed = {
        f"db.{family}.{size}": multiple * _LARGE_GIB[family[0]]
        for family in _FIXED_FAMILIES
        for size, multiple in _MULTIPLES_OF_LARGE.items()
    }
    return {name: gib * MEBIBYTES_PER_GIBIBYTE for name, gib in (burstable | fixed).items()}


DATABASE_CLASSES: Mapping[str, int] = _database_classes()
"""Nominal memory in MiB by instance class."""


def max_connections(instance_class: str) -> int:
    """Connections available to services on an instance class, a conservative estimate; KeyError for an unknown one."""
    nominal = DATABASE_CLASSES[instance_class]
    available = nominal * (100 - RESERVED_PERCENT) // 100 - RESERVED_MEBIBYTES
    return min(available * BYTES_PER_MEBIBYTE // BYTES_PER_CONNECTION, MAX_CONNECTIONS) - RESERVED_CONNECTIONS


def family(engine_version: str) -> str:
    """Parameter group family of a PostgreSQL version: `17.6` and `17` give `postgres17`."""
    return f"postgres{_major(engine_version)}"


def cache_family(engine_version: str) -> str:
    """Parameter group family of a Valkey version: `8.1` gives `valkey8`."""
    return f"valkey{_major(engine_version)}"


def log_connections(engine_version: str) -> str:
    """Value of `log_connections` that logs every connection: a boolean up to PostgreSQL 17, a list from 18 on."""
    return "all" if _major(engine_version) >= 18 else "1"


def _major(version: str) -> int:
    return int(version.partition(".")[0])
