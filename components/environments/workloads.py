"""The workloads of one environment: how many pods of which size each service has there (pure, no resources)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from components.config.catalogue import ContainerResources, ServiceConfig
from components.config.environments import EnvironmentConfig
from components.sizing.capacity import PodGroup
from components.sizing.quantities import mebibytes, millicores


@dataclass(frozen=True, kw_only=True)
class ServiceWorkload:
    """One service of the catalogue, or an extra workload, in one environment."""

    service: ServiceConfig
    replicas: int
    """Pods in the steady state."""
    max_replicas: int
    """Pods that an autoscaler may reach; equal to `replicas` without one."""
    resources: ContainerResources
    """Resources of one pod, as written."""
    copies: int = 1
    """How often it runs in the namespace: the environment itself and its previews of pull requests."""

    @property
    def autoscaled(self) -> bool:
        """Whether an autoscaler owns its replicas."""
        return self.max_replicas > self.replicas

    @property
    def pods(self) -> PodGroup:
        """Its pods at their largest number outside a rolling update."""
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
    """Resources of a service in an environment: its override, its own class, the shared class, or None."""
    override = environment.services.get(service.name)
    name = environment.resource_class
    return (override and override.resources) or service.resources.get(name) or classes.get(name)


def replicas_of(service: ServiceConfig, environment: EnvironmentConfig) -> int:
    """Pods of a service in an environment's steady state: its override, or the environment's number."""
    override = environment.services.get(service.name)
    return environment.replicas if override is None or override.replicas is None else override.replicas


def running(services: Sequence[ServiceConfig], environment: EnvironmentConfig) -> tuple[ServiceConfig, ...]:
    """Services of the catalogue with a pod in the environment, in the catalogue's order."""
    return tuple(service for service in services if replicas_of(service, environment) > 0)


def workloads(
    services: Sequence[ServiceConfig], classes: Mapping[str, ContainerResources], environment: EnvironmentConfig
) -> tuple[ServiceWorkload, ...]:
    """Every service as the environment runs it, in the catalogue's order, then the workloads outside the catalogue.

    KeyError when a service has no resources of the environment's class, which validation reports.
    """
    catalogue = [_workload(service, classes, environment) for service in services]
    extra = [
        ServiceWorkload(
            service=extra.service,
            replicas=extra.pods,
            max_replicas=extra.pods,
            resources=extra.resources,
            copies=environment.copies,
        )
        for extra in environment.extra_workloads
    ]
    return (*catalogue, *extra)


def _workload(
    service: ServiceConfig, classes: Mapping[str, ContainerResources], environment: EnvironmentConfig
) -> ServiceWorkload:
    resources = resources_of(service, classes, environment)
    if resources is None:
        raise KeyError(f"{service.name} has no resources of class {environment.resource_class}")
    override = environment.services.get(service.name)
    replicas = replicas_of(service, environment)
    highest = (override and override.max_replicas) or environment.max_replicas or replicas
    return ServiceWorkload(
        service=service,
        replicas=replicas,
        max_replicas=max(replicas, highest),
        resources=resources,
        copies=environment.copies,
    )
