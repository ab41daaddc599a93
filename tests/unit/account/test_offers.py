"""What AWS offers: the committed table has what the program needs of it, in every region."""

import re

import pytest

from components.account.offers import Service, closest, offered, offers, zones
from components.sizing.database_sizes import DATABASE_CLASSES
from components.sizing.instance_types import INSTANCE_TYPES, Architecture

REGIONS = sorted(offers().zones)


def test_table_names_its_source_and_the_day_of_its_data() -> None:
    assert re.fullmatch(r"cfn-lint [0-9.]+, data of 20[0-9]{2}-[0-9]{2}-[0-9]{2}T.*", offers().source)


def test_regions_are_those_of_the_commercial_partition() -> None:
    assert {"us-east-1", "eu-central-1", "ap-northeast-1", "sa-east-1"} < set(REGIONS)
    assert not [region for region in REGIONS if region.startswith(("cn-", "us-gov-", "us-iso"))]


@pytest.mark.parametrize("region", REGIONS)
def test_every_region_has_types_to_suggest(region: str) -> None:
    nodes = offered(Service.EC2, region) & set(INSTANCE_TYPES)
    assert {INSTANCE_TYPES[name].architecture for name in nodes} == set(Architecture)
    assert offered(Service.RDS_POSTGRES, region) & set(DATABASE_CLASSES)
    assert offered(Service.ELASTICACHE, region)


def test_every_type_of_known_size_exists() -> None:
    assert set(INSTANCE_TYPES) <= offered(Service.EC2, None)
    assert set(DATABASE_CLASSES) <= offered(Service.RDS_POSTGRES, None)


def test_types_differ_by_region() -> None:
    assert "m7a.large" in offered(Service.EC2, "eu-central-1")
    assert "m7a.large" not in offered(Service.EC2, "eu-south-1")
    assert "db.m7g.large" in offered(Service.RDS_POSTGRES, "eu-central-1")
    assert "db.m7g.large" not in offered(Service.RDS_POSTGRES, "eu-south-1")
    assert "cache.t4g.micro" in offered(Service.ELASTICACHE, "eu-central-1")
    assert "cache.t4g.micro" not in offered(Service.ELASTICACHE, "me-south-1")


@pytest.mark.parametrize("region", REGIONS)
def test_zones_are_named_after_their_region(region: str) -> None:
    assert zones(region)[:2] == (f"{region}a", f"{region}b")


def test_closest_name_is_found_for_any_text() -> None:
    assert closest("eu-centarl-1", REGIONS) == "eu-central-1"
    assert closest("", REGIONS) in REGIONS
