"""Refuses a quota above its cap, with the sums and with values that fit.

The cap is of the quota as it becomes, headroom included: nothing shrinks without a word. Each remedy is reckoned, so
that the next run takes it.
"""

from collections.abc import Callable, Iterator
from itertools import islice

from components.config.environments import EnvironmentConfig
from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.environments.plan import EnvironmentPlan
from components.sizing.capacity import Load, quota, rolling_peak, total
from components.sizing.quantities import cpu, mebibytes, memory, millicores
from components.validation import capacity_sums

REMEDIES = 3
Change = Callable[[int], EnvironmentConfig]
"""The environment with another value of one key."""


def caps(config: PlatformConfig) -> Iterator[Problem]:
    """Every environment whose quota would exceed its cap."""
    for index, environment in enumerate(config.environments):
        allowed, hard = _allowed(environment), _quota(config, environment)
        if allowed is None or _within(hard, allowed):
            continue
        pods = EnvironmentPlan(config, environment).pods
        raised = (
            f"pods: {max(hard.pods, allowed.pods)}, "
            f'cpuRequest: "{cpu(max(hard.cpu_request, allowed.cpu_request))}", '
            f"memoryRequest: {memory(max(hard.memory_request, allowed.memory_request))}"
        )
        others = (f"environments[{index}].{key}: {number}" for key, number in _lower(config, environment, allowed))
        yield Problem(
            path=("environments", index, "quotaCap"),
            message=f"allows {capacity_sums.describe(allowed)}; the quota becomes {capacity_sums.describe(hard)}: "
            f"{capacity_sums.describe(rolling_peak(pods))} while all roll at their most "
            f"({capacity_sums.describe(total(pods))} when nothing rolls) and {environment.quota_headroom_percent} % of "
            f"quotaHeadroomPercent. Write {', or '.join([raised, *islice(others, REMEDIES)])}.",
        )


def _allowed(environment: EnvironmentConfig) -> Load | None:
    cap = environment.quota_cap
    if cap is None:
        return None
    return Load(pods=cap.pods, cpu_request=millicores(cap.cpu_request), memory_request=mebibytes(cap.memory_request))


def _quota(config: PlatformConfig, environment: EnvironmentConfig) -> Load:
    """What the ResourceQuota says, read back as the API server does."""
    pods = EnvironmentPlan(config, environment).pods
    hard = quota(rolling_peak(pods), environment.quota_headroom_percent)
    return Load(
        pods=millicores(hard["pods"]) // 1000,
        cpu_request=millicores(hard["requests.cpu"]),
        memory_request=mebibytes(hard["requests.memory"]),
    )


def _within(load: Load, allowed: Load) -> bool:
    return (
        load.pods <= allowed.pods
        and load.cpu_request <= allowed.cpu_request
        and load.memory_request <= allowed.memory_request
    )


def _lower(config: PlatformConfig, environment: EnvironmentConfig, allowed: Load) -> Iterator[tuple[str, int]]:
    """Keys of the environment that make the quota fit by themselves, with their largest value that does."""
    for key, now, least, change in _adjustable(environment):
        fitting = (n for n in range(now - 1, least - 1, -1) if _within(_quota(config, change(n)), allowed))
        highest = next(fitting, None)
        if highest is not None:
            yield key, highest


def _adjustable(environment: EnvironmentConfig) -> Iterator[tuple[str, int, int, Change]]:
    """Key, value, least value that the rules take, and the environment with another: what the quota grows by."""
    yield "quotaHeadroomPercent", environment.quota_headroom_percent, 0, _whole(environment, "quota_headroom_percent")
    yield from scalable(environment)


def scalable(environment: EnvironmentConfig) -> Iterator[tuple[str, int, int, Change]]:
    """The same of what decides how many pods there are at most; `replicas` where no autoscaler does."""

    def service(name: str, field: str) -> Change:
        def change(number: int) -> EnvironmentConfig:
            override = environment.services[name].model_copy(update={field: number})
            return environment.model_copy(update={"services": {**environment.services, name: override}})

        return change

    for name, own in environment.services.items():
        if own.max_replicas is not None:
            least = environment.replicas if own.replicas is None else own.replicas
            yield f"services.{name}.maxReplicas", own.max_replicas, max(1, least), service(name, "max_replicas")
        elif own.replicas is not None and environment.max_replicas is None:
            yield f"services.{name}.replicas", own.replicas, 1, service(name, "replicas")
    if environment.max_replicas is not None:
        shared = [own.replicas or 0 for own in environment.services.values() if own.max_replicas is None]
        least = max([1, environment.replicas, *shared])
        yield "maxReplicas", environment.max_replicas, least, _whole(environment, "max_replicas")
    else:
        yield "replicas", environment.replicas, 1, _whole(environment, "replicas")
    previews = environment.pull_requests
    if previews is not None:
        yield (
            "pullRequests.maximum",
            previews.maximum,
            1,
            lambda number: environment.model_copy(
                update={"pull_requests": previews.model_copy(update={"maximum": number})}
            ),
        )


def _whole(environment: EnvironmentConfig, field: str) -> Change:
    return lambda number: environment.model_copy(update={field: number})
