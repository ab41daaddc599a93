"""The optional controllers: what each installs, in which namespace, with which identity, and what comes after what."""

import json
from functools import cache
from importlib import import_module

import pytest

from components.config import versions
from components.config.controllers import NodeScaling, OperatorsConfig
from components.controllers.controller import Controller, controllers
from components.controllers.pods import controller_pods, controller_workloads
from components.sizing import capacity, quantities
from tests.harness.controllers_runs import (
    ALL,
    ASSOCIATION,
    CLUSTER_ARN,
    LIMITS,
    LOCAL,
    NAMESPACE,
    POLICY,
    QUOTA,
    RELEASE,
    ROLE,
    ROLE_POLICY,
    STORAGE_CLASS,
    STORE,
    install,
    settings,
)
from tests.harness.harness import Recorded, Run

COMPONENT = "platform:operators:Operators"
AUTOSCALER = NodeScaling.CLUSTER_AUTOSCALER
CALLS_AWS = {
    "argo-rollouts",
    "load-balancer-controller",
    "cluster-autoscaler",
    "external-dns",
    "external-secrets",
}


@cache
def everything(*, preview: bool = False) -> Run:
    return install(*ALL, scaling=AUTOSCALER, preview=preview)


def releases(done: Run) -> dict[str, Recorded]:
    return {release.inputs["name"]: release for release in done.all(RELEASE)}


def test_nothing_is_made_where_nothing_is_configured() -> None:
    done = install()
    assert done.under(done.one(COMPONENT)) == []


def test_each_controller_is_a_release_of_its_pinned_chart() -> None:
    found = {name: (r.inputs["chart"], r.inputs["version"]) for name, r in releases(everything()).items()}
    assert found == {
        "argo-rollouts": ("argo-rollouts", versions.ARGO_ROLLOUTS_CHART),
        "load-balancer-controller": ("aws-load-balancer-controller", versions.LOAD_BALANCER_CONTROLLER_CHART),
        "cluster-autoscaler": ("cluster-autoscaler", versions.CLUSTER_AUTOSCALER_CHART),
        "external-dns": ("external-dns", versions.EXTERNAL_DNS_CHART),
        "external-secrets": ("external-secrets", versions.EXTERNAL_SECRETS_CHART),
        "prometheus": ("kube-prometheus-stack", versions.KUBE_PROMETHEUS_STACK_CHART),
        "prometheus-adapter": ("prometheus-adapter", versions.PROMETHEUS_ADAPTER_CHART),
    }


def test_a_stack_file_may_pin_another_chart() -> None:
    done = install(externalSecrets={"chartVersion": "0.0.1"})
    assert releases(done)["external-secrets"].inputs["version"] == "0.0.1"


def test_charts_come_from_their_makers() -> None:
    found = {name: r.inputs["repositoryOpts"]["repo"] for name, r in releases(everything()).items()}
    assert found == {
        "argo-rollouts": "https://argoproj.github.io/argo-helm",
        "load-balancer-controller": "https://aws.github.io/eks-charts",
        "cluster-autoscaler": "https://kubernetes.github.io/autoscaler",
        "external-dns": "https://kubernetes-sigs.github.io/external-dns/",
        "external-secrets": "https://charts.external-secrets.io",
        "prometheus": "https://prometheus-community.github.io/helm-charts",
        "prometheus-adapter": "https://prometheus-community.github.io/helm-charts",
    }


@pytest.mark.parametrize("preview", [False, True])
def test_prometheus_has_a_namespace_of_its_own_and_the_others_share_one(*, preview: bool) -> None:
    found = {name: r.inputs["namespace"] for name, r in releases(everything(preview=preview)).items()}
    monitoring = {"prometheus", "prometheus-adapter"}
    assert {name for name, namespace in found.items() if namespace == "monitoring"} == monitoring
    assert {namespace for name, namespace in found.items() if name not in monitoring} == {"platform"}


def test_a_failed_installation_is_taken_back_and_waited_for() -> None:
    for release in everything().all(RELEASE):
        assert (release.inputs["atomic"], release.inputs["cleanupOnFail"]) == (True, True)
        assert (release.inputs["skipAwait"], release.inputs["createNamespace"]) == (False, False)
        assert release.inputs["timeout"] >= 600


def test_namespaces_enforce_the_restricted_level_at_a_pinned_version() -> None:
    for namespace in everything().all(NAMESPACE):
        labels = namespace.inputs["metadata"]["labels"]
        for mode in ("audit", "enforce", "warn"):
            assert labels[f"pod-security.kubernetes.io/{mode}"] == "restricted"
            assert labels[f"pod-security.kubernetes.io/{mode}-version"] == "v1.35"


