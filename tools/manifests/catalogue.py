"""Compares an overlay with the stack's configuration: every difference by service and field.

Quotas, network policies and identities follow from the configuration, so a manifest that differs from it is wrong even
when Kubernetes accepts it. Sizes are compared as numbers (`1` is `1000m`), everything else as written.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from components.config.catalogue import ServiceConfig
from components.environments.plan import EnvironmentPlan
from components.environments.workloads import ServiceWorkload
from components.kubernetes.names import NAME_LABEL, PART_OF_LABEL
from components.sizing.quantities import mebibytes, millicores
from tools.manifests.model import Object, at, containers, items, name, of_kind, table

TAGS: Mapping[str, str] = {
    "commitSha": r"[0-9a-f]{40}",
    "commitShaAndTime": r"[0-9a-f]{7}-[0-9]{8}-[0-9]{6}",
    "releaseTag": r"v?[0-9]+\.[0-9]+\.[0-9]+([-+.][\w.-]+)?",
}
"""Pattern of an image tag, by the value of the environment's `deployment.imageTag`."""


@dataclass(frozen=True)
class Difference:
    """One field of one service that differs between manifest and configuration; None where a side does not set it."""

    service: str
    field: str
    manifest: Any
    configuration: Any

    def __str__(self) -> str:
        manifest, configuration = ("none" if value is None else value for value in (self.manifest, self.configuration))
        return f"{self.service}: {self.field}: the manifest has {manifest}, the configuration expects {configuration}"


def differences(plan: EnvironmentPlan, objects: Sequence[Object]) -> Iterator[Difference]:
    """Yield every difference between an environment and the objects of its overlay."""
    workloads = plan.workloads
    for kind, expected in (
        ("Deployment", {workload.service.name for workload in workloads}),
        ("Service", {workload.service.name for workload in workloads if workload.service.port is not None}),
        ("PodDisruptionBudget", {workload.service.name for workload in workloads if workload.replicas > 1}),
        ("HorizontalPodAutoscaler", {workload.service.name for workload in workloads if workload.autoscaled}),
    ):
        for service in sorted(expected ^ set(of_kind(objects, kind))):
            yield Difference(service, kind, *((None, "one") if service in expected else ("one", None)))
    for item in objects:
        namespace = at(item, "metadata", "namespace")
        if namespace != plan.settings.namespace:
            yield Difference(name(item), "namespace", namespace, plan.settings.namespace)
    for workload in workloads:
        yield from _of_workload(plan, workload, objects)


def _of_workload(plan: EnvironmentPlan, workload: ServiceWorkload, objects: Sequence[Object]) -> Iterator[Difference]:
    service = workload.service
    deployment, kubernetes_service, scaler = (
        of_kind(objects, kind).get(service.name) for kind in ("Deployment", "Service", "HorizontalPodAutoscaler")
    )
    pairs: dict[str, tuple[Any, Any]] = {}
    if deployment is not None:
        template = table(deployment, "spec", "template")
        container = table(template, "spec", "containers", 0)
        pairs |= _identity(plan.config.system.name, service, template)
        pairs |= _ports(service, template, container)
        pairs |= _sizes(workload, container)
        pairs["replicas"] = (at(deployment, "spec", "replicas"), None if workload.autoscaled else workload.replicas)
        yield from _images(plan, service, template)
        yield from _calls(plan, service, container, objects)
    if kubernetes_service is not None:
        ports = [(at(port, "name"), at(port, "port")) for port in items(kubernetes_service, "spec", "ports")]
        pairs["Service's ports"] = (ports, [("http", service.service_port or service.port)])
    if scaler is not None:
        pairs["minReplicas"] = (at(scaler, "spec", "minReplicas"), workload.replicas)
        pairs["maxReplicas"] = (at(scaler, "spec", "maxReplicas"), workload.max_replicas)
    for field, (manifest, configuration) in pairs.items():
        if manifest != configuration:
            yield Difference(service.name, field, manifest, configuration)


def _identity(system: str, service: ServiceConfig, template: Object) -> dict[str, tuple[Any, Any]]:
    labels = table(template, "metadata", "labels")
    return {
        f"label {NAME_LABEL}": (labels.get(NAME_LABEL), service.name),
        f"label {PART_OF_LABEL}": (labels.get(PART_OF_LABEL), system),
        "serviceAccountName": (at(template, "spec", "serviceAccountName"), service.short_name),
        "containers": (len(items(template, "spec", "containers")), 1),
    }


