"""Nova's environments with their built overlays, and what the plan of their stack puts around them; only read."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from components.config import PlatformConfig
from components.config.environments import EnvironmentConfig
from tests.unit.harness import ROOT, Run
from tools.manifests.build import build, kustomize
from tools.manifests.model import Object, at, of_kind, table
from tools.manifests.stacks import stacks
from tools.reachability.ground import Ground, Neighbour, address, pods_of
from tools.reachability.model import End

MONITORING = "monitoring"
WITHOUT_POLICIES = ("default", "kube-system")


@dataclass(frozen=True)
class Site:
    """One environment of one stack."""

    stack: str
    config: PlatformConfig
    environment: EnvironmentConfig

    @property
    def name(self) -> str:
        return self.environment.name


@cache
def sites() -> tuple[Site, ...]:
    """All environments of Nova's two stacks."""
    return tuple(
        Site(stack, config, environment)
        for stack, config in stacks(ROOT).items()
        for environment in config.environments
    )


@cache
def overlay(path: str) -> list[Object]:
    """Objects of an overlay."""
    return build(ROOT / path, kustomize(ROOT))


def planned(run: Run) -> list[dict[str, Any]]:
    """Every Kubernetes object of a plan, patches of foreign objects aside."""
    return [one.inputs for one in run.resources if one.type.startswith("kubernetes:") and "kind" in one.inputs]


def ranges(run: Run, kind: str) -> list[str]:
    """Address ranges of one kind of subnets: `public`, `private` or `control-plane`."""
    return [one.inputs["cidrBlock"] for one in run.all("aws:ec2/subnet:Subnet") if f"-{kind}-" in one.name]


def ground(site: Site, run: Run) -> Ground:
    """What lies around the services of an environment, from its overlay and its stack's plan."""
    namespace, private = site.environment.namespace, ranges(run, "private")
    variables = of_kind([one for one in planned(run) if at(one, "metadata", "namespace") == namespace], "ConfigMap")[
        "platform-outputs"
    ]["data"]
    network = site.config.network
    return Ground(
        services=site.config.services,
        namespace=namespace,
        pods=pods_of(overlay(site.environment.path), namespace, private),
        load_balancers=ranges(run, "public"),
        control_plane=ranges(run, "control-plane"),
        private=private,
        database_port=int(variables["DB_PORT"]),
        cache_port=int(variables["REDIS_PORT"]),
        private_https=network is not None and bool(network.interface_endpoints),
        neighbours=[*_of_other_environments(site, private), *_of_other_namespaces(site, run, private)],
    )


def _of_other_environments(site: Site, private: list[str]) -> list[Neighbour]:
    return [
        Neighbour(end=end, closed=True)
        for other in sites()
        if other.stack == site.stack and other.environment.namespace != site.environment.namespace
        for end in pods_of(overlay(other.environment.path), other.environment.namespace, private).values()
    ]


def _of_other_namespaces(site: Site, run: Run, private: list[str]) -> list[Neighbour]:
    """A pod for each policy of the platform's own namespaces, one that nobody knows, and one of Prometheus."""
    own = {other.environment.namespace for other in sites() if other.stack == site.stack}
    where = address(private[0], 40)
    found = {
        (str(at(one, "metadata", "namespace")), tuple(sorted(table(one, "spec", "podSelector", "matchLabels").items())))
        for one in planned(run)
        if one["kind"] == "NetworkPolicy" and at(one, "metadata", "namespace") not in own
    }
    closed = [
        Neighbour(
            end=End(
                name=dict(labels).get("app.kubernetes.io/name", "a pod"),
                namespace=name,
                labels=dict(labels),
                address=where,
            ),
            closed=True,
        )
        for name, labels in sorted(found)
    ]
    free = [Neighbour(end=End(name="a pod", namespace=name, address=where), closed=False) for name in WITHOUT_POLICIES]
    prometheus = End(name="prometheus", namespace=MONITORING, address=where)
    return [*closed, *free, Neighbour(end=prometheus, closed=False, scrapes=True)]
