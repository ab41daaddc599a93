"""What controllers on EKS get from AWS: the cluster they serve, and an identity each.

An identity is a role, its policy and a Pod Identity association, all of which exist before the first pod starts: a pod
that starts earlier runs without credentials until it is restarted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.account.account import Account
from components.account.policy_documents import pod_identity_trust
from components.config.cluster import NodesConfig
from components.config.edge import TargetType


@dataclass(frozen=True, kw_only=True)
class HostedZone:
    """The zone in which external-dns writes."""

    zone_id: pulumi.Input[str]
    name: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class Door:
    """What every load balancer of the cluster's Ingresses is like."""

    group: str
    """Ingresses share one load balancer; the system's name."""
    internal: bool
    certificate_arn: pulumi.Input[str] | None
    firewall_arn: pulumi.Input[str] | None
    https_redirect: bool
    """Whether plain HTTP is sent to port 443."""
    target_type: TargetType
    """What it calls: pods, or nodes at the node port of a Service."""


@dataclass(frozen=True, kw_only=True)
class OnAws:
    """An EKS cluster as its controllers see it."""

    account: Account
    cluster_name: pulumi.Input[str]
    """The cluster's name as its output: identities come after the cluster."""
    cluster_arn: str
    """The cluster's ARN as text, so that policies can be read in a plan."""
    vpc_id: pulumi.Input[str]
    nodes: NodesConfig
    node_role_arn: pulumi.Input[str]
    node_security_group_id: pulumi.Input[str]
    node_subnet_ids: Sequence[pulumi.Input[str]]
    tags: Mapping[str, str]
    """Tags of what controllers make: the provider's default tags do not reach it."""
    zone: HostedZone | None
    door: Door | None
    """None on a stack without an edge: each Ingress then says itself what it needs."""
    secret_prefixes: Sequence[str]
    """Beginnings of the names in Secrets Manager that may come into the cluster, for example `shop/`."""
    secret_arns: Sequence[pulumi.Input[str]] = ()
    """ARNs of further entries that may: those that AWS names itself."""

    @property
    def cluster(self) -> str:
        """Name of the cluster as text."""
        return self.cluster_arn.rpartition("/")[2]


def identity(
    prefix: str,
    controller: str,
    *,
    namespace: pulumi.Input[str],
    policy: pulumi.Input[str],
    on_aws: OnAws,
    parent: pulumi.Resource,
) -> Sequence[pulumi.Resource]:
    """Let the service account `controller` do what `policy` says; returns what its pods come after."""
    name, child = f"{prefix}-{controller}", pulumi.ResourceOptions(parent=parent)
    role = aws.iam.Role(
        name,
        description=f"Controller {controller} of the cluster",
        assume_role_policy=pod_identity_trust(on_aws.account.account_id, on_aws.cluster_arn),
        permissions_boundary=on_aws.account.permissions_boundary_arn,
        opts=child,
    )
    return (
        aws.iam.RolePolicy(name, role=role.name, policy=policy, opts=child),
        aws.eks.PodIdentityAssociation(
            name,
            cluster_name=on_aws.cluster_name,
            namespace=namespace,
            service_account=controller,
            role_arn=role.arn,
            opts=child,
        ),
    )
