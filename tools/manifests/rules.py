"""Rules of our own about an overlay's objects that no schema knows and no configuration is needed for."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from tools.manifests.model import (
    NAME_LABEL,
    Object,
    at,
    items,
    matches,
    name,
    of_kind,
    pods,
    table,
    title,
)
from tools.manifests.pod_rules import pod_faults, service_pod_faults

MOST_UTILIZATION = 100


def rule_faults(objects: Sequence[Object]) -> Iterator[str]:
    """Yield `Kind name: what is wrong: what to write` for each rule that an object breaks."""
    for (kind, called), times in Counter((str(one.get("kind")), name(one)) for one in objects).items():
        if times > 1:
            yield f"{kind} {called}: there are {times} of this name, and there must be one"
    for found, template in pods(objects):
        for fault in pod_faults(template):
            yield f"{title(found)}: {fault}"
    for deployment in of_kind(objects, "Deployment").values():
        for rule in (
            _selector_faults(deployment, objects),
            _rollout_faults(deployment),
            service_pod_faults(deployment),
        ):
            for fault in rule:
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
        elif target != name(scaler):
            yield f"{title(scaler)}: spec.scaleTargetRef names {target}, and must name the Deployment of its own name"
        elif at(deployments[target], "spec", "replicas") is not None:
            yield f"Deployment {target}: leave spec.replicas out, the autoscaler {name(scaler)} owns them"
        if owner != name(scaler):
            yield f"{title(scaler)}: {owner} scales Deployment {target} as well"
        for fault in _metric_faults(items(scaler, "spec", "metrics")):
            yield f"{title(scaler)}: spec.metrics: {fault}"


def _metric_faults(metrics: Sequence[Object]) -> Iterator[str]:
    if "Resource" not in {at(metric, "type") for metric in metrics}:
        yield "there must be one of type Resource: it is there also where Prometheus is not"
    for metric in metrics:
        used = at(metric, "resource", "target", "averageUtilization")
        if at(metric, "type") == "Resource" and not 1 <= int(used or 0) <= MOST_UTILIZATION:
            yield f"averageUtilization is {used}, and must be between 1 and {MOST_UTILIZATION} percent of the request"


def _list(chosen: Mapping[str, Object]) -> str:
    return ", ".join(sorted(chosen)) or "nobody"
