"""Versions of PostgreSQL and Valkey: what AWS offers of the majors that the program supports."""

import pytest

from components.account.offers import offers
from tests.harness.config_samples import wrong

OF_17 = [version for version in offers().postgres_versions if version.startswith("17.")]
OF_8 = [version for version in offers().valkey_versions if version.startswith("8.")]
NEWEST = offers().postgres_versions[-1]
OFFERED = f"but {', '.join(OF_17[:-1])} and {OF_17[-1]}."


@pytest.mark.parametrize("version", [*OF_17, "17", "18", NEWEST])
def test_versions_that_rds_offers_are_accepted(version: str) -> None:
    assert wrong(database__engineVersion=version, database__multiAz="no") == [
        "database.multiAz: 'no' is not a boolean. Write false."
    ]


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("17.99", f'AWS does not offer PostgreSQL 17.99, {OFFERED} Write "{OF_17[-1]}".'),
        ("17.0", f'AWS does not offer PostgreSQL 17.0, {OFFERED} Write "{OF_17[0]}".'),
        ("17.x", f'AWS does not offer PostgreSQL 17.x, {OFFERED} Write "{OF_17[-1]}".'),
        ("17.6.1", f'AWS does not offer PostgreSQL 17.6.1, {OFFERED} Write "{OF_17[-1]}".'),
        ("16.9", f"'16.9' is not a PostgreSQL 17 or 18 version. Write e.g. \"{NEWEST}\"."),
        ("1", f"'1' is not a PostgreSQL 17 or 18 version. Write e.g. \"{NEWEST}\"."),
        ("", f"'' is not a PostgreSQL 17 or 18 version. Write e.g. \"{NEWEST}\"."),
    ],
)
def test_another_version_of_postgresql_is_refused_with_those_of_its_major(version: str, message: str) -> None:
    assert wrong(database__engineVersion=version) == [f"database.engineVersion: {message}"]


def test_of_two_versions_equally_near_the_newer_one_is_suggested() -> None:
    assert {"18.4", "18.6"} <= set(offers().postgres_versions)
    (line,) = wrong(database__engineVersion="18.5")
    assert line.endswith('Write "18.6".')


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("8.99", f'AWS does not offer Valkey 8.99, but {", ".join(OF_8[:-1])} and {OF_8[-1]}. Write "{OF_8[-1]}".'),
        ("8", f'AWS does not offer Valkey 8, but {", ".join(OF_8[:-1])} and {OF_8[-1]}. Write "{OF_8[-1]}".'),
        ("9.0", f"'9.0' is not a Valkey 8 version. Write e.g. \"{OF_8[-1]}\"."),
    ],
)
def test_another_version_of_valkey_is_refused_with_those_of_its_major(version: str, message: str) -> None:
    assert wrong(cache__engineVersion=version) == [f"cache.engineVersion: {message}"]
