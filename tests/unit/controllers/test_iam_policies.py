"""IAM documents of the controllers: each action by its name, each change only on what is theirs."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from components.controllers import (
    cluster_autoscaler,
    external_dns,
    external_secrets,
    karpenter,
    load_balancer_controller,
    rollouts,
)
from tests.harness.controllers_runs import ACCOUNT, CLUSTER, NODE_ROLE

PROFILE = "arn:aws:iam::111122223333:instance-profile/shop-staging-karpenter"
QUEUE = "arn:aws:sqs:eu-central-1:111122223333:shop-staging-karpenter"
INLINE_CHARACTERS = 10_240
"""What IAM allows in all inline policies of a role together; white space does not count."""

POLICIES = {
    "external-secrets": external_secrets.iam_policy(ACCOUNT, ["shop/"]),
    "external-dns": external_dns.iam_policy("Z1"),
    "rollouts": rollouts.iam_policy(),
    "cluster-autoscaler": cluster_autoscaler.iam_policy(ACCOUNT, CLUSTER),
    "load-balancer": load_balancer_controller.iam_policy(
        ACCOUNT, cluster_name=CLUSTER, vpc_id="vpc-1", node_security_group_id="sg-nodes"
    ),
    "karpenter": karpenter.iam_policy(
        ACCOUNT, cluster_name=CLUSTER, node_role_arn=NODE_ROLE, profile_arn=PROFILE, queue_arn=QUEUE
    ),
}
READING = ("Describe", "Get", "List")

Statement = dict[str, Any]


def statements(policy: str) -> dict[str, Statement]:
    return {statement["Sid"]: statement for statement in json.loads(POLICIES[policy])["Statement"]}


def changing(statement: Statement) -> bool:
    return any(not action.partition(":")[2].startswith(READING) for action in statement["Action"])


each = pytest.mark.parametrize("policy", sorted(POLICIES))


@each
def test_actions_are_named_one_by_one(policy: str) -> None:
    actions = [action for statement in statements(policy).values() for action in statement["Action"]]
    assert actions
    assert [action for action in actions if "*" in action] == []


@each
def test_nothing_is_changed_on_everything_but_what_has_no_resource_level_permissions(policy: str) -> None:
    everywhere = [s["Action"] for s in statements(policy).values() if changing(s) and "*" in s["Resource"]]
    assert everywhere == ([["elasticloadbalancing:SetWebAcl"]] if policy == "load-balancer" else [])


@each
def test_a_statement_has_a_name_of_its_own_and_allows(policy: str) -> None:
    listed = json.loads(POLICIES[policy])["Statement"]
    assert len(statements(policy)) == len(listed)
    assert {statement["Effect"] for statement in listed} == {"Allow"}


@each
def test_a_policy_fits_into_a_role(policy: str) -> None:
    assert len("".join(POLICIES[policy].split())) <= INLINE_CHARACTERS


@each
def test_resources_are_of_this_account_and_region(policy: str) -> None:
    shared = ("image", "snapshot", "parameter")  # AWS's own
    for statement in statements(policy).values():
        for arn in statement["Resource"]:
            if arn == "*":
                continue
            _, _, service, region, account, resource = arn.split(":", 5)
            if service in ("iam", "route53"):
                assert region == ""
            else:
                assert region == "eu-central-1"
            if service != "route53" and not resource.startswith(shared):
                assert account == "111122223333"


@given(st.lists(st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8})?/", fullmatch=True), min_size=1, max_size=4, unique=True))
@hypothesis_settings(max_examples=20, deadline=None)
def test_only_entries_with_the_prefixes_come_into_the_cluster(prefixes: list[str]) -> None:
    found = {s["Sid"]: s for s in json.loads(external_secrets.iam_policy(ACCOUNT, prefixes))["Statement"]}
    entries = {f"arn:aws:secretsmanager:eu-central-1:111122223333:secret:{prefix}*" for prefix in prefixes}
    assert set(found["Entries"]["Resource"]) == entries
    assert found["Entries"]["Action"] == ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
    condition = found["KeysOfTheEntries"]["Condition"]
    assert set(condition["StringLike"]["kms:EncryptionContext:SecretARN"]) == entries


def test_keys_decrypt_for_secrets_manager_alone() -> None:
    statement = statements("external-secrets")["KeysOfTheEntries"]
    assert statement["Action"] == ["kms:Decrypt"]
    assert statement["Condition"]["StringEquals"] == {"kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com"}


def test_records_are_written_in_one_zone_and_delegate_nothing() -> None:
    records = statements("external-dns")["Records"]
    assert records["Resource"] == ["arn:aws:route53:::hostedzone/Z1"]
    assert records["Condition"] == {
        "ForAllValues:StringEquals": {"route53:ChangeResourceRecordSetsRecordTypes": ["A", "AAAA", "CNAME", "TXT"]}
    }


def test_rollouts_looks_and_changes_nothing() -> None:
    (statement,) = statements("rollouts").values()
    assert not changing(statement)
    assert "elasticloadbalancing:DescribeTargetHealth" in statement["Action"]


def test_the_autoscaler_scales_the_node_groups_of_its_cluster_only() -> None:
    scale = statements("cluster-autoscaler")["Scale"]
    assert scale["Action"] == [
        "autoscaling:SetDesiredCapacity",
        "autoscaling:TerminateInstanceInAutoScalingGroup",
    ]
    assert scale["Condition"] == {"StringEquals": {"aws:ResourceTag/k8s.io/cluster-autoscaler/shop-staging": "owned"}}


@pytest.mark.parametrize("sid", ["Change", "ChangeGroups", "Tag", "TagGroups"])
def test_load_balancers_of_another_cluster_are_not_touched(sid: str) -> None:
    assert statements("load-balancer")[sid]["Condition"] == {
        "StringEquals": {"aws:ResourceTag/elbv2.k8s.aws/cluster": "shop-staging"}
    }


@pytest.mark.parametrize("sid", ["Create", "CreateGroups", "TagNew", "TagNewGroups"])
def test_what_is_made_carries_the_clusters_name(sid: str) -> None:
    condition = statements("load-balancer")[sid]["Condition"]["StringEquals"]
    assert condition["aws:RequestTag/elbv2.k8s.aws/cluster"] == "shop-staging"


def test_only_the_nodes_group_is_opened_beside_the_controllers_own() -> None:
    found = statements("load-balancer")
    assert found["OpenNodes"]["Resource"] == ["arn:aws:ec2:eu-central-1:111122223333:security-group/sg-nodes"]
    assert found["GroupsInTheVpc"]["Resource"] == ["arn:aws:ec2:eu-central-1:111122223333:vpc/vpc-1"]


@pytest.mark.parametrize(
    "action",
    [
        "ec2:DescribeIpamPools",
        "ec2:DescribeRouteTables",
        "ec2:GetSecurityGroupsForVpc",
        "elasticloadbalancing:DescribeCapacityReservation",
        "elasticloadbalancing:DescribeListenerAttributes",
        "elasticloadbalancing:ModifyCapacityReservation",
        "elasticloadbalancing:ModifyIpPools",
        "elasticloadbalancing:ModifyListenerAttributes",
        "elasticloadbalancing:SetRulePriorities",
        "elasticloadbalancing:SetWebAcl",
        "wafv2:AssociateWebACL",
    ],
)
def test_the_load_balancer_controller_has_what_its_version_asks_for(action: str) -> None:
    assert action in {a for statement in statements("load-balancer").values() for a in statement["Action"]}


def test_karpenter_passes_the_nodes_role_to_ec2_and_no_other() -> None:
    found = statements("karpenter")
    assert found["PassNodeRole"]["Resource"] == [NODE_ROLE]
    assert found["PassNodeRole"]["Condition"] == {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    actions = {a for statement in found.values() for a in statement["Action"] if a.startswith("iam:")}
    assert actions == {"iam:GetInstanceProfile", "iam:ListInstanceProfiles", "iam:PassRole"}


@pytest.mark.parametrize("sid", ["End", "TagNodes", "UseTemplates"])
def test_karpenter_ends_only_nodes_of_its_cluster(sid: str) -> None:
    condition = statements("karpenter")[sid]["Condition"]
    assert condition["StringEquals"] == {"aws:ResourceTag/kubernetes.io/cluster/shop-staging": "owned"}
    assert condition["StringLike"] == {"aws:ResourceTag/karpenter.sh/nodepool": "*"}


@pytest.mark.parametrize("sid", ["Start", "TagNew"])
def test_karpenter_starts_nothing_without_the_clusters_tag(sid: str) -> None:
    condition = statements("karpenter")[sid]["Condition"]["StringEquals"]
    assert condition["aws:RequestTag/kubernetes.io/cluster/shop-staging"] == "owned"
    assert condition["aws:RequestTag/eks:eks-cluster-name"] == "shop-staging"
