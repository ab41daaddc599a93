"""The program's own totals for a stack, to compare a measured load with."""

from components.config.platform import PlatformConfig
from components.environments.plan import plan_environments
from components.sizing.capacity import Load, PodGroup, rolling_peak, total


def steady(config: PlatformConfig, environment: str) -> Load:
    """The load of an environment's maximum pods without a rollout."""
    return total(_groups(config, environment))


def peak(config: PlatformConfig, environment: str) -> Load:
    """The load of an environment during a rollout of everything, from which its quota is computed."""
    return rolling_peak(_groups(config, environment))


def within(measured: Load, limit: Load) -> bool:
    """Whether no value of a load exceeds the limit's."""
    return (
        measured.pods <= limit.pods
        and measured.cpu_request <= limit.cpu_request
        and measured.memory_request <= limit.memory_request
        and measured.cpu_limit <= limit.cpu_limit
        and measured.memory_limit <= limit.memory_limit
    )


def _groups(config: PlatformConfig, environment: str) -> list[PodGroup]:
    (plan,) = (plan for plan in plan_environments(config) if plan.name == environment)
    return [*plan.pods]
