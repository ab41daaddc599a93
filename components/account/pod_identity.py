"""Roles that pods assume through EKS Pod Identity.

A pod that starts before its association exists runs without credentials until it is restarted: policy and association
are created first.
"""

import pulumi
import pulumi_aws as aws

from components.account.account import Account
from components.account.policy_documents import pod_identity_trust


def pod_identity_role(
    name: str, *, description: str, account: Account, cluster_arn: str, parent: pulumi.Resource
) -> aws.iam.Role:
    """A role for pods of one cluster. `cluster_arn` is text, so that the trust can be read in a plan."""
    return aws.iam.Role(
        name,
        description=description,
        assume_role_policy=pod_identity_trust(account.account_id, cluster_arn),
        permissions_boundary=account.permissions_boundary_arn,
        opts=pulumi.ResourceOptions(parent=parent),
    )


def pod_identity_association(
    name: str,
    *,
    role: aws.iam.Role,
    cluster_name: pulumi.Input[str],
    namespace: pulumi.Input[str],
    service_account: str,
    parent: pulumi.Resource,
) -> aws.eks.PodIdentityAssociation:
    """Let the pods of a service account assume the role. With the cluster's name as its output, after the cluster."""
    return aws.eks.PodIdentityAssociation(
        name,
        cluster_name=cluster_name,
        namespace=namespace,
        service_account=service_account,
        role_arn=role.arn,
        opts=pulumi.ResourceOptions(parent=parent),
    )
