"""The level `restricted` of the Pod Security Standards, which the program's namespaces enforce.

Stricter in two points: a container's root file system is read-only, and no token of the API server is mounted.
Source: Kubernetes, "Pod Security Standards".
"""

from collections.abc import Iterator

from tools.manifests.model import Object, at, containers, items, table

VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
}
SECCOMP = ("RuntimeDefault", "Localhost")
HOST = ("hostNetwork", "hostPID", "hostIPC")


def restricted_faults(template: Object) -> Iterator[str]:
    """Yield what a pod with this template would be refused for, or what it has that it does not need."""
    spec = table(template, "spec")
    pod = table(spec, "securityContext")
    for key in HOST:
        if spec.get(key):
            yield f"{key} shares a namespace of the node: take it out"
    for volume in items(spec, "volumes"):
        kinds = set(table(volume)) - {"name"}
        if not kinds <= VOLUMES:
            yield f"volume {volume.get('name')}: {', '.join(sorted(kinds - VOLUMES))} is not allowed at `restricted`"
    if pod.get("sysctls"):
        yield "securityContext.sysctls: leave the kernel's settings alone"
    if spec.get("automountServiceAccountToken") is not False:
        yield "automountServiceAccountToken must be false: services do not talk to the API server"
    for container in containers(template):
        for fault in _container_faults(container, pod):
            yield f"container {container.get('name')}: {fault}"


def _container_faults(container: Object, pod: Object) -> Iterator[str]:
    own = table(container, "securityContext")
    if own.get("privileged"):
        yield "privileged is not allowed"
    if own.get("allowPrivilegeEscalation") is not False:
        yield "securityContext.allowPrivilegeEscalation must be false"
    if "ALL" not in items(own, "capabilities", "drop"):
        yield "securityContext.capabilities.drop must hold ALL"
    added = set(items(own, "capabilities", "add")) - {"NET_BIND_SERVICE"}
    if added:
        yield f"securityContext.capabilities.add: {', '.join(sorted(added))} is not allowed"
    if (own.get("runAsNonRoot", pod.get("runAsNonRoot"))) is not True:
        yield "runAsNonRoot must be true"
    if own.get("runAsUser", pod.get("runAsUser")) == 0:
        yield "runAsUser must not be 0"
    if at({**pod, **own}, "seccompProfile", "type") not in SECCOMP:
        yield "seccompProfile.type must be RuntimeDefault"
    if own.get("readOnlyRootFilesystem") is not True:
        yield "securityContext.readOnlyRootFilesystem must be true; an emptyDir is for what it writes"
    if any(at(port, "hostPort") for port in items(container, "ports")):
        yield "hostPort is not allowed"
