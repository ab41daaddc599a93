"""Hosts without a service, canaries without traffic, names outside the zone: each refusal has a remedy that works."""

from typing import Any

import pytest

from tests.harness.config import stack_config
from tests.harness.harness import ROOT
from tests.systems.refused_examples import ABSENT, accepted, refusals

NO_PUBLIC_SERVICE = "no service has both `port` and `public: true`. Remove "
HOSTS = f"environments[0].hosts: have no target: {NO_PUBLIC_SERVICE}hosts and edge, or write both for one service."
CANARY = f"environments[0].canary: has no traffic to shift: {NO_PUBLIC_SERVICE}it, or write both for one service."
WORKER = stack_config("production", ROOT / "examples" / "pingvasai")["pingvasai:services"][1]
WITHOUT_EDGE = {"edge": ABSENT, "environments 0 hosts": ABSENT, "operators externalDns": ABSENT}
PORT_KEYS = ("services 0 servicePort", "services 0 healthPath", "services 0 readyPath")
PRODUCTION: tuple[tuple[dict[str, Any], list[str]], ...] = (
    ({"services": [WORKER]}, [HOSTS, CANARY]),
    ({"services 0 port": None, **dict.fromkeys(PORT_KEYS, ABSENT)}, [HOSTS, CANARY]),
    ({"services 0 public": False}, [HOSTS, CANARY]),
    (
        {"services 0 public": False, "environments 0 canary": ABSENT, "environments 0 hosts": ABSENT},
        [f"edge: has no target: {NO_PUBLIC_SERVICE}it, or write both for one."],
    ),
    (
        WITHOUT_EDGE,
        [
            "environments[0].canary: has no traffic to shift: there is no load balancer without edge. "
            "Remove it, or add the section edge."
        ],
    ),
    (
        {"environments 0 hosts": ABSENT},
        [
            "environments[0].hosts: is missing, and edge needs a name to certify. Write e.g. [api.pingvasai.com].",
            "environments[0].canary: has no traffic to shift: the environment has no hosts. "
            "Remove it, or write hosts: [api.pingvasai.com].",
        ],
    ),
)
"""Changes to PingvasAI's production, and the lines of its refusal."""
PREVIEW = {"pullRequests": {"maximum": 1}, "replicas": 1, "maxReplicas": 1}


@pytest.mark.parametrize(("changes", "lines"), PRODUCTION)
def test_hosts_edge_and_canary_need_a_public_service(changes: dict[str, Any], lines: list[str]) -> None:
    assert refusals("pingvasai", "production", changes) == lines


def test_an_extra_workload_can_answer_at_a_host() -> None:
    small = {"cpuRequest": "100m", "memoryRequest": "128Mi", "cpuLimit": "500m", "memoryLimit": "256Mi"}
    extra = {"name": "frontend", "port": 3000, "resources": small}
    private = {"services 0 public": False, "environments 0 canary": ABSENT}
    accepted("pingvasai", "production", {**private, "environments 0 extras": [{**extra, "public": True}]})
    assert refusals("pingvasai", "production", {**private, "environments 0 extras": [extra]}) == [HOSTS]


INSTANCE = {"edge targetType": "instance"}


def test_nodes_as_targets_need_node_ports() -> None:
    assert refusals("pingvasai", "production", INSTANCE) == [
        "environments[0].objects.nodePorts: 0 is too few: edge.targetType instance needs a node port for each of 2 "
        "Services behind the load balancer. Write 2 or more, or edge.targetType: ip."
    ]
    accepted("pingvasai", "production", {**INSTANCE, "environments 0 objects": {"nodePorts": 2}})
    assert refusals("tiketi", "staging", {**INSTANCE, "environments 0 objects": {"nodePorts": 4}})
    accepted("tiketi", "staging", {**INSTANCE, "environments 0 objects": {"nodePorts": 5}})


def test_nodes_as_targets_do_not_reach_argo_cd() -> None:
    ports = {"environments 0 objects": {"nodePorts": 5}}
    assert refusals("tiketi", "prod", {**INSTANCE, **ports}) == [
        "edge.targetType: instance cannot reach argocdHost: Argo CD's Service has no node port. "
        "Write ip, or remove argocdHost."
    ]
    accepted("tiketi", "prod", {**INSTANCE, **ports, "edge argocdHost": ABSENT, "argocd webhookSecret": ABSENT})


def test_previews_have_no_node_port() -> None:
    changes = {**INSTANCE, **{f"environments 0 {key}": value for key, value in PREVIEW.items()}}
    assert refusals("pingvasai", "production", {**changes, "environments 0 canary": ABSENT}) == [
        "environments[0].pullRequests: would duplicate node ports, which edge.targetType instance needs and which "
        "exist once in a cluster. Remove it, or write edge.targetType: ip."
    ]


def test_previews_and_a_canary_cannot_be_combined() -> None:
    changes = {f"environments 0 {key}": value for key, value in PREVIEW.items()}
    assert refusals("pingvasai", "production", changes) == [
        "environments[0].pullRequests: cannot be combined with canary: a preview's Rollout would use the "
        "environment's own Services and Ingress, and take its traffic. Remove it, or canary."
    ]
    del changes["environments 0 pullRequests"]
    accepted("pingvasai", "production", changes)


def test_previews_without_a_canary_are_accepted() -> None:
    changes = {f"environments 0 {key}": value for key, value in PREVIEW.items()}
    accepted("pingvasai", "production", {**changes, "environments 0 canary": ABSENT})


def test_argo_cds_host_alone_can_be_certified() -> None:
    config = accepted("tiketi", "prod", {"environments 0 hosts": ABSENT})
    assert config.edge is not None
    assert config.edge.argocd_host == "argocd.tiketi.com"


@pytest.mark.parametrize(
    ("changes", "line", "remedy"),
    [
        (
            {"edge argocdHost": "api.tiketi.com"},
            "edge.argocdHost: api.tiketi.com is already a host of the services. Write e.g. argocd.tiketi.com.",
            {"edge argocdHost": "argocd.tiketi.com"},
        ),
        (
            {"environments 0 hosts": ["argocd.tiketi.com"]},
            "edge.argocdHost: argocd.tiketi.com is already a host of the services. Write e.g. argocd-2.tiketi.com.",
            {"edge argocdHost": "argocd-2.tiketi.com"},
        ),
        (
            {"environments 0 hosts": [], "edge argocdHost": ABSENT, "argocd webhookSecret": ABSENT},
            "environments[0].hosts: is missing, and edge needs a name to certify. Write e.g. [api.tiketi.com].",
            {"environments 0 hosts": ["api.tiketi.com"]},
        ),
        (
            {"environments 0 hosts": ["api.tiketi.com", "api.example.com"]},
            "environments[0].hosts[1]: api.example.com is not in the zone tiketi.com. Write e.g. api-2.tiketi.com.",
            {"environments 0 hosts": ["api.tiketi.com", "api-2.tiketi.com"]},
        ),
    ],
)
def test_the_host_that_a_refusal_suggests_is_accepted(
    changes: dict[str, Any], line: str, remedy: dict[str, Any]
) -> None:
    assert refusals("tiketi", "prod", changes) == [line]
    accepted("tiketi", "prod", {**changes, **remedy})
