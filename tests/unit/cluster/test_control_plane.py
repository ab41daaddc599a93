"""The control plane (components/cluster/control_plane.py) and its access entries (access_entries.py)."""

import json
from functools import cache
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_eks as eks
import pytest

from components.account.account import Account
from components.cluster.access_entries import DEPLOYERS_GROUP, SMOKE_TESTERS_GROUP
from components.cluster.control_plane import Cluster, ClusterArgs, creator_is_no_admin
from components.config.cluster import ClusterConfig
from tests.harness.harness import Recorded, Run, run_program

CLUSTER_ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
VIEW = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
ACCOUNT = Account(account_id="111122223333", region="eu-west-1", permissions_boundary_name="cap")
NODES = {"instanceType": "t3.large", "minimum": 2, "desired": 2, "maximum": 3}
ADMIN = "arn:aws:iam::111122223333:role/team/platform-admin"
DEPLOYER = "arn:aws:iam::111122223333:role/deployer"
SMOKE = "arn:aws:iam::111122223333:role/shop-live-smoke"
DEPLOY = "arn:aws:iam::111122223333:role/ci-deploy"
PREVIEW = "arn:aws:iam::111122223333:role/ci-preview"
COMPONENT, CONTROL_PLANE = "platform:cluster:Cluster", "eks:index:Cluster"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
ENTRY, POLICY = "aws:eks/accessEntry:AccessEntry", "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"


def settings(**changes: Any) -> ClusterConfig:
    section = {"version": "1.36", "adminRoleArns": [ADMIN], "nodes": NODES, **changes}
    return ClusterConfig.model_validate_json(json.dumps(section))


def run(config: ClusterConfig | None = None, **changes: Any) -> Run:
    def program() -> None:
        providers: list[pulumi.ProviderResource] = [aws.Provider("aws", region="eu-west-1"), eks.Provider("eks")]
        nat = aws.ec2.NatGateway("nat", subnet_id="subnet-0", opts=pulumi.ResourceOptions(provider=providers[0]))
        cluster = Cluster(
            "shop-live",
            ClusterArgs(
                name="shop-live",
                settings=config or settings(),
                account=ACCOUNT,
                vpc_id="vpc-1",
                subnet_ids=["subnet-1", "subnet-2"],
                egress=[nat],
                **changes,
            ),
            pulumi.ResourceOptions(providers=providers),
        )
        pulumi.export("name", cluster.name)
        pulumi.export("access", [resource.urn for resource in cluster.access])
        pulumi.export("group", cluster.control_plane_security_group_id)
        pulumi.export("kubeconfig", cluster.kubeconfig_json)

    return run_program(program)


@cache
def plain() -> Run:
    return run()


@cache
def control_plane() -> Recorded:
    return plain().one(CONTROL_PLANE)


def test_cluster_has_the_configured_name() -> None:
    assert control_plane().inputs["name"] == "shop-live"
    assert plain().outputs["name"] == "shop-live"


def test_public_endpoint_is_off_without_cidrs() -> None:
    assert control_plane().inputs["endpointPublicAccess"] is False
    assert control_plane().inputs["endpointPrivateAccess"] is True
    assert "publicAccessCidrs" not in control_plane().inputs


def test_public_endpoint_is_limited_to_the_cidrs() -> None:
    inputs = run(settings(publicAccessCidrs=["203.0.113.0/24"])).one(CONTROL_PLANE).inputs
    assert inputs["endpointPublicAccess"] is True
    assert inputs["endpointPrivateAccess"] is True
    assert inputs["publicAccessCidrs"] == ["203.0.113.0/24"]


def test_the_private_endpoint_accepts_those_that_the_settings_name() -> None:
    group = "sg-0123456789abcdef0"
    rules = run(settings(privateAccessCidrs=["10.9.0.0/16"], privateAccessSecurityGroupIds=[group])).all(INGRESS)
    assert [(r.inputs.get("cidrIpv4"), r.inputs.get("referencedSecurityGroupId")) for r in rules] == [
        ("10.9.0.0/16", None),
        (None, group),
    ]
    assert {(r.inputs["ipProtocol"], r.inputs["fromPort"], r.inputs["toPort"]) for r in rules} == {("tcp", 443, 443)}
    assert {r.inputs["securityGroupId"] for r in rules} == {plain().outputs["group"]}
    assert plain().all(INGRESS) == []


def test_an_existing_log_group_is_taken_over() -> None:
    assert plain().one(LOG_GROUP).import_id == ""
    taken = run(log_group_exists=True).one(LOG_GROUP)
    assert taken.import_id == taken.inputs["name"] == "/aws/eks/shop-live/cluster"


