"""The runners inside the VPC: what they may do, what they reach, and what outlives them."""

import json
from functools import cache
from typing import Any

import pulumi
import pytest
from pulumi_aws import ec2

from components.account.account import Account
from components.ci.runner import Runner, RunnerArgs
from components.config.ci import RunnerConfig
from components.config.git_urls import GithubRepository
from tests.harness.harness import Recorded, Run, run_program
from tests.harness.policy_samples import ACCOUNT, BOUNDARY, CONNECTION

COMPONENT = "platform:runner:Runner"
PROJECT = "aws:codebuild/project:Project"
WEBHOOK = "aws:codebuild/webhook:Webhook"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/rolePolicy:RolePolicy"
KEY = "aws:kms/key:Key"
SUBNET = "aws:ec2/subnet:Subnet"
ROUTE = "aws:ec2/route:Route"
API = "sg-api-server"


@cache
def run(settings: str = "{}", *, account: Account = ACCOUNT, protect: bool = True) -> Run:
    """Runners of a stack. `settings`: as JSON, over the model's defaults."""
    chosen = RunnerConfig.model_validate_json(json.dumps({"connectionArn": CONNECTION, **json.loads(settings)}))

    def program() -> None:
        subnets = [ec2.Subnet(zone, vpc_id="vpc-1", cidr_block="10.0.0.0/24") for zone in ("a", "b")]
        route = ec2.Route("out", route_table_id="rtb-1", destination_cidr_block="0.0.0.0/0", nat_gateway_id="nat-1")
        runner = Runner(
            "shop-prod-runner",
            RunnerArgs(
                name="shop-prod",
                settings=chosen,
                account=account,
                repository=GithubRepository(owner="acme", name="shop"),
                vpc_id="vpc-1",
                subnet_ids=[subnet.id for subnet in subnets],
                egress=[route],
                api_security_group_id=API,
                protect=protect,
            ),
        )
        pulumi.export("label", runner.label)

    return run_program(program)


def project(settings: str = "{}") -> dict[str, Any]:
    return run(settings).one(PROJECT).inputs


def statement(sid: str) -> dict[str, Any]:
    [found] = [s for s in json.loads(run().one(POLICY).inputs["policy"])["Statement"] if s["Sid"] == sid]
    return found


def test_the_label_is_codebuilds_for_the_project() -> None:
    assert project()["name"] == "shop-prod"
    assert run().outputs["label"] == "codebuild-shop-prod"


def test_a_runner_starts_for_each_queued_job_of_the_repository_and_for_nothing_else() -> None:
    webhook = run().one(WEBHOOK)
    assert webhook.inputs["projectName"] == "shop-prod"
    assert webhook.inputs["filterGroups"] == [{"filters": [{"type": "EVENT", "pattern": "WORKFLOW_JOB_QUEUED"}]}]
    assert run().depends(webhook, run().one(PROJECT))
    assert project()["source"] == {
        "type": "GITHUB",
        "location": "https://github.com/acme/shop.git",
        "auth": {"type": "CODECONNECTIONS", "resource": CONNECTION},
    }


def test_a_runner_is_small_and_unprivileged_and_ends() -> None:
    environment = project()["environment"]
    assert (environment["computeType"], environment["image"]) == ("BUILD_GENERAL1_SMALL", "aws/codebuild/standard:7.0")
    assert environment["privilegedMode"] is False
    assert (project()["buildTimeout"], project()["concurrentBuildLimit"]) == (360, 4)
    larger = project('{"computeType": "BUILD_GENERAL1_LARGE", "image": "aws/codebuild/standard:8.0"}')["environment"]
    assert (larger["computeType"], larger["image"]) == ("BUILD_GENERAL1_LARGE", "aws/codebuild/standard:8.0")


def test_a_runner_reaches_port_443_only_and_the_api_server_admits_it() -> None:
    group = run().one(GROUP)
    egress, ingress = run().one(EGRESS).inputs, run().one(INGRESS).inputs
    assert {k: egress[k] for k in ("cidrIpv4", "ipProtocol", "fromPort", "toPort")} == {
        "cidrIpv4": "0.0.0.0/0",
        "ipProtocol": "tcp",
        "fromPort": 443,
        "toPort": 443,
    }
    assert (ingress["securityGroupId"], ingress["fromPort"], ingress["toPort"]) == (API, 443, 443)
    assert group.urn in run().one(INGRESS).property_dependencies["referencedSecurityGroupId"]
    assert group.urn in run().one(EGRESS).property_dependencies["securityGroupId"]
    assert not {"ingress", "egress"} & group.inputs.keys()


