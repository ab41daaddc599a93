"""CI's policy documents, independent of the roles that have them."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.ci.policies.deploy import network_policy
from components.ci.policies.read import POLICY_SIZE, policy_size, push_policies, read_policy
from components.ci.policies.services import cluster_policy
from tests.harness.policy_samples import ACCOUNT, BOUNDARY, OWNED, SCOPE, TEXTS, allowing, statements

EVERY = pytest.mark.parametrize("name", list(TEXTS))
DEPLOY = ("network", "cluster", "data", "identity", "edge", "karpenter", "alarms", "runner")
READING = ("Describe", "Get", "List", "View", "BatchGet", "BatchCheck")
# Write actions without resource-level permissions: only these may have the resource `*`.
RESOURCELESS = {
    "acm:RequestCertificate", "eks:CreateCluster", "kms:CreateKey", "kms:TagResource", "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery", "logs:PutResourcePolicy", "logs:UpdateLogDelivery", "route53:CreateHostedZone",
}  # fmt: skip
GLOBAL = ("budgets", "iam", "route53")
PRIVATE_DNS = "route53:AssociateVPCWithHostedZone"


def reads(action: str) -> bool:
    return action.partition(":")[2].startswith(READING)


@EVERY
def test_policy_fits_iams_size_limit(name: str) -> None:
    assert policy_size(TEXTS[name]) <= POLICY_SIZE


@EVERY
def test_policies_only_allow_and_name_what_they_allow(name: str) -> None:
    for statement in statements(TEXTS[name]):
        assert statement["Effect"] == "Allow"
        assert statement["Resource"]
        assert not {"NotAction", "NotResource", "Principal"} & statement.keys()


@EVERY
def test_sids_are_unique_and_plain(name: str) -> None:
    sids = [s["Sid"] for s in statements(TEXTS[name])]
    assert len(set(sids)) == len(sids)
    assert all(re.fullmatch("[A-Za-z0-9]+", sid) for sid in sids)


@EVERY
def test_only_ec2_describe_is_a_wildcard_action(name: str) -> None:
    wild = {action for s in statements(TEXTS[name]) for action in s["Action"] if "*" in action}
    assert wild <= {"ec2:Describe*"}


@EVERY
def test_write_actions_have_a_wildcard_resource_only_without_resource_level_permissions(name: str) -> None:
    for statement in statements(TEXTS[name]):
        changing = {a for a in statement["Action"] if not reads(a) and a != "sts:GetCallerIdentity"}
        if "*" in statement["Resource"]:
            assert changing <= RESOURCELESS
            regional = {a for a in changing if not a.startswith(GLOBAL)}
            assert not regional or statement["Condition"]["StringEquals"]["aws:RequestedRegion"] == "eu-central-1"


@EVERY
def test_resources_are_of_this_account_and_region(name: str) -> None:
    for arn in (arn for s in statements(TEXTS[name]) for arn in s["Resource"] if arn != "*"):
        _, _, service, region, account, _ = arn.split(":", 5)
        if service == "s3":
            continue
        assert region == ("" if service in GLOBAL else "eu-central-1"), arn
        if service == "route53":
            continue
        assert account == "111122223333" or "::image/" in arn or "::snapshot/" in arn, arn


def test_pushing_is_for_exactly_these_repositories() -> None:
    arns = [ACCOUNT.arn("ecr", f"repository/shop/{name}") for name in ("b", "a")]
    [text] = push_policies(arns)
    log_in, push = statements(text)
    assert log_in == {
        "Sid": "LogIn",
        "Effect": "Allow",
        "Action": ["ecr:GetAuthorizationToken"],
        "Resource": ["*"],
    }
    assert push["Action"] == [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:CompleteLayerUpload",
        "ecr:GetDownloadUrlForLayer",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
    ]
    assert push["Resource"] == sorted(arns)


@settings(max_examples=20, deadline=None)
@given(st.sets(st.from_regex(r"[a-z]{1,20}/[a-z-]{1,60}", fullmatch=True), min_size=1, max_size=150))
def test_every_repository_is_in_exactly_one_push_policy(names: set[str]) -> None:
    arns = {ACCOUNT.arn("ecr", f"repository/{name}") for name in names}
    texts = push_policies(list(arns))
    assert all(policy_size(text) <= POLICY_SIZE for text in texts)
    assert sorted(arn for text in texts for arn in statements(text)[1]["Resource"]) == sorted(arns)


def test_read_policy_has_no_write_actions() -> None:
    changing = {a for s in statements(TEXTS["read"]) for a in s["Action"] if not reads(a)}
    assert changing == {"kms:Decrypt"}


def test_read_policy_reads_no_secret_values_and_no_data() -> None:
    actions = {a for s in statements(TEXTS["read"]) for a in s["Action"]}
    assert not actions & {"secretsmanager:GetSecretValue", "ssm:GetParameter", "ecr:BatchGetImage", "logs:GetLogEvents"}


def test_only_one_stacks_state_can_be_read() -> None:
    [statement] = allowing("s3:GetObject", "read")
    assert statement["Resource"] == [
        "arn:aws:s3:::acme-state/.pulumi/meta.yaml",
        "arn:aws:s3:::acme-state/.pulumi/stacks/platform/prod.json*",
        "arn:aws:s3:::acme-state/.pulumi/stacks/platform/prod.pulumi-tags",
    ]


def test_deploy_role_writes_only_one_stacks_state() -> None:
    [statement] = allowing("s3:PutObject")
    assert statement in statements(TEXTS["identity"])
    assert statement["Resource"] == [
        "arn:aws:s3:::acme-state/.pulumi/backups/platform/prod/*",
        "arn:aws:s3:::acme-state/.pulumi/history/platform/prod/*",
        "arn:aws:s3:::acme-state/.pulumi/locks/organization/platform/prod/*",
        "arn:aws:s3:::acme-state/.pulumi/stacks/platform/prod.json*",
        "arn:aws:s3:::acme-state/.pulumi/stacks/platform/prod.pulumi-tags",
    ]


def test_decryption_needs_the_state_keys_alias_or_the_stacks_key_through_a_service() -> None:
    by_alias = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/acme-state"}}
    via = ["rds.eu-central-1.amazonaws.com", "secretsmanager.eu-central-1.amazonaws.com"]
    conditions = [s["Condition"] for s in allowing("kms:Decrypt")]
    assert conditions == [by_alias, {"StringEquals": {**OWNED, "kms:ViaService": via}}]
    [encrypting] = [s for s in statements(TEXTS["identity"]) if "kms:GenerateDataKey" in s["Action"]]
    assert (encrypting["Action"], encrypting["Condition"]) == (["kms:GenerateDataKey"], by_alias)


def test_a_passphrase_needs_no_key() -> None:
    assert SCOPE.state
    text = read_policy(replace(SCOPE, state=replace(SCOPE.state, key_alias=None)))
    assert "kms:Decrypt" not in text
    assert "s3:GetObject" in text


@pytest.mark.parametrize(
    "action",
    ["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:DetachRolePolicy", "iam:DeleteRolePolicy",
     "iam:PutRolePermissionsBoundary"],
)  # fmt: skip
def test_roles_get_permissions_only_under_the_boundary(action: str) -> None:
    [statement] = allowing(action)
    assert statement["Condition"]["StringEquals"] == {"iam:PermissionsBoundary": BOUNDARY}
    assert statement["Resource"] == ["arn:aws:iam::111122223333:role/shop-prod-*"]


def test_roles_can_get_only_the_stacks_policies_and_listed_aws_managed_ones() -> None:
    [statement] = allowing("iam:AttachRolePolicy")
    own, *aws = sorted(statement["Condition"]["ArnLike"]["iam:PolicyARN"])
    assert own == "arn:aws:iam::111122223333:policy/shop-prod-*"
    assert not any("*" in arn for arn in aws)
    assert not any(re.search("Administrator|FullAccess|PowerUser|IAM", arn) for arn in aws)


@pytest.mark.parametrize(
    "action", ["iam:UpdateAssumeRolePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeleteRole"]
)
def test_actions_without_boundary_conditions_need_the_stacks_tags(action: str) -> None:
    [statement] = allowing(action)
    assert statement["Condition"] == {"StringEquals": OWNED}


@pytest.mark.parametrize(
    "prefix",
    ["iam:CreateUser", "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:AttachUser", "iam:PutUser", "iam:PutGroup",
     "iam:DeleteRolePermissionsBoundary", "iam:SetDefaultPolicyVersion", "iam:DeleteOpenIDConnectProvider",
     "sts:AssumeRole", "organizations:", "lambda:", "ssm:"],
)  # fmt: skip
def test_no_policy_has_a_way_around_the_boundary(prefix: str) -> None:
    assert [a for text in TEXTS.values() for s in statements(text) for a in s["Action"] if a.startswith(prefix)] == []


def test_roles_are_passed_by_name_and_to_named_services() -> None:
    [statement] = allowing("iam:PassRole")
    assert statement["Resource"] == ["arn:aws:iam::111122223333:role/shop-prod-*"]
    services = statement["Condition"]["StringEquals"]["iam:PassedToService"]
    assert "eks.amazonaws.com" in services
    assert not any("*" in service for service in services)


def test_network_is_changed_by_tag_only() -> None:
    for statement in statements(TEXTS["network"]):
        assert "Condition" in statement or statement["Action"] == [PRIVATE_DNS]
    [change] = [s for s in statements(TEXTS["network"]) if "ec2:DeleteVpc" in s["Action"]]
    assert change["Condition"] == {"StringEquals": OWNED}


def test_only_a_stack_with_interface_endpoints_may_join_their_private_zones() -> None:
    [statement] = allowing(PRIVATE_DNS)
    assert statement["Resource"] == ["arn:aws:route53:::hostedzone/*"]
    assert PRIVATE_DNS not in network_policy(replace(SCOPE, interface_endpoints=False))


def test_created_resources_get_the_stacks_tags_and_tagged_ones_cannot_be_taken_over() -> None:
    new = {"aws:RequestTag/Environment": "prod", "aws:RequestTag/Project": "shop"}
    for action in ("ec2:CreateVpc", "ecr:CreateRepository", "iam:CreatePolicy", "kms:CreateKey"):
        statement = next(s for s in allowing(action) if s["Condition"]["StringEquals"].keys() >= new.keys())
        assert statement["Condition"]["Null"] == {"aws:ResourceTag/Environment": "true"}
        assert statement["Condition"]["StringEquals"].items() >= new.items()


@pytest.mark.parametrize("action", ["ecr:DeleteRepository", "kms:ScheduleKeyDeletion", "kms:PutKeyPolicy"])
def test_resources_without_the_stacks_prefix_are_changed_by_tag(action: str) -> None:
    [statement] = allowing(action)
    assert statement["Condition"] == {"StringEquals": OWNED}


@pytest.mark.parametrize(
    "action",
    ["rds:DeleteDBInstance", "elasticache:DeleteReplicationGroup", "logs:DeleteLogGroup", "eks:DeleteCluster",
     "s3:DeleteBucket", "s3:DeleteObjectVersion", "secretsmanager:GetSecretValue"],
)  # fmt: skip
def test_resources_with_the_stacks_prefix_are_changed_by_name(action: str) -> None:
    [statement] = allowing(action)
    # Secrets are named by environment.
    names = ("shop-prod", "secret:shop/prod/", "og:default:*")
    assert all(any(name in arn for name in names) for arn in statement["Resource"])


def test_the_deploy_role_cannot_push_images() -> None:
    assert not [s for name in DEPLOY for s in statements(TEXTS[name]) if "ecr:PutImage" in s["Action"]]


def test_stack_without_a_cluster_has_no_permissions_on_clusters() -> None:
    scope = replace(SCOPE, cluster_name=None)
    texts = [network_policy(scope), cluster_policy(scope, manages_repositories=True)]
    assert not any('"eks:' in text or "aws:eks:cluster-name" in text for text in texts)


def test_instances_start_only_from_the_accounts_launch_templates() -> None:
    [statement] = allowing("ec2:RunInstances")
    template = "arn:aws:ec2:eu-central-1:111122223333:launch-template/*"
    assert statement["Condition"] == {"ArnLike": {"ec2:LaunchTemplate": template}}


def test_key_grants_are_limited_to_the_stacks_keys_and_possible_for_a_new_cluster() -> None:
    [statement] = allowing("kms:CreateGrant")
    assert statement["Condition"] == {"StringEquals": OWNED}
