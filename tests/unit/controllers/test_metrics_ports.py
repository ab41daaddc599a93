"""Prometheus scrapes each controller at the port that the network policy opens."""

from collections.abc import Iterator, Mapping
from typing import cast

import pytest

from components.config.controllers import NodeScaling
from components.controllers.controller import controllers
from tests.harness.controllers_runs import ALL, POLICY, RELEASE, install

PORT = "prometheus.io/port"


def annotated_ports(values: object) -> Iterator[str]:
    if isinstance(values, Mapping):
        for key, value in cast("Mapping[str, object]", values).items():
            if key == PORT:
                yield str(value)
            yield from annotated_ports(value)


@pytest.mark.parametrize("scaling", [NodeScaling.CLUSTER_AUTOSCALER, NodeScaling.KARPENTER])
def test_a_controller_is_scraped_at_the_port_that_is_open(scaling: NodeScaling) -> None:
    done = install(*ALL, "reloader", scaling=scaling)
    ports = {controller.workloads[0].name: controller.metrics_port for controller in controllers().values()}
    (metrics,) = done.one(POLICY, "operators-platform-controllers").inputs["spec"]["ingress"]
    opened = {port["port"] for port in metrics["ports"]}
    found = {
        release.inputs["name"]: port
        for release in done.all(RELEASE)
        if release.inputs["namespace"] == "platform"
        for port in annotated_ports(release.inputs["values"])
    }
    assert {"argo-rollouts", "external-dns", "external-secrets", "reloader"} < set(found)
    assert found == {name: str(ports[name]) for name in found}
    assert {int(port) for port in found.values()} <= opened
