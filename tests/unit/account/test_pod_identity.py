"""Roles for pods: trust in one cluster, the permissions boundary, and one association per service account."""

import json
from functools import cache

import pulumi_aws as aws

from components.account.account import Account
from components.account.pod_identity import pod_identity_association, pod_identity_role
from tests.harness.harness import Run, run_program

ROLE = "aws:iam/role:Role"
ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
CLUSTER_ARN = "arn:aws:eks:eu-central-1:111122223333:cluster/shop-prod"
BOUNDARY = "boundary"


@cache
def created(boundary: str | None = BOUNDARY) -> Run:
    account = Account(account_id="111122223333", region="eu-central-1", permissions_boundary_name=boundary)

    def program() -> None:
        cluster = aws.eks.Cluster(
            "cluster", role_arn="arn:aws:iam::111122223333:role/cluster", vpc_config={"subnet_ids": []}
        )
        role = pod_identity_role(
            "shop-prod-agent", description="Agents", account=account, cluster_arn=CLUSTER_ARN, parent=cluster
        )
        pod_identity_association(
            "agent",
            role=role,
            cluster_name=cluster.name,
            namespace="shop",
            service_account="agent",
            parent=cluster,
        )

    return run_program(program)


def test_only_pods_of_the_cluster_and_the_account_assume_the_role() -> None:
    (statement,) = json.loads(created().one(ROLE).inputs["assumeRolePolicy"])["Statement"]
    assert statement["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert statement["Condition"] == {
        "ArnEquals": {"aws:SourceArn": CLUSTER_ARN},
        "StringEquals": {"aws:SourceAccount": "111122223333"},
    }


def test_the_role_is_within_the_permissions_boundary() -> None:
    role = created().one(ROLE).inputs
    assert role["permissionsBoundary"] == f"arn:aws:iam::111122223333:policy/{BOUNDARY}"
    assert "permissionsBoundary" not in created(None).one(ROLE).inputs


def test_the_association_is_for_one_service_account_of_one_namespace() -> None:
    association = created().one(ASSOCIATION, "agent").inputs
    assert (association["namespace"], association["serviceAccount"]) == ("shop", "agent")


def test_the_association_depends_on_role_and_cluster() -> None:
    done = created()
    association = done.one(ASSOCIATION)
    assert done.depends(association, done.one(ROLE))
    assert done.depends(association, done.one("aws:eks/cluster:Cluster"))


def test_both_are_children_of_the_parent_that_is_given() -> None:
    done = created()
    cluster = done.one("aws:eks/cluster:Cluster")
    assert {r.type for r in done.children(cluster)} == {ROLE, ASSOCIATION}
