"""Nothing is open in an environment beyond what the catalogue implies: any rule that opens more is named."""

import copy
from collections.abc import Callable, Iterator
from functools import cache
from ipaddress import ip_network
from typing import Any, cast

import pytest

from components.config.environments import EnvironmentConfig
from components.config.platform import PlatformConfig
from tests.harness.harness import ROOT, Run
from tests.reachability.model import world
from tests.reachability.surplus import surplus
from tests.systems.example_runs import EXAMPLES, example
from tests.systems.nova_overlays import Site, sites
from tests.systems.stack_grounds import bare_ground, planned
from tools.manifests.stacks import stacks

Spec = dict[str, Any]
LOCAL = "tiketi/dev"


@pytest.fixture(scope="module")
def runs(staging: Run, prod: Run) -> dict[str, Run]:
    return {"staging": staging, "prod": prod}


def said(config: PlatformConfig, environment: EnvironmentConfig, run: Run, objects: list[Spec]) -> list[str]:
    return list(surplus(world(objects), bare_ground(config, environment, run)))


@pytest.mark.parametrize("site", sites(), ids=[site.name for site in sites()])
def test_nothing_but_the_catalogues_edges_is_open(site: Site, runs: dict[str, Run]) -> None:
    run = runs[site.stack]
    assert said(site.config, site.environment, run, planned(run)) == []


@pytest.mark.parametrize("path", [*EXAMPLES, LOCAL])
def test_nothing_but_the_catalogues_edges_is_open_in_an_example(path: str) -> None:
    directory, stack = path.split("/")
    config, run = stacks(ROOT / "examples" / directory)[stack], example(path)
    for environment in config.environments:
        assert said(config, environment, run, planned(run)) == []
        assert any(one["kind"] == "NetworkPolicy" for one in planned(run))


def block(cidr: str) -> Spec:
    return {"ipBlock": {"cidr": cidr}}


def namespace(name: str) -> Spec:
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}


def ports(*numbers: int, protocol: str = "TCP") -> list[Spec]:
    return [{"port": number, "protocol": protocol} for number in numbers]


ANYWHERE, PRODUCTION = block("0.0.0.0/0"), block("10.30.0.0/16")
CURL = {"podSelector": {"matchLabels": {"app": "curl"}}}
ETCD = {**namespace("kube-system"), "podSelector": {"matchLabels": {"component": "etcd"}}}
OUT: dict[str, tuple[Spec, str]] = {
    "SMTP": ({"to": [ANYWHERE], "ports": ports(25)}, "out to 0.0.0.0/0 at 25/TCP"),
    "API servers": ({"to": [ANYWHERE], "ports": ports(6443)}, "out to 0.0.0.0/0 at 6443/TCP"),
    "8443": ({"to": [ANYWHERE], "ports": ports(8443)}, "out to 0.0.0.0/0 at 8443/TCP"),
    "foreign DNS": ({"to": [ANYWHERE], "ports": ports(53, protocol="UDP")}, "out to 0.0.0.0/0 at 53/UDP"),
    "all UDP": ({"to": [ANYWHERE], "ports": [{"protocol": "UDP"}]}, "out to 0.0.0.0/0 at 1-65535/UDP"),
    "a range of ports": (
        {"to": [ANYWHERE], "ports": [{"port": 1024, "endPort": 2999, "protocol": "TCP"}]},
        "out to 0.0.0.0/0 at 1024-2999/TCP",
    ),
    "SCTP": ({"to": [ANYWHERE], "ports": ports(443, protocol="SCTP")}, "out to 0.0.0.0/0 at 443/SCTP"),
    "every port, HTTPS too": ({"to": [ANYWHERE]}, "out to 0.0.0.0/0 at 1-79/TCP, 81-442/TCP, 444-65535/TCP and 2 more"),
    "a named port": (
        {"to": [ANYWHERE], "ports": [{"port": "https", "protocol": "TCP"}]},
        "out to 0.0.0.0/0 at 1-79/TCP, ",
    ),
    "private HTTPS": (
        {"to": [ANYWHERE], "ports": ports(443)},
        "out to 10.0.0.0/8, 100.64.0.0/10, 169.254.169.254/32 and 2 more at 443/TCP",
    ),
    "production's network": ({"to": [PRODUCTION]}, "out to 10.30.0.0/16 at every port"),
    "half of the internet": ({"to": [block("203.0.113.0/25")], "ports": ports(80)}, "out to 203.0.113.0/25 at 80/TCP"),
    "MySQL in the VPC": ({"to": [block("10.20.0.0/16")], "ports": ports(3306)}, "out to 10.20.0.0/16 at 3306/TCP"),
    "the namespace ci": ({"to": [namespace("ci")]}, "out to a pod without labels of namespace ci at every port"),
    "etcd": (
        {"to": [ETCD], "ports": ports(2379)},
        "out to a pod labelled component=etcd of namespace kube-system at 2379/TCP",
    ),
    "another DNS": (
        {"to": [namespace("kube-system")], "ports": ports(53)},
        "out to a pod without labels of namespace kube-system at 53/TCP",
    ),
    "everybody": ({}, "out to 0.0.0.0/0 at "),
}
"""Rules of a policy for every pod of staging, and what the finding says of each."""
INTO: dict[str, tuple[Spec, str]] = {
    "production's network": ({"from": [PRODUCTION]}, "lets 10.30.0.0/16 in to"),
    "an office": ({"from": [block("198.51.100.0/24")]}, "lets 198.51.100.0/24 in to"),
    "SSH": ({"from": [ANYWHERE], "ports": ports(22)}, "lets 0.0.0.0/0 in to"),
    "9090": ({"from": [ANYWHERE], "ports": ports(9090)}, "lets 0.0.0.0/0 in to"),
    "all UDP": ({"from": [ANYWHERE], "ports": [{"protocol": "UDP"}]}, "lets 0.0.0.0/0 in to"),
    "the namespace attacker": ({"from": [namespace("attacker")]}, "lets a pod without labels of namespace attacker in"),
    "curl of any namespace": (
        {"from": [{"namespaceSelector": {}, **CURL}]},
        "lets a pod labelled app=curl of any namespace in",
    ),
    "curl of its own": ({"from": [CURL]}, "lets a pod labelled app=curl of namespace nova in"),
    "a label of namespaces": (
        {"from": [{"namespaceSelector": {"matchLabels": {"team": "pay"}}}]},
        "a pod without labels of any namespace labelled team=pay in",
    ),
    "all namespaces but one": (
        {
            "from": [
                {"namespaceSelector": {"matchExpressions": [{"key": "team", "operator": "NotIn", "values": ["x"]}]}}
            ]
        },
        "a pod without labels of any namespace in",
    ),
    "more of monitoring": (
        {"from": [namespace("monitoring")]},
        "lets a pod without labels of namespace monitoring in to",
    ),
    "everybody": ({}, "lets 0.0.0.0/0 in to"),
}


