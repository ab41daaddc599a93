"""The surroundings of an environment as the plan of its stack has them, without an application repository."""

from typing import Any

from components.config.environments import EnvironmentConfig
from components.config.platform import PlatformConfig
from components.kubernetes.names import NAME_LABEL
from tests.harness.harness import Run
from tests.reachability.model import End
from tests.reachability.surroundings import Neighbour, Surroundings, address

MONITORING = "monitoring"


def planned(run: Run) -> list[dict[str, Any]]:
    """Every Kubernetes object of a plan except patches of objects that the program does not own."""
    return [one.inputs for one in run.resources if one.type.startswith("kubernetes:") and "kind" in one.inputs]


def ranges(run: Run, kind: str) -> list[str]:
    """Address ranges of one kind of subnets: `public`, `private` or `control-plane`."""
    return [one.inputs["cidrBlock"] for one in run.all("aws:ec2/subnet:Subnet") if f"-{kind}-" in one.name]


def prometheus(private: list[str]) -> Neighbour:
    """The pod that collects metrics."""
    labels = {NAME_LABEL: "prometheus"}
    end = End(name="prometheus", namespace=MONITORING, labels=labels, address=address(private[0], 40))
    return Neighbour(end=end, closed=False, scrapes=True)


def surroundings_of(config: PlatformConfig, environment: EnvironmentConfig, run: Run) -> Surroundings:
    """An environment on AWS. A pod has its service's name as its only label, and Prometheus is the only neighbour."""
    private = ranges(run, "private")
    data = next(
        one["data"]
        for one in planned(run)
        if one["kind"] == "ConfigMap"
        and one["metadata"]["name"] == "platform-outputs"
        and one["metadata"]["namespace"] == environment.namespace
    )
    services = [*config.services, *(extra.service for extra in environment.extras)]
    internal = config.edge is not None and config.edge.internal
    return Surroundings(
        services=services,
        namespace=environment.namespace,
        pods={
            service.name: End(
                name=service.name,
                namespace=environment.namespace,
                labels={NAME_LABEL: service.name},
                address=address(private[position % len(private)], 10 + position),
            )
            for position, service in enumerate(services)
        },
        load_balancers=[*(private if internal else ranges(run, "public")), *environment.ingress_cidrs],
        control_plane=ranges(run, "control-plane"),
        private=private,
        database_port=int(data["DB_PORT"]) if "DB_PORT" in data else None,
        cache_port=int(data["REDIS_PORT"]) if "REDIS_PORT" in data else None,
        private_https=config.network is not None and bool(config.network.interface_endpoints),
        neighbours=[prometheus(private)],
    )
