"""The namespace of the Jobs that create databases: no Application deploys to it, and the database is its only egress.

One service account and one policy serve the Jobs of all environments, which run the same program on the same instance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.data.bootstrap_pods import NAME
from components.kubernetes.names import DATA_NAMESPACE, NAME_LABEL
from components.kubernetes.namespace import NamespaceArgs, create_namespace, platform_quota
from components.kubernetes.network_policy import (
    DEFAULT_DENY,
    Policies,
    allow_dns,
    allow_to,
    cidrs,
    policy,
    selector,
)
from components.sizing.pods import Workload


@dataclass(frozen=True, kw_only=True)
class BootstrapNamespaceArgs:
    """Arguments of the namespace."""

    workloads: Sequence[Workload]
    """The Jobs' pods of all environments; the quota has room for all of them at once."""
    database_cidrs: Sequence[str]
    """Address ranges of the instance's subnets."""
    database_port: int


class BootstrapNamespace(pulumi.ComponentResource):
    """Namespace, quota, limits, policies and the Jobs' service account."""

    namespace: pulumi.Output[str]
    """Known in a preview; a resource that uses it depends on the namespace."""
    namespace_object: pulumi.Resource
    """The Namespace, with which most of its objects are deleted."""
    ready: tuple[pulumi.Resource, ...]
    """Jobs depend on these."""

    def __init__(self, name: str, args: BootstrapNamespaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:bootstrap:BootstrapNamespace", name, {}, opts)
        created = create_namespace(
            name,
            NamespaceArgs(
                namespace=DATA_NAMESPACE,
                part_of="platform",
                quota_name="jobs",
                quota=platform_quota(args.workloads),
                policies=network_policies(args.database_cidrs, args.database_port),
            ),
            self,
        )
        self.namespace, self.namespace_object = created.name, created.resource
        account = k8s.core.v1.ServiceAccount(
            name,
            metadata=ObjectMetaArgs(name=NAME, namespace=created.name),
            automount_service_account_token=False,
            opts=pulumi.ResourceOptions(parent=self, deleted_with=created.resource),
        )
        self.ready = (*created.guards, account)
        self.register_outputs({"namespace": self.namespace})


def network_policies(database_cidrs: Sequence[str], database_port: int) -> Policies:
    """Policies by name: the Jobs' pods reach DNS and the database, and nothing reaches them."""
    return {
        DEFAULT_DENY: policy({}, isolate=True),
        NAME: policy(
            selector({NAME_LABEL: NAME}), egress=[allow_dns(), allow_to(cidrs(database_cidrs), database_port)]
        ),
    }
