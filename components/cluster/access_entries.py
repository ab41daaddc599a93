"""Access to the Kubernetes API: one EKS access entry per IAM role.

Nodes need no entry here: EKS creates the one for a managed node group. The role that creates the cluster is not
automatically an administrator; it has to be listed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

DEPLOYERS_GROUP = "platform:deployers"
"""Kubernetes group for viewing and restarting Deployments, bound to Roles in the environments' namespaces."""
SMOKE_TESTERS_GROUP = "platform:smoke-testers"
"""Kubernetes group for the smoke test, bound to Roles in the namespaces of the environments and of Argo CD."""

CLUSTER_ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
VIEW = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
"""Kubernetes' own role `view`: no Secrets, and nothing outside namespaces. What a preview may not read or try on the
API server, pulumi-kubernetes compares with the state."""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Access of one IAM role: an access policy for the whole cluster, or a Kubernetes group for RBAC."""

    key: str
    """Stable key for logical names."""
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
    smoke_role: pulumi.Input[str] | None,
) -> tuple[Grant, ...]:
    """Grants by role ARN: administrators and `pulumi up` may do everything, previews may read, but no Secrets.

    `deploy_role`, `preview_role` and `smoke_role` are those of CI, which the stack creates.
    """
    granted = [Grant(key=f"admin-{_role_name(arn)}", role_arn=arn, policy_arn=CLUSTER_ADMIN) for arn in admins]
    if deploy_role is not None:
        granted.append(Grant(key="deploy", role_arn=deploy_role, policy_arn=CLUSTER_ADMIN))
    if preview_role is not None:
        granted.append(Grant(key="preview", role_arn=preview_role, policy_arn=VIEW))
    if smoke_role is not None:
        granted.append(Grant(key="smoke", role_arn=smoke_role, group=SMOKE_TESTERS_GROUP))
    granted += [Grant(key=f"deployer-{_role_name(arn)}", role_arn=arn, group=DEPLOYERS_GROUP) for arn in deployers]
    granted += [Grant(key=f"smoke-{_role_name(arn)}", role_arn=arn, group=SMOKE_TESTERS_GROUP) for arn in smoke_testers]
    return tuple(granted)


def create_access_entry(
    name: str, cluster_name: pulumi.Input[str], grant: Grant, parent: pulumi.Resource
) -> tuple[pulumi.Resource, ...]:
    """Creates the access entry of a grant and its policy association; returns both for `depends_on`."""
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
