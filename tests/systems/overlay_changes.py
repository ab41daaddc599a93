"""Production's overlay with one field changed at a time, and the parts of it that tests change."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from components.environments.plan import EnvironmentPlan
from components.kubernetes.names import NAME_LABEL as NAME
from tests.systems.nova_overlays import overlay, sites

PLAN: EnvironmentPlan = next(site.plan for site in sites() if site.name == "production")
SPEC = "Deployment auth-service: "


class Objects(list[dict[str, Any]]):
    """Objects of an overlay; the parts are those of auth-service where no other service is named."""

    def named(self, kind: str, name: str = "auth-service") -> dict[str, Any]:
        return next(item for item in self if item["kind"] == kind and item["metadata"]["name"] == name)

    def spec(self, kind: str) -> dict[str, Any]:
        return self.named(kind)["spec"]

    @property
    def template(self) -> dict[str, Any]:
        return self.spec("Deployment")["template"]

    @property
    def pod(self) -> dict[str, Any]:
        return self.template["spec"]

    @property
    def container(self) -> dict[str, Any]:
        return self.pod["containers"][0]

    @property
    def init_container(self) -> dict[str, Any]:
        return self.pod["initContainers"][0]

    @property
    def service_port(self) -> dict[str, Any]:
        return self.spec("Service")["ports"][0]

    @property
    def labels(self) -> dict[str, Any]:
        return self.template["metadata"]["labels"]

    @property
    def security_context(self) -> dict[str, Any]:
        """The security context of the service's container."""
        return self.container["securityContext"]

    def env(self, service: str = "auth-service") -> list[dict[str, Any]]:
        return self.named("Deployment", service)["spec"]["template"]["spec"]["containers"][0]["env"]

    def variable(self, name: str, service: str = "auth-service") -> dict[str, Any]:
        return next(variable for variable in self.env(service) if variable["name"] == name)

    @property
    def config_map(self) -> dict[str, Any]:
        """The data of the overlay's own ConfigMap."""
        return next(item for item in self if item["kind"] == "ConfigMap")["data"]


Change = Callable[[Objects], object]
Cases = list[tuple[str, Change]]
"""Part of the message that each change must cause, and the change."""


def changed(change: Change) -> Objects:
    objects = Objects(copy.deepcopy([dict(item) for item in overlay(PLAN.settings.path)]))
    change(objects)
    return objects


def each_case(cases: Cases) -> pytest.MarkDecorator:
    """Run a test with the `message` and the `change` of each case."""
    return pytest.mark.parametrize(("message", "change"), cases, ids=[message for message, _ in cases])


__all__ = ["NAME", "PLAN", "SPEC", "Cases", "Change", "Objects", "changed", "each_case"]
