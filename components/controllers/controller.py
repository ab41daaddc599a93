"""What the platform knows about one controller; each module named after a field of `OperatorsConfig` has one.

operators.externalDns in a stack file -> OperatorsConfig.external_dns -> components/controllers/external_dns.py
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module

from components.config.controllers import NodeScaling, OperatorsConfig
from components.controllers.chart import Chart
from components.controllers.context import ControllerContext
from components.kubernetes.names import PLATFORM_NAMESPACE
from components.sizing.pods import Workload

REPLICAS = 2
"""Pods of a controller that elects a leader: the second takes over when a node is lost."""
SINGLE = 1


@dataclass(frozen=True, kw_only=True)
class Controller:
    """One controller."""

    name: str
    """Value of its pods' label `app.kubernetes.io/name`."""
    workloads: tuple[Workload, ...]
    """Its pods, which quotas and the capacity sums count; the chart is configured with the same sizes."""
    charts: Callable[[ControllerContext], Iterator[Chart]]
    """Its charts, in the order of their installation."""
    enabled: Callable[[OperatorsConfig, NodeScaling], bool]
    namespace: str = PLATFORM_NAMESPACE
    requires_eks: bool = False
    """Whether it only works on a cluster that the stack creates."""
    metrics_port: int | None = None
    """Port of its metrics: the chart's default."""
    webhooks: Mapping[str, int] = field(default_factory=dict[str, int])
    """Port that the API server calls, by the name label of the pods."""
    calls_aws: bool = True
    """Whether its pods may reach addresses beyond the API server."""


@cache
def controllers() -> Mapping[str, Controller]:
    """Every controller by its field of `OperatorsConfig`, in that order."""
    modules = {field: import_module(f"components.controllers.{field}") for field in OperatorsConfig.model_fields}
    return {field: module.CONTROLLER for field, module in modules.items()}


def enabled_controllers(settings: OperatorsConfig, scaling: NodeScaling) -> list[Controller]:
    """The controllers that a stack installs."""
    return [controller for controller in controllers().values() if controller.enabled(settings, scaling)]
