"""The table of what AWS offers has cfn-lint's data, and its short form loses nothing."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cfnlint import data
from hypothesis import given, settings
from hypothesis import strategies as st

from components.account.offers import Offers, Service, types_in
from components.sizing.database_sizes import DATABASE_CLASSES
from tools.aws_offers import grouped, table

EXTENSIONS = Path(str(data.__file__)).parent / "schemas" / "extensions"
REGIONS = ("af-south-1", "ap-east-1", "ap-east-2", "eu-west-1")
NAMES = ("m7g.large", "m7g.xlarge", "db.m7g.large", "mac2-m2.metal")


@pytest.fixture(scope="module")
def fresh() -> Offers:
    return Offers.model_validate(table())


def _enums(path: str) -> Mapping[str, Any]:
    return json.loads((EXTENSIONS / path).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("service", "path"),
    [
        (Service.EC2, "aws_ec2_instance/instancetype_enum.json"),
        (Service.ELASTICACHE, "aws_elasticache_cachecluster/cachenodetype_enum.json"),
    ],
)
def test_types_of_every_region_are_those_of_the_data(fresh: Offers, service: Service, path: str) -> None:
    enums = _enums(path)
    for region in fresh.zones:
        assert types_in(fresh.types[service], region) == set(enums[region]["enum"])


def test_classes_of_other_engines_are_left_out(fresh: Offers) -> None:
    classes = types_in(fresh.types[Service.RDS_POSTGRES], "us-east-1")
    assert "db.m7g.large" in classes
    assert "db.r5.large.tpc1.mem2x" not in classes  # Oracle's


def test_versions_that_take_no_new_instances_are_left_out(fresh: Offers) -> None:
    versions = fresh.postgres_versions
    assert "17.6" in versions
    assert "17.4" not in versions
    assert not [version for version in versions if "." not in version or "-" in version]
    assert list(versions) == sorted(versions, key=lambda version: [int(part) for part in version.split(".")])


def test_every_accepted_version_of_postgresql_runs_on_all_known_classes(fresh: Offers) -> None:
    conditions = [
        (condition["if"]["properties"]["EngineVersion"]["pattern"], condition["then"]["properties"]["DBInstanceClass"])
        for condition in _enums("aws_rds_dbinstance/db_instance_class.json")["allOf"]
        if condition["if"]["properties"]["Engine"]["const"] == "postgres"
    ]
    accepted = [version for version in fresh.postgres_versions if version.startswith(("17.", "18."))]
    for version in accepted:
        (classes,) = [classes["enum"] for pattern, classes in conditions if re.match(pattern, version)]
        assert set(DATABASE_CLASSES) <= set(classes), version
    assert accepted


def test_letters_of_zones_have_no_gap(fresh: Offers) -> None:
    assert fresh.zones["us-west-1"] == "abc"
    assert fresh.zones["us-east-1"] == "abcdef"


def test_other_partitions_are_left_out(fresh: Offers) -> None:
    assert not [region for region in fresh.zones if region.startswith(("cn-", "us-gov-", "us-iso"))]


@given(st.dictionaries(st.sampled_from(REGIONS), st.sets(st.sampled_from(NAMES)), min_size=1))
@settings(max_examples=60)
def test_short_form_loses_nothing(types: dict[str, set[str]]) -> None:
    short = grouped(types)
    assert {region: types_in(short, region) for region in types} == types
    assert types_in(short, None) == set[str]().union(*types.values())
