"""What an overlay says beside what the stack's configuration says: every difference by service and field.

The configuration decides quotas, network policies and identities, so a manifest that differs from it is wrong even when
Kubernetes takes it. Sizes are compared as numbers (`1` is `1000m`), everything else as written.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from components.config.catalogue import ServiceConfig
from components.config.environments import EnvironmentConfig
from components.config.platform import PlatformConfig
from components.environments.plan import EnvironmentPlan
from components.environments.workloads import ServiceWorkload
from components.sizing.quantities import mebibytes, millicores
from tools.manifests.model import NAME_LABEL, Object, at, containers, items, name, of_kind, table

PART_OF_LABEL = "app.kubernetes.io/part-of"
TAGS: Mapping[str, str] = {"commitSha": r"[0-9a-f]{40}", "releaseTag": r"v?[0-9]+\.[0-9]+\.[0-9]+([-+.][\w.-]+)?"}
"""What an image tag looks like, by the kind that the environment's `deployment.imageTag` names."""


@dataclass(frozen=True)
class Difference:
    """One field of one service that manifest and configuration state differently; None where a side says nothing."""

    service: str
    field: str
    manifest: Any
    configuration: Any

    def __str__(self) -> str:
        """The difference as a person reads it."""
        says = f"the manifest says {self.manifest}, the configuration {self.configuration}"
        return f"{self.service}: {self.field}: {says}"


def differences(
    config: PlatformConfig, environment: EnvironmentConfig, objects: Sequence[Object]
) -> Iterator[Difference]:
    """Yield every difference between an environment of a stack and the objects of its overlay."""
    found = EnvironmentPlan(config, environment).workloads
    names = {workload.service.name for workload in found}
    for kind, wanted in (
        ("Deployment", names),
        ("Service", {workload.service.name for workload in found if workload.service.port is not None}),
        ("PodDisruptionBudget", {workload.service.name for workload in found if workload.replicas > 1}),
        ("HorizontalPodAutoscaler", {w.service.name for w in found if w.max_replicas > w.replicas}),
    ):
        for service in sorted(wanted ^ set(of_kind(objects, kind))):
            there = service not in wanted
            yield Difference(service, kind, "there" if there else "missing", "none" if there else "needed")
    for one in objects:
        if at(one, "metadata", "namespace") != environment.namespace:
            yield Difference(name(one), "namespace", at(one, "metadata", "namespace"), environment.namespace)
    for workload in found:
        yield from _of_service(config, environment, workload, objects)


def _of_service(
    config: PlatformConfig, environment: EnvironmentConfig, workload: ServiceWorkload, objects: Sequence[Object]
) -> Iterator[Difference]:
    service = workload.service
    deployment, door, scaler = (
        of_kind(objects, kind).get(service.name) for kind in ("Deployment", "Service", "HorizontalPodAutoscaler")
    )
    pairs: dict[str, tuple[Any, Any]] = {}
    if deployment is not None:
        template = table(deployment, "spec", "template")
        container = table(template, "spec", "containers", 0)
        pairs |= _identity(config, service, template)
        pairs |= _ports(service, template, container)
        pairs |= _sizes(workload, container)
        replicas = None if workload.max_replicas > workload.replicas else workload.replicas
        pairs["replicas"] = (at(deployment, "spec", "replicas"), replicas)
        yield from _images(config, environment, service, template)
        yield from _calls(config, service, container, objects)
    if door is not None:
        ports = [(at(port, "name"), at(port, "port")) for port in items(door, "spec", "ports")]
        pairs["Service's ports"] = (ports, [("http", service.service_port or service.port)])
    if scaler is not None:
        pairs["minReplicas"] = (at(scaler, "spec", "minReplicas"), workload.replicas)
        pairs["maxReplicas"] = (at(scaler, "spec", "maxReplicas"), workload.max_replicas)
    for field, (manifest, configuration) in pairs.items():
        if manifest != configuration:
            yield Difference(service.name, field, manifest, configuration)


def _identity(config: PlatformConfig, service: ServiceConfig, template: Object) -> dict[str, tuple[Any, Any]]:
    labels = table(template, "metadata", "labels")
    return {
        f"label {NAME_LABEL}": (labels.get(NAME_LABEL), service.name),
        f"label {PART_OF_LABEL}": (labels.get(PART_OF_LABEL), config.system.name),
        "serviceAccountName": (at(template, "spec", "serviceAccountName"), service.short_name),
        "containers": (len(items(template, "spec", "containers")), 1),
    }