def test_a_runner_is_in_the_private_subnets_and_in_its_own_group() -> None:
    network = project()["vpcConfig"]
    assert network["vpcId"] == "vpc-1"
    assert len(network["subnets"]) == 2
    used = run().one(PROJECT).property_dependencies["vpcConfig"]
    assert used == {run().one(GROUP).urn, *(subnet.urn for subnet in run().all(SUBNET))}


@pytest.mark.parametrize("type_", [GROUP, EGRESS, INGRESS, ROUTE, POLICY, SUBNET, LOG_GROUP])
def test_the_project_is_deleted_before_what_its_runners_need(type_: str) -> None:
    assert [r.name for r in run().all(type_) if not run().depends(run().one(PROJECT), r)] == []


def test_logs_are_encrypted_with_a_key_of_their_own_and_end() -> None:
    group = run().one(LOG_GROUP)
    assert (group.inputs["name"], group.inputs["retentionInDays"]) == ("/aws/codebuild/shop-prod/runner", 365)
    assert run().one(KEY).urn in group.property_dependencies["kmsKeyId"]
    assert project()["logsConfig"] == {"cloudwatchLogs": {"status": "ENABLED", "groupName": group.inputs["name"]}}
    assert run('{"logRetentionDays": 30}').one(LOG_GROUP).inputs["retentionInDays"] == 30
    assert (run().one(KEY).protect, run(protect=False).one(KEY).protect) == (True, False)


def test_codebuild_assumes_a_role_under_the_boundary_for_this_account_only() -> None:
    role = run().one(ROLE).inputs
    [trust] = json.loads(role["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": "codebuild.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}
    assert role["permissionsBoundary"] == BOUNDARY


def test_the_service_role_starts_a_runner_and_writes_its_log_and_nothing_else() -> None:
    statements = json.loads(run().one(POLICY).inputs["policy"])["Statement"]
    allowed = {action.partition(":")[0] for s in statements for action in s["Action"]}
    assert allowed == {"codeconnections", "ec2", "logs"}
    everywhere = {action for s in statements if s["Resource"] == ["*"] for action in s["Action"]}
    assert {action for action in everywhere if not action.startswith("ec2:Describe")} == set()
    assert statement("Connection")["Resource"] == [CONNECTION]
    log = "arn:aws:logs:eu-central-1:111122223333:log-group:/aws/codebuild/shop-prod/runner"
    assert statement("Logs")["Resource"] == [f"{log}:*"]


def test_network_interfaces_are_in_the_runners_subnets_and_lent_to_codebuild_only() -> None:
    subnets = sorted(f"arn:aws:ec2:eu-central-1:111122223333:subnet/{id_}" for id_ in project()["vpcConfig"]["subnets"])
    [group] = project()["vpcConfig"]["securityGroupIds"]
    ec2_arn = "arn:aws:ec2:eu-central-1:111122223333"
    interfaces = f"{ec2_arn}:network-interface/*"
    assert statement("NewInterface")["Resource"] == sorted([interfaces, f"{ec2_arn}:security-group/{group}", *subnets])
    for sid in ("DeleteInterface", "LendInterface"):
        assert statement(sid)["Resource"] == [interfaces]
        assert sorted(statement(sid)["Condition"]["ArnEquals"]["ec2:Subnet"]) == subnets
    lent_to = statement("LendInterface")["Condition"]["StringEquals"]
    assert lent_to == {"ec2:AuthorizedService": "codebuild.amazonaws.com"}


def test_everything_is_a_child_of_the_component() -> None:
    component: Recorded = run().one(COMPONENT)
    outside = {r.type for r in run().resources if r.custom and r not in run().under(component)}
    assert outside == {SUBNET, ROUTE}
    assert component.outputs["label"] == "codebuild-shop-prod"
