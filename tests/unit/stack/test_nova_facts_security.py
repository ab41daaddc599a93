"""Nova's CI identity and the security that its description asks for."""

import ipaddress
import json
from typing import Any

import pytest

from tests.facts.nova import ACCOUNT, NAMES, PUSH_ROLE, PUSH_ROLE_ARN, REGION, STAGES, Stage
from tests.harness.harness import Recorded, Run

ROLE = "aws:iam/role:Role"
GITHUB = "token.actions.githubusercontent.com"

each_stage = pytest.mark.parametrize("stage", STAGES, ids=[stage.name for stage in STAGES])


def push_role(run: Run) -> Recorded:
    return next(r for r in run.all(ROLE) if r.inputs.get("name") == PUSH_ROLE)


def statements(document: str) -> list[dict[str, Any]]:
    return json.loads(document)["Statement"]


def test_the_build_assumes_github_actions_role(staging: Run) -> None:
    assert len(staging.all(ROLE, name=PUSH_ROLE)) == 1


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_its_arn_is_an_output_of_both_stacks(stack: str, staging: Run, prod: Run) -> None:
    assert {"staging": staging, "prod": prod}[stack].outputs["pushRoleArn"] == PUSH_ROLE_ARN


def test_production_takes_stagings_role_and_repositories(prod: Run) -> None:
    assert prod.all(ROLE, name=PUSH_ROLE) == []
    assert prod.all("aws:ecr/repository:Repository") == []
    assert prod.all("aws:iam/openIdConnectProvider:OpenIdConnectProvider") == []


def test_the_build_is_known_by_github_oidc_alone(staging: Run) -> None:
    (trust,) = statements(push_role(staging).inputs["assumeRolePolicy"])
    assert trust["Principal"] == {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"}
    assert trust["Action"] == ["sts:AssumeRoleWithWebIdentity"]
    assert trust["Condition"]["StringEquals"][f"{GITHUB}:aud"] == "sts.amazonaws.com"


def test_the_build_pushes_from_main_and_from_the_environments_for_pull_requests_and_releases_only(staging: Run) -> None:
    (trust,) = statements(push_role(staging).inputs["assumeRolePolicy"])
    subjects = trust["Condition"]["StringEquals"][f"{GITHUB}:sub"]
    assert subjects[0] == "repo:proerror77/Nova:ref:refs/heads/main"
    contexts = {subject.split(":", 2)[2] for subject in subjects}
    assert contexts == {"ref:refs/heads/main", "environment:dev", "environment:release"}
    assert not any("*" in subject for subject in subjects)


def test_the_build_pushes_to_the_eight_repositories_only(staging: Run) -> None:
    policy = staging.one("aws:iam/policy:Policy", "nova-staging-push")
    push = [s for s in statements(policy.inputs["policy"]) if "ecr:PutImage" in s["Action"]]
    expected = [f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/nova/{name}" for name in NAMES]
    assert [sorted(statement["Resource"]) for statement in push] == [sorted(expected)]


def test_the_build_has_one_policy_and_no_more(staging: Run) -> None:
    policies = [r.name for r in staging.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment", role=PUSH_ROLE)]
    assert policies == ["nova-staging-push"]
    assert staging.all("aws:iam/rolePolicy:RolePolicy", role=PUSH_ROLE) == []


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_nothing_has_a_key_that_lives_long(stack: str, staging: Run, prod: Run) -> None:
    run = {"staging": staging, "prod": prod}[stack]
    assert len(run.all(ROLE)) > 0
    assert [r.type for r in run.resources if r.type.startswith(("aws:iam/user", "aws:iam/accessKey"))] == []


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_roles_are_assumed_by_services_and_by_github_only(stack: str, staging: Run, prod: Run) -> None:
    for role in {"staging": staging, "prod": prod}[stack].all(ROLE):
        for trust in statements(role.inputs["assumeRolePolicy"]):
            assert set(trust["Principal"]) <= {"Service", "Federated"}, role.name


@each_stage
def test_the_deployer_looks_at_and_changes_deployments_only(stage: Stage, staging: Run, prod: Run) -> None:
    run = {"staging": staging, "prod": prod}[stage.stack]
    role = run.one("kubernetes:rbac.authorization.k8s.io/v1:Role", f"{stage.name}-deployer").inputs
    assert role["metadata"]["namespace"] == stage.namespace
    (rule,) = role["rules"]
    assert (rule["apiGroups"], rule["resources"]) == (["apps"], ["deployments"])
    assert sorted(rule["verbs"]) == ["get", "list", "patch", "update"]


@each_stage
def test_a_namespace_denies_all_traffic_that_nothing_opens(stage: Stage, staging: Run, prod: Run) -> None:
    run = {"staging": staging, "prod": prod}[stage.stack]
    policy = run.one("kubernetes:networking.k8s.io/v1:NetworkPolicy", f"{stage.name}-default-deny").inputs
    assert policy["metadata"]["namespace"] == stage.namespace
    assert policy["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


@each_stage
def test_a_namespace_has_a_quota(stage: Stage, staging: Run, prod: Run) -> None:
    run = {"staging": staging, "prod": prod}[stage.stack]
    quota = run.one("kubernetes:core/v1:ResourceQuota", stage.name).inputs
    assert quota["metadata"]["namespace"] == stage.namespace
    assert {"requests.cpu", "requests.memory", "limits.cpu", "limits.memory", "pods"} <= set(quota["spec"]["hard"])


def test_images_are_scanned(staging: Run) -> None:
    repositories = staging.all("aws:ecr/repository:Repository")
    assert [r.inputs["imageScanningConfiguration"] for r in repositories] == [{"scanOnPush": True}] * len(NAMES)


def test_network_policies_are_enforced(staging: Run, prod: Run) -> None:
    for run in (staging, prod):
        (cni,) = run.all("aws:eks/addon:Addon", addonName="vpc-cni")
        assert json.loads(cni.inputs["configurationValues"])["enableNetworkPolicy"] == "true"


def test_argo_cd_gives_nobody_rights_by_default(staging: Run) -> None:
    rbac = staging.one("kubernetes:helm.sh/v3:Release", "argocd").inputs["values"]["configs"]["rbac"]
    assert rbac["policy.default"] in ("", "role:readonly")


def test_staging_and_production_share_neither_cluster_nor_network(staging: Run, prod: Run) -> None:
    ranges = [ipaddress.ip_network(run.one("aws:ec2/vpc:Vpc").inputs["cidrBlock"]) for run in (staging, prod)]
    assert not ranges[0].overlaps(ranges[1])
    assert staging.one("eks:index:Cluster").inputs["name"] != prod.one("eks:index:Cluster").inputs["name"]
    joins = ("aws:ec2/vpcPeering", "aws:ec2transitgateway")
    assert [r.type for run in (staging, prod) for r in run.resources if r.type.startswith(joins)] == []