def _ports(service: ServiceConfig, template: Object, container: Object) -> dict[str, tuple[Any, Any]]:
    annotations = table(template, "metadata", "annotations")
    scraped = service.port is not None and service.metrics_path is not None
    wanted = {
        "prometheus.io/scrape": "true" if scraped else None,
        "prometheus.io/port": str(service.port) if scraped else None,
        "prometheus.io/path": service.metrics_path if scraped else None,
    }
    listening = [] if service.port is None else [("http", service.port)]
    pairs: dict[str, tuple[Any, Any]] = {
        "ports": ([(at(port, "name"), at(port, "containerPort")) for port in items(container, "ports")], listening)
    }
    pairs |= {f"annotation {key}": (annotations.get(key), value) for key, value in wanted.items()}
    if service.port is not None:
        told = [at(variable, "value") for variable in items(container, "env") if at(variable, "name") == "PORT"]
        pairs["variable PORT"] = (told, [str(service.port)])
        for probe, path in (
            ("startupProbe", service.health_path),
            ("readinessProbe", service.ready_path or service.health_path),
            ("livenessProbe", service.health_path),
        ):
            pairs[f"{probe}'s path"] = (at(container, probe, "httpGet", "path"), path)
    return pairs


def _sizes(workload: ServiceWorkload, container: Object) -> dict[str, tuple[Any, Any]]:
    found: dict[str, tuple[Any, Any]] = {}
    for side, key, wanted in (
        ("requests", "cpu", workload.resources.cpu_request),
        ("requests", "memory", workload.resources.memory_request),
        ("limits", "cpu", workload.resources.cpu_limit),
        ("limits", "memory", workload.resources.memory_limit),
    ):
        stated = at(container, "resources", side, key)
        same = stated is not None and _size(key, str(stated)) == _size(key, wanted)
        found[f"resources.{side}.{key}"] = (wanted if same else stated, wanted)
    return found


def _size(key: str, quantity: str) -> int | str:
    try:
        return millicores(quantity) if key == "cpu" else mebibytes(quantity)
    except ValueError:  # the rules say that it is no quantity; here it is only different
        return quantity


def _images(
    config: PlatformConfig, environment: EnvironmentConfig, service: ServiceConfig, template: Object
) -> Iterator[Difference]:
    repository = config.repositories[service.name]
    if config.aws is not None:
        repository = f"{config.aws.account_id}.dkr.ecr.{config.aws.region}.amazonaws.com/{repository}"
    kind = environment.deployment.image_tag
    for container in containers(template):
        image, _, tag = str(container.get("image")).partition(":")
        if image != repository:
            yield Difference(service.name, f"image of {container.get('name')}", image, repository)
        if not re.fullmatch(TAGS.get(kind, re.escape(kind)), tag):
            yield Difference(service.name, f"image tag of {container.get('name')}", tag or None, kind)


def _calls(
    config: PlatformConfig, service: ServiceConfig, container: Object, objects: Sequence[Object]
) -> Iterator[Difference]:
    """Every service that is called, and no other, is given by its address in `<CALLED>_URL`."""
    variables = {
        variable.replace("-", "_").upper() + "_URL": f"http://{other.name}:{other.service_port or other.port}"
        for other in config.services
        for variable in [other.name]
    }
    called = {called.replace("-", "_").upper() + "_URL" for called in service.calls}
    settings = of_kind(objects, "ConfigMap")
    told = {
        str(at(variable, "name")): _value(variable, settings)
        for variable in items(container, "env")
        if at(variable, "name") in variables
    }
    for variable in sorted(called | set(told)):
        wanted = variables.get(variable) if variable in called else None
        if told.get(variable) != wanted:
            yield Difference(service.name, f"variable {variable}", told.get(variable), wanted)


def _value(variable: Object, settings: Mapping[str, Object]) -> Any:
    reference = table(variable, "valueFrom", "configMapKeyRef")
    if not reference:
        return at(variable, "value")
    return at(settings.get(str(reference.get("name"))), "data", str(reference.get("key")))
