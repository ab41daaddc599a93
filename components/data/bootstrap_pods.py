"""Pods of the Jobs that create databases (pure, no resources)."""

from collections.abc import Sequence

from components.account.names import MAX_LENGTHS
from components.sizing.pods import ContainerSize, Workload

NAME = "database-bootstrap"
"""Name of service account, network policy and container, and prefix of one environment's objects."""
LONGEST_ENVIRONMENT_NAME = MAX_LENGTHS["Kubernetes name"] - len(f"{NAME}--0a1b2c3d")
"""The Job's name contains the environment's, and a fingerprint of eight digits."""
SIZE = ContainerSize(cpu=50, memory=64, cpu_limit=250, memory_limit=128)
"""It runs one psql at a time."""


def bootstrap_workloads(environments: Sequence[object]) -> Sequence[Workload]:
    """One pod for each environment whose databases the program creates, all at the same time."""
    return [Workload(name=NAME, pods=len(environments), containers={NAME: SIZE})] if environments else []
