"""The project's own rules for an overlay's objects that need neither a schema nor the configuration."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from components.kubernetes.names import NAME_LABEL
from tools.manifests.model import Object, at, items, matches, name, of_kind, pods, table, title
from tools.manifests.pod_rules import pod_faults, service_pod_faults


def rule_faults(objects: Sequence[Object]) -> Iterator[str]:
    """Yield `Kind name: fault: remedy` for each rule that an object breaks."""
    for heading, count in Counter(title(item) for item in objects).items():
        if count > 1:
            yield f"{heading}: there are {count} objects with this name, only one is allowed"
    for item, template in pods(objects):
        for fault in pod_faults(template):
            yield f"{title(item)}: {fault}"
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
    """Yield the faults of a Service: it selects other pods than its own, or forwards to a port without a listener."""
    own = name(service)
    selected = _selected({"matchLabels": table(service, "spec", "selector")}, objects)
    if not table(service, "spec", "selector"):
        yield f"spec.selector is empty: write {NAME_LABEL}: {own}"
        return
    if set(selected) != {own}:
        yield f"spec.selector selects the pods of {_list(selected)}, but must select only those of {own}"
    for port in items(service, "spec", "ports"):
        target = at(port, "targetPort") or at(port, "port")
        for owner, template in selected.items():
            ports = [port for container in items(template, "spec", "containers") for port in items(container, "ports")]
            if not any(target in (at(open_port, "name"), at(open_port, "containerPort")) for open_port in ports):
                yield f"targetPort {target}: no container of {owner} listens on it"


def _selected(selector: object, objects: Sequence[Object]) -> dict[str, Object]:
    """Templates of the pods that a selector selects in the overlay, by the name of their owner."""
    return {
        name(owner): template
        for owner, template in pods(objects)
        if matches(selector, table(template, "metadata", "labels"))
    }


def _selector_faults(deployment: Object, objects: Sequence[Object]) -> Iterator[str]:
    own = name(deployment)
    template = table(deployment, "spec", "template")
    if at(template, "metadata", "labels", NAME_LABEL) != own:
        yield f"the pods' label {NAME_LABEL} must be {own}: network policies select pods by it"
    selectors: dict[str, object] = {"spec.selector": at(deployment, "spec", "selector")}
    for spread in items(template, "spec", "topologySpreadConstraints"):
        selectors[f"topologySpreadConstraints of {at(spread, 'topologyKey')}"] = at(spread, "labelSelector")
    for where, selector in selectors.items():
        selected = _selected(selector, objects)
        if set(selected) != {own}:
            yield f"{where} selects the pods of {_list(selected)}, but must select only its own"


def _rollout_faults(deployment: Object) -> Iterator[str]:
    spec = table(deployment, "spec")
    if table(spec, "strategy", "rollingUpdate") != {"maxSurge": 1, "maxUnavailable": 0}:
        yield "spec.strategy.rollingUpdate must be maxSurge 1, maxUnavailable 0: the quota is sized for it"
    grace = at(spec, "template", "spec", "terminationGracePeriodSeconds") or 30
    for container in items(spec, "template", "spec", "containers"):
        pause = at(container, "lifecycle", "preStop", "sleep", "seconds") or 0
        if pause >= grace:
            yield (
                f"container {container.get('name')}: preStop sleeps {pause} s, "
                f"but terminationGracePeriodSeconds is {grace}"
            )


def _budget_faults(objects: Sequence[Object]) -> Iterator[str]:
    for budget in of_kind(objects, "PodDisruptionBudget").values():
        selected = _selected(at(budget, "spec", "selector"), objects)
        if set(selected) != {name(budget)}:
            yield (
                f"{title(budget)}: spec.selector selects the pods of {_list(selected)}, "
                f"but must select only those of {name(budget)}"
            )
        if at(budget, "spec", "maxUnavailable") != 1:
            yield f"{title(budget)}: spec.maxUnavailable must be 1, so that a node can always be drained"


def _autoscaler_faults(objects: Sequence[Object]) -> Iterator[str]:
    deployments = of_kind(objects, "Deployment")
    owned: dict[str, str] = {}
    for scaler in of_kind(objects, "HorizontalPodAutoscaler").values():
        target = str(at(scaler, "spec", "scaleTargetRef", "name"))
        owner = owned.setdefault(target, name(scaler))
        if at(scaler, "spec", "scaleTargetRef", "kind") != "Deployment" or target not in deployments:
            yield f"{title(scaler)}: spec.scaleTargetRef names {target}, which is not a Deployment of this overlay"
        elif target != name(scaler):
            yield f"{title(scaler)}: spec.scaleTargetRef names {target}, but must name the Deployment with its own name"
        elif at(deployments[target], "spec", "replicas") is not None:
            yield f"Deployment {target}: remove spec.replicas: the autoscaler {name(scaler)} sets it"
        if owner != name(scaler):
            yield f"{title(scaler)}: {owner} already scales Deployment {target}"
        for fault in _metric_faults(items(scaler, "spec", "metrics")):
            yield f"{title(scaler)}: spec.metrics: {fault}"


def _metric_faults(metrics: Sequence[Object]) -> Iterator[str]:
    if "Resource" not in {at(metric, "type") for metric in metrics}:
        yield "at least one must be of type Resource, which works without Prometheus"
    for metric in metrics:
        utilization = at(metric, "resource", "target", "averageUtilization")
        if at(metric, "type") == "Resource" and not 1 <= int(utilization or 0) <= 100:
            yield f"averageUtilization is {utilization}, but must be between 1 and 100 percent of the request"


def _list(selected: Mapping[str, Object]) -> str:
    return ", ".join(sorted(selected)) or "no workload"
