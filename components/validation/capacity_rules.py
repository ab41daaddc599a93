"""Refuses what does not fit, with the sums: the quotas' caps, the nodes, the subnets, the database."""

import difflib
from collections.abc import Iterator

from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.environments.plan import plan_environments
from components.sizing.database_sizes import max_connections
from components.sizing.instance_types import INSTANCE_TYPES
from components.validation import capacity_sums
from components.validation.cap_rules import caps
from components.validation.capacity_suggestions import SUGGESTIONS, connection_remedies, node_remedies


def capacity_problems(config: PlatformConfig) -> Iterator[Problem]:
    """What does not fit, or cannot be reckoned because a type is unknown."""
    unknown = list(_unknown_types(config))
    yield from unknown
    yield from caps(config)
    if not unknown:
        yield from _nodes(config)
        yield from _addresses(config)
        yield from _connections(config)


def _unknown_types(config: PlatformConfig) -> Iterator[Problem]:
    if config.cluster is not None and config.cluster.nodes.instance_type not in INSTANCE_TYPES:
        kind = config.cluster.nodes.instance_type
        nearest = difflib.get_close_matches(kind, INSTANCE_TYPES, n=1, cutoff=0.0)[0]
        yield Problem(
            path=("cluster", "nodes", "instanceType"),
            message=f"{kind!r} is not a type whose capacity is known. Write e.g. {nearest}.",
        )
    if config.database is not None:
        try:
            max_connections(config.database.instance_class)
        except ValueError as reason:
            yield Problem(path=("database", "instanceClass"), message=str(reason))


def _nodes(config: PlatformConfig) -> Iterator[Problem]:
    sums = _node_fit(config)
    if sums is None or config.cluster is None or not sums.unschedulable:
        return
    parts = "; ".join(
        f"{what}: {capacity_sums.describe(load)}"
        for what, load in sums.parts
        if not what.endswith(capacity_sums.STEADY)
    )
    yield Problem(
        path=("cluster", "nodes"),
        message=f"{sums.nodes} x {sums.instance_type} hold {capacity_sums.describe(sums.held)}; "
        f"needed are {capacity_sums.describe(sums.needed)} ({parts}). "
        f"No node is left for {', '.join(sums.unschedulable[:SUGGESTIONS])}. "
        f"{node_remedies(config, config.cluster.nodes, sums)}",
    )


def _addresses(config: PlatformConfig) -> Iterator[Problem]:
    limit = capacity_sums.addresses(config)
    if limit is not None and not limit.fits:
        yield Problem(
            path=("network", "cidr"),
            message=f"the private subnets hold {limit.held} addresses; the largest node group takes {limit.needed}. "
            "Write a larger network or a smaller cluster.nodes.maximum.",
        )


def _connections(config: PlatformConfig) -> Iterator[Problem]:
    limit = capacity_sums.connections(config, plan_environments(config))
    if limit is not None and not limit.fits and config.database is not None:
        yield Problem(
            path=("database", "instanceClass"),
            message=f"{config.database.instance_class} allows {limit.held} connections; "
            f"the services' pools take {limit.needed} while rolling. "
            f"{connection_remedies(config, config.database.instance_class, limit.needed)}",
        )


def _node_fit(config: PlatformConfig) -> capacity_sums.NodeFit | None:
    return capacity_sums.node_fit(config, plan_environments(config))
