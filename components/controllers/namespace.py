"""A namespace for the platform's own pods: restricted, with a quota, defaults for containers and a closed network.

The namespace is the program's: no chart makes one. What lies in it dies with it, except for the releases: what one of
them has outside of the namespace, Helm must take away itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.argocd.installation import DEFAULT_SIZE, QUOTA_HEADROOM_PERCENT
from components.argocd.pods import Workload
from components.config.versions import POD_SECURITY_VERSION
from components.controllers.network_policies import Policies
from components.environments.environment import FORBIDDEN
from components.environments.network_policies import NAMESPACE_LABEL
from components.sizing import capacity

POD_SECURITY = "restricted"


@dataclass(frozen=True, kw_only=True)
class ControllersNamespace:
    """A namespace and what a pod in it comes after."""

    name: pulumi.Output[str]
    """Name of the namespace, known in a preview; what uses it comes after the namespace."""
    namespace_object: pulumi.Resource
    """The Namespace itself."""
    guards: Sequence[pulumi.Resource]
    """Quota, limits and policies: no pod starts without them."""


def controllers_namespace(
    name: str,
    namespace: str,
    *,
    workloads: Sequence[Workload],
    claims: int,
    policies: Policies,
    parent: pulumi.Resource,
    quota_name: str = "controllers",
) -> ControllersNamespace:
    """Make the namespace with all that guards it. `name` prefixes the resources; `claims` of volumes are allowed."""
    made = k8s.core.v1.Namespace(
        name,
        metadata=ObjectMetaArgs(name=namespace, labels=_labels(namespace)),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    child = pulumi.ResourceOptions(parent=parent, deleted_with=made)
    output = made.urn.apply(lambda _: namespace)

    def metadata(object_name: str) -> ObjectMetaArgs:
        return ObjectMetaArgs(name=object_name, namespace=output)

    sizes = DEFAULT_SIZE.resources
    limits = k8s.core.v1.LimitRangeItemArgs(
        type="Container", default=sizes["limits"], default_request=sizes["requests"]
    )
    return ControllersNamespace(
        name=output,
        namespace_object=made,
        guards=[
            k8s.core.v1.ResourceQuota(
                name,
                metadata=metadata(quota_name),
                spec=k8s.core.v1.ResourceQuotaSpecArgs(hard=quota(workloads, claims)),
                opts=child,
            ),
            k8s.core.v1.LimitRange(
                name,
                metadata=metadata("containers"),
                spec=k8s.core.v1.LimitRangeSpecArgs(limits=[limits]),
                opts=child,
            ),
            *(
                k8s.networking.v1.NetworkPolicy(f"{name}-{policy}", metadata=metadata(policy), spec=spec, opts=child)
                for policy, spec in policies.items()
            ),
        ],
    )


def quota(workloads: Sequence[Workload], claims: int) -> Mapping[str, str]:
    """The `hard` of the ResourceQuota: all pods while all of them roll, plus headroom, and `claims` of volumes."""
    peak = capacity.rolling_peak(workload.group for workload in workloads)
    return {**capacity.quota(peak, QUOTA_HEADROOM_PERCENT), **FORBIDDEN, "persistentvolumeclaims": str(claims)}


def _labels(namespace: str) -> Mapping[str, str]:
    labels = {"app.kubernetes.io/part-of": "platform", NAMESPACE_LABEL: namespace}
    for mode in ("audit", "enforce", "warn"):
        labels[f"pod-security.kubernetes.io/{mode}"] = POD_SECURITY
        labels[f"pod-security.kubernetes.io/{mode}-version"] = POD_SECURITY_VERSION
    return labels