@cache
def staging_site() -> tuple[PlatformConfig, EnvironmentConfig]:
    site = next(site for site in sites() if site.name == "staging")
    return site.config, site.environment


def with_rule(run: Run, direction: str, rule: Spec, selector: Spec | None = None) -> list[str]:
    """What is said of staging when one more policy has this rule, for every pod or for those of the selector."""
    config, environment = staging_site()
    more = {
        "kind": "NetworkPolicy",
        "metadata": {"name": "extra", "namespace": environment.namespace},
        "spec": {"podSelector": selector or {}, "policyTypes": [direction], direction.lower(): [rule]},
    }
    return said(config, environment, run, [*planned(run), more])


@pytest.mark.parametrize(
    ("direction", "title"), [*(("Egress", title) for title in OUT), *(("Ingress", title) for title in INTO)]
)
def test_a_policy_that_opens_another_way_is_named(direction: str, title: str, staging: Run) -> None:
    rule, words = {"Egress": OUT, "Ingress": INTO}[direction][title]
    found = with_rule(staging, direction, rule)
    assert found
    assert all(one.startswith(f"NetworkPolicy nova/extra: {direction.lower()}[0]") for one in found)
    assert words in found[0]


def test_the_message_names_policy_rule_pods_end_and_ports(staging: Run) -> None:
    rule = {"to": [block("198.51.100.0/24"), ANYWHERE], "ports": [{"port": 443, "endPort": 445, "protocol": "TCP"}]}
    start, end = "NetworkPolicy nova/extra: egress[0].to", "nothing in the catalogue wants it"
    assert with_rule(staging, "Egress", rule) == [
        f"{start}[0] lets every pod out to 198.51.100.0/24 at 444-445/TCP: {end}",
        f"{start}[1] lets every pod out to 10.0.0.0/8, 100.64.0.0/10, 169.254.169.254/32 and 2 more at 443/TCP: {end}",
    ]
    assert with_rule(staging, "Ingress", {"from": [ANYWHERE], "ports": ports(25)}, CURL["podSelector"])[0].startswith(
        "NetworkPolicy nova/extra: ingress[0].from[0] lets 0.0.0.0/0 in to a pod labelled app=curl, a pod labelled "
    )


def test_what_the_catalogue_wants_may_be_said_twice_and_more_narrowly(staging: Run) -> None:
    user = {"matchLabels": {"app.kubernetes.io/name": "user-service"}}
    auth = {"podSelector": {"matchLabels": {"app.kubernetes.io/name": "auth-service", "team": "pay"}}}
    assert with_rule(staging, "Egress", {"to": [auth], "ports": ports(8084)}, user) == []
    assert with_rule(staging, "Egress", {"to": [block("203.0.113.0/24")], "ports": ports(443)}) == []
    private = bare_ground(*staging_site(), staging).private
    halves = [block(str(half)) for cidr in private for half in ip_network(cidr).subnets()]
    assert with_rule(staging, "Egress", {"to": halves, "ports": ports(5432)}, user) == []
    nobody = {"matchExpressions": [{"key": "app", "operator": "Exists"}, {"key": "app", "operator": "DoesNotExist"}]}
    assert with_rule(staging, "Egress", {}, nobody) == []