def test_the_quota_holds_all_pods_while_they_roll() -> None:
    done = everything()
    given = settings(*ALL)
    for name, workloads in (
        ("operators-platform", controller_workloads(given, AUTOSCALER, "platform")),
        ("operators-monitoring", controller_workloads(given, AUTOSCALER, "monitoring")),
    ):
        hard = done.one(QUOTA, name).inputs["spec"]["hard"]
        peak = capacity.total([workload.group for workload in workloads]) * 2
        for value, need in (
            (quantities.millicores(hard["requests.cpu"]), peak.cpu_request),
            (quantities.mebibytes(hard["requests.memory"]), peak.memory_request),
            (quantities.millicores(hard["limits.cpu"]), peak.cpu_limit),
            (quantities.mebibytes(hard["limits.memory"]), peak.memory_limit),
            (int(hard["pods"]), peak.pods),
        ):
            assert need <= value <= need * 1.3


def test_nobody_but_prometheus_may_claim_a_volume_and_nobody_a_load_balancer() -> None:
    done = everything()
    hard = {r.name: r.inputs["spec"]["hard"] for r in done.all(QUOTA)}
    assert hard["operators-platform"]["persistentvolumeclaims"] == "0"
    assert hard["operators-monitoring"]["persistentvolumeclaims"] == "1"
    assert {h[key] for h in hard.values() for key in ("services.loadbalancers", "services.nodeports")} == {"0"}


def test_what_lies_in_a_namespace_dies_with_it_but_releases_are_deleted() -> None:
    done = everything()
    urns = {r.inputs["metadata"]["name"]: r.urn for r in done.all(NAMESPACE)}
    inside = [*done.all(POLICY), *done.all(QUOTA), *done.all(LIMITS)]
    assert all(r.deleted_with == urns[r.inputs["metadata"]["namespace"]] for r in inside)
    assert {r.deleted_with for r in (*done.all(RELEASE), *done.all(STORE))} == {""}


def test_a_release_comes_after_the_guards_of_its_namespace() -> None:
    done = everything()
    for release in done.all(RELEASE):
        guards = [
            r
            for r in (*done.all(POLICY), *done.all(QUOTA), *done.all(LIMITS))
            if r.inputs["metadata"]["namespace"] == release.inputs["namespace"]
        ]
        assert len(guards) >= 3
        assert all(guard.urn in release.depends_on for guard in guards)


def test_only_controllers_that_call_aws_have_an_identity() -> None:
    done = everything()
    assert {r.inputs["serviceAccount"] for r in done.all(ASSOCIATION)} == CALLS_AWS
    assert len(done.all(ROLE)) == len(done.all(ROLE_POLICY)) == len(CALLS_AWS)


@pytest.mark.parametrize("controller", sorted(CALLS_AWS))
def test_an_identity_exists_before_the_pods_that_use_it(controller: str) -> None:
    done = everything()
    release, name = releases(done)[controller], f"shop-staging-{controller}"
    assert done.one(ASSOCIATION, name).urn in release.depends_on
    assert done.one(ROLE_POLICY, name).urn in release.depends_on
    assert done.depends(release, done.one(ROLE, name))


def test_an_identity_is_of_the_service_account_that_the_chart_makes() -> None:
    done = everything()
    for association in done.all(ASSOCIATION):
        given = releases(done)[association.inputs["serviceAccount"]].inputs["values"]
        account = given.get("rbac", given)["serviceAccount"]["name"]
        assert account == association.inputs["serviceAccount"]
        assert (association.inputs["namespace"], association.inputs["clusterName"]) == ("platform", "shop-staging")


def test_identities_come_after_the_cluster() -> None:
    done = everything()
    cluster = done.one("aws:eks/cluster:Cluster")
    assert all(done.depends(association, cluster) for association in done.all(ASSOCIATION))


