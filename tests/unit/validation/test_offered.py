"""Types that the region does not have, or the program cannot use, are refused; the suggested ones are accepted."""

import itertools
from typing import Any

import pytest

from components.account.offers import offered, offers
from components.validation.offered import CACHE, DATABASE, NODE, Kind
from tests.harness.config_samples import wrong

SOUTH: dict[str, Any] = {"aws__region": "eu-south-1", "network__zones": ["eu-south-1a", "eu-south-1b"]}
TYPES: tuple[tuple[str, Kind], ...] = (
    ("cluster.nodes.instanceType", NODE),
    ("database.instanceClass", DATABASE),
    ("cache.nodeType", CACHE),
)


def _lines(path: str, value: str, **changes: Any) -> list[str]:
    """Refusals of the type itself, without those of what does not fit it."""
    lines = wrong(**changes, **{path.replace(".", "__"): value})
    return [line.removeprefix(f"{path}: ") for line in lines if line.startswith(f"{path}: {value!r} ")]


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        ("cluster.nodes.instanceType", "m7a.large", "'m7a.large' is not offered in eu-south-1. Write e.g. m7i.large."),
        (
            "database.instanceClass",
            "db.m7g.large",
            "'db.m7g.large' is not offered in eu-south-1. Write e.g. db.r7g.large.",
        ),
        (
            "cache.nodeType",
            "cache.m7g.large",
            "'cache.m7g.large' is not offered in eu-south-1. Write e.g. cache.r7g.large.",
        ),
    ],
)
def test_a_type_that_another_region_has_is_refused_in_this_one(path: str, value: str, line: str) -> None:
    assert _lines(path, value, **SOUTH) == [line]
    assert _lines(path, value) == []


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        (
            "cluster.nodes.instanceType",
            "m4.large",
            "'m4.large' cannot be a node: it has less than 2 GiB, is older than Nitro, or has hardware that the AMI "
            "does not support. Write e.g. m5.large.",
        ),
        (
            "database.instanceClass",
            "db.m4.large",
            "'db.m4.large' does not run the versions of PostgreSQL that this program supports. Write e.g. db.m5.large.",
        ),
        (
            "cache.nodeType",
            "cache.r6gd.xlarge",
            "'cache.r6gd.xlarge' needs data tiering, which this cache does not have. Write e.g. cache.r6g.xlarge.",
        ),
    ],
)
def test_a_type_that_the_program_cannot_use_is_refused(path: str, value: str, line: str) -> None:
    assert _lines(path, value) == [line]


def test_a_node_type_is_replaced_by_one_of_its_architecture() -> None:
    (line,) = _lines(
        "cluster.nodes.instanceType",
        "m8i.large",
        aws__region="ap-east-1",
        network__zones=["ap-east-1a", "ap-east-1b"],
    )
    assert line == "'m8i.large' is not offered in ap-east-1. Write e.g. m7i.large."
    assert "m8g.large" in offered(NODE.service, "ap-east-1")  # which is more similar


def test_every_remedy_is_accepted_in_every_region() -> None:
    misspelt = {
        NODE: ("t3.lagre", "m7a.2xlarge"),
        DATABASE: ("db.m7g.larg", "t4g.micro"),
        CACHE: ("cache.t3.mirco", ""),
    }
    for region, (path, kind) in itertools.product(offers().zones, TYPES):
        for name in misspelt[kind]:
            for line in _lines(path, name, aws__region=region, network__zones=[f"{region}a", f"{region}b"]):
                remedy = line.removesuffix(".").rpartition("Write e.g. ")[2]
                assert kind.usable(remedy), (region, line)
                assert remedy in offered(kind.service, region), (region, line)


def test_a_type_that_exists_somewhere_is_not_refused_while_the_region_cannot_be_read() -> None:
    lines = wrong(aws__region="eu-suoth-1", cluster__nodes__instanceType="m7a.large", cache__nodeType="cache.m9x.tiny")
    assert [line.partition(":")[0] for line in lines] == ["aws.region", "cache.nodeType"]


def test_several_types_are_refused_at_once_and_what_does_not_fit_waits() -> None:
    small = {"cluster__nodes__instanceType": "t3a.small", "database__instanceClass": "db.t4g.micro"}
    assert wrong(**small)[0].startswith("cluster.nodes: 4 x t3a.small hold ")
    lines = wrong(**small, aws__region="ca-west-1", network__zones=["ca-west-1a", "ca-west-1b"])
    assert [line.partition(":")[0] for line in lines] == ["cluster.nodes.instanceType", "database.instanceClass"]