def _ports(service: ServiceConfig, template: Object, container: Object) -> dict[str, tuple[Any, Any]]:
    annotations = table(template, "metadata", "annotations")
    scraped = service.port is not None and service.metrics_path is not None
    expected = {
        "prometheus.io/scrape": "true" if scraped else None,
        "prometheus.io/port": str(service.port) if scraped else None,
        "prometheus.io/path": service.metrics_path if scraped else None,
    }
    listening = [] if service.port is None else [("http", service.port)]
    pairs: dict[str, tuple[Any, Any]] = {
        "ports": ([(at(port, "name"), at(port, "containerPort")) for port in items(container, "ports")], listening)
    }
    pairs |= {f"annotation {key}": (annotations.get(key), value) for key, value in expected.items()}
    if service.port is not None:
        values = [at(variable, "value") for variable in items(container, "env") if at(variable, "name") == "PORT"]
        pairs["variable PORT"] = (values, [str(service.port)])
        for probe, path in (
            ("startupProbe", service.health_path),
            ("readinessProbe", service.ready_path or service.health_path),
            ("livenessProbe", service.health_path),
        ):
            pairs[f"{probe}'s path"] = (at(container, probe, "httpGet", "path"), path)
    return pairs


def _sizes(workload: ServiceWorkload, container: Object) -> dict[str, tuple[Any, Any]]:
    pairs: dict[str, tuple[Any, Any]] = {}
    for side, key, expected in (
        ("requests", "cpu", workload.resources.cpu_request),
        ("requests", "memory", workload.resources.memory_request),
        ("limits", "cpu", workload.resources.cpu_limit),
        ("limits", "memory", workload.resources.memory_limit),
    ):
        size = at(container, "resources", side, key)
        same = size is not None and _number(key, str(size)) == _number(key, expected)
        pairs[f"resources.{side}.{key}"] = (expected if same else size, expected)
    return pairs


def _number(key: str, quantity: str) -> int | str:
    try:
        return millicores(quantity) if key == "cpu" else mebibytes(quantity)
    except ValueError:  # not a quantity, which tools/manifests/pod_rules.py reports
        return quantity


def _images(plan: EnvironmentPlan, service: ServiceConfig, template: Object) -> Iterator[Difference]:
    repository, aws = plan.config.repositories[service.name], plan.config.aws
    if aws is not None:
        repository = f"{aws.account.registry_host}/{repository}"
    kind = plan.settings.deployment.image_tag
    for container in containers(template):
        # The pipeline adds the digest where the tag moves; promotion adds it too.
        image, _, tag = str(container.get("image")).partition("@")[0].partition(":")
        if image != repository:
            yield Difference(service.name, f"image of {container.get('name')}", image, repository)
        if not re.fullmatch(TAGS.get(kind, re.escape(kind)), tag):
            yield Difference(service.name, f"image tag of {container.get('name')}", tag or None, kind)


def _calls(
    plan: EnvironmentPlan, service: ServiceConfig, container: Object, objects: Sequence[Object]
) -> Iterator[Difference]:
    """A variable `<NAME>_URL` holds the address of each service that this one calls, and of no other."""
    addresses = {
        _url_variable(callee.name): f"http://{callee.name}:{callee.service_port or callee.port}"
        for callee in plan.config.services
    }
    expected = {variable: addresses.get(variable) for variable in map(_url_variable, service.calls)}
    config_maps = of_kind(objects, "ConfigMap")
    values = {
        str(at(variable, "name")): _value(variable, config_maps)
        for variable in items(container, "env")
        if at(variable, "name") in addresses
    }
    for variable in sorted({*expected, *values}):
        if values.get(variable) != expected.get(variable):
            yield Difference(service.name, f"variable {variable}", values.get(variable), expected.get(variable))


def _url_variable(service: str) -> str:
    return service.replace("-", "_").upper() + "_URL"


def _value(variable: Object, config_maps: Mapping[str, Object]) -> Any:
    reference = table(variable, "valueFrom", "configMapKeyRef")
    if not reference:
        return at(variable, "value")
    return at(config_maps.get(str(reference.get("name"))), "data", str(reference.get("key")))
