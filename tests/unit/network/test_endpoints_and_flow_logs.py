"""VPC endpoints and flow logs: policies, security groups, permissions and encryption."""

import pytest
from pydantic import ValidationError

from tests.harness.mock_outputs import mock_outputs
from tests.harness.network_runs import (
    ACCOUNT,
    ENDPOINT,
    FLOW_LOG,
    GROUP,
    GROUP_ARN,
    GROUP_TYPE,
    INGRESS,
    KEY,
    LOG_GROUP,
    REGION,
    ROLE,
    ROLE_POLICY,
    SUBNET,
    TABLE,
    VPC,
    ZONES,
    id_of,
    make,
    per_zone,
    settings,
    single,
    statements,
)


def test_s3_gateway_endpoint_is_in_every_private_route_table() -> None:
    for run, tables in ((per_zone(), ZONES), (single(), ZONES[:1])):
        inputs = run.one(ENDPOINT, "net-s3").inputs
        assert inputs["vpcEndpointType"] == "Gateway"
        assert inputs["serviceName"] == f"com.amazonaws.{REGION}.s3"
        assert inputs["routeTableIds"] == [id_of(run, TABLE, f"net-private-{zone}") for zone in tables]


def test_s3_endpoint_limits_other_accounts_credentials_to_reads() -> None:
    read, own = statements(per_zone().one(ENDPOINT, "net-s3").inputs["policy"])
    assert read["Action"] == ["s3:GetObject", "s3:GetObjectVersion"]
    assert "Condition" not in read
    assert own["Condition"] == {"StringEquals": {"aws:PrincipalAccount": ACCOUNT, "aws:ResourceAccount": ACCOUNT}}


def test_interface_endpoints_are_in_every_zone_with_private_dns() -> None:
    run = per_zone()
    for service in ("ecr.api", "sts"):
        inputs = run.one(ENDPOINT, f"net-{service}").inputs
        assert inputs["serviceName"] == f"com.amazonaws.{REGION}.{service}"
        assert inputs["vpcEndpointType"] == "Interface"
        assert inputs["privateDnsEnabled"] is True
        assert inputs["subnetIds"] == [id_of(run, SUBNET, f"net-private-{zone}") for zone in ZONES]
        assert inputs["securityGroupIds"] == [id_of(run, GROUP_TYPE, "net-endpoints")]
        [policy] = statements(inputs["policy"])
        assert {action.partition(":")[0] for action in policy["Action"]} == {service.partition(".")[0]}
        assert policy["Condition"] == {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}
    assert len(run.all(ENDPOINT)) == 3


def test_interface_endpoints_accept_only_https_from_the_vpc() -> None:
    run = per_zone()
    rule = run.one(INGRESS).inputs
    assert rule["securityGroupId"] == id_of(run, GROUP_TYPE, "net-endpoints")
    assert rule["cidrIpv4"] == "10.30.0.0/16"
    assert (rule["ipProtocol"], rule["fromPort"], rule["toPort"]) == ("tcp", 443, 443)
    assert rule["description"] == "HTTPS from inside the VPC"
    group = run.one(GROUP_TYPE).inputs
    assert group["description"] == "Interface endpoints of AWS services"
    assert "ingress" not in group
    assert "egress" not in group
    assert run.all("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule") == []


def test_without_interface_endpoints_there_is_no_security_group() -> None:
    assert [r.name for r in single().all(ENDPOINT)] == ["net-s3"]
    assert single().all(GROUP_TYPE) == []
    assert single().all(INGRESS) == []


def test_flow_log_records_all_traffic() -> None:
    run = per_zone()
    assert run.one(FLOW_LOG).inputs == {
        "vpcId": id_of(run, VPC, "net"),
        "trafficType": "ALL",
        "logDestinationType": "cloud-watch-logs",
        "logDestination": GROUP_ARN,
        "iamRoleArn": mock_outputs(ROLE, "net-flow-logs", run.one(ROLE).inputs)[1]["arn"],
        "tags": {"Name": "nova-prod-flow-logs"},
    }
    assert run.one(LOG_GROUP).inputs["name"] == GROUP
    assert run.one(LOG_GROUP).inputs["retentionInDays"] == 365


def test_flow_log_depends_on_the_roles_policy() -> None:
    assert per_zone().one(ROLE_POLICY).urn in per_zone().one(FLOW_LOG).depends_on


def test_flow_logs_role_trusts_this_accounts_flow_logs_and_has_a_boundary() -> None:
    role = per_zone().one(ROLE).inputs
    assert statements(role["assumeRolePolicy"]) == [
        {
            "Sid": "AssumeByService",
            "Effect": "Allow",
            "Action": ["sts:AssumeRole"],
            "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
            "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        }
    ]
    assert role["permissionsBoundary"] == f"arn:aws:iam::{ACCOUNT}:policy/platform-boundary"


def test_flow_logs_role_can_write_to_its_group_but_not_create_groups() -> None:
    policy = per_zone().one(ROLE_POLICY).inputs
    assert policy["role"] == id_of(per_zone(), ROLE, "net-flow-logs")
    write, find = statements(policy["policy"])
    assert write["Resource"] == [GROUP_ARN, f"{GROUP_ARN}:*"]
    assert write["Action"] == ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    assert (find["Action"], find["Resource"]) == (["logs:DescribeLogGroups"], ["*"])


def test_flow_logs_key_is_for_their_log_group_only() -> None:
    run = per_zone()
    key = run.one(KEY)
    assert run.one(LOG_GROUP).inputs["kmsKeyId"] == mock_outputs(KEY, key.name, key.inputs)[1]["arn"]
    _, logs = statements(key.inputs["policy"])
    assert logs["Principal"] == {"Service": f"logs.{REGION}.amazonaws.com"}
    assert logs["Condition"] == {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"{GROUP_ARN}*"}}
    assert run.one("aws:kms/alias:Alias").inputs["name"] == "alias/nova-prod-flow-logs"
    assert key.protect is True


def test_flow_logs_key_is_optional() -> None:
    assert single().all(KEY) == []
    assert "kmsKeyId" not in single().one(LOG_GROUP).inputs
    assert make(protect=False).one(KEY).protect is False


def test_duplicate_interface_endpoint_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"sts is listed twice\. Remove one\."):
        settings(interfaceEndpoints=["sts", "kms", "sts"])
