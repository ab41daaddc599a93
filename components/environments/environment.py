"""One environment of a cluster: a namespace with its limits, access and variables.

The quota follows from the catalogue: it has room for a rolling update of everything at once. Every object takes the
namespace's name as an output that is known in a first preview and still depends on the namespace.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.config.environments import EnvironmentConfig, ObjectCounts
from components.environments.access import argocd, bind, deployer, smoke_tester
from components.environments.images import image_policy
from components.environments.network_policies import NetworkContext, network_policies
from components.environments.platform_outputs import OUTPUTS_CONFIG_MAP
from components.environments.workloads import ServiceWorkload
from components.kubernetes.defaults import NO_OBJECTS, object_counts
from components.kubernetes.namespace import NamespaceArgs, create_namespace
from components.sizing import capacity, quantities


@dataclass(frozen=True, kw_only=True)
class EnvironmentArgs(NetworkContext):
    """Arguments of an environment."""

    system: str
    settings: EnvironmentConfig
    workloads: Sequence[ServiceWorkload]
    """The catalogue as this environment runs it; at least one service."""
    image_repositories: Sequence[str]
    """Image repositories that its pods may use; any if there are none."""
    argocd_namespace: str | None
    """Namespace of an Argo CD that gets its rights here; None if it has rights in the whole cluster."""
    values: Mapping[str, pulumi.Input[str]]
    """Variables that the platform sets (endpoints, region, registry). No secrets: they are in a ConfigMap."""


class Environment(pulumi.ComponentResource):
    """Namespace, quota, limits, service accounts, policies on network and images, Roles, the services' variables."""

    namespace: pulumi.Output[str]
    """Known in a preview; a resource that uses it depends on the namespace."""
    quota: Mapping[str, str]
    """`hard` of the ResourceQuota, in the API server's notation."""
    ready: tuple[pulumi.Resource, ...]
    """All objects: without one, a pod could start without its limits, policies or variables."""

    def __init__(self, name: str, args: EnvironmentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:environment:Environment", name, {}, opts)
        settings, services = args.settings, [workload.service for workload in args.workloads]
        self.quota = quota(args.workloads, settings.quota_headroom_percent, settings.objects)
        namespace = create_namespace(
            name,
            NamespaceArgs(
                namespace=settings.namespace,
                part_of=args.system,
                labels={"environment": settings.name},
                pod_security=settings.pod_security,
                quota_name="services",
                quota=self.quota,
                container_limits=container_limits(args.workloads),
                policies=network_policies(services, args),
            ),
            self,
        )
        self.namespace = namespace.name
        child = pulumi.ResourceOptions(parent=self, deleted_with=namespace.resource)
        self.ready = (
            namespace.resource,
            *namespace.guards,
            *self._service_accounts(name, args, child),
            *self._access(name, args, child),
            self._variables(name, args, child),
            *self._images(name, args),
        )
        self.register_outputs({"namespace": self.namespace, "quota": self.quota})

    def _metadata(self, object_name: str) -> ObjectMetaArgs:
        return ObjectMetaArgs(name=object_name, namespace=self.namespace)

    def _service_accounts(
        self, name: str, args: EnvironmentArgs, child: pulumi.ResourceOptions
    ) -> Iterator[pulumi.Resource]:
        for workload in args.workloads:
            yield k8s.core.v1.ServiceAccount(
                f"{name}-{workload.service.name}",
                metadata=self._metadata(workload.service.short_name),
                automount_service_account_token=False,
                opts=child,
            )

    def _access(self, name: str, args: EnvironmentArgs, child: pulumi.ResourceOptions) -> Iterator[pulumi.Resource]:
        services = [workload.service for workload in args.workloads]
        controllers = () if args.argocd_namespace is None else argocd(args.argocd_namespace)
        for binding in (deployer(), smoke_tester(services), *controllers):
            yield from bind(f"{name}-{binding.name}", binding, self.namespace, child)

    def _images(self, name: str, args: EnvironmentArgs) -> Sequence[pulumi.Resource]:
        if not args.image_repositories:
            return ()
        policy = f"{args.settings.namespace}-images"
        return image_policy(f"{name}-images", self.namespace, policy, args.image_repositories, self)

    def _variables(self, name: str, args: EnvironmentArgs, child: pulumi.ResourceOptions) -> pulumi.Resource:
        return k8s.core.v1.ConfigMap(
            f"{name}-{OUTPUTS_CONFIG_MAP}",
            metadata=self._metadata(OUTPUTS_CONFIG_MAP),
            data={**args.settings.variables, **args.values},
            opts=child,
        )


def quota(
    workloads: Sequence[ServiceWorkload], headroom_percent: int, objects: ObjectCounts = NO_OBJECTS
) -> Mapping[str, str]:
    """The `hard` of the ResourceQuota: a rolling update of everything plus headroom, and the allowed objects."""
    allowed = capacity.quota([workload.pods for workload in workloads], headroom_percent)
    return {**capacity.hard(allowed), **object_counts(objects)}


def container_limits(workloads: Sequence[ServiceWorkload]) -> k8s.core.v1.LimitRangeItemArgs:
    """Defaults for containers without resources, and the maximum; both from the catalogue.

    The defaults are those of the smallest workload: an init container without resources never makes a pod larger than
    the quota assumes. The maximum is the largest workload: nothing in Git exceeds the catalogue.
    """
    pods = [workload.pods for workload in workloads]

    def size(cpu: int, memory: int) -> Mapping[str, str]:
        return {"cpu": quantities.cpu(cpu), "memory": quantities.memory(memory)}

    return k8s.core.v1.LimitRangeItemArgs(
        type="Container",
        default=size(min(pod.cpu_limit for pod in pods), min(pod.memory_limit for pod in pods)),
        default_request=size(min(pod.cpu_request for pod in pods), min(pod.memory_request for pod in pods)),
        max=size(max(pod.cpu_limit for pod in pods), max(pod.memory_limit for pod in pods)),
    )


def summary(settings: EnvironmentConfig, workloads: Sequence[ServiceWorkload]) -> dict[str, object]:
    """The sums behind the quota: `namespace`, the rows `steady`, `peak` and `hard`, and whether the peak `fits`."""
    pods = [workload.pods for workload in workloads]
    peak = capacity.rolling_peak(pods)
    hard = quota(workloads, settings.quota_headroom_percent, settings.objects)
    return {
        "namespace": settings.namespace,
        "steady": capacity.hard(capacity.total(pods)),
        "peak": capacity.hard(peak),
        "hard": hard,
        "fits": _holds(hard, peak),
    }


def _holds(hard: Mapping[str, str], load: capacity.Load) -> bool:
    """Whether the quota, parsed as the API server parses it, has room for the load."""
    return (
        quantities.millicores(hard["limits.cpu"]) >= load.cpu_limit
        and quantities.mebibytes(hard["limits.memory"]) >= load.memory_limit
        and quantities.millicores(hard["pods"]) >= load.pods * 1000
        and quantities.millicores(hard["requests.cpu"]) >= load.cpu_request
        and quantities.mebibytes(hard["requests.memory"]) >= load.memory_request
    )
