"""Rules that a committed stack keeps as a whole: providers, parents, who reaches what, what is protected, exported."""

import json

import pytest

from components.account.tags import default_tags
from tests.harness.harness import Recorded, Run

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
PROVIDERS = tuple(f"pulumi:providers:{package}" for package in ("aws", "eks", "kubernetes", "random", "tls"))
DATA = (
    "aws:rds/instance:Instance",
    "aws:rds/subnetGroup:SubnetGroup",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:elasticache/subnetGroup:SubnetGroup",
    "aws:kms/key:Key",
)
OUTPUTS = {
    "accountId",
    "argocdApplications",
    "argocdNamespace",
    "cacheEndpoint",
    "cachePort",
    "cacheReaderEndpoint",
    "cacheUrlScheme",
    "capacity",
    "clusterArn",
    "clusterEndpoint",
    "clusterName",
    "databaseAddress",
    "databaseMasterSecretArn",
    "databasePort",
    "deployRoleArn",
    "destroy",
    "environments",
    "imagePlatform",
    "monthlyCost",
    "oidcProviderArn",
    "previewRoleArn",
    "privateSubnetIds",
    "publicSubnetIds",
    "pushRoleArn",
    "quotas",
    "region",
    "registryUrls",
    "smokeRoleArn",
    "updateKubeconfig",
    "vpcId",
}

Stacks = dict[str, Run]


@pytest.fixture(name="stacks")
def _stacks(staging: Run, prod: Run) -> Stacks:
    return {"staging": staging, "prod": prod}


each_stack = pytest.mark.parametrize("stack", ["staging", "prod"])


def kubernetes(run: Run) -> list[Recorded]:
    return [r for r in run.resources if r.type.startswith("kubernetes:")]


def subnet_ids(run: Run, tier: str) -> set[str]:
    return set(run.outputs[f"{tier}SubnetIds"])


@each_stack
def test_every_provider_is_made_once_and_under_the_stack(stack: str, stacks: Stacks) -> None:
    made = [r for r in stacks[stack].resources if r.type.startswith("pulumi:providers:")]
    assert sorted(r.type for r in made) == sorted(PROVIDERS)


@each_stack
def test_every_resource_has_an_explicit_provider(stack: str, stacks: Stacks) -> None:
    run = stacks[stack]
    made = {r.urn for r in run.resources if r.type in PROVIDERS}
    custom = [r for r in run.resources if r.custom and r.type not in PROVIDERS]
    assert [r.name for r in custom if not r.provider or r.provider.rpartition("::")[0] not in made] == []


@each_stack
def test_nothing_but_providers_and_components_stands_under_the_stack(stack: str, stacks: Stacks) -> None:
    run = stacks[stack]
    orphans = [r.name for r in run.resources if r.parent is None and r.custom and r.type not in PROVIDERS]
    assert orphans == []


@each_stack
def test_the_program_runs_in_the_stacks_account_only_and_tags_what_it_makes(stack: str, stacks: Stacks) -> None:
    provider = stacks[stack].one("pulumi:providers:aws").inputs
    assert json.loads(provider["allowedAccountIds"]) == ["025434362120"]
    assert json.loads(provider["defaultTags"]) == {
        "tags": {"Project": "nova", "Environment": stack, "Owner": "backend", "ManagedBy": "pulumi"}
    }


def test_a_stacks_own_tags_add_to_the_platforms_and_replace_none() -> None:
    tags = default_tags(project="a", environment="b", owner="c", extra={"Project": "mine", "CostCentre": "7"})
    assert tags == {"Project": "a", "Environment": "b", "Owner": "c", "ManagedBy": "pulumi", "CostCentre": "7"}


@each_stack
def test_a_changed_kubeconfig_replaces_no_object(stack: str, stacks: Stacks) -> None:
    run = stacks[stack]
    assert run.one("pulumi:providers:kubernetes").inputs["clusterIdentifier"] == run.outputs["clusterArn"]


@each_stack
def test_an_edit_by_hand_is_taken_back_in_place_of_a_conflict(stack: str, stacks: Stacks) -> None:
    assert stacks[stack].one("pulumi:providers:kubernetes").inputs["enablePatchForce"] == "true"


@each_stack
def test_kubernetes_objects_come_after_nodes_addons_and_access(stack: str, stacks: Stacks) -> None:
    run = stacks[stack]
    first = [
        *run.all("aws:eks/nodeGroup:NodeGroup"),
        *run.all("aws:eks/addon:Addon"),
        *run.all("aws:eks/accessEntry:AccessEntry"),
        *run.all("aws:eks/accessPolicyAssociation:AccessPolicyAssociation"),
    ]
    assert len(first) > 10
    assert [(o.name, f.name) for o in kubernetes(run) for f in first if o.custom and not run.depends(o, f)] == []


