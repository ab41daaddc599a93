"""Rules of edge: the certificate, hosts, and Argo CD's host for webhooks."""

import copy
import json
from typing import Any

import pytest

from components.config.platform import PlatformConfig
from components.validation.edge import RULES, certificate_names
from tests.harness.config import stack_config
from tests.harness.config_samples import ABSENT, refusals
from tests.harness.harness import ROOT
from tests.systems import refused_examples

HOST = "edge.argocdHost"
CERTIFICATE = "arn:aws:acm:ap-northeast-2:123456789012:certificate/12345678-1234-1234-1234-123456789012"


def production(**sections: dict[str, Any]) -> PlatformConfig:
    """Tiketi's production with keys of a section replaced; None takes a key away."""
    given = stack_config("prod", ROOT / "examples" / "tiketi")
    config = {key.split(":")[1]: copy.deepcopy(value) for key, value in given.items() if key.startswith("tiketi:")}
    for name, changes in sections.items():
        config[name] = {key: value for key, value in {**config[name], **changes}.items() if value is not None}
    return PlatformConfig.model_validate_json(json.dumps(config))


def problems(**sections: dict[str, Any]) -> dict[str, str]:
    return {problem.where: problem.message for rule in RULES for problem in rule(production(**sections))}


def test_the_committed_argocd_host_is_accepted() -> None:
    assert problems() == {}


def test_without_a_host_nothing_is_asked_for() -> None:
    changes: dict[str, dict[str, Any]] = {"edge": {"argocdHost": None, "firewall": None}}
    assert problems(**changes, operators={"loadBalancerController": None}, argocd={"webhookSecret": None}) == {}


@pytest.mark.parametrize(
    ("section", "changes", "key", "message"),
    [
        (
            "argocd",
            {"webhookSecret": None},
            "argocd.webhookSecret",
            "is missing: without it Argo CD acts on webhooks from anyone who reaches edge.argocdHost. "
            "Write e.g. {secretsManager: tiketi/argocd/webhook}.",
        ),
        (
            "edge",
            {"firewall": None},
            "edge.firewall",
            "is missing, and argocdHost is open to the internet. Add `firewall: {}`.",
        ),
        (
            "operators",
            {"externalDns": None},
            "operators.externalDns",
            "is missing: without it nothing writes the DNS record of api.tiketi.com into edge.zone. "
            "Add `externalDns: {}`.",
        ),
        (
            "edge",
            {"zone": {"name": "tiketi.com", "ownership": "existing"}},
            "edge.zone.zoneId",
            "is missing, and ownership is existing. Write the id of the zone, or ownership: create.",
        ),
        (
            "edge",
            {"certificate": {"arn": CERTIFICATE.replace("ap-northeast-2", "us-east-1")}},
            "edge.certificate.arn",
            "belongs to region us-east-1 and account 123456789012; a load balancer takes only "
            "certificates of its own. Request one in ap-northeast-2 and account 123456789012, and write its ARN.",
        ),
        (
            "edge",
            {"argocdHost": "argocd.example.com"},
            HOST,
            "argocd.example.com is not in the zone tiketi.com. Write e.g. argocd.tiketi.com.",
        ),
        (
            "edge",
            {"argocdHost": "nottiketi.com"},
            HOST,
            "nottiketi.com is not in the zone tiketi.com. Write e.g. argocd.tiketi.com.",
        ),
        (
            "edge",
            {"argocdHost": "api.tiketi.com"},
            HOST,
            "api.tiketi.com is already a host of the services. Write e.g. argocd.tiketi.com.",
        ),
    ],
)
def test_an_argocd_host_without_protection_or_outside_the_zone_is_refused(
    section: str, changes: dict[str, Any], key: str, message: str
) -> None:
    assert problems(**{section: changes}) == {key: message}


def test_an_internal_argocd_host_needs_no_firewall() -> None:
    ours = {"url": "https://git.example.com/shop.git"}
    assert problems(edge={"firewall": None, "internal": True}, repository=ours) == {}
    refused = problems(edge={"firewall": None}, repository=ours)
    assert refused["edge.firewall"].endswith("Add `firewall: {}`, or internal: true.")


@pytest.mark.parametrize("url", ["git@github.com:shop/shop.git", "https://github.com/shop/shop"])
def test_github_does_not_reach_an_internal_argocd_host(url: str) -> None:
    assert problems(edge={"internal": True}, repository={"url": url}) == {
        HOST: "is called by GitHub from the internet, which edge.internal keeps out; without it Argo CD polls Git. "
        "Remove it, or write internal: false with a firewall."
    }


def test_without_a_zone_any_host_is_accepted() -> None:
    given = {"zone": None, "certificate": {"arn": CERTIFICATE}, "argocdHost": "argocd.example.com"}
    assert problems(edge=given, operators={"externalDns": None}) == {}


@pytest.mark.parametrize(("others", "refused"), [(8, False), (9, True)])
def test_the_certificate_includes_argo_cds_host(others: int, refused: bool) -> None:
    hosts = ["api.tiketi.com", *(f"a{number}.tiketi.com" for number in range(others))]
    config = production()
    environment = config.environments[0].model_copy(update={"hosts": tuple(hosts)})
    reported = [
        problem.message for problem in certificate_names(config.model_copy(update={"environments": (environment,)}))
    ]
    assert bool(reported) is refused
    assert all("11 host names; a certificate holds 10" in message for message in reported)


def test_hosts_without_edge_are_refused_on_eks() -> None:
    (line,) = refusals(environments__1__hosts=["api.example.com"])
    assert line.endswith("Remove it, or add the section edge.")


def test_a_missing_edge_is_refused_once_for_all_that_needs_it() -> None:
    (line,) = refusals(
        environments__0__hosts=["dev.example.com"],
        environments__1__hosts=["api.example.com"],
        operators__externalDns={},
    )
    assert line.endswith(
        "edge: is missing, and needed by environments[0].hosts, environments[1].hosts and operators.externalDns. "
        "Add it, or remove those."
    )


def test_a_value_that_cannot_be_read_hides_no_mistake_beside_it() -> None:
    lines = refused_examples.refusals(
        "tiketi",
        "prod",
        {
            "edge zone ownership": "borrowed",
            "edge firewall": ABSENT,
            "edge internal": "no",
            "edge argocdHost": "argocd.example.com",
            "argocd webhookSecret": ABSENT,
            "environments 0 hosts": ["api.example.com"],
        },
    )
    assert {line.partition(": ")[0] for line in lines} == {
        "edge.zone.ownership",
        "edge.internal",
        "edge.argocdHost",
        "argocd.webhookSecret",
        "environments[0].hosts[0]",
    }
