"""Pods of the Jobs that make databases, and the namespace of their own in which they run (pure, no resources).

They hold the master user's password. Whoever may deploy into a namespace can give a pod every Secret there, so theirs
is none that an Application may deploy to.
"""

from collections.abc import Sequence

from components.account.names import MAX_LENGTHS
from components.argocd.pods import Size, Workload

DATA_NAMESPACE = "platform-data"
NAME = "database-bootstrap"
"""Of service account, policy and container; beginning of all that one environment has."""
LONGEST_ENVIRONMENT_NAME = MAX_LENGTHS["Kubernetes name"] - len(f"{NAME}--0a1b2c3d")
"""The Job's name has the environment's, and what the Job does as eight digits."""
SIZE = Size(cpu=50, memory=64, cpu_limit=250, memory_limit=128)
"""One psql at a time."""


def bootstrap_workloads(environments: Sequence[object]) -> Sequence[Workload]:
    """A pod for each environment whose databases the program makes, all of them at the same time."""
    return [Workload(name=NAME, pods=len(environments), containers={NAME: SIZE})] if environments else []