@each_stack
def test_nodes_come_after_the_add_ons_that_they_need(stack: str, stacks: Stacks) -> None:
    run = stacks[stack]
    nodes = run.one("aws:eks/nodeGroup:NodeGroup")
    before = {r.inputs["addonName"] for r in run.all("aws:eks/addon:Addon") if run.depends(nodes, r)}
    assert before == {"vpc-cni", "kube-proxy", "eks-pod-identity-agent"}


@each_stack
def test_nodes_database_and_cache_stand_in_private_subnets(stack: str, stacks: Stacks) -> None:
    run = stacks[stack]
    private = subnet_ids(run, "private")
    assert private.isdisjoint(subnet_ids(run, "public"))
    for type_ in (
        "aws:eks/nodeGroup:NodeGroup",
        "aws:rds/subnetGroup:SubnetGroup",
        "aws:elasticache/subnetGroup:SubnetGroup",
    ):
        assert set(run.one(type_).inputs["subnetIds"]) == private


@each_stack
def test_no_public_subnet_holds_anything_but_gateways(stack: str, stacks: Stacks) -> None:
    run = stacks[stack]
    public = subnet_ids(run, "public")
    users = {r.type for r in run.resources if any(subnet in json.dumps(r.inputs) for subnet in public)}
    assert users == {"aws:ec2/natGateway:NatGateway", "aws:ec2/routeTableAssociation:RouteTableAssociation"}


@each_stack
def test_no_security_group_lets_the_world_in(stack: str, stacks: Stacks) -> None:
    rules = stacks[stack].all(INGRESS)
    assert rules
    wide = [r.name for r in rules if r.inputs.get("cidrIpv4") == "0.0.0.0/0" or r.inputs.get("cidrIpv6")]
    assert wide == []


@each_stack
def test_database_and_cache_take_calls_from_nodes_only_and_make_none(stack: str, stacks: Stacks) -> None:
    run = stacks[stack]
    nodes = run.one("aws:ec2/launchTemplate:LaunchTemplate").inputs["networkInterfaces"][0]["securityGroups"][0]
    groups = [
        *run.one("aws:rds/instance:Instance").inputs["vpcSecurityGroupIds"],
        *run.one("aws:elasticache/replicationGroup:ReplicationGroup").inputs["securityGroupIds"],
    ]
    assert len(set(groups)) == 2
    for group in groups:
        (rule,) = run.all(INGRESS, securityGroupId=group)
        assert rule.inputs["referencedSecurityGroupId"] == nodes
        assert run.all("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", securityGroupId=group) == []


@each_stack
def test_every_role_is_capped_by_the_permissions_boundary(stack: str, stacks: Stacks) -> None:
    boundary = f"arn:aws:iam::025434362120:policy/boundary-nova-{stack}"
    roles = stacks[stack].all("aws:iam/role:Role")
    assert len(roles) > 5
    assert [r.name for r in roles if r.inputs.get("permissionsBoundary") != boundary] == []


def test_pulumi_refuses_to_delete_what_holds_productions_data(prod: Run) -> None:
    assert {type_ for type_ in DATA if not prod.all(type_)} == set()
    assert [r.name for type_ in DATA for r in prod.all(type_) if r.protect is not True] == []


def test_pulumi_deletes_staging_when_asked(staging: Run) -> None:
    assert [r.name for r in staging.resources if r.protect] == []


def test_the_stack_that_makes_the_repositories_alone_changes_them(staging: Run, prod: Run) -> None:
    right, policy = "ecr:PutLifecyclePolicy", "aws:iam/policy:Policy"
    assert right in staging.one(policy, "nova-staging-deploy-cluster").inputs["policy"]
    assert right not in prod.one(policy, "nova-prod-deploy-cluster").inputs["policy"]


@each_stack
def test_everything_that_is_needed_next_is_exported(stack: str, stacks: Stacks) -> None:
    run = stacks[stack]
    assert set(run.outputs) == (OUTPUTS | {"runnerLabel"} if stack == "prod" else OUTPUTS)
    assert run.outputs["updateKubeconfig"] == f"aws eks update-kubeconfig --region ap-northeast-1 --name nova-{stack}"
    assert run.secret_outputs == frozenset()


