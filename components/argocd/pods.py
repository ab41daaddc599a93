"""Pods of the Argo CD installation: the sizes that its chart is given and that quota and capacity guard count.

A size stands here once for each container; `argocd_values` writes it into the chart's values and `argocd_pods` sums it.
Init containers are never larger than what runs after them, so a pod asks for the sum of its containers. CPU is in
millicores, memory in MiB; they suit tens of Applications and a few thousand objects on one cluster.
Sources: the chart's values (argo-cd, and redis-ha in it), Argo CD's "High Availability".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from components.sizing import quantities
from components.sizing.capacity import PodGroup

if TYPE_CHECKING:  # the rules of the configuration count these pods: at run time they import this file
    from components.config.argocd import ArgoCdConfig

REPLICAS_HA = 2
"""Pods of server, repo-server and ApplicationSet controller with high availability."""
REDIS_NODES_HA = 3
"""Redis, its Sentinel and HAProxy: the smallest number that has a majority."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """What one container asks for and what it may use at most: millicores and MiB."""

    cpu: int
    memory: int
    cpu_limit: int
    memory_limit: int

    @property
    def resources(self) -> Mapping[str, Mapping[str, str]]:
        """As a chart's value `resources` takes it."""
        return {
            "limits": {"cpu": quantities.cpu(self.cpu_limit), "memory": quantities.memory(self.memory_limit)},
            "requests": {"cpu": quantities.cpu(self.cpu), "memory": quantities.memory(self.memory)},
        }


COPY_UTIL = Size(cpu=10, memory=256, cpu_limit=500, memory_limit=256)
"""Copies the binary of 220 MiB, page cache included: with less it can be killed half-way (the chart's own default)."""
CONFIG_INIT = Size(cpu=10, memory=32, cpu_limit=100, memory_limit=64)
"""Writes a configuration file and ends."""
SECRET_INIT = Size(cpu=10, memory=64, cpu_limit=200, memory_limit=128)
"""The hook's job that makes the password of Redis."""
CONTROLLER = Size(cpu=250, memory=512, cpu_limit=1000, memory_limit=1024)
SERVER = Size(cpu=50, memory=128, cpu_limit=500, memory_limit=384)
REPO_SERVER = Size(cpu=100, memory=256, cpu_limit=1000, memory_limit=1024)
"""Builds manifests: the peak is one Kustomize build for each parallel request, with the repository in memory."""
APPLICATION_SET = Size(cpu=50, memory=128, cpu_limit=250, memory_limit=256)
NOTIFICATIONS = Size(cpu=25, memory=96, cpu_limit=250, memory_limit=192)
REDIS = Size(cpu=50, memory=64, cpu_limit=250, memory_limit=256)
"""A cache of manifests: what it loses, the repo-server builds again."""
SENTINEL = Size(cpu=25, memory=32, cpu_limit=100, memory_limit=64)
SPLIT_BRAIN_FIX = Size(cpu=10, memory=32, cpu_limit=100, memory_limit=64)
HAPROXY = Size(cpu=50, memory=64, cpu_limit=250, memory_limit=256)


@dataclass(frozen=True, kw_only=True)
class Workload:
    """Pods of one kind, with the size of each container by its name in the pod."""

    name: str
    pods: int
    containers: Mapping[str, Size]
    init_containers: Mapping[str, Size] = field(default_factory=dict[str, Size])

    @property
    def group(self) -> PodGroup:
        """The sums of one pod."""
        sizes = self.containers.values()
        return PodGroup(
            name=self.name,
            pods=self.pods,
            cpu_request=sum(size.cpu for size in sizes),
            memory_request=sum(size.memory for size in sizes),
            cpu_limit=sum(size.cpu_limit for size in sizes),
            memory_limit=sum(size.memory_limit for size in sizes),
        )


def argocd_workloads(settings: "ArgoCdConfig") -> tuple[Workload, ...]:
    """Every pod of the installation with its containers, the hook's job included."""
    pods = REPLICAS_HA if settings.high_availability else 1
    redis = _redis_ha() if settings.high_availability else (_single("argocd-redis", 1, "redis", REDIS),)
    return (
        _single("argocd-application-controller", 1, "application-controller", CONTROLLER),
        _single("argocd-applicationset-controller", pods, "applicationset-controller", APPLICATION_SET),
        _single("argocd-notifications-controller", 1, "notifications-controller", NOTIFICATIONS),
        Workload(
            name="argocd-repo-server",
            pods=pods,
            containers={"repo-server": REPO_SERVER},
            init_containers={"copyutil": COPY_UTIL},
        ),
        _single("argocd-server", pods, "server", SERVER),
        *redis,
        _single("argocd-redis-secret-init", 1, "secret-init", SECRET_INIT),
    )


def argocd_pods(settings: "ArgoCdConfig") -> tuple[PodGroup, ...]:
    """The installation as the capacity guard and the quota count it."""
    return tuple(workload.group for workload in argocd_workloads(settings))


def _single(name: str, pods: int, container: str, size: Size) -> Workload:
    return Workload(name=name, pods=pods, containers={container: size})


def _redis_ha() -> tuple[Workload, ...]:
    return (
        Workload(
            name="argocd-redis-ha-server",
            pods=REDIS_NODES_HA,
            containers={"redis": REDIS, "sentinel": SENTINEL, "split-brain-fix": SPLIT_BRAIN_FIX},
            init_containers={"config-init": CONFIG_INIT},
        ),
        Workload(
            name="argocd-redis-ha-haproxy",
            pods=REDIS_NODES_HA,
            containers={"haproxy": HAPROXY},
            init_containers={"config-init": CONFIG_INIT},
        ),
    )
