"""Who may use the cluster's API: EKS access entries, one for each IAM role, and nothing that EKS makes by itself.

Nodes get no entry here: EKS makes the one of a managed node group. The role that creates the cluster gets none either;
it is an administrator only if it is named.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

DEPLOYERS_GROUP = "platform:deployers"
"""Kubernetes group of the roles that may look at and restart deployments; the environments' Roles bind it."""
SMOKE_TESTERS_GROUP = "platform:smoke-testers"
"""Kubernetes group of the roles that may run the smoke test; Roles of the environments and of Argo CD bind it."""

CLUSTER_ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
ADMIN_VIEW = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSAdminViewPolicy"


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What one IAM role may do: an access policy for the whole cluster, or a Kubernetes group, whose Roles decide."""

    key: str
    """Stable name of the grant in this cluster."""
    role_arn: pulumi.Input[str]
    policy_arn: str | None = None
    group: str | None = None


def grants(
    *,
    admins: Sequence[str],
    deployers: Sequence[str],
    smoke_testers: Sequence[str],
    deploy_role: pulumi.Input[str] | None,
    preview_role: pulumi.Input[str] | None,
) -> tuple[Grant, ...]:
    """Grants for role ARNs: administrators and whoever runs `up` may do everything, previews may read everything."""
    found = [Grant(key=f"admin-{_role_name(arn)}", role_arn=arn, policy_arn=CLUSTER_ADMIN) for arn in admins]
    if deploy_role is not None:
        found.append(Grant(key="deploy", role_arn=deploy_role, policy_arn=CLUSTER_ADMIN))
    if preview_role is not None:
        found.append(Grant(key="preview", role_arn=preview_role, policy_arn=ADMIN_VIEW))
    found += [Grant(key=f"deployer-{_role_name(arn)}", role_arn=arn, group=DEPLOYERS_GROUP) for arn in deployers]
    found += [Grant(key=f"smoke-{_role_name(arn)}", role_arn=arn, group=SMOKE_TESTERS_GROUP) for arn in smoke_testers]
    return tuple(found)


def allow(
    name: str, cluster_name: pulumi.Input[str], grant: Grant, parent: pulumi.Resource
) -> tuple[pulumi.Resource, ...]:
    """Make the access entry of a grant and attach its policy; returns what must exist before the role can be used."""
    entry = aws.eks.AccessEntry(
        f"{name}-{grant.key}",
        cluster_name=cluster_name,
        principal_arn=grant.role_arn,
        kubernetes_groups=[grant.group] if grant.group else None,
        type="STANDARD",
        opts=pulumi.ResourceOptions(parent=parent),
    )
    if grant.policy_arn is None:
        return (entry,)
    association = aws.eks.AccessPolicyAssociation(
        f"{name}-{grant.key}",
        cluster_name=cluster_name,
        principal_arn=entry.principal_arn,
        policy_arn=grant.policy_arn,
        access_scope=aws.eks.AccessPolicyAssociationAccessScopeArgs(type="cluster"),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return (entry, association)


def _role_name(arn: str) -> str:
    return arn.rpartition("/")[2]
