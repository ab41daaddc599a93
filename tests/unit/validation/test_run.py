"""A section that cannot be read: rules that need it are skipped, all others still run."""

from typing import Any

import pytest

from components.config.platform import PlatformConfig
from components.environments.plan import EnvironmentPlan, plan_environments
from components.validation.rule import BrokenSection
from components.validation.run import readable
from tests.harness.config_samples import ABSENT, changed, loaded, wrong

NONSENSE = {"!": "!"}
ALIASES = {name: str(field.alias) for name, field in PlatformConfig.model_fields.items()}


def broken(*keys: str) -> PlatformConfig:
    """Staging's configuration, with these keys refused."""
    config = loaded(changed())
    known = {name: getattr(config, name) for name in config.model_fields_set if ALIASES[name] not in keys}
    return readable(known, keys)


@pytest.mark.parametrize(("name", "key"), ALIASES.items())
def test_a_broken_section_cannot_be_read(name: str, key: str) -> None:
    config = broken(key)
    with pytest.raises(BrokenSection, match=name):
        getattr(config, name)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("system", "prefix"),
        ("stage", "prefix"),
        ("services", "repositories"),
        ("environments", "secret_prefixes"),
        ("kubeconfig", "local"),
        ("cluster", "creates_buckets"),
    ],
)
def test_a_property_of_a_broken_section_cannot_be_read(key: str, name: str) -> None:
    config = broken(key)
    with pytest.raises(BrokenSection):
        getattr(config, name)


def test_a_plan_of_a_broken_section_cannot_be_read() -> None:
    config = broken("secrets")
    (plan, _) = plan_environments(config)
    with pytest.raises(BrokenSection):
        assert plan.databases
    with pytest.raises(BrokenSection):
        plan_environments(broken("environments"))
    assert EnvironmentPlan(config, config.environments[0]).workloads


def test_a_copy_of_a_configuration_has_the_same_broken_sections() -> None:
    config = broken("database").model_copy(update={"cache": None})
    assert config.cache is None
    with pytest.raises(BrokenSection):
        assert config.database


def test_a_misspelt_section_is_broken_and_an_unknown_one_is_not() -> None:
    config = loaded(changed())
    known = {name: getattr(config, name) for name in config.model_fields_set - {"database", "cache"}}
    with pytest.raises(BrokenSection):
        assert readable(known, ["databse"]).database
    assert readable(known, ["databse"]).cache is None
    assert readable(known, ["monitoring"]).database is None


def test_a_broken_section_does_not_count_as_written() -> None:
    assert "registry" not in broken("registry").model_fields_set


def test_the_other_sections_are_still_checked() -> None:
    lines = wrong(registry=NONSENSE, database__username="postgres", network__cidr="8.8.0.0/16")
    assert [line.split(": ")[0] for line in lines if not line.startswith("registry")] == [
        "network.cidr",
        "database.username",
    ]


SMALL: dict[str, Any] = {"cluster__nodes__instanceType": "t3.medium", "cluster__nodes__desired": 3}


@pytest.mark.parametrize(
    "changes",
    [
        {"services__1__name": "auth-service"},
        {"network__cidr": "10.0.0.0/8"},
        {"network": ABSENT},
        {"environments__0__resourceClass": "tiny"},
        {"cluster__nodes": NONSENSE},
        {"argocd": NONSENSE},
    ],
)
def test_capacity_is_not_calculated_where_its_sums_would_be_wrong(changes: dict[str, Any]) -> None:
    assert any(line.startswith("cluster.nodes: ") for line in wrong(**SMALL))
    small = {} if "cluster__nodes" in changes else SMALL
    assert not any("hold" in line for line in wrong(**small, **changes))
