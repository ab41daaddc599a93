"""Under the policies of each environment every connection that the catalogue implies is open, and every other closed.

The policies are the plan's, pods and Services the overlay's. Then each is broken in turn, and the check must say so.
"""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.harness.harness import Run
from tests.reachability.edges import Edge, edges, findings
from tests.reachability.evaluate import FREE, judge
from tests.reachability.model import World, world
from tests.reachability.services import service_findings
from tests.systems.nova_overlays import Site, ground, overlay, planned, sites

each_site = pytest.mark.parametrize("site", sites(), ids=[site.name for site in sites()])
KINDS = {
    ("nova/user-service", "nova/auth-service:8084/TCP"),
    ("nova/feed-service", "kube-system/kube-dns:53/UDP"),
    ("nova/feed-service", "Pod Identity's agent:80/TCP"),
    ("nova/feed-service", "internet:443/TCP"),
    ("nova/feed-service", "host 10.20.0.10:5432/TCP"),
    ("nova/feed-service", "host 10.20.96.10:6379/TCP"),
    ("monitoring/prometheus", "nova/feed-service:8000/TCP"),
    ("API server 10.20.255.138", "nova/feed-service:8000/TCP"),
    ("load balancer 10.20.192.10", "nova/feed-service:8000/TCP"),
}
"""One of each kind of connection that must be open in staging."""
FORBIDDEN = {
    ("nova/auth-service", "nova/user-service:8080/TCP"),
    ("nova/feed-service", "metadata service:80/TCP"),
    ("nova/feed-service", "private address 172.20.0.1:443/TCP"),
    ("nova/feed-service", "nova-dev/feed-service:8000/TCP"),
    ("nova-dev/user-service", "nova/auth-service:8084/TCP"),
    ("nova/feed-service", "argocd/argocd-redis:6379/TCP"),
    ("nova/feed-service", "internet:80/TCP"),
    ("internet", "nova/auth-service:8084/TCP"),
    ("host 10.20.0.10", "nova/auth-service:8084/TCP"),
    ("nova/stray pod", "host 10.20.0.10:5432/TCP"),
}
"""One of each kind that must be closed there."""


@pytest.fixture(scope="module")
def runs(staging: Run, prod: Run) -> dict[str, Run]:
    return {"staging": staging, "prod": prod}


@each_site
def test_every_connection_is_as_the_catalogue_says(site: Site, runs: dict[str, Run]) -> None:
    run = runs[site.stack]
    assert list(findings(world(planned(run)), edges(ground(site, run)))) == []


@each_site
def test_every_service_is_found_by_its_service(site: Site, runs: dict[str, Run]) -> None:
    pods = ground(site, runs[site.stack]).pods
    assert list(service_findings(site.config.services, pods, overlay(site.environment.path))) == []


def test_the_check_judges_every_kind_of_connection(staging: Run) -> None:
    site = next(site for site in sites() if site.name == "staging")
    judged: dict[bool, set[tuple[str, ...]]] = {True: set(), False: set()}
    for edge in edges(ground(site, staging)):
        judged[edge.open].add(tuple(str(edge.connection).split(" -> ")))
    assert judged[True] >= KINDS
    assert judged[False] >= FORBIDDEN


def _without(known: World, edge: Edge, names: tuple[str, ...]) -> World:
    ours = {edge.connection.source.namespace, edge.connection.target.namespace}
    left = tuple(one for one in known.policies if not (one.name in names and one.namespace in ours))
    return World((*left, *(one for one in known.policies if one.name == "default-deny")), known.namespaces)


@each_site
def test_each_open_connection_that_is_cut_is_named(site: Site, runs: dict[str, Run]) -> None:
    run = runs[site.stack]
    known = world(planned(run))
    unnoticed: list[str] = []
    cuts = 0
    for edge in edges(ground(site, run)):
        verdict = judge(known, edge.connection)
        for names in (verdict.egress, verdict.ingress):
            if edge.open and names != FREE:
                cuts += 1
                told = list(findings(_without(known, edge, names), [edge]))
                unnoticed += [] if told and told[0].startswith(f"{edge.connection} must be open") else [str(edge)]
    assert unnoticed == []
    assert cuts > 150


Change = tuple[str, Callable[[dict[str, Any]], None]]


