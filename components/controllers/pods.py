"""Pods of the controllers that a stack installs, for quotas and the capacity sums (pure, no resources)."""

from components.config.controllers import NodeScaling, OperatorsConfig
from components.controllers.controller import enabled_controllers
from components.sizing.capacity import PodGroup
from components.sizing.pods import Workload


def controller_workloads(settings: OperatorsConfig, scaling: NodeScaling, namespace: str) -> tuple[Workload, ...]:
    """Workloads in one of the controllers' namespaces."""
    return tuple(
        workload
        for controller in enabled_controllers(settings, scaling)
        if controller.namespace == namespace
        for workload in controller.workloads
    )


def controller_pods(settings: OperatorsConfig, scaling: NodeScaling) -> tuple[PodGroup, ...]:
    """Every pod of the controllers."""
    controllers = enabled_controllers(settings, scaling)
    return tuple(workload.group for controller in controllers for workload in controller.workloads)
