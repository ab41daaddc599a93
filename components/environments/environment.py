"""One environment of a cluster: a namespace with what its pods may take, reach and be.

The quota follows from the catalogue: it holds a rolling update of everything at once. Every object carries the
namespace's name as an output that is known in a first preview and still comes after the namespace.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.config.environments import EnvironmentConfig, ObjectCounts
from components.config.types import PodSecurity
from components.config.versions import POD_SECURITY_VERSION
from components.environments.access import bind, deployer, smoke_tester
from components.environments.network_policies import NAMESPACE_LABEL, Surroundings, network_policies
from components.environments.workloads import ServiceWorkload
from components.sizing import capacity, quantities


def counts(objects: ObjectCounts) -> Mapping[str, str]:
    """What a quota says about objects that cost money or open doors."""
    return {
        "persistentvolumeclaims": quantities.count(objects.persistent_volume_claims),
        "services.loadbalancers": quantities.count(objects.load_balancers),
        "services.nodeports": quantities.count(objects.node_ports),
    }


NO_OBJECTS = ObjectCounts()
FORBIDDEN = counts(NO_OBJECTS)
"""What nobody makes unless a setting says so: load balancers come from the platform's ingress, data lives outside."""

OUTPUTS_CONFIG_MAP = "platform-outputs"


@dataclass(frozen=True, kw_only=True)
class EnvironmentArgs(Surroundings):
    """What an environment needs from outside."""

    system: str
    settings: EnvironmentConfig
    workloads: Sequence[ServiceWorkload]
    """The catalogue as this environment runs it; at least one service."""
    values: Mapping[str, pulumi.Input[str]]
    """What the platform tells the services (endpoints, region, registry), by variable. No secrets: it lies open."""


