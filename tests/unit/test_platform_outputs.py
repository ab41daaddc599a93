"""Variables of an environment that the platform sets itself: known from the stack file, and refused there."""

import pytest

from components.config import PlatformConfig
from components.environment import OUTPUTS_CONFIG_MAP
from components.platform_outputs import platform_variables
from tests.unit.config_samples import changed, loaded, refusals
from tests.unit.harness import Run


def agree(config: PlatformConfig, run: Run) -> None:
    for environment in config.environments:
        told = run.named(f"{environment.name}-{OUTPUTS_CONFIG_MAP}").inputs["data"]
        assert set(told) - set(environment.variables) == platform_variables(config, environment)


def test_the_names_that_are_known_are_those_that_staging_gets(staging: Run) -> None:
    agree(loaded(changed("staging"), "staging"), staging)


@pytest.mark.parametrize(
    "name", ["AWS_REGION", "AWS_ACCOUNT_ID", "REPOSITORY_URL", "CLUSTER_URL", "IMAGE_REGISTRY", "DB_HOST", "REDIS_PORT"]
)
def test_a_variable_that_the_platform_sets_is_refused_at_its_key(name: str) -> None:
    (line,) = refusals(environments__0__variables={"APP_ENV": "x", name: "mine"})
    assert line == (f"Pulumi.staging.yaml: environments[0].variables.{name}: is set by the platform. Leave it out.")


def test_every_such_variable_is_told() -> None:
    lines = refusals(environments__0__variables={"DB_PORT": "1", "DB_HOST": "x"})
    assert [line.split(": ")[1] for line in lines] == [
        "environments[0].variables.DB_HOST",
        "environments[0].variables.DB_PORT",
    ]
