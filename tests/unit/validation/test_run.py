"""A field that cannot be read: rules that need it are skipped, all others still run."""

from typing import Any

import pytest

from components.config.base import BrokenField
from components.config.partial import readable
from components.config.platform import PlatformConfig
from components.environments.plan import EnvironmentPlan, plan_environments
from tests.harness.config_samples import ABSENT, PROJECT, changed, wrong

NONSENSE = {"!": "!"}
ALIASES = {name: str(field.alias) for name, field in PlatformConfig.model_fields.items()}


def broken(*paths: tuple[str | int, ...], **changes: Any) -> PlatformConfig:
    """Staging's configuration with these changes and without the values at these paths."""
    config = {key.removeprefix(f"{PROJECT}:"): value for key, value in changed(**changes).items()}
    return readable(PlatformConfig, config, paths)


@pytest.mark.parametrize(("name", "key"), ALIASES.items())
def test_a_broken_section_cannot_be_read(name: str, key: str) -> None:
    config = broken((key,), **{key: NONSENSE})
    with pytest.raises(BrokenField, match=name):
        getattr(config, name)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (("system",), "prefix"),
        (("system", "name"), "prefix"),
        (("stage",), "prefix"),
        (("services", 3, "name"), "repositories"),
        (("environments",), "secret_prefixes"),
        (("cluster",), "creates_buckets"),
    ],
)
def test_a_property_of_a_broken_field_cannot_be_read(path: tuple[str | int, ...], name: str) -> None:
    config = broken(path)
    with pytest.raises(BrokenField):
        getattr(config, name)


def test_a_section_keeps_the_fields_that_can_be_read() -> None:
    config = broken(
        ("database", "storageGib"), ("services", 1, "calls", 0), ("environments", 0, "deployment", "imageTag")
    )
    assert config.database is not None
    assert config.database.max_storage_gib == 100
    with pytest.raises(BrokenField):
        assert config.database.storage_gib
    assert config.services[0].calls is not None
    with pytest.raises(BrokenField):
        assert config.services[1].calls
    assert config.services[1].name == "user-service"
    assert config.environments[0].deployment.triggers
    with pytest.raises(BrokenField):
        assert config.environments[0].deployment.image_tag


def test_an_entry_that_is_not_a_map_keeps_its_place() -> None:
    config = broken(("services", 0), services__0=5)
    assert len(config.services) == 8
    with pytest.raises(BrokenField):
        assert config.services[0].name
    assert config.services[1].name == "user-service"


def test_a_map_keeps_its_other_entries() -> None:
    config = broken(("resourceClasses", "large", "cpuLimit"), resourceClasses={"large": NONSENSE, "small": NONSENSE})
    assert list(config.resource_classes) == ["large", "small"]
    with pytest.raises(BrokenField):
        assert config.resource_classes["large"].cpu_limit


def test_a_plan_of_a_broken_section_cannot_be_read() -> None:
    config = broken(("secrets",))
    (plan, _) = plan_environments(config)
    with pytest.raises(BrokenField):
        assert plan.databases
    with pytest.raises(BrokenField):
        plan_environments(broken(("environments",)))
    assert EnvironmentPlan(config, config.environments[0]).workloads


def test_a_copy_of_a_configuration_has_the_same_broken_fields() -> None:
    config = broken(("database",)).model_copy(update={"cache": None})
    assert config.cache is None
    with pytest.raises(BrokenField):
        assert config.database


def test_a_misspelt_key_breaks_its_field_and_an_unknown_one_does_not() -> None:
    misspelt = broken(database=ABSENT, cache=ABSENT, databse={})
    with pytest.raises(BrokenField):
        assert misspelt.database
    assert misspelt.cache is None
    assert broken(database=ABSENT, monitoring={}).database is None


def test_a_broken_field_does_not_count_as_written() -> None:
    assert "registry" not in broken(("registry",)).model_fields_set


def test_a_name_that_is_no_field_is_an_error_of_the_program() -> None:
    with pytest.raises(AttributeError, match="databse"):
        getattr(broken(), "databse")  # noqa: B009 - pyright would refuse the plain form


def test_one_bad_field_hides_no_other_mistake() -> None:
    """Other fields of the section, other environments, other services, other sections, and secrets."""
    lines = wrong(
        registry=NONSENSE,
        network__cidr="8.8.0.0/16",
        database__storageGib="twenty",
        database__username="postgres",
        database__instanceClass="db.t4g.mikro",
        services__0__port="http",
        services__0__calls=["pay"],
        services__3__calls=["buy"],
        environments__0__replicas="two",
        environments__0__namespace="kube-system",
        environments__0__variables={"DEBUG": True, "DB_PASSWORD": "hunter2"},
        environments__1__maxReplicas=1,
    )
    assert {line.split(": ")[0] for line in lines if not line.startswith("registry")} == {
        "network.cidr",
        "database.storageGib",
        "database.username",
        "database.instanceClass",
        "services[0].port",
        "services[0].calls[0]",
        "services[3].calls[0]",
        "environments[0].replicas",
        "environments[0].namespace",
        "environments[0].variables.DEBUG",
        "environments[0].variables.DB_PASSWORD",
        "environments[1].maxReplicas",
    }


SMALL: dict[str, Any] = {"cluster__nodes__instanceType": "t3.medium", "cluster__nodes__desired": 3}


@pytest.mark.parametrize(
    "changes",
    [
        {"services__1__name": "auth-service"},
        {"network__cidr": "10.0.0.0/8"},
        {"network": ABSENT},
        {"environments__0__resourceClass": "tiny"},
        {"cluster__nodes": NONSENSE},
        {"argocd__highAvailability": "both"},
    ],
)
def test_capacity_is_not_calculated_where_its_sums_would_be_wrong(changes: dict[str, Any]) -> None:
    assert any(line.startswith("cluster.nodes: ") for line in wrong(**SMALL))
    small = {} if "cluster__nodes" in changes else SMALL
    assert not any("hold" in line for line in wrong(**small, **changes))
