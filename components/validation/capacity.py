"""Refuses what does not fit, with the sums: quotas in their caps, pods on nodes, addresses, database connections."""

from collections.abc import Iterator
from contextlib import suppress

from components.config.base import BrokenField
from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.environments.plan import EnvironmentPlan, plan_environments
from components.sizing.capacity import Load, quota, rolling_peak, total
from components.sizing.quantities import cpu, mebibytes, memory, millicores
from components.validation import capacity_sums
from components.validation.capacity_suggestions import PODS_NAMED, suggest_database_class, suggest_nodes
from components.validation.cluster import node_type
from components.validation.data import instance_class


def capacity_problems(config: PlatformConfig) -> Iterator[Problem]:
    """Everything that does not fit; of nodes and database only if the region has their types."""
    yield from _quota_caps(config)
    if not any((*node_type(config), *instance_class(config))):
        for part in (_nodes, _addresses, _connections):
            with suppress(BrokenField):
                yield from part(config)


def _quota_caps(config: PlatformConfig) -> Iterator[Problem]:
    """Every environment whose quota, headroom included, exceeds its cap."""
    for index, environment in enumerate(config.environments):
        cap = environment.quota_cap
        if cap is None:
            continue
        allowed = Load(
            pods=cap.pods, cpu_request=millicores(cap.cpu_request), memory_request=mebibytes(cap.memory_request)
        )
        pods = EnvironmentPlan(config, environment).pods
        needed = quota(pods, environment.quota_headroom_percent)
        least = Load(
            pods=max(needed.pods, allowed.pods),
            cpu_request=max(needed.cpu_request, allowed.cpu_request),
            memory_request=max(needed.memory_request, allowed.memory_request),
        )
        if least == allowed:
            continue
        yield Problem(
            path=("environments", index, "quotaCap"),
            message=f"allows {capacity_sums.describe(allowed)}, but the quota is {capacity_sums.describe(needed)}: "
            f"{capacity_sums.describe(rolling_peak(pods))} during a rolling update of all services at their maximum "
            f"size ({capacity_sums.describe(total(pods))} in the steady state), plus "
            f"{environment.quota_headroom_percent} % headroom (quotaHeadroomPercent). Write {{pods: {least.pods}, "
            f'cpuRequest: "{cpu(least.cpu_request)}", memoryRequest: {memory(least.memory_request)}}}.',
        )


def _nodes(config: PlatformConfig) -> Iterator[Problem]:
    fit = capacity_sums.node_fit(config, plan_environments(config))
    if fit is None or config.cluster is None or fit.fits:
        return
    parts = "; ".join(
        f"{what}: {capacity_sums.describe(load)}" for what, load in fit.parts if not what.endswith(capacity_sums.STEADY)
    )
    yield Problem(
        path=("cluster", "nodes"),
        message=f"{fit.nodes} x {fit.instance_type} hold {capacity_sums.describe(fit.held)}; "
        f"the peak needs {capacity_sums.describe(fit.needed)} ({parts}). "
        f"No node has room for {', '.join(fit.unschedulable[:PODS_NAMED])}. "
        f"{suggest_nodes(config, config.cluster, fit)}",
    )


def _addresses(config: PlatformConfig) -> Iterator[Problem]:
    limit = capacity_sums.addresses(config)
    if limit is not None and not limit.fits:
        yield Problem(
            path=("network", "cidr"),
            message=f"the private subnets hold {limit.held} addresses; the node group needs {limit.needed} at its "
            "maximum size. Write a larger network or a smaller cluster.nodes.maximum.",
        )


def _connections(config: PlatformConfig) -> Iterator[Problem]:
    limit = capacity_sums.connections(config, plan_environments(config))
    if limit is not None and not limit.fits and config.database is not None:
        yield Problem(
            path=("database", "instanceClass"),
            message=f"{config.database.instance_class} allows {limit.held} connections; the services' pools need "
            f"{limit.needed} during a rolling update. "
            f"{suggest_database_class(config, config.database.instance_class, limit.needed)}",
        )
