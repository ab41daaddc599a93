"""Production on the real engine: it takes what staging made, changes nothing twice, and cannot be destroyed."""

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
"""What holds data, and what is lost with it."""


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


def test_production_makes_nothing_that_the_account_has_once(prod_planned: Step) -> None:
    once = {"aws:ecr/repository:Repository", "aws:iam/openIdConnectProvider:OpenIdConnectProvider"}
    assert not once & {resource["type"] for resource in prod_planned.resources}


def test_what_production_takes_is_known_before_it_exists(prod_planned: Step) -> None:
    assert prod_planned.report.ok
    assert prod_planned.account == frozenset()
    assert prod_planned.report.outputs["pushRoleArn"] == PUSH_ROLE_ARN
    assert prod_planned.report.outputs["registryUrls"] == {name: f"{REGISTRY}/nova/{name}" for name in NAMES}


def test_up_makes_what_was_planned(prod_planned: Step, prod_made: Step) -> None:
    assert prod_made.report.ok
    assert prod_made.urns() == prod_planned.urns()


def test_a_second_up_changes_nothing(prod_made: Step, prod_again: Step) -> None:
    assert set(prod_again.report.changes) == {"same"}
    assert prod_again.mutating_calls == 0
    assert prod_again.account == prod_made.account


def test_a_refresh_changes_nothing(prod_made: Step, prod_refreshed: Step) -> None:
    assert set(prod_refreshed.report.changes) == {"same"}
    assert prod_refreshed.report.calls["Read"] > 0
    assert prod_refreshed.account == prod_made.account


@pytest.mark.parametrize("kind", PROTECTED)
def test_what_holds_data_is_protected(kind: str, prod_made: Step) -> None:
    found = prod_made.all(kind)
    assert found
    assert [resource["name"] for resource in found if not resource["protect"]] == []


def test_a_destroy_is_refused_by_its_preview(prod_destroyed: Step) -> None:
    assert prod_destroyed.report.result == "refused"
    assert "it is protected" in (prod_destroyed.report.error or "")


@pytest.mark.parametrize("name", ["nova-prod-database", "nova-prod-cache", "nova-prod-nodes-key"])
def test_the_refusal_names_what_is_protected(name: str, prod_destroyed: Step) -> None:
    assert [
        line
        for line in prod_destroyed.lines
        if "cannot be deleted" in line and line.split('"')[1].endswith(f"::{name}")
    ]


def test_a_refused_destroy_calls_nothing(prod_made: Step, prod_destroyed: Step) -> None:
    assert prod_destroyed.mutating_calls == 0
    assert prod_destroyed.account == prod_made.account
    assert not [line for line in prod_destroyed.lines if " deleting " in line or " deleted " in line]
