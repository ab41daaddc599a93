"""Nova's account, cluster, registry, Git repository and services: each fact of the description stands in the plan."""

from fnmatch import fnmatch

import pytest

from components.sizing.instance_types import INSTANCE_TYPES
from components.sizing.quantities import mebibytes, millicores
from tests.facts.nova import (
    ACCOUNT,
    ARGOCD_NAMESPACE,
    CLUSTER,
    IMAGE_PLATFORM,
    NAMES,
    NAMESPACE,
    REGION,
    REGISTRY,
    REPOSITORY_URL,
    SCRAPED_PORTS,
    SERVICES,
    T3_MEDIUM_MIB,
    T3_MEDIUM_VCPU,
    Service,
)
from tests.harness.config_samples import changed, loaded
from tests.harness.harness import Run

REPOSITORY = "aws:ecr/repository:Repository"
NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"

each_service = pytest.mark.parametrize("service", SERVICES, ids=NAMES)


def test_the_account_is_novas(staging: Run) -> None:
    assert staging.one("pulumi:providers:aws").inputs["allowedAccountIds"] == f'["{ACCOUNT}"]'
    assert staging.outputs["accountId"] == ACCOUNT


def test_the_region_is_tokyo(staging: Run) -> None:
    assert staging.one("pulumi:providers:aws").inputs["region"] == REGION
    assert staging.outputs["region"] == REGION


def test_production_has_the_same_account_and_region(prod: Run) -> None:
    provider = prod.one("pulumi:providers:aws").inputs
    assert (provider["allowedAccountIds"], provider["region"]) == (f'["{ACCOUNT}"]', REGION)


def test_the_cluster_is_called_nova_staging(staging: Run) -> None:
    assert staging.one("eks:index:Cluster").inputs["name"] == CLUSTER
    assert staging.outputs["clusterName"] == CLUSTER


def test_staging_has_three_or_more_nodes(staging: Run) -> None:
    scaling = staging.one("aws:eks/nodeGroup:NodeGroup").inputs["scalingConfig"]
    assert scaling["minSize"] >= 3
    assert scaling["desiredSize"] >= 3


def test_nodes_are_t3_medium_or_larger(staging: Run) -> None:
    node = INSTANCE_TYPES[staging.one("aws:ec2/launchTemplate:LaunchTemplate").inputs["instanceType"]]
    assert node.vcpu >= T3_MEDIUM_VCPU
    assert node.memory_mib >= T3_MEDIUM_MIB


def test_nodes_run_images_for_linux_amd64(staging: Run) -> None:
    assert staging.one("aws:eks/nodeGroup:NodeGroup").inputs["amiType"].startswith("AL2023_x86_64")
    assert staging.outputs["imagePlatform"] == IMAGE_PLATFORM


def test_the_applications_namespace_is_nova(staging: Run) -> None:
    assert staging.one("kubernetes:core/v1:Namespace", "staging").inputs["metadata"]["name"] == NAMESPACE


def test_argo_cd_is_installed_with_helm_in_its_namespace(staging: Run) -> None:
    release = staging.one("kubernetes:helm.sh/v3:Release", "argocd").inputs
    assert (release["chart"], release["namespace"]) == ("argo-cd", ARGOCD_NAMESPACE)
    assert staging.outputs["argocdNamespace"] == ARGOCD_NAMESPACE


def test_argo_cd_asks_git_every_three_minutes(staging: Run) -> None:
    settings = staging.one("kubernetes:helm.sh/v3:Release", "argocd").inputs["values"]["configs"]["cm"]
    assert (settings["timeout.reconciliation"], settings["timeout.reconciliation.jitter"]) == ("180s", "0s")


@pytest.mark.parametrize("environment", ["dev", "staging"])
def test_novas_git_repository_is_watched(environment: str, staging: Run) -> None:
    source = staging.named(f"gitops-{environment}").inputs["spec"]["source"]
    assert source["repoURL"] == REPOSITORY_URL


def test_no_other_git_repository_is_let_in(staging: Run) -> None:
    assert staging.named("gitops-project").inputs["spec"]["sourceRepos"] == [REPOSITORY_URL]