class Environment(pulumi.ComponentResource):
    """Namespace, quota, limits, service accounts, network policies, Roles and the services' variables."""

    namespace: pulumi.Output[str]
    """Name of the namespace, known in a preview; what uses it comes after the namespace."""
    quota: Mapping[str, str]
    """`hard` of the ResourceQuota, in the API server's notation."""
    ready: tuple[pulumi.Resource, ...]
    """All objects: with fewer a pod could start without its limits, policies or variables."""

    def __init__(self, name: str, args: EnvironmentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:environment:Environment", name, {}, opts)
        namespace = k8s.core.v1.Namespace(
            name,
            metadata=ObjectMetaArgs(name=args.settings.namespace, labels=_namespace_labels(args)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        child = pulumi.ResourceOptions(parent=self, deleted_with=namespace)
        self.namespace = namespace.urn.apply(lambda _: args.settings.namespace)
        self.quota = quota(args.workloads, args.settings.quota_headroom_percent, args.settings.objects)
        self.ready = (
            namespace,
            *self._limits(name, args, child),
            *self._service_accounts(name, args, child),
            *self._network_policies(name, args, child),
            *self._access(name, args, child),
            self._variables(name, args, child),
        )
        self.register_outputs({"namespace": self.namespace, "quota": self.quota})

    def _metadata(self, object_name: str) -> ObjectMetaArgs:
        return ObjectMetaArgs(name=object_name, namespace=self.namespace)

    def _limits(self, name: str, args: EnvironmentArgs, child: pulumi.ResourceOptions) -> Iterator[pulumi.Resource]:
        yield k8s.core.v1.ResourceQuota(
            name,
            metadata=self._metadata("services"),
            spec=k8s.core.v1.ResourceQuotaSpecArgs(hard=self.quota),
            opts=child,
        )
        yield k8s.core.v1.LimitRange(
            name,
            metadata=self._metadata("containers"),
            spec=k8s.core.v1.LimitRangeSpecArgs(limits=[container_limits(args.workloads)]),
            opts=child,
        )

    def _service_accounts(
        self, name: str, args: EnvironmentArgs, child: pulumi.ResourceOptions
    ) -> Iterator[pulumi.Resource]:
        # Kubernetes makes `default` in every namespace; applied server-side, it does not matter who is first.
        yield k8s.core.v1.ServiceAccountPatch(
            f"{name}-default",
            metadata=k8s.meta.v1.ObjectMetaPatchArgs(name="default", namespace=self.namespace),
            automount_service_account_token=False,
            opts=child,
        )
        for workload in args.workloads:
            yield k8s.core.v1.ServiceAccount(
                f"{name}-{workload.service.name}",
                metadata=self._metadata(workload.service.short_name),
                automount_service_account_token=False,
                opts=child,
            )

    def _network_policies(
        self, name: str, args: EnvironmentArgs, child: pulumi.ResourceOptions
    ) -> Iterator[pulumi.Resource]:
        for policy, spec in network_policies([workload.service for workload in args.workloads], args).items():
            yield k8s.networking.v1.NetworkPolicy(
                f"{name}-{policy}", metadata=self._metadata(policy), spec=spec, opts=child
            )

    def _access(self, name: str, args: EnvironmentArgs, child: pulumi.ResourceOptions) -> Iterator[pulumi.Resource]:
        services = [workload.service for workload in args.workloads]
        for binding in (deployer(), smoke_tester(services)):
            yield from bind(f"{name}-{binding.name}", binding, self.namespace, child)

    def _variables(self, name: str, args: EnvironmentArgs, child: pulumi.ResourceOptions) -> pulumi.Resource:
        twice = sorted(args.settings.variables.keys() & args.values.keys())
        if twice:
            raise ValueError(
                f"environment {args.settings.name}: the platform sets {', '.join(twice)} itself. "
                "Take it out of `variables`."
            )
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
    peak = capacity.rolling_peak(workload.pods for workload in workloads)
    return {**capacity.quota(peak, headroom_percent), **counts(objects)}


def container_limits(workloads: Sequence[ServiceWorkload]) -> k8s.core.v1.LimitRangeItemArgs:
    """Defaults of containers that state nothing, and the largest that there may be; both out of the catalogue.

    The defaults are the environment's smallest service: an init container that states nothing never makes a pod larger
    than the quota counts. The maximum is its largest service: nothing in Git takes more than the catalogue says.
    ValueError without a workload.
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
        "steady": _row(capacity.total(pods)),
        "peak": _row(peak),
        "hard": hard,
        "fits": _holds(hard, peak),
    }


def _row(load: capacity.Load) -> dict[str, str]:
    return {
        "limits.cpu": quantities.cpu(load.cpu_limit),
        "limits.memory": quantities.memory(load.memory_limit),
        "pods": quantities.count(load.pods),
        "requests.cpu": quantities.cpu(load.cpu_request),
        "requests.memory": quantities.memory(load.memory_request),
    }


def _holds(hard: Mapping[str, str], load: capacity.Load) -> bool:
    """Reads the quota back as the API server does, so that it says what is written and not what was meant."""
    return (
        quantities.millicores(hard["limits.cpu"]) >= load.cpu_limit
        and quantities.mebibytes(hard["limits.memory"]) >= load.memory_limit
        and quantities.millicores(hard["pods"]) >= load.pods * 1000
        and quantities.millicores(hard["requests.cpu"]) >= load.cpu_request
        and quantities.mebibytes(hard["requests.memory"]) >= load.memory_request
    )


def _namespace_labels(args: EnvironmentArgs) -> Mapping[str, str]:
    levels = {"enforce": args.settings.pod_security, "warn": PodSecurity.RESTRICTED, "audit": PodSecurity.RESTRICTED}
    labels = {"app.kubernetes.io/part-of": args.system, "environment": args.settings.name}
    labels[NAMESPACE_LABEL] = args.settings.namespace
    for mode, level in levels.items():
        labels[f"pod-security.kubernetes.io/{mode}"] = level.value
        labels[f"pod-security.kubernetes.io/{mode}-version"] = POD_SECURITY_VERSION
    return labels