def _narrower(spec: dict[str, Any]) -> Iterator[Change]:
    """Every way to take one rule, one end or one port out of a policy."""
    for direction, far in (("ingress", "from"), ("egress", "to")):
        for r, rule in enumerate(spec.get(direction, [])):
            yield f"{direction}[{r}]", lambda it, d=direction, r=r: it[d].pop(r)
            for key in (far, "ports"):
                for p in range(len(rule[key]) if len(rule[key]) > 1 else 0):
                    yield f"{direction}[{r}].{key}[{p}]", lambda it, d=direction, r=r, k=key, p=p: it[d][r][k].pop(p)
    selector = spec["podSelector"].get("matchExpressions", [])
    for v in range(len(selector[0]["values"]) if selector else 0):
        yield f"podSelector.values[{v}]", lambda it, v=v: it["podSelector"]["matchExpressions"][0]["values"].pop(v)


def _wider(spec: dict[str, Any]) -> Iterator[Change]:
    """Every way to let more in or out: no ends, no ports, a wider selector, an exception less."""
    anywhere = {"ipBlock": {"cidr": "0.0.0.0/0"}}
    for direction, far in (("ingress", "from"), ("egress", "to")):
        for r, rule in enumerate(spec.get(direction, [])):
            yield f"{direction}[{r}].{far} left out", lambda it, d=direction, r=r, f=far: it[d][r].pop(f)
            yield f"{direction}[{r}].ports left out", lambda it, d=direction, r=r: it[d][r].pop("ports")
            yield f"{direction}[{r}] anywhere", lambda it, d=direction, r=r, f=far: it[d][r][f].append(anywhere)
            for p, peer in enumerate(rule[far]):
                where = f"{direction}[{r}].{far}[{p}]"
                for key in ("namespaceSelector", "podSelector"):
                    if key in peer:
                        yield (
                            f"{where}.{key} empty",
                            lambda it, d=direction, r=r, f=far, p=p, k=key: it[d][r][f][p].update({k: {}}),
                        )
                for e in range(len(peer.get("ipBlock", {}).get("except", []))):
                    yield (
                        f"{where}.except[{e}]",
                        lambda it, d=direction, r=r, f=far, p=p, e=e: it[d][r][f][p]["ipBlock"]["except"].pop(e),
                    )
    if spec["podSelector"]:
        yield "podSelector empty", lambda it: it.update({"podSelector": {}})


def _unnoticed(site: Site, run: Run, changes: Callable[[dict[str, Any]], Iterator[Change]]) -> tuple[list[str], int]:
    """The changes to the environment's policies that the check does not see, and how many there were."""
    objects, wanted = planned(run), list(edges(ground(site, run)))
    unnoticed: list[str] = []
    tried = 0
    for position, one in enumerate(objects):
        if one["kind"] != "NetworkPolicy" or one["metadata"]["namespace"] != site.environment.namespace:
            continue
        for title, change in changes(one["spec"]):
            tried += 1
            changed = copy.deepcopy(one)
            change(changed["spec"])
            others = [*objects[:position], changed, *objects[position + 1 :]]
            if next(findings(world(others), wanted), None) is None:
                unnoticed.append(f"{one['metadata']['name']}: {title}")
    return unnoticed, tried


@each_site
def test_each_rule_end_and_port_that_is_taken_away_is_noticed(site: Site, runs: dict[str, Run]) -> None:
    unnoticed, tried = _unnoticed(site, runs[site.stack], _narrower)
    assert unnoticed == []
    assert tried > 90


@each_site
def test_each_policy_that_lets_more_through_is_noticed(site: Site, runs: dict[str, Run]) -> None:
    unnoticed, tried = _unnoticed(site, runs[site.stack], _wider)
    assert unnoticed == []
    assert tried > 80


@each_site
def test_each_policy_that_is_deleted_is_noticed(site: Site, runs: dict[str, Run]) -> None:
    run = runs[site.stack]
    objects, wanted = planned(run), list(edges(ground(site, run)))
    unnoticed = [
        one["metadata"]["name"]
        for one in objects
        if one["kind"] == "NetworkPolicy"
        and one["metadata"]["namespace"] == site.environment.namespace
        and next(findings(world([other for other in objects if other is not one]), wanted), None) is None
    ]
    assert unnoticed == []