def test_there_are_eight_repositories_and_no_other(staging: Run) -> None:
    assert sorted(r.inputs["name"] for r in staging.all(REPOSITORY)) == sorted(f"nova/{name}" for name in NAMES)


@each_service
def test_a_repository_is_called_after_its_service(service: Service, staging: Run) -> None:
    assert len(staging.all(REPOSITORY, name=f"nova/{service.name}")) == 1


@each_service
@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_an_image_is_referred_to_by_registry_and_service(service: Service, stack: str, staging: Run, prod: Run) -> None:
    outputs = {"staging": staging, "prod": prod}[stack].outputs
    assert outputs["registryUrls"][service.name] == f"{REGISTRY}/nova/{service.name}"


@pytest.mark.parametrize("environment", ["dev", "staging"])
def test_services_are_told_the_registry(environment: str, staging: Run) -> None:
    assert staging.named(f"{environment}-platform-outputs").inputs["data"]["IMAGE_REGISTRY"] == REGISTRY


@pytest.mark.parametrize(
    ("tag", "moves"), [("0123456789abcdef0123456789abcdef01234567", False), ("latest", False), ("dev-latest", True)]
)
def test_a_commits_image_is_written_once_and_devs_tag_moves(tag: str, moves: bool, staging: Run) -> None:
    for repository in staging.all(REPOSITORY):
        assert repository.inputs["imageTagMutability"] == "IMMUTABLE_WITH_EXCLUSION"
        filters = [rule["filter"] for rule in repository.inputs["imageTagMutabilityExclusionFilters"]]
        assert any(fnmatch(tag, pattern) for pattern in filters) is moves


def test_the_catalogue_has_the_eight_services() -> None:
    assert sorted(service.name for service in loaded(changed()).services) == sorted(NAMES)


@each_service
def test_a_pod_asks_for_and_may_use_what_the_table_says(service: Service) -> None:
    found = {entry.name: entry for entry in loaded(changed()).services}[service.name].resources["standard"]
    assert millicores(found.cpu_request) == service.cpu_request
    assert mebibytes(found.memory_request) == service.memory_request
    assert millicores(found.cpu_limit) == service.cpu_limit
    assert mebibytes(found.memory_limit) == service.memory_limit


@each_service
@pytest.mark.parametrize("environment", ["dev", "staging"])
def test_a_service_is_reached_on_its_port_only(service: Service, environment: str, staging: Run) -> None:
    spec = staging.one(NETWORK_POLICY, f"{environment}-allow-{service.name}").inputs["spec"]
    assert spec["podSelector"] == {"matchLabels": {"app.kubernetes.io/name": service.name}}
    assert [rule["ports"] for rule in spec["ingress"]] == [[{"port": service.port, "protocol": "TCP"}]]


@each_service
def test_production_has_the_same_ports(service: Service, prod: Run) -> None:
    spec = prod.one(NETWORK_POLICY, f"production-allow-{service.name}").inputs["spec"]
    assert [rule["ports"] for rule in spec["ingress"]] == [[{"port": service.port, "protocol": "TCP"}]]


@pytest.mark.parametrize("port", SCRAPED_PORTS)
def test_prometheus_reaches_every_port_that_it_scrapes(port: int, staging: Run) -> None:
    monitoring = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
    policies = [r.inputs for r in staging.all(NETWORK_POLICY) if r.inputs["metadata"]["namespace"] == NAMESPACE]
    rules = [rule for policy in policies for rule in policy["spec"].get("ingress", [])]
    assert [rule["ports"] for rule in rules if monitoring in rule["from"]].count(
        [{"port": port, "protocol": "TCP"}]
    ) == 1


@each_service
def test_a_service_account_has_the_services_short_name(service: Service, staging: Run) -> None:
    account = staging.one("kubernetes:core/v1:ServiceAccount", f"staging-{service.name}").inputs["metadata"]
    assert (account["name"], account["namespace"]) == (service.short_name, NAMESPACE)
