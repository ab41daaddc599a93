"""Rules of our own about an overlay's objects that no schema knows and no configuration is needed for."""

from collections.abc import Iterator, Mapping, Sequence

from components.quantities import mebibytes, millicores
from tools.manifests.model import (
    NAME_LABEL,
    Object,
    at,
    containers,
    items,
    matches,
    name,
    of_kind,
    pods,
    table,
    title,
)
from tools.manifests.restricted import restricted_faults

ALLOWED_KINDS = (
    "ConfigMap",
    "Deployment",
    "HorizontalPodAutoscaler",
    "Ingress",
    "Job",
    "PodDisruptionBudget",
    "Service",
)
"""What an application repository brings. All else in a namespace is the platform's, or nobody's."""
PROBES = ("startupProbe", "readinessProbe", "livenessProbe")


def rule_faults(objects: Sequence[Object]) -> Iterator[str]:
    """Yield `Kind name: what is wrong: what to write` for each rule that an object breaks."""
    for found in objects:
        if found.get("kind") not in ALLOWED_KINDS:
            yield f"{title(found)}: objects of this kind do not belong in Git; allowed are {', '.join(ALLOWED_KINDS)}"
    for found, template in pods(objects):
        for fault in (*restricted_faults(template), *_resource_faults(template), *_scratch_faults(template)):
            yield f"{title(found)}: {fault}"
    for deployment in of_kind(objects, "Deployment").values():
        for fault in (*_selector_faults(deployment, objects), *_rollout_faults(deployment), *_probe_faults(deployment)):
            yield f"{title(deployment)}: {fault}"
    for service in of_kind(objects, "Service").values():
        for fault in service_faults(service, objects):
            yield f"{title(service)}: {fault}"
    for fault in (*_budget_faults(objects), *_autoscaler_faults(objects)):
        yield fault


def service_faults(service: Object, objects: Sequence[Object]) -> Iterator[str]:
    """Yield what is wrong with a Service: whom it selects, and whether anybody listens where it sends."""
    wanted = name(service)
    chosen = _selected({"matchLabels": table(service, "spec", "selector")}, objects)
    if not table(service, "spec", "selector"):
        yield f"spec.selector is empty: write {NAME_LABEL}: {wanted}"
        return
    if set(chosen) != {wanted}:
        yield f"spec.selector selects the pods of {_list(chosen)}, and must select those of {wanted} alone"
    for port in items(service, "spec", "ports"):
        target = at(port, "targetPort") or at(port, "port")
        for owner, template in chosen.items():
            ports = [port for container in items(template, "spec", "containers") for port in items(container, "ports")]
            if not any(target in (at(other, "name"), at(other, "containerPort")) for other in ports):
                yield f"targetPort {target}: no container of {owner} listens there"


def _selected(selector: object, objects: Sequence[Object]) -> dict[str, Object]:
    """Templates of the pods that a selector finds in the overlay, by the name of what makes them."""
    return {
        name(found): template
        for found, template in pods(objects)
        if matches(selector, table(template, "metadata", "labels"))
    }


def _selector_faults(deployment: Object, objects: Sequence[Object]) -> Iterator[str]:
    own = name(deployment)
    template = table(deployment, "spec", "template")
    if at(template, "metadata", "labels", NAME_LABEL) != own:
        yield f"the pods' label {NAME_LABEL} must be {own}: the network policies know them by it"
    selectors: dict[str, object] = {"spec.selector": at(deployment, "spec", "selector")}
    for spread in items(template, "spec", "topologySpreadConstraints"):
        selectors[f"topologySpreadConstraints of {at(spread, 'topologyKey')}"] = at(spread, "labelSelector")
    for where, selector in selectors.items():
        chosen = _selected(selector, objects)
        if set(chosen) != {own}:
            yield f"{where} selects the pods of {_list(chosen)}, and must select its own alone"


def _rollout_faults(deployment: Object) -> Iterator[str]:
    spec = table(deployment, "spec")
    if table(spec, "strategy", "rollingUpdate") != {"maxSurge": 1, "maxUnavailable": 0}:
        yield "spec.strategy.rollingUpdate must be maxSurge 1, maxUnavailable 0: the quota is reckoned for it"
    grace = at(spec, "template", "spec", "terminationGracePeriodSeconds") or 30
    for container in items(spec, "template", "spec", "containers"):
        pause = at(container, "lifecycle", "preStop", "sleep", "seconds") or 0
        if pause >= grace:
            yield f"container {container.get('name')}: it sleeps {pause} s of {grace} s before it may end"


def _probe_faults(deployment: Object) -> Iterator[str]:
    for container in items(deployment, "spec", "template", "spec", "containers"):
        ports = items(container, "ports")
        known = {at(port, key) for port in ports for key in ("name", "containerPort")}
        for probe in PROBES if ports else ():
            if at(container, probe) is None:
                yield f"container {container.get('name')}: {probe} is missing"
            elif at(container, probe, "httpGet", "port") not in {None, *known}:
                asked = at(container, probe, "httpGet", "port")
                yield f"container {container.get('name')}: {probe} asks port {asked}, where nobody listens"


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


def _budget_faults(objects: Sequence[Object]) -> Iterator[str]:
    for budget in of_kind(objects, "PodDisruptionBudget").values():
        chosen = _selected(at(budget, "spec", "selector"), objects)
        if set(chosen) != {name(budget)}:
            yield f"{title(budget)}: spec.selector selects the pods of {_list(chosen)}, and must select one service's"
        if at(budget, "spec", "maxUnavailable") != 1:
            yield f"{title(budget)}: spec.maxUnavailable must be 1, so that a node can always be drained"


def _autoscaler_faults(objects: Sequence[Object]) -> Iterator[str]:
    deployments = of_kind(objects, "Deployment")
    owned: dict[str, str] = {}
    for scaler in of_kind(objects, "HorizontalPodAutoscaler").values():
        target = str(at(scaler, "spec", "scaleTargetRef", "name"))
        owner = owned.setdefault(target, name(scaler))
        if at(scaler, "spec", "scaleTargetRef", "kind") != "Deployment" or target not in deployments:
            yield f"{title(scaler)}: spec.scaleTargetRef names no Deployment of the overlay: {target}"
        elif at(deployments[target], "spec", "replicas") is not None:
            yield f"Deployment {target}: leave spec.replicas out, the autoscaler {name(scaler)} owns them"
        if owner != name(scaler):
            yield f"{title(scaler)}: {owner} scales Deployment {target} as well"


def _list(chosen: Mapping[str, Object]) -> str:
    return ", ".join(sorted(chosen)) or "nobody"
