"""Memory and connections of database classes, by table and by property."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.sizing.database_sizes import (
    DATABASE_CLASSES,
    cache_family,
    family,
    log_connections,
    max_connections,
)

database_classes = st.sampled_from(sorted(DATABASE_CLASSES))


@pytest.mark.parametrize(
    ("instance_class", "connections"),
    [
        ("db.t4g.micro", 80),
        ("db.t3.micro", 80),
        ("db.t4g.small", 187),
        ("db.t4g.medium", 401),
        ("db.t4g.large", 829),
        ("db.m7g.large", 829),
        ("db.r6g.large", 1686),
        ("db.m6i.4xlarge", 4995),
    ],
)
def test_connections_of_common_classes(instance_class: str, connections: int) -> None:
    assert max_connections(instance_class) == connections


@given(database_classes)
@settings(max_examples=40)
def test_connections_stay_below_the_formula_on_nominal_memory(instance_class: str) -> None:
    nominal = DATABASE_CLASSES[instance_class] * 1024 * 1024 // 9_531_392
    assert 0.7 * min(nominal, 5000) < max_connections(instance_class) <= min(nominal, 5000) - 5


@given(database_classes, database_classes)
@settings(max_examples=40)
def test_more_memory_never_means_fewer_connections(one: str, other: str) -> None:
    small, large = sorted((one, other), key=lambda name: DATABASE_CLASSES[name])
    assert max_connections(small) <= max_connections(large)


@pytest.mark.parametrize(
    ("instance_class", "gib"),
    [
        ("db.t3.micro", 1),
        ("db.t4g.2xlarge", 32),
        ("db.m6g.xlarge", 16),
        ("db.r7g.large", 16),
        ("db.r7g.16xlarge", 512),
        ("db.m5.large", 8),
        ("db.r8g.large", 16),
        ("db.m6gd.2xlarge", 32),
        ("db.r6i.32xlarge", 1024),
        ("db.x2g.large", 32),
        ("db.m8g.48xlarge", 768),
    ],
)
def test_memory_of_database_classes(instance_class: str, gib: int) -> None:
    assert DATABASE_CLASSES[instance_class] == gib * 1024


def test_an_unknown_class_has_no_memory() -> None:
    with pytest.raises(KeyError):
        max_connections("db.t5g.medium")


@pytest.mark.parametrize(
    ("version", "expected"), [("17", "postgres17"), ("17.6", "postgres17"), ("18.0", "postgres18")]
)
def test_parameter_family_follows_the_major_version_of_postgresql(version: str, expected: str) -> None:
    assert family(version) == expected


@pytest.mark.parametrize(("version", "expected"), [("8.0", "valkey8"), ("8.1", "valkey8")])
def test_parameter_family_follows_the_major_version_of_valkey(version: str, expected: str) -> None:
    assert cache_family(version) == expected


@pytest.mark.parametrize(("version", "expected"), [("17.6", "1"), ("18", "all"), ("18.2", "all")])
def test_log_connections_is_a_boolean_until_17_and_a_list_from_18(version: str, expected: str) -> None:
    assert log_connections(version) == expected
