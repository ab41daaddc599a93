"""The program's own sums for a stack, and how a measured load compares with them."""

from components.config.platform import PlatformConfig
from components.environments.plan import plan_environments
from components.sizing.capacity import Load, PodGroup, rolling_peak, total


def steady(config: PlatformConfig, environment: str) -> Load:
    """Most pods of an environment when nothing rolls."""
    return total(_groups(config, environment))


def peak(config: PlatformConfig, environment: str) -> Load:
    """Pods of an environment while everything rolls at once: what its quota is made from."""
    return rolling_peak(_groups(config, environment))


def within(measured: Load, held: Load) -> bool:
    """Whether every sum of a load is at most that of another."""
    return (
        measured.pods <= held.pods
        and measured.cpu_request <= held.cpu_request
        and measured.memory_request <= held.memory_request
        and measured.cpu_limit <= held.cpu_limit
        and measured.memory_limit <= held.memory_limit
    )


def _groups(config: PlatformConfig, environment: str) -> list[PodGroup]:
    (plan,) = (plan for plan in plan_environments(config) if plan.name == environment)
    return [*plan.pods]
