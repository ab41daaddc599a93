"""Variables of an environment that the platform sets itself: known from the stack file, and refused there."""

import pytest

from components.config.platform import PlatformConfig
from components.environments.plan import plan_environments
from components.environments.platform_outputs import OUTPUTS_CONFIG_MAP
from tests.harness.config_samples import changed, loaded, refusals
from tests.harness.harness import Run


def known(config: PlatformConfig) -> dict[str, set[str]]:
    """By environment, the names that the platform says it sets."""
    return {plan.name: {*plan.platform_variables} for plan in plan_environments(config)}


def told(config: PlatformConfig, run: Run) -> dict[str, set[str]]:
    """By environment, the names that it was told, but for its own variables."""
    return {
        found.name: {*run.named(f"{found.name}-{OUTPUTS_CONFIG_MAP}").inputs["data"]} - {*found.variables}
        for found in config.environments
    }


def test_the_names_that_are_known_are_those_that_staging_gets(staging: Run) -> None:
    config = loaded(changed("staging"), "staging")
    assert told(config, staging) == known(config)


@pytest.mark.parametrize(
    "name", ["AWS_REGION", "AWS_ACCOUNT_ID", "REPOSITORY_URL", "CLUSTER_URL", "IMAGE_REGISTRY", "DB_HOST", "REDIS_PORT"]
)
def test_a_variable_that_the_platform_sets_is_refused_at_its_key(name: str) -> None:
    (line,) = refusals(environments__0__variables={"APP_ENV": "x", name: "mine"})
    assert line == (f"Pulumi.staging.yaml: environments[0].variables.{name}: is set by the platform. Remove it.")


def test_every_such_variable_is_told() -> None:
    lines = refusals(environments__0__variables={"DB_PORT": "1", "DB_HOST": "x"})
    assert [line.split(": ")[1] for line in lines] == [
        "environments[0].variables.DB_HOST",
        "environments[0].variables.DB_PORT",
    ]
