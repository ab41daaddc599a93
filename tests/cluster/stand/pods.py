"""Deployments, DaemonSets, StatefulSets and Jobs in place of those of charts and add-ons, with the program's sizes.

They take the same room on nodes and in quotas as the real ones. Their containers satisfy `restricted`.
"""

from collections.abc import Mapping, Sequence

from components.cluster.addon_pods import SYSTEM_PODS
from components.sizing import quantities
from components.sizing.capacity import PodGroup
from components.sizing.pods import ContainerSize, Workload
from tests.cluster.stand.api import Api, Json

SYSTEM_NAMESPACE = "kube-system"
IMAGE = "public.ecr.aws/stand/pause:1"
ONCE = "-init"
"""Suffix of workloads that run once."""
STATEFUL = ("argocd-application-controller", "argocd-redis-ha-server")
HOOK = {"helm.sh/hook": "pre-install,pre-upgrade", "helm.sh/hook-delete-policy": "before-hook-creation,hook-succeeded"}
LABEL = "app.kubernetes.io/name"
API_VERSIONS = {"Deployment": "apps/v1", "DaemonSet": "apps/v1", "StatefulSet": "apps/v1", "Job": "batch/v1"}


def create_system_pods(api: Api) -> None:
    """Create the add-ons' pods in kube-system."""
    for group in SYSTEM_PODS:
        api.apply(system_workload(group))


def system_workload(group: PodGroup) -> Json:
    """The workload of a group of system pods: one container with the totals of the pod."""
    container = _container(group.name, _resources(group.cpu_request, group.memory_request, 0, group.memory_limit))
    kind = "DaemonSet" if group.per_node else "Deployment"
    manifest = _object(kind, group.name, [container], [], group.pods)
    manifest["metadata"]["namespace"] = SYSTEM_NAMESPACE
    pod = manifest["spec"]["template"]["spec"]
    pod["tolerations"] = [{"operator": "Exists"}] if group.per_node else []
    pod["priorityClassName"] = "system-node-critical" if group.per_node else "system-cluster-critical"
    return manifest


def chart_workload(workload: Workload) -> Json:
    """A workload of a chart, without a namespace, which the release sets; what runs once is a hook."""
    kind = "StatefulSet" if workload.name in STATEFUL else "Job" if workload.name.endswith(ONCE) else "Deployment"
    manifest = _object(
        kind, workload.name, _containers(workload.containers), _containers(workload.init_containers), workload.pods
    )
    if kind == "Job":
        manifest["metadata"]["annotations"] = HOOK
    return manifest


def _containers(sizes: Mapping[str, ContainerSize]) -> list[Json]:
    return [
        _container(name, _resources(size.cpu, size.memory, size.cpu_limit, size.memory_limit))
        for name, size in sizes.items()
    ]


def _object(kind: str, name: str, containers: Sequence[Json], before: Sequence[Json], pods: int) -> Json:
    labels = {LABEL: name}
    pod: Json = {
        "automountServiceAccountToken": False,
        "containers": [*containers],
        "initContainers": [*before],
        "restartPolicy": "OnFailure" if kind == "Job" else "Always",
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    }
    spec: Json = {"template": {"metadata": {"labels": labels}, "spec": pod}}
    if kind != "Job":
        spec["selector"] = {"matchLabels": labels}
    if kind in ("Deployment", "StatefulSet"):
        spec["replicas"] = pods
    if kind == "StatefulSet":
        spec |= {"serviceName": name, "podManagementPolicy": "Parallel"}
    return {
        "apiVersion": API_VERSIONS[kind],
        "kind": kind,
        "metadata": {"name": name, "labels": labels},
        "spec": spec,
    }


def _container(name: str, resources: Json) -> Json:
    return {
        "image": IMAGE,
        "name": name,
        "resources": resources,
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
    }


def _resources(cpu: int, memory: int, cpu_limit: int, memory_limit: int) -> Json:
    limits = {"cpu": quantities.cpu(cpu_limit)} if cpu_limit else {}
    limits |= {"memory": quantities.memory(memory_limit)} if memory_limit else {}
    return {"requests": {"cpu": quantities.cpu(cpu), "memory": quantities.memory(memory)}, "limits": limits}
