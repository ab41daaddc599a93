"""What follows from the configuration for one environment, computed once (pure, no resources).

Validation, wiring, outputs and tools take the plan; none of them derives a workload, a secret or a database again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from components.config.catalogue import ServiceConfig
from components.config.environments import EnvironmentConfig
from components.config.platform import PlatformConfig
from components.environments.platform_outputs import platform_variables
from components.environments.workloads import ServiceWorkload, running, workloads
from components.secrets.databases import EnvironmentDatabases, environment_databases
from components.secrets.plan import SecretsPlan, secrets_plan
from components.sizing.capacity import PodGroup


@dataclass(frozen=True)
class EnvironmentPlan:
    """One environment of a stack.

    Each part is computed when it is first asked for: validation reads the parts that a broken section leaves intact.
    """

    config: PlatformConfig
    settings: EnvironmentConfig

    @property
    def name(self) -> str:
        """Name of the environment."""
        return self.settings.name

    @cached_property
    def workloads(self) -> tuple[ServiceWorkload, ...]:
        """Every service with its size, then the workloads outside the catalogue.

        KeyError when a service has no resources of the environment's class, which validation reports.
        """
        return workloads(self.config.services, self.config.resource_classes, self.settings)

    @cached_property
    def pods(self) -> tuple[PodGroup, ...]:
        """The workloads' pods at their largest number outside a rolling update."""
        return tuple(workload.pods for workload in self.workloads)

    @cached_property
    def running(self) -> tuple[ServiceConfig, ...]:
        """Services of the catalogue with at least one pod."""
        return running(self.config.services, self.settings)

    @cached_property
    def image_repositories(self) -> tuple[str, ...]:
        """Image repositories that its pods may use; empty if they may use any."""
        own: set[str] = set()
        if self.config.registry is not None and self.config.aws is not None:
            host = self.config.aws.account.registry_host
            own = {f"{host}/{repository}" for repository in self.config.repositories.values()}
        return (*sorted(own), *self.settings.other_images)

    @property
    def autoscaled(self) -> bool:
        """Whether an autoscaler owns the replicas of any workload."""
        return any(workload.autoscaled for workload in self.workloads)

    @property
    def uses_database(self) -> bool:
        """Whether its databases are on the stack's instance."""
        return self.config.uses_database(self.settings)

    @property
    def uses_cache(self) -> bool:
        """Whether it uses the stack's cache."""
        return self.config.uses_cache(self.settings)

    @cached_property
    def databases(self) -> EnvironmentDatabases:
        """Its databases on the stack's instance."""
        return environment_databases(self.config, self.settings)

    @cached_property
    def secrets(self) -> SecretsPlan:
        """Entries of Secrets Manager, and the Secrets that are filled from them."""
        return secrets_plan(self.config, self.settings, self.databases)

    @property
    def bootstraps_databases(self) -> bool:
        """Whether a Job creates its databases: on the stack's instance, with passwords that the program generates."""
        return self.config.cluster is not None and self.config.secrets is not None and bool(self.databases.names)

    @cached_property
    def platform_variables(self) -> frozenset[str]:
        """Names of the variables that the platform sets for its services."""
        return platform_variables(self.config, self.settings)

    @cached_property
    def load_balanced(self) -> tuple[str, ...]:
        """Names of its workloads that a load balancer may call: public, with a port."""
        services = [*self.config.services, *(extra.service for extra in self.settings.extras)]
        return tuple(service.name for service in services if service.public and service.port is not None)


def plan_environments(config: PlatformConfig) -> tuple[EnvironmentPlan, ...]:
    """The plan of each environment, in the order of the stack file."""
    return tuple(EnvironmentPlan(config, environment) for environment in config.environments)


def bootstrapped(plans: Sequence[EnvironmentPlan]) -> list[EnvironmentPlan]:
    """Environments whose databases are created by a Job."""
    return [plan for plan in plans if plan.bootstraps_databases]