def test_control_plane_is_in_its_private_subnets() -> None:
    assert control_plane().inputs["vpcId"] == "vpc-1"
    assert control_plane().inputs["privateSubnetIds"] == ["subnet-1", "subnet-2"]
    assert {"subnetIds", "publicSubnetIds"}.isdisjoint(control_plane().inputs)


def test_authentication_is_by_access_entries_only() -> None:
    assert control_plane().inputs["authenticationMode"] == "API"


def test_pulumi_eks_creates_no_nodes_groups_or_addons() -> None:
    inputs = control_plane().inputs
    assert inputs["skipDefaultNodeGroup"] is True
    assert inputs["skipDefaultSecurityGroups"] is True
    assert inputs["useDefaultVpcCni"] is True
    assert inputs["kubeProxyAddonOptions"]["enabled"] is False
    assert inputs["corednsAddonOptions"]["enabled"] is False
    assert inputs["bootstrapSelfManagedAddons"] is False
    assert inputs["createOidcProvider"] is False


def test_support_is_standard_and_the_version_follows_the_stack_file() -> None:
    assert control_plane().inputs["upgradePolicy"] == {"supportType": "STANDARD"}
    assert control_plane().inputs["version"] == "1.36"


def test_all_control_plane_logs_are_on_by_default() -> None:
    logs = {"api", "audit", "authenticator", "controllerManager", "scheduler"}
    assert set(control_plane().inputs["enabledClusterLogTypes"]) == logs


def test_deletion_protection_and_service_addresses_follow_the_stack_file() -> None:
    assert control_plane().inputs["deletionProtection"] is True
    assert control_plane().inputs["kubernetesServiceIpAddressRange"] == "172.20.0.0/16"
    other = run(settings(deletionProtection=False, serviceCidr="10.100.0.0/16")).one(CONTROL_PLANE).inputs
    assert other["deletionProtection"] is False
    assert other["kubernetesServiceIpAddressRange"] == "10.100.0.0/16"


def test_secrets_are_encrypted_with_a_key_of_the_stack() -> None:
    key = plain().one("aws:kms/key:Key")
    assert key.urn in control_plane().property_dependencies["encryptionConfigKeyArn"]
    assert ":key/" in control_plane().inputs["encryptionConfigKeyArn"]
    assert key.inputs["enableKeyRotation"] is True
    assert plain().one("aws:kms/alias:Alias").inputs["name"] == "alias/shop-live-cluster"


@pytest.mark.parametrize("protection", [True, False])
def test_deletion_protection_also_protects_in_pulumi(*, protection: bool) -> None:
    cluster = run(settings(deletionProtection=protection)).one("eks:index:Cluster")
    assert (cluster.inputs["deletionProtection"], cluster.protect) == (protection, protection)


def test_key_protection_follows_the_stack() -> None:
    assert plain().one("aws:kms/key:Key").protect is True
    assert run(protect=False).one("aws:kms/key:Key").protect is False


def test_cluster_depends_on_its_encrypted_log_group_with_retention() -> None:
    group = plain().one("aws:cloudwatch/logGroup:LogGroup")
    assert group.inputs["name"] == "/aws/eks/shop-live/cluster"
    assert group.inputs["retentionInDays"] == 365
    assert ":key/" in group.inputs["kmsKeyId"]
    assert plain().depends(control_plane(), group)


def test_cloudwatch_may_use_the_key_for_this_cluster_only() -> None:
    policy = json.loads(plain().one("aws:kms/key:Key").inputs["policy"])
    logs = [s for s in policy["Statement"] if s["Principal"] == {"Service": "logs.eu-west-1.amazonaws.com"}]
    group = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/eks/shop-live/cluster*"
    assert [s["Condition"] for s in logs] == [{"ArnLike": {"kms:EncryptionContext:aws:logs:arn": group}}]


def test_cluster_depends_on_egress() -> None:
    assert plain().depends(control_plane(), plain().one("aws:ec2/natGateway:NatGateway"))