def test_roles_are_for_pods_of_this_cluster_and_within_the_boundary() -> None:
    for role in everything().all(ROLE):
        (trust,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
        assert trust["Principal"] == {"Service": "pods.eks.amazonaws.com"}
        assert trust["Condition"]["ArnEquals"] == {"aws:SourceArn": CLUSTER_ARN}
        assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": "111122223333"}
        assert role.inputs["permissionsBoundary"] == "arn:aws:iam::111122223333:policy/boundary"
        assert role.name.startswith("shop-staging-")


def test_names_of_roles_fit_with_the_longest_system_and_stage() -> None:
    done = install(*ALL, scaling=AUTOSCALER, prefix="abcdefghijklmnop-abcdefghijkl")
    # Pulumi adds a hyphen and seven digits.
    assert max(len(role.name) for role in done.all(ROLE)) + 8 <= 64


def test_each_identity_has_the_policy_of_its_controller() -> None:
    done = everything()
    sids = {
        r.name.removeprefix("shop-staging-"): {
            statement["Sid"] for statement in json.loads(r.inputs["policy"])["Statement"]
        }
        for r in done.all(ROLE_POLICY)
    }
    assert "Entries" in sids["external-secrets"]
    assert "Records" in sids["external-dns"]
    assert "OpenNodes" in sids["load-balancer-controller"]
    assert "Scale" in sids["cluster-autoscaler"]
    assert sids["argo-rollouts"] == {"VerifyTraffic"}


def test_external_dns_is_told_its_zone_by_id_and_may_write_in_no_other() -> None:
    done = everything()
    assert releases(done)["external-dns"].inputs["values"]["extraArgs"] == ["--zone-id-filter=Z0123456789"]
    policy = done.one(ROLE_POLICY, "shop-staging-external-dns").inputs["policy"]
    assert json.loads(policy)["Statement"][0]["Resource"] == ["arn:aws:route53:::hostedzone/Z0123456789"]


def test_the_store_reads_with_the_controllers_identity_for_named_namespaces_only() -> None:
    store = everything().one(STORE).inputs
    assert (store["metadata"]["name"], store["apiVersion"]) == ("platform", "external-secrets.io/v1")
    assert store["spec"] == {
        "conditions": [{"namespaces": ["argocd", "shop"]}],
        "provider": {"aws": {"region": "eu-central-1", "service": "SecretsManager"}},
    }


def test_the_store_comes_after_its_controller_and_is_named_by_an_output() -> None:
    done = everything()
    store = done.one(STORE)
    assert store.depends_on == {releases(done)["external-secrets"].urn}
    assert done.one(COMPONENT).outputs["secretStore"] == "platform"


def test_without_external_secrets_there_is_no_store() -> None:
    done = install("rollouts")
    assert done.all(STORE) == []
    assert done.one(COMPONENT).outputs.get("secretStore") is None


def test_prometheus_has_an_encrypted_gp3_volume_that_its_pod_chooses() -> None:
    done = everything()
    made = done.one(STORAGE_CLASS)
    assert made.inputs["parameters"] == {"encrypted": "true", "type": "gp3"}
    assert (made.inputs["provisioner"], made.inputs["volumeBindingMode"]) == (
        "ebs.csi.aws.com",
        "WaitForFirstConsumer",
    )
    release = releases(done)["prometheus"]
    claim = release.inputs["values"]["prometheus"]["prometheusSpec"]["storageSpec"]["volumeClaimTemplate"]["spec"]
    assert claim["storageClassName"] == made.inputs["metadata"]["name"]
    assert made.urn in release.depends_on


def test_a_cluster_outside_of_aws_has_prometheus_and_rollouts_and_nothing_of_aws() -> None:
    done = install(*LOCAL, local=True)
    assert set(releases(done)) == {"argo-rollouts", "prometheus", "prometheus-adapter"}
    assert {r.type.partition(":")[0] for r in done.resources if r.custom} == {"kubernetes"}
    assert done.all(STORAGE_CLASS) == []
    prometheus = releases(done)["prometheus"].inputs["values"]["prometheus"]["prometheusSpec"]
    assert "storageClassName" not in prometheus["storageSpec"]["volumeClaimTemplate"]["spec"]
    assert "extraArgs" not in releases(done)["argo-rollouts"].inputs["values"]["controller"]


def test_a_controller_is_a_module_named_after_its_section() -> None:
    modules = [import_module(f"components.controllers.{field}") for field in OperatorsConfig.model_fields]
    assert [module.CONTROLLER for module in modules] == [*controllers().values()]
    assert all(isinstance(controller, Controller) for controller in controllers().values())


def test_everything_is_a_child_and_named_after_the_component_or_the_prefix() -> None:
    done = everything()
    component = done.one(COMPONENT)
    made = [r for r in done.under(component) if r.custom]
    assert {r.parent for r in made} == {component.urn}
    assert all(r.name.startswith(("operators-", "shop-staging-")) for r in made)
    assert len({(r.type, r.name) for r in made}) == len(made)


def test_a_controller_costs_four_resources() -> None:
    with_one, with_two = install("rollouts"), install("rollouts", scaling=AUTOSCALER)
    assert len(with_two.resources) - len(with_one.resources) == 4


@pytest.mark.parametrize("scaling", list(NodeScaling))
def test_the_guard_counts_the_pods_of_both_namespaces(scaling: NodeScaling) -> None:
    given = settings(*ALL)
    named = {group.name for group in controller_pods(given, scaling)}
    assert {"prometheus", "grafana", "external-secrets", "argo-rollouts"} <= named
    assert ("cluster-autoscaler" in named) == (scaling is NodeScaling.CLUSTER_AUTOSCALER)
    assert ("karpenter" in named) == (scaling is NodeScaling.KARPENTER)
