"""Refuses what does not fit, with the sums: quotas in their caps, pods on nodes, addresses, database connections."""

import difflib
from collections.abc import Iterator

from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.environments.plan import EnvironmentPlan, plan_environments
from components.sizing.capacity import Load, quota, rolling_peak, total
from components.sizing.database_sizes import max_connections
from components.sizing.instance_types import INSTANCE_TYPES
from components.sizing.quantities import cpu, mebibytes, memory, millicores
from components.validation import capacity_sums
from components.validation.capacity_suggestions import PODS_NAMED, suggest_database_class, suggest_nodes


def capacity_problems(config: PlatformConfig) -> Iterator[Problem]:
    """Everything that does not fit, and the types whose capacity is unknown."""
    unknown = list(_unknown_types(config))
    yield from unknown
    yield from _quota_caps(config)
    if not unknown:
        yield from _nodes(config)
        yield from _addresses(config)
        yield from _connections(config)


def _unknown_types(config: PlatformConfig) -> Iterator[Problem]:
    if config.cluster is not None and config.cluster.nodes.instance_type not in INSTANCE_TYPES:
        kind = config.cluster.nodes.instance_type
        closest = difflib.get_close_matches(kind, INSTANCE_TYPES, n=1, cutoff=0.0)[0]
        yield Problem(
            path=("cluster", "nodes", "instanceType"),
            message=f"{kind!r} is not a type whose capacity is known. Write e.g. {closest}.",
        )
    if config.database is not None:
        try:
            max_connections(config.database.instance_class)
        except ValueError as reason:
            yield Problem(path=("database", "instanceClass"), message=str(reason))


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
            f"{environment.quota_headroom_percent} % headroom (quotaHeadroomPercent). Write pods: {least.pods}, "
            f'cpuRequest: "{cpu(least.cpu_request)}", memoryRequest: {memory(least.memory_request)}.',
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
            f"{suggest_database_class(config.database.instance_class, limit.needed)}",
        )
