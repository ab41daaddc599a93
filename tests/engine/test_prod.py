"""Production on the real engine: it uses staging's shared resources, is idempotent, and cannot be destroyed."""

import pytest

from tests.engine.runs import Step
from tests.facts.nova import NAMES, PRODUCTION, PUSH_ROLE_ARN, REGISTRY, SERVICES, Service

PROTECTED = (
    "aws:rds/instance:Instance",
    "aws:rds/subnetGroup:SubnetGroup",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:elasticache/subnetGroup:SubnetGroup",
    "aws:kms/key:Key",
)
"""Types that hold data, or that are needed to read it."""


def test_the_plan_has_the_application_of_production(prod_planned: Step) -> None:
    application = prod_planned.one("kubernetes:argoproj.io/v1alpha1:Application", "gitops-production")
    assert application["metadata"]["name"] == "nova-production"
    assert application["spec"]["source"]["path"] == PRODUCTION.path
    assert application["spec"]["destination"]["namespace"] == PRODUCTION.namespace


@pytest.mark.parametrize("service", SERVICES, ids=NAMES)
def test_the_plan_has_every_services_port(service: Service, prod_planned: Step) -> None:
    policy = prod_planned.one("kubernetes:networking.k8s.io/v1:NetworkPolicy", f"production-allow-{service.name}")
    assert [rule["ports"] for rule in policy["spec"]["ingress"]] == [[{"port": service.port, "protocol": "TCP"}]]


def test_the_plan_has_a_quota_for_the_peak(prod_planned: Step) -> None:
    quota = prod_planned.one("kubernetes:core/v1:ResourceQuota", "production")
    assert quota["metadata"]["namespace"] == PRODUCTION.namespace
    most = prod_planned.report.outputs["environments"]["production"]["maxReplicas"]
    assert int(quota["spec"]["hard"]["pods"]) >= 2 * most * len(SERVICES)


def test_production_creates_no_shared_resource(prod_planned: Step) -> None:
    once = {"aws:ecr/repository:Repository", "aws:iam/openIdConnectProvider:OpenIdConnectProvider"}
    assert not once & {resource["type"] for resource in prod_planned.resources}


def test_shared_resources_are_known_before_they_exist(prod_planned: Step) -> None:
    assert prod_planned.report.ok
    assert prod_planned.account == frozenset()
    assert prod_planned.report.outputs["pushRoleArn"] == PUSH_ROLE_ARN
    assert prod_planned.report.outputs["registryUrls"] == {name: f"{REGISTRY}/nova/{name}" for name in NAMES}


def test_up_creates_the_planned_resources(prod_planned: Step, prod_up: Step) -> None:
    assert prod_up.report.ok
    assert prod_up.urns() == prod_planned.urns()


def test_a_second_up_changes_nothing(prod_up: Step, prod_second_up: Step) -> None:
    assert set(prod_second_up.report.changes) == {"same"}
    assert prod_second_up.mutating_calls == 0
    assert prod_second_up.account == prod_up.account


def test_a_refresh_changes_nothing(prod_up: Step, prod_refreshed: Step) -> None:
    assert set(prod_refreshed.report.changes) == {"same"}
    assert prod_refreshed.report.calls["Read"] > 0
    assert prod_refreshed.account == prod_up.account


@pytest.mark.parametrize("kind", PROTECTED)
def test_resources_that_hold_data_are_protected(kind: str, prod_up: Step) -> None:
    resources = prod_up.all(kind)
    assert resources
    assert [resource["name"] for resource in resources if not resource["protect"]] == []


def test_a_destroy_is_refused_by_its_preview(prod_destroyed: Step) -> None:
    assert prod_destroyed.report.result == "refused"
    assert "it is protected" in (prod_destroyed.report.error or "")


@pytest.mark.parametrize("name", ["nova-prod-database", "nova-prod-cache", "nova-prod-nodes-key"])
def test_the_refusal_names_the_protected_resources(name: str, prod_destroyed: Step) -> None:
    assert [
        line
        for line in prod_destroyed.lines
        if "cannot be deleted" in line and line.split('"')[1].endswith(f"::{name}")
    ]


def test_a_refused_destroy_calls_nothing(prod_up: Step, prod_destroyed: Step) -> None:
    assert prod_destroyed.mutating_calls == 0
    assert prod_destroyed.account == prod_up.account
    assert not [line for line in prod_destroyed.lines if " deleting " in line or " deleted " in line]


def test_a_refused_destroy_names_the_keys_that_protect(prod_destroyed: Step) -> None:
    after = prod_destroyed.lines[prod_destroyed.lines.index("The stack is protected. To destroy it, set to false:") :]
    assert [line.split(": ")[1].split()[0] for line in after[1:-1]] == [
        "protect",
        "cluster.deletionProtection",
        "database.deletionProtection",
    ]
    assert all(line.startswith("    Pulumi.prod.yaml:") for line in after[1:-1])
    assert after[-1] == "Then run `up`, and `destroy` again (docs/destroy.md)."
