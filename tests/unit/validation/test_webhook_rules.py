"""What a stack file may not say about the door for Git webhooks."""

import copy
import json
from typing import Any

import pytest

from components.config.platform import PlatformConfig
from components.validation.argocd import RULES as ARGOCD_RULES
from components.validation.edge import argocd_host, certificate
from tests.harness.config import stack_config
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


def test_the_committed_door_is_taken() -> None:
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
def test_a_door_that_does_not_hold_is_refused(section: str, changes: dict[str, Any], message: str) -> None:
    assert problems(**{section: changes}) == {HOST: message}


def test_a_door_inside_the_vpc_needs_no_firewall() -> None:
    ours = {"url": "https://git.example.com/shop.git"}
    assert problems(edge={"firewall": None, "internal": True}, repository=ours) == {}
    refused = problems(edge={"firewall": None}, repository=ours)
    assert refused[HOST].endswith("Add `firewall: {}` to edge, or write internal: true.")


@pytest.mark.parametrize("url", ["git@github.com:shop/shop.git", "https://github.com/shop/shop"])
def test_a_door_inside_the_vpc_is_none_for_github(url: str) -> None:
    assert problems(edge={"internal": True}, repository={"url": url}) == {
        HOST: "is called by GitHub from the internet, which edge.internal keeps out. "
        "Remove argocdHost (Argo CD then polls Git), or write internal: false with a firewall."
    }


def test_where_somebody_else_keeps_the_zone_any_host_is_taken() -> None:
    given = {"zone": None, "certificate": {"arn": CERTIFICATE}, "argocdHost": "argocd.example.com"}
    assert problems(edge=given) == {}


@pytest.mark.parametrize(("others", "refused"), [(8, False), (9, True)])
def test_the_certificate_counts_argo_cds_host_as_well(others: int, refused: bool) -> None:
    hosts = ["api.tiketi.com", *(f"a{number}.tiketi.com" for number in range(others))]
    config = production()
    environment = config.environments[0].model_copy(update={"hosts": tuple(hosts)})
    found = [problem.message for problem in certificate(config.model_copy(update={"environments": (environment,)}))]
    assert bool(found) is refused
    assert all("11 host names; a certificate holds 10" in message for message in found)


@pytest.mark.parametrize(
    ("reference", "key", "words"),
    [
        ({"kubernetes": "webhook"}, ".kubernetes", "Write argocd-secret."),
        ({}, "", "Write either secretsManager or kubernetes."),
    ],
)
def test_the_secret_is_where_argo_cd_looks_for_it(reference: dict[str, Any], key: str, words: str) -> None:
    found = {problem.where: problem.message for rule in ARGOCD_RULES for problem in rule(production(argocd={"webhookSecret": reference}))}
    assert list(found) == [f"argocd.webhookSecret{key}"]
    assert found[f"argocd.webhookSecret{key}"].endswith(words)


def test_argo_cds_own_secret_is_taken() -> None:
    config = production(argocd={"webhookSecret": {"kubernetes": "argocd-secret"}})
    assert not [problem for rule in ARGOCD_RULES for problem in rule(config)]
