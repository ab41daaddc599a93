"""Nova's environments with their built overlays and surroundings; shared by all tests, which only read them."""

from dataclasses import dataclass, replace
from functools import cache

from components.config.environments import EnvironmentConfig
from components.config.platform import PlatformConfig
from components.environments.plan import EnvironmentPlan, plan_environments
from tests.harness.harness import ROOT, Run
from tests.reachability.model import End
from tests.reachability.surroundings import Neighbour, Surroundings, address, pods_of
from tests.systems.stack_surroundings import planned, prometheus, surroundings_of
from tools.manifests.build import build, kustomize
from tools.manifests.model import Object, at, table
from tools.manifests.stacks import stacks

WITHOUT_POLICIES = ("default", "kube-system")


@dataclass(frozen=True)
class Site:
    """One environment of one stack."""

    stack: str
    plan: EnvironmentPlan

    @property
    def name(self) -> str:
        return self.plan.name

    @property
    def config(self) -> PlatformConfig:
        return self.plan.config

    @property
    def environment(self) -> EnvironmentConfig:
        return self.plan.settings


@cache
def sites() -> tuple[Site, ...]:
    """All environments of Nova's two stacks."""
    return tuple(Site(stack, plan) for stack, config in stacks(ROOT).items() for plan in plan_environments(config))


@cache
def overlay(path: str) -> list[Object]:
    """Objects of an overlay."""
    return build(ROOT / path, kustomize(ROOT))


def surroundings(site: Site, run: Run) -> Surroundings:
    """The surroundings of an environment's services, from its overlay and its stack's plan."""
    found = surroundings_of(site.config, site.environment, run)
    private = list(found.private)
    return replace(
        found,
        pods=pods_of(overlay(site.environment.path), site.environment.namespace, private),
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
    """A pod for each policy of the platform's own namespaces, an unrelated pod, and one of Prometheus."""
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
    return [*closed, *free, prometheus(private)]
