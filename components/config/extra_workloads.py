"""What the application repository runs in a namespace beside the catalogue: a database, a cache, a local front end.

Each reads as an entry of the catalogue, so that quota, limits, nodes and network policies need no second way to count.
"""

from pydantic import Field

from components.config.base import Section
from components.config.catalogue import ContainerResources, ServiceConfig
from components.config.types import DnsLabel, Port


class ExtraWorkload(Section):
    """Pods that the application repository runs in this environment beside the catalogue, such as a local front end.

    They count in quota, limits and nodes and have policies like a service's, and no image repository.
    """

    name: DnsLabel = Field(description="Name of its Service; value of its pods' label `app.kubernetes.io/name`.")
    port: Port | None = Field(default=None, description="Port of the container; none where nobody calls it.")
    pods: int = Field(default=1, ge=1, le=100, description="Pods.")
    resources: ContainerResources = Field(description="Resources of one pod.")
    calls: tuple[DnsLabel, ...] = Field(default=(), description="Services of the catalogue that it calls.")
    public: bool = Field(
        default=False, description="Whether load balancers and `ingressCidrs` may reach it, as through a node port."
    )

    @property
    def service(self) -> ServiceConfig:
        """The same as an entry of the catalogue, with neither metrics nor data."""
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
    """A database or cache that the application repository runs in the namespace itself."""

    app: DnsLabel = Field(description="Value of its pods' label `app.kubernetes.io/name`.")
    port: Port = Field(description="Its port.")
    pods: int = Field(default=1, ge=1, le=100, description="Pods.")
    resources: ContainerResources = Field(description="Resources of one pod; they count in quota, limits and nodes.")
    public: bool = Field(
        default=False, description="Whether load balancers and `ingressCidrs` may reach it, as through a node port."
    )

    @property
    def workload(self) -> ExtraWorkload:
        """Its pods."""
        return ExtraWorkload(
            name=self.app, port=self.port, pods=self.pods, resources=self.resources, public=self.public
        )
