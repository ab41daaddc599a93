"""The EKS add-ons, their versions and their pods: components/cluster/addons.py, versions.py and addon_pods.py."""

import json
from functools import cache
from typing import Any, get_args

import pulumi
import pulumi_aws as aws
import pytest

from components.account.account import Account
from components.cluster.addon_pods import SYSTEM_PODS
from components.cluster.addons import (
    BootstrapAddons,
    BootstrapAddonsArgs,
    WorkloadAddons,
    WorkloadAddonsArgs,
)
from components.config.cluster import ClusterConfig
from components.config.versions import ADDON_VERSIONS
from components.sizing.quantities import mebibytes, millicores
from tests.harness.harness import Recorded, Run, run_program

ACCOUNT = Account(account_id="111122223333", region="eu-west-1", permissions_boundary_name="cap")
ARN = "arn:aws:eks:eu-west-1:111122223333:cluster/shop-live"
ADDON, ROLE = "aws:eks/addon:Addon", "aws:iam/role:Role"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
VERSIONS = ADDON_VERSIONS["1.36"]
BEFORE_NODES = {"vpc-cni", "kube-proxy", "eks-pod-identity-agent"}
AFTER_NODES = {"coredns", "aws-ebs-csi-driver", "metrics-server"}


def run(*, prefix_delegation: bool = False) -> Run:
    def program() -> None:
        common: Any = {
            "cluster_name": "shop-live",
            "cluster_arn": ARN,
            "account": ACCOUNT,
            "versions": VERSIONS,
            "tags": {"Environment": "live", "Owner": "platform, on call", "Project": "shop"},
        }
        before = BootstrapAddons("live", BootstrapAddonsArgs(prefix_delegation=prefix_delegation, **common))
        nodes = aws.eks.NodeGroup(
            "nodes",
            cluster_name="shop-live",
            node_role_arn="arn:aws:iam::111122223333:role/nodes",
            subnet_ids=[],
            scaling_config=aws.eks.NodeGroupScalingConfigArgs(min_size=1, desired_size=1, max_size=1),
            opts=pulumi.ResourceOptions(depends_on=list(before.ready)),
        )
        after = WorkloadAddons("live", WorkloadAddonsArgs(nodes=nodes, **common))
        pulumi.export("ready", [resource.urn for resource in (*before.ready, *after.ready)])

    return run_program(program)


@cache
def plain() -> Run:
    return run()


def addon(name: str) -> Recorded:
    (found,) = plain().all(ADDON, addonName=name)
    return found


def configuration(name: str) -> dict[str, Any]:
    return json.loads(addon(name).inputs["configurationValues"])


def test_volumes_and_network_interfaces_have_the_tags_that_keep_stages_apart() -> None:
    volumes = configuration("aws-ebs-csi-driver")["controller"]["extraVolumeTags"]
    interfaces = json.loads(configuration("vpc-cni")["env"]["ADDITIONAL_ENI_TAGS"])
    assert volumes == interfaces == {"Environment": "live", "Project": "shop"}


def test_all_six_addons_are_installed_into_the_cluster() -> None:
    assert {r.inputs["addonName"] for r in plain().all(ADDON)} == BEFORE_NODES | AFTER_NODES
    assert all(r.inputs["clusterName"] == "shop-live" for r in plain().all(ADDON))


def test_every_addon_has_its_pinned_version() -> None:
    assert {r.inputs["addonName"]: r.inputs["addonVersion"] for r in plain().all(ADDON)} == {
        "vpc-cni": VERSIONS.vpc_cni,
        "kube-proxy": VERSIONS.kube_proxy,
        "coredns": VERSIONS.coredns,
        "eks-pod-identity-agent": VERSIONS.pod_identity_agent,
        "aws-ebs-csi-driver": VERSIONS.ebs_csi_driver,
        "metrics-server": VERSIONS.metrics_server,
    }


def test_network_addons_come_before_the_nodes() -> None:
    nodes = plain().named("nodes")
    assert all(plain().depends(nodes, addon(name)) for name in BEFORE_NODES)
    assert not any(plain().depends(addon(name), nodes) for name in BEFORE_NODES)


def test_addons_that_need_nodes_come_after_them() -> None:
    nodes = plain().named("nodes")
    assert all(nodes.urn in addon(name).depends_on for name in AFTER_NODES)


def test_ready_is_every_addon() -> None:
    assert set(plain().outputs["ready"]) == {r.urn for r in plain().all(ADDON)}


def test_network_policies_are_enforced() -> None:
    assert configuration("vpc-cni")["enableNetworkPolicy"] == "true"


