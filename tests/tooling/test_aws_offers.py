"""The table of what AWS offers has cfn-lint's data, and its short form loses nothing."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cfnlint import data
from hypothesis import given, settings
from hypothesis import strategies as st

from components.account.offers import Service, offered, offers, types_in, zones
from tools.aws_offers import grouped

EXTENSIONS = Path(str(data.__file__)).parent / "schemas" / "extensions"
REGIONS = ("af-south-1", "ap-east-1", "ap-east-2", "eu-west-1")
NAMES = ("m7g.large", "m7g.xlarge", "db.m7g.large", "mac2-m2.metal")


def _enums(path: str) -> Mapping[str, Any]:
    return json.loads((EXTENSIONS / path).read_text(encoding="utf-8"))


def test_types_of_a_region_are_those_of_the_data() -> None:
    nodes = _enums("aws_ec2_instance/instancetype_enum.json")
    caches = _enums("aws_elasticache_cachecluster/cachenodetype_enum.json")
    for region in offers().zones:
        assert offered(Service.EC2, region) == set(nodes[region]["enum"])
        assert offered(Service.ELASTICACHE, region) == set(caches[region]["enum"])


def test_classes_of_other_engines_are_left_out() -> None:
    assert "db.m7g.large" in offered(Service.RDS_POSTGRES, "us-east-1")
    assert "db.r5.large.tpc1.mem2x" not in offered(Service.RDS_POSTGRES, None)


def test_versions_that_take_no_new_instances_are_left_out() -> None:
    versions = offers().postgres_versions
    assert "17.6" in versions
    assert "17.4" not in versions
    assert list(versions) == sorted(versions, key=lambda version: [int(part) for part in version.split(".")])


def test_letters_of_zones_have_no_gap() -> None:
    assert zones("us-west-1") == ("us-west-1a", "us-west-1b", "us-west-1c")


@given(st.dictionaries(st.sampled_from(REGIONS), st.sets(st.sampled_from(NAMES)), min_size=1))
@settings(max_examples=60)
def test_short_form_loses_nothing(types: dict[str, set[str]]) -> None:
    short = grouped(types)
    assert {region: types_in(short, region) for region in types} == types
    assert types_in(short, None) == set[str]().union(*types.values())
