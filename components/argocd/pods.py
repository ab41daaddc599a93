"""Pods of the Argo CD installation: `values.py` configures the chart with these sizes, and the sums count them.

They suit tens of Applications and a few thousand objects on one cluster.
Sources: the chart's values (argo-cd, and redis-ha in it), Argo CD's "High Availability".
"""

from components.config.argocd import ArgoCdConfig
from components.sizing.capacity import PodGroup
from components.sizing.pods import ContainerSize, Workload

REPLICAS_HA = 2
"""Pods of server, repo-server and ApplicationSet controller with high availability."""
REDIS_NODES_HA = 3
"""Redis with Sentinel, and HAProxy: the smallest number with a majority."""

APPLICATION_SET_METRICS, CONTROLLER_METRICS, SERVER_METRICS, REPO_SERVER_METRICS = 8080, 8082, 8083, 8084
NOTIFICATIONS_METRICS, HAPROXY_METRICS = 9001, 9101
"""Ports of the metrics: the chart's defaults."""

COPY_UTIL = ContainerSize(cpu=10, memory=256, cpu_limit=500, memory_limit=256)
"""Copies a binary of 220 MiB through the page cache: with less memory it can be killed (the chart's default)."""
CONFIG_INIT = ContainerSize(cpu=10, memory=32, cpu_limit=100, memory_limit=64)
"""Writes a configuration file and exits."""
SECRET_INIT = ContainerSize(cpu=10, memory=64, cpu_limit=200, memory_limit=128)
"""The hook's Job that generates the password of Redis."""
CONTROLLER = ContainerSize(cpu=250, memory=512, cpu_limit=1000, memory_limit=1024)
SERVER = ContainerSize(cpu=50, memory=128, cpu_limit=500, memory_limit=384)
REPO_SERVER = ContainerSize(cpu=100, memory=256, cpu_limit=1000, memory_limit=1024)
"""Builds manifests: its peak is one Kustomize build per parallel request, with the repository in memory."""
APPLICATION_SET = ContainerSize(cpu=50, memory=128, cpu_limit=250, memory_limit=256)
NOTIFICATIONS = ContainerSize(cpu=25, memory=96, cpu_limit=250, memory_limit=192)
REDIS = ContainerSize(cpu=50, memory=64, cpu_limit=250, memory_limit=256)
"""A cache of manifests, which the repo-server can rebuild."""
SENTINEL = ContainerSize(cpu=25, memory=32, cpu_limit=100, memory_limit=64)
SPLIT_BRAIN_FIX = ContainerSize(cpu=10, memory=32, cpu_limit=100, memory_limit=64)
HAPROXY = ContainerSize(cpu=50, memory=64, cpu_limit=250, memory_limit=256)


def argocd_workloads(settings: ArgoCdConfig) -> tuple[Workload, ...]:
    """Every pod of the installation, the hook's Job included."""
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


def argocd_pods(settings: ArgoCdConfig) -> tuple[PodGroup, ...]:
    """The installation for quota and capacity sums."""
    return tuple(workload.group for workload in argocd_workloads(settings))


def _single(name: str, pods: int, container: str, size: ContainerSize) -> Workload:
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
