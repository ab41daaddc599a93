"""The namespace of the Jobs that make databases: no Application deploys to it, and its only way out is the database.

One service account and one policy serve the Jobs of all environments: they are the same program on the same instance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.argocd.pods import Workload
from components.controllers.namespace import controllers_namespace
from components.controllers.network_policies import data_policies
from components.data.bootstrap_pods import DATA_NAMESPACE, NAME


@dataclass(frozen=True, kw_only=True)
class BootstrapNamespaceArgs:
    """What the namespace needs from outside."""

    workloads: Sequence[Workload]
    """The Jobs' pods of all environments: the quota holds them at the same time."""
    database_cidrs: Sequence[str]
    """Address ranges of the instance's subnets."""
    database_port: int


class BootstrapNamespace(pulumi.ComponentResource):
    """Namespace, quota, limits, policies and the Jobs' service account."""

    namespace: pulumi.Output[str]
    """Name of the namespace, known in a preview; what uses it comes after the namespace."""
    namespace_object: pulumi.Resource
    """The Namespace: what lies in it, and needs no other farewell, is deleted with it."""
    ready: tuple[pulumi.Resource, ...]
    """No pod starts without these."""

    def __init__(self, name: str, args: BootstrapNamespaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:bootstrap:BootstrapNamespace", name, {}, opts)
        made = controllers_namespace(
            name,
            DATA_NAMESPACE,
            workloads=args.workloads,
            claims=0,
            policies=data_policies(NAME, args.database_cidrs, args.database_port),
            parent=self,
            quota_name="jobs",
        )
        self.namespace, self.namespace_object = made.name, made.namespace_object
        account = k8s.core.v1.ServiceAccount(
            name,
            metadata=ObjectMetaArgs(name=NAME, namespace=made.name),
            automount_service_account_token=False,
            opts=pulumi.ResourceOptions(parent=self, deleted_with=made.namespace_object),
        )
        self.ready = (*made.guards, account)
        self.register_outputs({"namespace": self.namespace})
