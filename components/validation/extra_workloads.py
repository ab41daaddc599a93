"""Rules of workloads outside the catalogue: `extras`, `databaseInNamespace` and `cacheInNamespace`."""

from collections.abc import Iterator

from components.config.environments import EnvironmentConfig
from components.config.extra_workloads import ExtraWorkload
from components.config.messages import name_remedy
from components.config.problems import Problem
from components.environments.plan import EnvironmentPlan
from components.validation.catalogue import DEFAULT_ACCOUNT, default_account
from components.validation.rule import Path, Rule, each_environment
from components.validation.sizes import limits, node_of


def _workloads(environment: EnvironmentConfig) -> Iterator[tuple[Path, str, ExtraWorkload]]:
    """Path below the environment, key of the name and workload of everything that the catalogue does not list."""
    for key, store in (
        ("databaseInNamespace", environment.database_in_namespace),
        ("cacheInNamespace", environment.cache_in_namespace),
    ):
        if store is not None:
            yield (key,), "app", store.workload
    for position, extra in enumerate(environment.extras):
        yield ("extras", position), "name", extra


@each_environment
def names(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """Workloads outside the catalogue have names of their own."""
    taken = {name for service in plan.config.services for name in (service.name, service.short_name)}
    for part, key, extra in _workloads(plan.settings):
        names = {extra.name, extra.service.short_name}
        if names & taken:
            yield Problem(
                path=(*here, *part, key),
                message=f"{extra.name!r} is already the name of a service or of another entry. Write another one.",
            )
        taken |= names
        if extra.service.short_name == DEFAULT_ACCOUNT:
            yield default_account((*here, *part, key), extra.name)


@each_environment
def ports(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """A public workload outside the catalogue has a port."""
    for part, _, extra in _workloads(plan.settings):
        if extra.public and extra.port is None:
            yield Problem(
                path=(*here, *part, "public"),
                message=f"has no effect: {extra.name} has no port. Remove it, or write the port.",
            )


@each_environment
def sizes(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """Workloads outside the catalogue have limits that are at least their requests."""
    for part, _, extra in _workloads(plan.settings):
        yield from limits((*here, *part, "resources"), extra.resources, node_of(plan.config))


@each_environment
def calls(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """Workloads outside the catalogue call services with a port."""
    listening = [service.name for service in plan.config.services if service.port is not None]
    for part, _, extra in _workloads(plan.settings):
        for position, called in enumerate(extra.calls):
            if called not in listening:
                yield Problem(
                    path=(*here, *part, "calls", position),
                    message=f"{called!r} is not a service with a port. {name_remedy(called, listening)}",
                )


RULES: tuple[Rule, ...] = (
    names,
    ports,
    sizes,
    calls,
)
