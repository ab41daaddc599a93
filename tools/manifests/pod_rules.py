"""Rules of our own about the pods of an overlay: what they may use, how they are asked for health, where they go."""

from collections.abc import Iterator

from components.sizing.quantities import mebibytes, millicores
from tools.manifests.model import Object, at, containers, items, table

PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
PROGRESS_SECONDS = 600
"""`progressDeadlineSeconds` where a Deployment states none."""
SPREAD = ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
"""Over what the pods of a service are spread."""


def pod_faults(template: Object) -> Iterator[str]:
    """Yield what is wrong with any pod."""
    yield from _confinement_faults(template)
    yield from _resource_faults(template)
    yield from _scratch_faults(template)


def service_pod_faults(deployment: Object) -> Iterator[str]:
    """Yield what is wrong with the pods of a service."""
    yield from _spread_faults(table(deployment, "spec", "template"))
    for container in items(deployment, "spec", "template", "spec", "containers"):
        deadline = at(deployment, "spec", "progressDeadlineSeconds") or PROGRESS_SECONDS
        for fault in _probe_faults(container, deadline):
            yield f"container {container.get('name')}: {fault}"


def _confinement_faults(template: Object) -> Iterator[str]:
    """Where we are stricter than the level `restricted`."""
    if at(template, "spec", "automountServiceAccountToken") is not False:
        yield "automountServiceAccountToken must be false: services do not talk to the API server"
    for container in containers(template):
        if at(container, "securityContext", "readOnlyRootFilesystem") is not True:
            yield (
                f"container {container.get('name')}: securityContext.readOnlyRootFilesystem must be true; an emptyDir "
                "is for what it writes"
            )


def _resource_faults(template: Object) -> Iterator[str]:
    """Resources that are not stated, and init containers that are larger than the rest of the pod.

    The quota counts a pod as the larger of its init containers and the sum of the others, and has room for the others.
    """
    everything, init = containers(template), items(template, "spec", "initContainers")
    for side in ("requests", "limits"):
        for key, number in (("cpu", millicores), ("memory", mebibytes)):
            path = f"resources.{side}.{key}"
            unstated = [container for container in everything if at(container, "resources", side, key) is None]
            for container in unstated:
                yield f"container {container.get('name')}: {path} must be stated"
            if unstated:
                continue
            try:
                sizes = [number(str(at(container, "resources", side, key))) for container in everything]
            except ValueError as error:
                yield f"{path}: {error}"
                continue
            for position, container in enumerate(init):
                if sizes[position] > sum(sizes[len(init) :]):
                    yield f"init container {container.get('name')}: {path} is larger than the service's own"


def _scratch_faults(template: Object) -> Iterator[str]:
    empty = {at(volume, "name") for volume in items(template, "spec", "volumes") if at(volume, "emptyDir") is not None}
    for container in items(template, "spec", "containers"):
        mounts = {at(mount, "mountPath"): at(mount, "name") for mount in items(container, "volumeMounts")}
        if mounts.get("/tmp") not in empty:  # noqa: S108 a path inside the container
            yield f"container {container.get('name')}: mount an emptyDir at /tmp, the root file system is read-only"


def _spread_faults(template: Object) -> Iterator[str]:
    found = {
        at(one, "topologyKey"): (at(one, "maxSkew"), at(one, "whenUnsatisfiable"))
        for one in items(template, "spec", "topologySpreadConstraints")
    }
    for key in SPREAD:
        if found.pop(key, None) != (1, "ScheduleAnyway"):
            yield f"topologySpreadConstraints: one of {key} must have maxSkew 1 and whenUnsatisfiable ScheduleAnyway"
    for key in found:
        yield f"topologySpreadConstraints: {key} is none of {', '.join(SPREAD)}"


def _probe_faults(container: Object, deadline: int) -> Iterator[str]:
    ports = items(container, "ports")
    known = {at(port, key) for port in ports for key in ("name", "containerPort")}
    for probe in PROBES if ports else ():
        asked = at(container, probe, "httpGet", "port")
        if at(container, probe) is None:
            yield f"{probe} is missing"
        elif asked is None:
            yield f"{probe} must have httpGet with the catalogue's path and port http"
        elif asked not in known:
            yield f"{probe} asks port {asked}, where nobody listens"
    start = table(container, "startupProbe")
    patience = int(start.get("initialDelaySeconds") or 0)
    patience += int(start.get("periodSeconds") or 10) * int(start.get("failureThreshold") or 3)
    if ports and patience > deadline:
        yield f"startupProbe waits {patience} s, and spec.progressDeadlineSeconds gives up after {deadline} s"