def wider(spec: Spec) -> Iterator[tuple[str, Spec]]:
    """A policy with one range that is larger, one more port, one protocol or one label less: each alone."""
    for direction, far in (("ingress", "from"), ("egress", "to")):
        for r, rule in enumerate(spec.get(direction, [])):
            for p, port in enumerate(rule["ports"]):
                for change in ({"endPort": port["port"] + 1}, {"port": port["port"] - 1}, {"protocol": "SCTP"}):
                    changed = copy.deepcopy(spec)
                    changed[direction][r]["ports"][p] |= {"endPort": port["port"], **change}
                    yield f"{direction}[{r}].ports[{p}] {change}", changed
            for p, peer in enumerate(rule[far]):
                for key in peer:
                    changed = copy.deepcopy(spec)
                    if key == "ipBlock":
                        at = changed[direction][r][far][p][key]
                        if at["cidr"] == "0.0.0.0/0":
                            at["except"].pop()
                        else:
                            at["cidr"] = str(ip_network(at["cidr"]).supernet(new_prefix=11))
                    else:
                        changed[direction][r][far][p][key]["matchLabels"].popitem()
                    yield f"{direction}[{r}].{far}[{p}].{key}", changed


@pytest.mark.parametrize("site", sites(), ids=[site.name for site in sites()])
def test_every_rule_that_is_a_little_wider_is_named(site: Site, runs: dict[str, Run]) -> None:
    run, tried, unseen = runs[site.stack], 0, list[str]()
    around = bare_ground(site.config, site.environment, run)
    for one in planned(run):
        if one["kind"] == "NetworkPolicy" and one["metadata"]["namespace"] == site.environment.namespace:
            for title, spec in wider(one["spec"]):
                tried += 1
                # The other policies add nothing to what this one opens.
                if not next(surplus(world([{**one, "spec": spec}]), around), "").startswith("NetworkPolicy "):
                    unseen.append(f"{one['metadata']['name']}: {title}")
    assert unseen == []
    assert tried > 100


def changed_everywhere(found: Any, change: Callable[[Spec], Spec]) -> Any:
    """A copy in which every mapping went through the change."""
    if isinstance(found, dict):
        mapping = cast("Spec", found)
        return change({key: changed_everywhere(value, change) for key, value in mapping.items()})
    if isinstance(found, list):
        return [changed_everywhere(one, change) for one in cast("list[Any]", found)]
    return found


@pytest.mark.parametrize("site", sites(), ids=[site.name for site in sites()])
def test_a_program_that_takes_a_wider_network_is_named(site: Site, runs: dict[str, Run]) -> None:
    run = runs[site.stack]
    private = bare_ground(site.config, site.environment, run).private
    wide = {"cidr": str(ip_network(private[0]).supernet(new_prefix=12))}
    objects = changed_everywhere(planned(run), lambda one: one | wide if one.get("cidr") in private else one)
    start = f"NetworkPolicy {site.environment.namespace}/database-egress: egress[0].to[0] lets "
    told = [one for one in said(site.config, site.environment, run, objects) if one.startswith(start)]
    assert len(told) == 1
    assert f"at {bare_ground(site.config, site.environment, run).database_port}/TCP" in told[0]


@pytest.mark.parametrize("site", sites(), ids=[site.name for site in sites()])
def test_a_program_that_opens_more_ports_of_the_internet_is_named(site: Site, runs: dict[str, Run]) -> None:
    run = runs[site.stack]
    more = {"endPort": 5000}
    objects = changed_everywhere(planned(run), lambda one: one | more if one.get("port") == 443 else one)
    told = said(site.config, site.environment, run, objects)[0]
    start = (
        f"NetworkPolicy {site.environment.namespace}/shared-egress: egress[2].to[0] lets every pod out to 0.0.0.0/5, "
    )
    assert told.startswith(start)
    assert "at 444-5000/TCP" in told


def test_pods_that_no_policy_judges_are_named(staging: Run) -> None:
    config, environment = staging_site()
    objects = copy.deepcopy(planned(staging))
    deny = next(
        one["spec"]
        for one in objects
        if one["metadata"]["name"] == "default-deny" and one["metadata"]["namespace"] == environment.namespace
    )
    deny["podSelector"] = {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["curl"]}]}
    assert said(config, environment, staging, objects) == [
        "no NetworkPolicy of nova judges what comes to a pod labelled app=curl: all of it is open"
    ]
    assert said(config, environment, staging, []) == [
        "no NetworkPolicy of nova judges what comes to a pod without labels: all of it is open",
        "no NetworkPolicy of nova judges what leaves a pod without labels: all of it is open",
    ]