def test_prefixes_are_given_to_nodes_where_the_stack_asks_and_policies_stay_on() -> None:
    (cni,) = run(prefix_delegation=True).all(ADDON, addonName="vpc-cni")
    delegating = json.loads(cni.inputs["configurationValues"])
    added = delegating["env"].items() - configuration("vpc-cni")["env"].items()
    assert delegating["enableNetworkPolicy"] == "true"
    assert dict(added) == {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1"}


def test_what_the_program_says_wins_over_edits_by_hand() -> None:
    assert {r.inputs["resolveConflictsOnCreate"] for r in plain().all(ADDON)} == {"OVERWRITE"}
    assert {r.inputs["resolveConflictsOnUpdate"] for r in plain().all(ADDON)} == {"OVERWRITE"}


def test_configurations_have_sorted_keys() -> None:
    texts = [r.inputs["configurationValues"] for r in plain().all(ADDON) if "configurationValues" in r.inputs]
    assert len(texts) == 5
    assert texts == [json.dumps(json.loads(text), sort_keys=True) for text in texts]


@pytest.mark.parametrize(
    ("name", "service_account", "policy"),
    [
        ("vpc-cni", "aws-node", "AmazonEKS_CNI_Policy"),
        ("aws-ebs-csi-driver", "ebs-csi-controller-sa", "service-role/AmazonEBSCSIDriverPolicy"),
    ],
)
def test_addons_that_call_aws_have_a_pod_identity_of_their_own(name: str, service_account: str, policy: str) -> None:
    role, attachment = plain().one(ROLE, f"live-{name}"), plain().one(ATTACHMENT, f"live-{name}")
    (association,) = addon(name).inputs["podIdentityAssociations"]
    assert association["serviceAccount"] == service_account
    assert f":role/live-{name}-" in association["roleArn"]
    assert role.urn in addon(name).property_dependencies["podIdentityAssociations"]
    assert attachment.inputs["policyArn"] == f"arn:aws:iam::aws:policy/{policy}"
    assert role.urn in attachment.property_dependencies["role"]
    assert attachment.urn in addon(name).depends_on


def test_other_addons_have_no_identity() -> None:
    assert len(plain().all(ROLE)) == 2
    for name in ("kube-proxy", "eks-pod-identity-agent", "coredns", "metrics-server"):
        assert not addon(name).inputs.get("podIdentityAssociations")


def test_addon_roles_trust_pods_of_this_cluster_only_under_the_boundary() -> None:
    for role in plain().all(ROLE):
        (statement,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
        assert statement["Principal"] == {"Service": "pods.eks.amazonaws.com"}
        assert statement["Condition"] == {
            "StringEquals": {"aws:SourceAccount": "111122223333"},
            "ArnEquals": {"aws:SourceArn": ARN},
        }
        assert role.inputs["permissionsBoundary"] == "arn:aws:iam::111122223333:policy/cap"


def test_everything_is_inside_the_two_components() -> None:
    inside = [
        r
        for kind in ("platform:addons:BootstrapAddons", "platform:addons:WorkloadAddons")
        for r in plain().under(plain().one(kind))
    ]
    assert [r.name for r in plain().resources if r.custom and r not in inside] == ["nodes"]


def test_deployments_have_two_pods() -> None:
    assert configuration("coredns")["replicaCount"] == 2
    assert configuration("metrics-server")["replicas"] == 2
    assert configuration("aws-ebs-csi-driver")["controller"]["replicaCount"] == 2
    assert {g.name: g.pods for g in SYSTEM_PODS if not g.per_node} == {
        "coredns": 2,
        "ebs-csi-controller": 2,
        "metrics-server": 2,
    }


@pytest.mark.parametrize(
    ("pods", "name", "path", "containers"),
    [
        ("kube-proxy", "kube-proxy", (), 1),
        ("coredns", "coredns", (), 1),
        ("metrics-server", "metrics-server", (), 1),
        ("ebs-csi-controller", "aws-ebs-csi-driver", ("controller",), 6),
        ("ebs-csi-node", "aws-ebs-csi-driver", ("node",), 3),
    ],
)
def test_capacity_counts_what_the_addon_is_configured_with(
    pods: str, name: str, path: tuple[str, ...], containers: int
) -> None:
    (group,) = [g for g in SYSTEM_PODS if g.name == pods]
    section = configuration(name)
    for key in path:
        section = section[key]
    requests = section["resources"]["requests"]
    assert millicores(requests["cpu"]) * containers == group.cpu_request
    assert mebibytes(requests["memory"]) * containers == group.memory_request
    limit = section["resources"].get("limits", {}).get("memory")
    assert (mebibytes(limit) * containers if limit else 0) == group.memory_limit


def test_every_node_runs_four_system_pods() -> None:
    daemons = {g.name: g.pods for g in SYSTEM_PODS if g.per_node}
    assert daemons == {"aws-node": 1, "kube-proxy": 1, "eks-pod-identity-agent": 1, "ebs-csi-node": 1}
    assert all(g.cpu_request and g.memory_request for g in SYSTEM_PODS)


def cluster_config(version: str, **addons: str) -> ClusterConfig:
    section = {
        "version": version,
        "adminRoleArns": ["arn:aws:iam::111122223333:role/admin"],
        "nodes": {"instanceType": "t3.large", "minimum": 1, "desired": 1, "maximum": 1},
        "addons": addons,
    }
    return ClusterConfig.model_validate_json(json.dumps(section))


def test_versions_are_pinned_for_every_kubernetes_version_that_a_stack_may_name() -> None:
    assert set(ADDON_VERSIONS) == set(get_args(ClusterConfig.model_fields["version"].annotation))


@pytest.mark.parametrize("version", sorted(ADDON_VERSIONS))
def test_kube_proxy_follows_the_kubernetes_version(version: str) -> None:
    assert cluster_config(version).addon_versions == ADDON_VERSIONS[version]
    assert ADDON_VERSIONS[version].kube_proxy.startswith(f"v{version}.")


def test_a_stack_may_name_another_version_of_one_addon() -> None:
    found = cluster_config("1.36", vpcCni="v1.23.0-eksbuild.1").addon_versions
    assert found.vpc_cni == "v1.23.0-eksbuild.1"
    assert found.coredns == VERSIONS.coredns


@pytest.mark.parametrize("version", ["latest", "v1.22", "1.22.4-eksbuild.3"])
def test_an_addon_version_is_exact(version: str) -> None:
    with pytest.raises(ValueError, match="vpcCni"):
        cluster_config("1.36", vpcCni=version)
