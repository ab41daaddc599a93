"""A cluster that exists already: what it cannot have is refused in one line, with a remedy that the next run takes."""

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
}
CANARY = {"stepPercent": 10, "maxPercent": 50, "successRatePercent": 99, "p99Milliseconds": 500}
UNAVAILABLE = "is not available on an existing cluster (kubeconfig)"
ACCOUNT_WITHOUT_EFFECT = "aws: has no effect: this stack has no cluster, registry or ci on AWS. Remove it."


def of_section(section: str) -> str:
    return f"{section}: {UNAVAILABLE}. Remove it, or write cluster in place of kubeconfig."


@pytest.mark.parametrize("with_account", [True, False])
@pytest.mark.parametrize("section", SECTIONS)
def test_a_local_cluster_has_no_section_that_needs_one_of_ours(section: str, with_account: bool) -> None:
    account = {"aws": ACCOUNT} if with_account else {}
    expected = [of_section(section), *([ACCOUNT_WITHOUT_EFFECT] if with_account else [])]
    assert refusals("tiketi", "dev", {section: SECTIONS[section], **account}) == expected


def test_of_all_sections_together_nothing_follows() -> None:
    """No prefix is asked of an environment whose database goes, and no firewall of a door that goes."""
    given = {**SECTIONS, "edge": {**EDGE, "argocdHost": "argocd.tiketi.com", "internal": True}}
    assert refusals("tiketi", "dev", given) == [of_section(section) for section in SECTIONS]


def test_hosts_on_a_local_cluster_are_left_out_with_the_edge() -> None:
    changes = {"edge": EDGE, "environments 0 hosts": ["api.tiketi.com"]}
    assert refusals("tiketi", "dev", changes) == [
        of_section("edge"),
        "environments[0].hosts: has no effect: without edge, hosts get neither a certificate nor a DNS record. "
        "Remove it.",
    ]


@pytest.mark.parametrize("operator", ["externalSecrets", "loadBalancerController", "externalDns"])
def test_a_local_cluster_has_no_controller_that_speaks_to_aws(operator: str) -> None:
    assert refusals("tiketi", "dev", {"operators": {operator: {}}}) == [
        f"operators.{operator}: calls AWS, and this stack uses an existing cluster (kubeconfig). Remove it."
    ]


@pytest.mark.parametrize("operators", [{}, {"rollouts": {}, "prometheus": {}}])
def test_a_local_cluster_has_no_canary(operators: dict[str, Any]) -> None:
    changes = {"environments 0 canary": CANARY, "operators": operators}
    assert refusals("tiketi", "dev", changes) == [
        f"environments[0].canary: {UNAVAILABLE}: an AWS load balancer shifts its traffic. Remove it."
    ]


HTTPS = "https://github.com/tiketi/tiketi.git"
PRIVATE = {"kind": "https", "secret": {"kubernetes": "tiketi-repository"}}


def test_a_preview_of_a_private_repository_takes_a_secret_by_hand() -> None:
    changes = {
        "repository": {"url": HTTPS},
        "argocd repositoryAccess": PRIVATE,
        "environments 0 objects": ABSENT,
        "environments 0 pullRequests": {},
    }
    assert refusals("tiketi", "dev", changes) == [
        "environments[0].pullRequests.secret: is missing: the repository is private, so Argo CD needs a token or a "
        "GitHub App to read its pull requests. Write e.g. secret: {kubernetes: tiketi-pull-requests}, a Secret in "
        "Argo CD's namespace."
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
def test_an_entry_of_secrets_manager_does_not_come_into_a_local_cluster(
    account: dict[str, Any], section: str, changes: dict[str, Any], path: str, name: str
) -> None:
    given = {f"argocd {section}": changes, "argocd url": "https://argocd.example.com", **account}
    assert refusals("tiketi", "dev", given) == [
        f"argocd.{path}.secretsManager: cannot be read from an existing cluster (kubeconfig). "
        f"Write e.g. kubernetes: {name}, a Secret in Argo CD's namespace."
    ]


def test_settings_of_secrets_manager_are_read_by_nothing_on_a_local_cluster() -> None:
    assert refusals("tiketi", "dev", {"secretsManager": {"refreshMinutes": 30}}) == [
        "secretsManager: has no effect: an existing cluster (kubeconfig) receives no entries. Remove it."
    ]


def test_of_two_clusters_one_is_taken_out() -> None:
    assert refusals("tiketi", "staging", {"kubeconfig": {"context": "kind-tiketi"}}) == [
        "kubeconfig: cannot be combined with cluster: a stack has one cluster. Remove kubeconfig for a cluster on "
        "EKS, or cluster for the existing one."
    ]
