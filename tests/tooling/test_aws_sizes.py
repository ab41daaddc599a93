"""The tables of sizes have every type that can be used, and leave out the others."""

import re

import pytest

from components.account.offers import Service, offered, offers
from components.sizing.database_sizes import DATABASE_CLASSES
from components.sizing.instance_types import INSTANCE_TYPES
from tools.aws_sizes import databases, nodes

CURRENT = re.compile(r"([cmr][5-9]|t[348]|[ir]7|g[56]|g4dn|im4gn|is4gen|d3)[-a-z]*\.([0-9]*x?large|medium)")
UNKNOWN = ("d3en.large", "g5g.")
"""The first is in cfn-lint's data only; EC2's documentation does not have it."""


def test_the_tables_are_those_of_the_data() -> None:
    assert [row[0] for row in nodes()][1:] == list(INSTANCE_TYPES)
    assert [tuple(row) for row in databases()][1:] == list(DATABASE_CLASSES.items())


@pytest.mark.parametrize("region", sorted(offers().zones))
def test_capacity_of_every_current_type_of_a_region_is_known(region: str) -> None:
    current = {name for name in offered(Service.EC2, region) if CURRENT.fullmatch(name)}
    assert {name for name in current - INSTANCE_TYPES.keys() if not name.startswith(UNKNOWN)} == set()
    assert current


@pytest.mark.parametrize(
    "name",
    [
        "t3.micro",
        "m4.large",
        "t2.medium",
        "a1.large",
        "i3.large",
        "inf2.xlarge",
        "f2.6xlarge",
        "g5g.xlarge",
        "mac2.metal",
    ],
)
def test_types_that_cannot_be_nodes_are_left_out(name: str) -> None:
    assert name in offered(Service.EC2, None)
    assert name not in INSTANCE_TYPES


@pytest.mark.parametrize("name", ["db.m4.large", "db.t2.micro", "db.r4.large"])
def test_classes_that_run_only_old_versions_are_left_out(name: str) -> None:
    assert name in offered(Service.RDS_POSTGRES, None)
    assert name not in DATABASE_CLASSES
