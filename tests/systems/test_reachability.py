"""The policies of each environment open every connection that the catalogue implies, and close the others.

The policies are the plan's; pods and Services are those of Nova's overlays. The overlays of an example are in another
repository, so a pod there has its service's name as its only label. These are samples; the exact rules in
test_network_rules.py hold that nothing else is open.
"""

import pytest

from tests.harness.harness import ROOT, Run
from tests.reachability.edges import edges, findings
from tests.reachability.model import world
from tests.reachability.services import service_findings
from tests.systems.example_runs import EXAMPLES, example
from tests.systems.nova_overlays import Site, overlay, planned, sites, surroundings
from tests.systems.stack_surroundings import surroundings_of
from tools.manifests.stacks import stacks

each_site = pytest.mark.parametrize("site", sites(), ids=[site.name for site in sites()])
OPEN = {
    "nova/user-service -> nova/auth-service:8084/TCP",
    "nova/feed-service -> kube-system/kube-dns:53/UDP",
    "nova/feed-service -> Pod Identity's agent:80/TCP",
    "nova/feed-service -> internet:443/TCP",
    "nova/feed-service -> host 10.20.0.10:5432/TCP",
    "nova/feed-service -> host 10.20.96.10:6379/TCP",
    "monitoring/prometheus -> nova/feed-service:8000/TCP",
    "API server 10.20.255.138 -> nova/feed-service:8000/TCP",
    "load balancer 10.20.192.10 -> nova/feed-service:8000/TCP",
}
"""One of each kind of connection that must be open in staging."""
CLOSED = {
    "nova/auth-service -> nova/user-service:8080/TCP",
    "nova/feed-service -> metadata service:80/TCP",
    "nova/feed-service -> private address 172.20.0.1:443/TCP",
    "nova/feed-service -> nova-dev/feed-service:8000/TCP",
    "nova-dev/user-service -> nova/auth-service:8084/TCP",
    "nova/feed-service -> argocd/argocd-redis:6379/TCP",
    "nova/feed-service -> internet:80/TCP",
    "internet -> nova/auth-service:8084/TCP",
    "host 10.20.0.10 -> nova/auth-service:8084/TCP",
    "nova/stray pod -> host 10.20.0.10:5432/TCP",
}
"""One of each kind that must be closed there."""


@pytest.fixture(scope="module")
def runs(staging: Run, prod: Run) -> dict[str, Run]:
    return {"staging": staging, "prod": prod}


@each_site
def test_every_connection_is_as_the_catalogue_says(site: Site, runs: dict[str, Run]) -> None:
    run = runs[site.stack]
    assert list(findings(world(planned(run)), edges(surroundings(site, run)))) == []


@pytest.mark.parametrize("path", EXAMPLES)
def test_every_connection_of_an_example_is_as_its_catalogue_says(path: str) -> None:
    directory, stack = path.split("/")
    config, run = stacks(ROOT / "examples" / directory)[stack], example(path)
    for environment in config.environments:
        wanted = list(edges(surroundings_of(config, environment, run)))
        assert list(findings(world(planned(run)), wanted)) == []
        assert len([edge for edge in wanted if edge.open]) > 20


@each_site
def test_every_service_is_found_by_its_service(site: Site, runs: dict[str, Run]) -> None:
    pods = surroundings(site, runs[site.stack]).pods
    assert list(service_findings(site.config.services, pods, overlay(site.environment.path))) == []


def test_the_check_judges_every_kind_of_connection(staging: Run) -> None:
    site = next(site for site in sites() if site.name == "staging")
    judged: dict[bool, set[str]] = {True: set(), False: set()}
    for edge in edges(surroundings(site, staging)):
        judged[edge.open].add(str(edge.connection))
    assert judged[True] >= OPEN
    assert judged[False] >= CLOSED


@each_site
def test_each_policy_that_is_deleted_is_noticed(site: Site, runs: dict[str, Run]) -> None:
    run = runs[site.stack]
    objects, wanted = planned(run), list(edges(surroundings(site, run)))
    policies = [one for one in objects if one["kind"] == "NetworkPolicy"]
    unnoticed = [
        one["metadata"]["name"]
        for one in policies
        if one["metadata"]["namespace"] == site.environment.namespace
        and next(findings(world([other for other in objects if other is not one]), wanted), None) is None
    ]
    assert unnoticed == []
