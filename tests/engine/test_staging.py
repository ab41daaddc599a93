"""Staging on the real engine: its plan matches the description, and its lifecycle the stack file."""

from itertools import pairwise
from pathlib import Path

import pytest

from sandbox.plan import Resource
from tests.engine.runs import LATE_LOGS, Step, deletion_span
from tests.facts.nova import (
    ACCOUNT,
    APPLICATION_METADATA,
    APPLICATION_SPEC,
    CLUSTER,
    NAMES,
    PUSH_ROLE,
    PUSH_ROLE_ARN,
    REGION,
    REGISTRY,
    SERVICES,
    STAGING,
    Service,
)

KEPT = {
    "aws:ecr/repository:Repository": len(NAMES),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": len(NAMES),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": 1,
    "aws:iam/role:Role": 1,
    "aws:iam/policy:Policy": 1,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": 1,
}
"""The account's shared resources, which staging creates and its destroy retains: number by type."""

DELETION_ORDER = (
    "kubernetes:argoproj.io/v1alpha1:Application",
    "kubernetes:argoproj.io/v1alpha1:AppProject",
    "kubernetes:helm.sh/v3:Release",
    "aws:eks:NodeGroup",
    "aws:eks:Cluster",
    "aws:ec2:NatGateway",
    "aws:ec2:Vpc",
)
"""Each type is deleted only after the previous one."""


def test_the_plan_has_the_account_and_region(staging_planned: Step) -> None:
    provider = staging_planned.one("pulumi:providers:aws", "aws")
    assert (provider["allowedAccountIds"], provider["region"]) == (f'["{ACCOUNT}"]', REGION)


def test_the_plan_has_the_cluster(staging_planned: Step) -> None:
    assert staging_planned.one("aws:eks/cluster:Cluster", f"{CLUSTER}-cluster-eksCluster")["name"] == CLUSTER


def test_the_plan_leaves_open_what_pulumi_eks_computes(staging_planned: Step) -> None:
    cluster = staging_planned.one("aws:eks/cluster:Cluster", f"{CLUSTER}-cluster-eksCluster")
    assert (cluster["encryptionConfig"], cluster["vpcConfig"]["subnetIds"]) == ("[unknown]", "[unknown]")
    assert cluster["kubernetesNetworkConfig"] == {"ipFamily": "ipv4", "serviceIpv4Cidr": "172.20.0.0/16"}


def test_the_plan_has_the_push_role(staging_planned: Step) -> None:
    roles = [role["inputs"].get("name") for role in staging_planned.all("aws:iam/role:Role")]
    assert roles.count(PUSH_ROLE) == 1


def test_the_plan_has_the_eight_repositories(staging_planned: Step) -> None:
    repositories = staging_planned.all("aws:ecr/repository:Repository")
    assert sorted(r["inputs"]["name"] for r in repositories) == sorted(f"nova/{name}" for name in NAMES)


def test_the_plan_has_the_quota_of_staging(staging_planned: Step) -> None:
    quota = staging_planned.one("kubernetes:core/v1:ResourceQuota", "staging")
    assert quota["metadata"] == {"name": "services", "namespace": "nova"}
    assert quota["spec"]["hard"] == {
        "limits.cpu": "19800m",
        "limits.memory": "33Gi",
        "persistentvolumeclaims": "0",
        "pods": "36",
        "requests.cpu": "4",
        "requests.memory": "14720Mi",
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }


@pytest.mark.parametrize("service", SERVICES, ids=NAMES)
def test_the_plan_has_every_services_port(service: Service, staging_planned: Step) -> None:
    policy = staging_planned.one("kubernetes:networking.k8s.io/v1:NetworkPolicy", f"staging-allow-{service.name}")
    assert [rule["ports"] for rule in policy["spec"]["ingress"]] == [[{"port": service.port, "protocol": "TCP"}]]


def test_the_plan_has_the_application_exactly(staging_planned: Step) -> None:
    application = staging_planned.one("kubernetes:argoproj.io/v1alpha1:Application", "gitops-staging")
    assert application == {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": APPLICATION_METADATA,
        "spec": APPLICATION_SPEC,
    }


def test_the_plan_has_the_image_reference(staging_planned: Step) -> None:
    variables = staging_planned.one("kubernetes:core/v1:ConfigMap", "staging-platform-outputs")["data"]
    assert variables["IMAGE_REGISTRY"] == REGISTRY


def test_the_plan_has_the_environment_of_staging(staging_planned: Step) -> None:
    variables = staging_planned.one("kubernetes:core/v1:ConfigMap", "staging-platform-outputs")["data"]
    assert {key: variables[key] for key in STAGING.variables} == STAGING.variables
    described = staging_planned.report.outputs["environments"][STAGING.name]
    assert (described["path"], described["imageTag"], described["replicas"]) == (STAGING.path, "commitSha", 2)


def test_a_preview_creates_nothing(staging_planned: Step) -> None:
    assert staging_planned.report.ok
    assert staging_planned.account == frozenset()


def test_up_creates_the_planned_resources(staging_planned: Step, staging_up: Step) -> None:
    assert staging_up.report.ok
    assert staging_up.urns() == staging_planned.urns()
    assert staging_up.report.changes == staging_planned.report.changes


def test_up_exports_the_values_that_a_pipeline_needs(staging_up: Step) -> None:
    outputs = staging_up.report.outputs
    assert outputs["registryUrls"] == {name: f"{REGISTRY}/nova/{name}" for name in NAMES}
    assert outputs["pushRoleArn"] == PUSH_ROLE_ARN
    assert outputs["updateKubeconfig"] == "aws eks update-kubeconfig --region ap-northeast-1 --name nova-staging"
    assert "[unknown]" not in str(outputs)


