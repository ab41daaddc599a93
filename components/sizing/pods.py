"""Containers and pods with their sizes: one model for charts, add-ons, Jobs, quotas and the capacity sums (pure).

CPU is in millicores, memory in MiB. A size is written once: the chart or add-on is configured with it, and the sums
count it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from components.sizing import quantities
from components.sizing.capacity import PodGroup


@dataclass(frozen=True, kw_only=True)
class ContainerSize:
    """Requests and limits of one container; a limit of 0 is none."""

    cpu: int
    memory: int
    cpu_limit: int = 0
    memory_limit: int = 0

    @property
    def resources(self) -> Mapping[str, Mapping[str, str]]:
        """The value of `resources` in a chart or an add-on's configuration."""
        requests = {"cpu": quantities.cpu(self.cpu), "memory": quantities.memory(self.memory)}
        limits: dict[str, str] = {}
        if self.cpu_limit:
            limits["cpu"] = quantities.cpu(self.cpu_limit)
        if self.memory_limit:
            limits["memory"] = quantities.memory(self.memory_limit)
        return {"limits": limits, "requests": requests} if limits else {"requests": requests}


@dataclass(frozen=True, kw_only=True)
class Workload:
    """Pods of one kind, with the size of each container by its name in the pod.

    An init container is never larger than the containers that run after it, so it does not count.
    """

    name: str
    pods: int
    containers: Mapping[str, ContainerSize]
    init_containers: Mapping[str, ContainerSize] = field(default_factory=dict[str, ContainerSize])
    per_node: bool = False
    """A DaemonSet: `pods` on every node."""

    @property
    def group(self) -> PodGroup:
        """The sums of one pod; a container without a limit adds nothing to it."""
        sizes = self.containers.values()
        return PodGroup(
            name=self.name,
            pods=self.pods,
            cpu_request=sum(size.cpu for size in sizes),
            memory_request=sum(size.memory for size in sizes),
            cpu_limit=sum(size.cpu_limit for size in sizes),
            memory_limit=sum(size.memory_limit for size in sizes),
            per_node=self.per_node,
        )