def test_service_role_trusts_eks_for_this_account_under_the_boundary() -> None:
    role = plain().one("aws:iam/role:Role")
    (statement,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert statement["Principal"] == {"Service": "eks.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}
    assert role.inputs["permissionsBoundary"] == "arn:aws:iam::111122223333:policy/cap"
    assert control_plane().inputs["serviceRole"] == role.urn


def test_cluster_depends_on_the_service_roles_only_policy() -> None:
    policy = plain().one("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert policy.inputs["policyArn"] == "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
    assert plain().depends(control_plane(), policy)


def transformed(type_: str) -> Run:
    def program() -> None:
        args = pulumi.ResourceTransformArgs(
            custom=True,
            type_=type_,
            name="shop-live-eksCluster",
            props={
                "name": "shop-live",
                "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": True},
            },
            opts=pulumi.ResourceOptions(),
        )
        result = creator_is_no_admin(args)
        pulumi.export("changed", result is not None)
        if result is not None:
            pulumi.export("props", result.props)

    return run_program(program)


def test_cluster_creator_is_not_an_implicit_administrator() -> None:
    assert control_plane().transforms == (creator_is_no_admin,)
    assert transformed("aws:eks/cluster:Cluster").outputs["props"] == {
        "name": "shop-live",
        "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
    }


def test_transform_leaves_other_children_unchanged() -> None:
    assert transformed("aws:ec2/securityGroup:SecurityGroup").outputs == {"changed": False}


def access(of: Run) -> dict[str, str]:
    return {r.inputs["principalArn"]: r.inputs["policyArn"] for r in of.all(POLICY)}


def test_only_listed_administrators_are_cluster_admins() -> None:
    assert access(plain()) == {ADMIN: CLUSTER_ADMIN}
    assert [r.inputs["principalArn"] for r in plain().all(ENTRY)] == [ADMIN]
    assert plain().one(POLICY).inputs["accessScope"] == {"type": "cluster"}


def test_deploy_role_administers_and_preview_role_only_reads() -> None:
    result = run(deploy_role_arn=DEPLOY, preview_role_arn=PREVIEW)
    assert access(result) == {ADMIN: CLUSTER_ADMIN, DEPLOY: CLUSTER_ADMIN, PREVIEW: VIEW}


def test_deployers_get_a_kubernetes_group_and_no_access_policy() -> None:
    result = run(settings(deployerRoleArns=[DEPLOYER]))
    (entry,) = result.all(ENTRY, principalArn=DEPLOYER)
    assert entry.inputs["kubernetesGroups"] == [DEPLOYERS_GROUP] == ["platform:deployers"]
    assert DEPLOYER not in access(result)


def test_smoke_testers_get_their_own_kubernetes_group_and_no_access_policy() -> None:
    result = run(settings(smokeTesterRoleArns=[DEPLOYER]))
    (entry,) = result.all(ENTRY, principalArn=DEPLOYER)
    assert entry.inputs["kubernetesGroups"] == [SMOKE_TESTERS_GROUP] == ["platform:smoke-testers"]
    assert DEPLOYER not in access(result)


def test_cis_smoke_role_is_a_smoke_tester() -> None:
    result = run(smoke_role_arn=SMOKE)
    (entry,) = result.all(ENTRY, principalArn=SMOKE)
    assert entry.inputs["kubernetesGroups"] == [SMOKE_TESTERS_GROUP]
    assert SMOKE not in access(result)


def test_administrators_are_in_no_kubernetes_group() -> None:
    assert "kubernetesGroups" not in plain().one(ENTRY).inputs


def test_access_entries_are_named_by_role_not_by_position() -> None:
    second = "arn:aws:iam::111122223333:role/on-call"
    names = {r.name for r in run(settings(adminRoleArns=[second, ADMIN])).all(ENTRY)}
    assert names == {"shop-live-admin-platform-admin", "shop-live-admin-on-call"}


def test_access_entries_depend_on_the_cluster_and_are_exposed() -> None:
    entry, policy = plain().one(ENTRY), plain().one(POLICY)
    assert entry.inputs["clusterName"] == "shop-live"
    assert plain().depends(entry, control_plane())
    assert plain().depends(policy, entry)
    assert set(plain().outputs["access"]) == {entry.urn, policy.urn}


def test_every_resource_is_a_child_with_the_given_providers() -> None:
    component = plain().one(COMPONENT)
    outside = [r.name for r in plain().resources if r not in plain().under(component) and r != component]
    assert sorted(outside) == ["aws", "eks", "nat"]
    assert all(r.provider for r in plain().under(component) if r.type.startswith("aws:"))
    assert set(control_plane().providers) == {"aws", "eks"}


def test_outputs_are_registered() -> None:
    outputs = plain().one(COMPONENT).outputs
    assert outputs["name"] == "shop-live"
    assert outputs["arn"] == "arn:aws:eks:ap-northeast-1:025434362120:cluster/shop-live"
    assert outputs["endpoint"].startswith("https://")
    assert outputs["oidcIssuer"].startswith("https://oidc.eks.")
    assert outputs["controlPlaneSecurityGroupId"] == plain().outputs["group"]
    assert plain().outputs["group"].startswith("sg-")
    assert outputs["kubeconfigJson"] == plain().outputs["kubeconfig"]
    assert "get-token" in plain().outputs["kubeconfig"]
