"""The generated catalogue of many services."""

from pathlib import Path
from typing import Any

from components.config.platform import PlatformConfig
from components.validation.load import load
from tests.bench.projects import copies, multiplied
from tests.harness.config import stack_config
from tests.harness.harness import run_program

CATALOGUE: list[dict[str, Any]] = [
    {"name": "auth-service", "database": {}},
    {"name": "feed-service", "calls": ["auth-service"], "database": None},
]


def test_the_first_copy_is_the_catalogue_and_the_others_have_names_of_their_own() -> None:
    names = [service["name"] for service in copies(CATALOGUE, 5)]
    assert names == ["auth-service", "feed-service", "auth-1-service", "feed-1-service", "auth-2-service"]


def test_a_copy_calls_its_own_copies_as_far_as_they_are_there() -> None:
    backwards = list(reversed(CATALOGUE))
    assert [service["calls"] for service in copies(backwards, 4)] == [["auth-service"], [], ["auth-1-service"], []]
    assert copies(backwards, 3)[2]["calls"] == []


def test_a_copy_has_a_small_pool_where_it_has_a_database() -> None:
    assert [service["database"] for service in copies(CATALOGUE, 2)] == [{"connections": 3}, None]


def test_two_hundred_services_pass_the_programs_own_rules(tmp_path: Path) -> None:
    many = multiplied(tmp_path, "staging", 200)
    found: list[PlatformConfig] = []
    config = stack_config("staging", many.project)
    run_program(lambda: found.append(load()), project="nova", stack="staging", config=config)
    assert len(found[0].services) == 200
