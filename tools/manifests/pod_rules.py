"""The project's own rules for the pods of an overlay: confinement, resources, probes and placement."""

from collections.abc import Iterator

from components.sizing.quantities import mebibytes, millicores
from tools.manifests.model import Object, at, containers, items, table

PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
PROGRESS_SECONDS = 600
"""Kubernetes' default of `progressDeadlineSeconds`."""
SPREAD = ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
"""Topologies over which the pods of a service are spread."""


def pod_faults(template: Object) -> Iterator[str]:
    """Yield the faults of any pod: confinement, resources and /tmp."""
    yield from _confinement_faults(template)
    yield from _resource_faults(template)
    yield from _scratch_faults(template)


def service_pod_faults(deployment: Object) -> Iterator[str]:
    """Yield the faults of a service's pods: placement and probes."""
    yield from _spread_faults(table(deployment, "spec", "template"))
    for container in items(deployment, "spec", "template", "spec", "containers"):
        deadline = at(deployment, "spec", "progressDeadlineSeconds") or PROGRESS_SECONDS
        for fault in _probe_faults(container, deadline):
            yield f"container {container.get('name')}: {fault}"


def _confinement_faults(template: Object) -> Iterator[str]:
    """Rules that go beyond the Pod Security level `restricted`."""
    if at(template, "spec", "automountServiceAccountToken") is not False:
        yield "automountServiceAccountToken must be false: services do not talk to the API server"
    for container in containers(template):
        if at(container, "securityContext", "readOnlyRootFilesystem") is not True:
            yield (
                f"container {container.get('name')}: securityContext.readOnlyRootFilesystem must be true; "
                "mount an emptyDir for the files it writes"
            )


def _resource_faults(template: Object) -> Iterator[str]:
    """Resources that are not set, and init containers that are larger than the rest of the pod.

    A quota counts a pod as the larger of its init containers and the sum of the others, and ours is sized for the
    others.
    """
    everything, init = containers(template), items(template, "spec", "initContainers")
    for side in ("requests", "limits"):
        for key, number in (("cpu", millicores), ("memory", mebibytes)):
            path = f"resources.{side}.{key}"
            unset = [container for container in everything if at(container, "resources", side, key) is None]
            for container in unset:
                yield f"container {container.get('name')}: {path} must be set"
            if unset:
                continue
            try:
                sizes = [number(str(at(container, "resources", side, key))) for container in everything]
            except ValueError as error:
                yield f"{path}: {error}"
                continue
            for position, container in enumerate(init):
                if sizes[position] > sum(sizes[len(init) :]):
                    yield f"init container {container.get('name')}: {path} is larger than the service container's"


def _scratch_faults(template: Object) -> Iterator[str]:
    empty = {at(volume, "name") for volume in items(template, "spec", "volumes") if at(volume, "emptyDir") is not None}
    for container in items(template, "spec", "containers"):
        mounts = {at(mount, "mountPath"): at(mount, "name") for mount in items(container, "volumeMounts")}
        if mounts.get("/tmp") not in empty:  # noqa: S108 a path inside the container
            yield f"container {container.get('name')}: mount an emptyDir at /tmp; the root file system is read-only"


def _spread_faults(template: Object) -> Iterator[str]:
    constraints = {
        at(constraint, "topologyKey"): (at(constraint, "maxSkew"), at(constraint, "whenUnsatisfiable"))
        for constraint in items(template, "spec", "topologySpreadConstraints")
    }
    for key in SPREAD:
        if constraints.pop(key, None) != (1, "ScheduleAnyway"):
            yield f"topologySpreadConstraints: {key} must be set, with maxSkew 1 and whenUnsatisfiable ScheduleAnyway"
    for key in constraints:
        yield f"topologySpreadConstraints: {key} must be one of {', '.join(SPREAD)}"


def _probe_faults(container: Object, deadline: int) -> Iterator[str]:
    ports = items(container, "ports")
    names_and_numbers = {at(port, key) for port in ports for key in ("name", "containerPort")}
    for probe in PROBES if ports else ():
        probed = at(container, probe, "httpGet", "port")
        if at(container, probe) is None:
            yield f"{probe} is missing"
        elif probed is None:
            yield f"{probe} must use httpGet with the catalogue's path and port http"
        elif probed not in names_and_numbers:
            yield f"{probe} probes port {probed}, which is not a port of the container"
    startup = table(container, "startupProbe")
    seconds = int(startup.get("initialDelaySeconds") or 0)
    seconds += int(startup.get("periodSeconds") or 10) * int(startup.get("failureThreshold") or 3)
    if ports and seconds > deadline:
        yield f"startupProbe allows {seconds} s, but spec.progressDeadlineSeconds ends the rollout after {deadline} s"
