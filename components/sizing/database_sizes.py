"""Memory and connections of RDS instance classes, and the engines' parameter group families.

A table instead of API calls, as for nodes: an undersized class is refused before the first call to AWS. It has the
classes that run every version of PostgreSQL that the program accepts; `tools/aws_sizes.py` generates it. Connections
are calculated from the memory that RDS leaves to PostgreSQL (`DBInstanceClassMemory`), not from the nominal memory,
which would give about 10 % too many. Source: Amazon RDS, "Quotas and constraints"
(LEAST({DBInstanceClassMemory/9531392}, 5000)).
"""

from collections.abc import Mapping
from pathlib import Path

from components.sizing.instance_types import rows

BYTES_PER_MEBIBYTE = 1024 * 1024
BYTES_PER_CONNECTION = 9_531_392
MAX_CONNECTIONS = 5_000
RESERVED_CONNECTIONS = 5
"""superuser_reserved_connections (3) and rds.rds_superuser_reserved_connections (2), not available to services."""

# Memory of the operating system and RDS's own processes. With these values the result is at or slightly below what
# running instances report: about 85 on 1 GiB, 410 on 4 GiB and 1,700 on 16 GiB, reserved connections included.
RESERVED_MEBIBYTES = 192
RESERVED_PERCENT = 5

TABLE = Path(__file__).parent / "database_classes.csv"
DATABASE_CLASSES: Mapping[str, int] = {row["class"]: int(row["memoryMib"]) for row in rows(TABLE)}
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
