"""`components/account/offers.json` from AWS's published data: `python -m tools.aws_offers`.

The data come with cfn-lint, whose authors collect them from AWS's APIs and price lists several times a month. They lack
engine versions by region (the table has one list for all), zones by account, and the versions that EKS supports (those
are in `components/config/versions.py`).
"""

import importlib.metadata
import json
import re
import string
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cfnlint import data
from cfnlint.helpers import AVAILABILITY_ZONES

from components.account.offers import EVERYWHERE, Groups, Service

SCHEMAS = Path(str(data.__file__)).parent / "schemas"
OTHER_PARTITIONS = ("cn-", "us-gov-", "us-iso", "eu-isoe-", "eusc-")
"""Prefixes of regions outside the partition `aws`, the only one that the program writes ARNs of."""


def read(path: str) -> Any:
    """A file of cfn-lint's data."""
    return json.loads((SCHEMAS / path).read_text(encoding="utf-8"))


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def _values(schema: Any, engine: str, where: str, key: str) -> set[str]:
    """The values of a property in a schema's conditions on an engine; `where` is `if` or `then`."""
    conditions = [c for c in schema["allOf"] if c["if"]["properties"]["Engine"].get("const") == engine]
    return set[str]().union(*(condition[where]["properties"][key]["enum"] for condition in conditions))


def _versions(service: str, engine: str) -> set[str]:
    """An engine's versions `major.minor`; those with a suffix (`11.22-rds.20260514`) are for extended support."""
    known = _values(read(f"extensions/{service}/engine_version.json"), engine, "then", "EngineVersion")
    return {version for version in known if re.fullmatch(r"[0-9]+\.[0-9]+", version)}


def _postgres_versions() -> set[str]:
    """Without the versions that RDS no longer offers for new instances."""
    withdrawn = read("extensions/aws_rds_dbinstance/engine_version_deprecated.json")
    return _versions("aws_rds_dbinstance", "postgres") - _values(withdrawn, "postgres", "if", "EngineVersion")


def _retention() -> list[int]:
    groups = read(f"resources/{read('providers/us-east-1.json')['AWS::Logs::LogGroup']}.json")
    return sorted(groups["properties"]["RetentionInDays"]["enum"])


def _letters(zones: Iterable[str]) -> str:
    """All letters up to the last one: accounts see different zones, and the data are from one account."""
    return string.ascii_lowercase[: max(string.ascii_lowercase.index(zone[-1]) for zone in zones) + 1]


def grouped(types: Mapping[str, Iterable[str]]) -> Groups:
    """The short form of the types that each region has."""
    regions_by_type = defaultdict[str, list[str]](list)
    for region in sorted(types):
        for name in types[region]:
            regions_by_type[name].append(region)
    sizes = defaultdict[tuple[str, str], list[str]](list)
    for name in sorted(regions_by_type):
        family, _, size = name.rpartition(".")
        sizes[family, _shortest(regions_by_type[name], sorted(types))].append(size)
    groups = defaultdict[str, dict[str, str]](dict)
    for (family, regions), of_family in sizes.items():
        groups[family][" ".join(of_family)] = regions
    return groups


def _shortest(regions: list[str], every: list[str]) -> str:
    absent = [region for region in every if region not in regions]
    return " ".join(regions if len(regions) <= len(absent) else [EVERYWHERE, *(f"-{region}" for region in absent)])


def table() -> Mapping[str, Any]:
    """The content of the file."""
    ec2 = read("extensions/aws_ec2_instance/instancetype_enum.json")
    rds = read("extensions/aws_rds_dbinstance/dbinstanceclass_enum.json")
    elasticache = read("extensions/aws_elasticache_cachecluster/cachenodetype_enum.json")
    regions = sorted(
        region
        for region in AVAILABILITY_ZONES
        if region in ec2 and region in rds and region in elasticache and not region.startswith(OTHER_PARTITIONS)
    )
    return {
        "about": "Generated from cfn-lint by `make offers`. Do not edit.",
        "source": f"cfn-lint {importlib.metadata.version('cfn-lint')}, data of {read('version.json')['schema_date']}",
        "logRetentionDays": _retention(),
        "postgresVersions": sorted(_postgres_versions(), key=_version),
        "valkeyVersions": sorted(_versions("aws_elasticache_cachecluster", "valkey"), key=_version),
        "zones": {region: _letters(AVAILABILITY_ZONES[region]) for region in regions},
        "types": {
            Service.EC2: grouped({region: ec2[region]["enum"] for region in regions}),
            Service.RDS_POSTGRES: grouped(
                {region: _values(rds[region], "postgres", "then", "DBInstanceClass") for region in regions}
            ),
            Service.ELASTICACHE: grouped({region: elasticache[region]["enum"] for region in regions}),
        },
    }


def main() -> None:
    """Print the table."""
    json.dump(table(), sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
