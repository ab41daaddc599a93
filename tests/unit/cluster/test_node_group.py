"""The managed node group: components/cluster/node_group.py and security_group.py."""

import base64
import json
from functools import cache
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components.account.account import Account
from components.cluster.node_group import NodeGroup, NodeGroupArgs, NodeNumbers
from components.config.cluster import NodesConfig
from tests.harness.harness import Recorded, Run, run_program

ACCOUNT = Account(account_id="111122223333", region="eu-west-1", permissions_boundary_name="cap")
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
CONTROL_PLANE_GROUP = "sg-control-plane"


def settings(**changes: Any) -> NodesConfig:
    section = {"instanceType": "t3.large", "minimum": 2, "desired": 3, "maximum": 5, **changes}
    return NodesConfig.model_validate_json(json.dumps(section))


def run(config: NodesConfig | None = None, **changes: Any) -> Run:
    def program() -> None:
        addon = aws.eks.Addon("vpc-cni", cluster_name="shop-live", addon_name="vpc-cni")
        nodes = NodeGroup(
            "shop-live-nodes",
            NodeGroupArgs(
                settings=config or settings(),
                account=ACCOUNT,
                kubernetes_version="1.36",
                cluster_name="shop-live",
                control_plane_security_group_id=CONTROL_PLANE_GROUP,
                vpc_id="vpc-1",
                vpc_cidr="10.0.0.0/16",
                private_subnet_ids=["subnet-1", "subnet-2"],
                key_alias="shop-live-nodes",
                tags={"Project": "shop"},
                after=[addon],
                **changes,
            ),
        )
        pulumi.export("group", nodes.security_group_id)
        pulumi.export("node_group", nodes.node_group.urn)

    return run_program(program)


@cache
def plain() -> Run:
    return run()


def group(of: Run) -> Recorded:
    return of.one("aws:eks/nodeGroup:NodeGroup")


def template(of: Run) -> Recorded:
    return of.one("aws:ec2/launchTemplate:LaunchTemplate")


def security_group_id() -> str:
    return plain().outputs["group"]


def test_nodes_are_in_the_clusters_private_subnets() -> None:
    assert group(plain()).inputs["subnetIds"] == ["subnet-1", "subnet-2"]
    assert group(plain()).inputs["clusterName"] == "shop-live"


def test_nodes_have_no_public_address() -> None:
    (interface,) = template(plain()).inputs["networkInterfaces"]
    assert interface["associatePublicIpAddress"] == "false"
    assert interface["deviceIndex"] == 0


def test_nodes_have_only_our_security_group() -> None:
    (interface,) = template(plain()).inputs["networkInterfaces"]
    assert interface["securityGroups"] == [security_group_id()]
    assert "vpcSecurityGroupIds" not in template(plain()).inputs


