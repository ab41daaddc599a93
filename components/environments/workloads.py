"""What runs in one environment: which pods of which size each service brings there, and what it runs beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.sizing.capacity import PodGroup
from components.sizing.quantities import mebibytes, millicores

if TYPE_CHECKING:  # at run time the configuration's rules import this module, and not the other way round
    from components.config.catalogue import ContainerResources, ServiceConfig
    from components.config.environments import EnvironmentConfig


@dataclass(frozen=True, kw_only=True)
class Workload:
    """One service, or what is like one, in one environment."""

    service: ServiceConfig
    replicas: int
    """Pods in the steady state."""
    max_replicas: int
    """Pods that an autoscaler may reach; equal to `replicas` without one."""
    resources: ContainerResources
    """Resources of one pod, as written."""
    copies: int = 1
    """How often everything runs in the namespace: the environment itself and its previews of pull requests."""

    @property
    def pods(self) -> PodGroup:
        """The most pods of the service outside a rolling update."""
        return PodGroup(
            name=self.service.name,
            pods=self.max_replicas * self.copies,
            cpu_request=millicores(self.resources.cpu_request),
            memory_request=mebibytes(self.resources.memory_request),
            cpu_limit=millicores(self.resources.cpu_limit),
            memory_limit=mebibytes(self.resources.memory_limit),
        )


def resources_of(
    service: ServiceConfig, classes: Mapping[str, ContainerResources], environment: EnvironmentConfig
) -> ContainerResources | None:
    """Resources of a service in an environment: its exception, its own class, the shared class, or None."""
    override = environment.services.get(service.name)
    name = environment.resource_class
    return (override and override.resources) or service.resources.get(name) or classes.get(name)


def replicas_of(service: ServiceConfig, environment: EnvironmentConfig) -> int:
    """Pods of a service in an environment's steady state: its exception, or the environment's number."""
    override = environment.services.get(service.name)
    return environment.replicas if override is None or override.replicas is None else override.replicas


def running(services: Sequence[ServiceConfig], environment: EnvironmentConfig) -> tuple[ServiceConfig, ...]:
    """Services of the catalogue that have a pod in the environment, in the catalogue's order."""
    return tuple(service for service in services if replicas_of(service, environment) > 0)


def workloads(
    services: Sequence[ServiceConfig], classes: Mapping[str, ContainerResources], environment: EnvironmentConfig
) -> tuple[Workload, ...]:
    """Every service as the environment runs it, in the catalogue's order, then what it runs beside the catalogue.

    Raises KeyError when a service has no resources of the environment's class; the configuration's rules report that
    before anything else runs.
    """
    found: list[Workload] = []
    for service in services:
        resources = resources_of(service, classes, environment)
        if resources is None:
            raise KeyError(f"{service.name} has no resources of class {environment.resource_class}")
        override = environment.services.get(service.name)
        replicas = replicas_of(service, environment)
        highest = (override and override.max_replicas) or environment.max_replicas or replicas
        found.append(
            Workload(
                service=service,
                replicas=replicas,
                max_replicas=max(replicas, highest),
                resources=resources,
                copies=environment.copies,
            )
        )
    found += (
        Workload(
            service=extra.service,
            replicas=extra.pods,
            max_replicas=extra.pods,
            resources=extra.resources,
            copies=environment.copies,
        )
        for extra in environment.extra_workloads
    )
    return tuple(found)
