"""What a stack's plan puts around the services of an environment, without an application repository; only read."""

from typing import Any

from components.config.environments import EnvironmentConfig
from components.config.platform import PlatformConfig
from tests.harness.harness import Run
from tests.reachability.ground import Ground, Neighbour, address
from tests.reachability.model import End

MONITORING = "monitoring"


def planned(run: Run) -> list[dict[str, Any]]:
    """Every Kubernetes object of a plan, patches of foreign objects aside."""
    return [one.inputs for one in run.resources if one.type.startswith("kubernetes:") and "kind" in one.inputs]


def ranges(run: Run, kind: str) -> list[str]:
    """Address ranges of one kind of subnets: `public`, `private` or `control-plane`."""
    return [one.inputs["cidrBlock"] for one in run.all("aws:ec2/subnet:Subnet") if f"-{kind}-" in one.name]


def prometheus(private: list[str]) -> Neighbour:
    """Who collects metrics."""
    where = address(private[0] if private else "192.0.2.0/24", 40)
    return Neighbour(end=End(name="prometheus", namespace=MONITORING, address=where), closed=False, scrapes=True)


def bare_ground(config: PlatformConfig, environment: EnvironmentConfig, run: Run) -> Ground:
    """An environment with what it runs beside the catalogue, and of its neighbours Prometheus alone; without pods."""
    private = ranges(run, "private")
    data = next(
        one["data"]
        for one in planned(run)
        if one["kind"] == "ConfigMap"
        and one["metadata"]["name"] == "platform-outputs"
        and one["metadata"]["namespace"] == environment.namespace
    )
    database, cache = environment.database_in_namespace, environment.cache_in_namespace
    beside = [*environment.extras, *(store.workload for store in (database, cache) if store is not None)]
    internal = config.edge is not None and config.edge.internal
    return Ground(
        services=[*config.services, *(extra.service for extra in beside)],
        namespace=environment.namespace,
        pods={},
        load_balancers=[*(private if internal else ranges(run, "public")), *environment.ingress_cidrs],
        control_plane=ranges(run, "control-plane"),
        private=private,
        database_port=database.port if database else int(data["DB_PORT"]) if "DB_PORT" in data else None,
        cache_port=cache.port if cache else int(data["REDIS_PORT"]) if "REDIS_PORT" in data else None,
        database_pods=database and database.app,
        cache_pods=cache and cache.app,
        private_https=config.network is not None and bool(config.network.interface_endpoints),
        neighbours=[prometheus(private)],
    )