def test_metadata_needs_a_token_and_is_unreachable_from_pods() -> None:
    options = template(plain()).inputs["metadataOptions"]
    assert options == {"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 1}


def test_volumes_are_encrypted_gp3_with_the_configured_size() -> None:
    (mapping,) = template(run(settings(diskGib=80))).inputs["blockDeviceMappings"]
    assert mapping["deviceName"] == "/dev/xvda"
    expected = {"volumeType": "gp3", "volumeSize": 80, "encrypted": "true", "deleteOnTermination": "true"}
    assert mapping["ebs"] == expected


def test_bottlerocket_volumes_are_all_encrypted() -> None:
    mappings = template(run(settings(amiFamily="BOTTLEROCKET"))).inputs["blockDeviceMappings"]
    assert [m["deviceName"] for m in mappings] == ["/dev/xvda", "/dev/xvdb"]
    assert [m["ebs"]["encrypted"] for m in mappings] == ["true", "true"]


def test_volumes_have_no_customer_managed_key_by_default() -> None:
    assert plain().all("aws:kms/key:Key") == []


def test_customer_managed_key_encrypts_the_volumes_and_is_protected() -> None:
    result = run(settings(customerManagedKey=True))
    (mapping,) = template(result).inputs["blockDeviceMappings"]
    assert ":key/" in mapping["ebs"]["kmsKeyId"]
    assert result.depends(template(result), result.one("aws:kms/key:Key"))
    assert result.one("aws:kms/key:Key").protect is True
    assert result.one("aws:kms/alias:Alias").inputs["name"] == "alias/shop-live-nodes"
    assert run(settings(customerManagedKey=True), protect=False).one("aws:kms/key:Key").protect is False


def test_auto_scaling_may_use_the_customer_managed_key() -> None:
    policy = json.loads(run(settings(customerManagedKey=True)).one("aws:kms/key:Key").inputs["policy"])
    role = "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    scaling = {s["Sid"]: s for s in policy["Statement"] if s["Principal"]["AWS"].endswith(role)}
    assert "kms:GenerateDataKeyWithoutPlaintext" in scaling["AutoScalingVolumes"]["Action"]
    assert scaling["AutoScalingGrants"]["Action"] == ["kms:CreateGrant"]
    assert scaling["AutoScalingGrants"]["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}


def rules(kind: str) -> set[tuple[str, str, str, int | None, int | None]]:
    return {
        (
            r.inputs["securityGroupId"],
            r.inputs.get("referencedSecurityGroupId") or r.inputs["cidrIpv4"],
            r.inputs["ipProtocol"],
            r.inputs.get("fromPort"),
            r.inputs.get("toPort"),
        )
        for r in plain().all(kind)
    }


def test_ingress_is_from_nodes_and_control_plane_only() -> None:
    nodes = security_group_id()
    assert rules(INGRESS) == {
        (nodes, nodes, "-1", None, None),
        (nodes, CONTROL_PLANE_GROUP, "tcp", 443, 443),
        (nodes, CONTROL_PLANE_GROUP, "tcp", 1025, 65535),
        (CONTROL_PLANE_GROUP, nodes, "tcp", 443, 443),
    }


def test_egress_is_to_the_vpc_and_https_only() -> None:
    nodes = security_group_id()
    assert rules(EGRESS) == {(nodes, "10.0.0.0/16", "-1", None, None), (nodes, "0.0.0.0/0", "tcp", 443, 443)}


def test_internet_egress_ports_follow_the_settings() -> None:
    result = run(settings(egressPorts=[443, 22])).all(EGRESS, cidrIpv4="0.0.0.0/0")
    assert [(r.name, r.inputs["fromPort"], r.inputs["toPort"]) for r in result] == [
        ("shop-live-nodes-internet-443", 443, 443),
        ("shop-live-nodes-internet-22", 22, 22),
    ]


def test_group_and_rules_have_descriptions_and_no_rule_is_inline() -> None:
    security_group = plain().one("aws:ec2/securityGroup:SecurityGroup")
    assert {"ingress", "egress"}.isdisjoint(security_group.inputs)
    assert security_group.inputs["vpcId"] == "vpc-1"
    assert security_group.inputs["tags"] == {"Name": "shop-live-nodes"}
    assert all(r.inputs["description"] for r in [security_group, *plain().all(INGRESS), *plain().all(EGRESS)])


def test_node_role_has_exactly_the_policies_of_a_node() -> None:
    prefix = "arn:aws:iam::aws:policy/"
    assert {r.inputs["policyArn"].removeprefix(prefix) for r in plain().all(ATTACHMENT)} == {
        "AmazonEKSWorkerNodePolicy",
        "AmazonEC2ContainerRegistryPullOnly",
        "AmazonSSMManagedInstanceCore",
    }


def test_node_role_trusts_ec2_and_has_the_boundary() -> None:
    role = plain().one("aws:iam/role:Role")
    (statement,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert statement["Principal"] == {"Service": "ec2.amazonaws.com"}
    assert role.inputs["permissionsBoundary"] == "arn:aws:iam::111122223333:policy/cap"
    assert role.urn in group(plain()).property_dependencies["nodeRoleArn"]


def test_nodes_depend_on_addons_policies_and_rules() -> None:
    needed = [r for kind in ("aws:eks/addon:Addon", ATTACHMENT, INGRESS, EGRESS) for r in plain().all(kind)]
    assert len(needed) == 1 + 3 + 4 + 2
    assert {r.urn for r in needed} <= group(plain()).depends_on


def test_without_an_autoscaler_the_settings_decide_how_many_nodes_there_are() -> None:
    assert group(plain()).inputs["scalingConfig"] == {"minSize": 2, "desiredSize": 3, "maxSize": 5}
    assert group(plain()).ignore_changes == []


@pytest.mark.parametrize(
    ("minimum", "now", "maximum", "desired"),
    [(2, 3, 4, 3), (2, 5, 6, 5), (3, 2, 5, 3), (2, 6, 5, 5), (1, 1, 5, 1)],
)
def test_new_limits_keep_the_autoscalers_number_of_nodes(minimum: int, now: int, maximum: int, desired: int) -> None:
    existing = NodeNumbers(minimum=1, desired=now, maximum=9)
    result = group(run(settings(minimum=minimum, desired=minimum, maximum=maximum), existing=existing))
    assert result.inputs["scalingConfig"] == {"minSize": minimum, "desiredSize": desired, "maxSize": maximum}
    assert result.ignore_changes == []


def test_without_new_limits_the_number_of_nodes_is_no_reason_for_an_update() -> None:
    result = group(run(existing=NodeNumbers(minimum=2, desired=5, maximum=5)))
    assert result.ignore_changes == ["scalingConfig"]


def test_updates_are_gradual_and_broken_nodes_are_repaired() -> None:
    assert group(plain()).inputs["updateConfig"] == {"maxUnavailablePercentage": 33}
    assert group(run(settings(maxUnavailablePercent=10))).inputs["updateConfig"] == {"maxUnavailablePercentage": 10}
    assert group(plain()).inputs["nodeRepairConfig"] == {"enabled": True}


def test_nodes_run_the_version_of_the_cluster() -> None:
    assert group(plain()).inputs["version"] == "1.36"


def test_nodes_have_no_ssh_access() -> None:
    assert "remoteAccess" not in group(plain()).inputs
    assert "keyName" not in template(plain()).inputs


def test_instance_type_and_capacity_type_follow_the_stack_file() -> None:
    result = run(settings(instanceType="m7g.xlarge", capacityType="SPOT"))
    assert template(result).inputs["instanceType"] == "m7g.xlarge"
    assert group(result).inputs["capacityType"] == "SPOT"
    assert group(result).inputs["amiType"] == "AL2023_ARM_64_STANDARD"
    assert "instanceTypes" not in group(result).inputs


def test_nodes_use_the_latest_launch_template_version() -> None:
    assert group(plain()).inputs["launchTemplate"]["version"] == "1"
    assert template(plain()).urn in group(plain()).property_dependencies["launchTemplate"]


def test_instances_volumes_and_interfaces_are_tagged() -> None:
    specifications = template(plain()).inputs["tagSpecifications"]
    assert [s["resourceType"] for s in specifications] == ["instance", "volume", "network-interface"]
    assert all(s["tags"] == {"Project": "shop", "Name": "shop-live-nodes"} for s in specifications)


def test_max_pods_is_set_only_with_prefix_delegation() -> None:
    assert "userData" not in template(plain()).inputs
    data = template(run(settings(prefixDelegation=True))).inputs["userData"]
    assert "maxPods: 110" in base64.b64decode(data).decode()


def test_every_resource_is_a_child_and_outputs_are_registered() -> None:
    component = plain().one("platform:nodes:NodeGroup")
    assert [r.name for r in plain().resources if r not in plain().under(component) and r != component] == ["vpc-cni"]
    assert component.outputs["securityGroupId"] == security_group_id()
    assert component.outputs["roleArn"] == group(plain()).inputs["nodeRoleArn"]
    assert plain().outputs["node_group"] == group(plain()).urn
