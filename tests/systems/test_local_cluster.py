"""An existing cluster: what it cannot have is refused in one line, with a remedy that the next run accepts."""

from typing import Any

import pytest

from tests.systems.refused_examples import ABSENT, refusals

ACCOUNT = {"accountId": "123456789012", "region": "ap-northeast-2"}
NETWORK = {"cidr": "10.70.0.0/16", "zones": ["ap-northeast-2a", "ap-northeast-2b"]}
DATABASE = {"engineVersion": "17.6", "instanceClass": "db.t4g.micro"}
CACHE = {"nodeType": "cache.t4g.micro", "replicas": 1}
EDGE = {"zone": {"name": "tiketi.com", "ownership": "create"}}
SECTIONS: dict[str, dict[str, Any]] = {
    "network": NETWORK,
    "database": DATABASE,
    "cache": CACHE,
    "storage": {},
    "edge": EDGE,
    "alarms": {"emails": ["ops@tiketi.com"]},
}
CANARY = {"stepPercent": 10, "maxPercent": 50, "successRatePercent": 99, "p99Milliseconds": 500}
UNAVAILABLE = "is not available on an existing cluster (kubeconfig)"
ACCOUNT_WITHOUT_EFFECT = "aws: has no effect: this stack has no cluster, registry or ci on AWS. Remove it."


def of_section(section: str) -> str:
    return f"{section}: {UNAVAILABLE}. Remove it, or write cluster in place of kubeconfig."


@pytest.mark.parametrize("with_account", [True, False])
@pytest.mark.parametrize("section", SECTIONS)
def test_an_existing_cluster_has_no_section_that_needs_eks(section: str, with_account: bool) -> None:
    account = {"aws": ACCOUNT} if with_account else {}
    expected = [of_section(section), *([ACCOUNT_WITHOUT_EFFECT] if with_account else [])]
    assert refusals("tiketi", "dev", {section: SECTIONS[section], **account}) == expected


def test_consequences_of_refused_sections_are_not_reported() -> None:
    """No prefix is asked for a database that has to be removed, and no firewall for an edge that has to be."""
    given = {**SECTIONS, "edge": {**EDGE, "argocdHost": "argocd.tiketi.com", "internal": True}}
    assert refusals("tiketi", "dev", given) == [of_section(section) for section in SECTIONS]


def test_hosts_are_removed_together_with_edge() -> None:
    changes = {"edge": EDGE, "environments 0 hosts": ["api.tiketi.com"]}
    assert refusals("tiketi", "dev", changes) == [
        of_section("edge"),
        "environments[0].hosts: has no effect: without edge, hosts get neither a certificate nor a DNS record. "
        "Remove it.",
    ]


@pytest.mark.parametrize("operator", ["externalSecrets", "loadBalancerController", "externalDns"])
def test_an_existing_cluster_has_no_controller_that_calls_aws(operator: str) -> None:
    assert refusals("tiketi", "dev", {"operators": {operator: {}}}) == [
        f"operators.{operator}: calls AWS, and this stack uses an existing cluster (kubeconfig). Remove it."
    ]


@pytest.mark.parametrize("operators", [{}, {"rollouts": {}, "prometheus": {}}])
def test_an_existing_cluster_has_no_canary(operators: dict[str, Any]) -> None:
    changes = {"environments 0 canary": CANARY, "operators": operators}
    assert refusals("tiketi", "dev", changes) == [
        f"environments[0].canary: {UNAVAILABLE}: an AWS load balancer shifts its traffic. Remove it."
    ]


HTTPS = "https://github.com/tiketi/tiketi.git"
PRIVATE = {"kind": "https", "secret": {"kubernetes": "tiketi-repository"}}


def test_previews_of_a_private_repository_read_a_secret_created_by_hand() -> None:
    changes = {
        "repository": {"url": HTTPS},
        "argocd repositoryAccess": PRIVATE,
        "environments 0 objects": ABSENT,
        "environments 0 pullRequests": {},
    }
    assert refusals("tiketi", "dev", changes) == [
        "environments[0].pullRequests.secret: is missing: the repository is private, so Argo CD needs a token or a "
        "GitHub App to read its pull requests, in Argo CD's namespace. Write e.g. {kubernetes: tiketi-pull-requests}."
    ]


@pytest.mark.parametrize("account", [{}, {"aws": ACCOUNT, "registry": {"ownership": "create"}}])
@pytest.mark.parametrize(
    ("section", "changes", "path", "name"),
    [
        ("webhookSecret", {"secretsManager": "tiketi/argocd/webhook"}, "webhookSecret", "argocd-secret"),
        (
            "notifications",
            {"discord": {"secret": {"secretsManager": "tiketi/argocd/discord"}}},
            "notifications.discord.secret",
            "argocd-notifications-secret",
        ),
    ],
)
def test_an_existing_cluster_receives_no_entry_of_secrets_manager(
    account: dict[str, Any], section: str, changes: dict[str, Any], path: str, name: str
) -> None:
    given = {f"argocd {section}": changes, "argocd url": "https://argocd.example.com", **account}
    assert refusals("tiketi", "dev", given) == [
        f"argocd.{path}: is in Secrets Manager, which an existing cluster (kubeconfig) cannot read. "
        f"Write e.g. {{kubernetes: {name}}}."
    ]


def test_settings_of_secrets_manager_have_no_effect_on_an_existing_cluster() -> None:
    assert refusals("tiketi", "dev", {"secretsManager": {"refreshMinutes": 30}}) == [
        "secretsManager: has no effect: an existing cluster (kubeconfig) receives no entries. Remove it."
    ]


def test_a_stack_has_one_cluster() -> None:
    assert refusals("tiketi", "staging", {"kubeconfig": {"context": "kind-tiketi"}}) == [
        "kubeconfig: cannot be combined with cluster: a stack has one cluster. Remove kubeconfig for a cluster on "
        "EKS, or cluster for the existing one."
    ]
