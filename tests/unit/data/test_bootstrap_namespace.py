"""Where databases are made: one namespace that no Application may deploy to, closed but for the way to the database."""

from functools import cache
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from components.data.bootstrap_namespace import BootstrapNamespace, BootstrapNamespaceArgs
from components.data.bootstrap_pods import SIZE, bootstrap_workloads
from components.environments.plan import bootstrapped, plan_environments
from components.sizing.quantities import mebibytes, millicores
from components.validation import capacity_sums
from tests.harness.config_samples import ABSENT, changed, loaded
from tests.harness.harness import Run, run_program

COMPONENT = "platform:bootstrap:BootstrapNamespace"
NAMESPACE = "kubernetes:core/v1:Namespace"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
ACCOUNT = "kubernetes:core/v1:ServiceAccount"
QUOTA = "kubernetes:core/v1:ResourceQuota"
LIMITS = "kubernetes:core/v1:LimitRange"
JOB = "kubernetes:batch/v1:Job"
EXTERNAL_SECRET = "kubernetes:external-secrets.io/v1:ExternalSecret"
STORE = "kubernetes:external-secrets.io/v1:ClusterSecretStore"
PROJECT = "kubernetes:argoproj.io/v1alpha1:AppProject"
PODS = 3


@cache
def done() -> Run:
    def program() -> None:
        args = BootstrapNamespaceArgs(
            workloads=bootstrap_workloads(["dev", "staging", "live"]),
            database_cidrs=("10.0.0.0/20", "10.0.16.0/20"),
            database_port=5433,
        )
        made = BootstrapNamespace("databases", args)
        k8s.core.v1.ConfigMap("after", opts=pulumi.ResourceOptions(depends_on=list(made.ready)))

    return run_program(program)


def policies() -> dict[str, Any]:
    return {made.inputs["metadata"]["name"]: made.inputs["spec"] for made in done().all(POLICY)}


def test_the_namespace_is_the_platforms_and_restricted() -> None:
    metadata = done().one(NAMESPACE).inputs["metadata"]
    assert metadata["name"] == "platform-data"
    assert metadata["labels"]["app.kubernetes.io/part-of"] == "platform"
    assert {metadata["labels"][f"pod-security.kubernetes.io/{mode}"] for mode in ("audit", "enforce", "warn")} == {
        "restricted"
    }


def test_its_quota_holds_a_job_of_each_environment_at_the_same_time_and_nothing_that_stays() -> None:
    hard = done().one(QUOTA).inputs["spec"]["hard"]
    assert int(hard["pods"]) >= PODS
    assert millicores(hard["requests.cpu"]) >= PODS * SIZE.cpu
    assert millicores(hard["limits.cpu"]) >= PODS * SIZE.cpu_limit
    assert mebibytes(hard["requests.memory"]) >= PODS * SIZE.memory
    assert mebibytes(hard["limits.memory"]) >= PODS * SIZE.memory_limit
    assert (hard["persistentvolumeclaims"], hard["services.loadbalancers"]) == ("0", "0")


def test_no_pod_is_reached_or_reaches_anything_but_the_jobs_names_and_the_database() -> None:
    assert set(policies()) == {"default-deny", "database-bootstrap"}
    assert policies()["default-deny"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    opened = policies()["database-bootstrap"]
    assert opened["podSelector"] == {"matchLabels": {"app.kubernetes.io/name": "database-bootstrap"}}
    assert opened["policyTypes"] == ["Egress"]
    names, database = opened["egress"]
    assert [port["port"] for port in names["ports"]] == [53, 53]
    assert names["to"][0]["podSelector"] == {"matchLabels": {"k8s-app": "kube-dns"}}
    assert database == {
        "to": [{"ipBlock": {"cidr": "10.0.0.0/20"}}, {"ipBlock": {"cidr": "10.0.16.0/20"}}],
        "ports": [{"port": 5433, "protocol": "TCP"}],
    }


def test_the_service_account_of_the_jobs_has_no_token() -> None:
    account = done().one(ACCOUNT).inputs
    assert (account["metadata"]["name"], account["automountServiceAccountToken"]) == ("database-bootstrap", False)


def test_no_job_starts_without_all_of_it_and_all_of_it_goes_with_the_namespace() -> None:
    inside = [made for made in done().under(done().one(COMPONENT)) if made.type != NAMESPACE]
    assert len(inside) == 6
    assert [made.name for made in inside if not done().depends(done().named("after"), made)] == []
    assert {made.deleted_with for made in inside} == {done().one(NAMESPACE).urn}
    assert {made.inputs["metadata"]["namespace"] for made in inside} == {"platform-data"}


def test_the_masters_password_is_in_no_namespace_that_an_application_deploys_to(staging: Run, prod: Run) -> None:
    for found, environments in ((staging, 2), (prod, 1)):
        holders = [made for made in found.all(EXTERNAL_SECRET) if "rds!" in str(made.inputs["spec"]["data"])]
        assert len(holders) == len(found.all(JOB)) == environments
        assert {made.inputs["metadata"]["namespace"] for made in (*holders, *found.all(JOB))} == {"platform-data"}
        (project,) = found.all(PROJECT)
        assert "platform-data" not in {to["namespace"] for to in project.inputs["spec"]["destinations"]}


def test_the_jobs_come_after_their_namespace_and_the_store_serves_it(staging: Run) -> None:
    guards = [*staging.under(staging.one(COMPONENT)), staging.one(STORE)]
    for job in staging.all(JOB):
        assert [made.name for made in guards if not staging.depends(job, made)] == []
    (condition,) = staging.one(STORE).inputs["spec"]["conditions"]
    assert condition["namespaces"] == ["argocd", "nova-dev", "nova", "platform-data"]


def test_the_nodes_are_reckoned_with_a_pod_for_each_environment() -> None:
    config = loaded(changed())
    sums = capacity_sums.node_fit(config, plan_environments(config))
    assert sums is not None
    (group,) = [found for found in sums.groups if found.name == "database-bootstrap"]
    assert (group.pods, group.cpu_request, group.memory_request) == (2, 50, 64)


def test_a_stack_that_brings_its_own_passwords_makes_no_databases() -> None:
    config = loaded(changed(secrets=ABSENT, secretsManager=ABSENT))
    assert config.database is not None
    assert bootstrapped(plan_environments(config)) == []
