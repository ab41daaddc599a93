"""Workloads of the application repository that are not in the catalogue: a database, a cache, a local front end.

Each can be read as a service of the catalogue, so that quota, limits, nodes and network policies need only one way to
count.
"""

from pydantic import Field

from components.config.base import Section
from components.config.catalogue import ContainerResources, ServiceConfig
from components.config.types import DnsLabel, Port, UniqueList


class ExtraWorkload(Section):
    """Pods that the application repository runs in this environment but that are not in the catalogue.

    For example a local front end. They count in quota, limits and nodes and have network policies like a service, but
    no image repository.
    """

    name: DnsLabel = Field(
        description="Name of its Service, and value of the label `app.kubernetes.io/name` of its pods."
    )
    port: Port | None = Field(default=None, description="Container port; none if nothing connects to it.")
    pods: int = Field(default=1, ge=1, le=100, description="Number of pods.")
    resources: ContainerResources = Field(description="Resources of one pod.")
    calls: UniqueList[DnsLabel] = Field(default=(), description="Services of the catalogue that it calls.")
    public: bool = Field(
        default=False,
        description="Allows connections from load balancers and `ingressCidrs`, for example through a node port.",
    )

    @property
    def service(self) -> ServiceConfig:
        """The workload as a service of the catalogue, without metrics and data stores."""
        return ServiceConfig.model_validate(
            {
                "name": self.name,
                "port": self.port,
                "metricsPath": None,
                "cache": False,
                "calls": self.calls,
                "public": self.public,
            }
        )


class StoreInNamespace(Section):
    """A database or cache that the application repository runs in the environment's namespace."""

    app: DnsLabel = Field(description="Value of the label `app.kubernetes.io/name` of its pods.")
    port: Port = Field(description="Its port.")
    pods: int = Field(default=1, ge=1, le=100, description="Number of pods.")
    resources: ContainerResources = Field(description="Resources of one pod; they count in quota, limits and nodes.")
    public: bool = Field(
        default=False,
        description="Allows connections from load balancers and `ingressCidrs`, for example through a node port.",
    )

    @property
    def workload(self) -> ExtraWorkload:
        """Its pods as an extra workload."""
        return ExtraWorkload(
            name=self.app, port=self.port, pods=self.pods, resources=self.resources, public=self.public
        )
