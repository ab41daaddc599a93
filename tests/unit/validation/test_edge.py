"""Rules of edge: the certificate, hosts, and Argo CD's host for webhooks."""

import copy
import json
from typing import Any

import pytest

from components.config.platform import PlatformConfig
from components.validation.edge import argocd_host, certificate
from tests.harness.config import stack_config
from tests.harness.config_samples import refusals
from tests.harness.harness import ROOT

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
    return {problem.where: problem.message for problem in argocd_host(production(**sections))}


def test_the_committed_argocd_host_is_accepted() -> None:
    assert problems() == {}


def test_without_a_host_nothing_is_asked_for() -> None:
    changes: dict[str, dict[str, Any]] = {"edge": {"argocdHost": None, "firewall": None}}
    assert problems(**changes, operators={"loadBalancerController": None}, argocd={"webhookSecret": None}) == {}


@pytest.mark.parametrize(
    ("section", "changes", "message"),
    [
        (
            "operators",
            {"loadBalancerController": None},
            "needs a load balancer, and no controller creates one. "
            "Add `loadBalancerController: {}` to operators, or remove argocdHost.",
        ),
        (
            "argocd",
            {"webhookSecret": None},
            "needs argocd.webhookSecret: without it Argo CD acts on webhooks from anyone. "
            "Write e.g. argocd.webhookSecret: {secretsManager: tiketi/argocd/webhook}.",
        ),
        (
            "edge",
            {"firewall": None},
            "is open to the internet without a firewall. Add `firewall: {}` to edge.",
        ),
        (
            "edge",
            {"argocdHost": "argocd.example.com"},
            "argocd.example.com is not in the zone tiketi.com. Write e.g. argocd.tiketi.com.",
        ),
        (
            "edge",
            {"argocdHost": "nottiketi.com"},
            "nottiketi.com is not in the zone tiketi.com. Write e.g. argocd.tiketi.com.",
        ),
        (
            "edge",
            {"argocdHost": "api.tiketi.com"},
            "api.tiketi.com is already a host of the services. Write another one, e.g. argocd.tiketi.com.",
        ),
    ],
)
def test_an_argocd_host_without_protection_or_outside_the_zone_is_refused(
    section: str, changes: dict[str, Any], message: str
) -> None:
    assert problems(**{section: changes}) == {HOST: message}


def test_an_internal_argocd_host_needs_no_firewall() -> None:
    ours = {"url": "https://git.example.com/shop.git"}
    assert problems(edge={"firewall": None, "internal": True}, repository=ours) == {}
    refused = problems(edge={"firewall": None}, repository=ours)
    assert refused[HOST].endswith("Add `firewall: {}` to edge, or write internal: true.")


@pytest.mark.parametrize("url", ["git@github.com:shop/shop.git", "https://github.com/shop/shop"])
def test_github_does_not_reach_an_internal_argocd_host(url: str) -> None:
    assert problems(edge={"internal": True}, repository={"url": url}) == {
        HOST: "is called by GitHub from the internet, which edge.internal keeps out. "
        "Remove argocdHost (Argo CD then polls Git), or write internal: false with a firewall."
    }


def test_without_a_zone_any_host_is_accepted() -> None:
    given = {"zone": None, "certificate": {"arn": CERTIFICATE}, "argocdHost": "argocd.example.com"}
    assert problems(edge=given) == {}


@pytest.mark.parametrize(("others", "refused"), [(8, False), (9, True)])
def test_the_certificate_includes_argo_cds_host(others: int, refused: bool) -> None:
    hosts = ["api.tiketi.com", *(f"a{number}.tiketi.com" for number in range(others))]
    config = production()
    environment = config.environments[0].model_copy(update={"hosts": tuple(hosts)})
    reported = [problem.message for problem in certificate(config.model_copy(update={"environments": (environment,)}))]
    assert bool(reported) is refused
    assert all("11 host names; a certificate holds 10" in message for message in reported)


def test_hosts_without_edge_are_refused_on_eks() -> None:
    (line,) = refusals(environments__1__hosts=["api.example.com"])
    assert line.endswith("Add the section edge, or remove hosts.")
