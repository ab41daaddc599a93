"""The one builder of a namespace: labels, quota, default resources, no token, a network closed but for its policies.

The program creates every namespace; no chart and no Application does. Objects that live and die with the namespace are
deleted with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs, ObjectMetaPatchArgs

from components.config.environments import ObjectCounts
from components.config.types import PodSecurity
from components.config.versions import POD_SECURITY_VERSION
from components.kubernetes.defaults import DEFAULT_SIZE, NO_OBJECTS, QUOTA_HEADROOM_PERCENT, object_counts
from components.kubernetes.names import NAMESPACE_LABEL, PART_OF_LABEL
from components.kubernetes.network_policy import Policies
from components.sizing import capacity
from components.sizing.pods import Workload


@dataclass(frozen=True, kw_only=True)
class NamespaceArgs:
    """Arguments of a namespace."""

    namespace: str
    part_of: str
    """Value of the label `app.kubernetes.io/part-of`."""
    quota_name: str
    quota: Mapping[str, str]
    """`hard` of the ResourceQuota."""
    policies: Policies
    """Network policies by name."""
    container_limits: k8s.core.v1.LimitRangeItemArgs | None = None
    """The LimitRange's item for containers; by default it has the resources of a container that states none."""
    pod_security: PodSecurity = PodSecurity.RESTRICTED
    """Level that is enforced; warnings and audits are always at the restricted level."""
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    """Further labels."""


@dataclass(frozen=True, kw_only=True)
class CreatedNamespace:
    """A namespace and the objects that must exist before a pod in it."""

    name: pulumi.Output[str]
    """Known in a preview; a resource that uses it depends on the namespace."""
    resource: pulumi.Resource
    guards: Sequence[pulumi.Resource]
    """Quota, limits, policies, and a default service account without a token."""


def create_namespace(name: str, args: NamespaceArgs, parent: pulumi.Resource) -> CreatedNamespace:
    """Create the namespace and its guards. `name` prefixes the logical names."""
    resource = k8s.core.v1.Namespace(
        name,
        metadata=ObjectMetaArgs(name=args.namespace, labels=_labels(args)),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    child = pulumi.ResourceOptions(parent=parent, deleted_with=resource)
    output = resource.urn.apply(lambda _: args.namespace)

    def metadata(object_name: str) -> ObjectMetaArgs:
        return ObjectMetaArgs(name=object_name, namespace=output)

    return CreatedNamespace(
        name=output,
        resource=resource,
        guards=[
            k8s.core.v1.ResourceQuota(
                name,
                metadata=metadata(args.quota_name),
                spec=k8s.core.v1.ResourceQuotaSpecArgs(hard=args.quota),
                opts=child,
            ),
            k8s.core.v1.LimitRange(
                name,
                metadata=metadata("containers"),
                spec=k8s.core.v1.LimitRangeSpecArgs(limits=[args.container_limits or _default_limits()]),
                opts=child,
            ),
            # Kubernetes creates `default` in every namespace; with server-side apply, the order does not matter.
            k8s.core.v1.ServiceAccountPatch(
                f"{name}-default",
                metadata=ObjectMetaPatchArgs(name="default", namespace=output),
                automount_service_account_token=False,
                opts=child,
            ),
            *(
                k8s.networking.v1.NetworkPolicy(f"{name}-{policy}", metadata=metadata(policy), spec=spec, opts=child)
                for policy, spec in args.policies.items()
            ),
        ],
    )


def platform_quota(workloads: Sequence[Workload], objects: ObjectCounts = NO_OBJECTS) -> Mapping[str, str]:
    """`hard` of the quota of a platform namespace: all pods while all of them roll, plus headroom."""
    allowed = capacity.quota([workload.group for workload in workloads], QUOTA_HEADROOM_PERCENT)
    return {**capacity.hard(allowed), **object_counts(objects)}


def _default_limits() -> k8s.core.v1.LimitRangeItemArgs:
    sizes = DEFAULT_SIZE.resources
    return k8s.core.v1.LimitRangeItemArgs(type="Container", default=sizes["limits"], default_request=sizes["requests"])


def _labels(args: NamespaceArgs) -> Mapping[str, str]:
    levels = {"enforce": args.pod_security, "warn": PodSecurity.RESTRICTED, "audit": PodSecurity.RESTRICTED}
    labels = {**args.labels, PART_OF_LABEL: args.part_of, NAMESPACE_LABEL: args.namespace}
    for mode, level in levels.items():
        labels[f"pod-security.kubernetes.io/{mode}"] = level.value
        labels[f"pod-security.kubernetes.io/{mode}-version"] = POD_SECURITY_VERSION
    return labels