def named(step: Step, type_: str, name: str) -> Resource:
    (resource,) = [resource for resource in step.all(type_) if resource["name"] == name]
    return resource


def test_the_eks_component_is_registered_with_its_arguments(staging_up: Step) -> None:
    component = named(staging_up, "eks:index:Cluster", f"{CLUSTER}-cluster")
    assert component["inputs"]["name"] == CLUSTER
    role = named(staging_up, "aws:iam/role:Role", f"{CLUSTER}-cluster-control-plane")["urn"]
    assert component["propertyDependencies"]["serviceRole"] == [role]
    assert role in component["dependencies"]


def test_the_order_of_egress_and_cluster_is_kept_by_the_component_alone(staging_up: Step) -> None:
    egress = {r["urn"] for kind in ("natGateway:NatGateway", "route:Route") for r in staging_up.all(f"aws:ec2/{kind}")}
    component = named(staging_up, "eks:index:Cluster", f"{CLUSTER}-cluster")
    control_plane = named(staging_up, "aws:eks/cluster:Cluster", f"{CLUSTER}-cluster-eksCluster")
    assert egress & set(component["dependencies"])
    assert not egress & set(control_plane["dependencies"])
    assert control_plane["parent"] == component["urn"]


def test_the_eks_components_own_provider_is_one_of_the_engine(staging_up: Step, staging_second_up: Step) -> None:
    for step in (staging_up, staging_second_up):
        provider = named(step, "pulumi:providers:kubernetes", f"{CLUSTER}-cluster-eks-k8s")
        assert (provider["inputs"]["version"], provider["inputs"]["__internal"]) == ("4.19.0", {})
    assert provider["op"] == "same"
    assert (
        provider["inputs"]["kubeconfig"]
        == staging_up.one("pulumi:providers:kubernetes", provider["name"])["kubeconfig"]
    )


def test_a_second_up_changes_nothing(staging_up: Step, staging_second_up: Step) -> None:
    assert set(staging_second_up.report.changes) == {"same"}
    assert staging_second_up.mutating_calls == 0
    assert staging_second_up.account == staging_up.account


def test_a_refresh_changes_nothing(staging_up: Step, staging_refreshed: Step) -> None:
    assert set(staging_refreshed.report.changes) == {"same"}
    assert staging_refreshed.report.calls["Read"] > 0
    assert staging_refreshed.mutating_calls == 0
    assert staging_refreshed.account == staging_up.account


def test_no_secret_is_in_a_state_a_report_or_an_output(
    staging_values: frozenset[str], staging_up: Step, staging_state: Path
) -> None:
    # Each environment has nine passwords, a key of several lines, and two random values in two encodings.
    assert len(staging_values) >= 2 * 12
    files = {file.name: file.read_text() for file in (staging_state / "backend").rglob("*.json*")}
    assert any("secretsmanager" in text for text in files.values())
    outputs = {**files, "report": repr(staging_up.report), "display": "\n".join(staging_up.lines)}
    assert [(name, word) for name, text in outputs.items() for word in staging_values if word in text] == []


def test_dev_and_staging_share_an_instance_but_no_data(staging_up: Step) -> None:
    dev, staging = (
        staging_up.one("kubernetes:core/v1:ConfigMap", f"{name}-platform-outputs")["data"]
        for name in ("dev", "staging")
    )
    assert len(staging_up.all("aws:rds/instance:Instance")) == 1
    assert len(staging_up.all("aws:elasticache/replicationGroup:ReplicationGroup")) == 1
    assert (dev["DB_HOST"], dev["REDIS_HOST"]) == (staging["DB_HOST"], staging["REDIS_HOST"])
    assert dev["REDIS_DATABASE"] != staging["REDIS_DATABASE"]
    described = staging_up.report.outputs["environments"]
    assert not set(described["dev"]["databases"].values()) & set(described["staging"]["databases"].values())


def test_destroy_leaves_nothing_in_the_state(staging_destroyed: Step) -> None:
    assert staging_destroyed.report.ok
    assert staging_destroyed.resources == []


@pytest.mark.parametrize(("kind", "number"), KEPT.items())
def test_destroy_retains_the_shared_resources(
    kind: str, number: int, staging_up: Step, staging_destroyed: Step
) -> None:
    left = {entry for entry in staging_destroyed.account if entry[0] == kind}
    assert len(left) == number
    assert left <= staging_up.account


def test_destroy_retains_the_role_that_pipelines_use(staging_destroyed: Step) -> None:
    assert ("aws:iam/role:Role", PUSH_ROLE) in staging_destroyed.account


def test_destroy_deletes_everything_else(staging_destroyed: Step) -> None:
    assert {kind for kind, _ in staging_destroyed.account} == {*KEPT, *LATE_LOGS}


@pytest.mark.parametrize(("first", "second"), list(pairwise(DELETION_ORDER)))
def test_resources_are_deleted_in_order(first: str, second: str, staging_destroyed: Step) -> None:
    assert deletion_span(staging_destroyed, first)[1] < deletion_span(staging_destroyed, second)[0]


def test_no_resource_is_deleted_while_in_use(staging_destroyed: Step) -> None:
    assert staging_destroyed.report.error is None
    assert [line for line in staging_destroyed.lines if "DependencyViolation" in line] == []