@each_stack
def test_the_pipelines_role_is_a_smoke_tester_of_the_cluster(stack: str, stacks: Stacks) -> None:
    run = stacks[stack]
    (role,) = run.all("aws:iam/role:Role", name=f"nova-{stack}-smoke")
    entry = run.one("aws:eks/accessEntry:AccessEntry", f"nova-{stack}-cluster-smoke")
    assert entry.inputs["principalArn"] == run.outputs["smokeRoleArn"]
    assert entry.inputs["kubernetesGroups"] == ["platform:smoke-testers"]
    assert run.depends(entry, role)


def test_productions_runners_reach_its_api_server(prod: Run) -> None:
    assert prod.outputs["runnerLabel"] == "codebuild-nova-prod"
    (project,) = prod.all("aws:codebuild/project:Project")
    assert set(project.inputs["vpcConfig"]["subnets"]) == subnet_ids(prod, "private")
    (role,) = [r for r in prod.all("aws:iam/role:Role") if r.name == "nova-prod-runner"]
    assert role.inputs["permissionsBoundary"].endswith(":policy/boundary-nova-prod")
    rule, nodes = (prod.one(INGRESS, name) for name in ("nova-prod-runner-api-server", "nova-prod-nodes-api-server"))
    assert rule.inputs["securityGroupId"] == nodes.inputs["securityGroupId"]


@pytest.mark.parametrize(
    ("stack", "destroy"),
    [
        (
            "staging",
            {"protectedBy": [], "retains": ["registry.ownership", "ci.provider", "ci.pushRole.ownership"]},
        ),
        (
            "prod",
            {
                "protectedBy": ["protect", "cluster.deletionProtection", "database.deletionProtection"],
                "retains": [],
            },
        ),
    ],
)
def test_the_keys_that_protect_and_those_of_what_a_destroy_leaves_are_exported(
    stack: str, destroy: dict[str, list[str]], stacks: Stacks
) -> None:
    assert stacks[stack].outputs["destroy"] == destroy


@each_stack
def test_services_are_told_where_database_and_cache_are(stack: str, stacks: Stacks) -> None:
    run = stacks[stack]
    for environment, facts in run.outputs["environments"].items():
        told = run.named(f"{environment}-platform-outputs").inputs["data"]
        assert (told["DB_HOST"], told["DB_PORT"]) == (run.outputs["databaseAddress"], "5432")
        assert (told["REDIS_HOST"], told["REDIS_PORT"]) == (run.outputs["cacheEndpoint"], "6379")
        assert told["REDIS_DATABASE"] == str(facts["cacheDatabase"])
        assert told["REDIS_SCHEME"] == run.outputs["cacheUrlScheme"]


@each_stack
def test_an_application_comes_after_all_of_its_namespace_and_argo_cd(stack: str, stacks: Stacks) -> None:
    run = stacks[stack]
    release = run.one("kubernetes:helm.sh/v3:Release", "argocd")
    for application in run.all("kubernetes:argoproj.io/v1alpha1:Application"):
        environment = application.name.removeprefix("gitops-")
        component = next(r for r in run.all("platform:environment:Environment") if r.name == environment)
        assert run.depends(application, release)
        assert [r.name for r in run.under(component) if not run.depends(application, r)] == []


@each_stack
def test_services_take_calls_from_private_ranges_only(stack: str, stacks: Stacks) -> None:
    run = stacks[stack]
    ranges = {
        peer["ipBlock"]["cidr"]
        for policy in run.all("kubernetes:networking.k8s.io/v1:NetworkPolicy")
        for rule in policy.inputs["spec"].get("ingress", [])
        for peer in rule["from"]
        if "ipBlock" in peer
    }
    assert ranges
    assert [cidr for cidr in ranges if not cidr.startswith(("10.20.", "10.30."))] == []


@each_stack
def test_argo_cd_reaches_the_api_server_in_the_vpc_and_as_a_service(stack: str, stacks: Stacks) -> None:
    policy = stacks[stack].named("argocd-application-controller").inputs["spec"]
    reached = {peer["ipBlock"]["cidr"] for rule in policy["egress"] for peer in rule["to"] if "ipBlock" in peer}
    assert reached == {{"staging": "10.20.0.0/16", "prod": "10.30.0.0/16"}[stack], "172.20.0.0/16"}


def test_production_keeps_the_logs_of_database_and_cache_as_long_as_the_clusters(prod: Run) -> None:
    kept = {r.inputs["name"]: r.inputs["retentionInDays"] for r in prod.all("aws:cloudwatch/logGroup:LogGroup")}
    assert kept["/aws/eks/nova-prod/cluster"] == 365
    assert [name for name, days in kept.items() if days < 365] == []
